"""EQL queries as plans.

A query about single events is a filter over the events of its tables. A sequence or sample takes the rows of each of
its items. Sources: https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax (event categories, sequences,
optional join keys, samples) and https://www.elastic.co/docs/reference/query-languages/eql/eql-pipe-ref (head, tail).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator import ir
from simulator.errors import Location
from simulator.ir import Call, Case, Explode, Expr, Extend, Field, Filter, Key, Limit, Literal, Named, Relation, Value
from simulator.languages.context import Compiled
from simulator.languages.ecs import Fields, fields
from simulator.languages.embedded import Query
from simulator.languages.eql.ast import EventFilter, Expression, FieldName, Item, Pipe, Series
from simulator.languages.eql.calls import as_text, value_of
from simulator.languages.eql.conditions import Conditions
from simulator.languages.eql.lexer import invalid, unsupported
from simulator.languages.eql.parser import parse
from simulator.languages.predicates import all_of, like
from simulator.tables import Table, Type

NO_VALUE = "␀"
"""What stands for null in an optional join key, which may be null and is then equal to other nulls."""


def compile_query(
    query: Query,
    schemas: Mapping[str, Table],
    *,
    indices: Sequence[str] = (),
    category: str = "event.category",
    place: Location | None = None,
) -> Compiled:
    """The plan of an EQL query over the tables behind `indices` (all Elastic tables without). `category` is the field
    that holds the event's category, `place` where the indices are named. Raises InvalidRule and UnsupportedRule."""
    known = fields(indices, schemas, place or query.at(0))
    try:
        statement = parse(query)
        lowering = _Lowering(query, known, category)
        match statement.query:
            case EventFilter() as event:
                plan = lowering.event(event, statement.pipes)
            case Series() as series:
                plan = lowering.series(series, statement.pipes)
    except RecursionError:
        raise invalid(query, 0, "the query is nested too deeply") from None
    return Compiled(plan, tuple(known.warnings))


@dataclass(frozen=True, slots=True)
class _Lowered:
    """An event filter: its predicate, the columns it computes, and whether it needs rows."""

    where: Expr
    computed: tuple[Named, ...]
    rows: bool


class _Lowering:
    """Plans of one query. What is read of the events is known when all of it has been lowered."""

    def __init__(self, query: Query, known: Fields, category: str) -> None:
        self.query = query
        self.fields = known
        self.category = category

    def filter(self, event: EventFilter) -> _Lowered:
        """The condition of an event filter, its category included."""
        conditions = Conditions(self.query, self.fields)
        where = conditions.condition(event.condition)
        if event.category is not None:
            self.fields.use(self.category, self.query.at(event.at))
            where = all_of((like(self.category, (event.category,), Case.EXACT), where))
        return _Lowered(where, tuple(conditions.computed), conditions.rows)

    def rows(self, lowered: _Lowered, more: Sequence[Named] = ()) -> Relation:
        """The events that pass, as rows."""
        read: Relation = self.fields.read(self.fields.source())
        if not lowered.rows:
            found: Relation = Filter(read, lowered.where)
            return Extend(found, tuple(more)) if more else found
        computed = (*lowered.computed, *more)
        return Filter(Extend(read, computed) if computed else read, lowered.where)

    def event(self, event: EventFilter, pipes: Sequence[Pipe]) -> Relation:
        """A query about single events."""
        lowered = self.filter(event)
        if not lowered.rows and not pipes:
            return Filter(self.fields.source(), lowered.where)
        plan = self.rows(lowered)
        for pipe in pipes:
            plan = Limit(plan, pipe.count, (Key(Field("_time"), descending=pipe.name == "tail"),))
        return plan

    def series(self, series: Series, pipes: Sequence[Pipe]) -> Relation:
        """A sequence or sample."""
        written = [*series.items, *([series.until] if series.until else [])]
        lowered = [self.filter(item.filter) for item in written]
        keys = [[self.key(key) for key in (*series.by, *item.by)] for item in written]
        kinds = [{found[place][1] for found in keys} for place in range(len(keys[0]))]
        for found in keys:
            for place, kind in enumerate(kinds):
                if len(kind) > 1:
                    value, own, exploded = found[place]
                    found[place] = (as_text((value, own)), Type.TEXT, exploded)
        steps = [
            step
            for item, one, by in zip(written, lowered, keys, strict=True)
            for step in [self.step(item, one, by)] * item.runs
        ]
        until = steps.pop() if series.until else None
        plan: Relation = ir.Sample(tuple(steps)) if series.sample else ir.Sequence(tuple(steps), series.maxspan, until)
        for pipe in pipes:
            if pipe.name == "tail":
                raise unsupported(self.query, pipe.at, "`tail` after a sequence or sample", 4)
            plan = Limit(plan, pipe.count)
        return plan

    def step(self, item: Item, lowered: _Lowered, keys: Sequence[tuple[Value, Type, str | None]]) -> ir.Step:
        """One item. A join key with several values joins by each of them."""
        lists = {name: f"#key{place}" for place, (_, _, name) in enumerate(keys) if name is not None}
        rows = self.rows(lowered, tuple((copy, Field(name)) for name, copy in lists.items()))
        for copy in lists.values():
            rows = Explode(rows, copy, keep_empty=True)
        by = tuple(_renamed(value, lists) for value, _, _ in keys)
        return ir.Step(rows, by, item.missing)

    def key(self, key: Expression) -> tuple[Value, Type, str | None]:
        """A join key, its kind, and the column of several values it is taken from, if it is. An optional key that is
        missing has a value that stands for that."""
        column = None
        if isinstance(key, FieldName):
            column, case, _ = self.fields.column(key.name)
            kind = self.fields.use(column, self.query.at(key.at), optional=key.optional)
            value: Value = Field(column)
            if kind.element is None:
                column = None
            else:
                kind = kind.element
            if case is Case.FOLD:
                value, kind = Call("lower", (value,), Type.TEXT), Type.TEXT
        else:
            value, kind = value_of(key, self.query, self.fields)
        if isinstance(key, FieldName) and key.optional:
            value = Call("coalesce", (as_text((value, kind)), Literal(NO_VALUE, Type.TEXT)), Type.TEXT)
            return value, Type.TEXT, column
        return value, kind, column


def _renamed(value: Value, names: Mapping[str, str]) -> Value:
    match value:
        case Field(name):
            return Field(names.get(name, name))
        case Call(function, args, kind):
            return Call(function, tuple(_renamed(arg, names) for arg in args), kind)
        case _:
            return value
