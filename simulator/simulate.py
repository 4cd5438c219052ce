"""The first verb: play scenarios in a world and write down what every sensor would have seen, and the truth beside it.

The stream is made in chunks, each a block of hosts over a span of days, so memory stays flat whatever its size. What
happens depends on no chunk and no worker: every random value is a function of seed, scenario, host, day and step.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import polars as pl

from simulator.dataset import Stream, StreamWriter, open_stream, write_part
from simulator.errors import UsageError
from simulator.processes import in_order
from simulator.scenario import load_scenarios
from simulator.scenario.instances import Chunk
from simulator.scenario.model import Scenario
from simulator.scenario.play import play
from simulator.telemetry.render import render
from simulator.world import DEFAULT_START, World, build_world
from simulator.world.extensions import QUANTITIES
from simulator.world.profile import find_profile

Progress = Callable[[int, int], None]
"""Takes how much is done and how much there is in all."""

_ACTIONS_PER_CHUNK: Final = 300_000
"""How many actions a chunk should hold: enough that its fixed costs do not count, few enough to fit in memory."""

_PROBED_HOSTS: Final = 12


def simulate(
    scenarios: Sequence[str | Path] | None = None,
    *,
    out: Path | str,
    world: str | Path = "office",
    hosts: int = 40,
    days: int = 3,
    seed: int = 1,
    start: date = DEFAULT_START,
    workers: int | None = None,
    tables: Collection[str] | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Stream:
    """Play `scenarios` (ids, files or folders; all bundled ones by default) and write a labelled stream to `out`.

    `world` is an environment profile by name or path, `start` the first day (UTC), `workers` the number of processes
    (default: one per core), `tables` the tables to render (default: the raw logs). The same arguments give
    the same bytes with any number of workers. Raises UsageError for names and sizes that are wrong, InvalidScenario for
    broken content, StreamError where `out` cannot be written; an existing stream is replaced only with `overwrite`.
    """
    if workers is not None and workers < 1:
        raise UsageError(f"at least one worker is needed, not {workers}")
    job = _Job(
        tuple(map(str, scenarios)) if scenarios is not None else None,
        str(world), hosts, days, seed, start, None if tables is None else frozenset(tables),
    )  # fmt: skip
    stage = job.stage()
    chunks = _chunks(stage)
    with StreamWriter(Path(out), _manifest(stage, job), overwrite=overwrite) as writer:
        writer.scenarios([_about(scenario) for scenario in stage.scenarios])
        perform = partial(_perform, stage, writer.folder)
        with in_order(perform, list(enumerate(chunks)), workers or os.cpu_count() or 1) as results:
            for number, truth in enumerate(results):
                writer.write_truth_instances(number, truth.instances)
                writer.write_labels(number, truth.labels)
                writer.write_transfers(number, truth.transfers)
                if progress is not None:
                    progress(number + 1, len(chunks))
        writer.finish()
    return open_stream(Path(out))


@dataclass(frozen=True, slots=True)
class _Job:
    """What was asked for."""

    scenarios: tuple[str, ...] | None
    world: str
    hosts: int
    days: int
    seed: int
    start: date
    tables: frozenset[str] | None

    def stage(self) -> _Stage:
        world = build_world(self.seed, self.hosts, self.days, self.world, self.start)
        return _Stage(world, load_scenarios(self.scenarios), self.tables)


@dataclass(frozen=True, slots=True)
class _Truth:
    """The truth of a chunk: its instances, what each event belongs to, and when the bytes of attacks left."""

    instances: pl.DataFrame
    labels: pl.DataFrame
    transfers: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Stage:
    """A world and the scenarios that are played in it."""

    world: World
    scenarios: tuple[Scenario, ...]
    tables: frozenset[str] | None

    def perform(self, number: int, chunk: Chunk, folder: Path) -> _Truth:
        """Play a chunk, write its events, and give the truth."""
        frames: dict[str, list[pl.DataFrame]] = {}
        truth: list[pl.DataFrame] = []
        transfers = [_NO_TRANSFERS]
        for scenario in self.scenarios:
            actions, instances = play(self.world, scenario, chunk)
            truth.append(instances)
            if scenario.label == "malicious" and "connection" in actions:
                transfers.append(_transfers(actions["connection"]))
            for kind, frame in actions.items():
                frames.setdefault(kind, []).append(frame)
        whole = {kind: pl.concat(frames.pop(kind)) for kind in list(frames)}
        labels = [_NO_LABELS]
        for table, events in render(whole, self.world, self.tables).items():
            if len(events):
                ordered = events.sort("_time", "_event_id")
                labels.append(ordered.select(event_id="_event_id", action_id="_action_id", instance_id="_instance_id"))
                added = self.world.columns.get(table, ())
                write_part(folder, table, number, ordered.drop("_action_id", "_instance_id"), added)
        return _Truth(self._instances(pl.concat(truth)), pl.concat(labels), pl.concat(transfers))

    def _instances(self, truth: pl.DataFrame) -> pl.DataFrame:
        """The truth about instances with the names of hosts and users instead of row numbers."""
        hosts = self.world.hosts["fqdn"].gather(truth["host"])
        users = self.world.users["name"].gather(truth["user"])
        moment = pl.Datetime("us", "UTC")
        return truth.with_columns(
            host=hosts, user=users, start=pl.col("start").cast(moment), end=pl.col("end").cast(moment)
        ).sort("start", "instance_id")


_NO_LABELS: Final = pl.DataFrame(schema={"event_id": pl.Int64, "action_id": pl.Int64, "instance_id": pl.Int64})
_NO_TRANSFERS: Final = pl.DataFrame(
    schema={
        "instance_id": pl.UInt64,
        "time": pl.Datetime("us", "UTC"),
        "duration": pl.Int64,
        "bytes_out": pl.Int64,
    }
)


def _transfers(connections: pl.DataFrame) -> pl.DataFrame:
    sent = connections.filter(pl.col("bytes_out") > 0)
    return sent.select(pl.col(name).cast(kind) for name, kind in _NO_TRANSFERS.schema.items())


def _chunks(stage: _Stage) -> list[Chunk]:
    """How the stream is cut: blocks of hosts for one day, or all hosts for several, of about the wanted size.

    The rate is measured by playing one day of a few hosts, the last servers and the first workstations. It decides
    nothing but the sizes of files, and depends on nothing but the arguments.
    """
    world, hosts = stage.world, len(stage.world.hosts)
    few = min(_PROBED_HOSTS, hosts)
    if hosts * world.days <= 15 * few:
        return [Chunk(0, hosts, 0, world.days)]
    desks = int((world.hosts["role"] != "workstation").sum())
    first = min(max(desks - few // 2, 0), hosts - few)
    rate = _count(stage, Chunk(first, first + few, 0, 1)) / few
    room = max(1, math.floor(_ACTIONS_PER_CHUNK / max(rate, 1)))
    if room >= hosts:
        span = max(1, min(world.days, room // hosts))
        return [Chunk(0, hosts, day, min(day + span, world.days)) for day in range(0, world.days, span)]
    even = math.ceil(hosts / math.ceil(hosts / room))
    starts = range(0, hosts, even)
    return [Chunk(at, min(at + even, hosts), day, day + 1) for day in range(world.days) for at in starts]


def _count(stage: _Stage, chunk: Chunk) -> int:
    return sum(len(frame) for one in stage.scenarios for frame in play(stage.world, one, chunk)[0].values())


def _perform(stage: _Stage, folder: Path, numbered: tuple[int, Chunk]) -> _Truth:
    return stage.perform(*numbered, folder)


def _manifest(stage: _Stage, job: _Job) -> dict[str, Any]:
    return {
        "seed": job.seed,
        "world": stage.world.profile,
        "world_sha256": hashlib.sha256(find_profile(job.world).read_bytes()).hexdigest(),
        "hosts": job.hosts,
        "days": job.days,
        "start": job.start.isoformat(),
        "scenarios": {scenario.id: scenario.sha256 for scenario in stage.scenarios},
        "versions": {"sparring": _own_version()},
        **_declared(stage.world),
    }


def _declared(world: World) -> dict[str, Any]:
    """The columns that this world adds to tables, with their kinds; nothing where it adds none."""
    added = {
        table: {column: QUANTITIES[quantity].value for column, quantity in columns.items()}
        for table, columns in world.columns.items()
    }
    return {"columns": added} if added else {}


def _own_version() -> str:
    try:
        return version("sparring")
    except PackageNotFoundError:
        return "unknown"


def _about(scenario: Scenario) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "title": scenario.title,
        "label": scenario.label,
        "technique": scenario.technique,
        "expect": {kind: list(names) for kind, names in scenario.expect.items()},
    }
