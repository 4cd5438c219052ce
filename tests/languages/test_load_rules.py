"""Finding rule files in mixed folders, and what they are to each other."""

from __future__ import annotations

import pytest

from simulator.errors import UsageError
from simulator.ir import Filter, Like, Not, Or, Status
from simulator.languages import load_rules

RULE = """\
title: {title}
id: {id}
name: {name}
tags: [attack.exfiltration, attack.t1567.002, attack.T1048, cve.2024-1]
logsource: {{product: zeek, service: http}}
detection:
  sel: {{f: x}}
  condition: sel
falsepositives: [Backups]
level: HIGH
"""
IDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(10)]


def rule(n: int = 1, name: str = "base") -> str:
    return RULE.format(title=f"Rule {n}", id=IDS[n], name=name)


def test_a_mixed_folder(tmp_path):
    (tmp_path / "b.yml").write_text(rule(2), encoding="utf-8")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "z.yaml").write_text(rule(1), encoding="utf-8")
    (tmp_path / "a" / "info.yml").write_text("id: x\nregression_tests_info: []\n", encoding="utf-8")
    (tmp_path / "a" / "scenario.yml").write_text("id: x\nlabel: benign\nsteps:\n  1: {filter: a}\n", encoding="utf-8")
    (tmp_path / "a" / "workflow.yml").write_text("on: push\n<<: {a: b}\n", encoding="utf-8")
    (tmp_path / "a" / "empty.yml").write_text("", encoding="utf-8")
    (tmp_path / "a" / "list.yml").write_text("- detection: no\n", encoding="utf-8")
    (tmp_path / "a" / "notes.txt").write_text("detection: [", encoding="utf-8")
    (tmp_path / "a" / "broken.yml").write_text("steps: [", encoding="utf-8")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "c.yml").write_text("detection: [", encoding="utf-8")
    ruleset = load_rules([tmp_path])
    assert [one.title for one in ruleset.rules] == ["Rule 2", "Rule 1"]
    assert [(file.path.rpartition("/")[2], file.kind, file.status) for file in ruleset.files] == [
        ("b.yml", "rule", Status.OK),
        ("broken.yml", "unknown", Status.INVALID),
        ("z.yaml", "rule", Status.OK),
    ]


def test_what_a_rule_carries(tmp_path):
    path = tmp_path / "a-rule.yml"
    path.write_text("# a comment\n" + rule(), encoding="utf-8")
    (found,) = load_rules([path]).rules
    assert (found.id, found.title, found.name, found.language) == (IDS[1], "Rule 1", "sigma/a-rule", "sigma")
    assert found.techniques == ("T1567.002", "T1048")
    assert (found.level, found.false_positives, found.silent) == ("high", ("Backups",), False)
    assert str(found.location) == f"{path}:2:1"


def test_a_missing_path_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="no such file or folder"):
        load_rules([tmp_path / "nowhere"])


def test_a_file_given_twice_is_read_once(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text(rule(), encoding="utf-8")
    assert len(load_rules([path, tmp_path]).rules) == 1


def test_rules_with_one_id_both_run_with_a_warning(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.yml").write_text(rule(), encoding="utf-8")
    ruleset = load_rules([tmp_path])
    assert len(ruleset.rules) == 2
    (problem,) = ruleset.problems
    assert problem.warning
    assert problem.location.line == 2
    assert problem.message == f"the id {IDS[1]} is also that of the rule at {tmp_path / 'a.yml'}:1:1"
    assert [file.status for file in ruleset.files] == [Status.OK, Status.OK]


def test_a_rule_without_an_id_has_its_name(tmp_path):
    path = tmp_path / "x.yml"
    path.write_text(rule().replace(f"id: {IDS[1]}\n", ""), encoding="utf-8")
    assert load_rules([path]).rules[0].id == "sigma/x"


def test_placeholders_come_from_files_and_from_the_caller(tmp_path):
    (tmp_path / "a.yml").write_text(rule().replace("{f: x}", "{'f|expand': '%who%'}"), encoding="utf-8")
    (tmp_path / "values.yml").write_text("placeholders: {who: [ann, 5]}\n", encoding="utf-8")
    ruleset = load_rules([tmp_path], placeholders={"who": ["bob"]})
    assert [(file.kind, file.status) for file in ruleset.files] == [("rule", Status.OK), ("placeholders", Status.OK)]
    plan = ruleset.rules[0].plan
    assert isinstance(plan, Filter)
    assert plan.where == Or(tuple(Like("f", (text,)) for text in ("bob", "ann", "5")))


def test_placeholders_must_have_values(tmp_path):
    (tmp_path / "values.yml").write_text("placeholders:\n  who: []\n  what: {a: b}\n", encoding="utf-8")
    ruleset = load_rules([tmp_path])
    assert [str(one.location)[-3:] for one in ruleset.problems] == ["2:8", "3:9"]


FILTER = """\
title: Not administrators
logsource: {{product: zeek}}
filter:
  rules: {rules}
  adm: {{g: adm}}
  other: {{h: x}}
  condition: {condition}
"""
F, G, H = Like("f", ("x",)), Like("g", ("adm",)), Like("h", ("x",))


@pytest.mark.parametrize(
    ("condition", "excludes", "warns"),
    [
        ("adm", Not(G), False),
        ("adm or other", Not(Or((G, H))), False),
        ("1 of them", Not(Or((G, H))), False),
        ("not adm", Not(G), True),
        ("not 1 of them", Not(Or((G, H))), True),
    ],
)
@pytest.mark.parametrize("rules", ["any", "[]", "base", f"['{IDS[1]}']", "[BASE]"])
def test_a_filter_excludes_what_its_condition_names(tmp_path, condition, excludes, warns, rules):
    (tmp_path / "a.yml").write_text(rule(), encoding="utf-8")
    (tmp_path / "filter.yml").write_text(FILTER.format(rules=rules, condition=condition), encoding="utf-8")
    ruleset = load_rules([tmp_path])
    (found,) = ruleset.rules
    assert isinstance(found.plan, Filter)
    assert found.plan.where.items == (F, excludes)
    assert [problem.warning for problem in ruleset.problems] == [True] * warns
    assert all("events to keep" in problem.message and problem.location.line == 7 for problem in ruleset.problems)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rules: any", "rules: nobody", "4:10 the filter applies to no rule"),
        ("product: zeek", "product: okta", "4:10 the filter applies to no rule"),
        ("  rules: any\n", "", "3:1 a filter must say which rules it is for, or `rules: any`"),
        ("rules: any", "rules: 5", "4:10 expected `any`, or ids or names of rules"),
        ("condition: adm", "condition: admin", "7:14 unknown selection 'admin', did you mean 'adm'?"),
    ],
)
def test_what_can_be_wrong_with_a_filter(tmp_path, old, new, said):
    (tmp_path / "a.yml").write_text(rule(), encoding="utf-8")
    text = FILTER.format(rules="any", condition="adm").replace(old, new)
    (tmp_path / "filter.yml").write_text(text, encoding="utf-8")
    ruleset = load_rules([tmp_path])
    assert ruleset.rules[0].plan.where == F
    assert [f"{p.location.line}:{p.location.column} {p.message}" for p in ruleset.problems] == [said]
