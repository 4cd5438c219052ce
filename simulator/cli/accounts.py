"""What became of many rules: by language, by what stops them, by the tables that they lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.engine.alerts import Alerts
from simulator.ir import Checked, Status, tables_of

MOST = 12
"""So many reasons or tables are named; the rest are counted."""


def print_languages(files: Iterable[Checked], console: Console) -> None:
    """Rule files by language: how many are ok, unsupported, invalid, and which share of the valid ones is ok. Below it,
    what most of the unsupported ones lack."""
    rules = [file for file in files if file.kind == "rule"]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("language")
    for heading in ("ok", "unsupported", "invalid", "ok of valid"):
        table.add_column(heading, justify="right")
    for language in sorted({file.language for file in rules}):
        counts = Counter(file.status for file in rules if file.language == language)
        valid = counts[Status.OK] + counts[Status.UNSUPPORTED]
        share = f"{100 * counts[Status.OK] / valid:.1f} %" if valid else "–"
        numbers = [f"{counts[status]:,}" for status in (Status.OK, Status.UNSUPPORTED, Status.INVALID)]
        table.add_row(language, *numbers, share)
    console.print(table)
    lacking = Counter(
        (file.language, next(problem.message for problem in file.problems if not problem.warning).splitlines()[0])
        for file in rules
        if file.status is Status.UNSUPPORTED
    )
    for (language, message), count in lacking.most_common(MOST):
        console.print(f"  {count:,} {language}: {escape(message)}")
    if len(lacking) > MOST:
        console.print(f"  and {len(lacking) - MOST:,} other reasons")


def without_events(alerts: Alerts) -> Mapping[str, int]:
    """For rules none of whose tables had an event in what was read: how many rules lack each table."""
    read = [*(table for table, events in alerts.reading.events.items() if events), *alerts.reading.copies]
    lacked: Counter[str] = Counter()
    for rule in alerts.rules:
        patterns = tables_of(rule.plan)
        if not rule.silent and not any(fnmatchcase(table, pattern) for pattern in patterns for table in read):
            lacked.update(patterns)
    return lacked


def told(lacked: Mapping[str, int]) -> str:
    """`defender.X (12), kusto.Y (3) and 7 more`: the tables that most rules lack."""
    common = Counter(lacked).most_common(MOST)
    named = ", ".join(f"{table} ({count:,})" for table, count in common)
    return named + (f" and {len(lacked) - MOST:,} more" if len(lacked) > MOST else "")
