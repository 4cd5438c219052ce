"""What simulating costs, against writing the finished tables; and how much memory it takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from simulator.dataset import write_part
from simulator.simulate import simulate
from tests.benchmarks.figures import Figure, cpu, peak_memory

_PER_HOST_AND_DAY = 2_500
"""Roughly how many events the bundled scenarios leave for each host and day."""


def measure(events: int, folder: Path, workers: int = 1) -> Iterator[Figure]:
    """Title, figure and bar of each measurement; about `events` events are simulated below `folder`."""
    hosts = max(40, round(events / _PER_HOST_AND_DAY / 4))
    before = cpu()
    stream = simulate(out=folder / "simulated", hosts=hosts, days=4, workers=workers)
    simulated = cpu() - before
    writing = _rewritten(folder)
    count = sum(stream.manifest["events"].values())
    yield Figure(f"simulate: events, {hosts} hosts, 4 days, {workers} worker(s)", count)
    yield Figure("simulate: CPU against writing the same tables to Parquet", simulated / writing, most=5)
    yield Figure("simulate: events per CPU second", count / simulated)
    yield Figure("simulate: peak memory of all processes, MiB", peak_memory(workers if workers > 1 else 0), most=2048)


def _rewritten(folder: Path) -> float:
    """CPU seconds to write the events of the stream once more, reading them not counted."""
    spent = 0.0
    for number, path in enumerate(sorted((folder / "simulated" / "events").rglob("*.parquet"))):
        frame = pl.read_parquet(path)
        before = cpu()
        write_part(folder / "again", path.parent.name, number, frame)
        spent += cpu() - before
    return spent
