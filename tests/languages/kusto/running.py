"""Queries run over small tables."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.engine import rows as engine_rows
from simulator.engine.reference import rows as reference_rows
from simulator.ir import Limit, Sort, columns_of
from simulator.languages.context import Compiled
from simulator.languages.embedded import whole
from simulator.languages.kusto import compile_query
from simulator.tables import TABLES, Column, Table, Type
from simulator.tables.memory import FrameSource
from tests.engine.memory import frame

KINDS = {
    "s": Type.TEXT,
    "u": Type.TEXT,
    "n": Type.INTEGER,
    "m": Type.INTEGER,
    "r": Type.REAL,
    "b": Type.BOOLEAN,
    "at": Type.TIME,
    "d": Type.DYNAMIC,
}
T = Table("kusto.T", "Rows of a test", tuple(Column(name, kind) for name, kind in KINDS.items()), "this test")

Rows = Sequence[Mapping[str, Any]]


def compiled(query: str) -> Compiled:
    """The plan of a query that may read the table `T`."""
    return compile_query(whole("test.kql", query), {**TABLES, T.name: T})


def run(query: str, rows: Rows = (), now: int | None = None, **others: Rows) -> list[dict[str, Any]]:
    """The rows that `query` gives; `rows` are those of the table `T`, `others` of `vendor__Name`."""
    frames = {T.name: frame([_json(row) for row in rows])} if rows else {}
    first = len(rows) + 1
    for name, found in others.items():
        frames[name.replace("__", ".", 1)] = frame([_json(row) for row in found], first)
        first += len(found)
    plan = compiled(query).plan
    found: list[dict[str, Any]] = engine_rows(plan, FrameSource(frames), now).to_pylist()
    events = [(table, event) for table, one in frames.items() for event in one.to_pylist()]
    kinds = columns_of(plan)
    slow = [
        {name: _shown(one.fields[name], kind) for name, kind in kinds.items()}
        for one in reference_rows(plan, events, now)
    ]
    # rows of constants have no order of their own
    ordered = isinstance(plan, Sort | Limit) or bool(rows)
    assert _seen(slow, ordered) == _seen(found, ordered), "the reference evaluator sees it otherwise"
    return found


def _seen(rows: list[dict[str, Any]], ordered: bool) -> list[Any]:
    def told(value: Any) -> str:
        return value.isoformat() if isinstance(value, dt.datetime) else repr(value)

    return rows if ordered else sorted([(name, told(value)) for name, value in row.items()] for row in rows)


def _shown(value: Any, kind: Type) -> Any:
    """A plain value of the reference as Arrow shows it."""
    if value is None or kind is not Type.TIME:
        return value
    return dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=value)


def _json(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: json.dumps(value) if isinstance(value, list | dict) else value for name, value in row.items()}


def column(query: str, rows: Rows = (), **others: Rows) -> list[Any]:
    """The values of the first column of the rows that `query` gives."""
    return [next(iter(row.values())) for row in run(query, rows, **others)]


def value(expression: str, row: Mapping[str, Any] | None = None) -> Any:
    """What an expression is worth over one row of `T`."""
    (found,) = run(f"T | project y = {expression}", [row or {"s": "x"}])
    return found["y"]


def folded(expression: str) -> Any:
    """What an expression without columns is worth."""
    (found,) = run(f"print y = {expression}")
    return found["y"]


def loaded(value: Any) -> Any:
    """A dynamic as Python has it."""
    return None if value is None else json.loads(value)
