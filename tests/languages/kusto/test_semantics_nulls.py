"""Null in every operator.

Microsoft Learn: "Null values" (equality and inequality, aggregates, `where`), "Logical (binary) operators", "sort
operator" (nulls first when ascending, last when descending), "summarize operator".
"""

from __future__ import annotations

import pytest

from tests.languages.kusto.running import column, run, value

FIVE, NULL = {"n": 5, "m": 5}, {"s": "x"}


@pytest.mark.parametrize(
    ("expression", "of_five", "of_null"),
    [
        ("n > 3", True, None),
        ("n < 3", False, None),
        ("n >= 5", True, None),
        ("not(n > 3)", False, None),
        ("n > 3 or isnull(n)", True, True),
        ("n > 3 and n < 9", True, None),
        ("n == int(null)", False, None),
        ("n != int(null)", True, None),
        ("n == 5", True, False),
        ("n != 5", False, True),
        ("n == m", True, None),
        ("n != m", False, None),
        ("n in (5, 6)", True, False),
        ("n !in (5, 6)", False, True),
        ("n between (1 .. 9)", True, None),
        ("n !between (1 .. 9)", False, None),
        ("n + 10", 15, None),
        ("n * 10", 50, None),
        ("isnull(n)", False, True),
        ("isnotnull(n)", True, False),
        ("isempty(tostring(n))", False, True),
        ("iff(n > 3, 'big', 'small')", "big", "small"),
        ("case(n > 3, 'big', isnull(n), 'none', 'small')", "big", "none"),
        ("coalesce(n, 7)", 5, 7),
        ("tostring(n)", "5", ""),
        ("strcat('n', n)", "n5", "n"),
    ],
)
def test_a_number(expression, of_five, of_null):
    assert value(expression, FIVE) == of_five
    assert value(expression, NULL) == of_null


def test_where_takes_unknown_for_false():
    rows = [{"n": 5, "s": "a"}, {"n": None, "s": "b"}]
    assert column("T | where n != 5 | project s", rows) == ["b"]  # the page's own example
    assert column("T | where n > 3 | project s", rows) == ["a"]
    assert column("T | where not(n > 3) | project s", rows) == []


def test_coalesce_passes_over_empty_texts():
    assert value("coalesce(s, u, 'z')", {"s": "", "u": "y"}) == "y"
    assert value("coalesce(s, u, 'z')", {"s": None}) == "z"


def test_aggregates_pass_over_nulls():
    rows = [{"n": 5, "s": "a"}, {"n": None, "s": "b"}]
    (found,) = run(
        "T | summarize count(), dcount(n), sum(n), avg(n), min(n), max(n), make_list(n), make_set(n), countif(n > 1)",
        rows,
    )
    assert found == {
        "count_": 2, "dcount_n": 1, "sum_n": 5, "avg_n": 5.0, "min_n": 5, "max_n": 5, "list_n": "[5]", "set_n": "[5]",
        "countif_": 1,
    }  # fmt: skip


def test_over_no_rows():
    (found,) = run(
        "T | summarize count(), countif(n > 0), dcount(n), sum(n), avg(n), min(n), max(n), take_any(n), make_list(n), "
        "make_set(n), make_bag(d), stdev(n), percentile(n, 50)"
    )
    assert found["count_"] == found["countif_"] == found["dcount_n"] == found["sum_n"] == 0
    assert found["stdev_n"] == 0.0
    assert found["avg_n"] is found["min_n"] is found["max_n"] is found["n"] is found["percentile_n_50"] is None
    assert found["list_n"] == found["set_n"] == "[]"
    assert run("T | summarize count() by s") == []
    assert run("T | count") == [{"Count": 0}]


def test_a_missing_text_is_in_the_group_of_the_empty():
    rows = [{"s": "", "n": 1}, {"s": None, "n": 2}, {"s": "a", "n": 3}, {"s": "a", "n": 4}]
    found = {row["s"]: row["t"] for row in run("T | summarize t = sum(n) by s", rows)}
    assert found == {"": 3, "a": 7}
    assert len(run("T | distinct s", rows)) == 2
    assert run("T | summarize dcount(s)", rows) == [{"dcount_s": 2}]


def test_nulls_are_a_group():
    rows = [{"n": None, "m": 1}, {"n": None, "m": 2}, {"n": 1, "m": 3}]
    assert {row["n"]: row["t"] for row in run("T | summarize t = sum(m) by n", rows)} == {None: 3, 1: 3}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("n asc", [None, 1, 2]),
        ("n desc", [2, 1, None]),
        ("n", [2, 1, None]),
        ("n asc nulls last", [1, 2, None]),
        ("n desc nulls first", [None, 2, 1]),
    ],
)
def test_sort(by, expected):
    rows = [{"n": 2}, {"n": None}, {"n": 1}]
    assert column(f"T | sort by {by} | project n", rows) == expected


def test_an_empty_text_joins_with_an_empty_text():
    rows = [{"s": None, "n": 1}, {"s": "a", "n": 2}]
    assert len(run("T | join kind=inner (datatable(s: string)['']) on s", rows)) == 1


def test_a_missing_member_of_a_dynamic():
    row = {"d": {"a": "x", "n": None}}
    assert value("d.b", row) is None
    assert value("isnull(d.b)", row) is True
    assert value("isempty(d.b)", row) is True
    assert value("d.b == 'x'", row) is False
    assert value("d.b != 'x'", row) is True
    assert value("tostring(d.b)", row) == ""
    assert value("d.n", row) is None
    assert value("d.a == 'x'", row) is True


def test_no_text_that_a_query_shows_is_null():
    assert run("T | project s, n", [{"s": None, "n": None}]) == [{"s": "", "n": None}]
    assert run("T | sort by n desc | project s", [{"s": None, "n": 1}, {"s": "b", "n": 2}]) == [{"s": "b"}, {"s": ""}]
    rows = run("print x = 1 | join kind=leftouter (datatable(x: long, y: string)[2, 'a']) on x | project x, y")
    assert rows == [{"x": 1, "y": ""}]
