"""Functions of times and lengths of time.

Microsoft Learn: "ago()", "now()", "bin()", "startofday()", "datetime_diff()", "format_datetime()" and so on.
"""

from __future__ import annotations

from simulator.ir import Literal, Now
from simulator.languages.kusto import convert
from simulator.languages.kusto.asked import Asked, Scalar, simple
from simulator.languages.kusto.convert import INTEGER, REAL, SPAN, TEXT, TIME, call, lit, text
from simulator.languages.kusto.knowledge import DIFFERENCE
from simulator.languages.kusto.model import Typed

YEAR_ONE = -62_135_596_800_000_000
"""0001-01-01: bins of times are counted from there."""


def _now(asked: Asked) -> Typed:
    now = Typed(Now(), TIME, solid=True)
    return call("add", TIME, now, asked.arg(0, SPAN)) if len(asked) else now


def _ago(asked: Asked) -> Typed:
    return call("subtract", TIME, Typed(Now(), TIME, solid=True), asked.arg(0, SPAN))


def _bin(asked: Asked) -> Typed:
    size = asked.arg(1)
    found = asked.arg(0)
    if size.kind is SPAN:
        kind = found.kind if found.kind in (TIME, SPAN) else TIME
        difference = found.origin is not None and found.origin[0] == DIFFERENCE
        asked.low.knowledge.use(found.origin, SPAN if difference else TIME)
        found = convert.to_kind(found, kind)
        if kind is SPAN:
            return call("round_down_to", SPAN, found, size)
        return call("bin_time", TIME, found, size, Literal(YEAR_ONE, TIME))
    if found.kind is SPAN or found.kind is TIME:
        size = convert.to_kind(size, SPAN)
        return (
            call("bin_time", TIME, found, size, Literal(YEAR_ONE, TIME))
            if found.kind is TIME
            else call("round_down_to", SPAN, found, size)
        )
    asked.low.knowledge.use(found.origin, size.kind)
    kind = REAL if REAL in (found.kind, size.kind) or found.kind not in (INTEGER, REAL) else INTEGER
    return call("round_down_to", kind, convert.to_number(found, kind), convert.to_number(size, kind))


def _bin_at(asked: Asked) -> Typed:
    origin = asked.arg(2)
    if origin.kind is TIME or asked.arg(1).kind is SPAN:
        return call("bin_time", TIME, asked.arg(0, TIME), asked.arg(1, SPAN), asked.arg(2, TIME))
    raise asked.unsupported("bin_at of numbers is not supported")


_DAY = 86_400_000_000
_UNITS = {
    "day": _DAY, "week": 7 * _DAY, "hour": _DAY // 24, "minute": 60_000_000, "second": 1_000_000, "millisecond": 1_000,
    "microsecond": 1,
}  # fmt: skip
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _start(found: Typed, unit: str, offset: Typed) -> Typed:
    """The start of the unit that `found` is in, so many units later."""
    start = call("start_of", TIME, found, text("sunday_week" if unit == "week" else unit))
    return start if offset.plain == 0 else _later(start, unit, offset)


def _later(found: Typed, unit: str, count: Typed) -> Typed:
    if unit in _MONTHS:
        return call("add_months", TIME, found, call("multiply", INTEGER, count, lit(_MONTHS[unit], INTEGER)))
    return call("add", TIME, found, call("multiply", SPAN, lit(_UNITS[unit], SPAN), count))


def _bounds(unit: str, end: bool) -> Scalar:
    def lower(asked: Asked) -> Typed:
        offset = asked.arg(1, INTEGER) if len(asked) > 1 else lit(0, INTEGER)
        if not end:
            return _start(asked.arg(0, TIME), unit, offset)
        following = call("add", INTEGER, offset, lit(1, INTEGER))
        return call("subtract", TIME, _start(asked.arg(0, TIME), unit, following), lit(1, SPAN))

    return lower


def _part(unit: str) -> Scalar:
    return lambda asked: call("time_part", INTEGER, asked.arg(0, TIME), text(unit))


def _day_of_week(asked: Asked) -> Typed:
    """As a timespan: days since Sunday."""
    days = call("time_part", INTEGER, asked.arg(0, TIME), text("day_of_week"))
    return call("multiply", SPAN, lit(_DAY, SPAN), days)


_PARTS = {"dayofyear": "day_of_year", "week_of_year": "week", "weekofyear": "week"}


def _unit(asked: Asked) -> str:
    found = str(asked.constant(0)).lower()
    if found not in _UNITS and found not in _MONTHS and found not in _PARTS:
        raise asked.unsupported(f"the period {found!r} is not supported")
    return found


def _datetime_part(asked: Asked) -> Typed:
    unit = _unit(asked)
    return call("time_part", INTEGER, asked.arg(1, TIME), text(_PARTS.get(unit, unit)))


