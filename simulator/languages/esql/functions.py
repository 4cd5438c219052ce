"""ES|QL's functions of one row: how each is lowered.

Source of the meanings: https://www.elastic.co/docs/reference/query-languages/esql/esql-functions-operators and the
pages below it. `F(kinds, result, function)` is the common case: single values of these kinds to one function of the IR.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.ir import Literal, Now
from simulator.languages.esql.syntax import Function
from simulator.languages.esql.typed import (
    LIST_OF,
    NULL,
    NUMBERS,
    Typed,
    call,
    cast,
    common,
    element,
    integer,
    several,
    single,
    text,
)
from simulator.tables import Type

if TYPE_CHECKING:
    from simulator.languages.esql.values import Lowering

_REFERENCE = re.compile(r"\\(.)?|\$([0-9])", re.DOTALL)
"""What is special in Java's replacements: an escaped character, a group."""

Build = Callable[["Lowering", Function], Typed]


@dataclass(frozen=True, slots=True)
class F:
    """How a function is lowered, and how many arguments it takes."""

    least: int
    most: int
    build: Build


T, N, R, B, D = Type.TEXT, Type.INTEGER, Type.REAL, Type.BOOLEAN, Type.TIME
MANY = 1 << 20


def plain(function: str, result: Type, *kinds: Type, least: int | None = None, fill: tuple[Typed, ...] = ()) -> F:
    """Single values of `kinds`; `fill` are the last arguments where they are left out."""

    def build(low: Lowering, node: Function) -> Typed:
        args = [cast(low.value(arg), kind) for arg, kind in zip(node.args, kinds, strict=False)]
        missing = len(kinds) - len(args)
        if missing > 0:
            args.extend(fill[len(fill) - missing :])
        return call(function, result, *args)

    return F(len(kinds) if least is None else least, len(kinds), build)


def each(function: str, result: Type, kind: Type) -> F:
    """One value, or each of several."""

    def build(low: Lowering, node: Function) -> Typed:
        typed = low.value(node.args[0])
        if typed.kind.element and not typed.null:
            inner = cast(typed, LIST_OF[kind])
            return call("each", LIST_OF[result], text(function), inner)
        return call(function, result, cast(typed, kind))

    return F(1, 1, build)


def variadic(function: str, kind: Type) -> F:
    """Any number of single values of one kind."""
    return F(1, MANY, lambda low, node: call(function, kind, *(cast(low.value(arg), kind) for arg in node.args)))


def to(kind: Type) -> F:
    """A conversion."""

    def build(low: Lowering, node: Function) -> Typed:
        from simulator.languages.esql.values import converted

        return converted(low.value(node.args[0]), kind)

    return F(1, 1, build)


def number(function: str, *, real: bool = False) -> F:
    """A function of one number that keeps its kind, unless it is always `real`."""

    def build(low: Lowering, node: Function) -> Typed:
        one = single(low.value(node.args[0]))
        kind = one.kind if one.kind in NUMBERS and not real else R
        if kind is N and function in ("ceiling", "floor"):
            return one
        return call(function, kind, cast(one, kind))

    return F(1, 1, build)


def constant(value: float) -> F:
    """A constant of mathematics."""
    return F(0, 0, lambda _low, _node: Typed(Literal(value, R), R))


def _case(low: Lowering, node: Function) -> Typed:
    from simulator.ir import Truth
    from simulator.languages.esql.conditions import condition

    pairs = [(node.args[at], node.args[at + 1]) for at in range(0, len(node.args) - 1, 2)]
    values = [low.value(value) for _, value in pairs]
    otherwise = low.value(node.args[-1]) if len(node.args) % 2 else NULL
    kind = common((*values, otherwise))
    found = cast(otherwise, kind)
    for (when, _), value in reversed(list(zip(pairs, values, strict=True))):
        found = call("if", kind, Typed(Truth(condition(low, when)), B), cast(value, kind), found)
    return found


def _coalesce(low: Lowering, node: Function) -> Typed:
    values = [low.value(arg) for arg in node.args]
    kind = common(values)
    return call("coalesce", kind, *(cast(value, kind) for value in values))


def _extreme(function: str) -> F:
    def build(low: Lowering, node: Function) -> Typed:
        values = [low.value(arg) for arg in node.args]
        if len(values) == 1 and values[0].kind.element:
            return call(f"list_{function}", element(values[0].kind), values[0])
        kind = common(values, lists=False)
        found = [cast(value, kind) for value in values]
        missing = [call("is_null", B, value) for value in found]
        any_missing = call("or", B, *missing) if len(missing) > 1 else missing[0]
        return call("if", kind, any_missing, cast(NULL, kind), call(f"{function}_of", kind, *found))

    return F(1, MANY, build)


