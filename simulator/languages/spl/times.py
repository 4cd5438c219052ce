"""Times relative to the run: `-24h@h`, `now`, `@d`, and absolute ones.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/SearchTimeModifiers.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from simulator.ir import Call, Expr, Field, Literal, Not, Now, Test, Value
from simulator.ir.scalar import Const
from simulator.tables import Type

_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
_PARTS_OF_SECOND = {"us": 1, "ms": 1000, "cs": 10_000, "ds": 100_000}

_SPAN = re.compile(r"\s*(\d*)\s*([a-z]+)(@[\w+-]*)?\s*", re.IGNORECASE)


def span(text: str) -> int | None:
    """A fixed length of time (`5m`, `1h`, `300`) in microseconds, or None for months and what is no length."""
    if text.strip().isdigit():
        return int(text) * 1_000_000
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    unit = found[2].lower()
    count = int(found[1] or 1)
    if unit in _PARTS_OF_SECOND:
        return count * _PARTS_OF_SECOND[unit]
    return count * _UNITS[unit] * 1_000_000 if unit in _UNITS else None


def instant(text: str) -> Value | None:
    """The instant that a time modifier means, or None for what is none."""
    text = text.strip()
    if text.lower() in ("now", "now()", ""):
        return Now()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Literal(round(float(text) * 1_000_000), Type.TIME)
    for form in ("%m/%d/%Y:%H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            when = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return Literal(round(when.timestamp() * 1_000_000), Type.TIME)
    return shifted(Now(), text)


_SNAPS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "sunday_week", "mon": "month", "q": "quarter",
          "y": "year"}  # fmt: skip
_STEP = re.compile(r"([+-])(\d*)([a-z]+)|@([a-z]+)(\d?)", re.IGNORECASE)


def shifted(when: Value, modifier: str) -> Value | None:
    """`when` moved as a modifier says (`-1d@d+8h`), or None for what is none."""
    at, text = 0, modifier.strip()
    if text.lower() in ("now", ""):
        return when
    text = text if text[0] in "+-@" else f"+{text}"
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None:
            return None
        at = found.end()
        moved = _snapped(when, found[4], found[5]) if found[4] else _moved(when, found[1], found[2], found[3])
        if moved is None:
            return None
        when = moved
    return when


def _unit(name: str) -> str | None:
    lowered = name.lower()
    if lowered in _UNITS:
        return {1: "s", 60: "m", 3600: "h", 86400: "d", 604800: "w"}[_UNITS[lowered]]
    for stem, unit in (("mon", "mon"), ("q", "q"), ("y", "y")):
        if lowered.startswith(stem):
            return unit
    return None


def _snapped(when: Value, name: str, day: str) -> Value | None:
    unit = _unit(name)
    if unit is None:
        return None
    if unit == "w" and day not in ("", "0", "7"):
        days = Literal(int(day) * _UNITS["d"] * 1_000_000, Type.SPAN)
        back = Call("subtract", (when, days), Type.TIME)
        return Call("add", (Call("start_of", (back, Literal("sunday_week", Type.TEXT)), Type.TIME), days), Type.TIME)
    return Call("start_of", (when, Literal(_SNAPS[unit], Type.TEXT)), Type.TIME)


def _moved(when: Value, sign: str, count: str, name: str) -> Value | None:
    unit = _unit(name)
    number = int(count or 1) * (-1 if sign == "-" else 1)
    if unit in ("mon", "q", "y"):
        months = number * {"mon": 1, "q": 3, "y": 12}[unit]
        return Call("add_months", (when, Literal(months, Type.INTEGER)), Type.TIME)
    length = span(f"{abs(number)}{name}")
    if length is None:
        return None
    return Call("add", (when, Literal(length if number >= 0 else -length, Type.SPAN)), Type.TIME)


def window(name: str, value: str, column: str) -> Expr:
    """`earliest=…` (inclusive) or `latest=…` (exclusive), over a TIME column."""
    when = instant(value)
    if when is None or value.strip() == "0":
        return Const(True)
    before = Test(Call("less", (Field(column), when), Type.BOOLEAN))
    return Not(before) if name in ("earliest", "_index_earliest", "starttime") else before
