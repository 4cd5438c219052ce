"""Runs cases of functions in Python and in DuckDB."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp, parse_one

from simulator.engine.functions import AGGREGATES, FUNCTIONS
from simulator.engine.functions.calls import aggregate, evaluate
from simulator.engine.functions.model import Ask
from simulator.tables import Type

T, I, R, B, TIME, SPAN, D = (  # noqa: E741
    Type.TEXT,
    Type.INTEGER,
    Type.REAL,
    Type.BOOLEAN,
    Type.TIME,
    Type.SPAN,
    Type.DYNAMIC,
)
TS, IS, RS, TIMES = Type.TEXTS, Type.INTEGERS, Type.REALS, Type.TIMES


@dataclass(frozen=True)
class Signature:
    """A function with the kinds of its arguments and its result."""

    name: str
    kinds: tuple[Type, ...]
    kind: Type


@dataclass(frozen=True)
class Case:
    """A call and what comes of it."""

    name: str
    args: tuple[Any, ...]
    kinds: tuple[Type, ...]
    kind: Type
    expected: Any

    @property
    def signature(self) -> Signature:
        return Signature(self.name, self.kinds, self.kind)


def cases(name: str, kinds: Sequence[Type], kind: Type, *rows: tuple[Any, ...]) -> list[Case]:
    """Cases of one signature: each row is the arguments and then the result."""
    return [Case(name, row[:-1], tuple(kinds), kind, row[-1]) for row in rows]


def arrow_type(kind: Type) -> pa.DataType:
    if kind.element is not None:
        return pa.list_(arrow_type(kind.element))
    return pa.int64() if kind is Type.TIME else kind.arrow


def duck_type(kind: Type) -> str:
    if kind.element is not None:
        return f"{duck_type(kind.element)}[]"
    whole = ("BIGINT", (Type.INTEGER, Type.SPAN, Type.TIME))
    real, truth = ("DOUBLE", (Type.REAL,)), ("BOOLEAN", (Type.BOOLEAN,))
    return next((name for name, kinds in (whole, real, truth) if kind in kinds), "VARCHAR")


def arrow_column(values: Sequence[Any], kind: Type) -> pa.Array:
    return pa.array(values, arrow_type(kind))


def by_python(signature: Signature, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    return [evaluate(signature.name, row, signature.kinds, signature.kind) for row in rows]


def by_duckdb(signature: Signature, rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """The results of all `rows` of arguments, in one query."""
    names = [f"c{n}" for n in range(len(signature.kinds))]
    columns = {
        name: arrow_column([row[n] for row in rows], kind)
        for n, (name, kind) in enumerate(zip(names, signature.kinds, strict=True))
    }
    build = FUNCTIONS[signature.name].sql
    args = [exp.column(name) for name in names]
    call = None if build is None else build(args, signature.kinds, signature.kind)
    if call is None:
        return by_python(signature, rows)  # DuckDB would call the same
    return _run(call, {"place": pa.array(range(len(rows))), **columns}, signature.kind, " FROM given ORDER BY place")


def _run(call: exp.Expression, columns: dict[str, pa.Array], kind: Type, rest: str) -> list[Any]:
    connection = _connection()
    connection.register("given", pa.table(columns))
    query = f"SELECT CAST({call.sql(dialect='duckdb')} AS {duck_type(kind)}) AS found{rest}"
    return connection.sql(query).to_arrow_table()["found"].to_pylist()


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET timezone = 'UTC'")
    connection.execute("SET threads = 1")
    return connection


def same(left: Any, right: Any) -> bool:
    """Equal, floats but for their last digits."""
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right and type(left) is type(right)


def check(every: Sequence[Case]) -> None:
    """Fails unless Python and DuckDB give what the cases expect; and null for each null argument where they should."""
    wrong = []
    for signature in dict.fromkeys(case.signature for case in every):
        some = [case for case in every if case.signature == signature]
        rows = [case.args for case in some]
        for how in (by_python, by_duckdb):
            found = how(signature, rows)
            wrong += [
                f"{how.__name__} {case.name}{case.args!r}: {value!r}, not {case.expected!r}"
                for case, value in zip(some, found, strict=True)
                if not same(value, case.expected)
            ]
    assert not wrong, "\n".join(wrong)


def check_agreement(signature: Signature, rows: Sequence[tuple[Any, ...]]) -> None:
    """Fails unless Python and DuckDB agree."""
    for row, ours, theirs in zip(rows, by_python(signature, rows), by_duckdb(signature, rows), strict=True):
        assert same(ours, theirs), f"{signature.name}{row!r}: python {ours!r}, duckdb {theirs!r}"


def check_nulls(signature: Signature, row: tuple[Any, ...]) -> None:
    """Fails unless a null in the place of any argument gives null."""
    rows = [tuple(None if n == place else value for n, value in enumerate(row)) for place in range(len(row))]
    check([Case(signature.name, args, signature.kinds, signature.kind, None) for args in rows])


@dataclass(frozen=True)
class Grouped:
    """An aggregate over rows of arguments, in order, and what comes of it."""

    name: str
    kinds: tuple[Type, ...]
    kind: Type
    rows: tuple[tuple[Any, ...], ...]
    expected: Any = None
    distinct: bool = False


def aggregate_by_duckdb(case: Grouped) -> Any:
    names = [f"c{n}" for n in range(len(case.kinds))]
    columns = {
        name: arrow_column([row[n] for row in case.rows], kind)
        for n, (name, kind) in enumerate(zip(names, case.kinds, strict=True))
    }
    args = [exp.column(name) for name in names]
    order = [exp.Ordered(this=exp.column("place"), nulls_first=False)]
    entry = AGGREGATES[case.name]
    needed = [f"{arg.sql(dialect='duckdb')} IS NOT NULL" for arg in args] if not entry.nulls else []
    keep = parse_one(" AND ".join(needed or ["true"]), dialect="duckdb")

    def over(call: exp.Expression) -> exp.Expression:
        if case.distinct and entry.plain:
            call.set("expressions", [exp.Distinct(expressions=call.expressions)])
        return exp.Filter(this=call, expression=exp.Where(this=keep.copy()))

    call = None if entry.sql is None else entry.sql(Ask(args, case.kinds, case.kind, order, over))
    if call is None or (case.distinct and not entry.plain):
        return aggregate(case.name, case.rows, case.kinds, case.kind, case.distinct)  # DuckDB would call the same
    # Against the order of the rows, so that an order that is not asked for shows.
    given = " FROM (SELECT * FROM given ORDER BY place DESC)"
    return _run(call, {"place": pa.array(range(len(case.rows)), pa.int64()), **columns}, case.kind, given)[0]


def check_aggregates(every: Sequence[Grouped]) -> None:
    """Fails unless Python and DuckDB give what the cases expect."""
    wrong = []
    for case in every:
        ours = aggregate(case.name, case.rows, case.kinds, case.kind, case.distinct)
        for how, found in (("python", ours), ("duckdb", aggregate_by_duckdb(case))):
            if not same(found, case.expected):
                wrong.append(f"{how} {case.name} of {case.rows!r}: {found!r}, not {case.expected!r}")
    assert not wrong, "\n".join(wrong)


def check_aggregates_agree(case: Grouped) -> None:
    """Fails unless Python and DuckDB agree."""
    ours = aggregate(case.name, case.rows, case.kinds, case.kind, case.distinct)
    theirs = aggregate_by_duckdb(case)
    assert same(ours, theirs), f"{case.name} of {case.rows!r}: python {ours!r}, duckdb {theirs!r}"
