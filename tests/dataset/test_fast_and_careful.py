"""Reading lines that are alike all at once gives what reading them one by one gives."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.dataset.importing import alike
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
PADDING = json.dumps({"Event": {"System": {"EventID": 7, "Channel": "x" * 1200}}})


def outcome(lines: list[str], fast: bool) -> tuple[list[str], list[int], int]:
    array = pa.array([*lines, PADDING], pa.string())
    numbers = np.arange(len(array))
    rows: list[str] = []
    rejected: list[int] = []
    passed = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "FEW", 1 if fast else len(array) + 1)
        patch.setattr(alike, "_known", OrderedDict())
        for item in read_block(Block(array, numbers, numbers), "f", 0, DEMAND):
            match item:
                case Batch(table, batch):
                    rows += [_essence(table, row) for row in batch.to_pylist()]
                case Rejected():
                    rejected.append(item.record)
                case PassedOver(events):
                    passed += events
    return sorted(rows), sorted(rejected), passed


def varied(event: Any, others: list[Any]) -> Any:
    """The same event with other values: texts become other texts, numbers and the like other such."""
    if isinstance(event, dict):
        return {
            key: varied(value, others[number:] + others[:number]) for number, (key, value) in enumerate(event.items())
        }
    if isinstance(event, list) or not others:
        return event
    alike_values = [other for other in others if isinstance(other, str) == isinstance(event, str)]
    return alike_values[0] if alike_values else event


def _essence(table: str, row: dict[str, Any]) -> str:
    """Without nulls; a list of one text is that text, since a batch has lists in a column or has not."""
    plain = {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in row.items()
        if value is not None and value != []
    }
    return json.dumps([table, plain], default=str, sort_keys=True)


others = st.lists(scalars, min_size=1, max_size=5)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(nested | reversed_, min_size=1, max_size=4),
    others,
    st.lists(st.sampled_from(BROKEN), max_size=2),
    st.booleans(),
)
def test_nested_lines(events, others, broken, compact):
    separators = (",", ":") if compact else None
    events = [*events, *(varied(event, others) for event in events), *events]
    lines = [json.dumps(event, separators=separators, ensure_ascii=compact) for event in events]
    assert outcome([*lines, *broken], fast=True) == outcome([*lines, *broken], fast=False)


@settings(max_examples=150, deadline=None)
@given(st.lists(flat, min_size=1, max_size=4), others, st.booleans())
def test_flat_lines(events, others, compact):
    events = [*events, *(varied(event, others) for event in events), *events]
    lines = [json.dumps(event, separators=(",", ":") if compact else None) for event in events]
    assert outcome(lines, fast=True) == outcome(lines, fast=False)


def test_a_raw_control_character_is_no_json():
    lines = [
        json.dumps({"Event": {"System": {"EventID": 1, "Channel": SYSMON}, "EventData": {"Image": f"x{n}"}}})
        for n in range(9)
    ]
    lines[4] = lines[4].replace("x4", "x\x014")
    assert outcome(lines, fast=True)[1] == [4]


def test_ordinary_lines_take_the_fast_way(monkeypatch):
    lines = [line.decode() for line in mixed_lines(5000)]
    slow = outcome(lines, fast=False)
    read = []
    monkeypatch.setattr("simulator.dataset.importing.block.Careful.add", lambda *given: read.append(given) or [])
    found = outcome(lines, fast=True)
    assert len(read) <= 1 + len(PADDING) // 200  # the last lines of a block
    assert set(found[0]) <= set(slow[0])
    assert len(found[0]) >= len(slow[0]) - len(read)
