"""Aggregates over nothing, over nulls, over ties, in order."""

from __future__ import annotations

import pytest

from tests.engine.functions.harness import IS, RS, SPAN, TIME, TS, B, D, Grouped, I, R, T, check_aggregates

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
    Grouped("deviation_sample", (R,), R, ((2.0,), (4.0,), (None,)), 2**0.5),
    Grouped("deviation_sample", (R,), R, ((2.0,),), None),
    Grouped("deviation_population", (R,), R, ((2.0,), (4.0,)), 1.0),
    Grouped("deviation_population", (R,), R, ((2.0,),), 0.0),
    Grouped("variance_sample", (R,), R, ((1.0,), (2.0,), (3.0,)), 1.0),
    Grouped("variance_population", (R,), R, ((1.0,), (2.0,), (3.0,)), 2 / 3),
    Grouped("variance_population", (R,), R, NONE, None),
    Grouped("percentile_linear", (R, R), R, ((1.0, 25.0), (2.0, 25.0), (4.0, 25.0)), 1.5),
    Grouped("percentile_linear", (R, R), R, NONE, None),
    Grouped("percentile_nearest", (I, R), I, ((1, 50.0), (2, 50.0), (4, 50.0), (9, 50.0)), 2),
    Grouped("percentile_nearest", (T, R), T, (("a", 0.0), ("b", 0.0)), "a"),
    Grouped("percentile_nearest", (I, R), I, ((1, 100.0), (2, 100.0)), 2),
    Grouped("median", (R,), R, ((1.0,), (9.0,), (2.0,), (3.0,)), 2.5),
    Grouped("mode", (T,), T, (("b",), ("a",), ("a",), ("b",), (None,), (None,), (None,)), "b"),
    Grouped("mode", (T,), T, NONE, None),
    Grouped("distinct_list", (T,), TS, WORDS, ["b", "a"]),
    Grouped("distinct_sorted", (T,), TS, WORDS, ["a", "b"]),
    Grouped("distinct_sorted", (I,), IS, NONE, []),
    Grouped("list_at_most", (T, I), TS, (("b", 2), ("a", 2), ("b", 2)), ["b", "a"]),
    Grouped("distinct_list_at_most", (T, I), TS, (("b", 2), ("b", 2), ("a", 2), ("c", 2)), ["b", "a"]),
    Grouped("joined", (T, T), T, (("b", "+"), ("a", "+")), "b+a"),
    Grouped("joined", (T, T), T, NONE, None),
    Grouped("range", (I,), I, NUMBERS, 2),
    Grouped("range", (TIME,), SPAN, ((5,), (9,)), 4),
    Grouped("range", (I,), I, NONE, None),
    Grouped("product", (I,), I, NUMBERS, 9),
    Grouped("product", (R,), R, NONE, None),
    Grouped("all_bits", (I,), I, ((12,), (10,), (None,)), 8),
    Grouped("any_bits", (I,), I, ((12,), (10,)), 14),
    Grouped("any_bits", (I,), I, NONE, None),
    Grouped("json_list", (D,), D, (("1",), ('"a"',), (None,)), '[1,"a"]'),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.kind.value}")
def test_cases(case: Grouped) -> None:
    check_aggregates([case])
