"""Functions of times, as ES|QL has them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from simulator.ir import Literal, Now
from simulator.languages.esql.builders import D, F, N, R, T
from simulator.languages.esql.expressions import UNITS
from simulator.languages.esql.syntax import Binary, Function, Logic, Name, TimeSpan
from simulator.languages.esql.typed import ISO, Typed, call, cast, integer, single, text
from simulator.tables import Type

if TYPE_CHECKING:
    from simulator.languages.esql.values import Lowering


_DIFF_UNITS: dict[str, int] = {
    spelled: span
    for span, spellings in {
        604_800_000_000: "week weeks wk ww",
        86_400_000_000: "day days dd d dayofyear dy y weekday weekdays dw",
        3_600_000_000: "hour hours hh",
        60_000_000: "minute minutes mi n",
        1_000_000: "second seconds ss s",
        1_000: "millisecond milliseconds ms",
        1: "microsecond microseconds mcs",
    }.items()
    for spelled in spellings.split()
}
_DIFF_MONTHS: dict[str, int] = {
    spelled: months
    for months, spellings in {
        12: "year years yy yyyy",
        3: "quarter quarters qq q",
        1: "month months mm m",
    }.items()
    for spelled in spellings.split()
}


def _date_diff(low: Lowering, node: Function) -> Typed:
    unit = (low.constant_text(node.args[0], "a unit") or "").lower()
    start, end = (cast(low.value(arg), D) for arg in node.args[1:])
    if months := _DIFF_MONTHS.get(unit):
        whole = call("months_between", N, start, end)
        return whole if months == 1 else call("divide_integers", N, whole, integer(months))
    if unit in ("nanosecond", "nanoseconds", "ns"):
        return call("multiply", N, _micros(start, end), integer(1000))
    if unit not in _DIFF_UNITS:
        raise low.scope.invalid(node.args[0], f"{unit!r} is no unit of DATE_DIFF")
    return call("divide_integers", N, _micros(start, end), integer(_DIFF_UNITS[unit]))


def _micros(start: Typed, end: Typed) -> Typed:
    return call("to_integer", N, call("subtract", Type.SPAN, end, start))


def _date_trunc(low: Lowering, node: Function) -> Typed:
    span, time = low.value(node.args[0]), cast(low.value(node.args[1]), D)
    return truncated(low, node, time, span)


_EPOCH_MONDAY = 4 * 86_400_000_000
"""The first Monday after 1970-01-01."""


def truncated(low: Lowering, node: Function, time: Typed, span: Typed) -> Typed:
    """`time` down to a multiple of `span`; weeks begin on Monday."""
    if isinstance(span.value, Literal) and isinstance(span.value.value, str):
        span = _span(low, node, span.value.value)
    if span.kind is not Type.SPAN or not isinstance(span.value, Literal) or not isinstance(span.value.value, int):
        raise low.scope.invalid(node, f"{node.name.upper()} takes a time span such as `1 hour`")
    if span.months:
        return call("month_floor", D, time, integer(span.months))
    length = span.value.value
    if length <= 0:
        raise low.scope.invalid(node, "a time span of no length")
    origin = 0 if length % (7 * 86_400_000_000) else _EPOCH_MONDAY
    return call("bin_time", D, time, span, Typed(Literal(origin, D), D))


def _span(low: Lowering, node: Function, written: str) -> Typed:
    count, _, unit = written.strip().partition(" ")
    if not count.isdigit() or unit.strip().lower() not in UNITS:
        raise low.scope.invalid(node, f"{written!r} is no time span")
    return low.value(TimeSpan(node.at, node.end, int(count), UNITS[unit.strip().lower()]))


def _bucket(low: Lowering, node: Function) -> Typed:
    one = single(low.value(node.args[0]))
    size = low.value(node.args[1])
    if len(node.args) == 2:
        if one.kind is D or size.kind is Type.SPAN:
            return truncated(low, node, cast(one, D), size)
        return _numeric_bucket(cast(one, R), cast(size, R))
    if len(node.args) != 4:
        raise low.scope.invalid(node, "BUCKET takes a size, or a number of buckets and a range")
    if one.kind is D:
        raise low.scope.unsupported(
            node.at, node.end, "BUCKET of times by number of buckets is not supported; give a span"
        )
    count = low.constant_integer(node.args[1], "the number of buckets")
    bounds = [low.value(arg).value for arg in node.args[2:]]
    if count < 1 or not all(isinstance(b, Literal) and isinstance(b.value, (int, float)) for b in bounds):
        raise low.scope.invalid(node, "BUCKET takes constant bounds")
    low_end, high_end = (float(b.value) for b in bounds if isinstance(b, Literal) and isinstance(b.value, (int, float)))
    return _numeric_bucket(cast(one, R), Typed(Literal(_width(count, low_end, high_end), R), R))


def _width(count: int, start: float, end: float) -> float:
    """The least power of ten that needs no more than `count` buckets from `start` to `end`."""
    least = (end - start) / count
    return 10.0 ** math.ceil(math.log10(least)) if least > 0 else 1.0


def _numeric_bucket(one: Typed, size: Typed) -> Typed:
    return call("multiply", R, call("floor", R, call("divide", R, one, size)), size)


def _date_extract(low: Lowering, node: Function) -> Typed:
    part = (low.constant_text(node.args[0], "a part") or "").lower()
    if part not in PARTS:
        raise low.scope.unsupported(node.args[0].at, node.args[0].end, f"DATE_EXTRACT of {part!r} is not supported")
    return _time_part(cast(low.value(node.args[1]), D), PARTS[part])


PARTS = {
    "year": "year",
    "year_of_era": "year",
    "month_of_year": "month",
    "day_of_month": "day",
    "day_of_week": "iso_day",
    "day_of_year": "day_of_year",
    "aligned_week_of_year": "aligned_week",
    "hour_of_day": "hour",
    "minute_of_hour": "minute",
    "second_of_minute": "second",
    "milli_of_second": "millisecond",
    "micro_of_second": "microsecond",
    "minute_of_day": "minute_of_day",
    "second_of_day": "second_of_day",
    "epoch_day": "epoch_day",
    "instant_seconds": "epoch_second",
}
"""Java's ChronoField names to those of the IR's `time_part`, or of what is computed of them."""


def _part(part: str) -> F:
    return F(1, 1, lambda low, node: call("time_part", N, cast(low.value(node.args[0]), D), text(part)))


def _date_format(low: Lowering, node: Function) -> Typed:

    pattern = cast(low.value(node.args[0]), T) if len(node.args) == 2 else text(ISO)
    return call("format_time_java", T, cast(low.value(node.args[-1]), D), pattern)


def _date_parse(low: Lowering, node: Function) -> Typed:
    if len(node.args) == 1:
        return cast(cast(low.value(node.args[0]), T), D)
    return call("parse_time_java", D, cast(low.value(node.args[1]), T), cast(low.value(node.args[0]), T))


def _name_of(pattern: str) -> F:
    return F(1, 1, lambda low, node: call("format_time_java", T, cast(low.value(node.args[0]), D), text(pattern)))


def _trange(low: Lowering, node: Function) -> Typed:
    """@timestamp within the last span, or between two times."""
    time = Name(node.at, node.end, "@timestamp")
    now = Function(node.at, node.end, "now", ())
    if len(node.args) == 1:
        low_end = Binary(node.at, node.end, "-", now, node.args[0])
        bounds = (Binary(node.at, node.end, ">", time, low_end), Binary(node.at, node.end, "<=", time, now))
    else:
        bounds = (
            Binary(node.at, node.end, ">", time, node.args[0]),
            Binary(node.at, node.end, "<=", time, node.args[1]),
        )
    return low.value(Logic(node.at, node.end, "and", bounds))


def _time_part(time: Typed, part: str) -> Typed:
    if part in ("minute_of_day", "second_of_day"):
        hours, minutes = (call("time_part", N, time, text(one)) for one in ("hour", "minute"))
        found = call("add", N, call("multiply", N, hours, integer(60)), minutes)
        if part == "minute_of_day":
            return found
        return call("add", N, call("multiply", N, found, integer(60)), call("time_part", N, time, text("second")))
    if part in ("epoch_day", "epoch_second"):
        step = 86_400_000_000 if part == "epoch_day" else 1_000_000
        whole = call("round_down_to", N, call("to_integer", N, time), integer(step))
        return call("divide_integers", N, whole, integer(step))
    if part == "aligned_week":
        days = call("subtract", N, call("time_part", N, time, text("day_of_year")), integer(1))
        return call("add", N, call("divide_integers", N, days, integer(7)), integer(1))
    return call("time_part", N, time, text(part))


def spanned(low: Lowering, node: Function) -> Typed:
    """A time span, or the text of one."""
    typed = low.value(node.args[0])
    if isinstance(typed.value, Literal) and isinstance(typed.value.value, str):
        return _span(low, node, typed.value.value)
    return typed


def _timestamp(low: Lowering, node: Function) -> Typed:
    return low.value(Name(node.at, node.end, "@timestamp"))


TIME_FUNCTIONS: dict[str, F] = {
    "now": F(0, 0, lambda _low, _node: Typed(Now(), D)),
    "date_diff": F(3, 3, _date_diff),
    "date_trunc": F(2, 2, _date_trunc),
    "date_extract": F(2, 2, _date_extract),
    "date_format": F(1, 2, _date_format),
    "date_parse": F(1, 2, _date_parse),
    "day_name": _name_of("EEEE"),
    "month_name": _name_of("MMMM"),
    "year": _part("year"),
    "month": _part("month"),
    "day": _part("day"),
    "hour": _part("hour"),
    "trange": F(1, 2, _trange),
    "bucket": F(2, 4, _bucket),
    "bin": F(2, 4, _bucket),
    "tbucket": F(1, 1, lambda low, node: truncated(low, node, _timestamp(low, node), low.value(node.args[0]))),
}
"""DATE_… and buckets."""
