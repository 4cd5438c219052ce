"""Relations, one row after the other.

Every relation's rows are a list. Where the relation has no order, they are in that of rows without one, so that "in the
order of its source" always means the order of the list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, cast

from simulator.engine.functions.calls import evaluate
from simulator.engine.reference import groups, sequences
from simulator.engine.reference.correlations import firings
from simulator.engine.reference.model import EARLIEST, Event, Evidence, Row, hashable, in_order, together
from simulator.engine.reference.predicates import holds
from simulator.engine.reference.reading import as_json, micros, read_as, seen
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
    Key,
    Limit,
    Literal,
    Lookup,
    Now,
    Project,
    Read,
    Relation,
    Rows,
    Sample,
    Scan,
    Sort,
    Step,
    Truth,
    Union,
    Value,
    Window,
    columns_of,
    kind_of,
)
from simulator.ir import Sequence as Steps
from simulator.tables import Type

Events = Iterable[tuple[str, Event]]
"""Table name, and an event with `_event_id`, `_time`, `_host`, `_user`."""


def rows(relation: Relation, events: Events, now: int | None = None) -> list[Row]:
    """All rows of `relation` over `events`, in order. `now` is the time of the run in microseconds, without it just
    after the last event."""
    given = list(events)
    if now is None:
        times = [micros(cast(Any, event["_time"])) for _, event in given if event.get("_time") is not None]
        now = max(times, default=0) + 1
    return World(given, now).rows(relation)


def matches(relation: Relation, events: Events, now: int | None = None) -> list[Evidence]:
    """What alerts would say of all rows of `relation` over `events`, in order of (time, events)."""
    found = [row.as_evidence() for row in rows(relation, events, now)]
    return sorted(found, key=lambda evidence: (evidence.time or EARLIEST, evidence.events))


@dataclass(frozen=True)
class World:
    """The events there are, and the time it is."""

    events: Sequence[tuple[str, Event]]
    now: int

    def rows(self, relation: Relation) -> list[Row]:
        """All rows of `relation`, in order."""
        match relation:
            case Filter() | Extend() | Project() | Sort() | Limit():
                return self._kept_order(relation)
            case _:
                return in_order(self._any_order(relation), columns_of(relation))

    def _kept_order(self, relation: Filter | Extend | Project | Sort | Limit) -> list[Row]:
        source = self.rows(relation.source)
        kinds = columns_of(relation.source)
        match relation:
            case Filter(_, where):
                return [row for row in source if self.holds(where, row, kinds)]
            case Extend(_, columns):
                return [
                    Row(
                        {**row.fields, **{name: self.value(value, row, kinds) for name, value in columns}}, row.evidence
                    )
                    for row in source
                ]
            case Project(_, columns):
                return [
                    Row({name: self.value(value, row, kinds) for name, value in columns}, row.evidence)
                    for row in source
                ]
            case Sort(_, order):
                return self.sorted(source, order, kinds)
            case Limit(_, count, order, by):
                ordered = self.sorted(source, order, kinds) if order else source
                taken: dict[Any, int] = {}
                kept = []
                for row in ordered:
                    key = self.key(by, row, kinds)
                    taken[key] = taken.get(key, 0) + 1
                    if taken[key] <= count:
                        kept.append(row)
                return kept

    def _any_order(self, relation: Relation) -> list[Row]:
        match relation:
            case Scan(tables):
                return [Row(event, ((table, event),)) for table, event in self.events if fnmatchcase(table, tables)]
            case Union(sources):
                every = [row for source in sources for row in self.rows(source)]
                return list({row.events: row for row in reversed(every)}.values())
            case Correlate(branches=branches):
                return firings(relation, [self.rows(branch.source) for branch in branches])
            case Read(source, columns):
                return [
                    Row(
                        {column.name: read_as(row.fields.get(column.name), column.type) for column in columns},
                        row.evidence,
                    )
                    for row in self.rows(source)
                ]
            case Rows(columns, values):
                names = [column.name for column in columns]
                return [Row(dict(zip(names, map(_plain, row), strict=True))) for row in values]
            case Aggregate():
                return groups.aggregated(relation, self.rows(relation.source), self)
            case Window():
                return groups.windowed(relation, self.rows(relation.source), self)
            case Join():
                return self._joined(relation)
            case Concat(sources, columns):
                names = [column.name for column in columns]
                return [
                    Row({name: row.fields.get(name) for name in names}, row.evidence)
                    for source in sources
                    for row in self.rows(source)
                ]
            case Explode():
                return [made for row in self.rows(relation.source) for made in self._exploded(relation, row)]
            case Steps(steps, maxspan, until):
                ends = self.step(until) if until is not None else []
                return sequences.sequences(steps, [self.step(step) for step in steps], maxspan, ends)
            case Sample(steps):
                return sequences.samples([self.step(step) for step in steps])
            case _:
                raise NotImplementedError(type(relation).__name__)

    def holds(self, where: Expr, row: Row, kinds: dict[str, Type]) -> bool:
        """Whether `where` is true of the row."""
        return self.truth(where, row, kinds) is True

    def truth(self, where: Expr, row: Row, kinds: dict[str, Type]) -> bool | None:
        """Whether `where` is true of the row, or null."""
        fields = {name: seen(value, kinds[name]) if name in kinds else value for name, value in row.fields.items()}
        return holds(where, fields, lambda value: cast("bool | None", self.value(value, row, kinds)))

    def value(self, value: Value, row: Row, kinds: dict[str, Type]) -> Any:
        """What `value` is for the row."""
        match value:
            case Field(name):
                return row.fields[name]
            case Literal(plain):
                return _plain(plain)
            case Call(function, args, kind):
                values = [self.value(arg, row, kinds) for arg in args]
                return evaluate(function, values, [kind_of(arg, kinds) for arg in args], kind)
            case Truth(expr):
                return self.truth(expr, row, kinds)
            case Now():
                return self.now
            case Lookup(source, column):
                found = self.rows(source)
                return found[0].fields[column] if found else None

    def key(self, by: Sequence[Value], row: Row, kinds: dict[str, Type]) -> tuple[Any, ...]:
        """The values `by` of the row, as a key."""
        return tuple(hashable(self.value(value, row, kinds)) for value in by)

    def sorted(self, source: Sequence[Row], order: Sequence[Key], kinds: dict[str, Type]) -> list[Row]:
        """`source` in `order`; rows that it leaves equal are in that of rows without one."""
        found = in_order(source, kinds)
        for key in reversed(order):
            values = [(self.value(key.value, row, kinds), row) for row in found]
            nulls = [row for value, row in values if value is None]
            others = [pair for pair in values if pair[0] is not None]
            others.sort(key=lambda pair: pair[0], reverse=key.descending)
            rest = [row for _, row in others]
            found = [*nulls, *rest] if key.nulls_first else [*rest, *nulls]
        return found

    def step(self, step: Step) -> list[tuple[Row, tuple[Any, ...]]]:
        """The rows of a step that take part, with their join values."""
        kinds = columns_of(step.source)
        keyed = [(row, tuple(self.value(value, row, kinds) for value in step.by)) for row in self.rows(step.source)]
        return [(row, key) for row, key in keyed if None not in key and row.time is not None]

    def _joined(self, node: Join) -> list[Row]:
        lefts, rights = self.rows(node.left_source), self.rows(node.right_source)
        left_kinds, right_kinds = columns_of(node.left_source), columns_of(node.right_source)
        left_keys = [self.key([left for left, _ in node.on], row, left_kinds) for row in lefts]
        right_keys = [self.key([right for _, right in node.on], row, right_kinds) for row in rights]

        def fit(left: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
            return all(a == b and (a is not None or node.nulls_equal) for a, b in zip(left, right, strict=True))

        pairs = [(a, b) for a in range(len(lefts)) for b in range(len(rights)) if fit(left_keys[a], right_keys[b])]
        met_left, met_right = {a for a, _ in pairs}, {b for _, b in pairs}
        found = [self._pair(node, lefts[a], rights[b]) for a, b in pairs]
        alone_left = [self._pair(node, row, None) for a, row in enumerate(lefts) if a not in met_left]
        alone_right = [self._pair(node, None, row) for b, row in enumerate(rights) if b not in met_right]
        match node.kind:
            case JoinKind.INNER:
                return found
            case JoinKind.LEFT:
                return [*found, *alone_left]
            case JoinKind.RIGHT:
                return [*found, *alone_right]
            case JoinKind.FULL:
                return [*found, *alone_left, *alone_right]
            case JoinKind.SEMI:
                return [self._pair(node, row, None) for a, row in enumerate(lefts) if a in met_left]
            case JoinKind.ANTI:
                return alone_left

    def _pair(self, node: Join, left: Row | None, right: Row | None) -> Row:
        fields: dict[str, Any] = {}
        for name, inner in node.left:
            fields[name] = None if left is None else left.fields[inner]
        if node.kind not in (JoinKind.SEMI, JoinKind.ANTI):
            for name, inner in node.right:
                if fields.get(name) is None:
                    fields[name] = None if right is None else right.fields[inner]
        return Row(fields, together(row for row in (left, right) if row is not None))

    def _exploded(self, node: Explode, row: Row) -> list[Row]:
        kind = columns_of(node.source)[node.column]
        items = _items(row.fields[node.column]) if kind is Type.DYNAMIC else row.fields[node.column]

        def with_item(item: Any, place: int | None) -> Row:
            index = {node.index: place} if node.index else {}
            return Row({**row.fields, node.column: item, **index}, row.evidence)

        if not items:
            return [with_item(None, None)] if node.keep_empty else []
        return [with_item(item, place) for place, item in enumerate(items)]


def _items(text: str | None) -> list[str | None]:
    """What a DYNAMIC value is exploded to."""
    value = None if text is None else json.loads(text)
    match value:
        case None:
            return []
        case list():
            return [None if item is None else as_json(item) for item in value]
        case dict():
            return [as_json({key: item}) for key, item in value.items()]
        case _:
            return [text]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
