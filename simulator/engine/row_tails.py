"""Rows of plans: the candidates that the sieve found, then one DuckDB query for each rule (and piece of its schedule).

`Tails` runs the tails of all rules of a run over one connection; `rows` gives whoever asks the rows of one plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.engine import sql_nodes as sql
from simulator.engine.alerts import ALERT_SCHEMA
from simulator.engine.columns import Bools, Ints, positions
from simulator.engine.kinds import row_type
from simulator.engine.prune import gives_without
from simulator.engine.repetitions import first_of_their_kind
from simulator.engine.row_plans import Leaf, RowPlan
from simulator.engine.schedules import Timeline, kept, pieces, runs_to_look_at, timeline
from simulator.engine.sql import Builder, Runs
from simulator.engine.sql_functions import Calls
from simulator.engine.tails import LOCKS, SETTINGS, TailError
from simulator.engine.text import compares
from simulator.ir import Relation, Rule, columns_of, reads_clock

NOWHERE = -(1 << 62)
"""The time of events that have none, among times as integers."""
EVENT_COLUMNS = ("_event_id", "_time", "_host", "_user", "_table", "_file", "_record")


@dataclass(frozen=True, slots=True)
class Candidates:
    """All events that any leaf of any rule selected, in order of (time, id), and each leaf's rows: `e`, the event's
    place among them, `t`, its time (null if none), and the leaf's columns, named by kind and name."""

    events: pa.Table
    tables: Mapping[int, pa.Table]
    first: int | None
    last: int | None
    """The times of the first and the last event that was read at all; None where there is no event."""
    now: int
    """The time of a run without a schedule."""


def gather(
    found: Mapping[int, Sequence[pa.Table]], first: int | None, last: int | None, now: int | None = None
) -> Candidates:
    """Candidates from what the parts of a source gave for each leaf (number -> tables)."""
    now = (last or 0) + 1 if now is None else now
    tables = {number: pa.concat_tables(pieces).combine_chunks() for number, pieces in found.items() if pieces}
    known = [table.select(EVENT_COLUMNS) for table in tables.values()]
    if not known:
        return Candidates(pa.table({}), {}, first, last, now)
    every = pa.concat_tables(known).combine_chunks()
    ids = every["_event_id"].to_numpy()
    moments: Any = every["_time"].cast(pa.int64())
    times = moments.fill_null(NOWHERE).to_numpy()
    _, places, numbers = np.unique(ids, return_index=True, return_inverse=True)
    order = np.lexsort((ids[places], times[places]))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    events = every.take(positions(places[order]))
    of_rows = rank[numbers]
    ready: dict[int, pa.Table] = {}
    begin = 0
    for number, table in tables.items():
        end = begin + table.num_rows
        columns: dict[str, Any] = {
            "e": pa.array(of_rows[begin:end], pa.int64()),
            "t": table["_time"].cast(pa.int64()),
        }
        columns |= {name: table[name] for name in table.column_names if name not in EVENT_COLUMNS}
        ready[number] = pa.table(columns)
        begin = end
    return Candidates(events, ready, first, last, now)


class Database:
    """One DuckDB connection without access to anything, and what it knows."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._made = 0

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, made when first needed: most runs of most rules have no candidates."""
        connection = duckdb.connect(":memory:", config=SETTINGS)
        for lock in LOCKS:
            connection.execute(lock)
        return connection

    @cached_property
    def calls(self) -> Calls:
        """The Python functions that the connection knows."""
        return Calls(self.connection)

    def close(self) -> None:
        """Ends the connection."""
        if "connection" in self.__dict__:
            self.connection.close()

    def register(self, table: pa.Table) -> str:
        """Makes a table known under a new name, until `forget`."""
        self._made += 1
        name = f"t{self._made}"
        self.connection.register(name, table)
        self._names.append(name)
        return name

    def forget(self) -> None:
        """Forgets all tables."""
        for name in self._names:
            self.connection.unregister(name)
        self._names.clear()

    def execute(self, query: Any, parameters: dict[str, Any]) -> pa.Table:
        """The result of a query."""
        text = query.sql("duckdb", comments=False, copy=False)
        used = {name: value for name, value in parameters.items() if f"${name}" in text}
        found: pa.Table = self.connection.sql(text, params=used or None).to_arrow_table()
        return found


