"""What all languages together cost, against Sigma alone, on one stream that is rendered for all vendors; and what
rendering costs against reading back."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from simulator.content import content
from simulator.dataset import open_source, open_stream, write_part
from simulator.detect import detect
from simulator.ir import Rule, tables_of
from simulator.languages import load_rules
from simulator.scenario import load_scenarios
from simulator.scenario.instances import Chunk
from simulator.scenario.play import play
from simulator.simulate import simulate
from simulator.telemetry import render, rendered
from simulator.world import DEFAULT_START, build_world
from tests.benchmarks.figures import Figure, best, cpu

VENDORS = ("defender.*", "sentinel.*", "elastic.*", "splunk.*", "cim.*")
SHARED = Path(__file__).parents[3] / "shared" / "corpora"
_PER_HOST_AND_DAY = 13_000
"""Roughly how many events the bundled scenarios leave for each host and day in all vendors' tables together."""


def rules(present: list[str], only: str = "") -> tuple[Rule, ...]:
    """The shared rules beside the checkout, else the bundled ones: those that read a table that is `present`."""
    loaded = load_rules([SHARED if SHARED.is_dir() else content("detections")]).rules
    return tuple(
        rule
        for rule in loaded
        if only in ("", rule.language)
        and any(fnmatchcase(table, pattern) for pattern in tables_of(rule.plan) for table in present)
    )


def once(stream: Path, only: str) -> dict[str, float]:
    """Runs `detect` in a process of its own: CPU and wall seconds, rules, alerts, failures."""
    command = [sys.executable, "-m", "tests.benchmarks.languages", str(stream), only]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def measure(events: int, folder: Path) -> Iterator[Figure]:
    """All figures of the languages, over about `events` events below `folder`."""
    hosts = max(12, round(events / _PER_HOST_AND_DAY / 2))
    stream = simulate(out=folder / "vendors", hosts=hosts, days=2, tables=rendered(["*"]))
    count = sum(stream.manifest["events"].values())
    yield Figure(f"languages: events of all vendors, {hosts} hosts, 2 days", count)
    sigma, every = _best(folder / "vendors", "sigma"), _best(folder / "vendors", "")
    yield Figure("languages: Sigma rules whose tables are there", sigma["rules"])
    yield Figure("languages: rules of all languages whose tables are there", every["rules"])
    yield Figure("languages: of these failed", every["failures"], most=0)
    yield Figure("languages: Sigma alone, CPU s", sigma["cpu"])
    yield Figure("languages: all languages, CPU s", every["cpu"])
    yield Figure("languages: all languages / Sigma alone, CPU", every["cpu"] / sigma["cpu"], most=3)
    yield Figure("languages: all languages / Sigma alone, time", every["wall"] / sigma["wall"], most=3)
    yield from _rendering(hosts, folder)


def _best(stream: Path, only: str) -> dict[str, float]:
    return min((once(stream, only) for _ in range(2)), key=lambda figures: figures["cpu"])


def _rendering(hosts: int, folder: Path) -> Iterator[Figure]:
    """A vendor's tables: CPU seconds to render them from actions, against reading them three times from Parquet."""
    world = build_world(1, hosts, 1, "office", DEFAULT_START)
    played: dict[str, list[pl.DataFrame]] = {}
    for scenario in load_scenarios(None):
        for kind, frame in play(world, scenario, Chunk(0, hosts, 0, 1))[0].items():
            played.setdefault(kind, []).append(frame)
    actions = {kind: pl.concat(frames) for kind, frames in played.items()}
    for vendor in VENDORS:
        tables = rendered([vendor])
        if not tables:
            yield Figure(f"languages: rendering {vendor}: no such table", None)
            continue
        rendering = best(lambda tables=tables: render(actions, world, tables))
        paths = []
        for name, frame in render(actions, world, tables).items():
            write_part(folder / vendor, name, 0, frame.drop("_action_id", "_instance_id"))
            paths += (folder / vendor / "events" / name).glob("*.parquet")
        reading = best(lambda paths=paths: [pq.read_table(path) for _ in range(3) for path in paths])
        yield Figure(f"languages: rendering {vendor} / reading it three times", rendering / reading, most=1)


def main() -> None:
    """One measurement: `python -m tests.benchmarks.languages STREAM LANGUAGE`."""
    path, only = Path(sys.argv[1]), sys.argv[2]
    run = rules(list(open_stream(path).tables()), only)
    source = open_source(path)
    before, wall = cpu(), time.perf_counter()
    alerts = detect(run, source)
    spent, passed = cpu() - before, time.perf_counter() - wall
    numbers = {"rules": len(run), "alerts": alerts.table.num_rows, "failures": len(alerts.failures)}
    print(json.dumps({"cpu": spent, "wall": passed} | numbers))
    for failure in alerts.failures:
        print(failure.rule, failure.reason, file=sys.stderr)


if __name__ == "__main__":
    main()
