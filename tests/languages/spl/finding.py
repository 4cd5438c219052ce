"""What a search gives over a few events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from simulator.engine import rows
from simulator.languages.context import Compiled
from simulator.languages.embedded import whole
from simulator.languages.spl import compile_query
from simulator.languages.spl.lookups import Lookups
from simulator.languages.spl.macros import Macro
from simulator.tables import Column, Table, Type
from simulator.tables.memory import FrameSource
from tests.engine.memory import START, frame

TEST = "splunk.test"
PROCESSES = "cim.Endpoint.Processes"
Row = Mapping[str, object]

SCHEMAS = {
    TEST: Table(TEST, "Test", (Column("many", Type.TEXTS), Column("size", Type.INTEGER)), "made up", open=True),
    PROCESSES: Table(
        PROCESSES,
        "Processes",
        (*(Column(name) for name in ("dest", "user", "process_name", "process")), Column("process_id", Type.INTEGER)),
        "made up",
    ),
}

BASE = int(START.timestamp())


def compiled(search: str, macros: Sequence[Macro] = (), lookups: Lookups | None = None) -> Compiled:
    """A search's plan and warnings."""
    known = {(macro.name, len(macro.arguments)): macro for macro in macros}
    return compile_query(whole("s.spl", search), SCHEMAS, known, lookups)


def found(
    search: str,
    events: Sequence[Row] = (),
    table: str = TEST,
    macros: Sequence[Macro] = (),
    lookups: Lookups | None = None,
    now: int | None = None,
) -> list[dict[str, Any]]:
    """The rows of a search, with the values that are not null; times as seconds since `START`."""
    plan = compiled(search, macros, lookups).plan
    source = FrameSource({table: typed(table, events)} if events else {})
    moment = None if now is None else (BASE + now) * 1_000_000
    return [
        {name: _shown(value) for name, value in row.items() if value is not None}
        for row in rows(plan, source, moment).to_pylist()
    ]


def typed(table: str, events: Sequence[Row]) -> pa.Table:
    """Events as a table; `_text` is their values, a line each."""
    texts = ["\n".join(str(value) for value in event.values() if value is not None) for event in events]
    made = frame([{**event, "_text": text} for event, text in zip(events, texts, strict=True)])
    for column in SCHEMAS[table].columns:
        if column.name in made.column_names:
            values = pa.array([event.get(column.name) for event in events], column.type.arrow)
            made = made.set_column(made.column_names.index(column.name), column.name, values)
    return made


def _shown(value: object) -> object:
    return value.timestamp() - BASE if isinstance(value, datetime) else value


def column(search: str, events: Sequence[Row], name: str, **more: Any) -> list[Any]:
    """One field of each row, in order."""
    return [row.get(name) for row in found(search, events, **more)]


def hits(condition: str, events: Sequence[Row]) -> list[int]:
    """The numbers (from 0) of the events that `sourcetype=test <condition>` finds."""
    numbered = [{**event, "sourcetype": "test", "n": str(place)} for place, event in enumerate(events)]
    return sorted(int(row["n"]) for row in found(f"sourcetype=test {condition} | table n", numbered))


def value(expression: str, **fields: object) -> Any:
    """An eval expression over one event."""
    event = {"sourcetype": "test", **fields}
    (row,) = found(f"sourcetype=test | eval out={expression} | table out", [event])
    return row.get("out")
