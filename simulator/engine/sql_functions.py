"""Python that DuckDB calls: predicates of the sieve over columns of rows, and functions that have no SQL of their own.

Each is made known to the connection once, under a name of ours, when a query first needs it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from simulator.engine.columns import positions
from simulator.engine.functions.calls import aggregate, evaluate
from simulator.engine.kinds import row_type
from simulator.engine.text import elements, fold, text_of
from simulator.engine.values import CheckTest, compile_pair
from simulator.ir import FieldPair, Leaf, Missing
from simulator.tables import Type

SQL_TYPES: dict[Type, str] = {
    Type.TEXT: "VARCHAR",
    Type.INTEGER: "BIGINT",
    Type.REAL: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
    Type.TIME: "BIGINT",
    Type.SPAN: "BIGINT",
    Type.DYNAMIC: "VARCHAR",
    Type.TEXTS: "VARCHAR[]",
    Type.INTEGERS: "BIGINT[]",
    Type.REALS: "DOUBLE[]",
    Type.TIMES: "BIGINT[]",
}
"""What DuckDB holds of each kind."""

REMEMBERED = 50_000
"""So many answers of a function are kept: the runs of a schedule ask the same again and again."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Calls:
    """The Python functions that one connection knows."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        self._names: dict[object, str] = {}

    def leaf(self, leaf: Leaf, kinds: Sequence[Type]) -> str:
        """The name of the function that says what `leaf` says of values of `kinds` (one, or two of a pair)."""
        if isinstance(leaf, FieldPair):
            pair = replace(leaf, left="", right="")
            return self._named((pair, *kinds), lambda: _pair_test(pair, kinds), kinds, "BOOLEAN")
        alone: Any = replace(leaf, field="")
        return self._named((alone, *kinds), lambda: _leaf_test(alone, kinds[0]), kinds, "BOOLEAN")

    def function(self, name: str, kinds: Sequence[Type], kind: Type) -> str:
        """The name of the plan's function `name` over arguments of `kinds`."""
        call = lambda *row: evaluate(name, row, kinds, kind)  # noqa: E731 - as short as it can be
        return self._named((name, tuple(kinds), kind), lambda: _row_by_row(call, kinds, kind), kinds, SQL_TYPES[kind])

    def own(self, function: Callable[..., Any], kinds: Sequence[Type], kind: Type) -> str:
        """The name of a function of the engine itself."""
        return self._named(function, lambda: _row_by_row(function, kinds, kind), kinds, SQL_TYPES[kind])

    def aggregator(self, name: str, kinds: Sequence[Type], kind: Type, distinct: bool) -> str:
        """The name of the aggregate `name` as a function of a list of structs `a0`, `a1` … of arguments, in order."""
        fields = ", ".join(f"a{place} {SQL_TYPES[kind]}" for place, kind in enumerate(kinds)) or "a0 INTEGER"
        key = ("aggregate", name, tuple(kinds), kind, distinct)
        return self._named(
            key, lambda: _over_lists(name, kinds, kind, distinct), [f"STRUCT({fields})[]"], SQL_TYPES[kind]
        )

    def _named(
        self, key: object, make: Callable[[], Callable[..., Any]], kinds: Sequence[Type | str], result: str
    ) -> str:
        if key not in self._names:
            name = f"py{len(self._names)}"
            types: Any = [kind if isinstance(kind, str) else SQL_TYPES[kind] for kind in kinds]
            make_known: Any = self._database.create_function  # the stubs know fewer types than DuckDB
            make_known(name, make(), types, result, type="arrow", null_handling="special")
            self._names[key] = name
        return self._names[key]


def _seen(kind: Type) -> Callable[[Any], Any]:
    """From what DuckDB holds of a value that is not null to what predicates see of it."""
    match kind:
        case Type.TIME:
            return lambda value: _EPOCH + timedelta(microseconds=value)
        case Type.TIMES:
            return lambda values: [_EPOCH + timedelta(microseconds=value) for value in values]
        case _:
            return lambda value: value


