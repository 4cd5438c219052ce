"""The bundled content holds together: everything loads, and names only what exists."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from pathlib import Path

import pytest
import yaml

from simulator.content import content
from simulator.ir import Status
from simulator.languages import load_rules
from simulator.scenario.library import check_scenarios, load_scenarios
from simulator.world.profile import load_pools, load_software

RULES = load_rules([content("detections")])
NAMES = {rule.name for rule in RULES.rules}
SCENARIOS = {scenario.id: scenario for scenario in load_scenarios()}


def test_every_scenario_tool_and_world_is_ok() -> None:
    checked = check_scenarios([content("scenarios")])
    assert {one.kind for one in checked} == {"scenario", "tool", "world"}
    assert [(one.path, [str(p.message) for p in one.problems]) for one in checked if one.status != "ok"] == []


def test_every_rule_is_ok() -> None:
    assert [(one.path, one.problems) for one in RULES.files if one.status is not Status.OK] == []


def test_rule_ids_are_uuid4_and_occur_once() -> None:
    ids = [
        document["id"]
        for path in sorted((content("detections") / "sigma").glob("*.yml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    ]
    assert [one for one in ids if uuid.UUID(one).version != 4] == []
    assert [one for one, count in Counter(ids).items() if count > 1] == []


@pytest.mark.parametrize("path", sorted((content("detections") / "sigma").glob("*.yml")), ids=lambda path: path.stem)
def test_rule_says_who_when_and_what_else_it_may_be(path: Path) -> None:
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        assert document["author"] == "Sparring"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(document["date"]))
        assert document["description"]
        assert document["level"] in ("informational", "low", "medium", "high", "critical")
        assert any(tag.startswith("attack.t") for tag in document["tags"])
        if not document["description"].startswith(("A part", "An archiver", "Curl is told", "A packer")):
            assert document["falsepositives"]


def test_what_scenarios_expect_exists() -> None:
    wanted = {
        (scenario, name)
        for scenario, path in _files().items()
        for names in (yaml.safe_load(path.read_text(encoding="utf-8")).get("expect") or {}).values()
        for name in names
    }
    assert [pair for pair in sorted(wanted) if pair[1] not in NAMES] == []


def test_every_malicious_scenario_is_expected_by_some_rule() -> None:
    silent = [
        name
        for name, path in _files().items()
        if path.parent.name == "malicious" and not yaml.safe_load(path.read_text())["expect"]["caught_by"]
    ]
    assert silent == []


def test_labels_agree_with_folders() -> None:
    assert {(path.parent.name, yaml.safe_load(path.read_text())["label"]) for path in _files().values()} == {
        ("malicious", "malicious"),
        ("benign", "benign"),
    }


@pytest.mark.parametrize(
    "tool", ["rclone", "restic", "curl", "telegram-bot", "code-tunnel", "devtunnel", "megasync", "sevenzip"]
)
def test_good_and_bad_use_share_one_tool_model(tool: str) -> None:
    """DESIGN: otherwise precision is fiction."""
    using = {path.parent.name for path in _files().values() if f"use: {tool}." in path.read_text(encoding="utf-8")}
    assert using == {"malicious", "benign"}


def test_word_lists_are_not_empty() -> None:
    assert {name for name, pool in load_pools().items() if not pool.words} == set()


def test_go_programs_carry_no_version_resource() -> None:
    software = load_software()
    for key in ("restic", "azcopy", "code_cli"):
        assert software[key].description is None
        assert software[key].original_file_name is None
    assert software["rclone"].description == "Rsync for cloud storage"


def _files() -> dict[str, Path]:
    return {
        path.stem: path for room in ("malicious", "benign") for path in (content("scenarios") / room).glob("*.yaml")
    }
