"""ES|QL's functions of one row: how each is lowered.

Source of the meanings: https://www.elastic.co/docs/reference/query-languages/esql/esql-functions-operators and the
pages below it. `F(kinds, result, function)` is the common case: single values of these kinds to one function of the IR.
"""

from __future__ import annotations

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

Build = Callable[["Lowering", Function], Typed]


@dataclass(frozen=True, slots=True)
class F:
    """How a function is lowered, and how many arguments it takes."""

    least: int
    most: int
    build: Build


T, I, R, B, D = Type.TEXT, Type.INTEGER, Type.REAL, Type.BOOLEAN, Type.TIME
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
        if kind is I and function in ("ceiling", "floor"):
            return one
        return call(function, kind, cast(one, kind))

    return F(1, 1, build)


def constant(value: float) -> F:
    """A constant of mathematics."""
    return F(0, 0, lambda _low, _node: Typed(Literal(value, R), R))


def _case(low: Lowering, node: Function) -> Typed:
    from simulator.languages.esql.conditions import condition
    from simulator.ir import Truth

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
            return call(function.replace("least", "list_minimum").replace("greatest", "list_maximum"),
                        element(values[0].kind), values[0])
        kind = common(values, lists=False)
        return call(function, kind, *(cast(value, kind) for value in values))

    return F(1, MANY, build)


def _concat(low: Lowering, node: Function) -> Typed:
    return call("concat", T, *(cast(low.value(arg), T) for arg in node.args))


def _round(low: Lowering, node: Function) -> Typed:
    one = single(low.value(node.args[0]))
    if one.kind is I and len(node.args) == 1:
        return one
    digits = cast(low.value(node.args[1]), I) if len(node.args) == 2 else integer(0)
    found = call("round_half_up", R, cast(one, R), digits)
    return cast(found, I) if one.kind is I else found


def _log(low: Lowering, node: Function) -> Typed:
    args = [cast(low.value(arg), R) for arg in node.args]
    if len(args) == 1:
        return call("logarithm", R, args[0])
    return call("divide", R, call("logarithm", R, args[1]), call("logarithm", R, args[0]))


def _now(_low: Lowering, _node: Function) -> Typed:
    return Typed(Now(), D)


# Several values ----------------------------------------------------------------------------------------------------


def listed(function: str, result: Type | None = None, *more: Type, inner: bool = False, fill: tuple[Typed, ...] = ()) -> F:
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
        kind = I if whole and values.kind is Type.INTEGERS else R
        rest = [cast(low.value(arg), of) for arg, of in zip(node.args[1:], more, strict=True)]
        return call(function, kind, values if kind is I else cast(values, Type.REALS), *rest)

    return F(1 + len(more), 1 + len(more), build)


def _mv_concat(low: Lowering, node: Function) -> Typed:
    values = cast(several(low.value(node.args[0])), Type.TEXTS)
    return call("list_joined", T, values, cast(low.value(node.args[1]), T))


def _two_lists(function: str, result: Type | None = None, *, null_is_empty: bool = False) -> F:
    def build(low: Lowering, node: Function) -> Typed:
        left, right = low.value(node.args[0]), low.value(node.args[1])
        kind = common((several(left), several(right)))
        return call(function, result or kind, cast(left, kind), cast(right, kind))

    return F(2, 2, build)


def _mv_slice(low: Lowering, node: Function) -> Typed:
    values = several(low.value(node.args[0]))
    start = cast(low.value(node.args[1]), I)
    end = cast(low.value(node.args[2]), I) if len(node.args) == 3 else start
    return call("list_slice", values.kind, values, start, end)


def _mv_sort(low: Lowering, node: Function) -> Typed:
    values = several(low.value(node.args[0]))
    order = low.constant_text(node.args[1], "an order") if len(node.args) == 2 else "asc"
    if (order or "").lower() not in ("asc", "desc"):
        low.scope.invalid(node.args[-1], "MV_SORT's order is ASC or DESC")
    return call("list_sorted", values.kind, values, Typed(Literal((order or "").lower() == "desc", B), B))


def _mv_zip(low: Lowering, node: Function) -> Typed:
    lists = [cast(several(low.value(arg)), Type.TEXTS) for arg in node.args[:2]]
    delimiter = cast(low.value(node.args[2]), T) if len(node.args) == 3 else text(",")
    return call("list_zipped", Type.TEXTS, *lists, delimiter)


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
        whole = call("months_between", I, start, end)
        return whole if months == 1 else call("quotient", I, whole, integer(months))
    if unit in ("nanosecond", "nanoseconds", "ns"):
        return call("multiply", I, _micros(start, end), integer(1000))
    if unit not in _DIFF_UNITS:
        low.scope.invalid(node.args[0], f"{unit!r} is no unit of DATE_DIFF")
    return call("quotient", I, _micros(start, end), integer(_DIFF_UNITS[unit]))


