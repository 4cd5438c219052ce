"""Aggregates, case by case.

Microsoft Learn: the page of each aggregate ("arg_max()", "dcount()", "make_set()", "make_bag()", "percentile()"),
"bin()", "summarize operator".
"""

from __future__ import annotations

import datetime as dt

import pytest

from tests.languages.kusto.running import loaded, run

ROWS = [
    {"s": "a", "u": "x", "n": 1, "r": 1.0, "b": True, "d": ["A1", "A2"]},
    {"s": "a", "u": "y", "n": 3, "r": 2.0, "b": False, "d": ["A2", "C1"]},
    {"s": "b", "u": "Y", "n": 2, "r": None, "b": True, "d": {"k": 1}},
    {"s": "b", "u": None, "n": None, "r": 4.0, "b": None, "d": None},
]


def one(measure: str):
    (found,) = run(f"T | summarize y = {measure}", ROWS)
    return found["y"]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("count()", 4),
        ("countif(n > 1)", 2),
        ("countif(b)", 2),
        ("dcount(s)", 2),
        ("dcount(u)", 4),  # x, y, Y and the empty text: exact, and case counts
        ("dcount(tolower(u))", 3),
        ("dcountif(u, s == 'a')", 2),
        ("count_distinct(n)", 3),
        ("sum(n)", 6),
        ("sum(r)", 7.0),
        ("sumif(n, s == 'a')", 4),
        ("avg(n)", 2.0),
        ("avgif(r, s == 'a')", 1.5),
        ("min(n)", 1),
        ("max(r)", 4.0),
        ("maxif(n, s == 'b')", 2),
        ("max(s)", "b"),
        ("percentile(n, 50)", 2),
        ("percentile(n, 95)", 3),
        ("round(stdev(n), 3)", 1.0),
        ("variance(n)", 1.0),
        ("max(n) - min(n)", 2),
        ("iff(count() > 3, 'many', 'few')", "many"),
        ("tostring(take_any(s))", "a"),
        ("binary_all_or(n)", 3),
        ("binary_all_and(n)", 0),
    ],
)
def test_a_measure(measure, expected):
    assert one(measure) == expected


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("make_set(s)", ["a", "b"]),
        ("make_set(n)", [1, 3, 2]),
        ("make_set(u, 2)", ["x", "y"]),
        ("make_list(s)", ["a", "a", "b", "b"]),
        ("make_list(s, 3)", ["a", "a", "b"]),
        ("make_list(n)", [1, 3, 2]),
        ("make_list_with_nulls(n)", [1, 3, 2, None]),
        ("make_set_if(u, s == 'a')", ["x", "y"]),
        ("make_list_if(n, b)", [1, 2]),
        ("make_set(b)", [True, False]),
        ("array_length(make_set(s))", 2),
        ("make_bag(d)", {"k": 1}),
        ("make_bag(bag_pack(s, n))", {"a": 1, "b": 2}),
        ("array_sort_desc(make_list(n))", [3, 2, 1]),
    ],
)
def test_a_measure_that_gives_a_dynamic(measure, expected):
    found = one(measure)
    assert (loaded(found) if isinstance(found, str) else found) == expected


def test_make_set_takes_arrays_apart():
    """ "Set from array column"."""
    (found,) = run("T | where s == 'a' | summarize y = make_set(d)", ROWS)
    assert loaded(found["y"]) == ["A1", "A2", "C1"]


def test_make_list_keeps_the_order_of_a_sort():
    (found,) = run("T | sort by n desc | summarize y = make_list(n)", ROWS)
    assert loaded(found["y"]) == [3, 2, 1]


def test_arg_max_gives_columns_of_one_row():
    assert run("T | summarize arg_max(n, u, r) by s | sort by s asc", ROWS) == [
        {"s": "a", "n": 3, "u": "y", "r": 2.0},
        {"s": "b", "n": 2, "u": "Y", "r": None},
    ]
    assert run("T | summarize Last = arg_max(n, u), First = arg_min(n, u), count()", ROWS) == [
        {"Last": 3, "u": "y", "First": 1, "u1": "x", "count_": 4}
    ]
    assert run("T | summarize (a, b) = arg_max(n, u)", ROWS) == [{"a": 3, "b": "y"}]


