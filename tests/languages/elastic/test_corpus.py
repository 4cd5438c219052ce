"""The shared rules of Elastic: all that can be run is read, the rest is named."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.ir import Ruleset, Status, columns_of
from simulator.languages import load_rules
from tests.corpus import SHARED

ELASTIC = SHARED / "corpora" / "elastic"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not ELASTIC.is_dir(), reason=f"no Elastic corpus at {ELASTIC}"),
]


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load_rules([ELASTIC])


def test_kuery_and_eql_rules_are_all_ok(ruleset: Ruleset) -> None:
    counts = Counter((file.language, file.status) for file in ruleset.files)
    assert counts["kuery", Status.OK] == 366
    assert counts["eql", Status.OK] == 525
    assert counts["elastic", Status.UNSUPPORTED] == 48  # machine learning
    rest = {key for key in counts if key[0] in ("kuery", "eql", "elastic")}
    assert rest == {("kuery", Status.OK), ("eql", Status.OK), ("elastic", Status.UNSUPPORTED)}


def test_plans_name_only_columns_they_have(ruleset: Ruleset) -> None:
    for rule in ruleset.rules:
        if rule.language in ("kuery", "eql"):
            columns_of(rule.plan)
