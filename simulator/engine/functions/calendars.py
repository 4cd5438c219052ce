"""Times as calendars have them: months, and texts after Java's patterns. All in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from simulator.engine.functions.conversions import instant, microseconds
from simulator.engine.functions.model import Function

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _months_between(start: int, end: int) -> int:
    """Whole months from `start` to `end`, towards zero."""
    first, last = instant(start), instant(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    rest = (last.day, last.time()), (first.day, first.time())
    if months > 0 and rest[0] < rest[1]:
        months -= 1
    elif months < 0 and rest[0] > rest[1]:
        months += 1
    return months


def _month_floor(time: int, months: int) -> int | None:
    """The start of the span of `months` that holds `time`, counted from the year 1."""
    if months <= 0:
        return None
    when = instant(time)
    place = (when.year - 1) * 12 + when.month - 1
    year, month = divmod(place - place % months, 12)
    return microseconds(datetime(year + 1, month + 1, 1, tzinfo=UTC))


_PIECE = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")


def _time_text(time: int, pattern: str) -> str | None:
    when, found = instant(time), list[str]()
    for piece in _PIECE.finditer(pattern):
        if piece[1] is not None:
            found.append(piece[1].replace("''", "'") if piece[1] else "'")
        elif piece[2]:
            written = _written(when, piece[2], len(piece[0]))
            if written is None:
                return None
            found.append(written)
        else:
            found.append(piece[0])
    return "".join(found)


def _written(when: datetime, letter: str, count: int) -> str | None:
    match letter:
        case "y" | "u" | "Y":
            year = when.isocalendar().year if letter == "Y" else when.year
            return f"{year % 100:02d}" if count == 2 else f"{year:0{count}d}"
        case "M" | "L":
            return _name(_MONTHS[when.month - 1], when.month, count)
        case "E":
            name = _DAYS[when.weekday()]
            return name if count == 4 else name[:3]
        case "e" | "c":
            return _name(_DAYS[when.weekday()], when.isoweekday(), count)
        case "d":
            return f"{when.day:0{count}d}"
        case "D":
            return f"{when.timetuple().tm_yday:0{count}d}"
        case "H":
            return f"{when.hour:0{count}d}"
        case "h":
            return f"{(when.hour - 1) % 12 + 1:0{count}d}"
        case "k":
            return f"{when.hour or 24:0{count}d}"
        case "K":
            return f"{when.hour % 12:0{count}d}"
        case "m":
            return f"{when.minute:0{count}d}"
        case "s":
            return f"{when.second:0{count}d}"
        case "S":
            return f"{when.microsecond:06d}".ljust(count, "0")[:count]
        case "a":
            return "AM" if when.hour < 12 else "PM"
        case "w":
            return f"{when.isocalendar().week:0{count}d}"
        case "Q" | "q":
            return f"{(when.month - 1) // 3 + 1:0{count}d}"
        case "X":
            return "Z"
        case "x" | "Z":
            return {1: "+00" if letter == "x" else "+0000", 3: "+00:00" if letter == "x" else "+0000"}.get(
                count, "+0000" if letter == "x" or count < 4 else "GMT"
            )
        case "z" | "V" | "O":
            return "UTC" if letter == "z" else "Z"
        case _:
            return None


def _name(name: str, number: int, count: int) -> str:
    return f"{number:0{count}d}" if count <= 2 else name[:3] if count == 3 else name


def _time_read(text: str, pattern: str) -> int | None:
    """The time that `text` spells in `pattern`; what the pattern leaves out is its least."""
    regex, fields = list[str](), list[str]()
    for piece in _PIECE.finditer(pattern):
        if piece[1] is not None:
            regex.append(re.escape(piece[1].replace("''", "'") if piece[1] else "'"))
        elif piece[2]:
            expression = _readable(piece[2], len(piece[0]))
            if expression is None:
                return None
            regex.append(f"({expression})")
            fields.append(piece[2])
        else:
            regex.append(re.escape(piece[0]))
    found = re.fullmatch("".join(regex), text)
    return None if found is None else _assembled(dict(zip(fields, found.groups(), strict=True)))


def _readable(letter: str, count: int) -> str | None:
    if letter in "MLEec" and count >= 3:
        return "[A-Za-z]+"
    if letter in "yu":
        return r"\d{2}" if count == 2 else r"\d{4,}" if count >= 3 else r"\d+"
    if letter in "MLdHhkKmsD":
        return rf"\d{{{count}}}" if count > 1 else r"\d{1,3}"
    return {"S": rf"\d{{{count}}}", "a": "[AaPp][Mm]", "X": r"Z|[+-]\d\d(?::?\d\d)?", "x": r"[+-]\d\d(?::?\d\d)?",
            "Z": r"[+-]\d\d:?\d\d", "z": "UTC|GMT|Z", "V": "UTC|GMT|Z"}.get(letter)  # fmt: skip


def _assembled(held: dict[str, str]) -> int | None:
    try:
        year = int(held.get("y") or held.get("u") or "1970")
        year += 2000 if year < 100 else 0
        month = _month(held.get("M") or held.get("L") or "1")
        hour = int(held.get("H") or held.get("k") or held.get("h") or held.get("K") or "0") % 24
        if half := held.get("a"):
            hour = hour % 12 + (12 if half.lower() == "pm" else 0)
        day = int(held.get("d") or "1")
        minute, second = int(held.get("m") or "0"), int(held.get("s") or "0")
        fraction = int((held.get("S") or "").ljust(6, "0")[:6] or "0")
        when = datetime(year, month, day, hour, minute, second, fraction, tzinfo=_zone(held))
        if "D" in held:
            when = when.replace(month=1, day=1) + timedelta(days=int(held["D"]) - 1)
        return microseconds(when)
    except (ValueError, OverflowError):
        return None


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next(n for n, name in enumerate((*_MONTHS, ""), 1) if name[: max(len(text), 3)].lower() == text.lower())


def _zone(held: dict[str, str]) -> timezone:
    text = held.get("X") or held.get("x") or held.get("Z") or ""
    if text[:1] not in ("+", "-"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-span if text[0] == "-" else span)


CALENDARS = (
    Function("months_between", _months_between),
    Function("month_floor", _month_floor),
    Function("format_time_java", _time_text),
    Function("parse_time_java", _time_read),
)