def _concat(low: Lowering, node: Function) -> Typed:
    return call("concat", T, *(cast(low.value(arg), T) for arg in node.args))


def _round(low: Lowering, node: Function) -> Typed:
    one = single(low.value(node.args[0]))
    if one.kind is N and len(node.args) == 1:
        return one
    digits = cast(low.value(node.args[1]), N) if len(node.args) == 2 else integer(0)
    found = call("round", R, cast(one, R), digits)
    return cast(found, N) if one.kind is N else found


def _log(low: Lowering, node: Function) -> Typed:
    args = [cast(low.value(arg), R) for arg in node.args]
    if len(args) == 1:
        return call("logarithm", R, args[0])
    return call("logarithm_base", R, args[1], args[0])


def _now(_low: Lowering, _node: Function) -> Typed:
    return Typed(Now(), D)


# Several values ----------------------------------------------------------------------------------------------------


def listed(
    function: str, result: Type | None = None, *more: Type, inner: bool = False, fill: tuple[Typed, ...] = ()
) -> F:
    """A function of several values (one value is a list of one). The result's kind is `result`, or that of the list, or
    with `inner` that of its elements."""

    def build(low: Lowering, node: Function) -> Typed:
        values = several(low.value(node.args[0]))
        rest = [cast(low.value(arg), kind) for arg, kind in zip(node.args[1:], more, strict=False)]
        missing = len(more) - len(rest)
        if missing > 0:
            rest.extend(fill[len(fill) - missing :])
        kind = result or (element(values.kind) if inner else values.kind)
        return call(function, kind, values, *rest)

    return F(1 + len(more) - len(fill), 1 + len(more), build)


def measured(function: str, *more: Type, whole: bool = False) -> F:
    """A number of several numbers; whole numbers keep their kind where `whole` says so."""

    def build(low: Lowering, node: Function) -> Typed:
        values = several(low.value(node.args[0]))
        if values.kind not in (Type.INTEGERS, Type.REALS):
            values = call("each", Type.REALS, text("to_real"), cast(values, Type.TEXTS))
        kind = N if whole and values.kind is Type.INTEGERS else R
        rest = [cast(low.value(arg), of) for arg, of in zip(node.args[1:], more, strict=True)]
        return call(function, kind, values if kind is N else cast(values, Type.REALS), *rest)

    return F(1 + len(more), 1 + len(more), build)


def _mv_concat(low: Lowering, node: Function) -> Typed:
    values = cast(several(low.value(node.args[0])), Type.TEXTS)
    return call("join", T, values, cast(low.value(node.args[1]), T))


def some(values: Typed) -> Typed:
    """A list without elements is null."""
    return call("some", values.kind, values)


def sorted_list(values: Typed, descending: bool) -> Typed:
    """A list in order."""
    ordered = call("list_sort", values.kind, values)
    return call("list_reverse", values.kind, ordered) if descending else ordered


def _element(place: int) -> F:
    def build(low: Lowering, node: Function) -> Typed:
        typed = low.value(node.args[0])
        return call("element_at", typed.kind.element, typed, integer(place)) if typed.kind.element else typed

    return F(1, 1, build)


def _both(low: Lowering, node: Function) -> tuple[Typed, Typed, Type]:
    left, right = low.value(node.args[0]), low.value(node.args[1])
    kind = common([several(one) for one in (left, right) if not one.null] or [several(NULL)])
    return cast(left, kind), cast(right, kind), kind


def _or_empty(values: Typed) -> Typed:
    return call("coalesce", values.kind, values, Typed(Literal((), values.kind), values.kind))


def _two_lists(function: str, *, null_is_empty: bool = False) -> F:
    """A list of two lists; with `null_is_empty` a null second one counts as empty."""

    def build(low: Lowering, node: Function) -> Typed:
        left, right, kind = _both(low, node)
        return some(call(function, kind, left, _or_empty(right) if null_is_empty else right))

    return F(2, 2, build)


def _compares(function: str) -> F:
    """ "Null values are treated as an empty set." """

    def build(low: Lowering, node: Function) -> Typed:
        left, right, _ = _both(low, node)
        return call(function, B, _or_empty(left), _or_empty(right))

    return F(2, 2, build)


def _mv_slice(low: Lowering, node: Function) -> Typed:
    values = several(low.value(node.args[0]))
    start = cast(low.value(node.args[1]), N)
    end = cast(low.value(node.args[2]), N) if len(node.args) == 3 else start
    return call("list_between", values.kind, values, start, end)


