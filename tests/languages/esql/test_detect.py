"""Queries as rules: alerts, their evidence, when they come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from simulator.detect import detect
from simulator.ir import Ruleset
from simulator.languages import load_rules
from simulator.tables.memory import FrameSource
from tests.engine.memory import START, frame
from tests.languages.esql.running import TEST

MINUTE = 60


def loaded(folder: Path, name: str, text: str) -> Ruleset:
    (folder / name).write_text(text, encoding="utf-8")
    ruleset = load_rules([folder / name], tables={TEST.name: TEST})
    assert ruleset.problems == ()
    return ruleset


def source(rows: Sequence[Mapping[str, object]], seconds: Sequence[int]) -> FrameSource:
    """Rows so many seconds after the start."""
    times = pa.array([START + dt.timedelta(seconds=one) for one in seconds], pa.timestamp("us", "UTC"))
    made = frame(rows)
    return FrameSource({TEST.name: made.set_column(made.column_names.index("_time"), "_time", times)})


def found(ruleset: Ruleset, events: FrameSource) -> list[tuple[list[int], int]]:
    """The evidence of each alert, and the seconds from the start until it came."""
    alerts = detect(ruleset, events, workers=1)
    assert alerts.failures == ()
    rows = alerts.table.to_pylist()
    return [(sorted(row["events"]), round((row["time"] - START).total_seconds())) for row in rows]


def test_a_query_of_single_events_alerts_as_they_come(tmp_path: Path) -> None:
    rules = loaded(tmp_path, "q.esql", '// What it is\nFROM test METADATA _id | WHERE s == "x" | KEEP _id, n')
    (rule,) = rules.rules
    assert (rule.name, rule.title, rule.language, rule.schedule) == ("esql/q", "What it is", "esql", None)
    rows = [{"s": "x"}, {"s": "y"}, {"s": "x"}]
    assert found(rules, source(rows, [0, 60, 120])) == [([1], 0), ([3], 120)]


def test_an_aggregate_has_the_evidence_of_its_group(tmp_path: Path) -> None:
    rules = loaded(tmp_path, "q.esql", "FROM test | STATS c = COUNT(*) BY s | WHERE c >= 2")
    rows = [{"s": "x"}, {"s": "y"}, {"s": "x"}, {"s": None}]
    assert [events for events, _ in found(rules, source(rows, [0, 60, 120, 180]))] == [[1, 3]]


def test_inline_stats_alerts_with_the_row_alone(tmp_path: Path) -> None:
    query = "FROM test | INLINE STATS mean = AVG(n) | WHERE n > 2 * mean | KEEP n, mean"
    rules = loaded(tmp_path, "q.esql", query)
    rows = [{"n": 1}, {"n": 1}, {"n": 9}]
    assert [events for events, _ in found(rules, source(rows, [0, 60, 120]))] == [[3]]


def test_a_query_that_reads_the_clock_is_run_as_often_as_it_looks_back(tmp_path: Path) -> None:
    query = "FROM test | WHERE @timestamp > NOW() - 9 minutes | STATS c = COUNT(*) BY s | WHERE c >= 2"
    rules = loaded(tmp_path, "q.esql", query)
    (rule,) = rules.rules
    assert rule.schedule is not None
    assert (rule.schedule.every, rule.schedule.source) == (5 * MINUTE * 1_000_000, "default")
    rows = [{"s": "x"}, {"s": "x"}, {"s": "y"}, {"s": "y"}]
    close, apart = [1, 2], [3, 3 + 20 * MINUTE]
    assert [events for events, _ in found(rules, source(rows, [*close, *apart]))] == [[1, 2]]


ELASTIC = """
[rule]
name = "Twice"
rule_id = "c7c9cb5c-4b3c-4a62-a8a6-9f5a6d6a2f57"
severity = "high"
type = "esql"
language = "esql"
interval = "5m"
from = "now-6m"
query = '''
FROM logs-test-*
| STATS c = COUNT(*) BY s
| WHERE c >= 2
'''
"""


def test_in_elastics_file_its_schedule_counts(tmp_path: Path) -> None:
    rules = loaded(tmp_path, "twice.toml", ELASTIC)
    (rule,) = rules.rules
    assert (rule.name, rule.level) == ("esql/twice", "high")
    rows = [{"s": "x"}, {"s": "x"}, {"s": "y"}, {"s": "y"}]
    alerts = found(rules, source(rows, [10, 20, 30, 30 + 10 * MINUTE]))
    assert [events for events, _ in alerts] == [[1, 2]]
    assert 20 <= alerts[0][1] <= 20 + 5 * MINUTE


def test_a_mistake_in_elastics_file_is_shown_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(ELASTIC.replace("| WHERE c >= 2", "| WHERE c => 2"), encoding="utf-8")
    (problem,) = load_rules([tmp_path / "bad.toml"], tables={TEST.name: TEST}).problems
    assert (problem.location.line, problem.location.column) == (13, 11)
    assert "^" in problem.message
