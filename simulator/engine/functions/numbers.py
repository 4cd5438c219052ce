"""Numbers: arithmetic of integers, reals, times and spans."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from simulator.engine.functions.model import Function
from simulator.engine.functions.templates import filled, finite, fits_integer, fits_time
from simulator.engine.functions.templates import sql as by_example
from simulator.tables import Type


def _arithmetic(operator: str) -> Any:
    """`_0 operator _1` of any kinds, null where the result does not fit."""

    def build(args: Sequence[exp.Expression], _kinds: Sequence[Type], kind: Type) -> exp.Expression:
        if kind is Type.REAL:
            return filled(finite(f"_0 {operator} _1"), args)
        whole = f"CAST(_0 AS HUGEINT) {operator} CAST(_1 AS HUGEINT)"
        return filled(fits_time(whole) if kind is Type.TIME else fits_integer(whole), args)

    return build


def _divide(left: float, right: float) -> float | None:
    return left / right if right else None


NUMBERS = (
    Function("add", lambda left, right: left + right, _arithmetic("+")),
    Function("subtract", lambda left, right: left - right, _arithmetic("-")),
    Function("multiply", lambda left, right: left * right, _arithmetic("*")),
    Function("divide", _divide, by_example(finite("CAST(_0 AS DOUBLE) / CAST(_1 AS DOUBLE)"))),
    Function("floor", lambda value: float(math.floor(value)), by_example("floor(_0)")),
)