def _mv_sort(low: Lowering, node: Function) -> Typed:
    values = several(low.value(node.args[0]))
    order = low.constant_text(node.args[1], "an order") if len(node.args) == 2 else "asc"
    if (order or "").lower() not in ("asc", "desc"):
        raise low.scope.invalid(node.args[-1], "MV_SORT's order is ASC or DESC")
    return sorted_list(values, (order or "").lower() == "desc")


def _mv_zip(low: Lowering, node: Function) -> Typed:
    lists = [cast(several(low.value(arg)), Type.TEXTS) for arg in node.args[:2]]
    delimiter = cast(low.value(node.args[2]), T) if len(node.args) == 3 else text(",")
    return call("list_zip_texts", Type.TEXTS, *lists, delimiter)


# Times -------------------------------------------------------------------------------------------------------------

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
    from simulator.languages.esql.expressions import UNITS
    from simulator.languages.esql.syntax import TimeSpan

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
    import math

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
    from simulator.languages.esql.typed import ISO

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
    from simulator.languages.esql.syntax import Binary, Logic, Name

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


# Texts -------------------------------------------------------------------------------------------------------------


def _replace(low: Lowering, node: Function) -> Typed:
    subject, pattern, new = (cast(low.value(arg), T) for arg in node.args)
    match new.value:
        case Literal(value=str() as by):
            new = text(
                _REFERENCE.sub(
                    lambda found: (
                        f"\\{found[2]}" if found[2] else "\\\\" if found[0] in ("\\", "\\\\") else found[1] or ""
                    ),
                    by,
                )
            )
        case _:
            raise low.scope.unsupported(node.args[2].at, node.args[2].end, "REPLACE with a text that is not constant")
    return call("regex_replace", T, subject, pattern, text(""), new)


def _substring(low: Lowering, node: Function) -> Typed:
    """Place 1 is the first (0 too), negative places count from the end."""
    subject, start = cast(low.value(node.args[0]), T), cast(low.value(node.args[1]), N)
    length = cast(low.value(node.args[2]), N) if len(node.args) == 3 else integer(1 << 30)
    one = integer(1)
    ahead = call("subtract", N, call("maximum_of", N, start, one), one)
    from_start = call("substring", T, subject, ahead, length)
    from_end = call("left", T, call("right", T, subject, call("negate", N, start)), length)
    if isinstance(start.value, Literal) and isinstance(start.value.value, int):
        if start.value.value < 0:
            return call("left", T, call("right", T, subject, integer(-start.value.value)), length)
        return call("substring", T, subject, integer(max(start.value.value - 1, 0)), length)
    return call("if", T, call("less", B, start, integer(0)), from_end, from_start)


def _locate(low: Lowering, node: Function) -> Typed:
    subject, part = cast(low.value(node.args[0]), T), cast(low.value(node.args[1]), T)
    start = cast(low.value(node.args[2]), N) if len(node.args) == 3 else integer(1)
    ahead = call("subtract", N, call("maximum_of", N, start, integer(1)), integer(1))
    return call("add", N, call("index_of_from", N, subject, part, ahead), integer(1))


def _url_encode(low: Lowering, node: Function) -> Typed:
    """Spaces are `+`."""
    return call("replace", T, call("url_encode", T, cast(low.value(node.args[0]), T)), text("%20"), text("+"))


def _json_extract(low: Lowering, node: Function) -> Typed:
    path = (low.constant_text(node.args[1], "a path") or "").strip()
    path = path if path.startswith("$") else f"${path}" if path.startswith("[") else f"$.{path}"
    if any(sign in path for sign in ("*", "..", "?(", "[-")):
        raise low.scope.unsupported(
            node.args[1].at, node.args[1].end, "JSON_EXTRACT has no wildcards, slices or filters"
        )
    subject = call("json_parse", Type.DYNAMIC, cast(low.value(node.args[0]), T))
    return call("json_text", T, call("json_extract", Type.DYNAMIC, subject, text(path)))


def _ip_prefix(low: Lowering, node: Function) -> Typed:
    address = cast(low.value(node.args[0]), T)
    four, six = (cast(low.value(arg), N) for arg in node.args[1:])
    old = call("equal", B, call("ip_version", N, address), integer(4))
    return call("if", T, old, call("ip_network", T, address, four), call("ip_network", T, address, six))


def _split(low: Lowering, node: Function) -> Typed:
    return call("split", Type.TEXTS, cast(low.value(node.args[0]), T), cast(low.value(node.args[1]), T))


