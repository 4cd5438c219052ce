"""SQL by example: DuckDB expressions with places for arguments, parsed once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import cast

from sqlglot import exp, parse_one

from simulator.engine.functions.model import AggregateSql, Sql
from simulator.tables import Type

_PLACE = re.compile(r"_[0-9]+")
_WHOLE = (exp.Column, exp.Literal, exp.Func, exp.Paren, exp.Null, exp.Boolean, exp.Array, exp.Bracket, exp.Window)


def sql(template: str) -> Sql:
    """The expression `template` of DuckDB, in which `_0`, `_1` … are the arguments."""
    return lambda args, _kinds, _kind: filled(template, args)


def by_kind(first: int = 0, **templates: str | None) -> Sql:
    """One template for each kind (`integer=…`, `text=…`) of the argument at `first`; `other` for all the rest.
    Python runs where there is none."""

    def build(args: Sequence[exp.Expression], kinds: Sequence[Type], _kind: Type) -> exp.Expression | None:
        template = templates.get(kinds[first].value, templates.get("other"))
        return None if template is None else filled(template, args)

    return build


def filled(template: str, args: Sequence[exp.Expression]) -> exp.Expression:
    """`template` with `args` in their places."""

    def place(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Column) and _PLACE.fullmatch(node.name) and len(node.parts) == 1:
            return whole(args[int(node.name[1:])])
        return node

    return _parsed(template).transform(place)


def chained(template: str, args: Sequence[exp.Expression]) -> exp.Expression:
    """`template` of two arguments over all of `args`, from the left."""
    found = args[0]
    for arg in args[1:]:
        found = filled(template, (found, arg))
    return found


def whole(arg: exp.Expression) -> exp.Expression:
    """A copy of `arg` that can stand beside any operator."""
    return arg.copy() if isinstance(arg, _WHOLE) else exp.Paren(this=arg.copy())


def text(value: str) -> exp.Expression:
    """A text as SQL."""
    return exp.Literal.string(value)


@lru_cache(maxsize=1024)
def _parsed(template: str) -> exp.Expression:
    return cast(exp.Expression, parse_one(template, dialect="duckdb"))


def aggregated(function: str, template: str = "_0") -> AggregateSql:
    """DuckDB's aggregate `function` over the arguments, its result put into `template`."""
    return lambda ask: filled(template, (ask.over(called(function, ask.args)),))


def called(function: str, args: Sequence[exp.Expression], order: Sequence[exp.Expression] = ()) -> exp.Expression:
    """A call of DuckDB's `function`, with its arguments in `order` if it is an aggregate that minds it."""
    given = [arg.copy() for arg in args]
    if order:
        given[-1] = exp.Order(this=given[-1], expressions=[key.copy() for key in order])
    return exp.Anonymous(this=function, expressions=given)


FINITE = "list_filter([_0], LAMBDA v : isfinite(v))[1]"
"""A REAL, or null where it is infinite or no number. (A list, so that the argument is written but once.)"""

FITS_INTEGER = "TRY_CAST(_0 AS BIGINT)"
"""A HUGEINT as INTEGER, or null where it has more than 64 bits."""

FIRST_TIME = -62135596800000000
"""Microseconds from 1970 back to the year 1."""
LAST_TIME = 253402300799999999
"""Microseconds from 1970 to the end of the year 9999."""

FITS_TIME = f"CAST(list_filter([_0], LAMBDA v : v BETWEEN {FIRST_TIME} AND {LAST_TIME})[1] AS BIGINT)"
"""Microseconds as TIME, or null outside the years 1 to 9999."""


def finite(template: str) -> str:
    """`template` with null in the place of infinities."""
    return FINITE.replace("_0", template)


def fits_integer(template: str) -> str:
    """`template`, a HUGEINT, as INTEGER."""
    return FITS_INTEGER.replace("_0", template)


def fits_time(template: str) -> str:
    """`template`, microseconds, as TIME."""
    return FITS_TIME.replace("_0", template)
