"""The shared queries: most run, the rest are named by the construct that does not."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache

import pyarrow as pa
import pytest

from simulator.detect import detect
from simulator.ir import Read, Ruleset, Scan, Status, within
from simulator.languages import load_rules
from simulator.tables import Type
from simulator.tables.memory import FrameSource
from tests.corpus import SHARED
from tests.engine.memory import frame

KUSTO = SHARED / "corpora" / "kusto"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not KUSTO.is_dir(), reason=f"no Kusto corpus at {KUSTO}"),
]

VALID = 1357
"""Queries that Microsoft's own parser (npm @kusto/language-service-next 12.4) finds no fault with, of 1,457."""


@cache
def loaded() -> Ruleset:
    return load_rules([KUSTO])


def test_nine_of_ten_valid_queries_are_ok_and_the_rest_named():
    ruleset = loaded()
    states = Counter(file.status for file in ruleset.files)
    assert len(ruleset.files) == 1457
    assert states[Status.OK] >= 0.9 * VALID
    for file in ruleset.files:
        if file.status is not Status.OK:
            (problem,) = (one for one in file.problems if not one.warning)
            assert problem.location.line
            assert problem.message


TIME = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
VALUES: dict[Type, list[object]] = {
    Type.TEXT: ["curl http://a.example/x 10.0.0.1", None, '{"a":[1,{"b":"x"}],"Name":"y"}'],
    Type.INTEGER: [7, None, 0],
    Type.REAL: [0.5, None, -1.0],
    Type.BOOLEAN: [True, None, False],
    Type.TIME: [TIME, None, TIME + dt.timedelta(seconds=1)],
    Type.SPAN: [1000, None, 0],
    Type.DYNAMIC: ['[{"a":1,"Name":"x"},"b",null]', None, '{"a":{"b":"c"}}'],
}
ARROW = {Type.INTEGER: pa.int64(), Type.REAL: pa.float64(), Type.BOOLEAN: pa.bool_(), Type.SPAN: pa.int64()}


def filled(columns: dict[str, Type], first: int) -> pa.Table:
    """Rows with something, and with nothing, in each column."""
    table = frame([{"_": None}] * 3, first).drop_columns(["_"])
    for name, kind in columns.items():
        arrow = pa.timestamp("us", "UTC") if kind is Type.TIME else ARROW.get(kind, pa.string())
        table = table.append_column(name, pa.array(VALUES[kind], arrow))
    return table


def everything(ruleset: Ruleset) -> FrameSource:
    """Every table that the rules read, with all columns that they read."""
    read: dict[str, dict[str, Type]] = {}
    for rule in ruleset.rules:
        for node in within(rule.plan):
            if isinstance(node, Read):
                tables = [scan.tables for scan in within(node) if isinstance(scan, Scan)]
                for table in tables:
                    read.setdefault(table, {}).update(
                        {one.name: one.type for one in node.columns if one.name[0] != "_"}
                    )
    return FrameSource({table: filled(columns, 1 + 3 * n) for n, (table, columns) in enumerate(read.items())})


@pytest.mark.parametrize("full", [False, True], ids=["empty", "filled"])
def test_every_rule_that_is_ok_runs(full):
    found = detect(loaded(), everything(loaded()) if full else FrameSource({}), workers=1)
    assert [(failure.rule, failure.reason) for failure in found.failures] == []
