"""Filters of row plans move down towards the events: below `Read` the sieve runs them, for all rules at once.

A part of a condition passes an operator when it is true of a result's row exactly where it is true of the row (of one
side, of every row of the group) that the result's row was made of. What cannot pass stays right above the operator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from simulator.engine.simplify import (
    FALSE,
    conjunction,
    conjuncts,
    mapped,
    only_leaves,
    over_nulls,
    renamed,
)
from simulator.ir import (
    Aggregate,
    Call,
    Concat,
    Correlate,
    Explode,
    Expr,
    Extend,
    Field,
    Filter,
    Join,
    JoinKind,
    Limit,
    Literal,
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
    Truth,
    Union,
    Value,
    Window,
    columns_of,
    fields_of,
)
from simulator.ir.walk import Known

Parts = tuple[Expr, ...]


class Pusher:
    """Pushes filters through one plan. A relation that stands in several places without a filter above stays one."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Relation, Relation]] = {}
        self._columns: Known = {}

    def push(self, relation: Relation, above: Parts = ()) -> Relation:
        """`relation` and a filter by all of `above`, with every filter as far down as it can go."""
        if above:
            return self._through(relation, above)
        if id(relation) not in self._known:
            # The relation is kept too, so that its id stays its own.
            self._known[id(relation)] = (relation, self._through(relation, ()))
        return self._known[id(relation)][1]

    def value(self, value: Value) -> Value:
        """`value` with the plans of its look-ups pushed too."""
        match value:
            case Lookup(source, column, kind):
                return Lookup(self.push(source), column, kind)
            case Call(function, args, kind):
                return Call(function, tuple(map(self.value, args)), kind)
            case Truth(expr):
                return Truth(mapped(expr, self.value))
            case _:
                return value

    def _through(self, relation: Relation, above: Parts) -> Relation:
        match relation:
            case Filter(source, where):
                return self.push(source, (*conjuncts(mapped(where, self.value)), *above))
            case Read(source, columns):
                own = {column.name for column in columns}
                down, stay = _parted(above, lambda part: only_leaves(part) and fields_of(part) <= own)
                below = Filter(source, conjunction(down)) if down else source
                return _kept(Read(below, columns) if down else relation, stay)
            case Extend(source, columns):
                made = dict(columns)
                names = {name: name for name in columns_of(source, self._columns) if name not in made}
                names |= {name: value.name for name, value in columns if isinstance(value, Field)}
                down, stay = _renaming(above, names)
                named = tuple((name, self.value(value)) for name, value in columns)
                return _kept(Extend(self.push(source, down), named), stay)
            case Project(source, columns):
                names = {name: value.name for name, value in columns if isinstance(value, Field)}
                down, stay = _renaming(above, names)
                named = tuple((name, self.value(value)) for name, value in columns)
                return _kept(Project(self.push(source, down), named), stay)
            case Sort(source, order):
                return Sort(self.push(source, above), tuple(replace(k, value=self.value(k.value)) for k in order))
            case Aggregate(source, by, measures):
                names = {name: value.name for name, value in by if isinstance(value, Field)}
                down, stay = _renaming(above, names) if by else ((), above)
                changed = replace(
                    relation,
                    source=self.push(source, down),
                    by=tuple((name, self.value(value)) for name, value in by),
                    measures=tuple(self._measure(measure) for measure in measures),
                )
                return _kept(changed, stay)
            case Window(source, by, order, measures):
                added = {measure.name for measure in measures}
                groups = {value.name: value.name for value in by if isinstance(value, Field)}
                groups = {name: name for name in groups if name not in added}
                down, stay = _renaming(above, groups)
                changed_window = replace(
                    relation,
                    source=self.push(source, down),
                    by=tuple(map(self.value, by)),
                    order=tuple(replace(key, value=self.value(key.value)) for key in order),
                    measures=tuple(self._measure(measure) for measure in measures),
                )
                return _kept(changed_window, stay)
            case Limit(source, _, order, by):
                names = {value.name: value.name for value in by if isinstance(value, Field)}
                down, stay = _renaming(above, names)
                changed_limit = replace(
                    relation,
                    source=self.push(source, down),
                    order=tuple(replace(key, value=self.value(key.value)) for key in order),
                    by=tuple(map(self.value, by)),
                )
                return _kept(changed_limit, stay)
            case Explode(source, column, _, index):
                changes = {column, index}
                down, stay = _parted(above, lambda part: not fields_of(part) & changes)
                return _kept(replace(relation, source=self.push(source, down)), stay)
            case Concat(sources):
                return replace(relation, sources=tuple(self._branch(source, relation, above) for source in sources))
            case Join():
                return self._join(relation, above)
            case Sequence(steps, _, until):
                changed_steps = tuple(replace(step, source=self.push(step.source)) for step in steps)
                ending = until and replace(until, source=self.push(until.source))
                return _kept(replace(relation, steps=changed_steps, until=ending), above)
            case Sample(steps):
                return _kept(Sample(tuple(replace(step, source=self.push(step.source)) for step in steps)), above)
            case Scan() | Union() | Rows() | Correlate():
                return _kept(relation, above)

    def _measure(self, measure: Measure) -> Measure:
        return replace(
            measure,
            args=tuple(map(self.value, measure.args)),
            where=measure.where and mapped(measure.where, self.value),
            order=tuple(replace(key, value=self.value(key.value)) for key in measure.order),
        )

    def _branch(self, source: Relation, node: Concat, above: Parts) -> Relation:
        """One source of a Concat, filtered by what `above` says of it: the columns that it lacks are null."""
        has = columns_of(source, self._columns)
        kinds = {column.name: column.type for column in node.columns if column.name not in has}
        parts = conjuncts(conjunction(over_nulls(part, kinds) for part in above))
        down, rest = _parted(parts, lambda part: fields_of(part) <= has.keys())
        if rest:
            absent = tuple((name, Literal(None, kind)) for name, kind in kinds.items())
            return _kept(Extend(self.push(source, down), absent), rest)
        return self.push(source, down)

    def _join(self, node: Join, above: Parts) -> Relation:
        kind, ours, theirs = node.kind, dict(node.left), dict(node.right)
        left_names = {name: inner for name, inner in ours.items() if name not in theirs}
        right_names = {name: inner for name, inner in theirs.items() if name not in ours}
        if kind is JoinKind.INNER:
            # A column by which the sides are equal is the same on both.
            pairs = {(a.name, b.name) for a, b in node.on if isinstance(a, Field) and isinstance(b, Field)}
            both = {name: ours[name] for name in ours if name in theirs and (ours[name], theirs[name]) in pairs}
            left_names |= both
            right_names |= {name: theirs[name] for name in both}
        if kind in (JoinKind.SEMI, JoinKind.ANTI):
            left_names = ours
        to_left: Parts = ()
        to_right: Parts = ()
        stay = above
        if kind in (JoinKind.INNER, JoinKind.LEFT, JoinKind.SEMI, JoinKind.ANTI):
            to_left, stay = _renaming(above, left_names)
        if kind in (JoinKind.INNER, JoinKind.RIGHT):
            to_right, other = _renaming(above, right_names)
            stay = tuple(part for part in stay if part in other)
        changed = replace(
            node,
            left_source=self.push(node.left_source, to_left),
            right_source=self.push(node.right_source, to_right),
            on=tuple((self.value(a), self.value(b)) for a, b in node.on),
        )
        return _kept(changed, stay)


def _parted(parts: Parts, passes: Callable[[Expr], bool]) -> tuple[Parts, Parts]:
    down = tuple(part for part in parts if passes(part) or part == FALSE)
    return down, tuple(part for part in parts if part not in down)


def _renaming(parts: Parts, names: Mapping[str, str]) -> tuple[Parts, Parts]:
    """The parts that speak only of columns in `names`, under the names that they have below; and the others."""
    down, stay = _parted(parts, lambda part: fields_of(part) <= names.keys())
    return tuple(renamed(part, names) for part in down), stay


def _kept(relation: Relation, parts: Parts) -> Relation:
    """`relation` with a filter by all of `parts` right above it."""
    return Filter(relation, conjunction(parts)) if parts else relation
