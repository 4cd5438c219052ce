"""Angles and roots. What has no finite result is null."""

from __future__ import annotations

import math
from collections.abc import Callable

from simulator.engine.functions.model import Function


def _real(function: Callable[..., float]) -> Callable[..., float | None]:
    def call(*args: float) -> float | None:
        try:
            return float(function(*args))
        except (ValueError, OverflowError, ZeroDivisionError):
            return None

    return call


MATHEMATICS = (
    Function("cube_root", _real(lambda value: math.copysign(abs(value) ** (1 / 3), value))),
    Function("hypotenuse", _real(math.hypot)),
    Function("sine", _real(math.sin)),
    Function("cosine", _real(math.cos)),
    Function("tangent", _real(math.tan)),
    Function("arc_sine", _real(math.asin)),
    Function("arc_cosine", _real(math.acos)),
    Function("arc_tangent", _real(math.atan)),
    Function("arc_tangent_2", _real(math.atan2)),
    Function("hyperbolic_sine", _real(math.sinh)),
    Function("hyperbolic_cosine", _real(math.cosh)),
    Function("hyperbolic_tangent", _real(math.tanh)),
    Function("degrees", _real(math.degrees)),
    Function("radians", _real(math.radians)),
)
