"""Streams of what was recorded, and of what the simulator plays for the same instances: both like any other stream."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from simulator.dataset import Stream, StreamWriter, open_stream, write_part
from simulator.ir import Ruleset, tables_of
from simulator.lab.actions import actions, payload, uploads
from simulator.lab.plan import Run, lab_world, plan
from simulator.lab.recording import Recording
from simulator.scenario import load_scenarios
from simulator.scenario.actions import ActionFrames
from simulator.scenario.instances import Chunk, alone, instances
from simulator.scenario.model import Scenario
from simulator.scenario.play import play_rows
from simulator.scenario.values import Const
from simulator.telemetry.render import BY_DEFAULT, render, rendered
from simulator.world import World

_MOMENT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Played:
    """An instance that happened: its row of the truth, and its actions."""

    scenario: Scenario
    truth: Mapping[str, Any]
    actions: ActionFrames


def day_of(recordings: Sequence[Recording]) -> date:
    """The day on which recordings begin."""
    return datetime.fromtimestamp(min(one.start for one in recordings) / 1e6, UTC).date()


def world_of(recordings: Sequence[Recording]) -> World:
    """The world whose instances were run; all of them must be of one."""
    first = recordings[0]
    return lab_world(first.seed, first.hosts, day_of(recordings))


def planned(world: World, recording: Recording, scenarios: Mapping[str, Scenario]) -> Run:
    """The run that a recording is of."""
    return plan(world, scenarios[recording.scenario], recording.number)


def recorded(world: World, run: Run, recording: Recording) -> Played:
    """A recording as an instance that happened."""
    truth = dict(run.truth) | {"start": recording.start, "end": recording.end, "bytes_out": payload(recording)}
    return Played(run.scenario, truth, actions(world, run, recording))


def simulated(world: World, run: Run, recording: Recording) -> Played:
    """What the simulator plays for the run's instance, at the recording's time and with its volume (`lab.volume`)."""
    scenario = run.scenario
    kind = scenario.lab.volume if scenario.lab else None
    if kind is not None and "bytes" in scenario.lets:
        sent = payload(recording) // (max(1, uploads(recording)) if kind == "each" else 1)
        scenario = replace(scenario, lets={**scenario.lets, "bytes": Const(sent)})
    rows = instances(world, run.scenario, Chunk(0, len(world.hosts), 0, world.days))
    frames, truth = play_rows(scenario, alone(rows, run.number, recording.start))
    return Played(run.scenario, truth.row(0, named=True), frames)


def write_stream(
    out: Path,
    world: World,
    played: Sequence[Played],
    about: Mapping[str, Any],
    *,
    tables: Collection[str] | None = None,
    overwrite: bool = False,
) -> Stream:
    """Write instances as a labelled stream and open it; `tables` as for `render`. Raises StreamError."""
    hosts = {one.truth["host"] for one in played}
    manifest = {
        "seed": world.seed,
        "world": world.profile,
        "hosts": len(hosts),
        # The lab shows attacks and look-alikes, not ordinary days: there is no exposure to count false alarms against.
        "days": 0,
        "start": datetime.fromtimestamp(world.start / 1e6, UTC).date().isoformat(),
        "scenarios": {one.scenario.id: one.scenario.sha256 for one in played},
        **about,
    }
    with StreamWriter(out, manifest, overwrite=overwrite) as writer:
        writer.scenarios(_about({one.scenario.id: one.scenario for one in played}.values()))
        frames: dict[str, list[pl.DataFrame]] = {}
        for one in played:
            for kind, frame in one.actions.items():
                frames.setdefault(kind, []).append(frame)
        labels = []
        for table, events in render({kind: pl.concat(many) for kind, many in frames.items()}, world, tables).items():
            if len(events):
                ordered = events.sort("_time", "_event_id")
                labels.append(ordered.select(event_id="_event_id", action_id="_action_id", instance_id="_instance_id"))
                write_part(writer.folder, table, 0, ordered.drop("_action_id", "_instance_id"))
        writer.write_truth_instances(0, _instances(world, played))
        if labels:
            writer.write_labels(0, pl.concat(labels))
        writer.write_transfers(0, _transfers(played))
        writer.finish()
    return open_stream(out)


def tables_for(ruleset: Ruleset) -> frozenset[str]:
    """The raw logs, and what else the rules read and can be rendered."""
    return frozenset(BY_DEFAULT) | rendered(pattern for rule in ruleset.rules for pattern in tables_of(rule.plan))


def _instances(world: World, played: Sequence[Played]) -> pl.DataFrame:
    rows = [dict(one.truth) for one in played]
    frame = pl.DataFrame(
        rows, infer_schema_length=None, schema_overrides={"tags": pl.List(pl.String), "technique": pl.String}
    )
    return frame.with_columns(
        host=world.hosts["fqdn"].gather(frame["host"]),
        user=world.users["name"].gather(frame["user"]),
        start=pl.col("start").cast(_MOMENT),
        end=pl.col("end").cast(_MOMENT),
    ).sort("start", "instance_id")


def _transfers(played: Sequence[Played]) -> pl.DataFrame:
    schema: dict[str, Any] = {"instance_id": pl.UInt64, "time": _MOMENT, "duration": pl.Int64, "bytes_out": pl.Int64}
    made = [pl.DataFrame(schema=schema)]
    for one in played:
        if one.scenario.label == "malicious" and "connection" in one.actions:
            sent = one.actions["connection"].filter(pl.col("bytes_out") > 0)
            made.append(sent.select(pl.col(name).cast(kind) for name, kind in schema.items()))
    return pl.concat(made)


def _about(scenarios: Iterable[Scenario]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "title": one.title,
            "label": one.label,
            "technique": one.technique,
            "expect": {kind: list(names) for kind, names in one.expect.items()},
        }
        for one in sorted(scenarios, key=lambda one: one.id)
    ]


def scenarios_of(recordings: Iterable[Recording], extra: Sequence[str] = ()) -> dict[str, Scenario]:
    """The scenarios that recordings are of: bundled ones, or in the files `extra`."""
    wanted = sorted({one.scenario for one in recordings})
    by_id = {Path(one).stem: one for one in extra}
    return {one.id: one for one in load_scenarios([by_id.get(name, name) for name in wanted])}
