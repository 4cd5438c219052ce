"""Correlations over the few rows that the sieve lets through.

A correlation's leaves are the branches, at any depth, whose source is not itself a correlation. `leaves(node)` lists
them, each with its path (branch indexes from the outermost correlation inwards, e.g. `(1, 0)` is the first branch of
the correlation that is the second branch), its relation, and the columns it must bring.

`run_tail(rule, node, candidates)` takes, by path, one table of candidate rows per leaf (absent or empty: no rows):

    _event_id int64, _time timestamp[us, UTC], _host, _user, _table text, `_file` text and `_record` int64 where the
    source has them, and the leaf's columns as text (`text.joined_text` of the value; null: missing).

It gives one row per firing, ordered by (time, events): `events list<int64>` ascending in (time, event id), `time`,
`host`, `user`, `table` of the last of them, and `files`, `records` parallel to `events` (null where there are none).

DuckDB makes distinct rows, numbers groups and values, drops groups that can never fire, sorts, and at the end gathers
the evidence. Between them stands one loop in Python: a firing uses up its rows, so where the next window begins depends
on where the last one fired, which SQL's windows cannot say. The loop moves a window over integers and asks a meter
(`meters`) whether the condition holds. The queries are sqlglot expressions, so that other dialects can follow; no text
of a rule or an event ever becomes part of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import isfinite
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from simulator.engine.capability import require
from simulator.engine.meters import Member, can_be_undone, meter_of
from simulator.engine.text import read_number
from simulator.errors import SparringError
from simulator.ir import Branch, Correlate, CorrelationKind, Op, Relation, Rule

Path = tuple[int, ...]
Column = Any
"""A pa.Array or pa.ChunkedArray of any type; the stubs have no word for it."""

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "1GB",
    "threads": 1,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
LOCKS = ("SET enable_external_access = false", "SET lock_configuration = true")
"""DuckDB sees neither files nor the network, nor writes to disk when memory is short."""

FIRINGS = pa.schema(
    {
        "events": pa.list_(pa.int64()),
        "time": pa.timestamp("us", tz="UTC"),
        "host": pa.string(),
        "user": pa.string(),
        "table": pa.string(),
        "files": pa.list_(pa.string()),
        "records": pa.list_(pa.int64()),
    }
)
"""The columns of what `run_tail` gives."""


class TailError(SparringError):
    """A correlation could not be computed, e.g. because it needs more memory than it may have."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A branch whose rows the sieve finds: where in the correlation, what it selects, which columns it must bring."""

    path: Path
    source: Relation
    columns: frozenset[str]


def leaves(node: Correlate, path: Path = ()) -> Iterator[Leaf]:
    """All leaves of a correlation, depth first."""
    for index, branch in enumerate(node.branches):
        here = (*path, index)
        if isinstance(branch.source, Correlate):
            yield from leaves(branch.source, here)
        else:
            yield Leaf(here, branch.source, frozenset((*branch.by, *branch.fields)))


def run_tail(rule: Rule, node: Correlate, candidates: Mapping[Path, pa.Table]) -> pa.Table:
    """The firings of `node` over `candidates`; see the module's docstring. Raises UnsupportedRule and InvalidRule (see
    `capability.require`), and TailError. Without candidates there are no windows, hence no firings."""
    require(replace(rule, plan=node))
    if not any(table.num_rows for table in candidates.values()):
        return FIRINGS.empty_table()
    try:
        with closing(duckdb.connect(":memory:", config=SETTINGS)) as database:
            for lock in LOCKS:
                database.execute(lock)
            database.register("event", _events(list(candidates.values())))
            firings = _fire(database, node, candidates, ())
    except duckdb.Error as error:
        raise TailError(f"rule {rule.id}: the correlation failed: {error}") from error
    return firings.select(FIRINGS.names).cast(FIRINGS)


_EVENT: dict[str, pa.DataType] = {
    "_event_id": pa.int64(),
    "_time": pa.timestamp("us", tz="UTC"),
    "_host": pa.string(),
    "_user": pa.string(),
    "_table": pa.string(),
    "_file": pa.string(),
    "_record": pa.int64(),
}


def _events(tables: Sequence[pa.Table]) -> pa.Table:
    """What is known of each event whatever the rule, as `id, time, host, user, table, file, record`; some twice."""
    columns = {name.removeprefix("_event").removeprefix("_"): (name, kind) for name, kind in _EVENT.items()}
    schema = pa.schema({short: kind for short, (_, kind) in columns.items()})
    return pa.concat_tables(
        [schema.empty_table()]
        + [pa.table([_column(table, name, kind) for name, kind in columns.values()], schema=schema) for table in tables]
    )


def _column(table: pa.Table, name: str, kind: Any) -> Column:
    return table[name].cast(kind) if name in table.column_names else pa.nulls(table.num_rows, kind)


