"""The careful way: one record at a time, whatever it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import orjson
import pyarrow as pa

from simulator.dataset.importing.fields import (
    HIDDEN_HOST,
    HIDDEN_TIME,
    HIDDEN_USER,
    Values,
    batch_of,
    possible,
    user_fields,
)
from simulator.dataset.importing.shapes import Recognised, decoded, recognise
from simulator.dataset.importing.windows import Fields
from simulator.dataset.whole_text import TEXT
from simulator.tables import Batch, Demand, PassedOver, Rejected

MAX_ROWS = 8192
MAX_TEXT = 32 << 20
SUB_RECORD = 28
"""Events of one line after the first have their number above these bits of the event id."""


@dataclass(slots=True)
class _Pending:
    fields: list[Fields] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)


class Careful:
    """Reads records of one file one at a time into batches. `file` is the path shown, `base` the first event id."""

    def __init__(self, file: str, base: int, demand: Demand) -> None:
        self._file = file
        self._base = base
        self._demand = demand
        self._wanted: dict[str, frozenset[str] | None] = {}
        self._pending: dict[str, _Pending] = {}
        self._rows = 0
        self._text = 0
        self._passed = 0

    def add(self, line: bytes | memoryview, record: int, ordinal: int) -> Iterator[Batch | Rejected | PassedOver]:
        """One line, or one record of a file: its events, when enough have come together."""
        try:
            record_found = decoded(line)
        except (orjson.JSONDecodeError, RecursionError) as error:
            yield Rejected(self._file, record, f"broken JSON: {error}")
            return
        yield from self.add_found(recognise(record_found), record, ordinal, len(line))

    def add_found(
        self, found: Iterable[Recognised | str], record: int, ordinal: int, size: int
    ) -> Iterator[Batch | Rejected | PassedOver]:
        """The events of one record that has been recognised."""
        try:
            for number, event in enumerate(found):
                if isinstance(event, str):
                    yield Rejected(self._file, record, event)
                    continue
                self._keep(event, record, self._base + ordinal + (number << SUB_RECORD))
                if self._rows >= MAX_ROWS or self._text + size >= MAX_TEXT:
                    yield from self.flush()
        except RecursionError:
            yield Rejected(self._file, record, "nested too deeply")
        self._text += size

    def _keep(self, event: Recognised, record: int, event_id: int) -> None:
        table = event.table
        if table not in self._wanted:
            wanted = self._demand.of(table)
            self._wanted[table] = None if wanted is None else possible(table, wanted)
        wanted = self._wanted[table]
        if wanted is None:
            self._passed += 1
            return
        pending = self._pending.setdefault(table, _Pending())
        pending.ids.append(event_id)
        pending.records.append(record)
        pending.fields.append(event.fields)
        self._rows += 1

    def flush(self) -> Iterator[Batch | PassedOver]:
        """What has come together so far."""
        for table, pending in self._pending.items():
            wanted = self._wanted[table] or frozenset()
            ids, records = np.array(pending.ids, np.int64), np.array(pending.records, np.int64)
            yield batch_of(table, _columns(table, pending.fields, wanted), wanted, self._file, ids, records)
        self._pending = {}
        self._rows = self._text = 0
        if self._passed:
            yield PassedOver(self._passed)
            self._passed = 0


def _columns(table: str, rows: list[Fields], wanted: frozenset[str]) -> dict[str, Values]:
    names = {*wanted, *user_fields(table), HIDDEN_TIME, HIDDEN_HOST, HIDDEN_USER} - {TEXT}
    columns: dict[str, Values] = {}
    for name in names:
        values = [row.get(name) for row in rows]
        if any(isinstance(value, list) for value in values):
            columns[name] = pa.array([[v] if isinstance(v, str) else v for v in values], pa.list_(pa.string()))
        elif any(value is not None for value in values):
            columns[name] = pa.array(values, pa.string())
    if TEXT in wanted:
        columns[TEXT] = pa.array([_whole(row) for row in rows], pa.string())
    return columns


def _whole(fields: Fields) -> str:
    values = (value for name, value in fields.items() if name[0] != "\0" and name[0] != "_")
    return "\n".join("\n".join(value) if isinstance(value, list) else value for value in values)