def test_arg_max_of_all_columns():
    rows = run("T | summarize arg_max(n, *) by s | sort by s asc | project s, n, u, b", ROWS)
    assert [tuple(row.values()) for row in rows] == [("a", 3, "y", False), ("b", 2, "Y", True)]
    rows = run("T | summarize arg_min(n, *), c = count() by s | sort by s asc | project s, n, u, c", ROWS)
    assert [tuple(row.values()) for row in rows] == [("a", 1, "x", 2), ("b", 2, "Y", 2)]


def test_names_of_columns():
    (found,) = run(
        "T | summarize count(), sum(n), dcount(s), make_set(u), make_list(u), max(n), take_any(u), "
        "percentiles(n, 5, 95), min(strlen(s))",
        ROWS,
    )
    assert list(found) == [
        "count_", "sum_n", "dcount_s", "set_u", "list_u", "max_n", "u", "percentile_n_5", "percentile_n_95",
        "min_strlen_s",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("bin(4.5, 1.0)", 4.0),
        ("bin(7, 5)", 5),
        ("bin(-7, 5)", -10),
        ("floor(4.5, 1)", 4.0),
        ("tostring(bin(datetime(1970-05-11 13:45:07), 1d))", "1970-05-11T00:00:00.0000000Z"),
        ("tostring(bin(datetime(2026-03-02 13:45:07), 15m))", "2026-03-02T13:45:00.0000000Z"),
        ("tostring(bin(datetime(2026-03-05), 7d))", "2026-03-02T00:00:00.0000000Z"),  # weeks from the year 1, a Monday
        ("tostring(bin(time(16d) + 7h, 1d))", "16.00:00:00"),
        ("tostring(bin_at(datetime(2026-03-05), 7d, datetime(2026-03-04)))", "2026-03-04T00:00:00.0000000Z"),
    ],
)
def test_bin(expression, expected):
    (found,) = run(f"print y = {expression}")
    assert found["y"] == expected


def test_groups_by_bins():
    rows = run("range x from 0 to 9 step 1 | summarize count() by bin(x, 4) | sort by x asc")
    assert [tuple(row.values()) for row in rows] == [(0, 4), (4, 4), (8, 2)]


def test_make_series():
    """The page's own words: from the start, without the end, 0 where there is nothing."""
    rows = [
        {"s": "a", "n": 1, "at": dt.datetime(2026, 3, 1, 5, tzinfo=dt.UTC)},
        {"s": "a", "n": 2, "at": dt.datetime(2026, 3, 1, 6, tzinfo=dt.UTC)},
        {"s": "a", "n": 4, "at": dt.datetime(2026, 3, 3, tzinfo=dt.UTC)},
        {"s": "b", "n": 8, "at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC)},
        {"s": "b", "n": 9, "at": dt.datetime(2026, 3, 4, tzinfo=dt.UTC)},
    ]
    series = "T | make-series t = sum(n), count() on at"
    found = run(f"{series} from datetime(2026-03-01) to datetime(2026-03-04) step 1d by s | sort by s asc", rows)
    assert [(row["s"], loaded(row["t"]), loaded(row["count_"])) for row in found] == [
        ("a", [3, 0, 4], [2, 0, 1]),
        ("b", [0, 8, 0], [0, 1, 0]),
    ]
    assert loaded(found[0]["at"]) == [f"2026-03-0{day}T00:00:00.0000000Z" for day in (1, 2, 3)]
    (whole,) = run(f"{series} in range(datetime(2026-03-01), datetime(2026-03-04), 1d)", rows)
    assert loaded(whole["t"]) == [3, 8, 4, 9]
    (open_ended,) = run("T | make-series t = sum(n) default = -1 on at step 1d | project t", rows)
    assert loaded(open_ended["t"]) == [3, 8, 4, 9]
    (filled,) = run("T | where s == 'a' | make-series t = sum(n) default = long(null) on at step 1d | project t", rows)
    assert loaded(filled["t"]) == [3, None, 4]
    (numbers,) = run("range x from 1 to 9 step 4 | make-series count() on x from 0 to 12 step 3")
    assert (loaded(numbers["count_"]), loaded(numbers["x"])) == ([1, 1, 0, 1], [0, 3, 6, 9])
