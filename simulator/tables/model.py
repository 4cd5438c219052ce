"""Tables and columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import pyarrow as pa


class Type(Enum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    REAL = "real"
    BOOLEAN = "boolean"
    TIME = "time"
    """An instant in UTC, microseconds."""
    SPAN = "span"
    """A length of time, microseconds."""
    DYNAMIC = "dynamic"
    """Any JSON value, as JSON text."""
    TEXTS = "texts"
    """A list of texts."""
    INTEGERS = "integers"
    REALS = "reals"
    TIMES = "times"

    @property
    def element(self) -> Type | None:
        """What a list kind is a list of; None for single values."""
        return _ELEMENT.get(self)

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type in streams and batches."""
        return _ARROW[self]


_ARROW: dict[Type, pa.DataType] = {
    Type.TEXT: pa.string(),
    Type.INTEGER: pa.int64(),
    Type.REAL: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.TIME: pa.timestamp("us", tz="UTC"),
    Type.SPAN: pa.int64(),
    Type.DYNAMIC: pa.string(),
    Type.TEXTS: pa.list_(pa.string()),
    Type.INTEGERS: pa.list_(pa.int64()),
    Type.REALS: pa.list_(pa.float64()),
    Type.TIMES: pa.list_(pa.timestamp("us", tz="UTC")),
}

_ELEMENT = {
    Type.TEXTS: Type.TEXT,
    Type.INTEGERS: Type.INTEGER,
    Type.REALS: Type.REAL,
    Type.TIMES: Type.TIME,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what it holds."""

    name: str
    type: Type = Type.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """All events of one kind in one vendor's schema.

    `name` is `channel.kind`. `columns` are in the vendor's order, without the system columns. `source` says where the
    vendor documents them. `channel`, `provider` and `event_ids` route Windows events here. An `open` table may hold
    columns beyond those listed.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    source: str
    channel: str = ""
    provider: str = ""
    event_ids: tuple[int, ...] = ()
    open: bool = False
    names: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(column.name for column in self.columns))


SYSTEM_COLUMNS = (
    Column("_event_id", Type.INTEGER),
    Column("_time", Type.TIME),
    Column("_host", Type.TEXT),
    Column("_user", Type.TEXT),
)
"""In every batch of every table, whatever was asked for: the event's id (unique in its source), its time, the host it
happened on, and the user (without domain, in the record's own case; null when it names none). Events imported from
files also carry `_file` (path) and `_record` (line number in text logs, EventRecordID in EVTX)."""
