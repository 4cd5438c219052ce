"""What each of Elastic's rule types finds.

Source: https://www.elastic.co/docs/solutions/security/detect-and-alert/about-detection-rules.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from simulator.detect import detect
from simulator.languages import load_rules
from simulator.tables import Table
from simulator.tables.memory import FrameSource
from tests.languages.finding import SCHEMAS, TABLE, typed

INDICATORS = "elastic.ti_test"
HEAD = """\
[rule]
name = "R"
rule_id = "x"
type = "{kind}"
language = "{language}"
index = ["logs-test-*"]
query = '''{query}'''
"""
TABLES: Mapping[str, Table] = {**SCHEMAS, INDICATORS: replace(SCHEMAS[TABLE], name=INDICATORS)}


def found(
    folder: Path,
    kind: str,
    more: str,
    rows: Sequence[Mapping[str, object]],
    query: str = "process.name:*",
    indicators: pa.Table | None = None,
) -> list[tuple[int, ...]]:
    """The evidence of each alert, in order of their times."""
    text = HEAD.format(kind=kind, language="kuery", query=query) + textwrap.dedent(more)
    (folder / "r.toml").write_text(text, encoding="utf-8")
    ruleset = load_rules([folder / "r.toml"], tables=TABLES)
    assert not ruleset.problems, ruleset.problems
    frames = {TABLE: typed(rows)} | ({INDICATORS: indicators} if indicators is not None else {})
    alerts = detect(ruleset, FrameSource(frames), workers=1)
    assert not alerts.failures, alerts.failures
    return [tuple(sorted(events)) for events in alerts.table["events"].to_pylist()]


def event(name: str, at: float, **more: object) -> dict[str, object]:
    return {"process.name": name, "at": at, "user.id": None, "host.ip": None, "process.args": None} | more


THRESHOLD = """
[rule.threshold]
field = {field}
value = {value}
"""
CARDINALITY = """
[[rule.threshold.cardinality]]
field = "{field}"
value = {value}
"""


def test_threshold_counts_events_of_equal_fields(tmp_path: Path) -> None:
    rows = [event(name, at) for at, name in enumerate("aabac")]
    assert found(tmp_path, "threshold", THRESHOLD.format(field='["process.name"]', value=3), rows) == [(1, 2, 4)]
    assert found(tmp_path, "threshold", THRESHOLD.format(field='["process.name"]', value=4), rows) == []


def test_threshold_without_fields_counts_all(tmp_path: Path) -> None:
    rows = [event(name, at) for at, name in enumerate("abc")]
    assert found(tmp_path, "threshold", THRESHOLD.format(field="[]", value=3), rows) == [(1, 2, 3)]


def test_threshold_passes_over_events_without_the_field(tmp_path: Path) -> None:
    rows = [event("a", at) for at in range(3)]
    assert found(tmp_path, "threshold", THRESHOLD.format(field='["user.id"]', value=1), rows) == []


def test_threshold_takes_each_of_several_values(tmp_path: Path) -> None:
    rows = [event("a", 0, **{"process.args": ["x", "y"]}), event("a", 1, **{"process.args": ["y"]})]
    assert found(tmp_path, "threshold", THRESHOLD.format(field='["process.args"]', value=2), rows) == [(1, 2)]


@pytest.mark.parametrize(("value", "expected"), [(2, [(1, 2, 3)]), (3, [])])
def test_cardinality(tmp_path: Path, value: int, expected: list[tuple[int, ...]]) -> None:
    rows = [event("a", at, **{"user.id": user}) for at, user in enumerate(("u", "v", "u"))]
    more = THRESHOLD.format(field='["process.name"]', value=1) + CARDINALITY.format(field="user.id", value=value)
    assert found(tmp_path, "threshold", more, rows) == expected


def test_cardinality_of_several_values_counts_events_once(tmp_path: Path) -> None:
    rows = [event("a", 0, **{"process.args": ["x", "y", "z"]})]
    more = THRESHOLD.format(field='["process.name"]', value=1) + CARDINALITY.format(field="process.args", value=3)
    assert found(tmp_path, "threshold", more, rows) == [(1,)]
    more = THRESHOLD.format(field='["process.name"]', value=2) + CARDINALITY.format(field="process.args", value=3)
    assert found(tmp_path, "threshold", more, rows) == []


def test_threshold_sees_the_look_back_of_a_run(tmp_path: Path) -> None:
    rows = [event("a", 0), event("a", 3600)]
    more = THRESHOLD.format(field='["process.name"]', value=2)
    assert found(tmp_path, "threshold", more, rows) == []
    assert found(tmp_path, "threshold", 'from = "now-2h"\n' + more, rows) == [(1, 2)]


NEW_TERMS = """
[rule.new_terms]
field = "new_terms_fields"
value = {fields}
[[rule.new_terms.history_window_start]]
field = "history_window_start"
value = "now-1d"
"""


def test_new_terms(tmp_path: Path) -> None:
    rows = [event("a", 0), event("b", 5), event("a", 9), event("a", 9 + 86_401)]
    assert found(tmp_path, "new_terms", NEW_TERMS.format(fields='["process.name"]'), rows) == [(1,), (2,), (4,)]


def test_new_terms_are_combinations_without_missing_values(tmp_path: Path) -> None:
    users = ("u", "v", "u", None)
    rows = [event("a", at, **{"user.id": user}) for at, user in enumerate(users)]
    assert found(tmp_path, "new_terms", NEW_TERMS.format(fields='["process.name", "user.id"]'), rows) == [(1,), (2,)]


THREAT = """
threat_index = ["logs-ti_test-*"]
threat_query = 'message:ioc'
[[rule.threat_mapping]]
[[rule.threat_mapping.entries]]
field = "host.ip"
type = "mapping"
value = "source.ip"
[[rule.threat_mapping]]
[[rule.threat_mapping.entries]]
field = "process.name"
type = "mapping"
value = "process.name"
[[rule.threat_mapping.entries]]
field = "user.id"
type = "mapping"
value = "user.id"
"""


def test_threat_match(tmp_path: Path) -> None:
    rows = [
        event("a", 100, **{"host.ip": ["10.0.0.9", "10.0.0.1"]}),
        event("bad", 101, **{"user.id": "u"}),
        event("bad", 102, **{"user.id": "v"}),
        event("a", 103, **{"host.ip": ["10.0.0.2"]}),
    ]
    indicators = typed(
        [
            {"message": "an ioc", "source.ip": "10.0.0.1", "process.name": "x", "user.id": None, "at": 0},
            {"message": "an ioc", "source.ip": None, "process.name": "bad", "user.id": "u", "at": 1},
            {"message": "none", "source.ip": "10.0.0.2", "process.name": "x", "user.id": None, "at": 2},
        ]
    )
    ids = pa.array([101, 102, 103], pa.int64())
    indicators = indicators.set_column(indicators.column_names.index("_event_id"), "_event_id", ids)
    alerts = found(tmp_path, "threat_match", THREAT, rows, indicators=indicators)
    assert [tuple(one for one in alert if one < 100) for alert in alerts] == [(1,), (2,)]
