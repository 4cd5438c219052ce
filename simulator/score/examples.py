"""A few alerts with their events, so that a reader sees what a rule fired on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from simulator.engine.alerts import Alerts
from simulator.score import evidence
from simulator.score.truth import LabelledStream, truth_of
from simulator.tables import TABLES
from simulator.tables.windows import ENVELOPE

LONGEST = 2_000
"""Characters of a value that are kept."""
MOST_RULES = 300
_ENVELOPE = frozenset(column.name for column in ENVELOPE) - {"EventID"}


@dataclass(frozen=True, slots=True)
class Example:
    """One alert and the last event of its evidence."""

    verdict: str
    """`true` or `false`."""
    scenario: str
    time: str
    host: str
    user: str
    table: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """The event's values as text, without those that are missing and without the envelope all Windows events have."""


def examples(alerts: Alerts, stream: LabelledStream, per_verdict: int = 1) -> dict[str, tuple[Example, ...]]:
    """For each rule its first true and its first false alerts, as many as `per_verdict` of each, by rule id.

    Only the tables of the alerts chosen are read. Logs without truth give none. Raises UsageError like `score`.
    """
    truth = truth_of(stream)
    if not truth.known:
        return {}
    found = evidence.join(alerts, truth)
    busy = found.alerts.group_by("rule").len().sort("len", "rule", descending=[True, False]).head(MOST_RULES)
    chosen = (
        found.alerts.join(busy, on="rule", how="semi")
        .drop_nulls("event")
        .sort("rule", "time", "event")
        .group_by("rule", "true", maintain_order=True)
        .head(per_verdict)
    )
    labels = truth.labels.join(chosen.lazy().select(event_id="event"), on="event_id", how="semi")
    scenario_of = dict(
        labels.join(truth.instances, on="instance_id").select("event_id", "scenario").collect().iter_rows()
    )
    events = dict(_events(stream, chosen))
    shown: dict[str, list[Example]] = {}
    for row in chosen.sort("rule", "true", descending=[False, True]).iter_rows(named=True):
        example = Example(
            verdict="true" if row["true"] else "false",
            scenario=scenario_of.get(row["event"], ""),
            time=row["time"].strftime("%Y-%m-%d %H:%M:%S") if row["time"] else "",
            host=row["host"] or "",
            user=row["user"] or "",
            table=row["table"] or "",
            fields=events.get(row["event"], {}),
        )
        shown.setdefault(row["rule"], []).append(example)
    return {rule: tuple(rows) for rule, rows in shown.items()}


def _events(stream: LabelledStream, chosen: pl.DataFrame) -> Iterator[tuple[int, dict[str, str]]]:
    present = set(stream.tables())
    for (table,), rows in chosen.group_by("table"):
        if table not in present:
            continue
        columns = [column.name for column in TABLES[str(table)].columns] if table in TABLES else []
        wanted = rows.select(_event_id="event").unique()
        for batch in stream.scan(str(table), columns):
            frame = pl.DataFrame(batch).join(wanted, on="_event_id", how="semi")
            for event in frame.iter_rows(named=True):
                yield event["_event_id"], _texts(event)


def _texts(event: Mapping[str, Any]) -> dict[str, str]:
    shown = {name: value for name, value in event.items() if name not in _ENVELOPE and not name.startswith("_")}
    return {name: str(value)[:LONGEST] for name, value in shown.items() if value is not None}
