"""Aggregates: one value of the rows of a group."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

from simulator.engine.functions.model import AggregateSql, Aggregator, Ask
from simulator.engine.functions.templates import FINITE, FITS_INTEGER, aggregated, called, filled
from simulator.tables import Type

Rows = list[tuple[Any, ...]]


def total(values: Sequence[int] | Sequence[float]) -> int | float | None:
    """The sum, exact of integers and correctly rounded of floats; null over none or beyond all floats."""
    if not values:
        return None
    if isinstance(values[0], float):
        try:
            return math.fsum(values)
        except OverflowError:
            return None
    return sum(values)


def _average(rows: Rows) -> float | None:
    found = total([float(value) for (value,) in rows])
    return None if found is None else found / len(rows)


def _sum_sql(ask: Ask) -> exp.Expression:
    return filled(FINITE if ask.kind is Type.REAL else FITS_INTEGER, (ask.over(called("sum", ask.args)),))


def _distinct_sql(ask: Ask) -> exp.Expression:
    value = ask.args[0] if len(ask.args) == 1 else called("row", ask.args)
    return ask.over(called("count", [exp.Distinct(expressions=[value])]))


def _at(descending: bool) -> AggregateSql:
    def build(ask: Ask) -> exp.Expression:
        key = exp.Ordered(this=ask.args[1].copy(), desc=descending, nulls_first=False)
        value = filled("CASE WHEN _1 IS NOT NULL THEN _0 END", ask.args)
        return ask.over(called("first", [value], [key, *ask.order]))

    return build


def _extreme(rows: Rows, choose: Callable[..., Any]) -> Any:
    keyed = [row for row in rows if row[1] is not None]
    return choose(keyed, key=lambda row: row[1])[0] if keyed else None


AGGREGATES = (
    Aggregator("count", len, lambda ask: ask.over(called("count", ask.args or [exp.Star()])), plain=True),
    Aggregator("sum", lambda rows: total([value for (value,) in rows]), _sum_sql, plain=True),
    Aggregator("average", _average, aggregated("avg", FINITE), plain=True),
    Aggregator("minimum", lambda rows: min((value for (value,) in rows), default=None), aggregated("min"), plain=True),
    Aggregator("maximum", lambda rows: max((value for (value,) in rows), default=None), aggregated("max"), plain=True),
    Aggregator("distinct_count", lambda rows: len({hashable(row) for row in rows}), _distinct_sql),
    Aggregator(
        "list",
        lambda rows: [value for (value,) in rows],
        lambda ask: filled("coalesce(_0, [])", (ask.over(called("list", ask.args, ask.order)),)),
    ),
    Aggregator(
        "any",
        lambda rows: rows[0][0] if rows else None,
        lambda ask: ask.over(called("first", ask.args, ask.order)),
    ),
    Aggregator(
        "last",
        lambda rows: rows[-1][0] if rows else None,
        lambda ask: ask.over(called("last", ask.args, ask.order)),
    ),
    Aggregator("at_maximum", lambda rows: _extreme(rows, max), _at(True), nulls=True),
    Aggregator("at_minimum", lambda rows: _extreme(rows, min), _at(False), nulls=True),
)


def hashable(value: Any) -> Any:
    """A value that can be a key: lists as tuples."""
    return tuple(map(hashable, value)) if isinstance(value, (list, tuple)) else value
