"""Conversions between kinds, as Kusto makes them by function or by itself."""

from __future__ import annotations

import json
from typing import Any

from simulator.ir import Call, Literal, Value
from simulator.languages.kusto import literals
from simulator.languages.kusto.model import Typed
from simulator.tables import Type

TEXT, INTEGER, REAL, BOOLEAN = Type.TEXT, Type.INTEGER, Type.REAL, Type.BOOLEAN
TIME, SPAN, DYNAMIC = Type.TIME, Type.SPAN, Type.DYNAMIC
NUMBERS = (INTEGER, REAL)


def lit(value: Any, kind: Type) -> Typed:
    """A constant."""
    return Typed(Literal(value, kind), kind, solid=value is not None)


def text(value: str) -> Typed:
    """A constant text."""
    return lit(value, TEXT)


def dynamic(value: Any) -> Typed:
    """A constant of any JSON value."""
    return lit(None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":")), DYNAMIC)


def call(function: str, kind: Type, *args: Typed | Value, solid: bool = False) -> Typed:
    """A call of a function of the IR."""
    values = tuple(arg.value if isinstance(arg, Typed) else arg for arg in args)
    return Typed(Call(function, values, kind), kind, solid=solid)


def loaded(value: Typed) -> Any:
    """The JSON value of a constant; None for what is none."""
    if not value.constant:
        return None
    match value.kind, value.plain:
        case Type.DYNAMIC, str(written):
            return json.loads(written)
        case Type.TIME, int(when):
            return literals.written_time(when)
        case Type.SPAN, int(length):
            return literals.written_span(length)
        case _, plain:
            return plain


def solid(value: Typed) -> Typed:
    """A text that is never null: what is missing is the empty text."""
    if value.solid or value.kind is not TEXT:
        return value
    if isinstance(value.value, Literal) and value.value.value is None:
        return text("")
    return call("coalesce", TEXT, value, Literal("", TEXT), solid=True)


def to_text(value: Typed) -> Typed:
    """As `tostring` gives it; never null."""
    if value.kind is TEXT:
        return solid(value)
    if value.constant:
        found = loaded(value)
        return text(found if isinstance(found, str) else _written(found))
    if isinstance(value.value, Literal):
        return text("")
    match value.kind:
        case Type.TIME:
            made = written_time(value)
        case Type.SPAN:
            made = call("span_text", TEXT, value)
        case Type.DYNAMIC:
            made = call("json_text", TEXT, value)
        case _:
            made = call("to_text", TEXT, value)
    return solid(made)


def written_time(value: Typed) -> Typed:
    """A time as `tostring` writes it: seven digits of the second."""
    return call("format_time", TEXT, value, Literal("%Y-%m-%dT%H:%M:%S.%f0Z", TEXT))


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def to_dynamic(value: Typed) -> Typed:
    """The value as JSON."""
    if value.kind is DYNAMIC:
        return value
    if value.constant:
        return dynamic(loaded(value))
    if isinstance(value.value, Literal):
        return lit(None, DYNAMIC)
    match value.kind:
        case Type.TIME:
            return call("to_json", DYNAMIC, written_time(value))
        case Type.SPAN:
            return call("to_json", DYNAMIC, call("span_text", TEXT, value))
        case _:
            return call("to_json", DYNAMIC, solid(value))


def to_number(value: Typed, kind: Type) -> Typed:
    """As `tolong` or `toreal` gives it."""
    if value.kind is kind:
        return value
    if value.constant:
        return lit(_number(value, kind), kind)
    if isinstance(value.value, Literal):
        return lit(None, kind)
    match value.kind, kind:
        case Type.DYNAMIC, Type.INTEGER:
            whole = call("to_integer", INTEGER, call("json_real", REAL, value))
            return call("coalesce", INTEGER, call("json_integer", INTEGER, value), whole)
        case Type.DYNAMIC, _:
            return call("json_real", REAL, value)
        case Type.BOOLEAN, _:
            return to_number(call("to_integer", INTEGER, value), kind)
        case ((Type.TIME | Type.SPAN), _):  # Kusto counts in ticks of 100 ns
            return to_number(call("multiply", INTEGER, call("to_integer", INTEGER, value), Literal(10, INTEGER)), kind)
        case _, Type.INTEGER:
            return call("to_integer", INTEGER, value)
        case _:
            return call("to_real", REAL, value)


def _number(value: Typed, kind: Type) -> int | float | None:
    found = value.plain
    if value.kind in (TIME, SPAN) and isinstance(found, int):
        found = found * 10
    elif value.kind is DYNAMIC:
        found = loaded(value)
    if isinstance(found, bool):
        found = int(found)
    try:
        if isinstance(found, str):
            found = int(found, 0) if kind is INTEGER and found.lower().startswith("0x") else float(found)
        if isinstance(found, int | float):
            return int(found) if kind is INTEGER else float(found)
    except (ValueError, OverflowError):
        pass
    return None


def to_boolean(value: Typed) -> Typed:
    """As `tobool` gives it."""
    match value.kind:
        case Type.BOOLEAN:
            return value
        case Type.INTEGER | Type.REAL:
            return call("to_boolean", BOOLEAN, value)
        case _:
            return call("to_boolean", BOOLEAN, to_text(value))


def to_time(value: Typed) -> Typed:
    """As `todatetime` gives it."""
    if value.kind is TIME:
        return value
    if value.constant and value.kind is TEXT:
        return lit(literals.time(str(value.plain)), TIME)
    if value.kind in NUMBERS:  # ticks since the year 1 are of no use to anyone
        return call("to_time", TIME, to_number(value, INTEGER))
    return call("read_any_time", TIME, to_text(value))


def to_span(value: Typed) -> Typed:
    """As `totimespan` gives it."""
    if value.kind is SPAN:
        return value
    if value.constant and value.kind is TEXT:
        return lit(literals.span(str(value.plain)), SPAN)
    if value.kind in NUMBERS:
        ticks = to_number(value, REAL)
        return call("to_span", SPAN, to_number(call("divide", REAL, ticks, Literal(10.0, REAL)), INTEGER))
    return call("parse_span", SPAN, to_text(value))


def to_kind(value: Typed, kind: Type) -> Typed:
    """The value as one of another kind."""
    match kind:
        case Type.TEXT:
            return to_text(value)
        case Type.INTEGER | Type.REAL:
            return to_number(value, kind)
        case Type.BOOLEAN:
            return to_boolean(value)
        case Type.TIME:
            return to_time(value)
        case Type.SPAN:
            return to_span(value)
        case _:
            return to_dynamic(value)


def common(kinds: list[Type]) -> Type:
    """The kind that values of all these kinds can be compared in, or be made of by `iff`."""
    found = set(kinds)
    if len(found) == 1:
        return kinds[0]
    if found <= set(NUMBERS):
        return REAL
    if DYNAMIC in found:
        rest = found - {DYNAMIC}
        return common(list(rest)) if rest else DYNAMIC
    if TEXT in found:
        rest = found - {TEXT}
        return rest.pop() if len(rest) == 1 else TEXT
    return TEXT
