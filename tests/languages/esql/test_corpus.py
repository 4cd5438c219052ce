"""Elastic's own ES|QL rules: nearly all check as ok, and what is not names what stops it."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache

import pyarrow as pa
import pytest

from simulator.engine import rows as engine_rows
from simulator.ir import Checked, Read, Relation, Ruleset, Status, tables_of, within
from simulator.languages import load_rules
from simulator.tables import Type
from simulator.tables.memory import FrameSource
from tests.corpus import SHARED
from tests.engine.memory import frame

ELASTIC = SHARED / "corpora" / "elastic"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not ELASTIC.is_dir(), reason=f"no Elastic corpus at {ELASTIC}"),
]


@cache
def loaded() -> Ruleset:
    paths = [path for path in sorted(ELASTIC.rglob("*.toml")) if b'"esql"' in path.read_bytes()]
    paths = [path for path in paths if tomllib.loads(path.read_text())["rule"].get("language") == "esql"]
    return load_rules(paths)


def checked() -> tuple[Checked, ...]:
    return loaded().files


def test_nearly_all_rules_check_as_ok() -> None:
    good = [one for one in checked() if one.status is Status.OK]
    assert len(good) >= 0.95 * len(checked())


def test_what_cannot_run_says_where_and_why() -> None:
    for one in checked():
        if one.status is not Status.OK:
            assert all(problem.location.line and problem.message for problem in one.problems)


def table_of(columns: dict[str, Type], rows: int) -> pa.Table:
    """Rows with something in each of `columns`."""
    shown: dict[Type, object] = {
        Type.TEXT: "curl http://a.example/x 10.0.0.1",
        Type.INTEGER: 7,
        Type.REAL: 0.5,
        Type.BOOLEAN: True,
        Type.TIME: dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC),
        Type.TEXTS: ["start", "exec"],
        Type.INTEGERS: [1, 2],
        Type.REALS: [0.5],
    }
    made = frame([{} for _ in range(rows)])
    for name, kind in columns.items():
        if name not in made.column_names:
            values = [shown.get(kind) if number % 3 else None for number in range(rows)]
            made = made.append_column(name, pa.array(values, kind.arrow))
    return made


def reads_of(plan: Relation) -> dict[str, dict[str, Type]]:
    """The columns that a plan reads of each table pattern."""
    found: dict[str, dict[str, Type]] = {}
    for node in within(plan):
        if isinstance(node, Read):
            for table in tables_of(node):
                found.setdefault(table, {}).update({column.name: column.type for column in node.columns})
    return found


@pytest.mark.parametrize("size", [0, 9])
def test_every_rule_that_checks_as_ok_runs(size: int) -> None:
    for rule in loaded().rules:
        frames = {
            pattern.replace("*", "any"): table_of(columns, size) for pattern, columns in reads_of(rule.plan).items()
        }
        engine_rows(rule, FrameSource(frames))
