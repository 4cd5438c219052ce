"""Functions of several values, as ES|QL has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.ir import Literal
from simulator.languages.esql.builders import B, F, N, R, T
from simulator.languages.esql.syntax import Function
from simulator.languages.esql.typed import NULL, Typed, call, cast, common, element, integer, several, text
from simulator.tables import Type

if TYPE_CHECKING:
    from simulator.languages.esql.values import Lowering


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


LIST_FUNCTIONS: dict[str, F] = {
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
"""MV_…"""
