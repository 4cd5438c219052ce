"""Row plans as one DuckDB query: each relation is a common table expression, built as sqlglot expressions.

Besides its columns (`c0`, `c1` …, unlike the plan's names, which may differ by case alone) every relation has hidden
ones: `e`, its evidence (one event's number, or a list of numbers in order), `t`, the time of its last event, under a
schedule `n`, the place of its run, and where rows are in an order that matters, `o`, their place. Events are numbered
by (time, id), so that lists of numbers compare as evidence does. Under a schedule every operator works within a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from sqlglot import exp

from simulator.engine import sql_nodes as sql
from simulator.engine.kinds import items_of, row_type
from simulator.engine.prune import one_row_per_event
from simulator.engine.sql_functions import Calls
from simulator.engine.sql_measures import Frame, Measures
from simulator.engine.sql_nodes import Node, column
from simulator.engine.sql_values import Row, Values, cast
from simulator.ir import (
    Aggregate,
    Concat,
    Correlate,
    Explode,
    Extend,
    Field,
    Filter,
    Join,
    JoinKind,
    Key,
    Limit,
    Lookup,
    Named,
    Project,
    Read,
    Relation,
    Rows,
    Sample,
    Scan,
    Sort,
    Union,
    Value,
    Window,
    columns_of,
    kind_of,
)
from simulator.ir import Sequence as SequenceNode
from simulator.tables import Type

Columns = Mapping[str, tuple[str, Type]]


@dataclass(frozen=True, slots=True)
class Made:
    """A relation that the query has: its name there, its columns, and what is known of its hidden ones."""

    name: str
    row: Row
    single: bool
    """Whether `e` is one event and not a list."""
    distinct: bool
    """Whether no two rows of a run have the same evidence."""
    ordered: bool = False
    """Whether there is an `o`."""


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a schedule that a query is about: those at places `first` to `last` among all whose times are given.
    A row's `n` is the place of its run."""

    times: Sequence[int]
    first: int
    last: int


