"""Correlations: YAML -> IR, links between files, and what can be wrong with them."""

from __future__ import annotations

import pytest

from simulator.ir import Branch, Correlate, CorrelationKind, Filter, Like, Op, Scan, Threshold
from simulator.languages import load_rules
from tests.languages.sigma.reading import load, told

BASE = """\
---
title: Base {name}
name: {name}
logsource: {{product: zeek, service: http}}
detection:
  sel: {{f: {name}}}
  condition: sel
"""
BASES = BASE.format(name="a") + BASE.format(name="b")
MINUTE = 60_000_000


def source(name: str) -> Filter:
    return Filter(Scan("zeek.http"), Like("f", (name,)))


def branch(name: str, by=("host",), fields=()) -> Branch:
    return Branch(name, source(name), by, fields)


def correlation(**keys: str) -> str:
    given = {"type": "event_count", "rules": "[a]", "group-by": "[host]", "timespan": "10m", **keys}
    lines = [f"  {key.replace('_', '-')}: {value}\n" for key, value in given.items() if value]
    return "title: Together\nname: together\ncorrelation:\n" + "".join(lines)


A, B = branch("a"), branch("b")
KIND = CorrelationKind
CASES = {
    "event count": (
        {"condition": "{gte: 5}"},
        Correlate(KIND.EVENT_COUNT, (A,), ("host",), 10 * MINUTE, (Threshold(Op.GE, 5),)),
    ),
    "a range": (
        {"condition": "{gt: 5, lte: 9}"},
        Correlate(KIND.EVENT_COUNT, (A,), ("host",), 10 * MINUTE, (Threshold(Op.GT, 5), Threshold(Op.LE, 9))),
    ),
    "one rule as text, no group": (
        {"rules": "a", "group-by": "", "condition": "{neq: 5}", "timespan": "2h"},
        Correlate(KIND.EVENT_COUNT, (branch("a", ()),), (), 120 * MINUTE, (Threshold(Op.NE, 5),)),
    ),
    "value count": (
        {"type": "value_count", "condition": "{field: user, eq: 3}"},
        Correlate(KIND.VALUE_COUNT, (branch("a", fields=("user",)),), ("host",), 10 * MINUTE, (Threshold(Op.EQ, 3),)),
    ),
    "value count of tuples": (
        {"type": "value_count", "condition": "{field: [user, ip], lt: 3}"},
        Correlate(
            KIND.VALUE_COUNT, (branch("a", fields=("user", "ip")),), ("host",), 10 * MINUTE, (Threshold(Op.LT, 3),)
        ),
    ),
    "value sum": (
        {"type": "value_sum", "condition": "{field: n, gte: 2.5}"},
        Correlate(KIND.VALUE_SUM, (branch("a", fields=("n",)),), ("host",), 10 * MINUTE, (Threshold(Op.GE, 2.5),)),
    ),
    "value average": (
        {"type": "value_avg", "condition": "{field: n, gte: 2}"},
        Correlate(KIND.VALUE_AVG, (branch("a", fields=("n",)),), ("host",), 10 * MINUTE, (Threshold(Op.GE, 2),)),
    ),
    "value median": (
        {"type": "value_median", "condition": "{field: n, gte: 2}"},
        Correlate(KIND.VALUE_MEDIAN, (branch("a", fields=("n",)),), ("host",), 10 * MINUTE, (Threshold(Op.GE, 2),)),
    ),
    "value percentile": (
        {"type": "value_percentile", "condition": "{field: n, gte: 2, percentile: 95}"},
        Correlate(
            KIND.VALUE_PERCENTILE, (branch("a", fields=("n",)),), ("host",), 10 * MINUTE, (Threshold(Op.GE, 2),), 95
        ),
    ),
    "temporal": (
        {"type": "temporal", "rules": "[a, b]"},
        Correlate(KIND.TEMPORAL, (A, B), ("host",), 10 * MINUTE),
    ),
    "temporal with a count": (
        {"type": "temporal", "rules": "[a, b]", "condition": "{gte: 1}"},
        Correlate(KIND.TEMPORAL, (A, B), ("host",), 10 * MINUTE, (Threshold(Op.GE, 1),)),
    ),
    "ordered": (
        {"type": "temporal_ordered", "rules": "[b, a]"},
        Correlate(KIND.TEMPORAL_ORDERED, (B, A), ("host",), 10 * MINUTE),
    ),
    "extended condition": (
        {"type": "temporal", "rules": "", "condition": "a and not b"},
        Correlate(KIND.TEMPORAL, (A, B), ("host",), 10 * MINUTE, requires=("and", "a", ("not", "b"))),
    ),
    "aliases": (
        {"type": "temporal", "rules": "[a, b]", "group-by": "[ip]", "aliases": "{ip: {a: src, b: dst}}"},
        Correlate(KIND.TEMPORAL, (branch("a", ("src",)), branch("b", ("dst",))), ("ip",), 10 * MINUTE),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_correlation(tmp_path, case):
    keys, expected = CASES[case]
    ruleset = load(tmp_path, correlation(**keys) + BASES)
    assert told(ruleset) == []
    assert ruleset.rules[0].plan == expected


@pytest.mark.parametrize(("generate", "silent"), [("", [False, True, False]), ("true", [False, False, False])])
def test_base_rules_are_silent_unless_asked_for(tmp_path, generate, silent):
    ruleset = load(tmp_path, correlation(condition="{gte: 5}", generate=generate) + BASES)
    assert [rule.silent for rule in ruleset.rules] == silent
    assert [rule.name for rule in ruleset.rules] == ["sigma/rule", "sigma/rule#a", "sigma/rule#b"]


def test_rules_of_other_files_and_correlations_of_correlations(tmp_path):
    (tmp_path / "z.yml").write_text(BASES[4:], encoding="utf-8")
    (tmp_path / "y.yml").write_text(correlation(condition="{gte: 5}"), encoding="utf-8")
    outer = correlation(type="temporal_ordered", rules="[together, b]").replace("name: together", "name: outer")
    (tmp_path / "x.yml").write_text(outer, encoding="utf-8")
    ruleset = load_rules([tmp_path])
    assert told(ruleset) == []
    inner = Correlate(KIND.EVENT_COUNT, (A,), ("host",), 10 * MINUTE, (Threshold(Op.GE, 5),))
    expected = Correlate(KIND.TEMPORAL_ORDERED, (Branch("together", inner, ("host",)), B), ("host",), 10 * MINUTE)
    assert ruleset.rules[0].plan == expected
    assert [rule.silent for rule in ruleset.rules] == [False, True, True, True]


def test_a_rule_whose_tables_name_the_group_differently_becomes_several_branches(tmp_path):
    text = """\
        title: Image seen with another event
        correlation:
          type: temporal
          rules: [started, b]
          group-by: [Image]
          timespan: 1h
        ---
        title: Started
        name: started
        logsource: {category: process_creation, product: windows}
        detection: {sel: {CommandLine: x}, condition: sel}
        ---
        title: Base b
        name: b
        logsource: {product: zeek, service: http}
        detection: {sel: {f: b}, condition: sel}
        """
    plan = load(tmp_path, text).rules[0].plan
    started = Like("CommandLine", ("x",))
    assert plan.branches == (
        Branch("started", Filter(Scan("sysmon.process_creation"), started), ("Image",)),
        Branch("started#2", Filter(Scan("security.process_creation"), started), ("NewProcessName",)),
        Branch("b", source("b"), ("Image",)),
    )
    assert plan.requires == ("and", ("or", "started", "started#2"), "b")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"type": "event_cout"}, "4:9 invalid: unknown correlation type 'event_cout', did you mean 'event_count'?"),
        ({"type": ""}, "3:1 invalid: the correlation has no type"),
        ({"rules": "[c]", "condition": "{gte: 1}"}, "5:11 invalid: no rule has the id or name 'c'"),
        ({"rules": "", "condition": "{gte: 1}"}, "3:1 invalid: a correlation must name the rules it builds on"),
        (
            {"rules": "[together]", "condition": "{gte: 1}"},
            "5:11 invalid: 'together' builds on this correlation itself",
        ),
        ({"timespan": "", "condition": "{gte: 1}"}, "3:1 invalid: the correlation has no timespan"),
        (
            {"timespan": "10 min", "condition": "{gte: 1}"},
            "7:13 invalid: found '10 min', expected a number and one of s, m, h, d, w, M, y, for example 15m",
        ),
        (
            {"timespan": "99999999y", "condition": "{gte: 1}"},
            "7:13 invalid: the timespan is longer than a hundred years",
        ),
        ({}, "3:1 invalid: event_count needs a condition such as `gte: 10`"),
        ({"condition": "{gte: many}"}, "8:20 invalid: found 'many', expected a number"),
        ({"condition": "{gt: .nan}"}, "8:19 invalid: found nan, expected a number"),
        ({"condition": "{gtee: 5}"}, "8:15 invalid: unknown key 'gtee', did you mean 'gte'?"),
        ({"condition": "a and b"}, "8:14 invalid: a condition over rule names does not go with event_count"),
        ({"type": "value_count", "condition": "{gte: 5}"}, "8:14 invalid: value_count needs the name of a field"),
        ({"type": "value_sum", "condition": "{gte: 5, field: [a, b]}"}, "8:30 invalid: value_sum measures one field"),
        (
            {"type": "value_percentile", "condition": "{gte: 5, field: n}"},
            "8:14 invalid: found None, expected `percentile` to be a whole number from 0 to 100",
        ),
        (
            {"type": "temporal", "condition": "a and b"},
            "8:20 invalid: 'b' is not among the correlation's rules",
        ),
        ({"condition": "{gte: 1}", "gropu-by": "[x]"}, "9:3 invalid: unknown key 'gropu-by', did you mean 'group-by'?"),
        (
            {"condition": "{gte: 1}", "aliases": "{ip: src}"},
            "9:17 invalid: an alias must map names of rules to names of fields",
        ),
        ({"condition": "{gte: 1}", "generate": "1"}, "9:13 invalid: found 1, expected true or false"),
    ],
)
def test_what_can_be_wrong(tmp_path, keys, said):
    ruleset = load(tmp_path, correlation(**keys) + BASES)
    assert told(ruleset) == [said]
    assert len(ruleset.rules) == 2


