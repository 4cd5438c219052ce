"""Values with their kinds, and how ES|QL converts between kinds.

A column of several values has a list kind. Where one value is needed, a list of one is its element, any other list is
null: "Unless otherwise documented functions will return null when applied to a multivalued field"
(https://www.elastic.co/docs/reference/query-languages/esql/esql-multivalued-fields).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.ir import Call, Literal, Value
from simulator.tables import Type

MILLISECOND = 1000
LIST_OF = {Type.TEXT: Type.TEXTS, Type.INTEGER: Type.INTEGERS, Type.REAL: Type.REALS, Type.TIME: Type.TIMES}
NUMBERS = (Type.INTEGER, Type.REAL)
ISO = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"
"""How ES|QL writes a time."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A value and its kind. ES|QL's bare `null` has every kind; `null` marks it. `months` is the length of a span
    of the calendar."""

    value: Value
    kind: Type
    null: bool = False
    months: int = 0


NULL = Typed(Literal(None, Type.TEXT), Type.TEXT, null=True)
UNKNOWN = Typed(Literal(None, Type.BOOLEAN), Type.BOOLEAN)


def text(value: str) -> Typed:
    """A constant text."""
    return Typed(Literal(value, Type.TEXT), Type.TEXT)


def integer(value: int) -> Typed:
    """A constant whole number."""
    return Typed(Literal(value, Type.INTEGER), Type.INTEGER)


def call(function: str, kind: Type, *args: Typed) -> Typed:
    """The function of the IR over `args`, taken as they are."""
    return Typed(Call(function, tuple(arg.value for arg in args), kind), kind)


def element(kind: Type) -> Type:
    """The kind of one value of `kind`."""
    return kind.element or kind


def single(typed: Typed) -> Typed:
    """One value: of several, null."""
    return call("only_element", typed.kind.element, typed) if typed.kind.element else typed


def several(typed: Typed) -> Typed:
    """A list: of one value, a list of one."""
    if typed.kind.element or typed.null:
        return cast(typed, Type.TEXTS) if typed.null else typed
    inner = typed if typed.kind in LIST_OF else cast(typed, Type.TEXT)
    return call("some", LIST_OF[inner.kind], call("to_list", LIST_OF[inner.kind], inner))


def cast(typed: Typed, kind: Type) -> Typed:
    """`typed` as `kind`: what cannot be converted is null."""
    if typed.null:
        return Typed(Literal(None, kind), kind)
    if typed.kind is kind:
        return typed
    if kind.element:
        return _as_list(typed, kind)
    one = single(typed)
    if one.kind is kind:
        return one
    if isinstance(one.value, Literal) and (folded := _folded(one.value, kind)):
        return folded
    return _converted(one, kind)


def converted(typed: Typed, kind: Type) -> Typed:
    """A conversion that takes each of several values: TO_…, `::`."""
    if typed.kind.element is None or typed.null:
        return cast(typed, kind)
    return cast(typed, LIST_OF.get(kind, kind))


def _as_list(typed: Typed, kind: Type) -> Typed:
    assert kind.element is not None
    if typed.kind.element is None:
        return several(cast(typed, kind.element))
    if kind is Type.TEXTS and typed.kind is Type.TIMES:
        return call("each", kind, text("format_time_java"), typed, text(ISO))
    if kind is Type.TEXTS:
        return call("each", kind, text("to_text"), typed)
    if kind is Type.REALS and typed.kind in (Type.INTEGERS, Type.TEXTS):
        return call("each", kind, text("to_real"), typed)
    if kind is Type.INTEGERS and typed.kind in (Type.REALS, Type.TEXTS):
        return call("each", kind, text("to_integer"), typed)
    if kind is Type.TIMES and typed.kind is Type.TEXTS:
        return call("each", kind, text("to_time"), typed)
    return several(cast(typed, kind.element))


def _folded(literal: Literal, kind: Type) -> Typed | None:
    match literal.value, kind:
        case (bool(), _):
            return None
        case (int() as number, Type.REAL):
            return Typed(Literal(float(number), kind), kind)
        case (int() as number, Type.TEXT) if literal.kind is Type.INTEGER:
            return text(str(number))
        case _:
            return None


def _converted(one: Typed, kind: Type) -> Typed:
    match one.kind, kind:
        case (Type.TIME, Type.TEXT):
            return call("format_time_java", kind, one, text(ISO))
        case (_, Type.TEXT):
            return call("to_text", kind, one)
        case (Type.TIME, Type.INTEGER):
            return call("divide_integers", kind, call("to_integer", Type.INTEGER, one), integer(MILLISECOND))
        case (Type.INTEGER, Type.TIME):
            return call("to_time", kind, call("multiply", Type.INTEGER, one, integer(MILLISECOND)))
        case (Type.REAL, Type.INTEGER):
            return call("to_integer", kind, _rounded(one))
        case (Type.TEXT, Type.INTEGER):
            real = call("to_integer", kind, _rounded(call("to_real", Type.REAL, one)))
            return call("coalesce", kind, call("to_integer", kind, one), real)
        case (Type.BOOLEAN, Type.INTEGER):
            return _choice(one, integer(1), integer(0))
        case (Type.INTEGER | Type.TEXT, Type.REAL):
            return call("to_real", kind, one)
        case (Type.BOOLEAN, Type.REAL):
            return cast(cast(one, Type.INTEGER), kind)
        case (Type.TIME, Type.REAL):
            return cast(cast(one, Type.INTEGER), kind)
        case (Type.TEXT | Type.DYNAMIC, Type.TIME):
            return call("to_time", kind, one if one.kind is Type.TEXT else cast(one, Type.TEXT))
        case (Type.TEXT, Type.BOOLEAN):
            return call("equal", kind, call("lower", Type.TEXT, one), text("true"))
        case (Type.INTEGER | Type.REAL, Type.BOOLEAN):
            return call("not", kind, call("equal", kind, one, cast(integer(0), one.kind)))
        case (_, Type.DYNAMIC):
            return Typed(cast(one, Type.TEXT).value, Type.TEXT)
        case _:
            return Typed(Literal(None, kind), kind)


def _rounded(real: Typed) -> Typed:
    half = Typed(Literal(0.5, Type.REAL), Type.REAL)
    return call("floor", Type.REAL, call("add", Type.REAL, real, half))


def _choice(condition: Typed, then: Typed, otherwise: Typed) -> Typed:
    """Null where the condition is null."""
    whole = call("if", then.kind, condition, then, otherwise)
    null = Typed(Literal(None, then.kind), then.kind)
    return call("if", then.kind, call("is_null", Type.BOOLEAN, condition), null, whole)


def common(found: Sequence[Typed], *, lists: bool = True) -> Type:
    """The kind that all of `found` can be given as: nulls do not count, whole numbers go with others, one value goes
    with several where `lists` says so, anything goes with text."""
    kinds = [one.kind if lists else element(one.kind) for one in found if not one.null]
    if not kinds:
        return Type.TEXT
    kind = element(kinds[0])
    for other in map(element, kinds[1:]):
        if kind is not other:
            kind = Type.REAL if kind in NUMBERS and other in NUMBERS else Type.TEXT
    if any(one.element for one in kinds):
        return LIST_OF.get(kind, Type.TEXTS)
    return kind
