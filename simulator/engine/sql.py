"""Row plans as one DuckDB query: each relation is a common table expression, built as sqlglot expressions.

Besides its columns (`c0`, `c1` …, unlike the plan's names, which may differ by case alone) every relation has hidden
ones: `e`, its evidence (one event's number, or a list of numbers in order), `t`, the time of its last event, under a
schedule `n`, the number of its run, and where rows are in an order that matters, `o`, their place. Events are numbered
by (time, id), so that lists of numbers compare as evidence does. Under a schedule every operator works within a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from sqlglot import exp

from simulator.engine.kinds import items_of, row_type
from simulator.engine.sql_functions import Calls
from simulator.engine.sql_measures import Frame, Measures
from simulator.engine.sql_values import Node, Row, Values, cast
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
from simulator.ir import (
    Sequence as SequenceNode,
)
from simulator.tables import Type


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
    execute: Callable[[exp.Query, dict[str, Any]], pa.Table]
    now: int
    """The time of the run, where there is no schedule."""
    runs: Runs | None = None
    values: Values = field(init=False)
    _parts: list[tuple[str, exp.Query]] = field(default_factory=list)
    _made: dict[int, Made] = field(default_factory=dict)
    _columns: int = 0
    _runs_table: str = ""
    _times: Node | None = None

    def __post_init__(self) -> None:
        self.values = Values(self.calls, self._now, self._lookup)
        if self.runs is not None:
            places = pa.array(range(self.runs.first, self.runs.last + 1), pa.int64())
            self._runs_table = self.register(pa.table({"n": places}))

    # What a query needs

    def query(self, select: exp.Select) -> exp.Query:
        """`select` with all relations that were made so far."""
        for name, part in self._parts:
            select = select.with_(name, part, copy=False)
        return select

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of all that was built so far."""
        return self.values.parameters

    def _now(self, row: Row) -> Node:
        if self.runs is None:
            return cast(exp.convert(self.now), Type.TIME)
        if self._times is None:
            self._times = cast(self.values.parameter(list(self.runs.times)), Type.INTEGERS)
        place = exp.Add(this=row.hidden("n"), expression=exp.convert(1))
        return exp.func("list_extract", self._times.copy(), place)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The hidden columns of every relation."""
        return ("e", "t") if self.runs is None else ("e", "t", "n")

    @property
    def within(self) -> list[Node]:
        """What every operator groups by besides its own keys."""
        return [] if self.runs is None else [exp.column("n")]

    def _new(self) -> str:
        self._columns += 1
        return f"c{self._columns - 1}"

    def _add(
        self,
        select: exp.Query,
        columns: Mapping[str, tuple[str, Type]],
        like: Made | None = None,
        **known: bool,
    ) -> Made:
        name = f"r{len(self._parts)}"
        self._parts.append((name, select))
        if like is not None:
            known = {"single": like.single, "distinct": like.distinct, "ordered": like.ordered} | known
        return Made(name, Row(columns), **known)

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
                return self._add(_all_of(made).where(self.values.predicate(where, made.row)), made.row.columns, made)
            case Extend(source, named):
                made = self.relation(source)
                kept = {name: found for name, found in made.row.columns.items() if name not in dict(named)}
                place = dict.fromkeys((*made.row.columns, *(name for name, _ in named)))
                return self._extended(made, kept, named, tuple(place))
            case Project(source, named):
                return self._extended(self.relation(source), {}, named, tuple(dict(named)))
            case Sort(source, order):
                made = self.relation(source)
                select = _some_of(made, self._carried(made, False), made.row.columns)
                number = over(exp.func("row_number"), self.within, self.order(order, made))
                return self._add(select.select(exp.alias_(number, "o")), made.row.columns, made, ordered=True)
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
        table = self.leaves[id(node)]
        columns = {column.name: (self._new(), column.type) for column in node.columns}
        select = exp.select("e", "t").from_(table)
        if self.runs is not None:
            first = exp.func("greatest", exp.column("lo"), exp.convert(self.runs.first))
            last = exp.func("least", exp.column("hi"), exp.convert(self.runs.last))
            after = exp.Add(this=last, expression=exp.convert(1))
            spread = exp.func("unnest", exp.Anonymous(this="range", expressions=[first, after]))
            select = select.select(exp.alias_(spread, "n"))
        for column in node.columns:
            name = f"{column.type.value}:{column.name}"
            select = select.select(exp.alias_(exp.column(name, quoted=True), columns[column.name][0]), copy=False)
        return self._add(select, columns, single=True, distinct=True)

    def _rows(self, node: Rows) -> Made:
        columns = {column.name: (self._new(), column.type) for column in node.columns}
        arrays = [
            pa.array([_plain(row[place]) for row in node.rows], row_type(column.type))
            for place, column in enumerate(node.columns)
        ]
        count = len(node.rows)
        table = self.register(
            pa.table(
                [pa.array([[]] * count, pa.list_(pa.int64())), pa.nulls(count, pa.int64()), *arrays],
                ["e", "t", *(name for name, _ in columns.values())],
            )
        )
        select = exp.select("e", "t").from_(table)
        if self.runs is not None:
            select = select.select("n").join(self._runs_table, join_type="cross")
        return self._add(select.select(*(name for name, _ in columns.values())), columns, single=False, distinct=False)

    def _carried(self, made: Made, ordered: bool = True) -> list[str]:
        return [*self.hidden, *(["o"] if made.ordered and ordered else [])]

    def _extended(
        self, made: Made, kept: dict[str, tuple[str, Type]], named: Iterable[Named], place: Sequence[str]
    ) -> Made:
        columns = dict(kept)
        kinds = made.row.kinds
        select = exp.select(*self._carried(made), *(column for column, _ in kept.values())).from_(made.name)
        for name, value in dict(named).items():
            if isinstance(value, Field) and value.name in made.row.columns and not kept:
                columns[name] = made.row.columns[value.name]  # only renamed
                if columns[name][0] in {column for other, (column, _) in columns.items() if other != name}:
                    columns[name] = (self._new(), kinds[value.name])
                else:
                    select = select.select(columns[name][0], copy=False)
                    continue
            else:
                columns[name] = (self._new(), kind_of(value, kinds))
            select = select.select(exp.alias_(self.values.value(value, made.row), columns[name][0]), copy=False)
        return self._add(select, {name: columns[name] for name in place}, made)

    # Order and evidence

    def order(self, keys: Sequence[Key], made: Made) -> list[Node]:
        """An order by `keys`, then by time, evidence and values."""
        found = [
            exp.Ordered(this=self.values.value(key.value, made.row), desc=key.descending, nulls_first=key.nulls_first)
            for key in keys
        ]
        return found + self.ties(made)

    def ties(self, made: Made) -> list[Node]:
        """Time and evidence, and where they do not settle it, all columns."""
        rest = [exp.Ordered(this=made.row.hidden("t"), desc=False, nulls_first=True)]
        names = ["e"] if made.distinct else ["e", *(name for name, _ in made.row.columns.values())]
        return rest + [exp.Ordered(this=made.row.hidden(name), desc=False, nulls_first=False) for name in names]

    def keys(self, values: Sequence[Value], made: Made) -> list[Node]:
        """What rows are grouped by: the run and `values`."""
        return self.within + [self.values.value(value, made.row) for value in values]

    # Operators over several rows

    def _limit(self, node: Limit) -> Made:
        made = self.relation(node.source)
        if not node.order and made.ordered:
            order: list[Node] = [exp.Ordered(this=exp.column("o"), desc=False, nulls_first=False)]
        else:
            order = self.order(node.order, made)
        place = over(exp.func("row_number"), self.keys(node.by, made), order)
        select = _some_of(made, self._carried(made, False), made.row.columns)
        overall = over(exp.func("row_number"), self.within, [part.copy() for part in order])
        select = select.select(exp.alias_(place, "place"), exp.alias_(overall, "o"))
        numbered = self._add(select, made.row.columns, made, ordered=True)
        kept = exp.LTE(this=exp.column("place"), expression=exp.convert(node.count))
        return self._add(
            _some_of(numbered, self._carried(numbered), made.row.columns).where(kept), made.row.columns, numbered
        )

    def _aggregate(self, node: Aggregate) -> Made:
        made = self.relation(node.source)
        kinds = made.row.kinds
        groups = {name: (self._new(), kind_of(value, kinds)) for name, value in node.by}
        select = exp.select(*self.within)
        for name, value in node.by:
            select = select.select(exp.alias_(self.values.value(value, made.row), groups[name][0]), copy=False)
        measures = Measures(self.values, made.row, self.calls)
        columns = dict(groups)
        found: list[Node] = [
            exp.alias_(gathered(made, lambda one: one), "e"),
            exp.alias_(exp.Max(this=exp.column("t")), "t"),
        ]
        for measure in node.measures:
            columns[measure.name] = (self._new(), measure.kind)
            order = self.order(measure.order, made)
            found.append(exp.alias_(measures.measure(measure, order, None), columns[measure.name][0]))
        select = select.select(*found, copy=False).from_(made.name)
        places = len(self.within) + len(node.by)
        if places:
            select = select.group_by(*(exp.convert(place + 1) for place in range(places)), copy=False)
        elif not node.always:
            some = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.convert(0))
            select = select.having(some)
        query: exp.Query = select
        if node.always and not node.by and self.runs is not None:
            query = self._in_every_run(made, found, select)
        return self._add(query, columns, single=False, distinct=bool(node.by) and made.distinct)

    def _in_every_run(self, made: Made, found: list[Node], select: exp.Select) -> exp.Query:
        """Rows of an Aggregate, and for runs without any, what it says of no rows."""
        nothing = exp.select(*(item.copy() for item in found)).from_(made.name).where(exp.false())
        names = [item.alias for item in found]
        others = (
            exp.select(exp.column("n", "u"), *(exp.column(name, "z") for name in names))
            .from_(exp.to_table(self._runs_table).as_("u"))
            .join(nothing.subquery("z"), join_type="cross")
            .where(exp.column("n", "u").isin(query=exp.select("n").from_(made.name)).not_())
        )
        return exp.union(select, others, distinct=False)

    def _window(self, node: Window) -> Made:
        made = self.relation(node.source)
        order = self.order(node.order, made)
        frame = Frame(self.keys(node.by, made), order, node.preceding, node.following)
        measures = Measures(self.values, made.row, self.calls)
        columns = dict(made.row.columns)
        added: list[Node] = []
        for measure in node.measures:
            columns[measure.name] = (self._new(), measure.kind)
            value = measures.measure(measure, self.order(measure.order, made), frame)
            added.append(exp.alias_(value, columns[measure.name][0]))
        if measures.ranks:
            ranked = _some_of(made, self._carried(made, False), made.row.columns)
            ranked = ranked.select(*(exp.alias_(rank, name) for name, rank in measures.ranks.items()))
            made = self._add(ranked, made.row.columns, made, ordered=False)
        names = {measure.name for measure in node.measures}
        hidden = [name for name in self.hidden if not (node.gather and name in "et")]
        kept = [column for name, (column, _) in made.row.columns.items() if name not in names]
        select = exp.select(*hidden, *kept, *added).from_(made.name)
        if node.gather:
            evidence, time = gathered(made, frame.over), frame.over(exp.Max(this=exp.column("t")))
            select = select.select(exp.alias_(evidence, "e"), exp.alias_(time, "t"), copy=False)
        if node.gather:
            return self._add(select, columns, single=False, distinct=False)
        return self._add(select, columns, made, ordered=False)

    def _join(self, node: Join) -> Made:
        left, right = self.relation(node.left_source), self.relation(node.right_source)
        ours, theirs = Row(left.row.columns, "l"), Row(right.row.columns, "r")
        equal = exp.NullSafeEQ if node.nulls_equal else exp.EQ
        conditions: list[Node] = [
            equal(this=self.values.value(a, ours), expression=self.values.value(b, theirs)) for a, b in node.on
        ]
        if self.runs is not None:
            conditions.insert(0, exp.EQ(this=ours.hidden("n"), expression=theirs.hidden("n")))
        kind = {JoinKind.INNER: "", JoinKind.FULL: "full outer"}.get(node.kind, node.kind.value)
        on = exp.and_(*conditions) if conditions else exp.true()
        one_side = node.kind in (JoinKind.SEMI, JoinKind.ANTI)
        columns: dict[str, tuple[str, Type]] = {}
        select = exp.select().from_(exp.to_table(left.name).as_("l"))
        select = select.join(exp.to_table(right.name).as_("r"), on=on, join_type=kind)
        given = dict(node.left), {} if one_side else dict(node.right)
        for name in dict.fromkeys((*given[0], *given[1])):
            sides = [
                row.columns[names[name]] for row, names in zip((ours, theirs), given, strict=True) if name in names
            ]
            values = [
                row.column(names[name]) for row, names in zip((ours, theirs), given, strict=True) if name in names
            ]
            columns[name] = (self._new(), sides[0][1])
            value = exp.Coalesce(this=values[0], expressions=values[1:]) if values[1:] else values[0]
            select = select.select(exp.alias_(value, columns[name][0]), copy=False)
        if one_side:
            select = select.select(*(ours.hidden(name) for name in self.hidden), copy=False)
            return self._add(select, columns, single=left.single, distinct=left.distinct)
        both = [_as_list(made, row) for made, row in ((left, ours), (right, theirs))]
        evidence = exp.func("list_sort", exp.func("list_distinct", exp.Anonymous(this="list_concat", expressions=both)))
        select = select.select(
            exp.alias_(evidence, "e"), exp.alias_(exp.func("greatest", ours.hidden("t"), theirs.hidden("t")), "t")
        )
        if self.runs is not None:
            run = exp.Coalesce(this=ours.hidden("n"), expressions=[theirs.hidden("n")])
            select = select.select(exp.alias_(run, "n"))
        return self._add(select, columns, single=False, distinct=False)

    def _concat(self, node: Concat) -> Made:
        made = [self.relation(source) for source in node.sources]
        single = all(one.single for one in made)
        columns = {column.name: (self._new(), column.type) for column in node.columns}
        selects = []
        for one in made:
            evidence = exp.column("e") if single else _as_list(one, one.row)
            select = exp.select(exp.alias_(evidence, "e"), *self.hidden[1:]).from_(one.name)
            for column in node.columns:
                found = one.row.columns.get(column.name)
                value = cast(exp.null(), column.type) if found is None else exp.column(found[0])
                select = select.select(exp.alias_(value, columns[column.name][0]), copy=False)
            selects.append(select)
        query: exp.Query = selects[0]
        for select in selects[1:]:
            query = exp.union(query, select, distinct=False)
        return self._add(query, columns, single=single, distinct=False)

    def _explode(self, node: Explode) -> Made:
        made = self.relation(node.source)
        held, kind = made.row.columns[node.column]
        items: Node = exp.column(held)
        if kind is Type.DYNAMIC:
            items = exp.func(self.calls.own(items_of, [kind], Type.TEXTS), items)
            source = self._add(
                _some_of(made, self._carried(made, False), made.row.columns).select(exp.alias_(items, "items")),
                made.row.columns,
                made,
            )
            items = exp.column("items")
        else:
            source = made
        count = exp.Coalesce(this=exp.func("len", items), expressions=[exp.convert(0)])
        places: Node = exp.Anonymous(this="range", expressions=[count])
        if node.keep_empty:
            none = exp.EQ(this=count.copy(), expression=exp.convert(0))
            null = exp.Array(expressions=[exp.null()])
            items = exp.Case().when(none, null).else_(items.copy())
            places = exp.Case().when(none.copy(), null.copy()).else_(places)
        columns = dict(made.row.columns)
        columns[node.column] = (self._new(), kind.element or kind)
        others = [column for name, (column, _) in made.row.columns.items() if name not in (node.column, node.index)]
        select = exp.select(*self.hidden, *others).from_(source.name)
        select = select.select(exp.alias_(exp.func("unnest", items), columns[node.column][0]))
        if node.index:
            columns[node.index] = (self._new(), Type.INTEGER)
            select = select.select(exp.alias_(exp.func("unnest", places), columns[node.index][0]))
        return self._add(select, columns, single=made.single, distinct=False)

    # Values that are relations of their own

    def _lookup(self, lookup: Lookup, row: Row) -> Node:
        made = self.relation(lookup.source)
        column = made.row.columns[lookup.column][0]
        if made.ordered:
            order: list[Node] = [exp.Ordered(this=exp.column("o"), desc=False, nulls_first=False)]
        else:
            order = self.ties(made)
        if self.runs is None:
            found = exp.select(column).from_(made.name).order_by(*order).limit(1)
            return found.subquery()
        first = over(exp.func("row_number"), self.within, order)
        numbered = self._add(
            exp.select("n", column, exp.alias_(first, "place")).from_(made.name), made.row.columns, made
        )
        mine = exp.EQ(this=exp.column("n", numbered.name), expression=row.hidden("n"))
        top = exp.EQ(this=exp.column("place", numbered.name), expression=exp.convert(1))
        value = exp.func("any_value", exp.column(column, numbered.name))
        return exp.select(value).from_(numbered.name).where(mine, top).subquery()

    def _sequence(self, node: SequenceNode | Sample) -> Made:
        from simulator.engine.sequences import found_by  # here, because few plans have any

        steps = [*node.steps, *([node.until] if isinstance(node, SequenceNode) and node.until else [])]
        tables = []
        for step in steps:
            made = self.relation(step.source)
            evidence = _as_list(made, made.row)
            run = exp.column("n") if self.runs is not None else exp.convert(0)
            select = exp.select(exp.alias_(evidence, "e"), "t", exp.alias_(run, "n")).from_(made.name)
            for place, value in enumerate(step.by):
                select = select.select(exp.alias_(self.values.value(value, made.row), f"k{place}"), copy=False)
            tables.append(self.execute(self.query(select), self.parameters))
        table = self.register(found_by(node, tables))
        columns = {name: (self._new(), kind) for name, kind in columns_of(node).items()}
        select = exp.select(*self.hidden).from_(table)
        for place, (name, kind) in enumerate(columns.values()):
            select = select.select(exp.alias_(cast(exp.column(f"k{place}"), kind), name), copy=False)
        return self._add(select, columns, single=False, distinct=False)


def over(function: Node, by: Sequence[Node], order: Sequence[Node]) -> Node:
    """`function` as a window function over all rows that are equal by `by`, in `order`."""
    return exp.Window(this=function, partition_by=list(by), order=exp.Order(expressions=list(order)))


def gathered(made: Made, over_rows: Callable[[Node], Node]) -> Node:
    """The evidence of several rows: each event once, in order."""
    column = exp.column("e")
    if made.single:
        inner: Node = column if made.distinct else exp.Distinct(expressions=[column])
        together = over_rows(exp.Anonymous(this="list", expressions=[inner]))
    else:
        together = exp.func("flatten", over_rows(exp.Anonymous(this="list", expressions=[column])))
        if not made.distinct:
            together = exp.func("list_distinct", together)
    together = exp.func("list_sort", together)
    return exp.Coalesce(this=together, expressions=[_no_events()])


def _as_list(made: Made, row: Row) -> Node:
    column = row.hidden("e")
    if not made.single:
        return exp.Coalesce(this=column, expressions=[_no_events()])
    one = exp.Array(expressions=[column.copy()])
    return exp.Case().when(column.is_(exp.null()), _no_events()).else_(one)


def _no_events() -> Node:
    return cast(exp.Array(expressions=[]), Type.INTEGERS)


def _all_of(made: Made) -> exp.Select:
    return exp.select("*").from_(made.name)


def _some_of(made: Made, hidden: Sequence[str], columns: Mapping[str, tuple[str, Type]]) -> exp.Select:
    return exp.select(*hidden, *(column for column, _ in columns.values())).from_(made.name)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