@dataclass(slots=True)
class Tails:
    """Runs the tails of many rules over the candidates of one run."""

    candidates: Candidates
    database: Database

    def alerts(self, rule: Rule, plan: RowPlan, targets: Mapping[int, int]) -> pa.Table | None:
        """The alerts of `rule`, as in ALERT_SCHEMA without what the rule says of itself; None if there are none.
        `targets` says for each leaf (by its number) which of the candidates are its own. Raises TailError."""
        try:
            return self._alerts(rule, plan, targets)
        except duckdb.Error as error:
            raise TailError(f"rule {rule.id}: {_said(error)}") from error
        finally:
            self.database.forget()

    def _alerts(self, rule: Rule, plan: RowPlan, targets: Mapping[int, int]) -> pa.Table | None:
        found = self._evidence(rule, plan, targets)
        if not found:
            return None
        evidence = [numbers for _, _, numbers in found]
        times = pa.array([time for time, _, _ in found], pa.timestamp("us", tz="UTC"))
        return alerts_of(self.candidates.events, evidence, times, keep_times=rule.schedule is not None)

    def _evidence(self, rule: Rule, plan: RowPlan, targets: Mapping[int, int]) -> list[tuple[int | None, int, Any]]:
        """Of each alert the time, the run and the evidence, in order."""
        line = None
        if rule.schedule is not None:
            if self.candidates.first is None or self.candidates.last is None:
                return []
            line = timeline(rule.schedule, self.candidates.first, self.candidates.last)
        leaves = self.leaves(plan, targets, line)
        filled = frozenset(number for number, (table, _, _) in leaves.items() if table.num_rows)
        empty = gives_without(plan.plan, frozenset())
        if not gives_without(plan.plan, filled):
            return []
        if line is None:
            found = self.query(plan.plan, {number: table for number, (table, _, _) in leaves.items()}, None)
            return _alerts_in(found, self.candidates.now, None, ())
        runs, counts = runs_to_look_at(
            line,
            [lows for _, lows, _ in leaves.values()],
            [highs for _, _, highs in leaves.values()],
            empty=empty,
            alike=not reads_clock(plan.plan),
        )
        times = line.time(runs)
        tables = {}
        for number, (table, lows, highs) in leaves.items():
            first, last = np.searchsorted(runs, lows), np.searchsorted(runs, highs, side="right") - 1
            tables[number] = table.append_column("lo", pa.array(first)).append_column("hi", pa.array(last))
        results = [
            table
            for first, last in pieces(counts)
            for table in self._piece(plan.plan, tables, Runs(times.tolist(), first, last))
        ]
        if not results:
            return []
        return _alerts_in(pa.concat_tables(results), 0, times, rule.schedule.thresholds if rule.schedule else ())

    def _piece(self, plan: Relation, tables: Mapping[int, pa.Table], runs: Runs) -> list[pa.Table]:
        """The rows of some runs; of half as many at a time where memory does not do for all."""
        try:
            return [self.query(plan, tables, runs)]
        except duckdb.OutOfMemoryException:
            if runs.first == runs.last:
                raise
            middle = (runs.first + runs.last) // 2
            halves = replace(runs, last=middle), replace(runs, first=middle + 1)
            return [table for half in halves for table in self._piece(plan, tables, half)]

    def leaves(
        self, plan: RowPlan, targets: Mapping[int, int], line: Timeline | None
    ) -> dict[int, tuple[pa.Table, Ints, Ints]]:
        """The rows of each leaf, by its number, and under a schedule the first and the last run that sees each."""
        return {leaf.number: self._rows(leaf, targets[leaf.number], line) for leaf in plan.leaves}

    def _rows(self, leaf: Leaf, target: int, line: Timeline | None) -> tuple[pa.Table, Ints, Ints]:
        """A leaf's rows, and under a schedule the first and the last run that sees each."""
        table = self.candidates.tables.get(target)
        none = np.zeros(0, np.int64)
        if table is None or not table.num_rows:
            return _without_rows(leaf), none, none
        taken = np.ones(table.num_rows, bool)
        lows = highs = none
        if line is not None:
            times, taken = _times(table, "t")
            lows, highs = line.seen(times)
        for bound in leaf.bounds:
            times, there = _times(table, f"time:{bound.column}")
            taken = taken & there
            if line is None or not bound.clock:
                taken = taken & kept(bound, times, self.candidates.now)
            else:
                lows, highs = line.within(bound, times, lows, highs)
        if line is not None:
            taken = taken & (lows <= highs)
            lows, highs = lows[taken], highs[taken]
        return (table if taken.all() else table.filter(pa.array(taken))), lows, highs

    def query(self, plan: Relation, leaves: Mapping[int, pa.Table], runs: Runs | None, every: bool = False) -> pa.Table:
        """`e`, `t` and under a schedule `n` of all rows of `plan`; with `every` also its columns, all in order."""
        database = self.database
        names = {number: database.register(table) for number, table in leaves.items()}
        now = self.candidates.now
        builder = Builder(database.calls, names, database.register, database.execute, now, runs)
        made = builder.relation(plan)
        items: list[Any] = [*builder.hidden]
        order = [sql.ascending(sql.column("o"))] if made.ordered and every else builder.ties(made)
        if every:
            for name, (column, _) in made.row.columns.items():
                items.append(sql.named(sql.column(column), f"c:{name}", quote=True))
        keys = [sql.ascending(key) for key in builder.within]
        query = builder.query(sql.select(items, made.name, order=[*keys, *order]))
        return database.execute(query, builder.parameters)


