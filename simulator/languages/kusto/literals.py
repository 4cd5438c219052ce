"""Times and lengths of time as Kusto writes them.

Microsoft Learn: "Datetime data type", "Timespan data type", "Real data type".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from simulator.tables import Type

_DAY = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.I,
)
_OTHER = (
    "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%d %b %Y",
    "%d %b %Y %H:%M:%S", "%d %b %y %H:%M:%S", "%a, %d %b %Y %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%b %d %Y", "%b %d, %Y",
    "%B %d, %Y", "%d %B %Y", "%Y%m%d", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S",
)  # fmt: skip
_SPAN = re.compile(r"(-)?(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?")
_UNITS = re.compile(
    r"(-)?(\d+(?:\.\d+)?)\s*(d|h|m|s|ms|microseconds?|ticks?|days?|hours?|hrs?|mins?|minutes?|secs?|seconds?)?"
)
_LENGTHS = {"d": _DAY, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000, "micr": 1, "tick": 0.1}


def typed(word: str, inner: str) -> tuple[str | int | float | bool | None, Type] | None:
    """The value and kind of the literal `word(inner)`; None for what is none."""
    kind = _KINDS[word]
    text = inner.strip()
    if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        text = text[1:-1].strip()
    if text.lower() == "null":
        return None, kind
    match kind:
        case Type.TIME:
            value = time(text)
        case Type.SPAN:
            value = span(text)
        case Type.INTEGER:
            value = int(text, 0) if re.fullmatch(r"[+-]?(0[xX][0-9a-fA-F]+|[1-9]\d*|0)", text) else _decimal(text)
        case Type.REAL:
            return _real(text)
        case Type.BOOLEAN:
            truth = {"true": True, "false": False, "1": True, "0": False}.get(text.lower())
            return None if truth is None else (truth, kind)
        case _:
            return text.lower(), kind
    return None if value is None else (value, kind)


_KINDS = {
    "datetime": Type.TIME, "date": Type.TIME, "time": Type.SPAN, "timespan": Type.SPAN, "guid": Type.TEXT,
    "int": Type.INTEGER, "long": Type.INTEGER, "real": Type.REAL, "double": Type.REAL, "decimal": Type.REAL,
    "bool": Type.BOOLEAN, "boolean": Type.BOOLEAN,
}  # fmt: skip


def _decimal(text: str) -> int | None:
    try:
        return int(float(text)) if text else None
    except (ValueError, OverflowError):
        return None


def _real(text: str) -> tuple[float | None, Type] | None:
    if text.lower() in ("nan", "+inf", "-inf", "inf"):
        return float(text), Type.REAL
    try:
        return float(text), Type.REAL
    except ValueError:
        return None


def time(text: str) -> int | None:
    """Microseconds since 1970 of a time as text; None for what is none."""
    if found := _ISO.fullmatch(text):
        year, month, day, hour, minute, second, fraction, zone = found.groups()
        try:
            when = datetime(
                int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
            )
        except ValueError:
            return None
        micro = int((fraction or "0")[:6].ljust(6, "0"))
        total = (when - _EPOCH) // timedelta(microseconds=1) + micro
        if zone and zone.upper() != "Z":
            sign = -1 if zone[0] == "+" else 1
            total += sign * (int(zone[1:3]) * 60 + int(zone[-2:])) * 60_000_000
        return total
    if re.fullmatch(r"\d{4}", text):
        return time(f"{text}-01-01")
    for form in _OTHER:
        try:
            when = datetime.strptime(text.removesuffix("Z"), form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return (when - _EPOCH) // timedelta(microseconds=1)
    return None


def span(text: str) -> int | None:
    """Microseconds of a length of time as text; None for what is none. A bare number is days."""
    if found := _SPAN.fullmatch(text):
        sign, days, hours, minutes, seconds, fraction = found.groups()
        total = int(days or 0) * _DAY + int(hours) * 3_600_000_000 + int(minutes) * 60_000_000
        total += int(seconds or 0) * 1_000_000 + int((fraction or "0")[:6].ljust(6, "0"))
        return -total if sign else total
    if found := _UNITS.fullmatch(text):
        sign, number, unit = found.groups()
        unit = unit or "d"
        length = _LENGTHS.get(unit) or _LENGTHS.get(unit[:4]) or _LENGTHS[unit[0]]
        total = round(float(number) * length)
        return -total if sign else total
    return None


def written_time(value: int) -> str:
    """As `tostring` writes a datetime: seven digits of the second."""
    when = _EPOCH + timedelta(microseconds=value)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond:06d}0Z"


def written_span(value: int) -> str:
    """As `tostring` writes a timespan: `d.hh:mm:ss.fffffff`, days and fraction only where they are not zero."""
    sign, rest = ("-" if value < 0 else ""), abs(value)
    days, rest = divmod(rest, _DAY)
    hours, rest = divmod(rest, 3_600_000_000)
    minutes, rest = divmod(rest, 60_000_000)
    seconds, micro = divmod(rest, 1_000_000)
    return (
        f"{sign}{f'{days}.' if days else ''}{hours:02d}:{minutes:02d}:{seconds:02d}{f'.{micro:06d}0' if micro else ''}"
    )
