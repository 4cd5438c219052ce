"""Every public rule that checks as ok runs: over no events, and with events enough to reach the last operator of its
tail, since its leaves take every event of their tables."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from simulator.detect import detect
from simulator.engine import resolve
from simulator.engine.row_plans import RowPlan, plan_alerts
from simulator.ir import Filter, Relation, Rule, Union
from simulator.languages import load_rules
from simulator.tables import Type
from simulator.tables.memory import FrameSource
from simulator.tables.registry import TABLES
from tests.corpus import SHARED

FOLDERS = [SHARED / "corpora" / name for name in ("elastic", "kusto", "splunk")]
pytestmark = [pytest.mark.corpus, pytest.mark.slow]

ROWS = 6
START = 1_772_438_400_000_000
WORDS = (
    "cmd.exe",
    "alice",
    "C:\\Windows\\a.exe",
    "10.0.0.1",
    "1",
    "start",
    "",
    '{"a":1}',
    "2026-03-02T08:00:00Z",
    "5.5",
)
JSON = ('{"a":1,"b":[1,2]}', '[1,"x"]', '"x"', "5")


def everything(relation: Relation) -> Relation:
    """`relation` without its filters."""
    match relation:
        case Filter(source):
            return everything(source)
        case Union(sources):
            return Union(tuple(map(everything, sources)))
        case _:
            return relation


def with_all_events(rule: Rule) -> Relation | RowPlan:
    plan = plan_alerts(rule)
    if not isinstance(plan, RowPlan):
        return plan
    return replace(plan, leaves=tuple(replace(leaf, source=everything(leaf.source)) for leaf in plan.leaves))


def value(kind: Type, draw: random.Random) -> Any:
    if draw.random() < 0.15:
        return None
    if kind.element is not None:
        return [item for item in (value(kind.element, draw) for _ in range(2)) if item is not None]
    match kind:
        case Type.TEXT:
            return draw.choice(WORDS)
        case Type.DYNAMIC:
            return draw.choice(JSON)
        case Type.REAL:
            return draw.random() * 10
        case Type.BOOLEAN:
            return draw.random() < 0.5
        case Type.TIME:
            return START + draw.randrange(86_400) * 1_000_000
        case _:
            return draw.randrange(5000)


def frames(rows: int) -> FrameSource:
    """All known tables, with values of their kinds."""
    draw = random.Random(7)
    found = {}
    for place, table in enumerate(TABLES.values()):
        times = [START + draw.randrange(86_400) * 1_000_000 for _ in range(rows)]
        columns: dict[str, Any] = {
            "_event_id": pa.array(range(place * rows, (place + 1) * rows), pa.int64()),
            "_time": pa.array(times, pa.int64()).cast(pa.timestamp("us", tz="UTC")),
            "_host": pa.array([draw.choice(("h1", "h2")) for _ in range(rows)], pa.string()),
            "_user": pa.array([draw.choice(("u1", None)) for _ in range(rows)], pa.string()),
        }
        for column in table.columns:
            values = [value(column.type, draw) for _ in range(rows)]
            columns.setdefault(column.name, pa.array(values, column.type.arrow))
        found[table.name] = pa.table(columns)
    return FrameSource(found)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_rule_runs(folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if not folder.is_dir():
        pytest.skip(f"no rules at {folder}")
    rules = load_rules([str(folder)]).rules
    assert detect(rules, frames(0), workers=1).failures == ()
    monkeypatch.setattr(resolve, "plan_alerts", with_all_events)
    alerts = detect(rules, frames(ROWS), workers=1)
    assert alerts.failures == ()
    assert alerts.table.num_rows > len(rules) / 4
