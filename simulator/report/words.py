"""Numbers and findings as a reader wants them: short, with units, and never more exact than they are."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.score import (
    BlindSpot,
    Comparison,
    Dispute,
    Measure,
    Noise,
    Ratio,
    RuleScore,
    Scorecard,
    Spread,
    SpreadMeasure,
    Unmeasured,
)

DASH = "–"


def clean(text: str) -> str:
    """`text` without what could steer a terminal: what does not print becomes a space or a replacement sign."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in text)


def percent(value: float) -> str:
    """`0.333` as `33 %`; the ends only where they are meant: `0.996` is `99.6 %`, not `100 %`."""
    whole = round(100 * value)
    if whole == 0 and value > 0:
        return f"{number(100 * value)} %" if value >= 1e-5 else "<0.001 %"
    if whole == 100 and value < 1:
        return f"{100 * value:.1f} %" if value < 0.9995 else ">99.9 %"
    return f"{whole} %"


def interval(measure: Ratio) -> str:
    """`6-80 %`; with more digits where all of it is below one percent."""
    if measure.high < 0.01:
        return f"{number(100 * measure.low)}{DASH}{number(100 * measure.high)} %"
    return f"{100 * measure.low:.0f}{DASH}{100 * measure.high:.0f} %"


def ratio(measure: Measure) -> str:
    """`33 % (6-80 %)`, or a dash where it is unmeasured."""
    return DASH if isinstance(measure, Unmeasured) else f"{percent(measure.value)} ({interval(measure)})"


def number(value: float) -> str:
    """Three digits that count: `0.05`, `3.6`, `100`, `12,300`."""
    if value == 0:
        return "0"
    if value >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    if value >= 10:
        return f"{value:.0f}"
    return (
        f"{value:.2g}" if value >= 0.001 else f"{value:.6f}".rstrip("0").rstrip(".") if value >= 1e-6 else "<0.000001"
    )


def rate(measure: Measure) -> str:
    """`100 (12-361)`, or a dash."""
    if isinstance(measure, Unmeasured):
        return DASH
    return f"{number(measure.value)} ({number(measure.low)}{DASH}{number(measure.high)})"


_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def duration(seconds: float) -> str:
    """`0.4 s`, `5 min`, `2.5 h`."""
    for size, unit in _STEPS:
        if abs(seconds) >= size:
            shown = seconds / size
            return (f"{shown:.1f}".removesuffix(".0") if abs(shown) < 10 else f"{shown:.0f}") + f" {unit}"
    return "0 s" if not seconds else f"{seconds * 1000:.0f} ms"


_PREFIXES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def size(count: float) -> str:
    """`500 B`, `1.4 GiB`."""
    for unit in _PREFIXES:
        if count < 1024 or unit == _PREFIXES[-1]:
            break
        count /= 1024
    return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"


def median_duration(measure: SpreadMeasure) -> str:
    """The median as a duration, or a dash."""
    return duration(measure.median) if isinstance(measure, Spread) else DASH


def count(value: int | None) -> str:
    """`1,234`, or a dash for None."""
    return DASH if value is None else f"{value:,}"


def plural(n: int, noun: str) -> str:
    """`1 case`, `2 cases`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def grade(share: float) -> str:
    """`good`, `fair` or `poor`: for colours only."""
    return "good" if share >= 0.9 else "fair" if share >= 0.5 else "poor"


def facts(scorecard: Scorecard) -> list[str]:
    """What the scorecard is about, in a few phrases."""
    stream = scorecard.stream
    parts = [f"{scorecard.reading['total']:,} events read"]
    if stream.get("hosts") and stream.get("days"):
        parts.append(f"{plural(stream['hosts'], 'host')}, {plural(stream['days'], 'day')}")
    if "seed" in stream:
        parts.append(f"seed {stream['seed']}")
    there = stream["instances"]
    return [*parts, f"{there['malicious']:,} malicious and {there['benign']:,} benign instances"]


def blind_spot(spot: BlindSpot) -> str:
    """`misses all 12 with binary=renamed`."""
    return f"misses all {spot.n} with " + " and ".join(f"{dimension}={value}" for dimension, value in spot.values)


def noise(sources: Iterable[Noise], cases: int) -> str:
    """`of 8 false cases: 5 from rclone-nightly-backup, 3 from git-push`; one case can have several sources."""
    sources = list(sources)
    if len(sources) == 1 and sources[0].cases == cases:
        return f"all false cases ({cases:,}) come from {sources[0].scenario}"
    named = ", ".join(f"{one.cases:,} from {one.scenario}" for one in sources)
    return f"of {plural(cases, 'false case')}: {named}"


def findings(rule: RuleScore) -> list[str]:
    """What is worth saying about a rule in words, most telling first."""
    if rule.failure:
        return [f"could not run: {rule.failure}"]
    said = [blind_spot(spot) for spot in rule.blind_spots if len(spot.values) == 1]
    if rule.missed and not rule.caught:
        said.append(f"misses all {rule.missed:,} instances in its scope ({', '.join(rule.scope.scenarios)})")
    said += [
        f"catches none of {row.n:,} {row.scenario}"
        for row in rule.by_scenario
        if row.in_scope and rule.caught and not row.caught
    ]
    if rule.fp and rule.noise:
        said.append(noise(rule.noise, rule.fp))
    return said + [blind_spot(spot) for spot in rule.blind_spots if len(spot.values) > 1]


def dispute(one: Dispute, row: Comparison) -> str:
    """`3 only by sigma, spl: binary=renamed`: who alone caught some instances, and what those have in common."""
    spoken = {catch.rule: catch.language for catch in row.languages}
    caught = ", ".join(dict.fromkeys(spoken[rule] for rule in one.caught_by))
    shared = " and ".join(f"{dimension}={value}" for dimension, value in one.shared[:3])
    return f"{one.n:,} only by {caught}" + (f": {shared}" if shared else "")
