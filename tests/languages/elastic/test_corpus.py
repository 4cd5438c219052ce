"""The shared rules of Elastic: all that can be run is read, the rest is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pyarrow as pa
import pytest

from simulator.detect import detect
from simulator.ir import Const, Filter, Read, Ruleset, Scan, Status, Union, columns_of, within
from simulator.languages import load_rules
from simulator.tables import TABLES, Type
from simulator.tables.memory import FrameSource
from tests.corpus import SHARED
from tests.engine.memory import START, frame

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


def opened(node: Any) -> Any:
    """The plan with all of its conditions on events taken to be true, so that what stands above them has rows."""
    if isinstance(node, Filter) and isinstance(node.source, Scan | Union | Read):
        return replace(node, source=opened(node.source), where=Const(True))
    if not is_dataclass(node) or isinstance(node, type):
        return node
    changed = {}
    for field in fields(node):
        value = getattr(node, field.name)
        changed[field.name] = tuple(map(opened, value)) if isinstance(value, tuple) else opened(value)
    return replace(node, **changed)


def small_source() -> FrameSource:
    """Three events of every Elastic table, with a value in every column."""
    values: dict[Type, object] = {
        Type.TEXT: "x",
        Type.INTEGER: 1,
        Type.REAL: 1.5,
        Type.BOOLEAN: True,
        Type.TIME: START,
        Type.TEXTS: ["process", "start"],
        Type.INTEGERS: [1],
    }
    frames = {}
    for number, table in enumerate(table for table in TABLES.values() if table.name.startswith("elastic.")):
        made = frame([{}] * 3, first=1 + 10 * number)
        for column in table.columns:
            if not column.name.startswith("_"):
                made = made.append_column(column.name, pa.array([values[column.type]] * 3, column.type.arrow))
        frames[table.name] = made
    return FrameSource(frames)


@pytest.mark.parametrize("source", [FrameSource({}), small_source()], ids=["empty", "small"])
def test_they_all_run(ruleset: Ruleset, source: FrameSource) -> None:
    rules = [rule for rule in ruleset.rules if rule.language in ("kuery", "eql")]
    assert detect(rules, source, workers=1).failures == ()


def test_sequences_and_groups_run_over_rows(ruleset: Ruleset) -> None:
    rules = [rule for rule in ruleset.rules if rule.language in ("kuery", "eql")]
    rows = [rule for rule in rules if any(isinstance(node, Read) for node in within(rule.plan))]
    assert len(rows) > 200
    alerts = detect([replace(rule, plan=opened(rule.plan)) for rule in rows], small_source(), workers=1)
    assert alerts.failures == ()
    assert alerts.table.num_rows
