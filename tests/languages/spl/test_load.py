"""Rule files: security_content's YAML (its contributing guide), .conf files (savedsearches.conf.spec, macros.conf.spec,
transforms.conf.spec), bare searches; what lies beside them; schedules."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.ir import Op, Schedule, Status, Threshold
from simulator.languages import load_rules
from simulator.languages.spl.schedules import DEFAULT, every

RULE = """\
name: A Rule
id: 5f9f9b1e-0000-4000-8000-000000000001
type: TTP
description: Says what it is.
search: '| tstats `security_content_summariesonly` count from datamodel=Endpoint.Processes
  where Processes.process_name IN ("it''s.exe", `names`) by Processes.dest
  | `drop_dm_object_name(Processes)` | `a_rule_filter`'
known_false_positives: Some.
tags:
  mitre_attack_id: [T1567.002, t1020]
  risk_score: 64
"""
MACRO = "name: names\ndefinition: a.exe, b.exe\n"
MINUTE = 60_000_000


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_a_rule_and_what_it_says_of_itself(tmp_path: Path) -> None:
    write(tmp_path, {"detections/endpoint/a_rule.yml": RULE, "macros/names.yml": MACRO})
    ruleset = load_rules([tmp_path / "detections"])  # the macros lie beside, and were not given
    assert ruleset.problems == ()
    (rule,) = ruleset.rules
    assert (rule.id, rule.name, rule.title, rule.language) == (
        "5f9f9b1e-0000-4000-8000-000000000001",
        "spl/a_rule",
        "A Rule",
        "spl",
    )
    assert (rule.level, rule.techniques, rule.false_positives) == ("high", ("T1567.002", "T1020"), ("Some.",))
    assert rule.schedule == DEFAULT


def test_files_are_told_by_their_shape(tmp_path: Path) -> None:
    lookup = "name: tools\nfilename: tools.csv\nmatch_type: WILDCARD(tool)\n"
    sigma = "title: S\nlogsource: {category: process_creation}\ndetection: {a: {Image: x}, condition: a}\n"
    other = "name: a scenario of some other tool\nsteps: []\n"
    write(tmp_path, {"r.yml": RULE, "m.yml": MACRO, "l.yml": lookup, "s.yml": sigma, "o.yml": other, "t.csv": "tool\n"})
    kinds = {Path(one.path).name: (one.language, one.kind) for one in load_rules([tmp_path]).files}
    assert kinds == {
        "r.yml": ("spl", "rule"),
        "m.yml": ("spl", "macros"),
        "l.yml": ("spl", "lookups"),
        "s.yml": ("sigma", "rule"),
    }


@pytest.mark.parametrize(
    ("search", "line", "column", "status", "message"),
    [
        ("'sourcetype=x\n  | stats count\n  | eval y=nonsense(1)'", 4, 12, Status.UNSUPPORTED, "'nonsense'"),
        ("|-\n  sourcetype=x\n  | frobnicate", 4, 5, Status.UNSUPPORTED, "the command 'frobnicate'"),
        (">\n  sourcetype=x\n  | where (a=1", 4, 15, Status.INVALID, "expected ')'"),
        ('"sourcetype=x | eval a=\\"b\\" | map x"', 2, 38, Status.UNSUPPORTED, "the command 'map'"),
        ("sourcetype=x | where len(1, 2)=3", 2, 30, Status.INVALID, "len takes 1 arguments"),
    ],
)
def test_errors_point_into_the_file(
    tmp_path: Path, search: str, line: int, column: int, status: Status, message: str
) -> None:
    write(tmp_path, {"r.yml": f"name: R\nsearch: {search}\n"})
    (file,) = load_rules([tmp_path]).files
    (problem,) = [one for one in file.problems if not one.warning]
    assert (problem.location.line, problem.location.column, problem.status) == (line, column, status)
    assert message in problem.message
    assert "^" in problem.message


CONF = """\
[default]
search = nothing

# a comment
[My Search]
search = sourcetype=x \\
| stats count by y
cron_schedule = 15 */2 * * *
dispatch.earliest_time = -2h@h
dispatch.latest_time = now
counttype = number of events
relation = greater than
quantity = 3
action.correlationsearch.annotations = {"mitre_attack": ["T1567"]}

[names]
definition = a=1
"""


def test_stanzas_of_conf_files(tmp_path: Path) -> None:
    write(tmp_path, {"savedsearches.conf": CONF, "x.conf": "[section]\nkey = value\n"})
    ruleset = load_rules([tmp_path])
    (rule,) = ruleset.rules
    assert (rule.name, rule.title, rule.techniques) == ("spl/my-search", "My Search", ("T1567",))
    assert rule.location.line == 5
    assert rule.schedule == Schedule(
        every=120 * MINUTE,
        lookback=120 * MINUTE,
        offset=15 * MINUTE,
        thresholds=(Threshold(Op.GT, 3),),
        source="rule",
    )
    assert len(ruleset.files) == 1


def test_bare_searches(tmp_path: Path) -> None:
    write(tmp_path, {"a.spl": "``` What it finds ```\nsourcetype=x foo=1\n"})
    (rule,) = load_rules([tmp_path]).rules
    assert (rule.name, rule.title, rule.schedule) == ("spl/a", "What it finds", None)


def test_searches_that_only_feed_others_are_silent(tmp_path: Path) -> None:
    write(tmp_path, {"r.yml": "name: R\ntype: Baseline\nsearch: sourcetype=x | outputlookup y\n"})
    (rule,) = load_rules([tmp_path]).rules
    assert rule.silent


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 * * * *", (60 * MINUTE, 0)),
        ("17 * * * *", (60 * MINUTE, 17 * MINUTE)),
        ("*/5 * * * *", (5 * MINUTE, 0)),
        ("3-59/10 * * * *", (10 * MINUTE, 3 * MINUTE)),
        ("0 */4 * * *", (240 * MINUTE, 0)),
        ("30 6 * * *", (1440 * MINUTE, 390 * MINUTE)),
        ("* * * * *", (MINUTE, 0)),
        ("0 8 * * 1", None),
        ("*/7 * * * *", None),
        ("nonsense", None),
    ],
)
def test_cron(cron: str, expected: tuple[int, int] | None) -> None:
    assert every(cron) == expected
