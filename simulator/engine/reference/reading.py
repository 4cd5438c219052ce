"""What `Read` makes of an event's values."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.engine.text import elements, joined_text, read_number, read_time, text_of
from simulator.tables import Type

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def read_as(value: object, kind: Type) -> Any:
    """The plain value of `kind` that `value` is or spells; null where it is missing or none."""
    if kind is Type.DYNAMIC:
        return _dynamic(value)
    parts = elements(value)
    if kind.element is not None:
        items = [_single(part, kind.element) for part in parts]
        return [item for item in items if item is not None] or None
    if kind is Type.TEXT:
        return joined_text(value)
    return _single(parts[0], kind) if len(parts) == 1 else None


def _single(value: object, kind: Type) -> Any:
    match kind:
        case Type.TEXT:
            return text_of(value)
        case Type.INTEGER | Type.SPAN:
            number = value // _MICROSECOND if isinstance(value, timedelta) else read_number(value)
            whole = number is not None and abs(number) < 2**64 and number == int(number)
            return int(number) if number is not None and whole and -(2**63) <= number < 2**63 else None
        case Type.REAL:
            try:
                number = read_number(value)
                return None if number is None else float(number)
            except OverflowError:
                return None
        case Type.BOOLEAN:
            return (
                {"true": True, "false": False}.get(text_of(value).lower()) if isinstance(value, (bool, str)) else None
            )
        case _:
            time = read_time(value)
            return None if time is None else (time - _EPOCH) // _MICROSECOND


def _dynamic(value: object) -> str | None:
    if isinstance(value, str):
        try:
            return None if json.loads(value) is None else value
        except ValueError:
            pass
    return None if value is None else as_json(value)


def as_json(value: object) -> str:
    """`value` as JSON text; what JSON has no word for as its text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=text_of)


def seen(value: Any, kind: Type) -> Any:
    """What predicates see of a row's plain value: times as times."""
    if value is None:
        return None
    match kind:
        case Type.TIME:
            return _EPOCH + timedelta(microseconds=value)
        case Type.TIMES:
            return [_EPOCH + timedelta(microseconds=item) for item in value]
        case _:
            return value


def micros(when: datetime) -> int:
    """A time as a plain value."""
    return (when - _EPOCH) // _MICROSECOND
