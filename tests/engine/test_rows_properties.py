"""Tails against the reference evaluator, on random plans and events."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from simulator.detect import detect
from simulator.engine import rows
from simulator.engine.reference import alerts as reference_alerts
from simulator.engine.reference import rows as reference_rows
from simulator.engine.reference.reading import seen
from simulator.ir import Const, Filter, Relation, Scan, Schedule, columns_of
from simulator.tables import Type
from tests.engine.row_strategies import numbered, plans, recent, schedules, source_of, streams
from tests.engine.strategies import rule_of

Stream = list[Mapping[str, object]]
NOW = 1_772_438_405_000_000


def fast(plan: Relation, stream: Stream) -> list[tuple[Any, ...]]:
    found = rows(plan, source_of(stream), now=NOW, evidence=True).to_pylist()
    names = list(columns_of(plan))
    return [(*(comparable(row[name]) for name in names), tuple(row["_events"])) for row in found]


def slow(plan: Relation, stream: Stream) -> list[tuple[Any, ...]]:
    kinds = columns_of(plan)
    return [
        (*(comparable(seen(row.fields[name], kind)) for name, kind in kinds.items()), row.events)
        for row in reference_rows(plan, numbered(stream), NOW)
    ]


def comparable(value: Any) -> Any:
    if isinstance(value, list):
        return [comparable(item) for item in value]
    return 0.0 if isinstance(value, float) and math.isclose(value, 0) else value


@settings(max_examples=150)
@given(plans(), streams)
def test_rows_are_those_of_the_reference(plan: Relation, stream: Stream) -> None:
    assert fast(plan, stream) == slow(plan, stream)


def alerted(plan: Relation, schedule: Schedule | None, stream: Stream) -> tuple[list[Any], list[Any]]:
    rule = replace(rule_of(plan), schedule=schedule)
    everything = replace(rule_of(Filter(Scan("*"), Const(False))), id="reads everything")
    found = detect([rule, everything], source_of(stream), workers=1)
    assert found.failures == ()
    fast_ones = [(row["time"], tuple(row["events"]), row["host"]) for row in found.table.to_pylist()]
    slow_ones = [
        (None if alert.time is None else seen(alert.time, Type.TIME), alert.evidence.events, alert.evidence.host)
        for alert in reference_alerts(rule, numbered(stream))
    ]
    key = lambda alert: (str(alert[0]), alert[1])  # noqa: E731 - times may be null
    return sorted(fast_ones, key=key), sorted(slow_ones, key=key)


@settings(max_examples=30)
@given(plans(2), schedules, streams)
def test_scheduled_alerts_are_those_of_the_reference(plan: Relation, schedule: Schedule, stream: Stream) -> None:
    found, expected = alerted(plan, schedule, stream)
    assert found == expected


@settings(max_examples=30)
@given(recent(), schedules, streams)
def test_alerts_of_what_is_recent(plan: Relation, schedule: Schedule, stream: Stream) -> None:
    found, expected = alerted(plan, schedule, stream)
    assert found == expected


@settings(max_examples=30)
@given(plans(2), streams)
def test_alerts_without_a_schedule(plan: Relation, stream: Stream) -> None:
    found, expected = alerted(plan, None, stream)
    assert found == expected
