"""Events, rows, their evidence and their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

Event = Mapping[str, object]

EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row of a rule's result: the ids of the events behind it in order of (time, id), and of the last of them the
    time, host, user and table (null and empty where there is no event)."""

    events: tuple[int, ...]
    time: datetime | None
    host: str | None
    user: str | None
    table: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of any relation: its fields (of rows, plain values as functions see them; of events, what the event has),
    and the evidence as (table, event) pairs in order of (time, id)."""

    fields: Mapping[str, Any]
    evidence: tuple[tuple[str, Event], ...] = ()

    @property
    def events(self) -> tuple[int, ...]:
        """The ids of the events behind the row."""
        return tuple(cast(int, event["_event_id"]) for _, event in self.evidence)

    @property
    def places(self) -> tuple[tuple[datetime, int], ...]:
        """The events behind the row as they compare: by time and id."""
        times = (cast("datetime | None", event.get("_time")) for _, event in self.evidence)
        return tuple(zip((time or EARLIEST for time in times), self.events, strict=True))

    @property
    def time(self) -> datetime | None:
        """The time of the last of them."""
        return cast("datetime | None", self.evidence[-1][1].get("_time")) if self.evidence else None

    def as_evidence(self) -> Evidence:
        """What an alert says of the row."""
        table, last = self.evidence[-1] if self.evidence else ("", cast(Event, {}))
        host, user = cast("str | None", last.get("_host")), cast("str | None", last.get("_user"))
        return Evidence(self.events, self.time, host, user, table)


def together(rows: Iterable[Row]) -> tuple[tuple[str, Event], ...]:
    """The evidence of all `rows`, each event once."""
    every = {event["_event_id"]: (table, event) for row in rows for table, event in row.evidence}
    return tuple(sorted(every.values(), key=lambda pair: (pair[1].get("_time") or EARLIEST, pair[1]["_event_id"])))


def in_order(rows: Sequence[Row], columns: Iterable[str] = ()) -> list[Row]:
    """`rows` in the order of those without one: time, evidence, values column by column."""
    names = list(columns)

    def place(row: Row) -> Any:
        values = [(row.fields[name] is None, comparable(row.fields[name])) for name in names]
        return (row.time or EARLIEST, row.places, values)

    return sorted(rows, key=place)


def comparable(value: Any) -> Any:
    """A value that can be compared with others of its kind even where it is null."""
    return () if value is None else value


def hashable(value: Any) -> Any:
    """A value that can be a key: lists as tuples."""
    return tuple(map(hashable, value)) if isinstance(value, (list, tuple)) else value
