"""Commands that count. Sources: Splunk's Search Reference, "stats", "eventstats", "streamstats", "top", "timechart",
"tstats", "Statistical and charting functions"."""

from __future__ import annotations

from typing import Any

import pytest

from tests.languages.spl.finding import PROCESSES, Row, compiled, found

EVENTS: list[Row] = [
    {"sourcetype": "test", "u": "a", "n": "1"},
    {"sourcetype": "test", "u": "b", "n": "2"},
    {"sourcetype": "test", "u": "a", "n": "3"},
    {"sourcetype": "test", "n": "10"},
]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("count", 4),
        ("count(u)", 3),
        ("count(eval(n>2))", 2),
        ('count(eval(u="a" AND n>1))', 1),
        ("dc(u)", 2),
        ("values(u)", ["a", "b"]),
        ("values(n)", ["1", "10", "2", "3"]),  # in lexicographical order
        ("list(u)", ["a", "b", "a"]),
        ("sum(n)", 16.0),
        ("sum(u)", None),
        ("avg(n)", 4.0),
        ("min(n)", "1"),
        ("max(n)", "10"),  # as numbers
        ("max(u)", "b"),
        ("median(n)", 3.0),  # of an even number the higher
        ("p50(n)", 2.0),
        ("perc90(n)", 10.0),
        ("range(n)", 9.0),
        ("mode(u)", "a"),
        ("stdevp(n)", pytest.approx(3.5355, rel=1e-4)),
        ("var(n)", pytest.approx(16.6667, rel=1e-4)),
        ("sumsq(n)", 114.0),
        ("first(n)", "10"),  # the first that is seen: events come newest first
        ("last(n)", "1"),
        ("earliest(n)", "1"),
        ("latest(n)", "10"),
        ("latest(u)", "a"),  # the latest that is not null
        ("earliest_time(n)", 0.0),
    ],
)
def test_functions(function: str, expected: Any) -> None:
    (row,) = found(f"sourcetype=test | stats {function} as out", EVENTS)
    assert row.get("out") == expected


def test_names_without_as() -> None:
    (row,) = found("sourcetype=test | stats count values(u) dc( n )", EVENTS)
    assert set(row) == {"count", "values(u)", "dc(n)"}


def test_rows_without_a_by_field_are_left_out() -> None:
    rows = found("sourcetype=test | stats count by u", EVENTS)
    assert sorted((row["u"], row["count"]) for row in rows) == [("a", 2), ("b", 1)]


def test_a_multivalue_field_groups_by_each_value() -> None:
    events: list[Row] = [{"sourcetype": "test", "many": ["a", "b"]}, {"sourcetype": "test", "many": ["b"]}]
    rows = found("sourcetype=test | stats count by many", events)
    assert sorted((row["many"], row["count"]) for row in rows) == [("a", 1), ("b", 2)]
    (row,) = found("sourcetype=test | stats values(many) as v dc(many) as d count(many) as c", events)
    assert row == {"v": ["a", "b"], "d": 2, "c": 3}


def test_counting_nothing_is_zero() -> None:
    assert found("sourcetype=test | stats count") == [{"count": 0}]
    assert found("sourcetype=test | stats count by u") == []
    assert found("sourcetype=test | stats values(u) as u") == []


def test_eventstats_keeps_events() -> None:
    rows = found("sourcetype=test | eventstats avg(n) as m by u | table u n m", EVENTS)
    assert [row.get("m") for row in rows] == [None, 2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("streamstats count as out", [1, 2, 3, 4]),
        ("streamstats count as out by u", [None, 1, 1, 2]),
        ("streamstats current=f last(n) as out", [None, "10", "3", "2"]),
        ("streamstats window=2 sum(n) as out", [10.0, 13.0, 5.0, 3.0]),
    ],
)
def test_streamstats(command: str, expected: list[Any]) -> None:
    rows = found(f"sourcetype=test | {command} | table n out", EVENTS)
    assert [row.get("out") for row in rows] == expected


def test_top_and_rare() -> None:
    (row,) = found("sourcetype=test | top limit=1 u", EVENTS)
    assert (row["u"], row["count"], round(row["percent"], 1)) == ("a", 2, 66.7)
    assert [row["u"] for row in found("sourcetype=test | rare showperc=f u", EVENTS)] == ["b", "a"]


def test_bins_of_time() -> None:
    expected = [(0.0, 2), (2.0, 2)]
    for search in ("timechart span=2s count", "bin _time span=2s | stats count by _time"):
        rows = found(f"sourcetype=test | {search}", EVENTS)
        assert sorted((row["_time"], row["count"]) for row in rows) == expected


PROCESS: list[Row] = [
    {"dest": "h1", "process_name": "cmd.exe", "user": "a", "process_id": 4},
    {"dest": "h1", "process_name": "CMD.EXE", "process_id": 8},
    {"dest": "h2", "process_name": "x.exe", "user": "b"},
]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (
            "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=cmd.exe by Processes.dest",
            [{"Processes.dest": "h1", "count": 2}],
        ),
        (  # a row without the field is in no group …
            "| tstats count from datamodel=Endpoint.Processes where Processes.dest=h1 by Processes.user",
            [{"Processes.user": "a", "count": 1}],
        ),
        (  # … unless it is filled
            "| tstats fillnull_value=null count from datamodel=Endpoint.Processes where Processes.dest=h1 "
            "by Processes.user | sort Processes.user",
            [{"Processes.user": "a", "count": 1}, {"Processes.user": "null", "count": 1}],
        ),
        (
            "| tstats summariesonly=t allow_old_summaries=t values(Processes.process_name) as p "
            "from datamodel=Endpoint.Processes where Processes.dest=h1",
            [{"p": ["CMD.EXE", "cmd.exe"]}],
        ),
        (
            "| tstats count from datamodel=Endpoint where nodename=Processes by _time span=2s",
            [{"_time": 0.0, "count": 2}, {"_time": 2.0, "count": 1}],
        ),
        (
            "| tstats `security_content_summariesonly` count min(_time) as firstTime "
            "from datamodel=Endpoint.Processes where Processes.process_id>5 by Processes.dest Processes.process_id "
            "| `drop_dm_object_name(Processes)` | `security_content_ctime(firstTime)`",
            [{"dest": "h1", "process_id": "8", "count": 1, "firstTime": "2026-03-02T08:00:01"}],
        ),
        (
            '| tstats count from datamodel="Endpoint"."Processes" where [search sourcetype=nothing | eval user="b" '
            "| rename user as Processes.user | fields Processes.user] by Processes.dest",
            [],
        ),
        ("| from datamodel:Endpoint.Processes | search user=b | table dest", [{"dest": "h2"}]),
        ("| datamodel Endpoint Processes search | search Processes.user=b | table Processes.dest",
         [{"Processes.dest": "h2"}]),
    ],
)  # fmt: skip
def test_data_models(search: str, expected: list[dict[str, Any]]) -> None:
    rows = found(search, PROCESS, table=PROCESSES)
    assert sorted(rows, key=str) == sorted(expected, key=str)


def test_a_field_that_the_data_set_lacks_is_a_warning() -> None:
    made = compiled("| tstats count from datamodel=Endpoint.Processes where Processes.proces_name=x by Processes.dest")
    assert [w.message for w in made.warnings] == [
        "cim.Endpoint.Processes has no documented field 'proces_name', did you mean 'process_name'?"
    ]
