"""What simulating costs, against writing the finished tables; and how much memory it takes."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from simulator.dataset import write_part
from simulator.simulate import simulate

_PER_HOST_AND_DAY = 2_500
"""Roughly how many events the bundled scenarios leave for each host and day."""


def measure(events: int, folder: Path, workers: int = 1) -> Iterator[tuple[str, float, str]]:
    """Title, figure and bar of each measurement; about `events` events are simulated below `folder`."""
    hosts = max(40, round(events / _PER_HOST_AND_DAY / 4))
    before = _cpu()
    stream = simulate(out=folder / "simulated", hosts=hosts, days=4, workers=workers)
    simulated = _cpu() - before
    writing = _rewritten(folder)
    count = sum(stream.manifest["events"].values())
    yield f"simulate: events, {hosts} hosts, 4 days, {workers} worker(s)", count, ""
    yield "simulate: CPU against writing the same tables to Parquet", simulated / writing, "at most 5"
    yield "simulate: events per CPU second", count / simulated, ""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak += workers * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if workers > 1 else 0
    yield "simulate: peak memory of all processes, MiB (Linux)", peak / 1024, "at most 2048"


def _cpu() -> float:
    """CPU seconds of this process and its finished children."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def _rewritten(folder: Path) -> float:
    """CPU seconds to write the events of the stream once more, reading them not counted."""
    spent = 0.0
    for number, path in enumerate(sorted((folder / "simulated" / "events").rglob("*.parquet"))):
        frame = pl.read_parquet(path)
        before = _cpu()
        write_part(folder / "again", path.parent.name, number, frame)
        spent += _cpu() - before
    return spent