def _leaf_test(leaf: Any, kind: Type) -> Callable[..., Any]:
    """A check over a column; each distinct value is looked at once."""
    test = CheckTest((leaf,))
    missing = None if leaf.missing is Missing.UNKNOWN else False
    seen = _seen(kind)
    known: dict[Any, bool] = {}

    def ask(values: Sequence[Any]) -> list[bool]:
        return list(map(bool, test.many(list(map(_folded, values)) if test.folded else values)))

    def many(values: Sequence[Any]) -> list[bool]:
        if kind in (Type.REAL, Type.REALS):  # 0.0 and -0.0 are equal and have different texts
            return ask(values)
        new = [value for value in values if value not in known]
        if len(known) + len(new) > REMEMBERED:
            known.clear()
            new = list(values)
        known.update(zip(new, ask(new), strict=True))
        return [known[value] for value in values]

    def run(column: Any) -> Any:
        column = _whole(column)
        if kind.element is not None:
            found = []
            for value in column.to_pylist():
                items = elements(seen(value)) if value is not None else ()
                found.append(any(many(items)) if items else missing)
            return pa.array(found, pa.bool_())
        coded = column.dictionary_encode()
        values = [seen(value) for value in coded.dictionary.to_pylist()]
        answers = pa.array([*many(values), missing] if values else [missing], pa.bool_())
        codes = coded.indices.cast(pa.int64()).fill_null(len(values)).to_numpy(zero_copy_only=False)
        return answers.take(positions(codes))

    return run


def _folded(value: object) -> str:
    return fold(text_of(value))


def _pair_test(leaf: FieldPair, kinds: Sequence[Type]) -> Callable[..., Any]:
    relate = compile_pair(leaf)
    missing = None if leaf.missing is Missing.UNKNOWN else False
    seen = [_seen(kind) for kind in kinds]

    def run(left: Any, right: Any) -> Any:
        found: list[bool | None] = []
        for one, other in zip(left.to_pylist(), right.to_pylist(), strict=True):
            some = elements(seen[0](one)) if one is not None else ()
            others = elements(seen[1](other)) if other is not None else ()
            found.append(any(relate(a, b) for a in some for b in others) if some and others else missing)
        return pa.array(found, pa.bool_())

    return run


def _row_by_row(function: Callable[..., Any], kinds: Sequence[Type], kind: Type) -> Callable[..., Any]:
    # Equal rows are computed once, unless equal values can differ (0.0 and -0.0) or have no hash (lists).
    once = all(kind.element is None and kind is not Type.REAL for kind in kinds)
    known: dict[Any, Any] = {}

    def value_of(row: tuple[Any, ...]) -> Any:
        if row not in known:
            if len(known) >= REMEMBERED:
                known.clear()
            known[row] = function(*row)
        return known[row]

    def run(*columns: Any) -> Any:
        whole = [_whole(column) for column in columns]
        if not once:
            rows = zip(*(column.to_pylist() for column in whole), strict=True)
            return pa.array([function(*row) for row in rows], row_type(kind))
        first, places = _distinct_rows(whole)
        rows = zip(*(column.take(first).to_pylist() for column in whole), strict=True)
        return pa.array(list(map(value_of, rows)), row_type(kind)).take(places)

    # DuckDB counts the parameters: one for `*columns`, whatever the number of arguments.
    parameters = [inspect.Parameter(f"column{n}", inspect.Parameter.POSITIONAL_ONLY) for n in range(len(kinds))]
    made: Any = run
    made.__signature__ = inspect.Signature(parameters)
    return run


def _distinct_rows(columns: Sequence[Any]) -> tuple[Any, Any]:
    """The place of one row of each kind, and for each row which of these it is like."""
    codes = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        coded = column.dictionary_encode()
        own = coded.indices.cast(pa.int64()).fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
        # Numbered anew each time, so that no number gets too large.
        codes = np.unique(codes * (len(coded.dictionary) + 1) + own, return_inverse=True)[1]
    _, first, places = np.unique(codes, return_index=True, return_inverse=True)
    return positions(first), positions(places)


def _over_lists(name: str, kinds: Sequence[Type], kind: Type, distinct: bool) -> Callable[..., Any]:
    names = [f"a{place}" for place in range(len(kinds))]

    def run(column: Any) -> Any:
        found = []
        for rows in column.to_pylist():
            tuples = [tuple(row[name] for name in names) for row in rows or ()]
            found.append(aggregate(name, tuples, kinds, kind, distinct))
        return pa.array(found, row_type(kind))

    return run


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
