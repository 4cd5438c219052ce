"""The reference evaluator's row operators against cases worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.engine.reference import Event, alerts, rows
from simulator.engine.reference.reading import read_as
from simulator.errors import Location
from simulator.ir import (
    Aggregate,
    Call,
    Compare,
    Concat,
    Explode,
    Extend,
    Field,
    Filter,
    IsNull,
    Join,
    JoinKind,
    Key,
    Like,
    Limit,
    Literal,
    Lookup,
    Measure,
    Missing,
    Not,
    Now,
    Op,
    Plain,
    Project,
    Read,
    Relation,
    Rows,
    Rule,
    Sample,
    Scan,
    Schedule,
    Sequence,
    Sort,
    Step,
    Threshold,
    Truth,
    Union,
    Window,
)
from simulator.ir import (
    Test as Tested,
)
from simulator.tables import Column, Type

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SECOND, MINUTE = 1_000_000, 60_000_000
A, N, U = Field("a"), Field("n"), Field("u")


def event(number: int, seconds: float | None, table: str = "t", **fields: object) -> tuple[str, Event]:
    time = None if seconds is None else START + timedelta(seconds=seconds)
    return table, {"_event_id": number, "_time": time, "_host": "h", "_user": None, **fields}


def micros(seconds: float) -> int:
    return int((START + timedelta(seconds=seconds)).timestamp()) * SECOND


def table(kinds: dict[str, Type], *values: tuple[Plain, ...]) -> Rows:
    return Rows(tuple(Column(name, kind) for name, kind in kinds.items()), values)


AN = {"a": Type.TEXT, "n": Type.INTEGER}


def values(
    relation: Relation, events: list[tuple[str, Event]] | None = None, now: int | None = None
) -> list[tuple[Any, ...]]:
    return [tuple(row.fields.values()) for row in rows(relation, events or [], now)]


def evidence(relation: Relation, events: list[tuple[str, Event]]) -> list[tuple[int, ...]]:
    return [row.events for row in rows(relation, events)]


class TestRead:
    @pytest.mark.parametrize(
        ("value", "kind", "read"),
        [
            (None, Type.TEXT, None),
            ("", Type.TEXT, ""),
            (5, Type.TEXT, "5"),
            (True, Type.TEXT, "true"),
            (["a", None, "b"], Type.TEXT, "a, b"),
            ([], Type.TEXT, None),
            ("5", Type.INTEGER, 5),
            ("5.0", Type.INTEGER, 5),
            (5.5, Type.INTEGER, None),
            ("x", Type.INTEGER, None),
            (True, Type.INTEGER, None),
            (2**63, Type.INTEGER, None),
            ([7], Type.INTEGER, 7),
            ([7, 8], Type.INTEGER, None),
            ("1e3", Type.REAL, 1000.0),
            (float("nan"), Type.REAL, None),
            ("TRUE", Type.BOOLEAN, True),
            (1, Type.BOOLEAN, None),
            ("1970-01-01T00:00:01Z", Type.TIME, SECOND),
            (datetime(1970, 1, 1, tzinfo=UTC), Type.TIME, 0),
            ("noon", Type.TIME, None),
            ("a", Type.TEXTS, ["a"]),
            (["a", None, 1], Type.TEXTS, ["a", "1"]),
            (None, Type.TEXTS, None),
            (["1", "x"], Type.INTEGERS, [1]),
            ('{"a":1}', Type.DYNAMIC, '{"a":1}'),
            ("null", Type.DYNAMIC, None),
            ("word", Type.DYNAMIC, '"word"'),
            (["a"], Type.DYNAMIC, '["a"]'),
        ],
    )
    def test_values_of_other_kinds_are_converted(self, value: object, kind: Type, read: object) -> None:
        assert read_as(value, kind) == read
        assert type(read_as(value, kind)) is type(read)

    def test_rows_come_by_time_and_id_and_lack_nothing(self) -> None:
        read = Read(Scan("t"), (Column("a"), Column("_time", Type.TIME)))
        given = [event(3, 1, a="x"), event(2, 5), event(1, 1, a=7), event(4, 0, "other", a="y"), event(5, None, a="z")]
        assert values(read, given) == [("z", None), ("7", micros(1)), ("x", micros(1)), (None, micros(5))]
        assert evidence(read, given) == [(5,), (1,), (3,), (2,)]

    def test_an_event_of_two_sources_is_one_row(self) -> None:
        both = Read(Union((Scan("t"), Scan("*"))), (Column("a"),))
        assert evidence(both, [event(1, 0), event(2, 0, "u")]) == [(1,), (2,)]


class TestRowByRow:
    def test_filter_sees_missing_as_it_says(self) -> None:
        source = table(AN, ("x", 1), ("y", None))
        assert values(Filter(source, Not(Compare("n", Op.EQ, 1)))) == [("y", None)]
        assert values(Filter(source, Not(Compare("n", Op.EQ, 1, Missing.UNKNOWN)))) == []
        assert values(Filter(source, IsNull("n"))) == [("y", None)]
        assert values(Filter(source, Tested(Call("less", (N, Literal(5, Type.INTEGER)), Type.BOOLEAN)))) == [("x", 1)]

    def test_predicates_see_times_as_times(self) -> None:
        source = table({"at": Type.TIME}, (0,), (SECOND,))
        assert values(Filter(source, Like("at", ("1970-01-01T00:00:01.000000Z",)))) == [(SECOND,)]

    def test_extend_sees_the_row_before(self) -> None:
        one = Literal(1, Type.INTEGER)
        more = Extend(table(AN, ("x", 1)), (("n", Call("add", (N, one), Type.INTEGER)), ("m", N)))
        assert values(more) == [("x", 2, 1)]

    def test_project_keeps_only_its_own(self) -> None:
        shown = Project(table(AN, ("x", 1), (None, 2)), (("b", A), ("known", Truth(Not(IsNull("a"))))))
        assert values(shown) == [("x", True), (None, False)]

    def test_unknown_is_null(self) -> None:
        asked = Project(table(AN, ("x", None)), (("b", Truth(Compare("n", Op.EQ, 1, Missing.UNKNOWN))),))
        assert values(asked) == [(None,)]

    def test_now_is_given_or_just_after_the_last_event(self) -> None:
        clock = Project(Read(Scan("t"), ()), (("now", Now()),))
        assert values(clock, [event(1, 0)], 77) == [(77,)]
        assert values(clock, [event(1, 0), event(2, 3, "u")]) == [(micros(3) + 1,)]

    def test_lookup_takes_the_first_row_or_null(self) -> None:
        inner = Sort(table(AN, ("x", 1), ("y", 2)), (Key(N, descending=True),))
        looked = Project(table(AN, ("z", 0)), (("b", Lookup(inner, "a", Type.TEXT)),))
        assert values(looked) == [("y",)]
        none = Project(table(AN, ("z", 0)), (("b", Lookup(table(AN), "a", Type.TEXT)),))
        assert values(none) == [(None,)]


class TestOrder:
    SOURCE = table(AN, ("b", 1), ("a", 2), (None, 1), ("a", None))

    @pytest.mark.parametrize(
        ("keys", "sorted_rows"),
        [
            ((Key(N),), [("b", 1), (None, 1), ("a", 2), ("a", None)]),
            ((Key(N, descending=True),), [("a", 2), ("b", 1), (None, 1), ("a", None)]),
            ((Key(N, nulls_first=True),), [("a", None), ("b", 1), (None, 1), ("a", 2)]),
            ((Key(A), Key(N, descending=True)), [("a", 2), ("a", None), ("b", 1), (None, 1)]),
            ((), [("a", 2), ("a", None), ("b", 1), (None, 1)]),
        ],
    )
    def test_sort(self, keys: tuple[Key, ...], sorted_rows: list[tuple[object, ...]]) -> None:
        assert values(Sort(self.SOURCE, keys)) == sorted_rows

    def test_limit_takes_the_first_of_its_order(self) -> None:
        assert values(Limit(self.SOURCE, 1, (Key(N, descending=True),))) == [("a", 2)]
        assert values(Limit(Sort(self.SOURCE, (Key(N),)), 2)) == [("b", 1), (None, 1)]
        assert values(Limit(self.SOURCE, 0)) == []

    def test_limit_by_group_takes_nulls_as_equal(self) -> None:
        twice = table(AN, (None, 2), (None, 1), ("a", 3), ("a", 4))
        assert values(Limit(twice, 1, (Key(N),), (A,))) == [(None, 1), ("a", 3)]

    def test_time_decides_ties(self) -> None:
        read = Sort(Read(Scan("t"), (Column("a"),)), (Key(A),))
        assert evidence(read, [event(1, 9, a="x"), event(2, 3, a="x"), event(3, 0, a="y")]) == [(2,), (1,), (3,)]

    def test_aggregates_lose_the_order(self) -> None:
        counted = Aggregate(Sort(self.SOURCE, (Key(N, descending=True),)), (("n", N),), ())
        assert values(counted) == [(1,), (2,), (None,)]


class TestAggregate:
    def test_groups_take_nulls_as_equal_and_all_evidence(self) -> None:
        read = Read(Scan("t"), (Column("a"), Column("n", Type.INTEGER)))
        total = Aggregate(read, (("a", A),), (Measure("total", "sum", (N,), Type.INTEGER),))
        given = [event(3, 0, n=1), event(1, 2, n=5), event(2, 1, a="x", n=7)]
        assert values(total, given) == [("x", 7), (None, 6)]
        assert evidence(total, given) == [(2,), (3, 1)]

    def test_one_row_over_none_only_if_always(self) -> None:
        count = (Measure("count", "count", (), Type.INTEGER),)
        assert values(Aggregate(table(AN), (), count, always=True)) == [(0,)]
        assert values(Aggregate(table(AN), (), count)) == []
        assert values(Aggregate(table(AN), (("a", A),), count, always=True)) == []

    def test_measures_filter_distinguish_and_order(self) -> None:
        source = table(AN, ("b", 1), ("a", 2), ("b", 3), (None, 4))
        measures = (
            Measure("some", "count", (), Type.INTEGER, where=Like("a", ("b",))),
            Measure("different", "list", (A,), Type.TEXTS, distinct=True, order=(Key(N, descending=True),)),
            Measure("first", "any", (A,), Type.TEXT, order=(Key(N),)),
            Measure("best", "at_maximum", (A, N), Type.TEXT),
        )
        assert values(Aggregate(source, (), measures)) == [(2, ["b", "a"], "b", None)]


class TestWindow:
    SOURCE = table({"a": Type.TEXT, "n": Type.INTEGER}, ("x", 1), ("x", 2), ("x", 4), ("y", 8))

    @pytest.mark.parametrize(
        ("measure", "preceding", "following", "found"),
        [
            (Measure("m", "sum", (N,), Type.INTEGER), None, None, [7, 7, 7, 8]),
            (Measure("m", "sum", (N,), Type.INTEGER), None, 0, [1, 3, 7, 8]),
            (Measure("m", "sum", (N,), Type.INTEGER), 1, 0, [1, 3, 6, 8]),
            (Measure("m", "sum", (N,), Type.INTEGER), 0, 1, [3, 6, 4, 8]),
            (Measure("m", "sum", (N,), Type.INTEGER), 1, -1, [None, 1, 2, None]),
            (Measure("m", "row_number", (), Type.INTEGER), 0, 0, [1, 2, 3, 1]),
            (Measure("m", "previous", (N, Literal(1, Type.INTEGER)), Type.INTEGER), None, 0, [None, 1, 2, None]),
            (Measure("m", "next", (N, Literal(2, Type.INTEGER)), Type.INTEGER), 0, 0, [4, None, None, None]),
        ],
    )
    def test_frames(self, measure: Measure, preceding: int | None, following: int | None, found: list[int]) -> None:
        window = Window(self.SOURCE, (A,), (Key(N),), (measure,), preceding, following)
        assert [row[2] for row in values(window)] == found

    def test_evidence_is_its_own_or_that_of_the_frame(self) -> None:
        read = Read(Scan("t"), (Column("a"),))
        time = (Key(A),)
        count = (Measure("m", "count", (), Type.INTEGER),)
        given = [event(1, 0, a="p"), event(2, 1, a="q"), event(3, 2, a="r")]
        assert evidence(Window(read, (), time, count, 1, 0), given) == [(1,), (2,), (3,)]
        assert evidence(Window(read, (), time, count, 1, 0, gather=True), given) == [(1,), (1, 2), (2, 3)]


class TestJoin:
    LEFT = table(AN, ("x", 1), ("x", 2), (None, 3), ("z", 4))
    RIGHT = table({"b": Type.TEXT, "n": Type.INTEGER}, ("x", 10), ("y", 20), (None, 30))

    @pytest.mark.parametrize(
        ("kind", "nulls_equal", "found"),
        [
            (JoinKind.INNER, False, {("x", 1, 10), ("x", 2, 10)}),
            (JoinKind.INNER, True, {("x", 1, 10), ("x", 2, 10), (None, 3, 30)}),
            (JoinKind.LEFT, False, {("x", 1, 10), ("x", 2, 10), (None, 3, None), ("z", 4, None)}),
            (JoinKind.RIGHT, False, {("x", 1, 10), ("x", 2, 10), ("y", None, 20), (None, None, 30)}),
            (
                JoinKind.FULL,
                False,
                {("x", 1, 10), ("x", 2, 10), (None, 3, None), ("z", 4, None), ("y", None, 20), (None, None, 30)},
            ),
        ],
    )
    def test_kinds(self, kind: JoinKind, nulls_equal: bool, found: set[tuple[object, ...]]) -> None:
        on = ((A, Field("b")),)
        joined = Join(kind, self.LEFT, self.RIGHT, on, (("k", "a"), ("n", "n")), (("k", "b"), ("m", "n")), nulls_equal)
        assert set(values(joined)) == found
        assert len(values(joined)) == len(found)

    def test_semi_and_anti_give_left_rows_once(self) -> None:
        on = ((A, Field("b")),)
        left = (("a", "a"), ("n", "n"))
        assert values(Join(JoinKind.SEMI, self.LEFT, self.RIGHT, on, left)) == [("x", 1), ("x", 2)]
        assert values(Join(JoinKind.ANTI, self.LEFT, self.RIGHT, on, left)) == [("z", 4), (None, 3)]

    def test_nothing_to_compare_pairs_all(self) -> None:
        pairs = Join(JoinKind.INNER, self.LEFT, self.RIGHT, (), (("n", "n"),), (("m", "n"),))
        assert len(values(pairs)) == 12

    def test_evidence_is_that_of_both(self) -> None:
        read = Read(Scan("t"), (Column("a"),))
        other = Read(Scan("u"), (Column("a"),))
        given = [event(1, 5, a="x"), event(2, 1, "u", a="x")]
        on = ((A, A),)
        assert evidence(Join(JoinKind.INNER, read, other, on, (("a", "a"),)), given) == [(2, 1)]
        assert evidence(Join(JoinKind.SEMI, read, other, on, (("a", "a"),)), given) == [(1,)]


class TestConcatAndExplode:
    def test_concat_fills_up_with_nulls(self) -> None:
        columns = (Column("a"), Column("u"))
        both = Concat((table(AN, ("x", 1), ("x", 1)), table({"u": Type.TEXT}, ("w",))), columns)
        assert values(both) == [("x", None), ("x", None), (None, "w")]

    @pytest.mark.parametrize(
        ("kind", "value", "keep_empty", "found"),
        [
            (Type.TEXTS, ("p", "q"), False, [("p", 0), ("q", 1)]),
            (Type.TEXTS, (), False, []),
            (Type.TEXTS, (), True, [(None, None)]),
            (Type.TEXTS, None, True, [(None, None)]),
            (Type.DYNAMIC, '[1,null,{"a":2}]', False, [("1", 0), ('{"a":2}', 2), (None, 1)]),
            (Type.DYNAMIC, '{"a":1,"b":[2]}', False, [('{"a":1}', 0), ('{"b":[2]}', 1)]),
            (Type.DYNAMIC, "7", False, [("7", 0)]),
            (Type.DYNAMIC, "[]", False, []),
            (Type.DYNAMIC, "{}", True, [(None, None)]),
            (Type.DYNAMIC, None, False, []),
        ],
    )
    def test_explode(self, kind: Type, value: Plain, keep_empty: bool, found: list[tuple[object, ...]]) -> None:
        assert values(Explode(table({"v": kind}, (value,)), "v", keep_empty, "at")) == found


def step(name: str, missing: bool = False, by: bool = True) -> Step:
    source = Read(Filter(Scan("t"), Like("do", (name,))), (Column("u"), Column("_time", Type.TIME)))
    return Step(source, (U,) if by else (), missing)


def script(*acts: tuple[float, str] | tuple[float, str, str | None]) -> list[tuple[str, Event]]:
    """Events numbered from 1: seconds, what is done, by whom (anna, unless it says otherwise)."""
    return [
        event(n, act[0], do=act[1], u=act[2] if len(act) > 2 else "anna")  # type: ignore[misc]
        for n, act in enumerate(acts, 1)
    ]


AB = (step("a"), step("b"))
ABC = (*AB, step("c"))


class TestSequence:
    @pytest.mark.parametrize(
        ("sequence", "acts", "found"),
        [
            (Sequence(AB), [(0, "a"), (1, "b")], [(1, 2)]),
            (Sequence(AB), [(0, "b"), (1, "a")], []),
            # A later start takes the place of an earlier one.
            (Sequence(AB), [(0, "a"), (1, "a"), (2, "b")], [(2, 3)]),
            (Sequence(AB), [(0, "a"), (1, "b"), (2, "b")], [(1, 2)]),
            # Elastic's example of its state machine: a start does not disturb what has gone further.
            (Sequence(ABC), [(0, "a"), (1, "b"), (2, "a"), (3, "c")], [(1, 2, 4)]),
            (Sequence(ABC), [(0, "a"), (1, "b"), (2, "a"), (3, "b"), (4, "c")], [(3, 4, 5)]),
            # Join values keep apart; null takes no part.
            (Sequence(AB), [(0, "a"), (1, "b", "bert")], []),
            (Sequence(AB), [(0, "a", None), (1, "b", None)], []),
            (Sequence(AB), [(0, "a"), (1, "a", "bert"), (2, "b"), (3, "b", "bert")], [(1, 3), (2, 4)]),
            # maxspan counts from the first, both ends included.
            (Sequence(AB, 10 * SECOND), [(0, "a"), (10, "b")], [(1, 2)]),
            (Sequence(AB, 10 * SECOND), [(0, "a"), (10.5, "b")], []),
            (Sequence(ABC, 10 * SECOND), [(0, "a"), (9, "b"), (11, "c")], []),
            # until
            (Sequence(AB, until=step("stop")), [(0, "a"), (1, "stop"), (2, "b")], []),
            (Sequence(AB, until=step("stop")), [(0, "a"), (1, "stop", "bert"), (2, "b")], [(1, 3)]),
            (Sequence(AB, until=step("stop")), [(0, "a"), (1, "b"), (2, "stop")], [(1, 2)]),
            # One row is not twice in one sequence.
            (Sequence((step("a"), step("a"))), [(0, "a")], []),
            (Sequence((step("a"), step("a"))), [(0, "a"), (1, "a"), (2, "a")], [(1, 2), (2, 3)]),
            # Equal times go by evidence.
            (Sequence(AB), [(0, "a"), (0, "b")], [(1, 2)]),
            (Sequence(AB), [(0, "b"), (0, "a")], []),
            # Missing in the middle: both ends excluded.
            (Sequence((step("a"), step("x", True), step("b"))), [(0, "a"), (1, "x"), (2, "b")], []),
            (Sequence((step("a"), step("x", True), step("b"))), [(0, "a"), (0, "x"), (2, "b"), (2, "x")], [(1, 3)]),
            (Sequence((step("a"), step("x", True), step("b"))), [(0, "a"), (1, "x", "bert"), (2, "b")], [(1, 3)]),
            # Missing at the start: in the maxspan before the first.
            (Sequence((step("x", True), step("b")), 5 * SECOND), [(0, "x"), (3, "b"), (9, "b")], [(3,)]),
            # Missing at the end: in the maxspan after the first.
            (Sequence((step("a"), step("x", True)), 5 * SECOND), [(0, "a"), (4, "x"), (10, "a")], [(3,)]),
            (Sequence((step("a"), step("x", True)), 5 * SECOND), [(0, "a"), (6, "x")], [(1,)]),
        ],
    )
    def test_cases(self, sequence: Sequence, acts: list[Any], found: list[tuple[int, ...]]) -> None:
        assert evidence(sequence, script(*acts)) == found

    def test_rows_have_the_join_values(self) -> None:
        assert values(Sequence(AB), script((0, "a"), (1, "b"))) == [("anna",)]
        free = Sequence((step("a", by=False), step("b", by=False)))
        assert values(free, script((0, "a"), (1, "b", "bert"))) == [()]


class TestSample:
    @pytest.mark.parametrize(
        ("steps", "acts", "found"),
        [
            (AB, [(1, "b"), (2, "a"), (3, "a")], [(1, 2)]),
            (AB, [(1, "a")], []),
            (AB, [(1, "a"), (2, "b", "bert")], []),
            ((step("a"), step("a")), [(1, "a")], []),
            ((step("a"), step("a")), [(1, "a"), (2, "a"), (3, "a")], [(1, 2)]),
        ],
    )
    def test_cases(self, steps: tuple[Step, ...], acts: list[Any], found: list[tuple[int, ...]]) -> None:
        assert evidence(Sample(steps), script(*acts)) == found

    def test_a_row_is_left_to_the_step_that_needs_it(self) -> None:
        any_a = Step(Read(Filter(Scan("t"), Like("do", ("a",))), (Column("u"),)), (U,))
        first = Step(Read(Filter(Scan("t"), Compare("_event_id", Op.EQ, 1)), (Column("u"),)), (U,))
        assert evidence(Sample((any_a, first)), script((1, "a"), (2, "a"))) == [(1, 2)]


READ = Read(Scan("t"), (Column("a"),))
COUNTED = Aggregate(READ, (("a", A),), (Measure("count", "count", (), Type.INTEGER),))


def rule(plan: Relation, schedule: Schedule | None = None) -> Rule:
    return Rule("r", "R", "test", plan, Location("r.yml"), schedule=schedule)


def fired(
    plan: Relation, schedule: Schedule | None, *given: tuple[str, Event]
) -> list[tuple[float | None, tuple[int, ...]]]:
    """Seconds after the start, and the events."""
    start = micros(0)
    return [
        (None if alert.time is None else (alert.time - start) / SECOND, alert.evidence.events)
        for alert in alerts(rule(plan, schedule), given)
    ]


class TestSchedule:
    def test_without_one_all_is_one_run_and_repetitions_go(self) -> None:
        assert fired(COUNTED, None, event(1, 3, a="x"), event(2, 1, a="x"), event(3, 2, a="y")) == [
            (2, (3,)),
            (3, (2, 1)),
        ]
        twice = Concat((READ, READ), (Column("a"),))
        assert fired(twice, None, event(1, 0, a="x")) == [(0, (1,))]

    def test_runs_from_after_the_first_event_to_the_first_that_sees_the_last(self) -> None:
        every = Schedule(every=MINUTE, lookback=MINUTE)
        given = [event(1, 0, a="x"), event(2, 60, a="x"), event(3, 119.5, a="x")]
        assert fired(COUNTED, every, *given) == [(60, (1,)), (120, (2, 3))]

    def test_overlapping_runs_repeat_only_what_grows(self) -> None:
        every = Schedule(every=MINUTE, lookback=5 * MINUTE)
        given = [event(1, 10, a="x"), event(2, 70, a="x"), event(3, 190, a="y")]
        assert fired(COUNTED, every, *given) == [(60, (1,)), (120, (1, 2)), (240, (3,))]

    def test_a_delay_hides_the_newest(self) -> None:
        every = Schedule(every=MINUTE, lookback=MINUTE, delay=30 * SECOND)
        assert fired(COUNTED, every, event(1, 45, a="x")) == [(120, (1,))]

    def test_an_offset_moves_the_runs(self) -> None:
        every = Schedule(every=MINUTE, offset=20 * SECOND)
        assert fired(COUNTED, every, event(1, 0, a="x"), event(2, 30, a="y")) == [(20, (1,)), (80, (2,))]

    def test_thresholds_count_a_runs_rows(self) -> None:
        every = Schedule(every=MINUTE, lookback=MINUTE, thresholds=(Threshold(Op.GE, 2),))
        given = [event(1, 10, a="x"), event(2, 70, a="x"), event(3, 80, a="y")]
        assert fired(COUNTED, every, *given) == [(120, (2,)), (120, (3,))]

    def test_rows_without_events_fire_when_they_begin(self) -> None:
        total = Aggregate(READ, (), (Measure("count", "count", (), Type.INTEGER),), always=True)
        none = Filter(total, Compare("count", Op.EQ, 0))
        every = Schedule(every=MINUTE, lookback=MINUTE)
        given = [event(1, 10, a="x"), event(2, 200, "u"), event(3, 250, a="x"), event(4, 310, "u")]
        assert fired(none, every, *given) == [(120, ()), (360, ())]

    def test_the_clock_is_the_runs(self) -> None:
        recent = Filter(
            Read(Scan("t"), (Column("_time", Type.TIME),)),
            Tested(
                Call(
                    "less",
                    (Call("subtract", (Now(), Literal(5 * SECOND, Type.SPAN)), Type.TIME), Field("_time")),
                    Type.BOOLEAN,
                )
            ),
        )
        assert fired(recent, Schedule(every=MINUTE), event(1, 10), event(2, 58)) == [(60, (2,))]

    def test_no_events_no_runs(self) -> None:
        assert fired(COUNTED, Schedule(every=MINUTE)) == []
