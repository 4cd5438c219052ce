"""STATS and INLINE STATS.

Sources: https://www.elastic.co/docs/reference/query-languages/esql/commands/stats-by,
https://www.elastic.co/docs/reference/query-languages/esql/commands/inlinestats-by,
https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/aggregation-functions
"""

from __future__ import annotations

from typing import Any

import pytest

from simulator.errors import InvalidRule, UnsupportedRule
from tests.languages.esql.running import run

ROWS = [
    {"n": 1, "m": 10, "r": 1.0, "s": "a", "many": ["x"]},
    {"n": 1, "m": 20, "r": 2.0, "s": "b", "many": ["x", "y"]},
    {"n": 2, "m": 30, "r": 3.0, "s": "a", "many": None},
    {"n": 2, "m": None, "r": None, "s": None, "many": ["y"]},
    {"n": None, "m": 50, "r": 5.0, "s": "c", "many": ["z"]},
]


def one(measure: str) -> Any:
    (found,) = run(f"FROM test | STATS y = {measure}", ROWS)
    return found["y"]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("COUNT(*)", 5),
        ("COUNT()", 5),
        ("COUNT(m)", 4),  # nulls are skipped
        ("COUNT(many)", 5),  # values, not rows
        ("COUNT(*) WHERE n == 1", 2),
        ("COUNT(n == 1 OR null)", 2),
        ("COUNT_DISTINCT(s)", 3),
        ("COUNT_DISTINCT(many)", 3),
        ("COUNT_DISTINCT(s) WHERE n == 9", 0),
        ("SUM(m)", 110),
        ("SUM(r)", 11.0),
        ("SUM(m) WHERE n == 9", None),
        ("SUM(CASE(n == 1, 1, 0))", 2),
        ("AVG(m)", 27.5),
        ("MIN(s)", "a"),
        ("MAX(many)", "z"),
        ("MEDIAN(m)", 25.0),
        ("PERCENTILE(m, 25)", 17.5),
        ("STD_DEV(m)", pytest.approx(14.790199)),
        ("MEDIAN_ABSOLUTE_DEVIATION(m)", 10.0),
        ("VALUES(s)", ["a", "b", "c"]),
        ("VALUES(many)", ["x", "y", "z"]),
        ('VALUES(s) WHERE s == "q"', None),
        ("VALUES(n == 1)", ["false", "true"]),
        ('TOP(m, 2, "desc")', [50, 30]),
        ("FIRST(s, @timestamp)", "a"),
        ("LAST(s, m)", "c"),
        ("PRESENT(m)", True),
        ('ABSENT(m) WHERE s == "q"', True),
        ("WEIGHTED_AVG(r, m)", pytest.approx(390 / 110)),
        ("MAX(m) - MIN(m)", 40),
        ("ROUND(AVG(r), 1) + 1", 3.8),
        ("MV_SLICE(MV_DEDUPE(VALUES(s)), 0, 1)", ["a", "b"]),
        ("SUM(MV_COUNT(many))", 5),
    ],
)
def test_measure(measure: str, expected: Any) -> None:
    assert one(measure) == expected


def test_groups_and_their_order_of_columns() -> None:
    found = run("FROM test | STATS c = COUNT(*), t = SUM(m) BY n | SORT n", ROWS)
    assert found == [{"c": 2, "t": 30, "n": 1}, {"c": 2, "t": 30, "n": 2}, {"c": 1, "t": 50, "n": None}]
    assert list(found[0]) == ["c", "t", "n"]


def test_a_multivalued_key_puts_a_row_in_every_group() -> None:
    found = run('ROW i = 1, a = ["a", "b"], b = [2, 3] | STATS m = MIN(i) BY a, b | SORT a, b')
    assert [(one["a"], one["b"]) for one in found] == [("a", 2), ("a", 3), ("b", 2), ("b", 3)]


def test_a_multivalued_column_stays_whole_inside_its_groups() -> None:
    found = run("FROM test | STATS v = VALUES(many) BY many | SORT many", ROWS)
    assert [(one["many"], one["v"]) for one in found] == [
        ("x", ["x", "y"]),
        ("y", ["x", "y"]),
        ("z", ["z"]),
        (None, None),
    ]


def test_names_of_what_is_not_named() -> None:
    (found,) = run("FROM test | STATS AVG(m), max = MAX(m) | EVAL twice = `AVG(m)` * 2", ROWS)
    assert found == {"AVG(m)": 27.5, "max": 50, "twice": 55.0}


def test_by_an_expression() -> None:
    found = run("FROM test | STATS c = COUNT(*) BY big = m > 15 | SORT big", ROWS)
    assert found == [{"c": 1, "big": False}, {"c": 3, "big": True}, {"c": 1, "big": None}]
    named = run("FROM test | STATS COUNT(*) BY LEFT(s, 1) | SORT `LEFT(s, 1)` | LIMIT 1", ROWS)
    assert named == [{"COUNT(*)": 2, "LEFT(s, 1)": "a"}]


def test_buckets_of_time() -> None:
    found = run("FROM test | STATS c = COUNT(*) BY b = BUCKET(@timestamp, 2 seconds) | SORT b", ROWS)
    assert [one["c"] for one in found] == [2, 2, 1]


def test_without_groups_there_is_one_row_even_of_none() -> None:
    assert run("FROM test | WHERE n == 9 | STATS c = COUNT(*), s = SUM(m)", ROWS) == [{"c": 0, "s": None}]
    assert run("FROM test | WHERE n == 9 | STATS c = COUNT(*) BY n", ROWS) == []


def test_groups_alone() -> None:
    assert run("FROM test | STATS BY n | SORT n NULLS FIRST", ROWS) == [{"n": None}, {"n": 1}, {"n": 2}]


def test_inline_stats_keeps_the_rows() -> None:
    found = run("FROM test | INLINE STATS c = COUNT(*), v = VALUES(s) BY n | SORT m | KEEP m, n, c, v", ROWS)
    assert found == [
        {"m": 10, "n": 1, "c": 2, "v": ["a", "b"]},
        {"m": 20, "n": 1, "c": 2, "v": ["a", "b"]},
        {"m": 30, "n": 2, "c": 2, "v": ["a"]},
        {"m": 50, "n": None, "c": 1, "v": ["c"]},
        {"m": None, "n": 2, "c": 2, "v": ["a"]},
    ]


def test_inline_stats_over_everything_with_a_condition() -> None:
    found = run('FROM test | INLINESTATS top = MAX(m) WHERE s == "a" | WHERE m > top | KEEP m', ROWS)
    assert found == [{"m": 50}]


def test_inline_stats_by_an_expression_and_over_a_column_that_it_replaces() -> None:
    found = run("FROM test | INLINE STATS m = SUM(m) BY odd = n % 2 | SORT @timestamp | KEEP m, odd", ROWS)
    assert [(one["m"], one["odd"]) for one in found] == [(30, 1), (30, 1), (30, 0), (30, 0), (50, None)]


@pytest.mark.parametrize(
    ("query", "error", "message"),
    [
        ("FROM test | STATS c = COUNT(*) BY n | WHERE m > 1", InvalidRule, "no column 'm'"),
        ("FROM test | STATS x = SUM(COUNT(*))", InvalidRule, "aggregate inside"),
        ("FROM test | STATS x = RATE(m)", UnsupportedRule, "RATE cannot run"),
        ("FROM test | STATS x = n + COUNT(*)", InvalidRule, "'n'"),
    ],
)
def test_errors(query: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        run(query, ROWS)
