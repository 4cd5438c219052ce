"""Elastic's own ES|QL rules: nearly all check as ok, and what is not names what stops it."""

from __future__ import annotations

import tomllib
from functools import cache

import pytest

from simulator.ir import Checked, Status
from simulator.languages import load_rules
from tests.corpus import SHARED

ELASTIC = SHARED / "corpora" / "elastic"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not ELASTIC.is_dir(), reason=f"no Elastic corpus at {ELASTIC}"),
]


@cache
def checked() -> tuple[Checked, ...]:
    paths = [path for path in sorted(ELASTIC.rglob("*.toml")) if b'"esql"' in path.read_bytes()]
    paths = [path for path in paths if tomllib.loads(path.read_text())["rule"].get("language") == "esql"]
    return load_rules(paths).files


def test_nearly_all_rules_check_as_ok() -> None:
    good = [one for one in checked() if one.status is Status.OK]
    assert len(good) >= 0.95 * len(checked())


def test_what_cannot_run_says_where_and_why() -> None:
    for one in checked():
        if one.status is not Status.OK:
            assert all(problem.location.line and problem.message for problem in one.problems)