def rows_of(tails: Tails, plan: RowPlan, targets: Mapping[int, int]) -> pa.Table:
    """All rows of a plan in one run, in order, with `_events`, the ids of their evidence in order of (time, id)."""
    leaves = {number: table for number, (table, _, _) in tails.leaves(plan, targets, None).items()}
    try:
        found = tails.query(plan.plan, leaves, None, every=True)
    except duckdb.Error as error:
        raise TailError(_said(error)) from error
    finally:
        tails.database.forget()
    ids = tails.candidates.events
    evidence = [numbers if isinstance(numbers, list) else [numbers] for numbers in found["e"].to_pylist()]
    flat = _take(ids, "_event_id", pa.array([number for numbers in evidence for number in numbers], pa.int64()))
    offsets = pa.array(np.cumsum([0, *map(len, evidence)]), pa.int32())
    kinds = columns_of(plan.plan)
    columns = {name: found[f"c:{name}"].cast(kind.arrow) for name, kind in kinds.items()}
    return pa.table(columns | {"_events": pa.ListArray.from_arrays(offsets, flat)})


def _without_rows(leaf: Leaf) -> pa.Table:
    columns = {f"{column.type.value}:{column.name}": row_type(column.type) for column in leaf.columns}
    return pa.schema({"e": pa.int64(), "t": pa.int64()} | columns).empty_table()


def _times(table: pa.Table, name: str) -> tuple[Ints, Bools]:
    values: Any = table[name]
    return values.fill_null(0).to_numpy(), values.is_valid().to_numpy()


def _alerts_in(
    found: pa.Table, now: int, runs: Ints | None, thresholds: Sequence[Any]
) -> list[tuple[int | None, int, Any]]:
    """The rows that are alerts, each with its time: that of its run, or without a schedule of its last event."""
    evidence = found["e"].to_pylist()
    numbers: list[Any] = found["n"].to_pylist() if "n" in found.column_names else [0] * len(evidence)
    if thresholds and len(numbers):
        counts = np.bincount(found["n"].to_numpy())
        enough = [all(compares(int(count), limit.op, limit.value) for limit in thresholds) for count in counts]
    else:
        enough = []
    rows = [
        (number, tuple(events) if isinstance(events, list) else (events,))
        for number, events in zip(numbers, evidence, strict=True)
        if not enough or enough[number]
    ]
    times = found["t"].to_pylist() if runs is None else None
    result: list[tuple[int | None, int, Any]] = []
    for place in first_of_their_kind(rows):
        number, events = rows[place]
        if runs is not None:
            time: int | None = int(runs[number])
        else:
            time = times[place] if times is not None and events else now
        result.append((time, number, events))
    return result


def alerts_of(events: pa.Table, evidence: Sequence[Sequence[int]], times: Any, keep_times: bool) -> pa.Table:
    """Alerts with the evidence given as places in `events`. Their times are those of their last events, unless
    `keep_times` or without evidence: then they are `times`."""
    counts = np.array([len(numbers) for numbers in evidence], np.int64)
    flat = pa.array([number for numbers in evidence for number in numbers], pa.int64())
    offsets = pa.array(np.concatenate(([0], np.cumsum(counts))), pa.int32())
    last = pa.array([numbers[-1] if numbers else None for numbers in evidence], pa.int64())

    def lists(name: str) -> Any:
        return pa.ListArray.from_arrays(offsets, _take(events, name, flat))

    def unless_none(name: str) -> Any:
        values = _take(events, name, flat)
        if values.null_count == len(values):
            return pa.nulls(len(counts), ALERT_SCHEMA.field(f"{name.removeprefix('_')}s").type)
        return pa.ListArray.from_arrays(offsets, values)

    said = _take(events, "_time", last)
    return pa.table(
        {
            "time": times if keep_times else pc.coalesce(said, times),
            "host": _take(events, "_host", last),
            "user": _take(events, "_user", last),
            "table": _take(events, "_table", last),
            "events": lists("_event_id"),
            "files": unless_none("_file"),
            "records": unless_none("_record"),
        }
    )


def _take(events: pa.Table, name: str, places: Any) -> Any:
    if name not in events.column_names:
        kinds: dict[str, Any] = {"_event_id": pa.int64(), "_time": pa.timestamp("us", tz="UTC"), "_record": pa.int64()}
        return pa.nulls(len(places), kinds.get(name, pa.string()))
    return events[name].combine_chunks().take(places)


def _said(error: duckdb.Error) -> str:
    return str(error).split("\n")[0]
