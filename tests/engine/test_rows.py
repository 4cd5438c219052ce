"""Plans over rows, from the sieve to the alerts: examples worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from simulator.detect import detect
from simulator.engine import rows
from simulator.ir import (
    Aggregate,
    Call,
    Compare,
    Concat,
    Explode,
    Extend,
    Field,
    Filter,
    Key,
    Like,
    Limit,
    Literal,
    Lookup,
    Measure,
    Now,
    Op,
    Read,
    Relation,
    Scan,
    Schedule,
    Sequence,
    Sort,
    Step,
    Test,
    Wild,
)
from simulator.tables import Column, Type
from tests.engine.memory import START, rule, source

TABLE = "sysmon.process_creation"
EVENTS = [
    {"n": 1, "s": "a", "l": ["p", "q"]},
    {"n": 2, "s": "b", "l": []},
    {"n": 3, "s": "A", "l": ["p"]},
    {"n": None, "s": None, "l": None},
    {"n": 5, "s": "b", "l": ["r", None]},
]
COLUMNS = (
    Column("n", Type.INTEGER),
    Column("s"),
    Column("l", Type.TEXTS),
    Column("_host"),
    Column("_time", Type.TIME),
)
READ = Read(Scan(TABLE), COLUMNS)
SECOND = 1_000_000
COUNT = Measure("count", "count", (), Type.INTEGER)
FIRST = Lookup(Sort(READ, (Key(Field("s")),)), "n", Type.INTEGER)
BY_HOST = Aggregate(READ, (("host", Field("_host")),), (COUNT,))


def values(plan: Relation, *names: str) -> list[tuple[object, ...]]:
    found = rows(plan, source(EVENTS), evidence=True)
    return [tuple(row[name] for name in names) for row in found.to_pylist()]


def less(left: object, right: object) -> Test:
    return Test(Call("less", (left, right), Type.BOOLEAN))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("plan", "names", "expected"),
    [
        (Filter(READ, Like("s", ("a",))), ("n", "_events"), [(1, [1]), (3, [3])]),
        (BY_HOST, ("host", "count", "_events"), [("host1", 2, [2, 4]), ("host0", 3, [1, 3, 5])]),
        (Explode(READ, "l"), ("n", "l"), [(1, "p"), (1, "q"), (3, "p"), (5, "r")]),
        (
            Explode(READ, "l", keep_empty=True, index="i"),
            ("n", "l", "i"),
            [(1, "p", 0), (1, "q", 1), (2, None, None), (3, "p", 0), (None, None, None), (5, "r", 0)],
        ),
        (Limit(READ, 2, (Key(Field("n"), descending=True),)), ("n",), [(5,), (3,)]),
        (Limit(Sort(READ, (Key(Field("n"), nulls_first=True),)), 2), ("n",), [(None,), (1,)]),
        (Limit(READ, 1, (Key(Field("n"), True),), (Field("s"),)), ("n",), [(5,), (3,), (1,), (None,)]),
        (
            Concat((Filter(READ, Compare("n", Op.GE, 5)), Read(Scan("none"), COLUMNS)), (Column("s"), Column("x"))),
            ("s", "x"),
            [("b", None)],
        ),
        (
            Extend(
                Filter(READ, Compare("n", Op.EQ, 1)),
                (("top", Lookup(Sort(READ, (Key(Field("s")),)), "n", Type.INTEGER)),),
            ),
            ("top",),
            [(3,)],
        ),
        (
            Sequence(
                (
                    Step(Filter(READ, Like("s", ("a",))), (Field("_host"),)),
                    Step(Filter(READ, Like("s", ("b",))), (Field("_host"),)),
                )
            ),
            ("key0", "_events"),
            [("host0", [3, 5])],
        ),
    ],
)
def test_rows(plan: Relation, names: tuple[str, ...], expected: list[tuple[object, ...]]) -> None:
    assert values(plan, *names) == expected


def test_the_run_without_a_schedule_is_just_after_the_last_event() -> None:
    found = rows(Extend(READ, (("now", Now()),)), source(EVENTS))["now"].to_pylist()
    assert set(found) == {START + dt.timedelta(seconds=4, microseconds=1)}
    assert rows(Extend(READ, (("now", Now()),)), source(EVENTS), now=7)["now"].to_pylist()[0].microsecond == 7


def test_alerts_of_rules_with_and_without_tails_side_by_side() -> None:
    many = rule("many", Filter(BY_HOST, less(Literal(2, Type.INTEGER), Field("count"))))
    plain = rule("plain", Extend(Filter(READ, Like("s", (Wild.ANY, "b"))), (("x", Field("n")),)))
    alerts = detect([many, plain], source(EVENTS), workers=1)
    assert alerts.failures == ()
    assert [(row["rule"], row["events"], row["host"]) for row in alerts.table.to_pylist()] == [
        ("plain", [2], "host1"),
        ("many", [1, 3, 5], "host0"),
        ("plain", [5], "host0"),
    ]


def test_a_scheduled_rule_is_run_again_and_again_and_does_not_repeat_itself() -> None:
    every_two = Schedule(2 * SECOND, 4 * SECOND)
    scheduled = replace(rule("hosts", BY_HOST), schedule=every_two)
    alerts = detect([scheduled], source(EVENTS), workers=1)
    assert [((row["time"] - START).total_seconds(), row["events"]) for row in alerts.table.to_pylist()] == [
        (2.0, [1]),
        (2.0, [2]),
        (4.0, [1, 3]),
        (4.0, [2, 4]),
        (6.0, [3, 5]),
    ]


def test_an_event_is_an_alert_of_the_first_run_that_sees_it() -> None:
    plain = replace(rule("plain", Filter(READ, Like("s", ("b",)))), schedule=Schedule(3 * SECOND, 60 * SECOND))
    recent = less(Call("subtract", (Now(), Literal(3 * SECOND, Type.SPAN)), Type.TIME), Field("_time"))
    clocked = replace(plain, id="recent", plan=Filter(plain.plan, recent))
    alerts = detect([plain, clocked], source(EVENTS), workers=1)
    found = [(row["rule"], (row["time"] - START).total_seconds(), row["events"]) for row in alerts.table.to_pylist()]
    assert found == [("plain", 3.0, [2]), ("recent", 3.0, [2]), ("plain", 6.0, [5]), ("recent", 6.0, [5])]


def test_absence_is_an_alert_without_events_once_for_each_gap() -> None:
    nothing = Filter(Aggregate(Filter(READ, Like("s", ("b",))), (), (COUNT,), always=True), Compare("count", Op.EQ, 0))
    absent = replace(rule("absent", nothing), schedule=Schedule(SECOND, SECOND))
    alerts = detect([absent], source(EVENTS), workers=1)
    assert [
        ((row["time"] - START).total_seconds(), row["events"], row["host"]) for row in alerts.table.to_pylist()
    ] == [
        (1.0, [], None),
        (3.0, [], None),
    ]


def test_a_rule_that_breaks_is_a_failure_and_stops_no_other() -> None:
    broken = rule("broken", Filter(READ, Test(Call("no such function", (Field("n"),), Type.BOOLEAN))))
    alerts = detect([broken, rule("hosts", BY_HOST)], source(EVENTS), workers=1)
    assert [failure.rule for failure in alerts.failures] == ["broken"]
    assert {row["rule"] for row in alerts.table.to_pylist()} == {"hosts"}


def test_workers_give_the_same_rows() -> None:
    scheduled = replace(rule("again", BY_HOST), schedule=Schedule(2 * SECOND, 4 * SECOND))
    plain = rule("plain", Filter(READ, Like("s", ("b",))))
    one, two = (detect([rule("hosts", BY_HOST), scheduled, plain], source(EVENTS), workers=n) for n in (1, 2))
    assert one.failures == two.failures == ()
    assert one.table.equals(two.table)
