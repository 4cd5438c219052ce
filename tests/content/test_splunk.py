"""Our rules in Splunk's own files: whole, with equivalents in other languages, and of use on the bundled scenarios."""

from __future__ import annotations

import uuid

import pytest
import yaml

from simulator.content import content
from simulator.detect import detect
from simulator.languages import load_rules
from simulator.score import score
from simulator.simulate import simulate

FOLDER = content("detections") / "splunk"
FILES = sorted(path for path in FOLDER.iterdir() if path.is_file())
TABLES = [
    "splunk.XmlWinEventLog",
    "cim.Endpoint.Processes",
    "cim.Endpoint.Filesystem",
    "cim.Network_Resolution.DNS",
    "cim.Web.Web",
]


def test_they_are_read_without_a_word() -> None:
    ruleset = load_rules([FOLDER])
    assert ruleset.problems == ()
    assert [rule.name for rule in ruleset.rules] == [f"spl/{path.stem}" for path in FILES]


def test_ids_are_their_own() -> None:
    ids = [yaml.safe_load(path.read_text())["id"] for path in FILES if path.suffix == ".yml"]
    assert len(set(ids)) == len(ids)
    assert all(uuid.UUID(one).version == 4 for one in ids)


def test_each_has_an_equivalent_in_another_language() -> None:
    stems = {path.stem for path in (content("detections") / "sigma").iterdir()}
    assert [path.stem for path in FILES if path.stem not in stems] == []


def test_what_reads_no_clock_and_counts_nothing_has_no_schedule() -> None:
    schedules = {rule.name: rule.schedule for rule in load_rules([FOLDER]).rules}
    assert schedules["spl/curl-upload-any-spelling"] is None
    asked = schedules["spl/rclone-configured-then-mega"]
    assert asked is not None
    assert (asked.every, asked.lookback, asked.source) == (3_600_000_000, 7_200_000_000, "rule")
    own = {"spl/rclone-configured-then-mega", "spl/archive-then-upload"}
    assert {name for name, one in schedules.items() if one and one.source == "rule"} == own


@pytest.mark.slow
def test_each_catches_what_it_is_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("played") / "stream"
    stream = simulate(out=folder, seed=7, days=1, hosts=40, tables=TABLES, workers=1)
    alerts = detect(load_rules([FOLDER]), stream, workers=1)
    assert alerts.failures == ()
    caught = {rule.name: rule.tp for rule in score(alerts, stream).rules}
    assert [name for name, cases in caught.items() if not cases] == []
