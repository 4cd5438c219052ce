"""What a scorecard says: plain values with their counts, and `unmeasured` where the stream cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio or rate with its 95 % interval and the count below the line."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the middle and the slow end of `n` values lie (p90 by linear interpolation)."""

    median: float
    p90: float
    n: int


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """The stream cannot say, and why."""

    unmeasured: str


Measure = Ratio | Unmeasured
SpreadMeasure = Spread | Unmeasured


@dataclass(frozen=True, slots=True)
class Scope:
    """Which malicious scenarios a rule ought to catch, and who says so."""

    by: Literal["expect", "technique", "unmeasured"]
    scenarios: tuple[str, ...] = ()
    reason: str = ""
    """In words: what made it the scope, or why there is none."""


@dataclass(frozen=True, slots=True)
class ScenarioCatch:
    """How many instances of one malicious scenario a rule caught."""

    scenario: str
    caught: int
    n: int
    in_scope: bool


@dataclass(frozen=True, slots=True)
class VariationRecall:
    """Recall over the instances in scope that have `value` in `dimension`."""

    dimension: str
    value: str
    caught: int
    n: int
    recall: Ratio


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Values under which a rule missed every one of `n` instances, though it catches others."""

    values: tuple[tuple[str, str], ...]
    """One (dimension, value), or a pair of them of which neither alone is blind."""
    n: int


@dataclass(frozen=True, slots=True)
class Noise:
    """A benign scenario that made a rule fire."""

    scenario: str
    title: str
    cases: int
    """False cases with evidence from this scenario. One case can have several scenarios in it."""
    alerts: int
    hosts: int


@dataclass(frozen=True, slots=True)
class RuleScore:
    """How good one rule is. Counts that need the truth are None where the stream has none."""

    id: str
    title: str
    path: str
    language: str
    level: str
    name: str
    techniques: tuple[str, ...]
    tables: tuple[str, ...]
    alerts: int
    cases: int
    tp: int | None
    fp: int | None
    alert_tp: int | None
    alert_fp: int | None
    caught: int | None
    missed: int | None
    scope: Scope
    precision: Measure
    alert_precision: Measure
    recall: Measure
    f1: Measure
    false_alarms_per_1000_hosts_per_day: Measure
    precision_at_base_rate: Measure
    time_to_detect_seconds: SpreadMeasure
    bytes_out_before_alert: SpreadMeasure
    recall_by_variation: tuple[VariationRecall, ...] = ()
    blind_spots: tuple[BlindSpot, ...] = ()
    noise: tuple[Noise, ...] = ()
    by_scenario: tuple[ScenarioCatch, ...] = ()
    failure: str = ""
    """Why the rule could not run, when it could not."""


@dataclass(frozen=True, slots=True)
class ScenarioScore:
    """What the whole rule set made of one scenario."""

    id: str
    title: str
    label: str
    techniques: tuple[str, ...]
    instances: int
    caught: int | None
    """Instances that any rule caught; None for benign scenarios, which are not to be caught."""
    missed: int | None
    recall: Measure
    time_to_detect_seconds: SpreadMeasure
    rules: tuple[str, ...]
    """The rules that fired on it."""
    false_cases: int | None
    """False cases that it made, over all rules; None for malicious scenarios."""


@dataclass(frozen=True, slots=True)
class TechniqueScore:
    """What the whole rule set made of the malicious scenarios of one technique."""

    id: str
    scenarios: tuple[str, ...]
    instances: int
    caught: int
    missed: int
    recall: Measure
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LanguageCatch:
    """How many instances of the scenario the rule of one language caught."""

    language: str
    rule: str
    title: str
    caught: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """`n` instances that the rules `caught_by` caught and the equivalent rules `missed_by` did not."""

    caught_by: tuple[str, ...]
    missed_by: tuple[str, ...]
    n: int
    shared: tuple[tuple[str, str], ...]
    """(dimension, value) that these instances have in common, and those that the rules agree on do not."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One attack judged by equivalent rules in several languages."""

    question: str
    """What the rules' names have in common, e.g. `rclone-execution`."""
    scenario: str
    n: int
    languages: tuple[LanguageCatch, ...]
    all_caught: int
    all_missed: int
    disputes: tuple[Dispute, ...]


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All scores of one run."""

    stream: Mapping[str, Any]
    """What was scored on: seed, world, hosts, days, start, events, instances, and the parameters of the scoring."""
    rules: tuple[RuleScore, ...]
    scenarios: tuple[ScenarioScore, ...]
    techniques: tuple[TechniqueScore, ...]
    reading: Mapping[str, Any]
    """What the rules read: events per table, events passed over, records rejected with examples."""
    comparisons: tuple[Comparison, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The scorecard as docs/json.md describes it, of nothing but dicts, lists, texts, numbers and None."""
        return {"schema": SCHEMA_VERSION} | {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _plain(value: object) -> Any:
    match value:
        case BlindSpot(values, n):
            return {"values": dict(values), "n": n}
        case Dispute():
            return {name: _plain(getattr(value, name)) for name in ("caught_by", "missed_by", "n")} | {
                "shared": dict(value.shared)
            }
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case tuple() | list():
            return [_plain(item) for item in value]
        case _:
            return value
