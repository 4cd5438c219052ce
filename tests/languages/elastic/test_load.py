"""Elastic's rule files: what they say of a rule, and what becomes of each rule type."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from simulator.ir import (
    Aggregate,
    Filter,
    Join,
    Like,
    Limit,
    Not,
    Ruleset,
    Scan,
    Schedule,
    Sequence,
    Status,
    Union,
    Window,
    columns_of,
    within,
)
from simulator.languages import load_rules

MINUTE = 60_000_000
DAY = 1440 * MINUTE
QUERY = """\
[metadata]
maturity = "production"

[rule]
name = "Something"
rule_id = "00000000-0000-4000-8000-000000000001"
severity = "Medium"
risk_score = 47
description = "It happened."
false_positives = ["Backups"]
index = ["logs-endpoint.events.process-*", "winlogbeat-*", "logs-nosuch.thing-*"]
language = "kuery"
type = "query"
from = "now-9m"
query = '''
event.category:process and
  process.nam:rclone.exe
'''

[[rule.threat]]
framework = "MITRE ATT&CK"
[[rule.threat.technique]]
id = "T1567"
[[rule.threat.technique.subtechnique]]
id = "T1567.002"
"""


def load(folder: Path, text: str, name: str = "some-rule.toml") -> Ruleset:
    (folder / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return load_rules([folder / name])


def written(kind: str, more: str = "", query: str = "event.category:process", language: str = "kuery") -> str:
    return (
        f'[rule]\nname = "R"\nrule_id = "x"\ntype = "{kind}"\nlanguage = "{language}"\n'
        f'index = ["logs-endpoint.events.process-*"]\nquery = """\n{query}\n"""\n{textwrap.dedent(more)}'
    )


def test_a_query_rule(tmp_path: Path) -> None:
    ruleset = load(tmp_path, QUERY)
    (rule,) = ruleset.rules
    assert (rule.id, rule.title, rule.name) == (
        "00000000-0000-4000-8000-000000000001",
        "Something",
        "kuery/some-rule",
    )
    assert (rule.language, rule.level, rule.description) == ("kuery", "medium", "It happened.")
    assert rule.techniques == ("T1567", "T1567.002")
    assert rule.false_positives == ("Backups",)
    assert rule.schedule == Schedule(5 * MINUTE, 9 * MINUTE, source="rule")
    assert rule.location.line == 5
    assert isinstance(rule.plan, Filter)
    assert rule.plan.source == Union(
        (Scan("elastic.endpoint.events.process"), Scan("elastic.winlogbeat"), Scan("elastic.nosuch.thing"))
    )
    (problem,) = ruleset.problems
    assert problem.warning
    assert problem.location.line == 11
    assert "no table 'elastic.nosuch.thing' is known" in problem.message


def test_an_undocumented_field_is_warned_of_in_its_place(tmp_path: Path) -> None:
    text = QUERY.replace(', "winlogbeat-*", "logs-nosuch.thing-*"', "")
    (problem,) = load(tmp_path, text).problems
    assert problem.warning
    assert "'process.nam', did you mean 'process.name'?" in problem.message
    assert (problem.location.line, problem.location.column) == (17, 15)


def test_an_error_points_into_the_query(tmp_path: Path) -> None:
    ruleset = load(tmp_path, QUERY.replace("process.nam:", "process.nam:("))
    (problem,) = ruleset.problems
    assert (problem.status, problem.location.line, problem.location.column) == (Status.INVALID, 17, 15)
    assert "process.nam:(rclone.exe\n              ^" in problem.message


@pytest.mark.parametrize(
    ("lines", "schedule"),
    [
        ("", Schedule(5 * MINUTE, 6 * MINUTE, source="default")),
        ('interval = "1h"\nfrom = "now-65m"', Schedule(60 * MINUTE, 65 * MINUTE, source="rule")),
        ('from = "now-2d"\nto = "now-1h"', Schedule(5 * MINUTE, 47 * 60 * MINUTE, 60 * MINUTE, source="rule")),
    ],
)
def test_schedules(tmp_path: Path, lines: str, schedule: Schedule) -> None:
    (rule,) = load(tmp_path, written("query", lines)).rules
    assert rule.schedule == schedule


def test_index_patterns(tmp_path: Path) -> None:
    patterns = '"logs-*", "winlogbeat-*"'
    text = written("query").replace('"logs-endpoint.events.process-*"', patterns)
    (rule,) = load(tmp_path, text).rules
    assert isinstance(rule.plan, Filter)
    assert rule.plan.source == Scan("elastic.*")


def test_a_sequence(tmp_path: Path) -> None:
    query = "sequence by host.id with maxspan=1m [process where true] [any where true] by_nothing"
    ruleset = load(tmp_path, written("eql", query=query.replace(" by_nothing", ""), language="eql"))
    (rule,) = ruleset.rules
    assert isinstance(rule.plan, Sequence)
    assert rule.name == "eql/some-rule"
    assert columns_of(rule.plan)
    (problem,) = load(tmp_path, written("eql", query=query, language="eql")).problems
    assert "expected the end of the query" in problem.message


def test_the_event_category_can_be_another_field(tmp_path: Path) -> None:
    more = 'event_category_override = "event.type"'
    (rule,) = load(tmp_path, written("eql", more, "info where true", "eql")).rules
    assert isinstance(rule.plan, Filter)
    assert isinstance(rule.plan.where, Like)
    assert rule.plan.where.field == "event.type"


def test_threshold(tmp_path: Path) -> None:
    more = """
    [rule.threshold]
    field = ["host.id", "user.name"]
    value = 10
    [[rule.threshold.cardinality]]
    field = "process.name"
    value = 3
    """
    (rule,) = load(tmp_path, written("threshold", more)).rules
    assert list(columns_of(rule.plan)) == ["host.id", "user.name", "count", "cardinality"]
    assert any(isinstance(node, Aggregate) for node in within(rule.plan))


def test_new_terms(tmp_path: Path) -> None:
    more = """
    [rule.new_terms]
    field = "new_terms_fields"
    value = ["host.id", "process.executable"]
    [[rule.new_terms.history_window_start]]
    field = "history_window_start"
    value = "now-7d"
    """
    (rule,) = load(tmp_path, written("new_terms", more)).rules
    assert rule.schedule is None
    (window,) = [node for node in within(rule.plan) if isinstance(node, Window)]
    assert len(window.by) == 2
    assert str(7 * DAY) in repr(rule.plan)


def test_threat_match(tmp_path: Path) -> None:
    more = """
    threat_index = ["logs-ti_*"]
    threat_language = "kuery"
    threat_query = "@timestamp >= \\"now-30d/d\\" and threat.indicator.ip:*"
    [[rule.threat_mapping]]
    [[rule.threat_mapping.entries]]
    field = "host.ip"
    type = "mapping"
    value = "threat.indicator.ip"
    [[rule.threat_filters]]
    [rule.threat_filters.meta]
    negate = false
    [rule.threat_filters.query.match_phrase]
    "event.kind" = "enrichment"
    """
    ruleset = load(tmp_path, written("threat_match", more))
    (rule,) = ruleset.rules
    assert isinstance(rule.plan, Limit)
    assert isinstance(rule.plan.source, Join)
    assert rule.schedule == Schedule(5 * MINUTE, None, source="default")
    assert ["no table 'elastic.ti_*'" in problem.message for problem in ruleset.problems] == [True]


def test_filters(tmp_path: Path) -> None:
    more = """
    [[rule.filters]]
    [rule.filters.meta]
    negate = true
    [rule.filters.query.wildcard."file.path"]
    case_insensitive = true
    value = '?:\\\\Program Files\\\\*'
    """
    (rule,) = load(tmp_path, written("query", more)).rules
    assert isinstance(rule.plan, Filter)
    assert isinstance(rule.plan.where, Not)
    assert isinstance(rule.plan.where.item, Like)
    assert rule.plan.where.item.glob[1] == ":\\Program Files\\"


def test_machine_learning_is_named(tmp_path: Path) -> None:
    text = '[rule]\nname = "R"\ntype = "machine_learning"\nmachine_learning_job_id = "x"\n'
    (file,) = load(tmp_path, text).files
    assert (file.status, file.language) == (Status.UNSUPPORTED, "elastic")
    assert file.problems[0].location.line == 3
    assert "machine_learning" in file.problems[0].message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[rule]\nname = "R"\ntype = "qery"\n', 3, "no such rule type 'qery', did you mean 'query'?"),
        ('[rule]\nname = "R"\ntype = "query"\n', 1, "expected a query"),
        ('[rule]\nname = "R\n', 2, "is not TOML"),
        ('[rule]\nname = 3\ntype = "query"\n', 2, "expected a text in `name`"),
        (written("query", language="nosuch"), 5, "no such query language 'nosuch'"),
        (written("query", 'interval = "soon"'), 10, "expected a length of time"),
        (written("query", 'from = "yesterday"'), 10, "expected a time such as now-9m"),
        (written("threshold"), 1, "expected `threshold`"),
        (written("new_terms"), 1, "expected field names"),
    ],
)
def test_errors(tmp_path: Path, text: str, line: int, words: str) -> None:
    (problem,) = load(tmp_path, text).problems
    assert problem.status is Status.INVALID
    assert words in problem.message
    assert problem.location.line == line


def test_bare_files(tmp_path: Path) -> None:
    (tmp_path / "a.eql").write_text('// A title\nprocess where process.name : "x"\n', encoding="utf-8")
    (tmp_path / "b.kuery").write_text("process.name: x", encoding="utf-8")
    (tmp_path / "notes.toml").write_text("[tool]\nx = 1\n", encoding="utf-8")
    ruleset = load_rules([tmp_path])
    assert [(rule.name, rule.title, rule.language) for rule in ruleset.rules] == [
        ("eql/a", "A title", "eql"),
        ("kuery/b", "b", "kuery"),
    ]
    assert [str(rule.plan.source) for rule in ruleset.rules if isinstance(rule.plan, Filter)] == [
        str(Scan("elastic.*"))
    ] * 2


def test_the_same_id_twice_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(written("query"), encoding="utf-8")
    (tmp_path / "b.toml").write_text(written("query"), encoding="utf-8")
    ruleset = load_rules([tmp_path])
    assert [problem.message.partition(" is")[0] for problem in ruleset.problems] == ["the id x"]
