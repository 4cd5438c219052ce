"""The fast way of reading gives what the careful way gives."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.dataset.importing import block as blocks
from simulator.dataset.importing.block import Block, read_block
from simulator.tables import Batch, Demand, PassedOver, Rejected
from tests.dataset.samples import SYSMON, mixed_lines

NAMES = "Image CommandLine User Data Computer EventID Level Channel a.b Path path Provider_Name EventRecordID ProcessId"
DEMAND = Demand({"sysmon.*": frozenset(NAMES.split()), "security.*": frozenset(NAMES.split())})

texts = st.text(max_size=20) | st.sampled_from(
    ["", "-", "{", "{}", '{"a":1}', "[x", "[]", "C:\\x\\", 'say "hi"', "DOM\\ü", "\x00", "true", "null", '"EventID":3,']
)
scalars = texts | st.integers(-(10**25), 10**25) | st.booleans() | st.none()
values = (
    scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.sampled_from(["#text", "b", "c"]), scalars, max_size=2)
)
FIELDS = ["Image", "CommandLine", "User", "Data", "a.b", "a", "Path", "path", "ProcessId", "Channel", "EventID"]
data = st.dictionaries(st.sampled_from(FIELDS), values)
times = st.sampled_from(
    ["2026-03-02T10:00:00.123456Z", "2026-02-30T10:00:00.123456Z", "2026-12-31T23:59:59.123456789Z",
     "2026-03-02 10:00:00",
     "2026-03-02T10:00:00+02:00", "nonsense", "", None, 1600000000]
)  # fmt: skip
systems = st.fixed_dictionaries(
    {
        "Provider": st.sampled_from([{"#attributes": {"Name": "P"}}, {"Name": "Q"}, None]),
        "EventID": st.sampled_from([1, 3, 4688, 4624, "1", {"#text": 1}, 99999, None, "x"]),
        "Level": st.sampled_from([4, "4", "Information", None]),
        "EventRecordID": st.integers(0, 2**63 - 1),
        "TimeCreated": times.map(lambda time: {"#attributes": {"SystemTime": time}}),
        "Channel": st.sampled_from([SYSMON, "Security", "Ch\\annel", "", "Ünicode", "S", None]),
        "Computer": texts,
    }
)
nested = st.builds(
    lambda system, key, inner: {"Event": {"System": system, key: inner}},
    systems,
    st.sampled_from(["EventData", "EventData", "UserData"]),
    data,
)
reversed_ = nested.map(lambda event: {"Event": dict(reversed(event["Event"].items()))})
flat = st.builds(
    lambda inner, time, event, name: {**inner, "EventID": event, "Channel": name, "Hostname": "h", "UtcTime": time},
    data, times, st.sampled_from([1, "3", 4688, None]), st.sampled_from([SYSMON, "Security"]),
)  # fmt: skip
BROKEN = ["{", "null", "[1]", '{"Event":{"System":{}}}', '{"Event":{"System":{"EventID":1', "   ", '{"Event": NaN}']
PADDING = json.dumps({"Event": {"System": {"EventID": 7, "Channel": "x" * 200}}})


def outcome(lines: list[str], fast: bool) -> tuple[list[str], list[int], int]:
    array = pa.array([*lines, PADDING], pa.string())
    numbers = np.arange(len(array))
    rows: list[str] = []
    rejected: list[int] = []
    passed = 0
    kept = blocks.kinds
    try:
        if not fast:
            blocks.kinds = lambda _: None
        for item in read_block(Block(array, numbers, numbers), "f", 0, DEMAND):
            match item:
                case Batch(table, batch):
                    rows += [_essence(table, row) for row in batch.to_pylist()]
                case Rejected():
                    rejected.append(item.record)
                case PassedOver(events):
                    passed += events
    finally:
        blocks.kinds = kept
    return sorted(rows), sorted(rejected), passed


def _essence(table: str, row: dict[str, Any]) -> str:
    """Without nulls; a list of one text is that text, since a batch has lists in a column or has not."""
    plain = {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in row.items()
        if value is not None and value != []
    }
    return json.dumps([table, plain], default=str, sort_keys=True)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(nested | reversed_, min_size=1, max_size=6), st.lists(st.sampled_from(BROKEN), max_size=2), st.booleans()
)
def test_nested_lines(events, broken, compact):
    separators = (",", ":") if compact else None
    lines = [json.dumps(event, separators=separators, ensure_ascii=compact) for event in events]
    lines = [*lines, *broken, *lines]
    assert outcome(lines, fast=True) == outcome(lines, fast=False)


@settings(max_examples=100, deadline=None)
@given(st.lists(flat, min_size=1, max_size=6), st.booleans())
def test_flat_lines(events, compact):
    lines = [json.dumps(event, separators=(",", ":") if compact else None) for event in events]
    assert outcome(lines, fast=True) == outcome(lines, fast=False)


def test_ordinary_lines_take_the_fast_way(monkeypatch):
    lines = [line.decode() for line in mixed_lines(5000)]
    slow = outcome(lines, fast=False)
    monkeypatch.setattr("simulator.dataset.importing.block.Careful.add", _never)
    assert outcome(lines[:-1], fast=True)[0] == [row for row in slow[0] if f'"_record": {len(lines) - 1},' not in row]


def _never(*_: object) -> list[object]:
    return []
