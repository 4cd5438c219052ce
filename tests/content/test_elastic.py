"""Our rules in Elastic's files: whole, and of use on what Elastic's sensors record of the bundled scenarios."""

from __future__ import annotations

import re
import tomllib
import uuid
from pathlib import Path

import pytest

from simulator.content import content
from simulator.detect import detect
from simulator.languages import load_rules
from simulator.score import score
from simulator.score.model import Scorecard
from simulator.simulate import simulate

FOLDER = content("detections") / "elastic"
FILES = sorted(FOLDER.glob("*.toml"))
SIMULATED = [
    "elastic.endpoint.events.process",
    "elastic.endpoint.events.network",
    "elastic.endpoint.events.file",
    "elastic.windows.sysmon_operational",
    "elastic.windows.powershell_operational",
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rule_says_what_it_is(path: Path) -> None:
    rule = tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
    assert rule["author"] == ["Sparring"]
    assert uuid.UUID(rule["rule_id"]).version == 4
    assert rule["description"].strip()
    assert rule["false_positives"]
    assert rule["severity"] in ("low", "medium", "high", "critical")
    assert re.fullmatch(r"T\d{4}", rule["threat"][0]["technique"][0]["id"])


def test_they_are_read_without_a_word() -> None:
    ruleset = load_rules([FOLDER])
    assert ruleset.problems == ()
    assert len({rule.id for rule in ruleset.rules}) == len(FILES)


def test_each_has_an_equivalent_in_another_language() -> None:
    stems = {path.stem for path in (content("detections") / "sigma").glob("*.yml")}
    assert [path.stem for path in FILES if path.stem not in stems] == []


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Scorecard:
    folder = tmp_path_factory.mktemp("played") / "stream"
    stream = simulate(out=folder, seed=7, days=1, hosts=40, tables=SIMULATED, workers=1)
    alerts = detect(load_rules([FOLDER]), stream, workers=1)
    assert alerts.failures == ()
    return score(alerts, stream)


@pytest.mark.slow
def test_each_catches_what_it_is_for(card: Scorecard) -> None:
    caught = {rule.name: rule.tp for rule in card.rules}
    assert len(caught) == len(FILES)
    assert [name for name, cases in caught.items() if not cases] == []


@pytest.mark.slow
def test_precise_ones_are_precise(card: Scorecard) -> None:
    false = {rule.name: rule.fp for rule in card.rules}
    for name in ("eql/megasync-renamed", "eql/rclone-configured-then-mega", "kuery/telegram-powershell-block"):
        assert false[name] == 0
    assert false["kuery/telegram-dns"] > 0  # chat bots all day
