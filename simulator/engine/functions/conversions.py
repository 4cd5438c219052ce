"""Conversions from kind to kind. What a value's text is and what a text spells is `simulator.engine.text`'s."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from simulator.engine.functions.model import Function
from simulator.engine.functions.templates import by_kind, called, filled, fits_time, sql
from simulator.engine.text import read_number, read_time, text_of
from simulator.tables import Type

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WHOLE = re.compile(r"[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)")
_TRUTHS = {"true": True, "false": False}
_ISO = "'%Y-%m-%dT%H:%M:%S.%fZ'"


def instant(microseconds: int) -> datetime:
    """A TIME as a datetime. Raises OverflowError outside the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=microseconds)


def microseconds(when: datetime) -> int:
    """A datetime (with its zone) as a TIME."""
    return (when - _EPOCH) // _MICROSECOND


def to_text(value: Any, kind: Type) -> str:
    """The canonical text of a value; a list is its elements' texts joined by `, `."""
    if kind.element is not None:
        return ", ".join(to_text(item, kind.element) for item in value)
    return text_of(instant(value) if kind is Type.TIME else value)


def _to_integer(value: str | float) -> int | None:
    if isinstance(value, str):
        found = _WHOLE.fullmatch(value)
        if found is None or len(value) > 400:
            return None
        size = int(found[1], 16 if found[1][1:2] in ("x", "X") else 10)
        return -size if value[0] == "-" else size
    return int(value)


def _to_real(value: str | int) -> float | None:
    number = read_number(value)
    try:
        return None if number is None else float(number)
    except OverflowError:
        return None


def _to_time(value: str | int) -> int | None:
    if isinstance(value, str):
        found = read_time(value)
        return None if found is None else microseconds(found)
    return value


CONVERSIONS = (
    Function(
        "to_text",
        lambda value, kinds, _kind: to_text(value, kinds[0]),
        by_kind(
            text="_0",
            dynamic="_0",
            texts="array_to_string(_0, ', ')",
            integer="CAST(_0 AS VARCHAR)",
            span="CAST(_0 AS VARCHAR)",
            real="CAST(_0 AS VARCHAR)",
            boolean="CAST(_0 AS VARCHAR)",
            time=f"strftime(make_timestamp(_0), {_ISO})",
        ),
        kinds=True,
    ),
    Function(
        "to_integer",
        _to_integer,
        by_kind(
            real="TRY_CAST(trunc(_0) AS BIGINT)",
            boolean="CAST(_0 AS BIGINT)",
            integer="_0",
            span="_0",
            time="_0",
        ),
    ),
    Function("to_real", _to_real, by_kind(integer="CAST(_0 AS DOUBLE)", span="CAST(_0 AS DOUBLE)", real="_0")),
    Function("to_span", lambda value: value, sql("_0")),
    Function(
        "to_boolean",
        lambda value: _TRUTHS.get(value.lower()) if isinstance(value, str) else value != 0,
        by_kind(
            text="CASE lower(_0) WHEN 'true' THEN true WHEN 'false' THEN false END", integer="_0 <> 0", real="_0 <> 0"
        ),
    ),
    Function(
        "to_list",
        lambda *values: list(values),
        lambda args, _kinds, _kind: filled("list_filter(_0, LAMBDA v : NOT v IS NULL)", (called("list_value", args),)),
        nulls=True,
    ),
    Function("to_time", _to_time, by_kind(integer=fits_time("_0"), time="_0")),
)
