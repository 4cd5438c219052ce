"""Texts: their characters (code points), case and parts."""

from __future__ import annotations

from sqlglot import exp

from simulator.engine.functions.model import Function
from simulator.engine.functions.templates import chained, sql


def _substring(text: str, start: int, length: int) -> str:
    start, length = max(start, 0), max(length, 0)
    return text[start : start + length]


TEXTS = (
    Function("length", len, sql("length(_0)")),
    Function("lower", str.lower, None),
    Function("upper", str.upper, None),
    Function(
        "concat",
        lambda *texts: "".join(texts),
        lambda args, _kinds, _kind: chained("_0 || _1", args) if args else exp.Literal.string(""),
    ),
    Function(
        "substring",
        _substring,
        sql("substring(_0, greatest(least(_1, 2147483646), 0) + 1, greatest(least(_2, 2147483647), 0))"),
    ),
)