def _fire(
    database: duckdb.DuckDBPyConnection, node: Correlate, candidates: Mapping[Path, pa.Table], path: Path
) -> pa.Table:
    """The firings of a correlation: FIRINGS, and the group's values `g0`, `g1` …."""
    values = _value_names(node)
    parts = []
    for index, branch in enumerate(node.branches):
        here = (*path, index)
        if isinstance(branch.source, Correlate):
            inner = branch.source
            firings = _fire(database, inner, candidates, here)
            named = {name: f"g{place}" for place, name in enumerate(inner.by)}
            parts.append(_members(branch, index, firings, named, firings["time"], firings["events"], len(values)))
        elif (table := candidates.get(here)) is not None and table.num_rows:
            ids = table["_event_id"].combine_chunks().cast(pa.int64())
            single = pa.ListArray.from_arrays(pa.array(range(len(ids) + 1), pa.int32()), ids)
            named = {name: name for name in table.column_names}
            parts.append(_members(branch, index, table, named, table["_time"], single, len(values)))
    groups = [f"g{place}" for place in range(len(node.by))]
    schema = pa.schema(
        [("mask", pa.int64()), ("time", pa.int64()), ("events", pa.list_(pa.int64()))]
        + [(name, pa.string()) for name in (*groups, *values)]
    )
    members = pa.concat_tables([schema.empty_table(), *(part.cast(schema) for part in parts)])
    numbers: list[Fraction] = []
    if node.kind in _NUMERIC:
        codes, numbers = _number_codes(members["v0"])
        members = members.set_column(members.schema.get_field_index("v0"), "v0", codes)
    rows = _query(database, _prepared(node, groups, values), member=members)
    firing = _firing_numbers(node, rows, numbers)
    return _query(database, _gathered(groups), member=rows.append_column("firing", pa.array(firing, pa.int64())))


_NUMERIC = {
    CorrelationKind.VALUE_SUM,
    CorrelationKind.VALUE_AVG,
    CorrelationKind.VALUE_MEDIAN,
    CorrelationKind.VALUE_PERCENTILE,
}


def _value_names(node: Correlate) -> list[str]:
    if node.kind in _NUMERIC:
        return ["v0"]
    if node.kind is CorrelationKind.VALUE_COUNT:
        return [f"v{place}" for place in range(max(len(branch.fields) for branch in node.branches))]
    return []


def _members(
    branch: Branch,
    index: int,
    table: pa.Table,
    named: Mapping[str, str],
    time: Column,
    events: Column,
    values: int,
) -> pa.Table:
    """A branch's rows under the names that the queries use; what the branch does not have is null."""

    def text(name: str) -> Column:
        return _column(table, named.get(name, ""), pa.string())

    columns: dict[str, Column] = {
        "mask": pa.array(np.full(table.num_rows, 1 << index, dtype=np.int64)),
        "time": time.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64()),
        "events": events,
    }
    columns |= {f"g{place}": text(name) for place, name in enumerate(branch.by)}
    columns |= {f"v{place}": text(name) for place, name in enumerate(branch.fields[:values])}
    return pa.table(columns)


def _number_codes(texts: Column) -> tuple[Column, list[Fraction]]:
    """For each text the place of its number among all distinct numbers in order (null: no finite number), and these."""
    distinct = pc.unique(texts)
    read = [read_number(text) for text in distinct.to_pylist()]
    exact = [Fraction(number) if number is not None and isfinite(number) else None for number in read]
    numbers = sorted({number for number in exact if number is not None})
    places = {number: place for place, number in enumerate(numbers)}
    codes = pa.array([None if number is None else places[number] for number in exact], pa.int64())
    place: Any = pc.index_in(texts, distinct)
    return pc.take(codes, place), numbers


def _query(database: duckdb.DuckDBPyConnection, query: exp.Expr, **tables: pa.Table) -> pa.Table:
    for name, table in tables.items():
        database.register(name, table)
    found: pa.Table = database.sql(query.sql("duckdb")).to_arrow_table()
    return found


def _prepared(node: Correlate, groups: list[str], values: list[str]) -> exp.Expr:
    """From rows as the branches give them (`member`) to `grp, v, time, mask, events, g…` in the order of the windows.

    Rows that lack something go; a row that several branches give becomes one with all their bits; a group goes in which
    no stretch of one span has as many rows as a threshold wants, or not every branch that is wanted has rows.
    """
    column = exp.column
    keys = [*groups, *values, "time", "events"]
    complete = exp.and_(*(column(name).is_(exp.null()).not_() for name in keys))
    distinct = (
        exp.select(*keys, exp.alias_(exp.func("bit_or", column("mask")), "mask"))
        .from_("member")
        .where(complete)
        .group_by(*keys)
    )
    stretch = exp.Window(
        this=exp.Count(this=exp.Star()),
        partition_by=[column(name) for name in groups],
        order=exp.Order(expressions=[exp.Ordered(this=column("time"))]),
        spec=exp.WindowSpec(
            kind="RANGE",
            start=exp.Literal.number(min(node.span, 1 << 60)),
            start_side="PRECEDING",
            end="CURRENT ROW",
        ),
    )
    numbered = exp.select(
        *groups,
        "time",
        "events",
        "mask",
        exp.alias_(_rank(groups), "grp"),
        exp.alias_(column("v0") if node.kind in _NUMERIC else _rank(values), "v"),
        exp.alias_(stretch, "near"),
    ).from_(distinct.subquery("r"))
    most = exp.Window(this=exp.Max(this=column("near")), partition_by=[column("grp")])
    met = exp.Window(this=exp.func("bit_or", column("mask")), partition_by=[column("grp")])
    possible: list[exp.Expr] = [exp.GTE(this=most, expression=exp.convert(_rows_needed(node)))]
    if node.kind in _TEMPORAL and node.requires is None and not node.thresholds:
        possible.append(exp.EQ(this=met, expression=exp.convert((1 << len(node.branches)) - 1)))
    judged = exp.select("*", exp.alias_(exp.and_(*possible), "possible")).from_(numbered.subquery("n"))
    return (
        exp.select("grp", "v", "time", "mask", "events", *groups)
        .from_(judged.subquery("j"))
        .where(column("possible"))
        .order_by("grp", "time", "events", "v")
    )


