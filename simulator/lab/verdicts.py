"""What rules make of the same instances, played and recorded: the last word on whether a tool model is true enough."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from simulator.dataset import Stream
from simulator.detect import detect
from simulator.ir import Ruleset
from simulator.lab.recording import Recording
from simulator.lab.streams import Played, planned, recorded, simulated, write_stream
from simulator.scenario.model import Scenario
from simulator.world import World


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule fires on an instance as the model plays it, and as it was recorded."""

    scenario: str
    number: int
    rule: str
    model: bool
    tool: bool


def verdicts(
    world: World, recordings: Sequence[Recording], scenarios: Mapping[str, Scenario], ruleset: Ruleset
) -> list[Verdict]:
    """Every rule on every recorded instance, on both streams."""
    runs = [planned(world, one, scenarios) for one in recordings]
    model = [simulated(world, run, one) for run, one in zip(runs, recordings, strict=True)]
    real = [recorded(world, run, one) for run, one in zip(runs, recordings, strict=True)]
    fired = [_fired(world, side, ruleset) for side in (model, real)]
    return [
        Verdict(run.scenario.id, run.number, rule.name, *((rule.id, run.instance) in side for side in fired))
        for run in runs
        for rule in ruleset.rules
        if not rule.silent
    ]


def _fired(world: World, played: Sequence[Played], ruleset: Ruleset) -> set[tuple[str, int]]:
    """Which rule fired on which instance: (rule id, instance id)."""
    with tempfile.TemporaryDirectory(prefix="sparring-verdicts-") as folder:
        stream = write_stream(Path(folder) / "stream", world, played, {}, overwrite=False)
        alerts = detect(ruleset, stream, workers=1)
        return instances_of(alerts.table, stream)


def instances_of(alerts: pa.Table, stream: Stream) -> set[tuple[str, int]]:
    """The instances behind alerts, by rule."""
    frame = pl.DataFrame(alerts)
    if frame.is_empty():
        return set()
    evidence = frame.select("rule", event_id="events").explode("event_id").drop_nulls()
    joined = evidence.join(stream.labels().select("event_id", "instance_id"), on="event_id")
    return {(rule, int(instance)) for rule, instance in joined.select("rule", "instance_id").unique().iter_rows()}
