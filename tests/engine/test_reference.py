"""The reference evaluator against cases worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simulator.engine.reference import glob_matches, holds, matches
from simulator.ir import (
    And,
    Branch,
    Case,
    Cidr,
    Compare,
    Const,
    Correlate,
    CorrelationKind,
    Expr,
    FieldPair,
    Filter,
    Glob,
    IsNull,
    Like,
    Missing,
    Not,
    Op,
    Or,
    Pair,
    Regex,
    Requirement,
    Scan,
    Threshold,
    TimePart,
    Union,
    Unit,
    Wild,
)

ANY, ONE = Wild.ANY, Wild.ONE
UNKNOWN = Like("a", ("x",), missing=Missing.UNKNOWN)


@pytest.mark.parametrize(
    ("glob", "text", "matched"),
    [
        ((), "", True),
        ((), "x", False),
        (("x",), "X", True),
        (("x",), "xx", False),
        ((ANY,), "", True),
        ((ONE,), "", False),
        ((ONE,), "\n", True),
        ((ANY, "b", ANY), "a\nb\nc", True),
        (("a", ANY, "b"), "ab", True),
        (("a", ANY, "b"), "a*c", False),
        (("ab", ANY, "ba"), "aba", False),
        (("a", ONE, ANY, ONE, "b"), "axb", False),
        (("a", ONE, ANY, ONE, "b"), "axyb", True),
        (("%_\\*?",), "%_\\*?", True),
        (("%_",), "xy", False),
        (("straße",), "STRASSE", True),
        ((ONE, "a"), "ßa", False),
        ((ONE, ONE, "a"), "ßa", True),
        (("σ",), "ς", True),
        (("k",), "\u212a", True),
        (("i",), "İ", False),
        (("i\u0307",), "İ", True),
    ],
)
def test_globs_under_case_folding(glob: Glob, text: str, matched: bool) -> None:
    assert glob_matches(glob, text, Case.FOLD) is matched


def test_exact_globs_tell_cases_apart() -> None:
    assert glob_matches((ANY, "B"), "aB", Case.EXACT)
    assert not glob_matches((ANY, "B"), "ab", Case.EXACT)


@pytest.mark.parametrize(
    ("expr", "event", "result"),
    [
        (Const(True), {}, True),
        (And(()), {}, True),
        (Or(()), {}, False),
        (Like("a", ("4688",)), {"a": 4688}, True),
        (Like("a", ("1",)), {"a": 1.0}, False),
        (Like("a", ("true",)), {"a": True}, True),
        (Like("a", ()), {"a": ""}, True),
        (Like("a", ()), {"a": None}, False),
        (Like("a", (ANY,)), {}, False),
        (Not(Like("a", ("x",))), {}, True),
        (UNKNOWN, {}, None),
        (Not(UNKNOWN), {}, None),
        (And((UNKNOWN, Const(False))), {}, False),
        (And((UNKNOWN, Const(True))), {}, None),
        (Or((UNKNOWN, Const(True))), {}, True),
        (Or((UNKNOWN, Const(False))), {}, None),
        (Like("a", ("x",)), {"a": ["y", "X"]}, True),
        (Not(Like("a", ("x",))), {"a": ["y", "X"]}, False),
        (IsNull("a"), {}, True),
        (IsNull("a"), {"a": ""}, False),
        (IsNull("a"), {"a": [None]}, True),
        (IsNull("a"), {"a": [None, ""]}, False),
        (Regex("a", "b$"), {"a": "ab\n"}, True),
        (Regex("a", "B"), {"a": "ab"}, False),
        (Regex("a", "B", "i"), {"a": "ab"}, True),
        (Cidr("a", "10.0.0.0/8"), {"a": "10.1.1.1"}, True),
        (Cidr("a", "10.0.0.0/8"), {"a": "-"}, False),
        (Compare("a", Op.GT, 9), {"a": "10"}, True),
        (Compare("a", Op.NE, 9), {"a": "ten"}, False),
        (Not(Compare("a", Op.NE, 9)), {"a": "ten"}, True),
        (Compare("a", Op.EQ, 1), {"a": True}, False),
        (FieldPair("a", "b", Pair.EQUALS), {"a": "X", "b": "x"}, True),
        (FieldPair("a", "b", Pair.EQUALS), {}, False),
        (FieldPair("a", "a", Pair.EQUALS, missing=Missing.UNKNOWN), {}, None),
        (FieldPair("a", "b", Pair.STARTS, Case.EXACT), {"a": "Xy", "b": "x"}, False),
        (FieldPair("a", "b", Pair.ENDS), {"a": ["q", "xy"], "b": ["p", "Y"]}, True),
        (FieldPair("a", "b", Pair.CONTAINS), {"a": "x", "b": ""}, True),
        (TimePart("a", Unit.HOUR, Op.GE, 22), {"a": "2026-01-01 23:00:00.000"}, True),
        (TimePart("a", Unit.HOUR, Op.GE, 0), {"a": "noon"}, False),
    ],
)
def test_predicates(expr: Expr, event: dict[str, object], result: bool | None) -> None:
    assert holds(expr, event) is result


START = datetime(2026, 1, 1, tzinfo=UTC)


def event(number: int, seconds: float, table: str = "t.a", **fields: object) -> tuple[str, dict[str, object]]:
    return table, {
        "_event_id": number,
        "_time": START + timedelta(seconds=seconds),
        "_host": f"h{number}",
        "_user": None,
        **fields,
    }


def test_a_filter_keeps_what_is_true_in_tables_that_match() -> None:
    events = [event(1, 5, x="y"), event(2, 1, x="y"), event(3, 2), event(4, 3, "u.a", x="y")]
    plan = Filter(Scan("t.*"), Like("x", ("y",), missing=Missing.UNKNOWN))
    found = matches(plan, events)
    assert [evidence.events for evidence in found] == [(2,), (1,)]
    assert (found[0].time, found[0].host, found[0].table) == (START + timedelta(seconds=1), "h2", "t.a")
    assert [evidence.events for evidence in matches(Union((plan, Scan("t.*"))), events)] == [(2,), (3,), (1,)]


def correlate(
    kind: CorrelationKind, tables: str, span: float, *thresholds: Threshold, requires: Requirement | None = None
) -> Correlate:
    fields = () if kind in (CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED) else ("v",)
    branches = tuple(Branch(name, Scan(f"t.{name}"), ("g",), fields) for name in tables)
    return Correlate(kind, branches, ("g",), int(span * 1_000_000), thresholds, percentile=90, requires=requires)


def ids(node: Correlate, events: list[tuple[str, dict[str, object]]]) -> list[tuple[int, ...]]:
    return [evidence.events for evidence in matches(node, events)]


COUNT, VALUES = CorrelationKind.EVENT_COUNT, CorrelationKind.VALUE_COUNT
TOGETHER, ORDERED = CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED


def test_counting_fires_once_per_window_and_uses_up_its_rows() -> None:
    events = [event(n, n, g="x", v=n) for n in range(1, 8)]
    assert ids(correlate(COUNT, "a", 10, Threshold(Op.GE, 3)), events) == [(1, 2, 3), (4, 5, 6)]


def test_the_span_includes_both_ends_and_nothing_beyond() -> None:
    events = [event(1, 0, g="x"), event(2, 10, g="x"), event(3, 20.000001, g="x")]
    node = Correlate(COUNT, (Branch("a", Scan("t.a"), ("g",)),), ("g",), 10_000_000, (Threshold(Op.GE, 2),))
    assert ids(node, events) == [(1, 2)]


def test_groups_do_not_mix_and_rows_without_a_group_take_no_part() -> None:
    events = [
        event(1, 1, g="x", v=1),
        event(2, 2, g="X", v=1),
        event(3, 3, v=1),
        event(4, 4, v=1),
        event(5, 5, g="x", v=1),
    ]
    assert ids(correlate(COUNT, "a", 10, Threshold(Op.GE, 2)), events) == [(1, 5)]


def test_an_upper_bound_is_judged_on_whole_windows() -> None:
    events = [event(n, n, g="x", v=n) for n in (1, 2, 3, 20, 21, 40)]
    assert ids(correlate(COUNT, "a", 5, Threshold(Op.LT, 3)), events) == [(20, 21), (40,)]
    assert ids(correlate(COUNT, "a", 5, Threshold(Op.GE, 2), Threshold(Op.LE, 2)), events) == [(20, 21)]
    assert ids(correlate(COUNT, "a", 5, Threshold(Op.EQ, 3)), events) == [(1, 2, 3)]


def test_distinct_values() -> None:
    events = [event(1, 1, g="x", v="p"), event(2, 2, g="x", v="p"), event(3, 3, g="x"), event(4, 4, g="x", v="q")]
    assert ids(correlate(VALUES, "a", 10, Threshold(Op.GE, 2)), events) == [(1, 2, 4)]


@pytest.mark.parametrize(
    ("kind", "bound", "fired"),
    [
        (CorrelationKind.VALUE_SUM, 60, True),
        (CorrelationKind.VALUE_SUM, 61, False),
        (CorrelationKind.VALUE_AVG, 20, True),
        (CorrelationKind.VALUE_MEDIAN, 15, True),
        (CorrelationKind.VALUE_PERCENTILE, 36.5, True),
    ],
)
def test_numeric_measures(kind: CorrelationKind, bound: float, fired: bool) -> None:
    events = [
        event(1, 1, g="x", v="10"),
        event(2, 2, g="x", v=20),
        event(3, 3, g="x", v="many"),
        event(4, 4, g="x", v=30),
    ]
    if kind is CorrelationKind.VALUE_MEDIAN:
        events.append(event(5, 5, g="x", v=1))
    if kind is CorrelationKind.VALUE_PERCENTILE:  # of 10 20 30 40: 30 + 0.7 * 10 = 37
        events.append(event(5, 5, g="x", v=40))
        assert not ids(correlate(kind, "a", 10, Threshold(Op.GT, 37)), events)
    assert bool(ids(correlate(kind, "a", 10, Threshold(Op.GE, bound)), events)) is fired


def test_all_branches_within_the_span() -> None:
    events = [event(1, 1, "t.b", g="x"), event(2, 2, g="x"), event(3, 30, g="x"), event(4, 50, "t.b", g="x")]
    assert ids(correlate(TOGETHER, "ab", 10), events) == [(1, 2)]
    assert ids(correlate(ORDERED, "ab", 10), events) == []
    assert ids(correlate(ORDERED, "ba", 10), events) == [(1, 2)]
    assert ids(correlate(ORDERED, "ab", 20), events) == [(3, 4)]


def test_equal_times_count_as_in_order() -> None:
    events = [event(1, 1, "t.b", g="x"), event(2, 1, "t.a", g="x")]
    assert ids(correlate(ORDERED, "ab", 10), events) == [(1, 2)]


def test_conditions_over_branches() -> None:
    events = [event(1, 1, g="x"), event(2, 2, "t.c", g="x"), event(3, 20, "t.b", g="x"), event(4, 21, "t.c", g="x")]
    either = ("and", ("or", "a", "b"), "c")
    assert ids(correlate(TOGETHER, "abc", 5, requires=either), events) == [(1, 2), (3, 4)]
    assert ids(correlate(TOGETHER, "abc", 5, requires=("and", "c", ("not", "a"))), events) == [(3, 4)]
    assert ids(correlate(ORDERED, "cab", 5, requires=either), events) == []
    assert ids(correlate(TOGETHER, "abc", 5, Threshold(Op.GE, 2)), events) == [(1, 2), (3, 4)]


def test_a_firing_is_a_row_of_the_correlation_above() -> None:
    burst = Filter(correlate(COUNT, "a", 10, Threshold(Op.GE, 2)), Not(Like("g", ("z",))))
    node = Correlate(ORDERED, (Branch("burst", burst, ("g",)), Branch("b", Scan("t.b"), ("h",))), ("who",), 60_000_000)
    events = [event(n, n, g=g, v=1) for n, g in ((1, "x"), (2, "x"), (3, "y"), (4, "z"), (5, "z"))]
    events += [event(6, 30, "t.b", h="x"), event(7, 31, "t.b", h="z")]
    assert ids(node, events) == [(1, 2, 6)]


def test_an_event_that_two_branches_give_counts_once() -> None:
    both = (Branch("p", Scan("t.a"), ("g",)), Branch("q", Scan("t.*"), ("g",)))
    events = [event(1, 1, g="x"), event(2, 2, g="x")]
    assert ids(Correlate(COUNT, both, ("g",), 10_000_000, (Threshold(Op.GE, 3),)), events) == []
    assert ids(Correlate(TOGETHER, both, ("g",), 10_000_000), events) == [(1,), (2,)]
