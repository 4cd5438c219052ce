"""EVTX files. None may be shipped, so the real ones are those beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.dataset import open_source
from tests.dataset.samples import read_all

CASES = Path(__file__).parents[3] / "shared" / "corpora" / "sigma" / "regression_data"
NAMES = "EventRecordID EventID Channel Image CommandLine TargetObject"

corpus = pytest.mark.corpus
needed = pytest.mark.skipif(not CASES.is_dir(), reason="the shared rule corpora are not beside the checkout")


def smallest() -> Path:
    return min(CASES.rglob("*.evtx"), key=lambda path: path.stat().st_size)


@corpus
@needed
def test_every_recorded_case_gives_the_events_of_its_json():
    files = sorted(CASES.rglob("*.evtx"))
    assert len(files) >= 90
    rows, rejected, _ = read_all(open_source(files), names=NAMES)
    assert rejected == []
    by_file: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        by_file.setdefault(row["_file"], []).append(row)
    assert len(by_file) == len(files)
    for file in files:
        same, _, _ = read_all(open_source(file.with_suffix(".json")), names=NAMES)
        there = {row["EventRecordID"] for row in by_file[str(file)]}
        assert same
        assert {row["EventRecordID"] for row in same} <= there
        assert all(row["_record"] == row["EventRecordID"] for row in by_file[str(file)])


@corpus
@needed
@pytest.mark.parametrize("share", [0.0001, 0.01, 0.06, 0.3, 0.9])
def test_what_a_cut_file_lost_is_told(tmp_path, share):
    whole = smallest().read_bytes()
    (tmp_path / "cut.evtx").write_bytes(whole[: max(9, int(len(whole) * share))])
    _, rejected, _ = read_all(open_source(tmp_path), names=NAMES)
    assert rejected


@corpus
@needed
def test_damage_in_the_middle_is_told(tmp_path):
    whole = bytearray(smallest().read_bytes())
    whole[4096 + 700 : 4096 + 1200] = b"\x55" * 500
    (tmp_path / "bad.evtx").write_bytes(whole)
    rows, rejected, _ = read_all(open_source(tmp_path), names=NAMES)
    assert rejected or rows, "neither events nor a word about them"


@pytest.mark.parametrize("filling", [b"", b"\0" * 100_000, b"\xff" * 100_000, b"ElfChnk\0" * 20_000])
def test_garbage_after_the_magic_is_no_trouble(tmp_path, filling):
    (tmp_path / "fake.evtx").write_bytes(b"ElfFile\0" + filling)
    rows, rejected, _ = read_all(open_source(tmp_path), names=NAMES)
    assert rows == []
    assert rejected or filling[:1] == b"\0"
