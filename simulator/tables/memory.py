"""A source over tables in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from simulator.tables.model import SYSTEM_COLUMNS
from simulator.tables.source import Batch, Demand, PassedOver, Rejected

_ALWAYS = frozenset((*(column.name for column in SYSTEM_COLUMNS), "_file", "_record"))


@dataclass(frozen=True, slots=True)
class FramePart:
    """Some rows of one table."""

    table: str
    rows: pa.Table

    @property
    def size(self) -> int:
        """Its bytes in memory."""
        return int(self.rows.nbytes)

    def read(self, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
        """The demanded columns; what is absent stays absent."""
        wanted = demand.of(self.table)
        if wanted is None:
            yield PassedOver(self.rows.num_rows)
            return
        names = [name for name in self.rows.column_names if name in wanted or name in _ALWAYS]
        for batch in self.rows.select(names).to_batches():
            yield Batch(self.table, batch)


@dataclass(frozen=True, slots=True)
class FrameSource:
    """Arrow tables by name as a source of events. Each must have the system columns; `_text` where keywords are to be
    found. `part_rows` is how many rows one part has."""

    frames: Mapping[str, pa.Table]
    part_rows: int = 65_536

    def tables(self) -> Sequence[str]:
        """The names of its tables."""
        return tuple(self.frames)

    def parts(self) -> Sequence[FramePart]:
        """Its tables, cut into pieces."""
        return tuple(
            FramePart(name, rows.slice(start, self.part_rows))
            for name, rows in self.frames.items()
            for start in range(0, rows.num_rows, self.part_rows)
        )

    def scan(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All rows of one table."""
        for part in self.parts():
            for item in part.read(Demand({table: frozenset(columns)})):
                if isinstance(item, Batch):
                    yield item.rows
