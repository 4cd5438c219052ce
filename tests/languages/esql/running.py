"""Queries run over small tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.engine import rows as engine_rows
from simulator.engine.reference import rows as reference_rows
from simulator.ir import columns_of
from simulator.languages import kuery
from simulator.languages.embedded import whole
from simulator.languages.esql import compile_query
from simulator.tables import TABLES, Column, Table, Type
from simulator.tables.memory import FrameSource
from tests.engine.memory import frame

TEST = Table(
    "elastic.test",
    "Rows of a test",
    tuple(
        Column(name, kind)
        for name, kind in {
            "n": Type.INTEGER,
            "m": Type.INTEGER,
            "r": Type.REAL,
            "s": Type.TEXT,
            "t": Type.TEXT,
            "yes": Type.BOOLEAN,
            "at": Type.TIME,
            "many": Type.TEXTS,
            "numbers": Type.INTEGERS,
            "ip": Type.TEXT,
            "process.name": Type.TEXT,
            "message": Type.TEXT,
        }.items()
    ),
    "this test",
)


def run(
    query: str, rows: Sequence[Mapping[str, Any]] = (), now: int | None = None, **others: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The rows that `query` gives over `rows`, which are those of the index `test`; `others` are of other tables."""
    schemas = {**TABLES, TEST.name: TEST}
    compiled = compile_query(whole("test.esql", query), schemas, kuery=kuery.condition, lucene=kuery.lucene_condition)
    tables = {name.replace("__", "."): found for name, found in others.items()}
    frames = {TEST.name: frame(rows)} if rows else {}
    first = len(rows) + 1
    for name, found in tables.items():
        frames[f"elastic.{name}"] = frame(found, first)
        first += len(found)
    found: list[dict[str, Any]] = engine_rows(compiled.plan, FrameSource(frames), now).to_pylist()
    events = [(table, event) for table, one in frames.items() for event in one.to_pylist()]
    kinds = columns_of(compiled.plan)
    slow = [
        {name: _shown(one.fields[name], kind) for name, kind in kinds.items()}
        for one in reference_rows(compiled.plan, events, now)
    ]
    assert slow == found, "the reference evaluator sees it otherwise"
    return found


def _shown(value: Any, kind: Type) -> Any:
    """A plain value of the reference as Arrow shows it."""
    if value is None:
        return None
    if kind.element is not None:
        return [_shown(one, kind.element) for one in value]
    return dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=value) if kind is Type.TIME else value


def row(query: str) -> dict[str, Any]:
    """The one row that a query which begins with ROW gives."""
    (found,) = run(query)
    return found


def value(expression: str, before: str = "ROW x = 1") -> Any:
    """What an expression is worth."""
    return row(f"{before} | EVAL y = {expression} | KEEP y")["y"]
