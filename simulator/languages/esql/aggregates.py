"""STATS and INLINE STATS: aggregate functions and groups.

An aggregate takes every value of a column of several: `COUNT` counts values, not rows. A multivalued group key puts its
row into every group. Source: https://www.elastic.co/docs/reference/query-languages/esql/commands/stats-by
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from simulator.ir import (
    Aggregate,
    And,
    Explode,
    Expr,
    Extend,
    Field,
    Literal,
    Measure,
    Not,
    Project,
    Test,
    Value,
    Window,
)
from simulator.languages.esql.conditions import condition
from simulator.languages.esql.list_functions import some, sorted_list
from simulator.languages.esql.syntax import Assigned, Binary, Cast, Function, Name, Node, Stats, Unary, within
from simulator.languages.esql.typed import (
    LIST_OF,
    NUMBERS,
    Typed,
    call,
    cast,
    element,
    integer,
    single,
)
from simulator.tables import Type

if TYPE_CHECKING:
    from simulator.languages.esql.values import Lowering


@dataclass(slots=True)
class Measures:
    """The aggregates of one STATS: each call of one gets a hidden column, what is made of them is put on top."""

    low: Lowering
    where: Expr | None = None
    made: dict[tuple[str, tuple[Value, ...], Expr | None], Measure] = field(default_factory=dict)

    def add(self, function: str, kind: Type, *args: Typed, where: Expr | None = None) -> Typed:
        """The column of an aggregate of the IR over `args`."""
        both = [one for one in (self.where, where) if one is not None]
        condition = And(tuple(both)) if len(both) > 1 else both[0] if both else None
        key = (function, tuple(arg.value for arg in args), condition)
        if key not in self.made:
            self.low.scope.counter[0] += 1
            name = f"?{self.low.scope.counter[0]}"
            self.made[key] = Measure(name, function, key[1], kind, condition)
        return Typed(Field(self.made[key].name), self.made[key].kind)


Build = Callable[[Measures, Function], Typed]


def _count(made: Measures, node: Function) -> Typed:
    if node.star or not node.args:
        return made.add("count", Type.INTEGER)
    typed = made.low.value(node.args[0])
    if isinstance(typed.value, Literal) and not typed.null:
        return made.add("count", Type.INTEGER)
    if typed.kind.element:
        total = made.add("sum", Type.INTEGER, call("list_length", Type.INTEGER, typed))
        return call("coalesce", Type.INTEGER, total, integer(0))
    return made.add("count", Type.INTEGER, typed)


def _count_distinct(made: Measures, node: Function) -> Typed:
    typed = made.low.value(node.args[0])
    if typed.kind.element:
        found = made.add("distinct_elements", typed.kind, typed)
        return call("coalesce", Type.INTEGER, call("list_length", Type.INTEGER, found), integer(0))
    return made.add("distinct_count", Type.INTEGER, typed)


def _number(made: Measures, node: Node) -> Typed:
    """The numbers that are aggregated."""
    typed = made.low.value(node)
    if element(typed.kind) in NUMBERS:
        return typed
    return cast(typed, Type.REALS if typed.kind.element else Type.REAL)


def _sum(made: Measures, node: Function) -> Typed:
    typed = _number(made, node.args[0])
    kind = element(typed.kind)
    return made.add("sum", kind, call("list_sum", kind, typed) if typed.kind.element else typed)


def _avg(made: Measures, node: Function) -> Typed:
    typed = _number(made, node.args[0])
    if typed.kind.element:
        total = cast(made.add("sum", element(typed.kind), call("list_sum", element(typed.kind), typed)), Type.REAL)
        count = cast(made.add("sum", Type.INTEGER, call("list_length", Type.INTEGER, typed)), Type.REAL)
        return call("divide", Type.REAL, total, count)
    return made.add("average", Type.REAL, cast(typed, Type.REAL))


def _extreme(function: str) -> Build:
    def build(made: Measures, node: Function) -> Typed:
        typed = made.low.value(node.args[0])
        kind = element(typed.kind)
        return made.add(function, kind, call(f"list_{function}", kind, typed) if typed.kind.element else typed)

    return build


def _values(made: Measures, node: Function) -> Typed:
    typed = _listable(made.low.value(node.args[0]))
    if typed.kind.element:
        return made.add("distinct_elements", typed.kind, typed)
    return some(made.add("distinct_sorted", LIST_OF[typed.kind], typed))


def _listable(typed: Typed) -> Typed:
    return typed if typed.kind.element or typed.kind in LIST_OF else cast(typed, Type.TEXT)


def _elements(made: Measures, typed: Typed) -> Typed:
    typed = _listable(typed)
    kind = typed.kind if typed.kind.element else LIST_OF[typed.kind]
    return made.add("elements", kind, typed)


def _reals(made: Measures, node: Node) -> Typed:
    typed = made.low.value(node)
    return _elements(made, cast(typed, Type.REALS if typed.kind.element else Type.REAL))


def _median(made: Measures, node: Function) -> Typed:
    one = made.low.value(node.args[0])
    if one.kind.element is None:
        return made.add("median", Type.REAL, cast(one, Type.REAL))
    return call("list_median", Type.REAL, _reals(made, node.args[0]))


def _percentile(made: Measures, node: Function) -> Typed:
    one, percent = made.low.value(node.args[0]), cast(made.low.value(node.args[1]), Type.REAL)
    if one.kind.element is None and isinstance(percent.value, Literal):
        return made.add("percentile_linear", Type.REAL, cast(one, Type.REAL), percent)
    return call("list_percentile", Type.REAL, _reals(made, node.args[0]), cast(made.low.value(node.args[1]), Type.REAL))


def _deviation(made: Measures, node: Function) -> Typed:
    return call("list_deviation", Type.REAL, _reals(made, node.args[0]))


def _spread(function: str) -> Build:
    return lambda made, node: made.add(function, Type.REAL, cast(made.low.value(node.args[0]), Type.REAL))


def _weighted(made: Measures, node: Function) -> Typed:
    value, weight = (cast(made.low.value(arg), Type.REAL) for arg in node.args[:2])
    total = made.add("sum", Type.REAL, call("multiply", Type.REAL, value, weight))
    return call("divide", Type.REAL, total, made.add("sum", Type.REAL, weight))


def _top(made: Measures, node: Function) -> Typed:
    limit = made.low.constant_integer(node.args[1], "TOP's limit")
    order = (made.low.constant_text(node.args[2], "TOP's order") if len(node.args) > 2 else "asc") or ""
    if order.lower() not in ("asc", "desc"):
        raise made.low.scope.invalid(node.args[2], "TOP's order is ASC or DESC")
    if len(node.args) > 3:
        raise made.low.scope.unsupported(node.at, node.end, "TOP with an output field of its own is not supported")
    found = _elements(made, made.low.value(node.args[0]))
    ordered = sorted_list(found, order.lower() == "desc")
    return call("list_between", found.kind, ordered, integer(0), integer(limit - 1))


def _at(function: str, *, skip_nulls: bool) -> Build:
    def build(made: Measures, node: Function) -> Typed:
        value = made.low.value(node.args[0])
        key = single(made.low.value(node.args[1] if len(node.args) > 1 else Name(node.at, node.end, "@timestamp")))
        present = Not(Test(call("is_null", Type.BOOLEAN, value).value)) if skip_nulls else None
        return made.add(function, value.kind, value, key, where=present)

    return build


def _present(made: Measures, node: Function) -> Typed:
    return call("less", Type.BOOLEAN, integer(0), _count(made, node))


def _absent(made: Measures, node: Function) -> Typed:
    return call("equal", Type.BOOLEAN, integer(0), _count(made, node))


def _sample(made: Measures, node: Function) -> Typed:
    limit = made.low.constant_integer(node.args[1], "SAMPLE's limit")
    found = _elements(made, made.low.value(node.args[0]))
    return call("list_between", found.kind, found, integer(0), integer(limit - 1))


@dataclass(frozen=True, slots=True)
class A:
    """How an aggregate is lowered, and how many arguments it takes."""

    least: int
    most: int
    build: Build


AGGREGATES: dict[str, A] = {
    "count": A(0, 1, _count),
    "count_distinct": A(1, 2, _count_distinct),
    "sum": A(1, 1, _sum),
    "avg": A(1, 1, _avg),
    "min": A(1, 1, _extreme("minimum")),
    "max": A(1, 1, _extreme("maximum")),
    "median": A(1, 1, _median),
    "percentile": A(2, 2, _percentile),
    "median_absolute_deviation": A(1, 1, _deviation),
    "std_dev": A(1, 1, _spread("deviation_population")),
    "variance": A(1, 1, _spread("variance_population")),
    "values": A(1, 1, _values),
    "top": A(2, 4, _top),
    "first": A(1, 2, _at("at_minimum", skip_nulls=False)),
    "last": A(1, 2, _at("at_maximum", skip_nulls=False)),
    "earliest": A(1, 2, _at("at_minimum", skip_nulls=True)),
    "latest": A(1, 2, _at("at_maximum", skip_nulls=True)),
    "all_first": A(2, 2, _at("at_minimum", skip_nulls=False)),
    "all_last": A(2, 2, _at("at_maximum", skip_nulls=False)),
    "present": A(1, 1, _present),
    "absent": A(1, 1, _absent),
    "weighted_avg": A(2, 2, _weighted),
    "sample": A(2, 2, _sample),
}
"""Every aggregate function that runs."""


def stats(low: Lowering, command: Stats) -> None:
    """The scope after STATS or INLINE STATS."""
    scope = low.scope
    groups = _groups(low, command)
    measures = Measures(low)
    outer: list[tuple[Assigned, Node]] = []
    found: dict[Node, Typed] = {}
    for one in command.measures:
        measures.where = condition(low, one.where) if one.where is not None else None
        for node in within(one.value):
            if isinstance(node, Function) and node.name in AGGREGATES:
                found[node] = _aggregate(low, measures, node)
        outer.append((one, one.value))
    made = tuple(measures.made.values())
    if command.inline:
        scope.relation = Window(scope.relation, tuple(Field(hidden) for _, hidden, _ in groups), (), made)
        for name, hidden, kind in groups:
            if name not in scope.columns or scope.columns[name] is not kind or hidden != name:
                scope.relation = Extend(scope.relation, ((name, Field(hidden)),))
            scope.columns.pop(name, None)
            scope.columns[name] = kind
            scope.touched(name)
        for one, _ in outer:
            scope.extend(one.name, _outer(low, one.value, found))
        scope.order = ()
        return
    by = tuple((name, Field(hidden)) for name, hidden, _ in groups)
    scope.relation = Aggregate(scope.relation, by, made, always=not by)
    group_columns = {name: kind for name, _, kind in groups}
    scope.columns = dict(group_columns)
    scope.fields_closed()
    values = [(one.name, _outer(low, one.value, found)) for one, _ in outer]
    columns = {name: typed for name, typed in values if name not in group_columns}
    columns |= {name: Typed(Field(name), kind) for name, kind in group_columns.items()}
    scope.relation = Project(scope.relation, tuple((name, typed.value) for name, typed in columns.items()))
    scope.columns = {name: typed.kind for name, typed in columns.items()}


def _groups(low: Lowering, command: Stats) -> list[tuple[str, str, Type]]:
    """The name, the column (perhaps hidden) and the kind of each group key."""
    scope, found = low.scope, dict[str, tuple[str, str, Type]]()
    for one in command.by:
        typed = low.value(one.value)
        if typed.kind.element and not command.inline:
            scope.counter[0] += 1
            hidden = f"?{scope.counter[0]}"
            scope.relation = Explode(Extend(scope.relation, ((hidden, typed.value),)), hidden, keep_empty=True)
            typed = Typed(Field(hidden), typed.kind.element)
        else:
            hidden = scope.hide(typed)
        found.pop(one.name, None)
        found[one.name] = (one.name, hidden, typed.kind)
    return list(found.values())


def _aggregate(low: Lowering, measures: Measures, node: Function) -> Typed:
    entry = AGGREGATES[node.name]
    if not entry.least <= len(node.args) <= entry.most:
        raise low.scope.invalid(node, f"{node.name.upper()} takes {entry.least} to {entry.most} arguments")
    for inner in node.args:
        for one in within(inner):
            if isinstance(one, Function) and one.name in AGGREGATES and one.name != "first":
                raise low.scope.invalid(one, "an aggregate inside an aggregate")
    return entry.build(measures, node)


def _outer(low: Lowering, node: Node, found: dict[Node, Typed]) -> Typed:
    """The value of an expression over aggregates."""
    if node in found:
        return found[node]
    if not any(one in found for one in within(node)):
        return low.value(node)
    scope = low.scope
    names: dict[Node, Name] = {}
    for inner, typed in found.items():
        hidden = scope.hide(typed)
        scope.columns[hidden] = typed.kind
        names[inner] = Name(inner.at, inner.end, hidden)
    value = low.value(_replaced(node, names))
    for name in names.values():
        scope.columns.pop(name.name, None)
    return value


def _replaced(node: Node, names: dict[Node, Name]) -> Node:
    """`node` with columns in the place of aggregates."""
    if node in names:
        return names[node]
    match node:
        case Function(args=args):
            return replace(node, args=tuple(_replaced(arg, names) for arg in args))
        case Unary(item=item) | Cast(item=item):
            return replace(node, item=_replaced(item, names))
        case Binary(left=left, right=right):
            return replace(node, left=_replaced(left, names), right=_replaced(right, names))
        case _:
            return node


__all__ = ["AGGREGATES", "A", "Measures", "stats"]
