"""The scorecard on a terminal: what each rule is worth, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.report import words
from simulator.report.ranking import stayed_silent, worth_showing
from simulator.report.words import DASH
from simulator.score import Measure, Ratio, RuleScore, Scorecard, Unmeasured

MOST_RULES = 60
"""More rules than this are left to the report."""
MOST_FINDINGS = 3
MOST_REASONS = 3
MOST_COMPARISONS = 12
_TITLE_LEAST = 14


def print_scorecard(scorecard: Scorecard, console: Console | None = None) -> None:
    """Print `scorecard`; in colour only where `console` (standard output by default) is a terminal."""
    console = console or Console(highlight=False)
    shown = worth_showing(scorecard)
    heading = f"Scorecard of {words.plural(len(scorecard.rules), 'rule')}: {'; '.join(words.facts(scorecard))}"
    console.print(Text(words.clean(heading), style="bold"), "", sep="\n")
    if shown:
        _print_rules(shown[:MOST_RULES], console)
    _print_lines(_left_out(scorecard, shown), console)
    _print_findings(shown[:MOST_RULES], console)
    _print_scenarios(scorecard, console)
    _print_comparisons(scorecard, console)
    _print_unmeasured(shown, console)
    _print_lines(_unread(scorecard), console, style="yellow")
    _print_lines([_how_to_read(scorecard)], console, style="dim")


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    cell: Callable[[RuleScore], Text]
    from_width: int = 0
    """The narrowest terminal on which it is shown."""


def _plain(cell: Callable[[RuleScore], str]) -> Callable[[RuleScore], Text]:
    return lambda rule: Text(cell(rule))


_COLOURS = {"good": "green", "fair": "yellow", "poor": "red"}


def _graded(measure: Measure) -> Text:
    if isinstance(measure, Unmeasured):
        return Text(DASH, style="dim")
    text = Text(words.percent(measure.value), style=_COLOURS[words.grade(measure.value)])
    text.append(f" {100 * measure.low:>2.0f}{DASH}{100 * measure.high:.0f}".ljust(7), style="dim")
    return text


_SCOPES = {"expect": "expect", "technique": "tag", "unmeasured": DASH}
_WIDE, _ROOMY = 100, 120

_LANGUAGE = _Column("language", _plain(lambda rule: rule.language), 100)
"""Only where the rules are in several."""

_COLUMNS = (
    _Column("alerts", _plain(lambda rule: words.count(rule.alerts)), _WIDE),
    _Column("cases", _plain(lambda rule: words.count(rule.cases))),
    _Column("true", _plain(lambda rule: words.count(rule.tp))),
    _Column("false", _plain(lambda rule: words.count(rule.fp))),
    _Column("precision", lambda rule: _graded(rule.precision)),
    _Column("recall", lambda rule: _graded(rule.recall)),
    _Column("of", _plain(lambda rule: words.count(rule.recall.n) if isinstance(rule.recall, Ratio) else DASH)),
    _Column("F1", _plain(lambda rule: f"{rule.f1.value:.2f}" if isinstance(rule.f1, Ratio) else DASH), _WIDE),
    _Column("FA/1k/d", _plain(lambda rule: _alarms(rule.false_alarms_per_1000_hosts_per_day))),
    _Column("to alert", _plain(lambda rule: words.median_duration(rule.time_to_detect_seconds)), _WIDE),
    _Column("scope", _plain(lambda rule: _SCOPES[rule.scope.by]), _WIDE),
)


def _alarms(measure: Measure) -> str:
    return words.number(measure.value) if isinstance(measure, Ratio) else DASH


def _print_rules(rules: Sequence[RuleScore], console: Console) -> None:
    several = len({rule.language for rule in rules}) > 1
    offered = (_LANGUAGE, *_COLUMNS) if several else _COLUMNS
    columns = [column for column in offered if console.width >= column.from_width]
    cells = [[column.cell(rule) for column in columns] for rule in rules]
    widths = [max(len(column.heading), *(row[at].cell_len for row in cells)) for at, column in enumerate(columns)]
    gap = 2 if console.width >= _ROOMY else 1
    room = console.width - sum(widths) - gap * len(columns)
    titles = [words.clean(rule.title) for rule in rules]
    width = max(_TITLE_LEAST, min(room, max(map(len, titles))))
    table = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("rule", no_wrap=True, overflow="ellipsis", width=width)
    for column, least in zip(columns, widths, strict=True):
        table.add_column(column.heading, justify="right", no_wrap=True, min_width=least)
    for title, row in zip(titles, cells, strict=True):
        table.add_row(Text(title, no_wrap=True, overflow="ellipsis"), *row)
    console.print(table)


def _left_out(scorecard: Scorecard, shown: Sequence[RuleScore]) -> list[str]:
    lines = []
    if len(shown) > MOST_RULES:
        lines.append(f"… and {words.plural(len(shown) - MOST_RULES, 'rule')} more: see report.html or --json")
    if quiet := len(stayed_silent(scorecard)):
        lines.append(
            f"Silent and unmeasured, as the stream holds nothing known to be theirs: {words.plural(quiet, 'rule')}"
        )
    return lines


def _print_findings(rules: Sequence[RuleScore], console: Console) -> None:
    told = [(rule, words.findings(rule)[:MOST_FINDINGS]) for rule in rules]
    told = [(rule, said) for rule, said in told if said]
    if not told:
        return
    console.print("", Text("Why", style="bold"), sep="\n")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(max_width=max(20, console.width // 3), no_wrap=True, overflow="ellipsis")
    table.add_column(overflow="fold")
    for rule, said in told:
        for at, line in enumerate(said):
            table.add_row(Text("" if at else words.clean(rule.title)), Text(words.clean(line)))
    console.print(table)


def _print_scenarios(scorecard: Scorecard, console: Console) -> None:
    attacks = [one for one in scorecard.scenarios if one.label == "malicious"]
    if attacks:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        table.add_column("attack", overflow="fold")
        for heading in ("technique", "caught by any rule", "to alert", "rules"):
            table.add_column(heading, justify="left" if heading == "technique" else "right", no_wrap=True)
        for one in attacks:
            recall = _graded(one.recall)
            recall.append(f" of {one.instances:,}")
            seconds = words.median_duration(one.time_to_detect_seconds)
            techniques = Text(words.clean(", ".join(one.techniques)))
            table.add_row(Text(words.clean(one.id)), techniques, recall, seconds, str(len(one.rules)))
        for technique in scorecard.techniques:
            recall = _graded(technique.recall)
            recall.append(f" of {technique.instances:,}")
            table.add_row(
                Text("all labelled", style="dim"),
                Text(words.clean(technique.id)),
                recall,
                "",
                str(len(technique.rules)),
            )
        console.print("", table, sep="\n")
    noisy = [one for one in scorecard.scenarios if one.false_cases]
    if noisy:
        noisy.sort(key=lambda one: (-(one.false_cases or 0), one.id))
        named = (f"{one.id} ({one.false_cases:,} in {words.plural(len(one.rules), 'rule')})" for one in noisy[:6])
        _print_lines(["Innocent behaviour that made most false cases: " + ", ".join(named)], console)


def _print_comparisons(scorecard: Scorecard, console: Console) -> None:
    """One attack, every language: instances caught by equivalent rules."""
    if not scorecard.comparisons:
        return
    languages = sorted({one.language for row in scorecard.comparisons for one in row.languages})
    roomy = console.width >= _ROOMY
    table = Table(box=None, padding=(0, 2 if roomy else 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("same question", no_wrap=True, overflow="ellipsis")
    table.add_column("attack", no_wrap=True, overflow="ellipsis")
    for heading in (*languages, "of"):
        table.add_column(heading, justify="right", no_wrap=True)
    if roomy:
        table.add_column("disagree over", overflow="fold")
    # What they disagree over is worth more than where they agree.
    ordered = sorted(scorecard.comparisons, key=lambda row: -sum(dispute.n for dispute in row.disputes))
    for row in ordered[:MOST_COMPARISONS]:
        caught = {language: [one.caught for one in row.languages if one.language == language] for language in languages}
        cells = ("/".join(map(str, caught[language])) or DASH for language in languages)
        said = [Text("; ".join(words.clean(words.dispute(one, row)) for one in row.disputes[:2]))] if roomy else []
        table.add_row(Text(words.clean(row.question)), Text(words.clean(row.scenario)), *cells, str(row.n), *said)
    console.print("", table, sep="\n")
    if len(scorecard.comparisons) > MOST_COMPARISONS:
        more = words.plural(len(scorecard.comparisons) - MOST_COMPARISONS, "more comparison")
        _print_lines([f"… and {more}: see report.html or --json"], console)


def _print_unmeasured(rules: Sequence[RuleScore], console: Console) -> None:
    by_reason: dict[str, list[str]] = {}
    for rule in rules:
        if isinstance(rule.recall, Unmeasured) and not rule.failure:
            by_reason.setdefault(rule.recall.unmeasured, []).append(rule.title)
    reasons = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
    lines = [f"Recall unmeasured: {reason}: {_some(titles)}" for reason, titles in reasons[:MOST_REASONS]]
    if others := sum(len(titles) for _, titles in reasons[MOST_REASONS:]):
        lines.append(
            f"Recall unmeasured for {words.plural(others, 'more rule')} for other reasons: see report.html or --json"
        )
    _print_lines(lines, console)


def _some(titles: Sequence[str]) -> str:
    named = ", ".join(titles[:3])
    return f"{named} and {len(titles) - 3:,} more" if len(titles) > 3 else named


def _unread(scorecard: Scorecard) -> list[str]:
    reading = scorecard.reading
    if not reading["rejected"]:
        return []
    first = "; ".join(f"{one['file']}:{one['record']}: {one['reason']}" for one in reading["examples"][:3])
    return [f"{words.plural(reading['rejected'], 'record')} could not be read: {first}"]


def _how_to_read(scorecard: Scorecard) -> str:
    return (
        "Precision counts cases: alerts of one rule on one host and user within an hour. Recall is over the malicious "
        "instances in the rule's scope: named by scenarios (expect) or by ATT&CK technique (tag). Ranges are "
        f"{scorecard.stream['confidence']:.0%} intervals. FA/1k/d: false cases per 1,000 hosts per day. To alert: "
        f"median time from an attack's start to its first alert. {DASH}: unmeasured."
    )


def _print_lines(lines: Iterable[str], console: Console, style: str = "") -> None:
    for line in lines:
        console.print("", Text(words.clean(line), style=style), sep="\n")