def _difference(asked: Asked) -> Typed:
    """datetime_diff(period, later, earlier): periods between, counted by their boundaries."""
    unit = _unit(asked)
    later, earlier = asked.arg(1, TIME), asked.arg(2, TIME)
    if unit in _MONTHS:

        def months(one: Typed) -> Typed:
            years = call("multiply", INTEGER, call("time_part", INTEGER, one, text("year")), lit(12, INTEGER))
            total = call("add", INTEGER, years, call("time_part", INTEGER, one, text("month")))
            zero = call("subtract", INTEGER, total, lit(1, INTEGER))
            return call("divide_integers", INTEGER, zero, lit(_MONTHS[unit], INTEGER))

        return call("subtract", INTEGER, months(later), months(earlier))
    size = lit(_UNITS.get(unit, _DAY), SPAN)
    if unit == "week":
        ends = [call("start_of", TIME, one, text("sunday_week")) for one in (later, earlier)]
    else:
        ends = [call("bin_time", TIME, one, size, lit(YEAR_ONE, TIME)) for one in (later, earlier)]
    span = call("to_integer", INTEGER, call("subtract", SPAN, *ends))
    return call("divide_integers", INTEGER, span, lit(size.plain, INTEGER))


def _added(asked: Asked) -> Typed:
    unit = _unit(asked)
    return _later(asked.arg(2, TIME), unit, asked.arg(1, INTEGER))


def _unix(factor: int, divisor: int = 1) -> Scalar:
    def lower(asked: Asked) -> Typed:
        number = asked.arg(0, REAL if factor > 1 else INTEGER)
        if divisor > 1:
            return call("to_time", TIME, call("divide_integers", INTEGER, number, lit(divisor, INTEGER)))
        if factor > 1:
            number = call("to_integer", INTEGER, call("multiply", REAL, number, lit(float(factor), REAL)))
        return call("to_time", TIME, number)

    return lower


def _ingestion(asked: Asked) -> Typed:
    """When a row came in: here, when it happened."""
    for name in ("TimeGenerated", "Timestamp", "_time"):
        if name in asked.scope.frame.columns:
            return asked.scope.frame.columns[name].of(name)
    if asked.scope.frame.opens:
        target = min(asked.scope.frame.opens, key=lambda one: one.known)
        asked.low.knowledge.need(target.table, "TimeGenerated")
        return Typed(lit(None, TIME).value, TIME)
    return lit(None, TIME)


def _make(asked: Asked) -> Typed:
    if len(asked) == 1:
        return asked.arg(0, TIME)
    parts = [asked.arg(place, INTEGER) if place < len(asked) else lit(0, INTEGER) for place in range(5)]
    second = asked.arg(5, REAL) if len(asked) > 5 else lit(0.0, REAL)
    return call("make_time", TIME, *parts, second)


def _make_span(asked: Asked) -> Typed:
    """make_timespan([days,] hours, minutes [, seconds])"""
    values = [asked.arg(place, REAL) for place in range(len(asked))]
    sizes = [86_400e6, 3_600e6, 60e6, 1e6] if len(values) == 4 else [3_600e6, 60e6, 1e6]
    found = lit(0.0, REAL)
    for one, size in zip(values, sizes, strict=False):
        found = call("add", REAL, found, call("multiply", REAL, one, lit(size, REAL)))
    return call("to_span", SPAN, call("to_integer", INTEGER, found))


FUNCTIONS: dict[str, Scalar] = {
    "now": _now, "ago": _ago, "bin": _bin, "floor": _bin, "bin_at": _bin_at, "ingestion_time": _ingestion,
    **{f"startof{unit}": _bounds(unit, False) for unit in ("day", "week", "month", "year")},
    **{f"endof{unit}": _bounds(unit, True) for unit in ("day", "week", "month", "year")}, "getyear": _part("year"),
    "getmonth": _part("month"), "monthofyear": _part("month"), "dayofmonth": _part("day"),
    "dayofyear": _part("day_of_year"), "hourofday": _part("hour"), "week_of_year": _part("week"),
    "weekofyear": _part("week"), "dayofweek": _day_of_week, "datetime_part": _datetime_part,
    "datepart": _datetime_part, "datetime_diff": _difference, "datetime_add": _added,
    "format_datetime": simple("format_time_letters", (TIME, TEXT), TEXT),
    "format_timespan": simple("format_span_letters", (SPAN, TEXT), TEXT),
    "unixtime_seconds_todatetime": _unix(1_000_000), "unixtime_milliseconds_todatetime": _unix(1_000),
    "unixtime_microseconds_todatetime": _unix(1), "unixtime_nanoseconds_todatetime": _unix(1, 1_000),
    "make_datetime": _make, "make_timespan": _make_span,
    "datetime_utc_to_local": simple("time_to_zone", (TIME, TEXT), TIME),
    "datetime_local_to_utc": simple("time_from_zone", (TIME, TEXT), TIME),
}  # fmt: skip
