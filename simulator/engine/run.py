"""One run: read every part of a source once, sieve it, hand candidates to the tails, and lay the alerts in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.engine.alerts import ALERT_SCHEMA, Alerts, Failure, Reading
from simulator.engine.columns import Array, Ints, positions
from simulator.engine.conditions import Conditions
from simulator.engine.kinds import nulls, read_column
from simulator.engine.resolve import Resolved, Target, reason_of, resolve
from simulator.engine.schedules import first_runs
from simulator.engine.sieve import TableSieve
from simulator.engine.text import joined_text
from simulator.engine.workers import each_part, without_collecting
from simulator.ir import Correlate, Rule
from simulator.tables import Batch, Column, Demand, Part, PassedOver, Rejected, Source

if TYPE_CHECKING:
    from simulator.engine.row_tails import Candidates

Progress = Callable[[int, int], None]
"""Told the bytes done and the bytes in all."""

EXAMPLES = 10
"""So many rejected records are kept as examples."""

_COLUMNS: dict[str, pa.DataType] = {
    "_event_id": pa.int64(),
    "_time": pa.timestamp("us", tz="UTC"),
    "_host": pa.string(),
    "_user": pa.string(),
    "_table": pa.string(),
    "_file": pa.string(),
    "_record": pa.int64(),
}
_HITS = pa.schema(_COLUMNS)


@dataclass(slots=True)
class Outcome:
    """What one part gave. `hits` has a row per selected event and target, with the target's number in `target`;
    `candidates` has a table per target that a correlation or a row plan reads."""

    hits: pa.Table | None = None
    candidates: dict[int, pa.Table] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    copies: set[str] = field(default_factory=set)
    passed_over: int = 0
    rejected: int = 0
    examples: list[Rejected] = field(default_factory=list)
    first: int | None = None
    last: int | None = None
    """The times of the first and the last event, in microseconds."""


class PartReader:
    """Sieves parts, one after another; what it learns of a table serves all later parts."""

    def __init__(self, targets: Sequence[Target], conditions: Conditions, demand: Demand) -> None:
        self._targets = targets
        self._conditions = conditions
        self._demand = demand
        self._sieves: dict[str, TableSieve] = {}

    def __call__(self, part: Part) -> Outcome:
        """Reads and sieves one part. Raises StreamError where the part cannot be read at all."""
        outcome = Outcome()
        hits: list[pa.Table] = []
        candidates: dict[int, list[pa.Table]] = {}
        copies = False
        for item in part.read(self._demand):
            match item:
                case Batch(table, rows, copy):
                    copies = copies or copy
                    if copy:
                        outcome.copies.add(table)
                    else:
                        outcome.events[table] += rows.num_rows
                    _note_times(outcome, rows)
                    self._sieve(item, hits, candidates)
                case PassedOver(events):
                    outcome.passed_over += events
                case Rejected():
                    outcome.rejected += 1
                    if len(outcome.examples) < EXAMPLES:
                        outcome.examples.append(item)
        outcome.hits = pa.concat_tables(hits) if hits else None
        outcome.candidates = {target: pa.concat_tables(tables) for target, tables in candidates.items()}
        if copies:
            outcome.hits = outcome.hits and _each_record_once(outcome.hits, "target")
            outcome.candidates = {target: _each_record_once(table) for target, table in outcome.candidates.items()}
        for sieve in self._sieves.values():
            outcome.failures.update(sieve.failures)
        return outcome

    def _sieve(self, batch: Batch, hits: list[pa.Table], candidates: dict[int, list[pa.Table]]) -> None:
        table, rows = batch.table, batch.rows
        if table not in self._sieves:
            with without_collecting():
                self._sieves[table] = TableSieve(self._conditions, tuple(self._wanted(table, batch.copy)))
        alerting: list[tuple[int, Ints]] = []
        for number, found in self._sieves[table].select(rows):
            target = self._targets[number]
            if target.path is None:
                alerting.append((number, found))
            else:
                taken = _taken(rows, found, target)
                brought = (
                    _read(table, taken, target.columns) if not target.path else _brought(table, taken, target.bring)
                )
                candidates.setdefault(number, []).append(brought)
        if alerting:
            taken = rows.select([name for name in _HITS.names if name in rows.schema.names]).take(
                positions(np.concatenate([found for _, found in alerting]))
            )
            numbers = np.repeat([number for number, _ in alerting], [len(found) for _, found in alerting])
            hits.append(_of_schema(table, taken).append_column("target", pa.array(numbers, pa.int32())))

    def _wanted(self, table: str, copy: bool) -> Iterable[tuple[int, int]]:
        matches = frozenset(self._demand.patterns(table, copy=copy))
        for number, target in enumerate(self._targets):
            for pattern, condition in target.scans:
                if pattern in matches:
                    yield number, condition


def run(
    rules: Sequence[Rule], source: Source, *, workers: int | None = None, progress: Progress | None = None
) -> Alerts:
    """Runs `rules` over all of `source`: see `simulator.detect.detect`."""
    with without_collecting():
        resolved = resolve(rules)
    return _alerts(rules, resolved, read(resolved, source, workers, progress))


def read(resolved: Resolved, source: Source, workers: int | None, progress: Progress | None = None) -> list[Outcome]:
    """What each part of `source` gives for all targets."""
    parts = source.parts()
    total = sum(part.size for part in parts)
    outcomes: list[Outcome] = []
    done = 0
    reader = PartReader(resolved.targets, resolved.conditions, resolved.demand)
    for part, outcome in zip(parts, each_part(reader, parts, workers), strict=True):
        outcomes.append(outcome)
        done += part.size
        if progress:
            progress(done, total)
    return outcomes


def _alerts(rules: Sequence[Rule], resolved: Resolved, outcomes: Sequence[Outcome]) -> Alerts:
    failed: dict[int, str] = {}
    for outcome in outcomes:
        for target, reason in outcome.failures.items():
            for number in resolved.targets[target].rules:
                failed.setdefault(number, reason)
    fired = [_filter_alerts(rules, resolved.targets, outcomes, failed)]
    for number, rule in enumerate(rules):
        if isinstance(rule.plan, Correlate) and not rule.silent and number not in failed:
            try:
                fired.append(_correlation_alerts(number, rule, resolved.targets, outcomes))
            except Exception as error:  # noqa: BLE001 - whatever breaks one rule must not stop the others
                failed[number] = reason_of(error)
    fired += _tail_alerts(rules, resolved, outcomes, failed)
    failures = resolved.failures + tuple(Failure(rules[number].id, reason) for number, reason in sorted(failed.items()))
    return Alerts(_in_order(rules, pa.concat_tables(fired)), tuple(rules), _reading(outcomes), failures)


def _tail_alerts(
    rules: Sequence[Rule], resolved: Resolved, outcomes: Sequence[Outcome], failed: dict[int, str]
) -> list[pa.Table]:
    if not resolved.tails:
        return []
    from simulator.engine.row_tails import Database, Tails  # here, because worker processes need no DuckDB

    fired = []
    with closing(Database()) as database:
        tails = Tails(candidates_of(resolved, outcomes), database)
        for number, tail in resolved.tails.items():
            if number in failed:
                continue
            try:
                alerts = tails.alerts(rules[number], tail.plan, tail.targets)
            except Exception as error:  # noqa: BLE001 - whatever breaks one rule must not stop the others
                failed[number] = reason_of(error)
            else:
                if alerts is not None:
                    fired.append(_numbered(number, alerts))
    return fired


def candidates_of(resolved: Resolved, outcomes: Sequence[Outcome], now: int | None = None) -> Candidates:
    """The candidates for all row plans, from all parts. `now` is the time of a run without a schedule, by default just
    after the last event."""
    from simulator.engine.row_tails import gather  # here, because worker processes need no DuckDB

    found: dict[int, list[pa.Table]] = {}
    for outcome in outcomes:
        for target, table in outcome.candidates.items():
            if not resolved.targets[target].path:
                found.setdefault(target, []).append(table)
    return gather(found, *_span(outcomes), now)


def _span(outcomes: Sequence[Outcome]) -> tuple[int | None, int | None]:
    """The times of the first and the last event of all parts."""
    firsts = [outcome.first for outcome in outcomes if outcome.first is not None]
    lasts = [outcome.last for outcome in outcomes if outcome.last is not None]
    return min(firsts, default=None), max(lasts, default=None)


def _filter_alerts(
    rules: Sequence[Rule], targets: Sequence[Target], outcomes: Sequence[Outcome], failed: dict[int, str]
) -> pa.Table:
    """One row per selected event and rule, with the rule's number in `number`. Under a schedule an event is an alert of
    the first run that sees it."""
    hits = pa.concat_tables(
        [_HITS.append(pa.field("target", pa.int32())).empty_table()]
        + [outcome.hits for outcome in outcomes if outcome.hits is not None]
    )
    rule_of = np.array([target.rule for target in targets], np.int64)
    numbers = rule_of[hits["target"].to_numpy()] if targets else np.zeros(0, np.int64)
    if failed:
        kept = ~np.isin(numbers, list(failed))
        hits, numbers = hits.filter(pa.array(kept)), numbers[kept]
    times, seen = first_runs(rules, numbers, hits["_time"], *_span(outcomes))
    if not seen.all():
        hits, numbers, times = hits.filter(pa.array(seen)), numbers[seen], times.filter(pa.array(seen))
    return pa.table(
        {
            "number": pa.array(numbers, pa.int64()),
            "time": times,
            "host": hits["_host"],
            "user": hits["_user"],
            "table": hits["_table"],
            "events": _single(hits["_event_id"], pa.int64()),
            "files": _single(hits["_file"], pa.string()),
            "records": _single(hits["_record"], pa.int64()),
        }
    )


def _correlation_alerts(number: int, rule: Rule, targets: Sequence[Target], outcomes: Sequence[Outcome]) -> pa.Table:
    from simulator.engine.tails import run_tail  # here, because worker processes need no DuckDB

    assert isinstance(rule.plan, Correlate)
    candidates: dict[tuple[int, ...], pa.Table] = {}
    for target_number, target in enumerate(targets):
        if target.rule == number and target.path is not None:
            found = [outcome.candidates[target_number] for outcome in outcomes if target_number in outcome.candidates]
            if found:
                candidates[target.path] = pa.concat_tables(found)
    return _numbered(number, run_tail(rule, rule.plan, candidates))


def _numbered(number: int, fired: pa.Table) -> pa.Table:
    names = ("time", "host", "user", "table", "events", "files", "records")
    columns = {name: fired[name].cast(ALERT_SCHEMA.field(name).type) for name in names}
    return pa.table({"number": pa.array(np.full(fired.num_rows, number), pa.int64()), **columns})


def _in_order(rules: Sequence[Rule], fired: pa.Table) -> pa.Table:
    """Adds what the rules say, and sorts by (time, rule, events)."""
    numbers = fired["number"].to_numpy()
    ranking = sorted(range(len(rules)), key=lambda number: (rules[number].id, rules[number].location.path, number))
    ranks = np.empty(len(rules), np.int64)
    ranks[ranking] = np.arange(len(rules))
    order = pc.sort_indices(
        pa.table(
            {
                "time": fired["time"],
                "rule": pa.array(ranks[numbers], pa.int64()),
                "event": _first_events(fired["events"]),
                "place": pa.array(np.arange(fired.num_rows)),
            }
        ),
        sort_keys=[(name, "ascending") for name in ("time", "rule", "event", "place")],
    )
    fired = fired.combine_chunks().take(order)
    said = fired["number"]
    columns = {
        "rule": pa.array([rule.id for rule in rules], pa.string()).take(said.combine_chunks()),
        "title": pa.array([rule.title for rule in rules], pa.string()).take(said.combine_chunks()),
        "path": pa.array([rule.location.path for rule in rules], pa.string()).take(said.combine_chunks()),
        "level": pa.array([rule.level for rule in rules], pa.string()).take(said.combine_chunks()),
    }
    return pa.table(
        [columns.get(name, fired[name] if name in fired.column_names else None) for name in ALERT_SCHEMA.names],
        schema=ALERT_SCHEMA,
    )


def _first_events(evidence: Any) -> Array:
    """The first event of each list; null where there is none."""
    parents = pc.list_parent_indices(evidence).to_numpy()
    owners, first = np.unique(parents, return_index=True)
    found = np.zeros(len(evidence), np.int64)
    found[owners] = pc.list_flatten(evidence).to_numpy()[first]
    empty = np.ones(len(evidence), bool)
    empty[owners] = False
    return pa.array(found, pa.int64(), mask=empty)


def _reading(outcomes: Sequence[Outcome]) -> Reading:
    events: Counter[str] = Counter()
    for outcome in outcomes:
        events.update(outcome.events)
    examples = [example for outcome in outcomes for example in outcome.examples][:EXAMPLES]
    return Reading(
        dict(sorted(events.items())),
        sum(outcome.passed_over for outcome in outcomes),
        sum(outcome.rejected for outcome in outcomes),
        tuple(examples),
        tuple(sorted({table for outcome in outcomes for table in outcome.copies})),
    )


def _each_record_once(rows: pa.Table, *within: str) -> pa.Table:
    """The first row of each record: one record may be read as several tables, what reads them all means it once."""
    keys = [*within, "_event_id"]
    numbered = rows.select(keys).append_column("row", pa.array(np.arange(rows.num_rows)))
    first: Any = numbered.group_by(keys).aggregate([("row", "min")]).column("row_min").to_numpy()
    return rows if len(first) == rows.num_rows else rows.take(pa.array(np.sort(first)))


def _of_schema(table: str, rows: pa.RecordBatch) -> pa.Table:
    """The columns of `_HITS`, those that are absent as nulls."""
    columns: list[Array] = []
    for wanted in _HITS:
        if wanted.name == "_table":
            columns.append(pa.array([table], pa.string()).take(positions(np.zeros(rows.num_rows))))
        elif wanted.name in rows.schema.names:
            columns.append(rows.column(wanted.name).cast(wanted.type))
        else:
            columns.append(pa.nulls(rows.num_rows, wanted.type))
    return pa.table(columns, schema=_HITS)


def _note_times(outcome: Outcome, rows: pa.RecordBatch) -> None:
    if "_time" not in rows.schema.names or not rows.num_rows:
        return
    found: Any = pc.min_max(rows.column("_time").cast(pa.int64())).as_py()
    if found["min"] is not None:
        outcome.first = found["min"] if outcome.first is None else min(outcome.first, found["min"])
        outcome.last = found["max"] if outcome.last is None else max(outcome.last, found["max"])


def _taken(rows: pa.RecordBatch, found: Ints, target: Target) -> pa.RecordBatch:
    """The rows `found`, with the columns that `target` needs and no others."""
    needed = {*_HITS.names, *target.bring, *(column.name for column in target.columns)}
    return rows.select([name for name in rows.schema.names if name in needed]).take(positions(found))


def _read(table: str, rows: pa.RecordBatch, columns: Sequence[Column]) -> pa.Table:
    """Candidate rows for row plans: the columns of `_HITS`, and `columns` named by kind and name."""
    read = _of_schema(table, rows)
    for column in columns:
        known = column.name in rows.schema.names
        values = read_column(rows.column(column.name), column.type) if known else nulls(column.type, rows.num_rows)
        read = read.append_column(f"{column.type.value}:{column.name}", values)
    return read


def _brought(table: str, rows: pa.RecordBatch, bring: Sequence[str]) -> pa.Table:
    """Candidate rows for a correlation: the columns of `_HITS` and those in `bring`, as text."""
    brought = _of_schema(table, rows)
    for name in bring:
        known = name in rows.schema.names
        texts = [joined_text(value) for value in rows.column(name).to_pylist()] if known else [None] * rows.num_rows
        if name not in brought.column_names:
            brought = brought.append_column(name, pa.array(texts, pa.string()))
    return brought


def _single(values: pa.ChunkedArray[Any], kind: pa.DataType) -> Array:
    """Lists of one value each; null where the value is."""
    flat = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], kind)
    if flat.null_count == len(flat):
        return pa.nulls(len(flat), pa.list_(kind))
    offsets = pa.array(np.arange(len(flat) + 1), pa.int32())
    return cast(Array, pa.ListArray.from_arrays(offsets, flat))
