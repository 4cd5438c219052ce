"""Small sources for tests of the engine."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from simulator.errors import Location
from simulator.ir import Expr, Filter, Relation, Rule, Scan
from simulator.tables import Batch, Demand, PassedOver, Rejected
from simulator.tables.memory import FrameSource

START = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


def frame(rows: Sequence[Mapping[str, object]], first: int = 1) -> pa.Table:
    """A table of `rows`, numbered from `first`, a second apart."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table(
        {
            "_event_id": pa.array(range(first, first + len(rows)), pa.int64()),
            "_time": pa.array([START + dt.timedelta(seconds=n) for n in range(len(rows))], pa.timestamp("us", "UTC")),
            "_host": pa.array([f"host{n % 2}" for n in range(len(rows))]),
            "_user": pa.array(["anna"] * len(rows)),
            **{name: pa.array([row.get(name) for row in rows]) for name in names},
        }
    )


def source(
    rows: Sequence[Mapping[str, object]], table: str = "sysmon.process_creation", part_rows: int = 2
) -> FrameSource:
    """A source of one table."""
    return FrameSource({table: frame(rows)}, part_rows)


def rule(name: str, where: Expr | Relation, table: str = "sysmon.process_creation", silent: bool = False) -> Rule:
    """A rule called `name`: a whole plan, or a condition on one table."""
    plan = where if isinstance(where, Relation) else Filter(Scan(table), where)
    return Rule(name, name.title(), "test", plan, Location(f"{name}.yml"), level="high", silent=silent)


@dataclass(frozen=True)
class Broken:
    """A part and a source that reports broken records, ends the process that reads it, sleeps, or
    raises."""

    how: str = "rejects"
    size: int = 1

    def tables(self) -> Sequence[str]:
        return ()

    def parts(self) -> Sequence[Broken]:
        return (self, self)

    def read(self, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
        match self.how:
            case "rejects":
                yield Rejected("some.jsonl", 7, "not JSON")
                yield PassedOver(3)
            case "dies":
                os._exit(3)
            case "sleeps":
                time.sleep(600)
            case "raises":
                raise OSError("disk gone")

    def scan(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        return iter(())
