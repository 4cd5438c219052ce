"""Columns that nobody needs go, and plans of which nothing but events is left become plans over events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from simulator.engine.simplify import mapped
from simulator.ir import (
    Aggregate,
    Call,
    Concat,
    Correlate,
    Explode,
    Expr,
    Extend,
    Filter,
    Join,
    JoinKind,
    Key,
    Limit,
    Lookup,
    Measure,
    Project,
    Read,
    Relation,
    Rows,
    Sample,
    Scan,
    Sequence,
    Sort,
    Step,
    Truth,
    Union,
    Value,
    Window,
    columns_of,
    fields_of,
    fields_of_value,
    tables_of,
)
from simulator.ir.walk import Known

Names = frozenset[str]
NONE: Names = frozenset()


class Pruner:
    """Prunes one plan. Equal calls give one relation, so that a relation that stands in two places stays one."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, Names, bool], tuple[Relation, Relation]] = {}
        self._columns: Known = {}

    def prune(self, relation: Relation, needed: Names, ordered: bool) -> Relation:
        """`relation` with at least the columns `needed`; `ordered` says whether the order of its rows matters."""
        key = (id(relation), needed, ordered)
        if key not in self._known:
            self._known[key] = (relation, self._prune(relation, needed, ordered))
        return self._known[key][1]

    def value(self, value: Value) -> Value:
        """`value` with the plans of its look-ups pruned."""
        match value:
            case Lookup(source, column, kind):
                return Lookup(self.prune(source, frozenset((column,)), True), column, kind)
            case Call(function, args, kind):
                return Call(function, tuple(map(self.value, args)), kind)
            case Truth(expr):
                return Truth(self._expr(expr))
            case _:
                return value

    def _expr(self, expr: Expr) -> Expr:
        return mapped(expr, self.value)

    def _prune(self, relation: Relation, needed: Names, ordered: bool) -> Relation:
        match relation:
            case Read(source, columns):
                return Read(source, tuple(column for column in columns if column.name in needed))
            case Filter(source, where):
                return Filter(self.prune(source, needed | fields_of(where), ordered), self._expr(where))
            case Extend(source, columns):
                kept = tuple((name, value) for name, value in columns if name in needed)
                below = (needed - {name for name, _ in kept}) | _fields(value for _, value in kept)
                inner = self.prune(source, below, ordered)
                return Extend(inner, tuple((name, self.value(value)) for name, value in kept)) if kept else inner
            case Project(source, columns):
                kept = tuple((name, value) for name, value in columns if name in needed)
                inner = self.prune(source, _fields(value for _, value in kept), ordered)
                return Project(inner, tuple((name, self.value(value)) for name, value in kept)) if kept else inner
            case Sort(source, order):
                if not ordered:
                    return self.prune(source, needed, False)
                below = needed | _fields(key.value for key in order) | self._to_settle(source)
                return Sort(self.prune(source, below, False), self._keys(order))
            case Aggregate(source, by, measures):
                asked = tuple(self._measure(measure) for measure in measures if measure.name in needed)
                below = _fields(value for _, value in by).union(*map(_fields_of_measure, asked))
                if any(measure.function not in _ORDERLESS for measure in asked):
                    below |= self._to_settle(source)
                groups = tuple((name, self.value(value)) for name, value in by)
                return replace(relation, source=self.prune(source, below, False), by=groups, measures=asked)
            case Window(source, by, order, measures, gather=gather):
                asked = tuple(self._measure(measure) for measure in measures if measure.name in needed)
                if not asked and not gather:
                    return self.prune(source, needed, False)
                below = (needed - {measure.name for measure in asked}) | _fields(by)
                below = below.union(_fields(key.value for key in order), *map(_fields_of_measure, asked))
                return replace(
                    relation,
                    source=self.prune(source, below | self._to_settle(source), False),
                    by=tuple(map(self.value, by)),
                    order=self._keys(order),
                    measures=asked,
                )
            case Limit(source, _, order, by):
                below = needed | _fields(key.value for key in order) | _fields(by) | self._to_settle(source)
                inner = self.prune(source, below, not order)
                return replace(relation, source=inner, order=self._keys(order), by=tuple(map(self.value, by)))
            case Explode(source, column, _, index):
                below = (needed - {index}) | {column}
                index = index if index in needed else None
                return replace(relation, source=self.prune(source, below, False), index=index)
            case Concat(sources, columns):
                kept_columns = tuple(column for column in columns if column.name in needed)
                names = needed & {column.name for column in columns}
                inners = tuple(
                    self.prune(source, names.intersection(columns_of(source, self._columns)), False)
                    for source in sources
                )
                return Concat(inners, kept_columns)
            case Join(_, left_source, right_source, on, left, right):
                ours = tuple((name, inner) for name, inner in left if name in needed)
                theirs = tuple((name, inner) for name, inner in right if name in needed)
                if relation.kind in (JoinKind.SEMI, JoinKind.ANTI):
                    theirs = ()
                left_below = frozenset(inner for _, inner in ours) | _fields(value for value, _ in on)
                right_below = frozenset(inner for _, inner in theirs) | _fields(value for _, value in on)
                return replace(
                    relation,
                    left_source=self.prune(left_source, left_below, False),
                    right_source=self.prune(right_source, right_below, False),
                    on=tuple((self.value(a), self.value(b)) for a, b in on),
                    left=ours,
                    right=theirs,
                )
            case Sequence(steps, _, until):
                return replace(relation, steps=tuple(map(self._step, steps)), until=until and self._step(until))
            case Sample(steps):
                return Sample(tuple(map(self._step, steps)))
            case Scan() | Union() | Rows() | Correlate():
                return relation

    def _to_settle(self, source: Relation) -> Names:
        """The columns that settle an order of the rows of `source` where time and evidence may not do it."""
        return NONE if one_row_per_event(source) else frozenset(columns_of(source, self._columns))

    def _step(self, step: Step) -> Step:
        by = tuple(map(self.value, step.by))
        return replace(step, source=self.prune(step.source, _fields(step.by), False), by=by)

    def _keys(self, order: tuple[Key, ...]) -> tuple[Key, ...]:
        return tuple(replace(key, value=self.value(key.value)) for key in order)

    def _measure(self, measure: Measure) -> Measure:
        return replace(
            measure,
            args=tuple(map(self.value, measure.args)),
            where=measure.where and self._expr(measure.where),
            order=self._keys(measure.order),
        )


