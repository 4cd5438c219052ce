"""The contract between whoever holds events and whoever reads them.

A source is cut into parts: pieces that can be read independently, in any process, in bounded memory. Reading a part
takes a demand (which columns of which tables) and gives batches, each of one table, and the records that could not be
read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Protocol

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Demand:
    """What somebody wants to read: for each table pattern the columns, and whether the whole text is wanted too.

    `columns` maps a table name or pattern (`*` is any text) to column names. Where `_text` is among them, the batch
    carries a column `_text` with every value of the event, one to a line.
    """

    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    text_events: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """For patterns that want `_text`: of which event ids at most. A reader may leave `_text` null in all others, since
    no rule looks at it there. A pattern that is not named wants it of all."""

    def patterns(self, table: str, *, copy: bool = False) -> Iterator[str]:
        """The patterns that `table` matches. Copies of records (see Batch) are meant only by patterns that name their
        vendor: what reads every table reads the records themselves."""
        for pattern in self.columns:
            if fnmatchcase(table, pattern) and not (copy and "*" in pattern.partition(".")[0]):
                yield pattern

    def of(self, table: str, *, copy: bool = False) -> frozenset[str] | None:
        """The columns wanted of `table`; None when nobody wants its events at all."""
        found = [self.columns[pattern] for pattern in self.patterns(table, copy=copy)]
        return frozenset().union(*found) if found else None

    def text_wanted(self, table: str, event_id: int) -> bool:
        """Whether anybody wants `_text` of the events of `table` that have this id."""
        return any(
            "_text" in names and event_id in self.text_events.get(pattern, (event_id,))
            for pattern, names in self.columns.items()
            if fnmatchcase(table, pattern)
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events of one table.

    `rows` has the system columns, and of the demanded columns those that occur; an absent column is absent, which
    means null in every row. Text columns may be dictionary-encoded.
    """

    table: str
    rows: pa.RecordBatch
    copy: bool = False
    """Whether these are events that the source also gives under another table's name, with the same ids: a record
    read as what another product would have made of it."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that could not be read: counted and shown, never fatal."""

    file: str
    record: int
    reason: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Events that were met and not read, because no demand names their table."""

    events: int


class Part(Protocol):
    """A piece of a source. Picklable; reading it leaves no trace."""

    @property
    def size(self) -> int:
        """How much work it is, in bytes on disk; for balance and progress."""

    def read(self, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
        """Its events, in batches of bounded size, and its broken records."""


class Source(Protocol):
    """Anything that holds tables of events: a stream, a folder of EVTX files, a data frame."""

    def tables(self) -> Sequence[str]:
        """The names of the tables it is known to hold; empty when that shows only on reading."""

    def parts(self) -> Sequence[Part]:
        """Its pieces, in a fixed order."""

    def scan(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All events of one table."""
