"""What rendering each vendor's tables costs, against reading the same tables back from Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from simulator.dataset import write_part
from simulator.scenario import load_scenarios
from simulator.scenario.instances import Chunk
from simulator.scenario.play import play
from simulator.telemetry.render import BY_DEFAULT, RENDERED, render
from simulator.world import World, build_world
from tests.benchmarks.figures import Figure, cpu

_PER_HOST_AND_DAY = 2_500
_BAR = 3


def measure(events: int, folder: Path) -> Iterator[Figure]:
    """For each vendor what rendering its tables costs in times of reading them, for about `events` raw events."""
    hosts = max(20, round(events / _PER_HOST_AND_DAY / 2))
    world = build_world(1, hosts, 2)
    actions = _played(world, hosts)
    raw = _cost(actions, world, BY_DEFAULT)
    yield _figure("raw logs", raw, *_read_back(actions, world, BY_DEFAULT, folder))
    for family in ("defender", "sentinel", "elastic", "splunk", "cim"):
        tables = [name for name in RENDERED if name.startswith(family)]
        together = _cost(actions, world, [*BY_DEFAULT, *tables])
        reading, count = _read_back(actions, world, tables, folder)
        yield _figure(family, together - raw, reading, count)


def _figure(family: str, rendering: float, reading: float, count: int) -> Figure:
    title = f"telemetry: {family}, {count:,} events: CPU beside the raw logs', against reading them"
    return Figure(title, rendering / reading, most=_BAR)


def _played(world: World, hosts: int) -> dict[str, pl.DataFrame]:
    frames: dict[str, list[pl.DataFrame]] = {}
    for scenario in load_scenarios(None):
        actions, _ = play(world, scenario, Chunk(0, hosts, 0, world.days))
        for kind, frame in actions.items():
            frames.setdefault(kind, []).append(frame)
    return {kind: pl.concat(parts) for kind, parts in frames.items()}


def _cost(actions: dict[str, pl.DataFrame], world: World, tables: list[str] | tuple[str, ...]) -> float:
    """CPU seconds, the best of three."""
    spent = []
    for _ in range(3):
        before = cpu()
        render(actions, world, tables)
        spent.append(cpu() - before)
    return min(spent)


def _read_back(
    actions: dict[str, pl.DataFrame], world: World, tables: list[str] | tuple[str, ...], folder: Path
) -> tuple[float, int]:
    made = render(actions, world, tables)
    for name, frame in made.items():
        write_part(folder / "rendered", name, 0, frame.drop("_action_id", "_instance_id"))
    spent = []
    for _ in range(3):
        before = cpu()
        for name in made:
            for path in (folder / "rendered" / "events" / name).glob("*.parquet"):
                pl.read_parquet(path)
        spent.append(cpu() - before)
    return min(spent), sum(frame.height for frame in made.values())
