"""Measures of groups and of window frames as DuckDB expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from simulator.engine import sql_nodes as sql
from simulator.engine.functions import AGGREGATES, RANKINGS
from simulator.engine.functions.model import Ask
from simulator.engine.sql_functions import Calls
from simulator.engine.sql_nodes import Node
from simulator.engine.sql_values import Row, Values, cast
from simulator.ir import Literal, Measure, Value, kind_of


@dataclass(frozen=True, slots=True)
class Frame:
    """The rows that a window function looks at."""

    by: Sequence[Node]
    order: Sequence[Node]
    preceding: int | None
    following: int | None

    def over(self, function: Node, framed: bool = True) -> Node:
        """`function` over the frame, or with `framed` false over all rows of the same keys, in order."""
        spec = None
        if framed:
            spec = exp.WindowSpec(
                kind="ROWS",
                start=_edge(self.preceding),
                start_side=_side(self.preceding, "PRECEDING", "FOLLOWING"),
                end=_edge(self.following),
                end_side=_side(self.following, "FOLLOWING", "PRECEDING"),
            )
        return sql.over(function, sql.copies(self.by), sql.copies(self.order), spec)


def _edge(rows: int | None) -> str | Node:
    return "UNBOUNDED" if rows is None else "CURRENT ROW" if rows == 0 else sql.number(abs(rows))


def _side(rows: int | None, side: str, other: str) -> str | None:
    """A negative number of rows before is after, and the other way round."""
    return None if rows == 0 else side if rows is None or rows > 0 else other


@dataclass(frozen=True, slots=True)
class Measures:
    """Builds the measures over one relation's rows."""

    values: Values
    row: Row
    calls: Calls
    ranks: dict[str, Node] = field(default_factory=dict)
    """Columns that must be beside those of the rows: places in the orders of measures over frames."""

    def measure(self, measure: Measure, order: Sequence[Node], frame: Frame | None) -> Node:
        """`measure` over a group, or over `frame`. `order` is the measure's own, with ties settled."""
        columns = self.row.kinds
        args = [self._argument(arg) for arg in measure.args]
        kinds = [kind_of(arg, columns) for arg in measure.args]
        if frame is not None and measure.function in RANKINGS:
            ranked = RANKINGS[measure.function].sql(args)
            return cast(frame.over(ranked, framed=False), measure.kind, safe=True)
        entry = AGGREGATES[measure.function]
        conditions = [] if entry.nulls else [exp.Not(this=sql.is_null(arg.copy())) for arg in args]
        if measure.where is not None:
            conditions.append(self.values.predicate(measure.where, self.row))
        over = self._over(conditions, frame)
        if entry.sql is not None and not (measure.distinct and not entry.plain):
            found = entry.sql(Ask(args, kinds, measure.kind, order, _distinct(over) if measure.distinct else over))
            if found is not None:
                return cast(found, measure.kind, safe=True)
        fields = [exp.PropertyEQ(this=exp.Identifier(this=f"a{n}"), expression=arg) for n, arg in enumerate(args)]
        nothing = [exp.PropertyEQ(this=exp.Identifier(this="a0"), expression=sql.number(1))]
        struct = exp.Struct(expressions=fields or nothing)
        rows = sql.call("list", exp.Order(this=struct, expressions=list(order)))
        return sql.call(self.calls.aggregator(measure.function, kinds, measure.kind, measure.distinct), over(rows))

    def _over(self, conditions: Sequence[Node], frame: Frame | None) -> Over:
        def over(function: Node) -> Node:
            if frame is not None and function.name in _EXTREMES:
                function = self._by_rank(function, frame)
            if conditions:
                where = sql.all_of(sql.copies(conditions))
                function = exp.Filter(this=function, expression=exp.Where(this=where))
            return frame.over(function) if frame is not None else function

        return over

    def _by_rank(self, function: Node, frame: Frame) -> Node:
        """DuckDB's window functions `first` and `last` take no condition; the value at the extreme of a rank does."""
        ordered = function.expressions[0]
        rank = f"rank{len(self.ranks)}"
        self.ranks[rank] = sql.over(sql.call("row_number"), sql.copies(frame.by), sql.copies(ordered.expressions))
        return sql.call(_EXTREMES[function.name], ordered.this, sql.column(rank))

    def _argument(self, arg: Value) -> Node:
        """An argument; a constant number as it is, since some functions need one."""
        if isinstance(arg, Literal) and isinstance(arg.value, int | float) and not isinstance(arg.value, bool):
            return exp.convert(arg.value)
        return self.values.value(arg, self.row)


_EXTREMES = {"first": "arg_min_null", "last": "arg_max_null"}
Over = Callable[[Node], Node]


def _distinct(over: Over) -> Over:
    """The same for each combination of arguments once."""

    def each_once(function: Node) -> Node:
        if function.expressions and not isinstance(function.expressions[0], exp.Star):
            function.set("expressions", [exp.Distinct(expressions=function.expressions)])
        return over(function)

    return each_once
