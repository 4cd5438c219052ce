"""Aggregates over nothing, over nulls, over ties, in order."""

from __future__ import annotations

import pytest

from tests.engine.functions.harness import IS, RS, TIME, TS, B, Grouped, I, R, T, check_aggregates

NONE: tuple[tuple[object, ...], ...] = ()
NUMBERS = ((3,), (None,), (1,), (3,))
REALS = ((3.0,), (None,), (1.0,), (3.5,))
WORDS = (("b",), (None,), ("a",), ("b",))

CASES = [
    Grouped("count", (), I, ((), ()), 2),
    Grouped("count", (), I, NONE, 0),
    Grouped("count", (I,), I, NUMBERS, 3),
    Grouped("count", (I,), I, NUMBERS, 2, distinct=True),
    Grouped("sum", (I,), I, NUMBERS, 7),
    Grouped("sum", (I,), I, NUMBERS, 4, distinct=True),
    Grouped("sum", (I,), I, NONE, None),
    Grouped("sum", (I,), I, ((2**62,), (2**62,)), None),
    Grouped("sum", (I,), I, ((2**63 - 1,), (1,), (-5,)), 2**63 - 5),
    Grouped("sum", (R,), R, REALS, 7.5),
    Grouped("sum", (R,), R, ((1.7e308,), (1.7e308,)), None),
    Grouped("average", (R,), R, REALS, 2.5),
    Grouped("average", (R,), R, ((None,),), None),
    Grouped("minimum", (T,), T, WORDS, "a"),
    Grouped("maximum", (T,), T, WORDS, "b"),
    Grouped("minimum", (B,), B, ((True,), (False,), (None,)), False),
    Grouped("maximum", (TIME,), TIME, ((5,), (7,), (None,)), 7),
    Grouped("maximum", (IS,), IS, (([1, 2],), ([1, 3],)), [1, 3]),
    Grouped("maximum", (I,), I, NONE, None),
    Grouped("distinct_count", (I,), I, NUMBERS, 2),
    Grouped("distinct_count", (I, T), I, ((1, "a"), (1, "b"), (1, "a"), (None, "a"), (1, None)), 2),
    Grouped("distinct_count", (I,), I, NONE, 0),
    Grouped("list", (T,), TS, WORDS, ["b", "a", "b"]),
    Grouped("list", (T,), TS, WORDS, ["b", "a"], distinct=True),
    Grouped("list", (R,), RS, NONE, []),
    Grouped("any", (T,), T, ((None,), ("x",), ("y",)), "x"),
    Grouped("last", (T,), T, (("x",), ("y",), (None,)), "y"),
    Grouped("any", (T,), T, NONE, None),
    Grouped("at_maximum", (T, I), T, (("a", 1), ("b", 5), ("c", 5), ("d", None)), "b"),
    Grouped("at_maximum", (T, I), T, (("a", 1), (None, 5)), None),
    Grouped("at_minimum", (T, I), T, (("a", 1), ("b", 5), ("c", 1), ("d", None)), "a"),
    Grouped("at_minimum", (TIME, I), TIME, ((9, 1), (8, 0)), 8),
    Grouped("at_minimum", (T, I), T, NONE, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.kind.value}")
def test_cases(case: Grouped) -> None:
    check_aggregates([case])
