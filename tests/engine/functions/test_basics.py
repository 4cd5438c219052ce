"""Conditions, arithmetic, conversions and the plainest texts."""

from __future__ import annotations

import pytest

from simulator.engine.functions.conversions import microseconds
from simulator.engine.text import read_time
from tests.engine.functions.harness import IS, SPAN, TIME, TS, B, Case, D, I, R, T, cases, check

BIG = 2**63 - 1


def at(text: str) -> int:
    when = read_time(text)
    assert when is not None
    return microseconds(when)


CONDITIONS = [
    *cases(
        "if",
        (B, T, T),
        T,
        (True, "a", "b", "a"),
        (False, "a", "b", "b"),
        (None, "a", "b", "b"),
        (True, None, "b", None),
    ),
    *cases(
        "if",
        (B, T, B, T, T),
        T,
        (True, "a", True, "b", "c", "a"),
        (None, "a", True, "b", "c", "b"),
        (False, "a", None, "b", "c", "c"),
        (False, "a", True, None, "c", None),
    ),
    *cases("coalesce", (I, I, I), I, (None, 2, 3, 2), (None, None, None, None), (1, None, None, 1)),
    *cases("equal", (T, T), B, ("a", "a", True), ("a", "A", False), (None, "a", None), ("", "", True)),
    *cases("equal", (R, R), B, (0.0, -0.0, True), (1.5, 1.25, False)),
    *cases("equal", (TS, TS), B, (["a"], ["a"], True), (["a", "b"], ["b", "a"], False), ([], [], True)),
    *cases(
        "less",
        (T, T),
        B,
        ("a", "b", True),
        ("b", "a", False),
        ("Z", "a", True),
        ("é", "z", False),
        ("\uffff", "\U0001f600", True),
    ),
    *cases("less", (B, B), B, (False, True, True), (True, True, False)),
    *cases("less", (IS, IS), B, ([1, 2], [1, 3], True), ([1], [1, 0], True), ([2], [1, 9], False)),
    *cases("and", (B, B), B, (True, True, True), (None, False, False), (None, True, None), (None, None, None)),
    *cases("or", (B, B), B, (False, False, False), (None, False, None), (None, True, True)),
    *cases("not", (B,), B, (True, False), (False, True), (None, None)),
    *cases("is_null", (T,), B, (None, True), ("", False)),
]

NUMBERS = [
    *cases("add", (I, I), I, (1, 2, 3), (BIG, 1, None), (-BIG, -2, None), (-BIG, -1, -BIG - 1), (None, 1, None)),
    *cases("add", (R, R), R, (1.5, 2.0, 3.5), (1.7e308, 1.7e308, None)),
    *cases("add", (TIME, SPAN), TIME, (0, 5, 5), (at("9999-12-31T23:59:59Z"), 10_000_000, None), (0, BIG, None)),
    *cases("add", (SPAN, SPAN), SPAN, (1, 2, 3)),
    *cases("subtract", (TIME, TIME), SPAN, (5, 7, -2)),
    *cases("subtract", (TIME, SPAN), TIME, (5, 7, -2), (at("0001-01-01"), 1, None)),
    *cases("subtract", (I, I), I, (5, 7, -2), (-BIG, 2, None)),
    *cases("multiply", (I, I), I, (6, 7, 42), (2**32, 2**31, None), (-(2**32), 2**31, -(2**63))),
    *cases("multiply", (R, R), R, (0.5, 3.0, 1.5), (1e200, 1e200, None)),
    *cases("multiply", (SPAN, I), SPAN, (1_000_000, 60, 60_000_000)),
    *cases("divide", (R, R), R, (7.0, 2.0, 3.5), (7.0, 0.0, None), (0.0, -0.0, None), (1e308, 1e-10, None)),
    *cases("divide", (SPAN, SPAN), R, (7, 2, 3.5), (7, 0, None)),
    *cases("floor", (R,), R, (1.5, 1.0), (-1.5, -2.0), (1e300, 1e300), (-0.5, -1.0)),
]

CONVERSIONS = [
    *cases("to_text", (I,), T, (5, "5"), (-BIG - 1, str(-BIG - 1)), (None, None)),
    *cases(
        "to_text",
        (R,),
        T,
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (1e16, "1e+16"),
        (0.1, "0.1"),
        (1e-5, "1e-05"),
        (123456789.0, "123456789.0"),
    ),
    *cases("to_text", (B,), T, (True, "true"), (False, "false")),
    *cases(
        "to_text",
        (TIME,),
        T,
        (0, "1970-01-01T00:00:00.000000Z"),
        (at("0001-01-01"), "0001-01-01T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
    ),
    *cases("to_text", (SPAN,), T, (5, "5")),
    *cases("to_text", (TS,), T, (["a", "b"], "a, b"), ([], "")),
    *cases("to_text", (IS,), T, ([1, 2], "1, 2"), ([], "")),
    *cases("to_text", (D,), T, ('{"a":1}', '{"a":1}')),
    *cases(
        "to_integer",
        (T,),
        I,
        ("12", 12),
        ("-12", -12),
        ("+12", 12),
        ("0x1f", 31),
        ("-0X1F", -31),
        ("1.5", None),
        ("", None),
        (" 1", None),
        ("1_0", None),
        ("9" * 20, None),
        ("0x", None),
        ("١", None),
    ),
    *cases("to_integer", (R,), I, (1.9, 1), (-1.9, -1), (1e19, None), (-0.5, 0)),
    *cases("to_integer", (B,), I, (True, 1), (False, 0)),
    *cases("to_integer", (TIME,), I, (7, 7)),
    *cases(
        "to_real",
        (T,),
        R,
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("x", None),
        ("1e999", None),
        ("", None),
        ("inf", None),
        ("9" * 401, None),
    ),
    *cases("to_real", (I,), R, (3, 3.0)),
    *cases(
        "to_time",
        (T,),
        TIME,
        ("1970-01-01T00:00:01Z", 1_000_000),
        ("1970-01-01", 0),
        ("1970-01-01T01:00:00+01:00", 0),
        ("noon", None),
        ("2026-02-30", None),
    ),
    *cases("to_time", (I,), TIME, (5, 5), (BIG, None)),
]

TEXTS = [
    *cases("length", (T,), I, ("", 0), ("abc", 3), ("\U0001f600", 1), ("e\u0301", 2)),
    *cases("lower", (T,), T, ("ABC", "abc"), ("ÄÖ", "äö"), ("İ", "i̇"), ("ΑΣ", "ας"), (None, None)),
    *cases("upper", (T,), T, ("abc", "ABC"), ("straße", "STRASSE")),
    *cases("concat", (T, T, T), T, ("a", "", "b", "ab"), ("a", None, "b", None)),
    *cases("concat", (T,), T, ("a", "a")),
    *cases(
        "substring",
        (T, I, I),
        T,
        ("abcdef", 1, 3, "bcd"),
        ("abc", -2, 2, "ab"),
        ("abc", 1, -1, ""),
        ("abc", 5, 2, ""),
        ("abc", 1, BIG, "bc"),
        ("\U0001f600x", 1, 1, "x"),
    ),
]


@pytest.mark.parametrize(
    "every", [CONDITIONS, NUMBERS, CONVERSIONS, TEXTS], ids=["conditions", "numbers", "conversions", "texts"]
)
def test_cases(every: list[Case]) -> None:
    check(every)
