"""What a detection run gives: alerts, and what was read to find them."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from simulator.ir import Rule
from simulator.tables import Rejected

_COLUMNS: dict[str, pa.DataType] = {
    "rule": pa.string(),
    "title": pa.string(),
    "path": pa.string(),
    "level": pa.string(),
    "table": pa.string(),
    "time": pa.timestamp("us", tz="UTC"),
    "host": pa.string(),
    "user": pa.string(),
    "events": pa.list_(pa.int64()),
    "files": pa.list_(pa.string()),
    "records": pa.list_(pa.int64()),
}
ALERT_SCHEMA = pa.schema(_COLUMNS)
"""One row per alert, ordered by (time, rule, events). `events` are `_event_id`s of the evidence in order of time;
`time`, `host`, `user` and `table` are those of the last of them: the moment the rule fires. `files` and `records` run
parallel to `events` for imported logs and are null for streams."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: events per table, events that no rule wanted, and records that could not be read."""

    events: dict[str, int] = field(default_factory=dict)
    passed_over: int = 0
    rejected: int = 0
    examples: tuple[Rejected, ...] = ()
    """The first few rejected records."""
    copies: tuple[str, ...] = ()
    """The tables that events were read as besides their own; such events are counted once, by their own table."""

    @property
    def total(self) -> int:
        """All events met, wanted or not."""
        return sum(self.events.values()) + self.passed_over


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that could not be executed on this source, and why (it has no verdict, which is not "no match")."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alerts:
    """All alerts of one run, the rules that ran, and what they were run on."""

    table: pa.Table
    rules: tuple[Rule, ...]
    reading: Reading
    failures: tuple[Failure, ...] = ()