_ORDERLESS = frozenset(("count", "sum", "minimum", "maximum", "distinct_count"))
"""Aggregates to which the order of the rows is nothing."""


def _fields(values: Iterable[Value]) -> Names:
    return NONE.union(*map(fields_of_value, values))


def _fields_of_measure(measure: Measure) -> Names:
    where = fields_of(measure.where) if measure.where is not None else NONE
    return _fields(measure.args) | _fields(key.value for key in measure.order) | where


def one_row_per_event(relation: Relation) -> bool:
    """Whether no two rows can have the same evidence."""
    match relation:
        case Read():
            return True
        case Filter(source) | Extend(source) | Project(source) | Sort(source) | Limit(source):
            return one_row_per_event(source)
        case Window(source, gather=False):
            return one_row_per_event(source)
        case Aggregate(source, by) if by:
            return one_row_per_event(source)
        case Join(JoinKind.SEMI | JoinKind.ANTI, left_source=left):
            return one_row_per_event(left)
        case Concat(sources):
            tables = [frozenset(tables_of(source)) for source in sources]
            apart = not any("*" in name for names in tables for name in names)
            apart = apart and len(NONE.union(*tables)) == sum(map(len, tables))
            return apart and all(map(one_row_per_event, sources))
        case _:
            return False


def only_events(relation: Relation) -> Relation | None:
    """A plan over events that selects the events behind the rows of `relation` (pruned of all its columns), where
    there is one: then a row is an event, and rows of the same event are repetitions."""
    match relation:
        case Read(source):
            return source
        case Concat(sources):
            found = [only_events(source) for source in sources]
            return None if None in found else Union(tuple(source for source in found if source is not None))
        case Explode(source, keep_empty=True):
            return only_events(source)
        case _:
            return None


def gives_without(relation: Relation, filled: frozenset[int]) -> bool:
    """Whether `relation` may have rows when of all its `Read`s only those whose `id` is in `filled` have any."""
    match relation:
        case Read():
            return id(relation) in filled
        case Rows(_, rows):
            return bool(rows)
        case Aggregate(source, by, _, always):
            return (always and not by) or gives_without(source, filled)
        case Join(kind, left, right):
            ours, theirs = gives_without(left, filled), gives_without(right, filled)
            match kind:
                case JoinKind.INNER | JoinKind.SEMI:
                    return ours and theirs
                case JoinKind.LEFT | JoinKind.ANTI:
                    return ours
                case JoinKind.RIGHT:
                    return theirs
                case JoinKind.FULL:
                    return ours or theirs
        case Concat(sources):
            return any(gives_without(source, filled) for source in sources)
        case Sequence(steps) | Sample(steps):
            return all(gives_without(step.source, filled) for step in steps if not step.missing)
        case Scan() | Union() | Correlate():
            return True
        case _:
            return gives_without(relation.source, filled)