def _hash(low: Lowering, node: Function) -> Typed:
    algorithm = (low.constant_text(node.args[0], "an algorithm") or "").lower().replace("-", "")
    if algorithm not in ("md5", "sha1", "sha256", "sha512"):
        raise low.scope.unsupported(node.args[0].at, node.args[0].end, f"HASH by {algorithm!r} is not supported")
    return call(algorithm, T, cast(low.value(node.args[1]), T))


def _hashed(algorithm: str) -> F:
    return F(1, 1, lambda low, node: call(algorithm, T, cast(low.value(node.args[0]), T)))


def _to_ip(low: Lowering, node: Function) -> Typed:
    typed = low.value(node.args[0])
    if typed.kind.element and not typed.null:
        return call("each", Type.TEXTS, text("ip_canonical"), cast(typed, Type.TEXTS))
    return call("ip_canonical", T, cast(typed, T))


def _same(low: Lowering, node: Function) -> Typed:
    return low.value(node.args[0])


FUNCTIONS: dict[str, F] = {
    # Conditions
    "case": F(2, MANY, _case),
    "coalesce": F(1, MANY, _coalesce),
    "greatest": _extreme("maximum"),
    "least": _extreme("minimum"),
    # Conversions
    "to_string": to(T),
    "to_str": to(T),
    "to_text": to(T),
    "to_integer": to(N),
    "to_int": to(N),
    "to_long": to(N),
    "to_unsigned_long": to(N),
    "to_ul": to(N),
    "to_ulong": to(N),
    "to_double": to(R),
    "to_dbl": to(R),
    "to_boolean": to(B),
    "to_bool": to(B),
    "to_datetime": to(D),
    "to_dt": to(D),
    "to_date_nanos": to(D),
    "to_datenanos": to(D),
    "to_ip": F(1, 2, _to_ip),
    "to_version": to(T),
    "to_ver": to(T),
    "to_timeduration": F(1, 1, lambda low, node: _spanned(low, node)),
    "to_dateperiod": F(1, 1, lambda low, node: _spanned(low, node)),
    "to_degrees": number("degrees", real=True),
    "to_radians": number("radians", real=True),
    # Texts
    "concat": F(1, MANY, _concat),
    "length": plain("length", N, T),
    "byte_length": plain("byte_length", N, T),
    "bit_length": F(
        1,
        1,
        lambda low, node: call("multiply", N, call("byte_length", N, cast(low.value(node.args[0]), T)), integer(8)),
    ),
    "to_lower": each("lower", T, T),
    "to_upper": each("upper", T, T),
    "trim": plain("trim_space", T, T),
    "ltrim": plain("trim_space_start", T, T),
    "rtrim": plain("trim_space_end", T, T),
    "substring": F(2, 3, _substring),
    "left": plain("left", T, T, N),
    "right": plain("right", T, T, N),
    "locate": F(2, 3, _locate),
    "repeat": plain("repeat", T, T, N),
    "reverse": plain("reverse", T, T),
    "space": F(1, 1, lambda low, node: call("repeat", T, text(" "), cast(low.value(node.args[0]), N))),
    "split": F(2, 2, _split),
    "replace": F(3, 3, _replace),
    "to_base64": plain("base64_encode", T, T),
    "from_base64": plain("base64_decode", T, T),
    "hash": F(2, 2, _hash),
    "md5": _hashed("md5"),
    "sha1": _hashed("sha1"),
    "sha256": _hashed("sha256"),
    "url_encode": F(1, 1, _url_encode),
    "url_encode_component": plain("url_encode", T, T),
    "url_decode": plain("url_decode_plus", T, T),
    "json_extract": F(2, 2, _json_extract),
    # Addresses
    "ip_prefix": F(3, 3, _ip_prefix),
    # Times
    "now": F(0, 0, _now),
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
    # Numbers
    "abs": number("absolute"),
    "ceil": number("ceiling"),
    "floor": number("floor"),
    "round": F(1, 2, _round),
    "signum": F(1, 1, lambda low, node: cast(call("sign", N, cast(low.value(node.args[0]), R)), R)),
    "sqrt": number("square_root", real=True),
    "cbrt": number("cube_root", real=True),
    "exp": number("exponent", real=True),
    "log": F(1, 2, _log),
    "log10": F(
        1, 1, lambda low, node: call("logarithm_base", R, cast(low.value(node.args[0]), R), Typed(Literal(10.0, R), R))
    ),
    "pow": plain("power", R, R, R),
    "hypot": plain("hypotenuse", R, R, R),
    "sin": number("sine", real=True),
    "cos": number("cosine", real=True),
    "tan": number("tangent", real=True),
    "asin": number("arc_sine", real=True),
    "acos": number("arc_cosine", real=True),
    "atan": number("arc_tangent", real=True),
    "atan2": plain("arc_tangent_2", R, R, R),
    "sinh": number("hyperbolic_sine", real=True),
    "cosh": number("hyperbolic_cosine", real=True),
    "tanh": number("hyperbolic_tangent", real=True),
    "pi": constant(3.141592653589793),
    "e": constant(2.718281828459045),
    "tau": constant(6.283185307179586),
    # Several values
    "mv_append": _two_lists("list_concat"),
    "mv_avg": measured("list_average"),
    "mv_sum": measured("list_sum", whole=True),
    "mv_median": measured("list_median"),
    "mv_median_absolute_deviation": measured("list_deviation"),
    "mv_percentile": measured("list_percentile", R),
    "mv_concat": F(2, 2, _mv_concat),
    "mv_count": F(1, 1, lambda low, node: call("list_length", N, some(several(low.value(node.args[0]))))),
    "mv_dedupe": listed("list_distinct"),
    "mv_first": _element(0),
    "mv_last": _element(-1),
    "mv_max": listed("list_maximum", inner=True),
    "mv_min": listed("list_minimum", inner=True),
    "mv_slice": F(2, 3, _mv_slice),
    "mv_sort": F(1, 2, _mv_sort),
    "mv_zip": F(2, 3, _mv_zip),
    "mv_contains": _compares("list_contains_all"),
    "mv_contains_all": _compares("list_contains_all"),
    "mv_intersects": _compares("list_overlaps"),
    "mv_intersection": _two_lists("list_intersect"),
    "mv_union": _two_lists("list_union"),
    "mv_difference": _two_lists("list_difference", null_is_empty=True),
}
"""Every function of a row that runs."""


