"""Ways through plans: what a node is made of, what columns its rows have, which fields and tables it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.ir.relational import (
    Aggregate,
    Concat,
    Correlate,
    Explode,
    Extend,
    Filter,
    Join,
    JoinKind,
    Limit,
    Project,
    Read,
    Relation,
    Rows,
    Sample,
    Scan,
    Sequence,
    Sort,
    Union,
    Window,
)
from simulator.ir.scalar import And, Expr, Not, Or, Test, fields_of
from simulator.ir.values import Call, Field, Literal, Lookup, Now, Truth, Value
from simulator.tables import Type


def sources_of(relation: Relation) -> tuple[Relation, ...]:
    """The relations that `relation` takes its rows from, in order. Those inside `Lookup` values are not among them."""
    match relation:
        case Scan() | Rows():
            return ()
        case Union(sources) | Concat(sources):
            return sources
        case Correlate(branches=branches):
            return tuple(branch.source for branch in branches)
        case Join(left_source=left, right_source=right):
            return (left, right)
        case Sequence(steps, _, until):
            return tuple(step.source for step in (*steps, *([until] if until else [])))
        case Sample(steps):
            return tuple(step.source for step in steps)
        case _:
            return (relation.source,)


def values_of(relation: Relation) -> Iterator[Value]:
    """The values that `relation` itself computes (not its sources), those inside its predicates included."""
    match relation:
        case Filter(_, where):
            yield from values_in(where)
        case Extend(_, columns) | Project(_, columns):
            yield from (value for _, value in columns)
        case Aggregate(_, by, measures):
            yield from (value for _, value in by)
            for measure in measures:
                yield from measure.args
                yield from (key.value for key in measure.order)
                if measure.where is not None:
                    yield from values_in(measure.where)
        case Window(_, by, order, measures):
            yield from by
            yield from (key.value for key in order)
            for measure in measures:
                yield from measure.args
                yield from (key.value for key in measure.order)
                if measure.where is not None:
                    yield from values_in(measure.where)
        case Join(on=on):
            for pair in on:
                yield from pair
        case Sort(_, order):
            yield from (key.value for key in order)
        case Limit(_, _, order, by):
            yield from by
            yield from (key.value for key in order)
        case Sequence(steps, _, until):
            for step in (*steps, *([until] if until else [])):
                yield from step.by
        case Sample(steps):
            for step in steps:
                yield from step.by
        case _:
            pass


def values_in(expr: Expr) -> Iterator[Value]:
    """The values inside a predicate."""
    match expr:
        case And(items) | Or(items):
            for item in items:
                yield from values_in(item)
        case Not(item):
            yield from values_in(item)
        case Test(value):
            yield value
        case _:
            pass


def fields_of_value(value: Value) -> frozenset[str]:
    """The names of all columns of the row that `value` reads."""
    match value:
        case Field(name):
            return frozenset((name,))
        case Call(_, args):
            return frozenset().union(*(fields_of_value(arg) for arg in args))
        case Truth(expr):
            return fields_of(expr)
        case Literal() | Now() | Lookup():
            return frozenset()


def kind_of(value: Value, columns: Mapping[str, Type]) -> Type:
    """The kind of `value` over rows with `columns`. Raises KeyError for a field that the rows do not have."""
    match value:
        case Field(name):
            return columns[name]
        case Literal(_, kind) | Call(_, _, kind) | Lookup(_, _, kind):
            return kind
        case Truth():
            return Type.BOOLEAN
        case Now():
            return Type.TIME


Known = dict[int, tuple[Relation, dict[str, Type]]]
"""Columns of relations by their `id`; the relation is kept too, so that its id stays its own."""


def columns_of(relation: Relation, known: Known | None = None) -> dict[str, Type]:
    """The columns of a relation's rows, in order. Events below `Read` have none that are declared, nor do those of
    `Correlate`. Raises KeyError where a plan names a column that its source does not have. Whoever asks about many
    relations of a plan gives `known`, which is empty at first."""
    if known is None:
        return _columns_of(relation, {})
    if id(relation) not in known:
        known[id(relation)] = (relation, _columns_of(relation, known))
    return known[id(relation)][1]


def _columns_of(relation: Relation, known: Known) -> dict[str, Type]:
    match relation:
        case Read(_, columns) | Rows(columns) | Concat(_, columns):
            return {column.name: column.type for column in columns}
        case Filter(source) | Sort(source) | Limit(source):
            return columns_of(source, known)
        case Extend(source, named):
            inner = columns_of(source, known)
            return inner | {name: kind_of(value, inner) for name, value in named}
        case Project(source, named):
            inner = columns_of(source, known)
            return {name: kind_of(value, inner) for name, value in named}
        case Aggregate(source, by, measures):
            inner = columns_of(source, known)
            groups = {name: kind_of(value, inner) for name, value in by}
            return groups | {measure.name: measure.kind for measure in measures}
        case Window(source, _, _, measures):
            return columns_of(source, known) | {measure.name: measure.kind for measure in measures}
        case Join(kind, left_source, right_source, _, left, right):
            ours = columns_of(left_source, known)
            found = {name: ours[inner] for name, inner in left}
            if kind not in (JoinKind.SEMI, JoinKind.ANTI):
                theirs = columns_of(right_source, known)
                found = {name: theirs[inner] for name, inner in right if name not in found} | found
                found = {name: found[name] for name in dict.fromkeys(name for name, _ in (*left, *right))}
            return found
        case Explode(source, column, _, index):
            inner = columns_of(source, known)
            inner = inner | {column: inner[column].element or inner[column]}
            return inner | ({index: Type.INTEGER} if index else {})
        case Sequence(steps) | Sample(steps):
            first = next((step for step in steps if not step.missing), None)
            if first is None:
                return {}
            inner = columns_of(first.source, known)
            return {f"key{place}": kind_of(value, inner) for place, value in enumerate(first.by)}
        case Scan() | Union() | Correlate():
            return {}


def lookups_in(value: Value) -> Iterator[Lookup]:
    """The look-ups inside a value, not those inside them."""
    match value:
        case Lookup():
            yield value
        case Call(_, args):
            for arg in args:
                yield from lookups_in(arg)
        case Truth(expr):
            for inner in values_in(expr):
                yield from lookups_in(inner)
        case _:
            pass


def within(relation: Relation) -> Iterator[Relation]:
    """`relation` and all relations below it, those inside look-ups included, each before its sources."""
    yield relation
    for source in sources_of(relation):
        yield from within(source)
    for value in values_of(relation):
        for lookup in lookups_in(value):
            yield from within(lookup.source)


def tables_of(relation: Relation) -> tuple[str, ...]:
    """The tables and table patterns that a plan reads, each once, in order of first mention."""
    return tuple(dict.fromkeys(node.tables for node in within(relation) if isinstance(node, Scan)))


def reads_clock(relation: Relation) -> bool:
    """Whether anything in the plan asks what time it is."""

    def asks(value: Value) -> bool:
        match value:
            case Now():
                return True
            case Call(_, args):
                return any(map(asks, args))
            case Truth(expr):
                return any(map(asks, values_in(expr)))
            case _:
                return False

    return any(asks(value) for node in within(relation) for value in values_of(node))


def looks_back(relation: Relation) -> tuple[int, ...]:
    """The spans in microseconds that the plan subtracts from the time of its run, each once, shortest first."""

    def spans(value: Value) -> Iterator[int]:
        match value:
            case Call("subtract", (Now(), Literal(int(span), Type.SPAN))):
                yield span
            case Call(_, args):
                for arg in args:
                    yield from spans(arg)
            case Truth(expr):
                for inner in values_in(expr):
                    yield from spans(inner)
            case _:
                pass

    return tuple(sorted({span for node in within(relation) for value in values_of(node) for span in spans(value)}))
