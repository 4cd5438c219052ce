"""Splunk's own searches: nearly all check as ok, what is not names what stops it, and all that is ok runs."""

from __future__ import annotations

from functools import cache

import pytest

from simulator.detect import detect
from simulator.ir import Ruleset, Status, tables_of
from simulator.languages import load_rules
from simulator.tables.memory import FrameSource
from tests.corpus import SHARED
from tests.engine.memory import frame

SPLUNK = SHARED / "corpora" / "splunk"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not SPLUNK.is_dir(), reason=f"no Splunk corpus at {SPLUNK}"),
]


@cache
def ruleset() -> Ruleset:
    return load_rules([SPLUNK])


def test_nearly_all_searches_check_as_ok() -> None:
    files = [file for file in ruleset().files if file.kind == "rule"]
    good = [file for file in files if file.status is Status.OK]
    assert len(good) >= 0.97 * len(files)


def test_what_cannot_run_says_where_and_why() -> None:
    for file in ruleset().files:
        if file.status is not Status.OK:
            assert all(problem.location.line and problem.message for problem in file.problems)


def test_every_search_runs_over_nothing_and_over_a_little() -> None:
    names = {name.replace("*", "x") for rule in ruleset().rules for name in tables_of(rule.plan)}
    little = frame([{"process_name": "cmd.exe", "source": "XmlWinEventLog:Security", "EventCode": "1"}, {"dest": "h"}])
    for source in (FrameSource({}), FrameSource(dict.fromkeys(names, little))):
        assert detect(ruleset(), source, workers=1).failures == ()
