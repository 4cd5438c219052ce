"""Prints one table of figures: `python -m tests.benchmarks [--events N]`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks import engine, peer, simulation


def main() -> None:
    """Measures everything in a temporary folder and prints figures as they come."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="how many events to detect in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = (
            simulation.measure(2 * options.events, folder),
            engine.measure(options.events, folder),
            peer.measure(folder),
        )
        for rows in figures:
            for title, figure, bar in rows:
                print(f"{title:<64}{figure:>12,.2f}   {bar}", flush=True)


if __name__ == "__main__":
    main()
