"""Times: bins, parts, starts, formats. All in UTC."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from simulator.engine.functions.conversions import instant, microseconds
from simulator.engine.functions.model import Function, one_of
from simulator.engine.functions.templates import fits_time, sql

_PARTS: dict[str, Callable[[datetime], int]] = {
    "year": lambda when: when.year,
    "quarter": lambda when: (when.month + 2) // 3,
    "month": lambda when: when.month,
    "week": lambda when: when.isocalendar().week,
    "day": lambda when: when.day,
    "day_of_year": lambda when: when.timetuple().tm_yday,
    "day_of_week": lambda when: when.isoweekday() % 7,
    "iso_day": lambda when: when.isoweekday(),
    "hour": lambda when: when.hour,
    "minute": lambda when: when.minute,
    "second": lambda when: when.second,
    "millisecond": lambda when: when.microsecond // 1000,
    "microsecond": lambda when: when.microsecond,
}


def _part(time: int, part: str) -> int | None:
    take = _PARTS.get(part)
    return None if take is None else take(instant(time))


def _bin(time: int, span: int, origin: int) -> int | None:
    return origin + (time - origin) // span * span if span > 0 else None


_WIDE = "(CAST(_0 AS HUGEINT) - _2)"
_STEP = "nullif(greatest(_1, 0), 0)"
_BIN = f"CAST(_0 AS HUGEINT) - ({_WIDE} % {_STEP} + {_STEP}) % {_STEP}"

_STEPS = {"second": 1_000_000, "minute": 60_000_000, "hour": 3_600_000_000, "day": 86_400_000_000}


_UNITS = (*_STEPS, "week", "sunday_week", "month", "quarter", "year")


def _start(time: int, unit: str) -> int | None:
    if unit in _STEPS:
        return time // _STEPS[unit] * _STEPS[unit]
    day = time // _STEPS["day"] * _STEPS["day"]
    when = instant(day)
    match unit:
        case "week":
            return day - when.weekday() * _STEPS["day"]
        case "sunday_week":
            return day - when.isoweekday() % 7 * _STEPS["day"]
        case "month":
            return microseconds(when.replace(day=1))
        case "quarter":
            return microseconds(when.replace(day=1, month=(when.month - 1) // 3 * 3 + 1))
        case "year":
            return microseconds(when.replace(day=1, month=1))
        case _:
            return None


def _add_months(time: int, months: int) -> int | None:
    when = instant(time)
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    day = min(when.day, calendar.monthrange(year, month + 1)[1])
    return microseconds(when.replace(year=year, month=month + 1, day=day))


def _make(year: int, month: int, day: int, hour: int, minute: int, second: float) -> int | None:
    try:
        whole = datetime(year, month, day, hour, minute, tzinfo=UTC)
        return microseconds(whole) + round(second * 1_000_000) if 0 <= second < 60 else None
    except (ValueError, OverflowError):
        return None


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_WRITTEN: dict[str, Callable[[datetime], str]] = {
    "a": lambda when: _DAYS[when.weekday()][:3],
    "A": lambda when: _DAYS[when.weekday()],
    "b": lambda when: _MONTHS[when.month - 1][:3],
    "B": lambda when: _MONTHS[when.month - 1],
    "d": lambda when: f"{when.day:02}",
    "e": lambda when: f"{when.day:2}",
    "f": lambda when: f"{when.microsecond:06}",
    "F": lambda when: f"{when.year:04}-{when.month:02}-{when.day:02}",
    "H": lambda when: f"{when.hour:02}",
    "I": lambda when: f"{(when.hour + 11) % 12 + 1:02}",
    "j": lambda when: f"{when.timetuple().tm_yday:03}",
    "m": lambda when: f"{when.month:02}",
    "M": lambda when: f"{when.minute:02}",
    "p": lambda when: "AM" if when.hour < 12 else "PM",
    "s": lambda when: str(microseconds(when) // 1_000_000),
    "S": lambda when: f"{when.second:02}",
    "T": lambda when: f"{when.hour:02}:{when.minute:02}:{when.second:02}",
    "u": lambda when: str(when.isoweekday()),
    "w": lambda when: str(when.isoweekday() % 7),
    "y": lambda when: f"{when.year % 100:02}",
    "Y": lambda when: f"{when.year:04}",
    "z": lambda when: "+0000",
    "Z": lambda when: "UTC",
    "%": lambda when: "%",
}


def format_time(time: int, template: str) -> str:
    """`time` as `template` says."""
    when = instant(time)

    def written(found: re.Match[str]) -> str:
        write = _WRITTEN.get(found[1])
        return write(when) if write else found[0]

    return re.sub(r"%(.)", written, template, flags=re.DOTALL)


_READ = {
    "a": "(?:mon|tue|wed|thu|fri|sat|sun)",
    "A": f"(?:{'|'.join(_DAYS)})",
    "b": f"(?P<b>{'|'.join(name[:3] for name in _MONTHS)})",
    "B": f"(?P<B>{'|'.join(_MONTHS)})",
    "d": "(?P<d>[0-9]{1,2})",
    "e": "\\s?(?P<d>[0-9]{1,2})",
    "f": "(?P<f>[0-9]{1,9})",
    "F": "(?P<Y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})",
    "H": "(?P<H>[0-9]{1,2})",
    "I": "(?P<I>[0-9]{1,2})",
    "j": "(?P<j>[0-9]{1,3})",
    "m": "(?P<m>[0-9]{1,2})",
    "M": "(?P<M>[0-9]{1,2})",
    "p": "(?P<p>[ap]m)",
    "s": "(?P<s>-?[0-9]{1,12})",
    "S": "(?P<S>[0-9]{1,2})",
    "T": "(?P<H>[0-9]{1,2}):(?P<M>[0-9]{1,2}):(?P<S>[0-9]{1,2})",
    "u": "[1-7]",
    "w": "[0-6]",
    "y": "(?P<y>[0-9]{2})",
    "Y": "(?P<Y>[0-9]{4})",
    "z": "(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "Z": "(?:UTC|GMT|Z)",
    "%": "%",
}


@lru_cache(maxsize=512)
def _reader(template: str) -> re.Pattern[str] | None:
    parts = re.split(r"%(.)", template, flags=re.DOTALL)
    pattern = "".join(
        (_READ.get(part, re.escape(f"%{part}")) if place % 2 else re.escape(part)) for place, part in enumerate(parts)
    )
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error:  # a letter that comes twice
        return None


def parse_time(text: str, template: str) -> int | None:
    """The time that `text` gives as `template` says; None when it does not."""
    reader = _reader(template)
    found = reader.fullmatch(text) if reader is not None else None
    if found is None:
        return None
    got = {name: value for name, value in found.groupdict().items() if value is not None}
    fraction = int(got.get("f", "0")[:6].ljust(6, "0"))
    if "s" in got:
        return int(got["s"]) * 1_000_000 + fraction
    hour = int(got.get("H", "0"))
    if "I" in got:
        hour = int(got["I"]) % 12 + (12 if got.get("p", "").lower() == "pm" else 0)
    try:
        when = datetime(_year(got), _month(got), int(got.get("d", "1")), tzinfo=UTC) + _ahead(got.get("z", "Z"), -1)
        when += timedelta(days=int(got.get("j", "1")) - 1)
        clock = timedelta(hours=_below(hour, 24), minutes=_below(int(got.get("M", "0")), 60))
        return microseconds(when + clock + timedelta(seconds=_below(int(got.get("S", "0")), 60))) + fraction
    except (ValueError, OverflowError):
        return None


def _below(value: int, limit: int) -> int:
    if value >= limit:
        raise ValueError(value)
    return value


def _year(got: dict[str, str]) -> int:
    if "Y" in got:
        return int(got["Y"])
    short = int(got.get("y", "70"))
    return short + (2000 if short < 69 else 1900)


def _month(got: dict[str, str]) -> int:
    name = (got.get("b") or got.get("B") or "")[:3].title()
    return [month[:3] for month in _MONTHS].index(name) + 1 if name else int(got.get("m", "1"))


def _ahead(zone: str, sign: int) -> timedelta:
    if zone in "Zz":
        return timedelta()
    digits = zone[1:].replace(":", "")
    sign = -sign if zone[0] == "-" else sign
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))


CLOCK = (
    Function("bin_time", _bin, sql(fits_time(_BIN))),
    Function("time_part", _part, fault=one_of(1, _PARTS)),
    Function("start_of", _start, fault=one_of(1, _UNITS)),
    Function("add_months", _add_months),
    Function("make_time", _make),
    Function("format_time", format_time),
    Function("parse_time", parse_time),
)
