"""Times moved and snapped by a text, as Splunk's time modifiers are: `-1d@d+8h`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from simulator.engine.functions.templates import FIRST_TIME, LAST_TIME

_STEP = re.compile(r"([+-])(\d{0,9})([a-z]+)|@([a-z]+)(\d?)", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_NAMES = {
    "s": "s sec secs second seconds",
    "m": "m min mins minute minutes",
    "h": "h hr hrs hour hours",
    "d": "d day days",
    "w": "w week weeks",
    "mon": "mon month months",
    "q": "q qtr qtrs quarter quarters",
    "y": "y yr yrs year years",
}
_UNITS = {name: unit for unit, names in _NAMES.items() for name in names.split()}


def shifted(time: int, modifier: str) -> int | None:
    """`time` (microseconds since 1970) as the modifier moves it, or None for what is none or leaves the calendar."""
    text = modifier.strip()
    if not text or text.lower() == "now":
        return time
    text = text if text[0] in "+-@" else f"+{text}"
    at = 0
    try:
        when = _EPOCH + timedelta(microseconds=time)
        while at < len(text):
            found = _STEP.match(text, at)
            if found is None or (unit := _UNITS.get((found[3] or found[4]).lower())) is None:
                return None
            at = found.end()
            if found[4]:
                when = _snapped(when, unit, found[5])
            else:
                when = _moved(when, unit, int(found[2] or 1) * (-1 if found[1] == "-" else 1))
    except (OverflowError, ValueError):
        return None
    moved = (when - _EPOCH) // timedelta(microseconds=1)
    return moved if FIRST_TIME <= moved <= LAST_TIME else None


def _moved(when: datetime, unit: str, count: int) -> datetime:
    if unit in _SECONDS:
        return when + timedelta(seconds=_SECONDS[unit] * count)
    months = when.year * 12 + when.month - 1 + count * {"mon": 1, "q": 3, "y": 12}[unit]
    year, month = divmod(months, 12)
    last = (datetime(year + month // 11, (month + 1) % 12 + 1, 1, tzinfo=UTC) - timedelta(days=1)).day
    return when.replace(year=year, month=month + 1, day=min(when.day, last))


def _snapped(when: datetime, unit: str, day: str) -> datetime:
    midnight = when.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case "s":
            return when.replace(microsecond=0)
        case "m":
            return when.replace(second=0, microsecond=0)
        case "h":
            return when.replace(minute=0, second=0, microsecond=0)
        case "d":
            return midnight
        case "w":
            wanted = int(day or 0) % 7
            return midnight - timedelta(days=(midnight.isoweekday() - wanted) % 7)
        case "mon":
            return midnight.replace(day=1)
        case "q":
            return midnight.replace(day=1, month=(when.month - 1) // 3 * 3 + 1)
        case _:
            return midnight.replace(day=1, month=1)
