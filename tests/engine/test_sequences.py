"""Sequences and samples, case by case, as Elasticsearch runs them (its SequenceMatcher and TumblingWindow, and
https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax#eql-sequences)."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from simulator.engine import rows
from simulator.engine.reference import rows as reference_rows
from simulator.ir import Field, Filter, Like, Read, Sample, Scan, Sequence, Step
from simulator.tables import Column
from simulator.tables.memory import FrameSource
from tests.engine.memory import START

SECOND = 1_000_000
READ = Read(Scan("t"), (Column("s"), Column("k")))


def step(text: str, missing: bool = False) -> Step:
    return Step(Filter(READ, Like("s", (text,))), (Field("k"),), missing)


def sequence(steps: str, maxspan: int | None = None, until: str = "") -> Sequence:
    """`A!BC`: A, then no B, then C."""
    found = [step(text, steps[place - 1 : place] == "!") for place, text in enumerate(steps) if text != "!"]
    return Sequence(tuple(found), None if maxspan is None else maxspan * SECOND, step(until) if until else None)


@pytest.mark.parametrize(
    ("plan", "stream", "expected"),
    [
        # `A1 B2`: A at second 1, B at second 2, both of key x; `Ay1` has key y. Rows are numbered as they stand.
        (sequence("AB"), "A1 B2", [[1, 2]]),
        (sequence("AB"), "B1 A2", []),
        (sequence("AB"), "A1 By2", []),
        (sequence("AB"), "A1 A2 B3", [[2, 3]]),
        (sequence("AB"), "A1 B2 B3", [[1, 2]]),
        (sequence("AB"), "A1 A2 B3 B4", [[2, 3]]),
        (sequence("ABC"), "A1 B2 A3 B4 C5", [[3, 4, 5]]),
        (sequence("AA"), "A1 A2 A3", [[1, 2], [2, 3]]),
        (sequence("AB"), "A1 B1", [[1, 2]]),
        (sequence("AB"), "B1 A1", []),
        (sequence("AB", 2), "A1 B3", [[1, 2]]),
        (sequence("AB", 1), "A1 B3", []),
        (sequence("ABC", 3), "A1 B2 C5", []),
        (sequence("AB", until="U"), "A1 U2 B3", []),
        (sequence("AB", until="U"), "A1 B2 U3", [[1, 2]]),
        (sequence("AB", until="U"), "A1 Uy2 B3", [[1, 3]]),
        (sequence("AB", until="B"), "A1 B2 A3 B4", [[1, 2], [3, 4]]),
        (sequence("AB", until="A"), "A1 B2", []),
        (sequence("A!BC"), "A1 B2 C3", []),
        (sequence("A!BC"), "A1 By2 C3", [[1, 3]]),
        (sequence("A!BC"), "A1 B1 C3", [[1, 3]]),
        (sequence("A!BC"), "A1 B3 C3", [[1, 3]]),
        (sequence("A!B", 3), "A1 B3", []),
        (sequence("A!B", 3), "A1 B4", []),
        (sequence("A!B", 3), "A1 B5", [[1]]),
        (sequence("A!B", 3), "A1", [[1]]),
        (sequence("AB!C", 3), "A1 B3 C5", [[1, 2]]),
        (sequence("!AB", 3), "A1 B3", []),
        (sequence("!AB", 3), "A1 B5", [[2]]),
        # Elasticsearch counts from the missing row to the last of the sequence, not to the first.
        (sequence("!ABC", 3), "A1 B3 C4", []),
        (sequence("!ABC", 3), "A1 B3 C5", [[2, 3]]),
        (sequence("!AB!C", 3), "A1 B2", [[2]]),
        (sequence("!AB!C", 3), "A1 B2 C4", []),
        (sequence("!AB!C", 3), "A1 B2 C5", [[2]]),
        (Sample((step("A"), step("B"))), "B1 A2 By3", [[1, 2]]),
        (Sample((step("A"), step("A"))), "A1", []),
        (Sample((step("A"), step("A"))), "A1 A2 A3", [[1, 2]]),
    ],
)
def test_sequences(plan: Sequence | Sample, stream: str, expected: list[list[int]]) -> None:
    events = [
        {
            "_event_id": number,
            "_time": START + dt.timedelta(seconds=int(word[-1])),
            "_host": "h",
            "_user": None,
            "s": word[0],
            "k": word[1:-1] or "x",
        }
        for number, word in enumerate(stream.split(), 1)
    ]
    kinds = {"_time": pa.timestamp("us", tz="UTC"), "_user": pa.string()}
    frame = pa.table({name: pa.array([row[name] for row in events], kinds.get(name)) for name in events[0]})
    assert rows(plan, FrameSource({"t": frame}), evidence=True)["_events"].to_pylist() == expected
    assert [list(row.events) for row in reference_rows(plan, [("t", event) for event in events])] == expected
