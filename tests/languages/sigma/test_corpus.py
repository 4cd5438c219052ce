"""The shared rule corpus: everything there is read, and what cannot run is named with its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.ir import Status
from simulator.languages import load_rules

SIGMA = Path(__file__).parents[4] / "shared" / "corpora" / "sigma"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not SIGMA.is_dir(), reason="the shared rule corpora are not beside the checkout"),
]


@pytest.fixture(scope="module")
def ruleset():
    return load_rules([SIGMA])


def test_every_rule_is_ok_or_named_with_its_reason(ruleset):
    assert len(ruleset.files) == 1790
    reasons = {}
    for file in ruleset.files:
        assert file.status is not Status.INVALID, file
        if file.status is Status.UNSUPPORTED:
            (problem,) = file.problems
            reasons[file.path] = problem.message
            assert problem.location.line
    assert all(re.match(r"the placeholder %[\w-]+% has no values", reason) for reason in reasons.values())
    assert len(ruleset.rules) == 1790 - len(reasons)
    assert len(reasons) == 13


def test_with_values_for_their_placeholders_all_rules_run(ruleset):
    names = {match for problem in ruleset.problems for match in re.findall(r"%([\w-]+)%", problem.message)}
    second = {"Legitimate_IP_Ranges"}  # in a rule with two, of which the first is named
    filled = load_rules([SIGMA], placeholders={name: ["x"] for name in names | second})
    assert not filled.problems
    assert len(filled.rules) == 1790