def _micros(start: Typed, end: Typed) -> Typed:
    return call("microseconds", I, call("subtract", Type.SPAN, end, start))


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
        low.scope.invalid(node, f"{node.name.upper()} takes a time span such as `1 hour`")
    if span.months:
        return call("month_floor", D, time, integer(span.months))
    length = span.value.value
    if length <= 0:
        low.scope.invalid(node, "a time span of no length")
    if length % (7 * 86_400_000_000):
        return call("round_down", D, time, span)
    offset = Typed(Literal(_EPOCH_MONDAY, Type.SPAN), Type.SPAN)
    return call("add", D, call("round_down", D, call("subtract", D, time, offset), span), offset)


def _span(low: Lowering, node: Function, written: str) -> Typed:
    from simulator.languages.esql.expressions import UNITS
    from simulator.languages.esql.syntax import TimeSpan

    count, _, unit = written.strip().partition(" ")
    if not count.isdigit() or unit.strip().lower() not in UNITS:
        low.scope.invalid(node, f"{written!r} is no time span")
    return low.value(TimeSpan(node.at, node.end, int(count), UNITS[unit.strip().lower()]))


def _bucket(low: Lowering, node: Function) -> Typed:
    one = single(low.value(node.args[0]))
    size = low.value(node.args[1])
    if len(node.args) == 2:
        if one.kind is D or size.kind is Type.SPAN:
            return truncated(low, node, cast(one, D), size)
        return _numeric_bucket(cast(one, R), cast(size, R))
    if len(node.args) != 4:
        low.scope.invalid(node, "BUCKET takes a size, or a number of buckets and a range")
    if one.kind is D:
        low.scope.unsupported(node.at, node.end, "BUCKET of times by number of buckets is not supported; give a span")
    count = low.constant_integer(node.args[1], "the number of buckets")
    bounds = [low.value(arg).value for arg in node.args[2:]]
    if count < 1 or not all(isinstance(b, Literal) and isinstance(b.value, (int, float)) for b in bounds):
        low.scope.invalid(node, "BUCKET takes constant bounds")
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
        low.scope.unsupported(node.args[0].at, node.args[0].end, f"DATE_EXTRACT of {part!r} is not supported")
    return call("time_part", I, text(PARTS[part]), cast(low.value(node.args[1]), D))


PARTS = {
    "year": "year",
    "year_of_era": "year",
    "month_of_year": "month",
    "day_of_month": "day",
    "day_of_week": "weekday",
    "day_of_year": "yearday",
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
    "proleptic_month": "epoch_month",
}
"""Java's ChronoField names to those of `time_part`."""


def _part(part: str) -> F:
    return F(1, 1, lambda low, node: call("time_part", I, text(part), cast(low.value(node.args[0]), D)))


def _date_format(low: Lowering, node: Function) -> Typed:
    from simulator.languages.esql.typed import ISO

    pattern = cast(low.value(node.args[0]), T) if len(node.args) == 2 else text(ISO)
    return call("time_text", T, cast(low.value(node.args[-1]), D), pattern)


def _date_parse(low: Lowering, node: Function) -> Typed:
    if len(node.args) == 1:
        return cast(cast(low.value(node.args[0]), T), D)
    return call("time_read", D, cast(low.value(node.args[1]), T), cast(low.value(node.args[0]), T))


def _name_of(pattern: str) -> F:
    return F(1, 1, lambda low, node: call("time_text", T, cast(low.value(node.args[0]), D), text(pattern)))


def _trange(low: Lowering, node: Function) -> Typed:
    """@timestamp within the last span, or between two times."""
    from simulator.languages.esql.syntax import Binary, Logic, Name

    time = Name(node.at, node.end, "@timestamp")
    now = Function(node.at, node.end, "now", ())
    if len(node.args) == 1:
        low_end = Binary(node.at, node.end, "-", now, node.args[0])
        bounds = (Binary(node.at, node.end, ">", time, low_end), Binary(node.at, node.end, "<=", time, now))
    else:
        bounds = (Binary(node.at, node.end, ">", time, node.args[0]), Binary(node.at, node.end, "<=", time, node.args[1]))
    return low.value(Logic(node.at, node.end, "and", bounds))


# Texts -------------------------------------------------------------------------------------------------------------


def _replace(low: Lowering, node: Function) -> Typed:
    subject, pattern, new = (cast(low.value(arg), T) for arg in node.args)
    return call("replace_regex", T, subject, pattern, new)


def _split(low: Lowering, node: Function) -> Typed:
    return call("split", Type.TEXTS, cast(low.value(node.args[0]), T), cast(low.value(node.args[1]), T))


def _hash(low: Lowering, node: Function) -> Typed:
    return call("hash", T, cast(low.value(node.args[0]), T), cast(low.value(node.args[1]), T))


