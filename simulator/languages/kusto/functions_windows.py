"""Functions that look at neighbouring rows.

Microsoft Learn: "Window functions": "row_number()", "prev()", "next()", "row_cumsum()". Rows are in the order of the
last `sort`, else of time.
"""

from __future__ import annotations

from simulator.ir import Field, Literal, Measure, Value
from simulator.languages.kusto import convert
from simulator.languages.kusto.asked import Asked, Scalar
from simulator.languages.kusto.convert import INTEGER, REAL, call, lit
from simulator.languages.kusto.model import Beside, Typed
from simulator.tables import Type


def _beside(
    asked: Asked, function: str, args: tuple[Value, ...], kind: Type, *, running: bool, by: tuple[Value, ...] = ()
) -> Typed:
    name = asked.low.secret("w")
    asked.scope.windows.append(Beside(Measure(name, function, args, kind), running, by))
    return Typed(Field(name), kind)


def _neighbour(function: str) -> Scalar:
    def lower(asked: Asked) -> Typed:
        found = asked.arg(0)
        distance = asked.constant(1, 1)
        made = _beside(asked, function, (found.value, Literal(int(distance or 1), INTEGER)), found.kind, running=False)
        if len(asked) > 2:
            return call("coalesce", found.kind, made, convert.to_kind(asked.arg(2), found.kind))
        return Typed(made.value, found.kind, found.origin)

    return lower


def _sections(asked: Asked, place: int) -> tuple[Value, ...]:
    """Rows between restarts belong together."""
    if len(asked) <= place:
        return ()
    restart = convert.to_boolean(asked.arg(place))
    one = call("if", INTEGER, restart, lit(1, INTEGER), lit(0, INTEGER))
    return (_beside(asked, "sum", (one.value,), INTEGER, running=True).value,)


def _row_number(asked: Asked) -> Typed:
    first = asked.arg(0, INTEGER) if len(asked) else lit(1, INTEGER)
    number = _beside(asked, "row_number", (), INTEGER, running=True, by=_sections(asked, 1))
    if first.plain == 1:
        return number
    return call("subtract", INTEGER, call("add", INTEGER, number, first), lit(1, INTEGER))


def _row_sum(asked: Asked) -> Typed:
    found = asked.arg(0)
    if found.kind not in (INTEGER, REAL, Type.SPAN):
        found = asked.arg(0, INTEGER if found.origin else REAL)
    return _beside(asked, "sum", (found.value,), found.kind, running=True, by=_sections(asked, 1))


FUNCTIONS: dict[str, Scalar] = {
    "row_number": _row_number, "row_cumsum": _row_sum, "prev": _neighbour("previous"), "next": _neighbour("next"),
}  # fmt: skip