@dataclass(slots=True)
class Builder:
    """Builds the query of one plan. `leaves` names, for the `id` of each Read, the table that holds its rows."""

    calls: Calls
    leaves: Mapping[int, str]
    register: Callable[[pa.Table], str]
    """Makes an Arrow table known to the database, and gives its name there."""
    execute: Callable[[Node, dict[str, Any]], pa.Table]
    now: int
    """The time of the run, where there is no schedule."""
    runs: Runs | None = None
    values: Values = field(init=False)
    hidden: tuple[str, ...] = ("e", "t")
    """The hidden columns of every relation."""
    _parts: list[tuple[str, Node]] = field(default_factory=list)
    _made: dict[int, Made] = field(default_factory=dict)
    _columns: int = 0
    _runs_table: str = ""
    _times: Node = None

    def __post_init__(self) -> None:
        self.values = Values(self.calls, self._now, self._lookup)
        if self.runs is not None:
            self.hidden = ("e", "t", "n")

    def query(self, select: Node) -> Node:
        """`select` with all relations that were made so far."""
        return sql.with_parts(select, self._parts)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of all that was built so far."""
        return self.values.parameters

    @property
    def within(self) -> list[Node]:
        """What every operator groups by besides its own keys."""
        return [] if self.runs is None else [column("n")]

    def _now(self, row: Row) -> Node:
        if self.runs is None:
            return cast(sql.number(self.now), Type.TIME)
        if self._times is None:
            self._times = cast(self.values.parameter(list(self.runs.times)), Type.INTEGERS)
        place = exp.Add(this=row.hidden("n"), expression=sql.number(1))
        return sql.call("list_extract", self._times.copy(), place)

    def _all_runs(self) -> str:
        """A table of all runs."""
        if not self._runs_table:
            assert self.runs is not None
            places = pa.array(range(self.runs.first, self.runs.last + 1), pa.int64())
            self._runs_table = self.register(pa.table({"n": places}))
        return self._runs_table

    def _new(self) -> str:
        self._columns += 1
        return f"c{self._columns - 1}"

    def _add(self, query: Node, columns: Columns, like: Made | None = None, **known: bool) -> Made:
        name = f"r{len(self._parts)}"
        self._parts.append((name, query))
        if like is not None:
            known = {"single": like.single, "distinct": like.distinct, "ordered": like.ordered} | known
        return Made(name, Row(columns), **known)

    def _carried(self, made: Made, ordered: bool = True) -> list[str]:
        return [*self.hidden, *(["o"] if made.ordered and ordered else [])]

    # Relations

    def relation(self, node: Relation) -> Made:
        """`node` as a part of the query; the same node is one part."""
        known = self._made.get(id(node))
        if known is None:
            known = self._made[id(node)] = self._relation(node)
        return known

    def _relation(self, node: Relation) -> Made:
        match node:
            case Read():
                return self._read(node)
            case Rows():
                return self._rows(node)
            case Filter(source, where):
                made = self.relation(source)
                held = self.values.predicate(where, made.row)
                return self._add(sql.select([exp.Star()], made.name, where=held), made.row.columns, made)
            case Extend(source, added):
                made = self.relation(source)
                kept = {name: found for name, found in made.row.columns.items() if name not in dict(added)}
                places = dict.fromkeys((*made.row.columns, *(name for name, _ in added)))
                return self._extended(made, kept, added, tuple(places))
            case Project(source, columns):
                return self._extended(self.relation(source), {}, columns, tuple(dict(columns)))
            case Sort(source, order):
                made = self.relation(source)
                number = sql.over(sql.call("row_number"), self.within, self.order(order, made))
                items = [*self._carried(made, False), *_names(made), sql.named(number, "o")]
                return self._add(sql.select(items, made.name), made.row.columns, made, ordered=True)
            case Limit():
                return self._limit(node)
            case Aggregate():
                return self._aggregate(node)
            case Window():
                return self._window(node)
            case Join():
                return self._join(node)
            case Concat():
                return self._concat(node)
            case Explode():
                return self._explode(node)
            case SequenceNode() | Sample():
                return self._sequence(node)
            case Scan() | Union() | Correlate():
                raise ValueError(f"{type(node).__name__} above Read")

    def _read(self, node: Read) -> Made:
        columns = {item.name: (self._new(), item.type) for item in node.columns}
        items: list[Node | str] = ["e", "t"]
        if self.runs is not None:
            first = sql.call("greatest", column("lo"), sql.number(self.runs.first))
            last = sql.call("least", column("hi"), sql.number(self.runs.last))
            after = exp.Add(this=last, expression=sql.number(1))
            items.append(sql.named(sql.call("unnest", sql.call("range", first, after)), "n"))
        items += [
            sql.named(sql.quoted(f"{item.type.value}:{item.name}"), columns[item.name][0]) for item in node.columns
        ]
        return self._add(sql.select(items, self.leaves[id(node)]), columns, single=True, distinct=True)

    def _rows(self, node: Rows) -> Made:
        columns = {item.name: (self._new(), item.type) for item in node.columns}
        count = len(node.rows)
        arrays: dict[str, Any] = {
            "e": pa.array([[]] * count, pa.list_(pa.int64())),
            "t": pa.nulls(count, pa.int64()),
        }
        for place, (name, kind) in enumerate(columns.values()):
            arrays[name] = pa.array([_plain(row[place]) for row in node.rows], row_type(kind))
        joins = [] if self.runs is None else [sql.join(sql.table(self._all_runs()), None)]
        query = sql.select(
            [*self.hidden, *(name for name, _ in columns.values())], self.register(pa.table(arrays)), joins=joins
        )
        return self._add(query, columns, single=False, distinct=False)

    def _extended(self, made: Made, kept: Columns, added: Iterable[Named], places: Sequence[str]) -> Made:
        """The columns `kept` and those `added`; a column that is only renamed stays what it is in the query."""
        columns = dict(kept)
        used = {name for name, _ in kept.values()}
        items: list[Node | str] = [*self._carried(made), *used]
        for name, value in dict(added).items():
            found = made.row.columns.get(value.name) if isinstance(value, Field) else None
            if found is not None and found[0] not in used:
                columns[name] = found
                items.append(found[0])
            else:
                columns[name] = (self._new(), kind_of(value, made.row.kinds))
                items.append(sql.named(self.values.value(value, made.row), columns[name][0]))
            used.add(columns[name][0])
        return self._add(sql.select(items, made.name), {name: columns[name] for name in places}, made)

    # Order

    def order(self, keys: Sequence[Key], made: Made) -> list[Node]:
        """An order by `keys`, then by time, evidence and values."""
        found = [
            exp.Ordered(this=self.values.value(key.value, made.row), desc=key.descending, nulls_first=key.nulls_first)
            for key in keys
        ]
        return [*found, *self.ties(made)]

    def ties(self, made: Made) -> list[Node]:
        """Time and evidence, and where they do not settle it, all columns."""
        names = ["e"] if made.distinct else ["e", *_names(made)]
        return [sql.ascending(column("t"), True), *(sql.ascending(column(name)) for name in names)]

    def keys(self, values: Sequence[Value], made: Made) -> list[Node]:
        """What rows are grouped by: the run and `values`."""
        return [*self.within, *(self.values.value(value, made.row) for value in values)]

    # Operators over several rows

    def _limit(self, node: Limit) -> Made:
        made = self.relation(node.source)
        kept_order = made.ordered and not node.order
        order = [sql.ascending(column("o"))] if kept_order else self.order(node.order, made)
        place = sql.over(sql.call("row_number"), self.keys(node.by, made), order)
        items: list[Node | str] = [*self._carried(made, kept_order), *_names(made), sql.named(place, "place")]
        if not kept_order:
            whole = sql.over(sql.call("row_number"), self.within, sql.copies(order))
            items.append(sql.named(whole, "o"))
        numbered = self._add(sql.select(items, made.name), made.row.columns, made, ordered=True)
        first = exp.LTE(this=column("place"), expression=sql.number(node.count))
        items = [*self._carried(numbered), *_names(made)]
        return self._add(sql.select(items, numbered.name, where=first), made.row.columns, numbered)

    def _aggregate(self, node: Aggregate) -> Made:
        made = self.relation(node.source)
        columns = {name: (self._new(), kind_of(value, made.row.kinds)) for name, value in node.by}
        groups = [sql.named(self.values.value(value, made.row), columns[name][0]) for name, value in node.by]
        measures = Measures(self.values, made.row, self.calls)
        found = [
            sql.named(gathered(made, lambda one: one), "e"),
            sql.named(sql.call("max", column("t")), "t"),
        ]
        for measure in node.measures:
            columns[measure.name] = (self._new(), measure.kind)
            value = measures.measure(measure, self.order(measure.order, made), None)
            found.append(sql.named(value, columns[measure.name][0]))
        places = [sql.number(place + 1) for place in range(len(self.within) + len(groups))]
        some = exp.GT(this=exp.Count(this=exp.Star()), expression=sql.number(0))
        having = some if not places and not node.always else None
        query = sql.select([*self.within, *groups, *found], made.name, group=places, having=having)
        if node.always and not node.by and self.runs is not None:
            query = sql.both(query, self._in_other_runs(made, found))
        return self._add(query, columns, single=False, distinct=bool(node.by) and made.distinct)

    def _in_other_runs(self, made: Made, found: Sequence[Node]) -> Node:
        """What an Aggregate says of no rows, for each run without any."""
        nothing = sql.select(sql.copies(found), made.name, where=exp.Boolean(this=False))
        filled = exp.In(this=column("n", "u"), query=sql.subquery(sql.select(["n"], made.name)))
        return sql.select(
            [column("n", "u"), *(column(item.alias, "z") for item in found)],
            sql.table(self._all_runs(), "u"),
            joins=[sql.join(sql.subquery(nothing, "z"), None)],
            where=exp.Not(this=filled),
        )

    def _window(self, node: Window) -> Made:
        made = self.relation(node.source)
        frame = Frame(self.keys(node.by, made), self.order(node.order, made), node.preceding, node.following)
        measures = Measures(self.values, made.row, self.calls)
        columns = dict(made.row.columns)
        added: list[Node] = []
        for measure in node.measures:
            columns[measure.name] = (self._new(), measure.kind)
            value = measures.measure(measure, self.order(measure.order, made), frame)
            added.append(sql.named(value, columns[measure.name][0]))
        if measures.ranks:
            ranks = [sql.named(rank, name) for name, rank in measures.ranks.items()]
            ranked = sql.select([*self._carried(made, False), *_names(made), *ranks], made.name)
            made = self._add(ranked, made.row.columns, made, ordered=False)
        names = {measure.name for measure in node.measures}
        items: list[Node | str] = [name for name in self.hidden if not (node.gather and name in "et")]
        items += [name for given, (name, _) in made.row.columns.items() if given not in names]
        if node.gather:
            added.append(sql.named(gathered(made, frame.over), "e"))
            added.append(sql.named(frame.over(sql.call("max", column("t"))), "t"))
        query = sql.select([*items, *added], made.name)
        if node.gather:
            return self._add(query, columns, single=False, distinct=False)
        return self._add(query, columns, made, ordered=False)

    def _join(self, node: Join) -> Made:
        left, right = self.relation(node.left_source), self.relation(node.right_source)
        sides = Row(left.row.columns, "l"), Row(right.row.columns, "r")
        equal = exp.NullSafeEQ if node.nulls_equal else exp.EQ
        conditions: list[Node] = [
            equal(this=self.values.value(a, sides[0]), expression=self.values.value(b, sides[1])) for a, b in node.on
        ]
        if self.runs is not None:
            conditions.insert(0, exp.EQ(this=sides[0].hidden("n"), expression=sides[1].hidden("n")))
        joined = sql.join(sql.table(right.name, "r"), sql.all_of(conditions), **_JOINS[node.kind])
        one_side = node.kind in (JoinKind.SEMI, JoinKind.ANTI)
        given = dict(node.left), {} if one_side else dict(node.right)
        columns: dict[str, tuple[str, Type]] = {}
        items: list[Node] = []
        for name in dict.fromkeys((*given[0], *given[1])):
            found = [row.columns[own[name]] for row, own in zip(sides, given, strict=True) if name in own]
            values = [row.column(own[name]) for row, own in zip(sides, given, strict=True) if name in own]
            columns[name] = (self._new(), found[0][1])
            items.append(sql.named(sql.coalesce(*values), columns[name][0]))
        source = sql.table(left.name, "l")
        if one_side:
            items += [sides[0].hidden(name) for name in self.hidden]
            query = sql.select(items, source, joins=[joined])
            return self._add(query, columns, single=left.single, distinct=left.distinct)
        lists = sql.call("list_concat", *(_as_list(made, row) for made, row in zip((left, right), sides, strict=True)))
        items.append(sql.named(sql.call("list_sort", sql.call("list_distinct", lists)), "e"))
        items.append(sql.named(sql.call("greatest", *(row.hidden("t") for row in sides)), "t"))
        if self.runs is not None:
            items.append(sql.named(sql.coalesce(*(row.hidden("n") for row in sides)), "n"))
        return self._add(sql.select(items, source, joins=[joined]), columns, single=False, distinct=False)

    def _concat(self, node: Concat) -> Made:
        made = [self.relation(source) for source in node.sources]
        single = all(one.single for one in made)
        columns = {item.name: (self._new(), item.type) for item in node.columns}
        query: Node = None
        for one in made:
            evidence = column("e") if single else _as_list(one, one.row)
            items: list[Node | str] = [sql.named(evidence, "e"), *self.hidden[1:]]
            for item in node.columns:
                found = one.row.columns.get(item.name)
                value = cast(exp.Null(), item.type) if found is None else column(found[0])
                items.append(sql.named(value, columns[item.name][0]))
            select = sql.select(items, one.name)
            query = select if query is None else sql.both(query, select)
        return self._add(query, columns, single=single, distinct=one_row_per_event(node))

    def _explode(self, node: Explode) -> Made:
        made = self.relation(node.source)
        held, kind = made.row.columns[node.column]
        source, items = made.name, held
        if kind is Type.DYNAMIC:
            split = sql.call(self.calls.own(items_of, [kind], Type.TEXTS), column(held))
            parts = [*self._carried(made, False), *_names(made), sql.named(split, "items")]
            source, items = self._add(sql.select(parts, made.name), made.row.columns, made).name, "items"
        count = sql.coalesce(sql.call("len", column(items)), sql.number(0))
        values, places = column(items), sql.call("range", count)
        if node.keep_empty:
            none = exp.EQ(this=count.copy(), expression=sql.number(0))
            null = exp.Array(expressions=[exp.Null()])
            values = sql.either(none, null, values)
            places = sql.either(none.copy(), null.copy(), places)
        columns = dict(made.row.columns)
        columns[node.column] = (self._new(), kind.element or kind)
        others = [name for given, (name, _) in made.row.columns.items() if given not in (node.column, node.index)]
        found = [sql.named(sql.call("unnest", values), columns[node.column][0])]
        if node.index:
            columns[node.index] = (self._new(), Type.INTEGER)
            found.append(sql.named(sql.call("unnest", places), columns[node.index][0]))
        query = sql.select([*self.hidden, *others, *found], source)
        return self._add(query, columns, single=made.single, distinct=False)

    # What is a relation of its own, or is found by Python

    def _lookup(self, lookup: Lookup, row: Row) -> Node:
        made = self.relation(lookup.source)
        wanted = made.row.columns[lookup.column][0]
        order = [sql.ascending(column("o"))] if made.ordered else self.ties(made)
        if self.runs is None:
            return sql.subquery(sql.select([wanted], made.name, order=order, limit=1))
        place = sql.over(sql.call("row_number"), self.within, order)
        numbered = self._add(sql.select(["n", wanted, sql.named(place, "place")], made.name), made.row.columns, made)
        mine = exp.EQ(this=column("n", numbered.name), expression=row.hidden("n"))
        first = exp.EQ(this=column("place", numbered.name), expression=sql.number(1))
        value = sql.call("any_value", column(wanted, numbered.name))
        return sql.subquery(sql.select([value], numbered.name, where=sql.all_of([mine, first])))

    def _sequence(self, node: SequenceNode | Sample) -> Made:
        from simulator.engine.sequences import found_by  # here, because few plans have any

        steps = [*node.steps, *([node.until] if isinstance(node, SequenceNode) and node.until else [])]
        tables = []
        for step in steps:
            made = self.relation(step.source)
            run = column("n") if self.runs is not None else sql.number(0)
            items = [sql.named(_as_list(made, made.row), "e"), column("t"), sql.named(run, "n")]
            for place, value in enumerate(step.by):
                items.append(sql.named(self.values.value(value, made.row), f"k{place}"))
            tables.append(self.execute(self.query(sql.select(items, made.name)), self.parameters))
        columns = {name: (self._new(), kind) for name, kind in columns_of(node).items()}
        keys = [sql.named(cast(column(f"k{place}"), kind), name) for place, (name, kind) in enumerate(columns.values())]
        found = self.register(found_by(node, tables))
        return self._add(sql.select([*self.hidden, *keys], found), columns, single=False, distinct=False)


_JOINS: dict[JoinKind, dict[str, str]] = {
    JoinKind.INNER: {},
    JoinKind.LEFT: {"side": "LEFT"},
    JoinKind.RIGHT: {"side": "RIGHT"},
    JoinKind.FULL: {"side": "FULL", "kind": "OUTER"},
    JoinKind.SEMI: {"kind": "SEMI"},
    JoinKind.ANTI: {"kind": "ANTI"},
}


def gathered(made: Made, over_rows: Callable[[Node], Node]) -> Node:
    """The evidence of several rows: each event once, in order."""
    if made.single:
        inner = column("e") if made.distinct else exp.Distinct(expressions=[column("e")])
        together = over_rows(sql.call("list", inner))
    else:
        together = sql.call("flatten", over_rows(sql.call("list", column("e"))))
        if not made.distinct:
            together = sql.call("list_distinct", together)
    return sql.coalesce(sql.call("list_sort", together), _no_events())


def _as_list(made: Made, row: Row) -> Node:
    if not made.single:
        return sql.coalesce(row.hidden("e"), _no_events())
    one = exp.Array(expressions=[row.hidden("e")])
    return sql.either(sql.is_null(row.hidden("e")), _no_events(), one)


def _no_events() -> Node:
    return cast(exp.Array(expressions=[]), Type.INTEGERS)


def _names(made: Made) -> list[str]:
    return list(dict.fromkeys(name for name, _ in made.row.columns.values()))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
