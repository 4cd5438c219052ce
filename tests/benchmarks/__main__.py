"""Prints one table of figures, each with its bar: `python -m tests.benchmarks [--events N] [--only PART]`."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.benchmarks import engine, ingest, languages, peer, simulation, telemetry
from tests.benchmarks.events import cached_jsonl
from tests.benchmarks.figures import HEADING

PARTS = ("simulation", "telemetry", "ingest", "engine", "languages", "peer")


def main() -> None:
    """Measures in a temporary folder and prints figures as they come. The events' lines are kept for the next run."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="how many events to detect in")
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part (may be repeated)")
    cache = Path(tempfile.gettempdir(), f"sparring-benchmarks-{os.getuid()}")
    parser.add_argument("--cache", type=Path, default=cache, help="where the events' lines are kept")
    options = parser.parse_args()
    print(HEADING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in options.only or PARTS:
            match part:
                case "simulation":
                    figures = simulation.measure(2 * options.events, folder)
                case "telemetry":
                    figures = telemetry.measure(options.events // 2, folder)
                case "ingest":
                    figures = ingest.measure(cached_jsonl(options.cache, 100_000))
                case "engine":
                    half = cached_jsonl(options.cache, options.events // 2)
                    figures = engine.measure(half, folder)
                case "languages":
                    figures = languages.measure(options.events, folder)
                case "peer":
                    figures = peer.measure(cached_jsonl(options.cache, 100_000), folder)
            for figure in figures:
                print(figure.line(), flush=True)


if __name__ == "__main__":
    main()
