"""What `detect` costs: against the JSON parser, from a stream, with ten times the rules, in memory, against a peer.

Each measurement runs in a process of its own, so that memory is its own; CPU time is that of the process and of
the workers it started, taken around the call of `detect` alone.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pyarrow as pa

from simulator.content import content
from simulator.dataset import StreamWriter, open_source
from simulator.dataset.writing import plain
from simulator.detect import detect
from simulator.ir import And, Expr, Filter, Like, Or, Relation, Rule, Union
from simulator.languages import load_rules
from simulator.tables import Batch, Demand
from tests.benchmarks.figures import Figure, cpu, peak_memory

SHARED_RULES = Path(__file__).parents[3] / "shared" / "corpora" / "sigma"
_PART_ROWS = 65_536


def rules(times: int = 1) -> tuple[Rule, ...]:
    """The shared Sigma rules beside the checkout, else the bundled ones; `times` that many, each copy with literals of
    its own."""
    loaded = load_rules([SHARED_RULES if SHARED_RULES.is_dir() else content("detections")]).rules
    return loaded + tuple(
        dataclasses.replace(rule, id=f"{rule.id}-{copy}", plan=_varied(rule.plan, f"q{copy}"))
        for copy in range(1, times)
        for rule in loaded
    )


def _varied(plan: Relation, mark: str) -> Relation:
    match plan:
        case Filter(source, where):
            return Filter(source, _with_mark(where, mark))
        case Union(sources):
            return Union(tuple(_varied(source, mark) for source in sources))
        case _:
            return plan


def _with_mark(expr: Expr, mark: str) -> Expr:
    """The condition with `mark` inside the longest literal of each glob that is asked for, not of those ruled out."""
    match expr:
        case And(items):
            return And(tuple(_with_mark(item, mark) for item in items))
        case Or(items):
            return Or(tuple(_with_mark(item, mark) for item in items))
        case Like(field, glob, case, missing) if field not in ("EventID", "Initiated", "LogonType"):
            parts = list(glob)
            texts = [place for place, part in enumerate(parts) if isinstance(part, str)]
            if texts:
                place = max(texts, key=lambda place: len(str(parts[place])))
                text = str(parts[place])
                parts[place] = text[: len(text) // 2] + mark + text[len(text) // 2 :]
            return Like(field, tuple(parts), case, missing)
        case _:
            return expr


def parse_lines(path: Path) -> float:
    """CPU seconds of `orjson.loads` over all lines, and of nothing else."""
    spent = 0.0
    with path.open("rb") as file:
        while lines := file.readlines(1 << 24):
            before = cpu()
            for line in lines:
                orjson.loads(line)
            spent += cpu() - before
    return spent


def write_stream(path: Path, lines: Path) -> None:
    """The events of `lines` as a Sparring stream, all columns."""
    names = _all_names(lines)
    with StreamWriter(path, {"seed": 1}) as writer:
        waiting: dict[str, list[pa.Table]] = {}
        written: Counter[str] = Counter()

        def write(table: str) -> None:
            rows = pa.concat_tables(waiting.pop(table), promote_options="default")
            writer.write_events(table, written[table], rows)
            written[table] += 1

        for part in open_source(lines).parts():
            for item in part.read(Demand({"*": names})):
                if isinstance(item, Batch):
                    rows = pa.Table.from_batches([item.rows]).drop_columns(["_file", "_record"])
                    waiting.setdefault(item.table, []).append(plain(rows))
                    if sum(map(len, waiting[item.table])) >= _PART_ROWS:
                        write(item.table)
        for table in list(waiting):
            write(table)
        writer.finish()


def _all_names(lines: Path) -> frozenset[str]:
    names = {"EventID", "Channel", "Computer", "Provider_Name", "Level", "Task", "Version", "Keywords"}
    with lines.open("rb") as file:
        for _, line in zip(range(3000), file, strict=False):
            names.update(orjson.loads(line)["Event"]["EventData"])
    return frozenset(names)


def once(on: Path, times: int = 1, workers: int = 0) -> dict[str, float]:
    """Runs `detect` in a process of its own: CPU and wall seconds, alerts, and peak memory in MiB of all processes.
    0 workers are as many as `detect` chooses by itself."""
    command = [sys.executable, "-m", "tests.benchmarks.engine", str(on), str(times), str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _best(on: Path, times: int = 1, workers: int = 0, runs: int = 2) -> dict[str, float]:
    return min((once(on, times, workers) for _ in range(runs)), key=lambda figures: figures["cpu"])


def measure(half: Path, folder: Path) -> Iterator[Figure]:
    """All figures of the engine, over twice the events of `half`."""
    full, stream = folder / "full.jsonl", folder / "stream"
    with full.open("wb") as out:
        for _ in range(2):
            with half.open("rb") as lines:
                shutil.copyfileobj(lines, out, 1 << 24)
    write_stream(stream, full)
    yield Figure("detect: rules", len(rules()))
    parsed = min(parse_lines(full) for _ in range(2))
    yield Figure("detect: orjson.loads of the lines, CPU s", parsed)
    from_lines, from_stream, many = _best(full), _best(stream), _best(full, times=10)
    yield Figure("detect: from JSON lines, CPU s", from_lines["cpu"])
    yield Figure("detect: from a stream, CPU s", from_stream["cpu"])
    yield Figure("detect: from JSON lines with ten times the rules, CPU s", many["cpu"])
    yield Figure("detect: from JSON lines / orjson.loads", from_lines["cpu"] / parsed, most=3)
    yield Figure("detect: the same in one process / orjson.loads", _best(full, workers=1)["cpu"] / parsed)
    yield Figure("detect: from JSON lines / from a stream", from_lines["cpu"] / from_stream["cpu"], least=3)
    yield Figure("detect: ten times the rules / the rules", many["cpu"] / from_lines["cpu"], most=1.5)
    yield Figure("detect: cores kept busy, CPU s / wall s", from_lines["cpu"] / from_lines["wall"], least=1.5)
    yield Figure("detect: peak memory of all processes, MiB", from_lines["peak"], most=2048)
    yield Figure("detect: the same with ten times the rules, MiB", many["peak"], most=2048)
    yield Figure("detect: peak memory, all events / half of them", from_lines["peak"] / once(half)["peak"], most=1.15)


def main() -> None:
    """One measurement: `python -m tests.benchmarks.engine PATH TIMES WORKERS`."""
    path, times, workers = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    run = rules(times)
    source = open_source(path)
    before, wall = cpu(), time.perf_counter()
    alerts = detect(run, source, workers=workers or None)
    spent, passed = cpu() - before, time.perf_counter() - wall
    peak = peak_memory(workers or os.cpu_count() or 1)
    print(json.dumps({"cpu": spent, "wall": passed, "alerts": alerts.table.num_rows, "peak": peak}))


if __name__ == "__main__":
    main()
