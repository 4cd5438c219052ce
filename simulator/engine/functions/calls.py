"""How functions are called on plain values (`model.Function`): what the reference evaluator does, and DuckDB where it
calls a function's Python."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from simulator.engine.functions import AGGREGATES, FUNCTIONS
from simulator.engine.functions.aggregates import hashable
from simulator.engine.functions.templates import FIRST_TIME, LAST_TIME
from simulator.tables import Type

_LOW, _HIGH = -(2**63), 2**63 - 1


def evaluate(name: str, args: Sequence[Any], kinds: Sequence[Type], kind: Type) -> Any:
    """The value of the function `name` for plain arguments of `kinds`."""
    function = FUNCTIONS[name]
    if not function.nulls and any(arg is None for arg in args):
        return None
    try:
        more = (tuple(kinds), kind) if function.kinds else ()
        return fitting(function.python(*args, *more), kind)
    except OverflowError:
        return None


def aggregate(
    name: str, rows: Sequence[Sequence[Any]], kinds: Sequence[Type], kind: Type, distinct: bool = False
) -> Any:
    """The value of the aggregate `name` for the arguments of all rows (those for which the measure's `where` holds), in
    order."""
    function = AGGREGATES[name]
    counting = [tuple(row) for row in rows if function.nulls or all(value is not None for value in row)]
    if distinct:
        counting = list({hashable(row): row for row in counting}.values())
    try:
        more = (tuple(kinds), kind) if function.kinds else ()
        return fitting(function.python(counting, *more), kind)
    except OverflowError:
        return None


def fitting(value: Any, kind: Type) -> Any:
    """`value`, or null where it does not fit its kind; in a list, elements that do not fit (and nulls) go."""
    if value is None:
        return None
    if kind.element is not None:
        return [item for item in (fitting(item, kind.element) for item in value) if item is not None]
    match kind:
        case Type.INTEGER | Type.SPAN:
            return value if _LOW <= value <= _HIGH else None
        case Type.TIME:
            return value if FIRST_TIME <= value <= LAST_TIME else None
        case Type.REAL:
            return float(value) if math.isfinite(value) else None
        case Type.TEXT | Type.DYNAMIC if not value.isascii():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # halves of pairs cannot stay
        case _:
            return value
