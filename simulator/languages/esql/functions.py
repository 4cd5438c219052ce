"""ES|QL's functions of one row: how each is lowered.

Source of the meanings: https://www.elastic.co/docs/reference/query-languages/esql/esql-functions-operators and the
pages below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.ir import Literal, Truth
from simulator.languages.esql.builders import MANY, B, D, F, N, R, T, constant, number, plain, to
from simulator.languages.esql.conditions import condition
from simulator.languages.esql.list_functions import LIST_FUNCTIONS
from simulator.languages.esql.syntax import Function
from simulator.languages.esql.text_functions import TEXT_FUNCTIONS, to_ip
from simulator.languages.esql.time_functions import TIME_FUNCTIONS, spanned
from simulator.languages.esql.typed import NULL, Typed, call, cast, common, element, integer, single

if TYPE_CHECKING:
    from simulator.languages.esql.values import Lowering


def _case(low: Lowering, node: Function) -> Typed:
    pairs = [(node.args[at], node.args[at + 1]) for at in range(0, len(node.args) - 1, 2)]
    values = [low.value(value) for _, value in pairs]
    otherwise = low.value(node.args[-1]) if len(node.args) % 2 else NULL
    kind = common((*values, otherwise))
    choices = list[Typed]()
    for (when, _), value in zip(pairs, values, strict=True):
        choices += (Typed(Truth(condition(low, when)), B), cast(value, kind))
    return call("if", kind, *choices, cast(otherwise, kind))


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


_GENERAL: dict[str, F] = {
    "case": F(2, MANY, _case),
    "coalesce": F(1, MANY, _coalesce),
    "greatest": _extreme("maximum"),
    "least": _extreme("minimum"),
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
    "to_ip": F(1, 2, to_ip),
    "to_version": to(T),
    "to_ver": to(T),
    "to_timeduration": F(1, 1, spanned),
    "to_dateperiod": F(1, 1, spanned),
    "to_degrees": number("degrees", real=True),
    "to_radians": number("radians", real=True),
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
}
"""Choices, conversions, numbers."""

FUNCTIONS: dict[str, F] = {**_GENERAL, **TEXT_FUNCTIONS, **TIME_FUNCTIONS, **LIST_FUNCTIONS}
"""Every function of a row that runs."""

CONDITION_NAMES = ("cidr_match", "contains", "ends_with", "kql", "match", "match_phrase", "qstr", "starts_with")
"""Functions that are conditions: `conditions` has them."""

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