def _spanned(low: Lowering, node: Function) -> Typed:
    typed = low.value(node.args[0])
    if isinstance(typed.value, Literal) and isinstance(typed.value.value, str):
        return _span(low, node, typed.value.value)
    return typed


def _timestamp(low: Lowering, node: Function) -> Typed:
    from simulator.languages.esql.syntax import Name

    return low.value(Name(node.at, node.end, "@timestamp"))


NOT_RUN: dict[str, str] = {
    **dict.fromkeys(
        (
            "st_distance", "st_intersects", "st_disjoint", "st_contains", "st_within", "st_x", "st_y", "st_envelope",
            "st_xmax", "st_xmin", "st_ymax", "st_ymin", "st_geotile", "st_geohex", "st_geohash", "to_geopoint",
            "to_geoshape", "to_cartesianpoint", "to_cartesianshape", "to_geohash", "to_geotile", "to_geohex",
            "st_centroid_agg", "st_extent_agg", "st_npoints", "st_simplify", "st_simplifypreservetopology", "st_buffer",
        ),
        "places on Earth are not simulated",
    ),
    **dict.fromkeys(
        ("knn", "text_embedding", "to_dense_vector", "v_cosine", "v_dot_product", "v_hamming", "v_l1_norm", "v_l2_norm",
         "v_magnitude", "embedding"),
        "vectors need an inference service",
    ),
    **dict.fromkeys(("score", "term", "multi_match", "decay", "top_snippets", "extract_snippets", "chunk"),
                    "full-text scores are not simulated"),
    **dict.fromkeys(("categorize",), "its clustering of texts is not documented enough to repeat"),
    **dict.fromkeys(
        ("rate", "irate", "increase", "delta", "idelta", "deriv", "avg_over_time", "max_over_time", "min_over_time",
         "sum_over_time", "count_over_time", "last_over_time", "first_over_time"),
        "time series indices are not simulated",
    ),
    **dict.fromkeys(("to_aggregate_metric_double", "to_exponential_histogram", "to_tdigest", "histogram_percentile"),
                    "time series indices are not simulated"),
    **dict.fromkeys(("mv_pseries_weighted_sum", "copy_sign", "scalb", "asinh", "acosh", "atanh", "to_ascii",
                     "network_direction", "random"),
                    "it is not implemented"),
    **dict.fromkeys(("range_contains", "range_intersects", "range_max", "range_min", "range_within", "to_date_range",
                     "to_range", "in_range"), "date ranges are not simulated"),
    "field_extract": "flattened fields are not simulated",
}  # fmt: skip
"""Functions that are known and do not run, and why."""
