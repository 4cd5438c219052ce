"""Numbers: arithmetic of integers, reals, times and spans."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from sqlglot import exp

from simulator.engine.functions.model import Function
from simulator.engine.functions.templates import by_kind, called, filled, finite, fits_integer, fits_time, sql
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


_DIGITS = 400
"""More decimal digits than any float has before or after the point."""


def _rounded(value: float, digits: int, how: str) -> float:
    digits = max(-_DIGITS, min(_DIGITS, digits))
    with localcontext() as context:
        context.prec = 3 * _DIGITS
        return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), rounding=how))


def _down_to(value: Any, step: Any) -> Any:
    return value // step * step if step > 0 else None


def _remainder(value: Any, divisor: Any) -> Any:
    if not divisor:
        return None
    return (
        math.fmod(value, divisor)
        if isinstance(value, float)
        else int(math.copysign(1, value)) * (abs(value) % abs(divisor))
    )


def _quotient(value: int, divisor: int) -> int | None:
    if not divisor:
        return None
    size = abs(value) // abs(divisor)
    return size if (value < 0) is (divisor < 0) else -size


def _power(base: float, exponent: float) -> float | None:
    try:
        found = base**exponent
    except ZeroDivisionError:
        return None
    return found if isinstance(found, float) else None


def _logarithm(value: float, base: float) -> float | None:
    if value <= 0 or base <= 0 or base == 1:
        return None
    exact = {2.0: math.log2, 10.0: math.log10}.get(base)
    return exact(value) if exact else math.log(value) / math.log(base)


def _signed(value: int) -> int:
    """The lowest 64 bits as a number in two's complement."""
    return ((value + 2**63) & (2**64 - 1)) - 2**63


def _several(choose: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: choose((value for value in values if value is not None), default=None)


def _shift(value: int, places: int, left: bool) -> int | None:
    if not 0 <= places < 64:
        return None
    return _signed(value << places) if left else value >> places


_NEGATED = by_kind(real="-_0", other=fits_integer("-CAST(_0 AS HUGEINT)"))
_ABSOLUTE = by_kind(real="abs(_0)", other=fits_integer("abs(CAST(_0 AS HUGEINT))"))

_STEP = "nullif(greatest(_1, 0), 0)"
_DOWN = f"CAST(_0 AS HUGEINT) - (CAST(_0 AS HUGEINT) % {_STEP} + {_STEP}) % {_STEP}"

NUMBERS = (
    Function("add", lambda left, right: left + right, _arithmetic("+")),
    Function("subtract", lambda left, right: left - right, _arithmetic("-")),
    Function("multiply", lambda left, right: left * right, _arithmetic("*")),
    Function("divide", _divide, sql(finite("CAST(_0 AS DOUBLE) / CAST(_1 AS DOUBLE)"))),
    Function("floor", lambda value: float(math.floor(value)), sql("floor(_0)")),
    Function("ceiling", lambda value: float(math.ceil(value)), sql("ceil(_0)")),
    Function("truncate", lambda value: float(math.trunc(value)), sql("trunc(_0)")),
    Function("round", lambda value, digits: _rounded(value, digits, ROUND_HALF_UP)),
    Function("round_half_even", lambda value, digits: _rounded(value, digits, ROUND_HALF_EVEN)),
    Function("round_down_to", _down_to, by_kind(real=None, other=fits_integer(_DOWN))),
    Function("divide_integers", _quotient, sql(fits_integer("CAST(_0 AS HUGEINT) // nullif(_1, 0)"))),
    Function("remainder", _remainder, by_kind(real=None, other=fits_integer("CAST(_0 AS HUGEINT) % nullif(_1, 0)"))),
    Function("modulo", lambda value, divisor: value % divisor if divisor else None),
    Function("negate", lambda value: -value, _NEGATED),
    Function("absolute", abs, _ABSOLUTE),
    Function("sign", lambda value: (value > 0) - (value < 0), sql("CAST(sign(_0) AS BIGINT)")),
    Function("square_root", lambda value: math.sqrt(value) if value >= 0 else None),
    Function("power", _power),
    Function("exponent", math.exp),
    Function("logarithm", lambda value: math.log(value) if value > 0 else None),
    Function("logarithm_base", _logarithm),
    Function("minimum_of", _several(min), lambda args, _kinds, _kind: called("least", args), nulls=True),
    Function("maximum_of", _several(max), lambda args, _kinds, _kind: called("greatest", args), nulls=True),
    Function("bits_and", lambda left, right: left & right, sql("_0 & _1")),
    Function("bits_or", lambda left, right: left | right, sql("_0 | _1")),
    Function("bits_xor", lambda left, right: left ^ right, sql("xor(_0, _1)")),
    Function("bits_not", lambda value: ~value, sql("-1 - _0")),
    Function("shift_left", lambda value, places: _shift(value, places, True)),
    Function("shift_right", lambda value, places: _shift(value, places, False)),
)
