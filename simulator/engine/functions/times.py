"""Times and lengths of time in Kusto's spelling."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from simulator.engine.functions.conversions import instant, microseconds
from simulator.engine.functions.model import Function
from simulator.engine.text import read_time

_DAY = 86_400_000_000
_CLOCK = re.compile(r"\s*(-)?(?:(\d{1,8})\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?\s*")
_LENGTH = re.compile(r"\s*(-)?(\d{1,12}(?:\.\d{1,7})?)(d|h|m|s|ms)?\s*")
_UNITS = {"d": _DAY, "h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000, "ms": 1_000}


def parse_span(text: str) -> int | None:
    """`d.hh:mm:ss.fffffff`, `1.5h`; a bare number is days. None for what is no length of time."""
    if found := _CLOCK.fullmatch(text):
        sign, days, hours, minutes, seconds, fraction = found.groups()
        total = int(days or 0) * _DAY + int(hours) * 3_600_000_000 + int(minutes) * 60_000_000
        total += int(seconds or 0) * 1_000_000 + int((fraction or "0")[:6].ljust(6, "0"))
        return -total if sign else total
    if found := _LENGTH.fullmatch(text):
        total = round(float(found[2]) * _UNITS[found[3] or "d"])
        return -total if found[1] else total
    return None


def span_text(value: int) -> str:
    """`d.hh:mm:ss.fffffff`, days and fraction only where they are not zero."""
    sign, rest = ("-" if value < 0 else ""), abs(value)
    days, rest = divmod(rest, _DAY)
    hours, rest = divmod(rest, 3_600_000_000)
    minutes, rest = divmod(rest, 60_000_000)
    seconds, micro = divmod(rest, 1_000_000)
    clock = f"{hours:02d}:{minutes:02d}:{seconds:02d}"
    return f"{sign}{f'{days}.' if days else ''}{clock}{f'.{micro:06d}0' if micro else ''}"


_LETTERS = re.compile(r"d{1,8}|f{1,7}|F{1,7}|h{1,2}|H{1,2}|m{1,2}|M{1,2}|s{1,2}|y{4}|yy|tt|.", re.DOTALL)


def format_time_letters(value: int, template: str) -> str:
    """A time as a template says whose letters are y, M, d, H, h, m, s, f, F and tt."""
    when = instant(value)
    fraction = f"{when.microsecond:06d}0"

    def written(found: re.Match[str]) -> str:
        letters = found[0]
        if letters == "tt":
            return "AM" if when.hour < 12 else "PM"
        size = len(letters)
        match letters[0]:
            case "y" if size > 1:
                return f"{when.year:04d}" if size == 4 else f"{when.year % 100:02d}"
            case "M":
                return f"{when.month:0{size}d}"
            case "d":
                return f"{when.day:0{min(size, 2)}d}"
            case "H":
                return f"{when.hour:0{size}d}"
            case "h":
                return f"{(when.hour + 11) % 12 + 1:0{size}d}"
            case "m":
                return f"{when.minute:0{size}d}"
            case "s":
                return f"{when.second:0{size}d}"
            case "f":
                return fraction[:size]
            case "F":
                return fraction[:size].rstrip("0")
        return letters

    return _LETTERS.sub(written, template)


def format_span_letters(value: int, template: str) -> str:
    """A length of time as a template says whose letters are d, H, h, m, s, f and F."""
    rest = abs(value)
    days, rest = divmod(rest, _DAY)
    hours, rest = divmod(rest, 3_600_000_000)
    minutes, rest = divmod(rest, 60_000_000)
    seconds, micro = divmod(rest, 1_000_000)
    fraction = f"{micro:06d}0"
    parts = {"d": days, "H": hours, "h": hours, "m": minutes, "s": seconds}

    def written(found: re.Match[str]) -> str:
        letter, size = found[0][0], len(found[0])
        if letter in parts:
            return f"{parts[letter]:0{size}d}"
        if letter in "fF":
            return fraction[:size] if letter == "f" else fraction[:size].rstrip("0")
        return found[0]

    return _LETTERS.sub(written, template)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


def _to_zone(value: int, name: str) -> int | None:
    zone = _zone(name)
    if zone is None:
        return None
    when = instant(value).astimezone(zone)
    return microseconds(when.replace(tzinfo=UTC))


def _from_zone(value: int, name: str) -> int | None:
    zone = _zone(name)
    if zone is None:
        return None
    local: datetime = instant(value).replace(tzinfo=zone)
    return microseconds(local.astimezone(UTC) + timedelta())


_FORMS = (
    "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%d %b %y %H:%M:%S",
    "%d %b %Y", "%d %b %Y %H:%M:%S", "%a, %d %b %Y %H:%M:%S", "%a, %d %b %y %H:%M:%S", "%A, %d-%b-%y %H:%M:%S",
    "%a %b %d %H:%M:%S %Y", "%b %d %Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%Y/%m/%d", "%Y/%m/%d %H:%M:%S",
)  # fmt: skip
"""Besides ISO 8601 what Kusto reads (RFC 822, RFC 850, sortable and American ones)."""


@lru_cache(maxsize=4096)
def read_any_time(text: str) -> int | None:
    """A time in any of the forms that Kusto reads; None for what is none."""
    plain = text.strip()
    if (found := read_time(plain)) is not None:
        return microseconds(found)
    if len(plain) > 40:
        return None
    for suffix in (" GMT", " UTC", "Z"):
        plain = plain.removesuffix(suffix)
    for form in _FORMS:
        try:
            return microseconds(datetime.strptime(plain, form).replace(tzinfo=UTC))
        except ValueError:
            continue
    return None


TIMES = (
    Function("read_any_time", read_any_time),
    Function("parse_span", parse_span),
    Function("span_text", span_text),
    Function("format_time_letters", format_time_letters),
    Function("format_span_letters", format_span_letters),
    Function("time_to_zone", _to_zone),
    Function("time_from_zone", _from_zone),
)
