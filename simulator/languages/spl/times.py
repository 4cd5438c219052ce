"""Times relative to the run: `-24h@h`, `now`, `@d`, and absolute ones.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/SearchTimeModifiers.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from simulator.ir import Call, Expr, Field, Literal, Not, Now, Test, Value
from simulator.ir.scalar import Const
from simulator.tables import Type

RELATIVE = re.compile(r"(?:([+-])?(\d+)?([a-z]+))?(@[a-z]+\d?)?((?:[+-]\d*[a-z]+)*)", re.IGNORECASE)

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
    if RELATIVE.fullmatch(text):
        return Call("shift_time", (Now(), Literal(text, Type.TEXT)), Type.TIME)
    return None


def window(name: str, value: str, column: str) -> Expr:
    """`earliest=…` (inclusive) or `latest=…` (exclusive), over a TIME column."""
    when = instant(value)
    if when is None or value.strip() == "0":
        return Const(True)
    before = Test(Call("less", (Field(column), when), Type.BOOLEAN))
    return Not(before) if name in ("earliest", "_index_earliest", "starttime") else before