_TEMPORAL = {CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED}


def _rank(names: list[str]) -> exp.Expr:
    """Numbers that are equal where all of `names` are, and in their order."""
    if not names:
        return exp.Literal.number(0)
    order = exp.Order(expressions=[exp.Ordered(this=exp.column(name)) for name in names])
    return exp.Window(this=exp.func("dense_rank"), order=order)


def _rows_needed(node: Correlate) -> int:
    """How many rows a window must have at least for the condition to hold."""
    if node.kind not in (CorrelationKind.EVENT_COUNT, CorrelationKind.VALUE_COUNT):
        return 1
    lower = [limit.value for limit in node.thresholds if limit.op in (Op.GE, Op.GT, Op.EQ)]
    return int(min(max(lower, default=1), 1 << 60))


def _firing_numbers(node: Correlate, rows: pa.Table, numbers: list[Fraction]) -> list[int | None]:
    """For each row the number of the firing that it is evidence of."""
    group, value, time, mask = (rows[name].to_numpy() for name in ("grp", "v", "time", "mask"))
    result: list[int | None] = [None] * len(group)
    edges = [0, *(np.flatnonzero(np.diff(group)) + 1).tolist(), len(group)] if len(group) else []
    members = [
        Member(position, *row)
        for position, row in enumerate(zip(time.tolist(), value.tolist(), mask.tolist(), strict=True))
    ]
    windows = _whole_windows if can_be_undone(node) else _earliest_windows
    found = 0
    for begin, end in pairwise(edges):
        for first, after in windows(node, members[begin:end], numbers):
            result[begin + first : begin + after] = [found] * (after - first)
            found += 1
    return result


def _earliest_windows(node: Correlate, members: list[Member], numbers: list[Fraction]) -> Iterator[tuple[int, int]]:
    """The windows of one group that fire, as (first, after last): each ends where the condition first holds."""
    empty = meter_of(node, numbers)
    meter, first = empty(), 0
    for index, member in enumerate(members):
        meter.add(member)
        while members[first].time < member.time - node.span:
            meter.remove(members[first])
            first += 1
        if meter.holds():
            yield first, index + 1
            meter, first = empty(), index + 1


def _whole_windows(node: Correlate, members: list[Member], numbers: list[Fraction]) -> Iterator[tuple[int, int]]:
    """The windows of one group that fire: each is begun by a row, judged when complete, and followed by the next."""
    empty = meter_of(node, numbers)
    first = 0
    while first < len(members):
        meter, after = empty(), first
        while after < len(members) and members[after].time <= members[first].time + node.span:
            meter.add(members[after])
            after += 1
        if meter.holds():
            yield first, after
        first = after


def _gathered(groups: list[str]) -> exp.Expr:
    """From rows with the number of their firing to firings with all their evidence, in order of (time, events)."""
    column = exp.column
    known = exp.select("*").distinct(column("id")).from_("event")
    evidence = (
        exp.select("firing", exp.alias_(exp.func("unnest", column("events")), "id"), *groups)
        .distinct()
        .from_("member")
        .where(column("firing").is_(exp.null()).not_())
    )

    def in_order(name: str) -> exp.Expr:
        order = [exp.Ordered(this=column(key, "e")) for key in ("time", "id")]
        return exp.ArrayAgg(this=exp.Order(this=column(name, "e"), expressions=order))

    def last(name: str) -> exp.Expr:
        return exp.alias_(exp.func("list_extract", in_order(name), exp.Literal.number(-1)), name, quoted=True)

    def unless_none(name: str) -> exp.Expr:
        some = exp.GT(this=exp.Count(this=column(name, "e")), expression=exp.Literal.number(0))
        return exp.alias_(exp.Case().when(some, in_order(name)), f"{name}s")

    return (
        exp.select(
            exp.alias_(in_order("id"), "events"),
            *(last(name) for name in ("time", "host", "user", "table")),
            *(unless_none(name) for name in ("file", "record")),
            *(exp.alias_(exp.func("any_value", column(name, "m")), name) for name in groups),
        )
        .from_(evidence.subquery("m"))
        .join(known.subquery("e"), on=exp.EQ(this=column("id", "m"), expression=column("id", "e")))
        .group_by(column("firing", "m"))
        .order_by("time", "events")
    )
