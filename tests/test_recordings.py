"""Real attacks, recorded: each fires the rule it was recorded for, at least as often as its recorder says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from simulator.dataset import open_logs
from simulator.detect import detect
from simulator.ir import Ruleset
from simulator.languages import load_rules
from tests.corpus import SIGMA, needs_sigma

pytestmark = [pytest.mark.corpus, needs_sigma]

REGRESSION = SIGMA / "regression_data"


def cases() -> list[tuple[str, Path, str, int]]:
    """Rule file, recording, rule id and least number of matches of each recorded case."""
    found = []
    for info in sorted(REGRESSION.rglob("info.yml")):
        about = yaml.safe_load(info.read_text())
        rule = SIGMA / info.parent.relative_to(REGRESSION).with_suffix(".yml")
        for test in about["regression_tests_info"]:
            recording = REGRESSION.parent / test["path"]
            found.append((str(rule), recording, about["rule_metadata"][0]["id"], test.get("match_count", 1)))
    return found


@pytest.fixture(scope="module")
def rules() -> dict[str, Ruleset]:
    loaded = load_rules([SIGMA / room for room in SIGMA.iterdir() if room.name.startswith("rules")])
    return {rule.id: Ruleset((rule,)) for rule in loaded.rules}


def test_there_are_recordings():
    assert len(cases()) >= 90


@pytest.mark.parametrize("suffix", [".evtx", ".json"])
def test_every_recording_fires_its_rule(rules, suffix):
    missed = []
    for _, recording, rule, least in cases():
        file = recording.with_suffix(suffix)
        if not file.exists():
            continue
        alerts = detect(rules[rule], open_logs([file]), workers=1)
        assert not alerts.failures, (rule, alerts.failures)
        assert not alerts.reading.rejected, (file, alerts.reading.examples)
        fired = Counter(alerts.table.column("rule").to_pylist())[rule]
        if fired < least:
            missed.append(f"{file.name}: {fired} of {least}")
    assert not missed
