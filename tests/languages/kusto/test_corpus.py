"""The shared queries: most run, the rest are named by the construct that does not."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.ir import Status
from simulator.languages import load_rules
from tests.corpus import SHARED

KUSTO = SHARED / "corpora" / "kusto"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not KUSTO.is_dir(), reason=f"no Kusto corpus at {KUSTO}"),
]

VALID = 1357
"""Queries that Microsoft's own parser (npm @kusto/language-service-next 12.4) finds no fault with, of 1,457."""


def test_nine_of_ten_valid_queries_are_ok_and_the_rest_named():
    ruleset = load_rules([KUSTO])
    states = Counter(file.status for file in ruleset.files)
    assert len(ruleset.files) == 1457
    assert states[Status.OK] >= 0.9 * VALID
    for file in ruleset.files:
        if file.status is not Status.OK:
            (problem,) = (one for one in file.problems if not one.warning)
            assert problem.location.line
            assert problem.message
