"""Canonical texts, numbers, times and addresses."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.text import (
    compares,
    elements,
    fold,
    inside,
    joined_text,
    read_network,
    read_number,
    read_time,
    text_of,
    texts_of,
    time_part,
)
from simulator.ir import Op, Unit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (4688, "4688"),
        (-1, "-1"),
        (1.0, "1.0"),
        (0.1, "0.1"),
        (1e16, "1e+16"),
        (True, "true"),
        (False, "false"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05.000000Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 6), "2026-01-02T03:04:05.000006Z"),
        (datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))), "2026-01-02T01:00:00.000000Z"),
        (datetime(7, 1, 2, tzinfo=UTC), "0007-01-02T00:00:00.000000Z"),
        (b"a\xff", "a\ufffd"),
    ],
)
def test_text_of_a_value(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, ()),
        ([], ()),
        ([None], ()),
        ("", ("",)),
        (["a", None, 1, ["b"]], ("a", 1, "b")),
    ],
)
def test_elements_of_a_value(value: object, found: tuple[object, ...]) -> None:
    assert elements(value) == found


def test_a_list_is_text_for_grouping_only_as_a_whole() -> None:
    assert joined_text(None) is None
    assert joined_text([None]) is None
    assert joined_text(["a", 2, True]) == "a, 2, true"
    assert texts_of(["a", 2, True]) == ("a", "2", "true")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("4688", 4688),
        ("+5", 5),
        ("-0", 0),
        ("007", 7),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("1E-2", 0.01),
        ("9007199254740993", 9007199254740993),
        ("1e999", math.inf),
        ("9" * 5000, math.inf),
        (3, 3),
        (2.5, 2.5),
        ("", None),
        (" 5", None),
        ("5\n", None),
        ("5.", None),
        (".5", None),
        ("1_000", None),
        ("0x10", None),
        ("inf", None),
        ("nan", None),
        ("٣", None),
        ("--1", None),
        ("1e", None),
        (True, None),
        (math.nan, None),
        (datetime(2026, 1, 1, tzinfo=UTC), None),
    ],
)
def test_reading_numbers(value: object, number: float | None) -> None:
    found = read_number(value)
    assert found == number
    assert type(found) is type(number)


def test_large_integers_compare_exactly() -> None:
    assert compares(9007199254740993, Op.GT, 9007199254740992.0)
    assert not compares(9007199254740993, Op.EQ, 9007199254740992.0)


@given(st.integers(-10, 10), st.integers(-10, 10))
def test_each_operator_is_its_symbol(a: int, b: int) -> None:
    truth = {Op.EQ: a == b, Op.NE: a != b, Op.LT: a < b, Op.LE: a <= b, Op.GT: a > b, Op.GE: a >= b}
    assert {op: compares(a, op, b) for op in Op} == truth


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-11-23 19:46:37.123", datetime(2026, 11, 23, 19, 46, 37, 123000, UTC)),
        ("2026-11-23T19:46:37.123456789Z", datetime(2026, 11, 23, 19, 46, 37, 123456, UTC)),
        ("2026-11-23T19:46:37+02:00", datetime(2026, 11, 23, 17, 46, 37, tzinfo=UTC)),
        ("2026-11-23T19:46:37-0230", datetime(2026, 11, 23, 22, 16, 37, tzinfo=UTC)),
        ("2026-11-23T19:46", datetime(2026, 11, 23, 19, 46, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-02-30", None),
        ("2026-11-23T25:00", None),
        ("0001-01-01T00:00+14:00", None),
        ("2026-11-23T19:46:37+99:00", None),
        ("2026-11-23T19:46:37.1234567890", None),
        ("1700000000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_reading_times(text: str, time: datetime | None) -> None:
    assert read_time(text) == time


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_survives_its_text(time: datetime) -> None:
    assert read_time(text_of(time)) == time


def test_parts_of_a_time() -> None:
    time = datetime(2027, 1, 2, 3, 4, tzinfo=UTC)
    assert {unit.value: time_part(time, unit) for unit in Unit} == {
        "minute": 4,
        "hour": 3,
        "day": 2,
        "week": 53,
        "month": 1,
        "year": 2027,
    }


@pytest.mark.parametrize(
    ("text", "network", "holds"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("::ffff:10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "::ffff:10.0.0.0/104", True),
        ("fe80::1%eth0", "fe80::/10", True),
        ("0:0:0:0:0:0:0:1", "::1/128", True),
        ("10.1.2.3", "10.9.9.9/8", True),
        ("10.1.2.3", "::/0", False),
        ("010.1.2.3", "10.0.0.0/8", False),
        ("10.1.2.3:80", "10.0.0.0/8", False),
        ("10.1.2.3%eth0", "10.0.0.0/8", False),
        ("-", "0.0.0.0/0", False),
        ("", "0.0.0.0/0", False),
        ("167772161", "0.0.0.0/0", False),
    ],
)
def test_addresses_in_networks(text: str, network: str, holds: bool) -> None:
    assert inside(text, read_network(network)) is holds


def test_folding_works_character_by_character() -> None:
    assert fold("Straße ΣςΣ K İ") == "".join(fold(char) for char in "Straße ΣςΣ K İ")
    assert fold("ß") == "ss"
    assert all(fold("a" + chr(code) + "b") == "a" + fold(chr(code)) + "b" for code in range(sys.maxunicode + 1))
