"""Conditions: choices, comparisons, three-valued logic."""

from __future__ import annotations

from sqlglot import exp

from simulator.engine.functions.model import Function

CONDITIONS = (
    Function(
        "if",
        lambda condition, then, otherwise: then if condition else otherwise,
        lambda args, _kinds, _kind: exp.Case().when(args[0], args[1]).else_(args[2]),
        nulls=True,
    ),
    Function(
        "coalesce",
        lambda *args: next((arg for arg in args if arg is not None), None),
        lambda args, _kinds, _kind: exp.Coalesce(this=args[0], expressions=list(args[1:])),
        nulls=True,
    ),
)
