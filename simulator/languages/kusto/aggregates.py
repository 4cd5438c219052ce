"""Aggregates: measures over the rows of a group, and what is made of them.

Microsoft Learn: "Aggregation functions" and the page of each; "summarize operator" for what they give over no rows.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.ir import Expr, Field, Key, Literal, Measure, Value
from simulator.languages.kusto import convert
from simulator.languages.kusto.asked import Asked
from simulator.languages.kusto.convert import BOOLEAN, DYNAMIC, INTEGER, REAL, SPAN, TEXT, TIME, call, lit
from simulator.languages.kusto.logic import both
from simulator.languages.kusto.model import Collector, Typed
from simulator.tables import Type

Aggregate = Callable[[Asked, Collector], Typed]


def measured(
    asked: Asked,
    collector: Collector,
    function: str,
    args: tuple[Typed, ...],
    kind: Type,
    condition: Expr | None = None,
    *,
    distinct: bool = False,
    order: tuple[Key, ...] = (),
) -> Typed:
    """A measure, added to those of the rows, as the value that it will be."""
    frame = collector.rows.frame
    if frame.pending is not None:
        condition = frame.pending if condition is None else both(frame.pending, condition)
    values: tuple[Value, ...] = tuple(arg.value for arg in args)
    for known in collector.measures:
        if (known.function, known.args, known.kind, known.where, known.distinct) == (
            function,
            values,
            kind,
            condition,
            distinct,
        ):
            return Typed(Field(known.name), kind)
    name = asked.low.secret("m")
    collector.measures.append(Measure(name, function, values, kind, condition, distinct, order))
    return Typed(Field(name), kind)


def _condition(asked: Asked, place: int) -> Expr:
    if place >= len(asked):
        raise asked.invalid(f"{asked.name} needs a condition")
    return asked.low.predicate(asked.low, asked.scope, asked.args[place])


def _count(asked: Asked, collector: Collector) -> Typed:
    return measured(asked, collector, "count", (), INTEGER)


def _count_if(asked: Asked, collector: Collector) -> Typed:
    return measured(asked, collector, "count", (), INTEGER, _condition(asked, 0))


def _number(asked: Asked, default: Type = REAL) -> Typed:
    """The first argument as something to reckon with."""
    found = asked.arg(0)
    if found.kind in (INTEGER, REAL, SPAN):
        return found
    if found.kind is BOOLEAN:
        return convert.to_number(found, INTEGER)
    asked.low.knowledge.use(found.origin, default)
    return convert.to_number(found, default if found.kind is TEXT and found.origin else REAL)


def _sum(conditional: bool) -> Aggregate:
    def lower(asked: Asked, collector: Collector) -> Typed:
        found = _number(asked, INTEGER)
        condition = _condition(asked, 1) if conditional else None
        total = measured(asked, collector, "sum", (found,), found.kind, condition)
        return call("coalesce", found.kind, total, Literal(0.0 if found.kind is REAL else 0, found.kind))

    return lower


def _average(conditional: bool) -> Aggregate:
    def lower(asked: Asked, collector: Collector) -> Typed:
        found = asked.arg(0)
        condition = _condition(asked, 1) if conditional else None
        if found.kind in (SPAN, TIME):
            micro = convert.call("to_real", REAL, convert.call("to_integer", INTEGER, found))
            mean = call("to_integer", INTEGER, measured(asked, collector, "average", (micro,), REAL, condition))
            return call("to_span" if found.kind is SPAN else "to_time", found.kind, mean)
        return measured(asked, collector, "average", (convert.to_number(_number(asked), REAL),), REAL, condition)

    return lower


def _statistic(function: str, conditional: bool, default: float | None) -> Aggregate:
    def lower(asked: Asked, collector: Collector) -> Typed:
        number = convert.to_number(_number(asked), REAL)
        condition = _condition(asked, 1) if conditional else None
        found = measured(asked, collector, function, (number,), REAL, condition)
        return found if default is None else call("coalesce", REAL, found, lit(default, REAL))

    return lower


def _extreme(function: str, conditional: bool) -> Aggregate:
    def lower(asked: Asked, collector: Collector) -> Typed:
        found = asked.arg(0)
        condition = _condition(asked, 1) if conditional else None
        return _whole(asked, collector, function, (convert.solid(found),), found, condition)

    return lower


def _distinct(conditional: bool) -> Aggregate:
    """dcount and count_distinct, both exact."""

    def lower(asked: Asked, collector: Collector) -> Typed:
        condition = _condition(asked, 1) if conditional else None
        return measured(asked, collector, "distinct_count", (convert.solid(asked.arg(0)),), INTEGER, condition)

    return lower


def _gathered(distinct: bool, conditional: bool) -> Aggregate:
    """make_list and make_set, with at most so many elements where the call says so."""

    def lower(asked: Asked, collector: Collector) -> Typed:
        found = convert.to_dynamic(asked.arg(0))
        condition = _condition(asked, 1) if conditional else None
        most = asked.constant(2 if conditional else 1, None)
        order = collector.rows.frame.order
        made = measured(asked, collector, "json_list", (found,), DYNAMIC, condition, distinct=distinct, order=order)
        made = call("coalesce", DYNAMIC, made, lit("[]", DYNAMIC))
        if distinct:
            made = call("array_flat_set", DYNAMIC, made)
        if isinstance(most, int):
            made = (
                call("array_slice", DYNAMIC, made, lit(0, INTEGER), lit(most - 1, INTEGER))
                if most > 0
                else lit("[]", DYNAMIC)
            )
        return made

    return lower


def _with_nulls(asked: Asked, collector: Collector) -> Typed:
    found = call("json_array", DYNAMIC, convert.to_dynamic(asked.arg(0)))
    made = measured(asked, collector, "json_list", (found,), DYNAMIC, order=collector.rows.frame.order)
    return call("array_flatten", DYNAMIC, call("coalesce", DYNAMIC, made, lit("[]", DYNAMIC)))


def _bag(conditional: bool) -> Aggregate:
    """make_bag: of several values for a key the first."""

    def lower(asked: Asked, collector: Collector) -> Typed:
        condition = _condition(asked, 1) if conditional else None
        bags = measured(asked, collector, "json_list", (asked.arg(0, DYNAMIC),), DYNAMIC, condition)
        return call("bag_of_bags", DYNAMIC, call("coalesce", DYNAMIC, bags, lit("[]", DYNAMIC)))

    return lower


def _any(conditional: bool) -> Aggregate:
    def lower(asked: Asked, collector: Collector) -> Typed:
        found = asked.arg(0)
        condition = _condition(asked, 1) if conditional else None
        return _whole(asked, collector, "any", (found,), found, condition)

    return lower


def _whole(
    asked: Asked,
    collector: Collector,
    function: str,
    args: tuple[Typed, ...],
    found: Typed,
    condition: Expr | None = None,
) -> Typed:
    made = measured(asked, collector, function, args, found.kind, condition)
    return Typed(made.value, made.kind, found.origin)


def _percentile(asked: Asked, collector: Collector) -> Typed:
    return percentile(asked, collector, 1)


def percentile(asked: Asked, collector: Collector, place: int) -> Typed:
    """The least value that so many percent of the values do not exceed."""
    rank = asked.constant(place)
    if not isinstance(rank, int | float):
        raise asked.invalid(f"{asked.name} takes numbers from 0 to 100")
    found = asked.arg(0)
    if found.kind not in (INTEGER, REAL, TIME, SPAN):
        found = _number(asked)
    return measured(asked, collector, "percentile_nearest", (found, lit(float(rank), REAL)), found.kind)


def _percentiles_array(asked: Asked, collector: Collector) -> Typed:
    values = [convert.to_dynamic(percentile(asked, collector, place)) for place in range(1, len(asked))]
    return call("json_array", DYNAMIC, *values)


def _bits(function: str) -> Aggregate:
    return lambda asked, collector: measured(asked, collector, function, (asked.arg(0, INTEGER),), INTEGER)


def _several(asked: Asked, collector: Collector) -> Typed:
    raise asked.unsupported(f"{asked.name} inside an expression is not supported")


AGGREGATES: dict[str, Aggregate] = {
    "count": _count, "cnt": _count, "countif": _count_if, "sum": _sum(False), "sumif": _sum(True),
    "avg": _average(False), "avgif": _average(True), "min": _extreme("minimum", False),
    "minif": _extreme("minimum", True), "max": _extreme("maximum", False), "maxif": _extreme("maximum", True),
    "dcount": _distinct(False), "dcountif": _distinct(True), "count_distinct": _distinct(False),
    "count_distinctif": _distinct(True), "make_list": _gathered(False, False), "makelist": _gathered(False, False),
    "make_list_if": _gathered(False, True), "make_set": _gathered(True, False), "makeset": _gathered(True, False),
    "make_set_if": _gathered(True, True), "make_list_with_nulls": _with_nulls, "make_bag": _bag(False),
    "make_bag_if": _bag(True), "make_dictionary": _bag(False), "any": _any(False), "take_any": _any(False),
    "anyif": _any(True), "take_anyif": _any(True), "stdev": _statistic("deviation_sample", False, 0.0),
    "stdevif": _statistic("deviation_sample", True, 0.0), "stdevp": _statistic("deviation_population", False, None),
    "variance": _statistic("variance_sample", False, 0.0), "varianceif": _statistic("variance_sample", True, 0.0),
    "variancep": _statistic("variance_population", False, None), "percentile": _percentile, "percentiles": _several,
    "percentiles_array": _percentiles_array, "arg_max": _several, "arg_min": _several, "argmax": _several,
    "argmin": _several, "binary_all_or": _bits("any_bits"), "binary_all_and": _bits("all_bits"),
}  # fmt: skip