def test_a_correlation_over_a_rule_that_cannot_run_cannot_run(tmp_path):
    ruleset = load(tmp_path, correlation(condition="{gte: 1}") + BASES.replace("sel: {f: a}", "sel: {'f|x': a}"))
    assert [line.partition(": ")[0] for line in told(ruleset)] == ["5:11 unsupported", "14:12 invalid"]
    assert [rule.title for rule in ruleset.rules] == ["Base b"]


def test_an_inner_correlation_must_group_by_what_the_outer_needs(tmp_path):
    outer = correlation(rules="[together]", condition="{gte: 2}", **{"group-by": "[user]"})
    text = outer.replace("name: together", "name: outer") + "---\n" + correlation(condition="{gte: 5}") + BASES
    (said,) = told(load(tmp_path, text))
    assert said == "5:11 unsupported: the correlation 'together' has no field 'user', only what it groups by: host"


def test_correlations_that_double_at_every_level_are_stopped(tmp_path):
    def level(n: int, letter: str) -> str:
        below = f"[a{n - 1}, b{n - 1}]" if n else "[a, b]"
        text = correlation(type="temporal", rules=below)
        return text.replace("name: together", f"name: {letter}{n}") + "---\n"

    text = "".join(level(n, letter) for n in range(40) for letter in "ab") + BASES
    ruleset = load(tmp_path, text)
    assert len(ruleset.rules) == 2 + 2 * 5
    assert "builds on more than 60 rules" in told(ruleset)[0]