def _hashed(algorithm: str) -> F:
    return F(1, 1, lambda low, node: call("hash", T, text(algorithm), cast(low.value(node.args[0]), T)))


def _to_ip(low: Lowering, node: Function) -> Typed:
    typed = low.value(node.args[0])
    if typed.kind.element and not typed.null:
        return call("each", Type.TEXTS, text("address"), cast(typed, Type.TEXTS))
    return call("address", T, cast(typed, T))


def _same(low: Lowering, node: Function) -> Typed:
    return low.value(node.args[0])


FUNCTIONS: dict[str, F] = {
    # Conditions
    "case": F(2, MANY, _case),
    "coalesce": F(1, MANY, _coalesce),
    "greatest": _extreme("greatest"),
    "least": _extreme("least"),
    # Conversions
    "to_string": to(T),
    "to_str": to(T),
    "to_text": to(T),
    "to_integer": to(I),
    "to_int": to(I),
    "to_long": to(I),
    "to_unsigned_long": to(I),
    "to_ul": to(I),
    "to_ulong": to(I),
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
    "length": plain("length", I, T),
    "byte_length": plain("byte_length", I, T),
    "bit_length": F(1, 1, lambda low, node: call("multiply", I, call("byte_length", I, cast(low.value(node.args[0]), T)), integer(8))),
    "to_lower": each("lower", T, T),
    "to_upper": each("upper", T, T),
    "trim": plain("trim", T, T),
    "ltrim": plain("trim_start", T, T),
    "rtrim": plain("trim_end", T, T),
    "substring": plain("substring_from_one", T, T, I, I, least=2, fill=(integer(1 << 31),)),
    "left": plain("first_characters", T, T, I),
    "right": plain("last_characters", T, T, I),
    "locate": plain("position_from_one", I, T, T, I, least=2, fill=(integer(1),)),
    "repeat": plain("repeat", T, T, I),
    "reverse": plain("reverse", T, T),
    "space": F(1, 1, lambda low, node: call("repeat", T, text(" "), cast(low.value(node.args[0]), I))),
    "split": F(2, 2, _split),
    "replace": F(3, 3, _replace),
    "to_base64": plain("to_base64", T, T),
    "from_base64": plain("from_base64", T, T),
    "hash": F(2, 2, _hash),
    "md5": _hashed("md5"),
    "sha1": _hashed("sha1"),
    "sha256": _hashed("sha256"),
    "url_encode": plain("url_encode", T, T),
    "url_encode_component": plain("url_encode_component", T, T),
    "url_decode": plain("url_decode", T, T),
    "json_extract": plain("json_at_path", T, T, T),
    # Addresses
    "ip_prefix": plain("address_prefix", T, T, I, I),
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
    "signum": number("signum", real=True),
    "sqrt": number("square_root", real=True),
    "cbrt": number("cube_root", real=True),
    "exp": number("exponential", real=True),
    "log": F(1, 2, _log),
    "log10": number("logarithm_10", real=True),
    "pow": plain("power", R, R, R),
    "hypot": plain("hypotenuse", R, R, R),
    "sin": number("sine", real=True),
    "cos": number("cosine", real=True),
    "tan": number("tangent", real=True),
    "asin": number("arc_sine", real=True),
    "acos": number("arc_cosine", real=True),
    "atan": number("arc_tangent", real=True),
    "atan2": plain("arc_tangent_2", R, R, R),
    "sinh": number("sine_h", real=True),
    "cosh": number("cosine_h", real=True),
    "tanh": number("tangent_h", real=True),
    "pi": constant(3.141592653589793),
    "e": constant(2.718281828459045),
    "tau": constant(6.283185307179586),
    # Several values
    "mv_append": _two_lists("list_append"),
    "mv_avg": measured("list_average"),
    "mv_sum": measured("list_sum", whole=True),
    "mv_median": measured("list_median"),
    "mv_median_absolute_deviation": measured("list_deviation"),
    "mv_percentile": measured("list_percentile", R),
    "mv_concat": F(2, 2, _mv_concat),
    "mv_count": listed("list_count", I),
    "mv_dedupe": listed("list_distinct"),
    "mv_first": listed("list_first", inner=True),
    "mv_last": listed("list_last", inner=True),
    "mv_max": listed("list_maximum", inner=True),
    "mv_min": listed("list_minimum", inner=True),
    "mv_slice": F(2, 3, _mv_slice),
    "mv_sort": F(1, 2, _mv_sort),
    "mv_zip": F(2, 3, _mv_zip),
    "mv_contains": _two_lists("list_contains", B),
    "mv_contains_all": _two_lists("list_contains", B),
    "mv_intersects": _two_lists("list_intersects", B),
    "mv_intersection": _two_lists("list_intersection"),
    "mv_union": _two_lists("list_union"),
    "mv_difference": _two_lists("list_difference"),
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
