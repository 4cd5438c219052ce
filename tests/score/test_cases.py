from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.score.cases import HOUR, number, with_cases

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def cases_of(rows: list[tuple[str, str | None, str | None, int | None]]) -> list[set[int]]:
    """The cases as sets of row numbers; times are microseconds after START."""
    frame = pl.DataFrame(
        {
            "row": range(len(rows)),
            "rule": [row[0] for row in rows],
            "host": [row[1] for row in rows],
            "user": [row[2] for row in rows],
            "time": [None if row[3] is None else START + dt.timedelta(microseconds=row[3]) for row in rows],
        },
        schema={
            "row": pl.Int64,
            "rule": pl.String,
            "host": pl.String,
            "user": pl.String,
            "time": pl.Datetime("us", "UTC"),
        },
    )
    found: dict[int, set[int]] = {}
    for row, case in with_cases(frame).select("row", "case").iter_rows():
        found.setdefault(case, set()).add(row)
    return sorted(found.values(), key=min)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([], []),
        ([0], [{0}]),
        ([0, 60], [{0, 1}]),
        ([0, 30, 61, 90, 121], [{0, 1}, {2, 3, 4}]),
        ([0, 59, 118, 177], [{0, 1}, {2, 3}]),
        ([120, 0, 60], [{0}, {1, 2}]),
        ([0, 0, 0], [{0, 1, 2}]),
    ],
)
def test_an_hour_counts_from_the_first_alert(minutes: list[int], expected: list[set[int]]) -> None:
    assert cases_of([("r", "h", "u", minute * 60_000_000) for minute in minutes]) == expected


def test_a_microsecond_more_than_an_hour_opens_a_case() -> None:
    assert cases_of([("r", "h", "u", 0), ("r", "h", "u", HOUR), ("r", "h", "u", HOUR + 1)]) == [{0, 1}, {2}]


def test_rules_hosts_and_users_are_kept_apart_but_not_by_case() -> None:
    rows = [("r", "h", "u", 0), ("s", "h", "u", 0), ("r", "i", "u", 0), ("r", "h", "v", 0), ("r", "H", "U", 5)]
    assert cases_of([*rows, ("r", "h", None, 0), ("r", "h", None, 1)]) == [{0, 4}, {1}, {2}, {3}, {5, 6}]


def test_alerts_without_a_time_stand_alone() -> None:
    assert cases_of([("r", "h", "u", None), ("r", "h", "u", None), ("r", "h", "u", 0)]) == [{0}, {1}, {2}]


@given(st.lists(st.integers(0, HOUR + 1), max_size=60))
def test_the_vectorised_chain_is_the_plain_one(gaps: list[int]) -> None:
    if gaps:
        gaps[0] = HOUR + 1
    expected, case, first, clock = [], -1, 0, 0
    for gap in gaps:
        clock += gap
        if gap > HOUR or clock - first > HOUR:
            case, first = case + 1, clock
        expected.append(case)
    assert number(np.array(gaps, dtype=np.int64)).tolist() == expected
