"""Conditions: choices, comparisons, three-valued logic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from simulator.engine.functions.model import Function
from simulator.engine.functions.templates import chained, sql
from simulator.tables import Type


def _and(*items: bool | None) -> bool | None:
    return False if False in items else None if None in items else True


def _or(*items: bool | None) -> bool | None:
    return True if True in items else None if None in items else False


def _and_sql(args: Sequence[exp.Expression], _kinds: Sequence[Type], _kind: Type) -> exp.Expression:
    return chained("_0 AND _1", args) if args else exp.true()


def _or_sql(args: Sequence[exp.Expression], _kinds: Sequence[Type], _kind: Type) -> exp.Expression:
    return chained("_0 OR _1", args) if args else exp.false()


def _if(*args: Any) -> Any:
    return next((then for condition, then in zip(args[:-1:2], args[1::2], strict=True) if condition), args[-1])


def _if_sql(args: Sequence[exp.Expression], _kinds: Sequence[Type], _kind: Type) -> exp.Expression:
    pairs = zip(args[:-1:2], args[1::2], strict=True)
    ifs = [exp.If(this=condition.copy(), true=then.copy()) for condition, then in pairs]
    return exp.Case(ifs=ifs, default=args[-1].copy())


CONDITIONS = (
    Function("if", _if, _if_sql, nulls=True),
    Function(
        "coalesce",
        lambda *args: next((arg for arg in args if arg is not None), None),
        lambda args, _kinds, _kind: exp.Coalesce(this=args[0], expressions=list(args[1:])),
        nulls=True,
    ),
    Function("equal", lambda left, right: left == right, sql("_0 = _1")),
    Function("less", lambda left, right: left < right, sql("_0 < _1")),
    Function("and", _and, _and_sql, nulls=True),
    Function("or", _or, _or_sql, nulls=True),
    Function("not", lambda item: not item, sql("NOT _0")),
    Function("is_null", lambda value: value is None, sql("_0 IS NULL"), nulls=True),
)
