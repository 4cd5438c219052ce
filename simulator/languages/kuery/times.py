"""Elasticsearch's date math (`now-30d/d`) and dates in range conditions, as values.

Source: https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options#date-math.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from simulator.ir import Call, Literal, Now, Value
from simulator.tables import Type

UNITS = {
    "w": 604_800_000_000,
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "H": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
}
"""Microseconds of the units whose length is always the same."""

_MATH = re.compile(r"now((?:[+-]\d+[a-zA-Z])*)(?:/([a-zA-Z]))?")
_STEP = re.compile(r"([+-])(\d+)([a-zA-Z])")


def instant(text: str, *, up: bool) -> Value | None:
    """The time that `text` says; with `up` the last moment of the unit it is rounded to. None where it is no time, or
    counts in months or years."""
    match = _MATH.fullmatch(text)
    if match is None:
        when = _date(text)
        return None if when is None else Literal(when, Type.TIME)
    span = 0
    for sign, number, unit in _STEP.findall(match[1]):
        if unit not in UNITS:
            return None
        span += (1 if sign == "+" else -1) * int(number) * UNITS[unit]
    value: Value = Now()
    if span:
        value = Call("add" if span > 0 else "subtract", (value, Literal(abs(span), Type.SPAN)), Type.TIME)
    if match[2]:
        if match[2] not in UNITS or match[2] == "w":
            return None
        unit = UNITS[match[2]]
        value = Call("bin_time", (value, Literal(unit, Type.SPAN), Literal(0, Type.TIME)), Type.TIME)
        if up:
            value = Call("add", (value, Literal(unit - 1, Type.SPAN)), Type.TIME)
    return value


def _date(text: str) -> int | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return round(when.timestamp() * 1_000_000)
