"""Functions of numbers.

Microsoft Learn: "round()", "abs()", "pow()", "binary_and()" and so on.
"""

from __future__ import annotations

from simulator.languages.kusto import convert
from simulator.languages.kusto.asked import Asked, Scalar, simple
from simulator.languages.kusto.convert import BOOLEAN, INTEGER, REAL, SPAN, TEXT, call, lit
from simulator.languages.kusto.model import Typed


def _same(function: str) -> Scalar:
    """A function that gives the kind it gets."""

    def lower(asked: Asked) -> Typed:
        found = asked.arg(0)
        if found.kind not in (INTEGER, REAL, SPAN):
            found = asked.arg(0, REAL)
        return call(function, found.kind, found)

    return lower


def _round(asked: Asked) -> Typed:
    digits = asked.arg(1, INTEGER) if len(asked) > 1 else lit(0, INTEGER)
    return call("round", REAL, asked.arg(0, REAL), digits)


def _sign(asked: Asked) -> Typed:
    return call("sign", INTEGER, asked.arg(0, REAL))


def _hexadecimal(asked: Asked) -> Typed:
    found = call("to_hex", TEXT, asked.arg(0, INTEGER))
    return call("pad_start", TEXT, found, asked.arg(1, INTEGER), lit("0", TEXT)) if len(asked) > 1 else found


def _finite(asked: Asked) -> Typed:
    return convert.lit(asked.name == "isfinite", BOOLEAN)


def _power_of(base: float) -> Scalar:
    return lambda asked: call("power", REAL, lit(base, REAL), asked.arg(0, REAL))


def _log(base: float) -> Scalar:
    return lambda asked: call("logarithm_base", REAL, asked.arg(0, REAL), lit(base, REAL))


FUNCTIONS: dict[str, Scalar] = {
    "round": _round, "abs": _same("absolute"), "sign": _sign, "tohex": _hexadecimal,
    "ceiling": simple("ceiling", (REAL,), REAL), "sqrt": simple("square_root", (REAL,), REAL),
    "pow": simple("power", (REAL, REAL), REAL), "exp": simple("exponent", (REAL,), REAL), "exp2": _power_of(2.0),
    "exp10": _power_of(10.0), "log": simple("logarithm", (REAL,), REAL), "log2": _log(2.0), "log10": _log(10.0),
    "binary_and": simple("bits_and", (INTEGER, INTEGER), INTEGER),
    "binary_or": simple("bits_or", (INTEGER, INTEGER), INTEGER),
    "binary_xor": simple("bits_xor", (INTEGER, INTEGER), INTEGER),
    "binary_not": simple("bits_not", (INTEGER,), INTEGER),
    "binary_shift_left": simple("shift_left", (INTEGER, INTEGER), INTEGER),
    "binary_shift_right": simple("shift_right", (INTEGER, INTEGER), INTEGER), "isnan": _finite, "isinf": _finite,
    "isfinite": _finite,
}  # fmt: skip
