"""Commands that change fields and rows. Sources: Splunk's Search Reference, the page of each command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.languages.spl.lookups import LookupTable
from tests.languages.spl.finding import Row, found

EVENTS: list[Row] = [
    {"sourcetype": "test", "u": "a", "n": "1"},
    {"sourcetype": "test", "u": "b", "n": "2"},
    {"sourcetype": "test", "u": "a", "n": "3"},
    {"sourcetype": "test", "n": "10"},
]


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ("head 2 | table n", ["10", "3"]),
        ("tail 2 | table n", ["1", "2"]),
        ("reverse | table n", ["1", "2", "3", "10"]),
        ("sort n | table n", ["1", "2", "3", "10"]),  # as numbers
        ("sort - n | table n", ["10", "3", "2", "1"]),
        ("sort 1 -n | table n", ["10"]),
        ("sort u, -n | table n", ["3", "1", "2", "10"]),
        ("sort n desc | table n", ["10", "3", "2", "1"]),
        ("dedup u | table n", ["3", "2"]),  # the newest of each; without the field: gone
        ("dedup u keepempty=t | table n", ["10", "3", "2"]),
        ("dedup u sortby n | table n", ["1", "2"]),
        ("dedup 1 u | sort n | head 1 | table n", ["2"]),
        ('where u="a" | fields n | table n u', ["3", "1"]),
        ('regex u="^[b-z]" | table n', ["2"]),
        ('regex u!="^[b-z]" | table n', ["10", "3", "1"]),
        ("fillnull value=none u | search u=none | table n", ["10"]),
        ("fillnull u | search u=0 | table n", ["10"]),
        ("search u=b | append [search sourcetype=test n=1] | table n", ["2", "1"]),
        ("eval n=n*2 | where n>5 | eval n=tostring(n) | table n", ["20", "6"]),
        ("replace a with z, b with y in u | search u=z | table n", ["3", "1"]),
        ("stats count by u | sort u | eval n=u | table n", ["a", "b"]),
        ("rename n as m | eval n=m | table n", ["10", "3", "2", "1"]),
        ("addtotals fieldname=t n | search t>2 | table n", ["10", "3"]),
        ('strcat u "-" n z | search z=a-* | table n', ["3", "1"]),
        ("reverse | accum n as t | search t=16 | table n", ["10"]),
        ("reverse | delta n as d | search d=7 | table n", ["10"]),
        ("reverse | autoregress n | search n_p1=2 | table n", ["3"]),
        ("search u=a | table n | addcoltotals n | search n>3", ["4"]),
        ("filldown u | search u=* | table n", ["3", "2", "1"]),
        ("eventstats max(n) as m | where n=m | collect index=x | table n", ["10"]),
    ],
)
def test_rows_in_order(commands: str, expected: list[str]) -> None:
    got = [row.get("n") for row in found(f"sourcetype=test | {commands}", EVENTS)]
    assert sorted(got) == sorted(expected) if "append" in commands else got == expected


@pytest.mark.parametrize(
    ("event", "commands", "expected"),
    [
        ({"m": "user=bob id=7"}, 'rex field=m "user=(?<who>\\w+) id=(?P<id>\\d+)"', {"who": "bob", "id": "7"}),
        ({"m": "x", "who": "old"}, 'rex field=m "user=(?<who>\\w+)"', {"who": "old"}),  # no match changes nothing
        ({"m": "1 2 3"}, 'rex field=m max_match=0 "(?<d>\\d)"', {"d": ["1", "2", "3"]}),
        ({"m": "1 2 3"}, 'rex field=m max_match=2 "(?<d>\\d)"', {"d": ["1", "2"]}),
        ({"m": "1 2"}, 'rex field=m mode=sed "s/(\\d)/<\\1>/g"', {"m": "<1> <2>"}),
        ({"m": "1 2"}, 'rex field=m mode=sed "s/\\d/x/2"', {"m": "1 x"}),
        ({"m": "C:\\a\\b.exe"}, 'rex field=m "(?<f>[^\\\\\\\\]+)$"', {"f": "b.exe"}),  # two escapes for a backslash
        ({"m": "id=9"}, 'rex "id=(?<id>\\d)"', {"id": "9"}),  # of the raw event
        ({"m": "a,b,,c"}, 'makemv delim="," m', {"m": ["a", "b", "c"]}),
        ({"m": "a,b,,c"}, 'makemv delim="," allowempty=t m', {"m": ["a", "b", "", "c"]}),
        ({"m": "a1b2"}, 'makemv tokenizer="([a-z]\\d)" m', {"m": ["a1", "b2"]}),
        ({"many": ["a", "b"]}, "nomv many", {"many": "a\nb"}),
        ({"j": '{"a": [{"b": 1}, {"b": "q"}]}'}, "spath input=j path=a{}.b output=x", {"x": ["1", "q"]}),
        ({"j": '{"a": [{"b": 1}, {"b": "q"}]}'}, "spath input=j path=a{1}.b output=x", {"x": "q"}),
        ({"j": '{"a": {"c": 1}, "z": true}'}, "spath input=j | eval x='a.c'.z", {"x": "1true"}),
        ({"p.x": "1", "y": "2"}, "rename p.* as *", {"x": "1", "y": "2"}),
        ({"t": "0"}, 'convert timeformat="%Y" ctime(t) as y', {"y": "1970"}),
        ({"a1": "2", "a2": "5"}, "search a1=* a2=* | foreach a* [eval <<FIELD>>_x = <<FIELD>> * 2, b<<MATCHSTR>> = 1]",
         {"a1_x": 4.0, "b2": 1}),
        ({"x": "7"}, "bin x span=5", {"x": 5.0}),
        ({"ip": "10.1.1.1"}, "iplocation ip", {"Country": None}),
        ({"m": "<a><Name>x</Name></a>"}, "xmlkv m", {"Name": "x"}),
        ({"a.b": "1"}, "eval c=a.b", {"c": "1"}),  # a bare name with dots is a field
        ({"a": "1", "b": "2"}, "eval d=a, e=b | eval c=a.b", {"c": "12"}),  # unless its parts are
    ],
)  # fmt: skip
def test_fields(event: dict[str, object], commands: str, expected: dict[str, Any]) -> None:
    names = " ".join(f'"{name}"' for name in expected)
    (row,) = found(f"sourcetype=test | {commands} | table {names}", [{"sourcetype": "test", **event}])
    got = {name: row.get(name) for name in expected}
    assert got == expected


def test_mvexpand_makes_rows() -> None:
    rows = found("sourcetype=test | mvexpand many | table many", [{"sourcetype": "test", "many": ["a", "b"]}])
    assert sorted(row["many"] for row in rows) == ["a", "b"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("join u [search sourcetype=test n=2 | eval k=\"x\" | fields u k]", [("2", "x")]),
        ("join type=left u [search sourcetype=test n=2 | eval k=\"x\" | fields u k]",
         [("1", None), ("10", None), ("2", "x"), ("3", None)]),
        ("join u max=0 [search sourcetype=test | rename n as k | fields u k]",
         [("1", "1"), ("1", "3"), ("2", "2"), ("3", "1"), ("3", "3")]),
        ("join u [search sourcetype=test | rename n as k | fields u k]", [("1", "3"), ("2", "2"), ("3", "3")]),
        ("appendcols [search sourcetype=test n=3 | rename n as k | fields k]",
         [("1", None), ("10", "3"), ("2", None), ("3", None)]),
    ],
)  # fmt: skip
def test_joins(command: str, expected: list[tuple[str, str | None]]) -> None:
    rows = found(f"sourcetype=test | {command} | table n k", EVENTS)
    assert sorted(((row["n"], row.get("k")) for row in rows), key=str) == sorted(expected, key=str)


def test_a_joins_fields_go_over_those_before_unless_overwrite_is_false() -> None:
    inner = '[search sourcetype=test n=2 | eval n="x" | fields u n]'
    assert [row["n"] for row in found(f"sourcetype=test | join u {inner} | table n", EVENTS)] == ["x"]
    assert [row["n"] for row in found(f"sourcetype=test | join u overwrite=f {inner} | table n", EVENTS)] == ["2"]


def test_transactions() -> None:
    rows = found("sourcetype=test | transaction u maxspan=10s | table u eventcount duration n", EVENTS)
    assert sorted((row["u"], row["eventcount"], row["duration"]) for row in rows) == [("a", 2, 2.0), ("b", 1, 0.0)]
    rows = found("sourcetype=test | transaction u maxpause=1s | table u eventcount", EVENTS)
    assert [(row["u"], row["eventcount"]) for row in rows] == [("a", 1), ("b", 1), ("a", 1)]
    assert found('sourcetype=test | transaction u startswith="n=2" | table u', EVENTS) == [{"u": "b"}]


TOOLS = "tool,kind\n*rclone*,sync\ncurl.exe,http\n"


@pytest.mark.parametrize(
    ("options", "command", "expected"),
    [
        ({"match_types": {"tool": "wildcard"}, "case_sensitive": False},
         "lookup tools tool as u OUTPUT kind", {"C:\\RClone.exe": "sync", "CURL.EXE": "http", "x": None}),
        ({"match_types": {"tool": "wildcard"}, "case_sensitive": False, "default_match": "none", "min_matches": 1},
         "lookup tools tool as u OUTPUT kind", {"C:\\RClone.exe": "sync", "CURL.EXE": "http", "x": "none"}),
        ({"case_sensitive": False},
         "lookup tools tool as u OUTPUT kind", {"C:\\RClone.exe": None, "CURL.EXE": "http", "x": None}),
        ({}, "lookup tools tool as u OUTPUT kind", {"C:\\RClone.exe": None, "CURL.EXE": None, "x": None}),
        ({"case_sensitive": False}, 'eval kind="own" | lookup tools tool as u OUTPUTNEW kind',
         {"C:\\RClone.exe": "own", "CURL.EXE": "own", "x": "own"}),
        ({"case_sensitive": False}, 'eval kind="own" | lookup tools tool as u OUTPUT kind',
         {"C:\\RClone.exe": None, "CURL.EXE": "http", "x": None}),
    ],
)  # fmt: skip
def test_lookups(tmp_path: Path, options: dict[str, Any], command: str, expected: dict[str, Any]) -> None:
    file = tmp_path / "tools.csv"
    file.write_text(TOOLS)
    lookups = {"tools": LookupTable("tools", file, **options)}
    events: list[Row] = [{"sourcetype": "test", "u": name} for name in expected]
    rows = found(f"sourcetype=test | {command} | table u kind", events, lookups=lookups)
    assert {row["u"]: row.get("kind") for row in rows} == expected


def test_lookup_files_as_rows(tmp_path: Path) -> None:
    file = tmp_path / "tools.csv"
    file.write_text(TOOLS)
    lookups = {"tools": LookupTable("tools", file)}
    assert found("| inputlookup tools where kind=HTTP", lookups=lookups) == [{"tool": "curl.exe", "kind": "http"}]
    assert found("| makeresults count=2 | eval x=1 | stats sum(x) as s") == [{"s": 2}]
