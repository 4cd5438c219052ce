"""Alerts of rules with and without a schedule, run by run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from simulator.engine.reference.evaluator import rows
from simulator.engine.reference.model import EARLIEST, Event, Evidence, Row
from simulator.engine.reference.reading import micros
from simulator.engine.text import compares
from simulator.ir import Correlate, Filter, Rule, Scan, Schedule, Union, within


@dataclass(frozen=True, slots=True)
class Alert:
    """A firing: when (in microseconds: the run's time under a schedule, else that of the last event), and on what."""

    time: int | None
    evidence: Evidence


def alerts(rule: Rule, events: Iterable[tuple[str, Event]]) -> list[Alert]:
    """All alerts of `rule` over `events`, in order."""
    given = list(events)
    if rule.schedule is None:
        found = in_time_order(rows(rule.plan, given))
        if not all(isinstance(node, (Scan, Filter, Union, Correlate)) for node in within(rule.plan)):
            found = _without_repetitions([(0, found)])[0]
        now = max((_time(event) for _, event in given if event.get("_time") is not None), default=0) + 1
        return [Alert(_of(row, now), row.as_evidence()) for row in found]
    runs = [(time, _run(rule, rule.schedule, given, time)) for time in run_times(rule.schedule, given)]
    return [
        Alert(time, row.as_evidence())
        for (time, _), kept in zip(runs, _without_repetitions(runs), strict=True)
        for row in kept
    ]


def _of(row: Row, now: int) -> int | None:
    """When a rule without a schedule says so: at the time of the last event, or if there is none, in the end."""
    if not row.events:
        return now
    return None if row.time is None else micros(row.time)


def run_times(schedule: Schedule, events: Iterable[tuple[str, Event]]) -> list[int]:
    """When the rule runs."""
    times = [_time(event) for _, event in events if event.get("_time") is not None]
    if not times:
        return []
    run = (min(times) - schedule.offset) // schedule.every * schedule.every + schedule.offset
    while run <= min(times):
        run += schedule.every
    found = [run]
    while found[-1] - schedule.delay <= max(times):
        found.append(found[-1] + schedule.every)
    return found


def _run(rule: Rule, schedule: Schedule, events: list[tuple[str, Event]], time: int) -> list[Row]:
    end = time - schedule.delay
    start = None if schedule.lookback is None else end - schedule.lookback
    seen = [
        (table, event)
        for table, event in events
        if event.get("_time") is not None and _time(event) < end and (start is None or start <= _time(event))
    ]
    found = in_time_order(rows(rule.plan, seen, time))
    if not all(compares(len(found), threshold.op, threshold.value) for threshold in schedule.thresholds):
        return []
    return found


def in_time_order(found: list[Row]) -> list[Row]:
    """Rows by time and evidence, otherwise as they are."""
    return sorted(found, key=lambda row: (row.time or EARLIEST, row.places))


def _without_repetitions(runs: list[tuple[int, list[Row]]]) -> list[list[Row]]:
    """The rows of each run that are no repetitions."""
    alerted: list[frozenset[int]] = []
    empty_before = False
    kept = []
    for _, found in runs:
        new = []
        empty = False
        for row in found:
            if row.events:
                if not any(alerted_events.issuperset(row.events) for alerted_events in alerted):
                    alerted.append(frozenset(row.events))
                    new.append(row)
            else:
                empty = True
                if not empty_before:
                    new.append(row)
        empty_before = empty
        kept.append(new)
    return kept


def _time(event: Event) -> int:
    return micros(cast(Any, event["_time"]))
