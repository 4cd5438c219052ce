"""The `search` command. Sources: Splunk's Search Reference, "search"; Search Manual, "Difference between NOT and !=",
"Use CASE and TERM to match phrases", "About subsearches"."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.ir import Filter, Like, Read, Scan
from simulator.languages.spl.lookups import LookupTable
from tests.languages.spl.finding import Row, compiled, found, hits

USERS: list[Row] = [{"user": "Anna", "code": "5"}, {"user": "bob", "code": "10"}, {"code": "7"}, {"user": "x*y"}]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("user=anna", [0]),
        ('user="ANNA"', [0]),
        ("user=A*", [0]),
        ("user=*", [0, 1, 3]),
        ("user!=anna", [1, 3]),  # the field must be there
        ("NOT user=anna", [1, 2, 3]),  # it need not
        ("user!=*", [2]),
        ("NOT user=*", [2]),
        ("user IN (anna, BO*)", [0, 1]),
        ("NOT user IN (anna, bob)", [2, 3]),
        ("code>6", [1, 2]),  # numbers, not texts: "10" > "6"
        ("code>=7 code<10", [2]),
        ("code=5 OR code=7 user=*", [0]),  # OR before AND
        ("(code=7) OR (code=5 user=*)", [0, 2]),
        ("NOT code=5 code=*", [1, 2]),  # NOT before the rest
        ("code = 7", [2]),
        ("index=anything user=bob", [1]),  # a stream has no indexes
    ],
)
def test_fields(condition: str, expected: list[int]) -> None:
    assert hits(condition, USERS) == expected


TEXTS: list[Row] = [{"a": "x foo-bar"}, {"a": "foobar"}, {"a": "FOO"}, {"a": "foo bar"}, {"a": "user_foo=1"}]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("foo", [0, 2, 3, 4]),  # a whole term: minor breakers such as - and _ bound it
        ("Foo*", [0, 1, 2, 3, 4]),
        ('"foo bar"', [3]),
        ("foo bar", [0, 3]),
        ("NOT foo", [1]),
        ("CASE(FOO)", [2]),
        ("TERM(foo-bar)", [0]),
        ("*", [0, 1, 2, 3, 4]),
    ],
)
def test_words(condition: str, expected: list[int]) -> None:
    assert hits(condition, TEXTS) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('path="*\\\\temp\\\\*"', [0]),  # \\ is one backslash
        ("path=*\\temp\\*", [0]),  # so is a single one before another character, and an asterisk is a wildcard always
        ('path="a\\"b"', [1]),
        ("ip=10.0.0.0/8", [2]),
        ('ip IN ("10.0.0.0/8", 192.168.1.1)', [2, 3]),
        ("ip!=10.0.0.0/8", [3]),
    ],
)
def test_values(condition: str, expected: list[int]) -> None:
    events = [{"path": "C:\\temp\\x"}, {"path": 'a"b'}, {"ip": "10.1.2.3"}, {"ip": "192.168.1.1"}]
    assert hits(condition, events) == expected


def test_a_multivalue_field_matches_by_any_value() -> None:
    assert hits("many=b", [{"many": ["a", "B"]}, {"many": ["c"]}]) == [0]


def test_a_subsearch_matches_rows_by_its_fields() -> None:
    events: list[Row] = [{"u": "a", "k": "1"}, {"u": "A", "k": "2"}, {"u": "b", "k": "3"}, {"k": "4"}]
    assert hits("[search sourcetype=test k=1 | fields u]", events) == [0, 1]
    assert hits("NOT [search sourcetype=test k=1 | fields u]", events) == [2, 3]
    assert hits("k=4 OR [search sourcetype=test k=3 | return u]", events) == [2, 3]


def test_a_lookup_file_in_a_subsearch_keeps_its_wildcards(tmp_path: Path) -> None:
    file = tmp_path / "tools.csv"
    file.write_text("tool\n*rclone*\ncurl.exe\n")
    lookups = {"tools": LookupTable("tools", file)}
    events = [{"sourcetype": "test", "u": name} for name in ("x\\RClone.exe", "CURL.EXE", "curl")]
    search = "sourcetype=test [| inputlookup tools | rename tool as u | fields u] | table u"
    assert sorted(row["u"] for row in found(search, events, lookups=lookups)) == ["CURL.EXE", "x\\RClone.exe"]


def test_times_are_the_runs_own() -> None:
    events: list[Row] = [{"sourcetype": "test", "n": str(n)} for n in range(5)]
    search = "sourcetype=test earliest=-3s latest=-1s | table n"
    assert [row["n"] for row in found(search, events, now=4)] == ["2", "1"]


def test_plain_conditions_are_asked_of_events() -> None:
    plan = compiled("sourcetype=test user=a*").plan
    assert isinstance(plan, Read)
    assert isinstance(plan.source, Filter)
    assert plan.source.source == Scan("splunk.test")
    assert any(isinstance(item, Like) for item in plan.source.where.items)  # type: ignore[union-attr]
