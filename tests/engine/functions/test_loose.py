"""Values without declared kinds: cases by function."""

from __future__ import annotations

import pytest

from simulator.engine.functions import AGGREGATES
from tests.engine.functions.harness import SPAN, TIME, TS, B, I, R, T, cases, check
from tests.engine.functions.test_basics import at

JSON = '{"a": {"b": [{"c": 1}, {"c": "x"}]}, "d.e": true, "n": null}'

LOOSE = [
    *cases("loose_text", (R,), T, (3.0, "3"), (3.5, "3.5"), (1e20, "1e+20"), (-0.25, "-0.25")),
    *cases("loose_text", (I,), T, (3, "3")),
    *cases("loose_text", (T,), T, ("x", "x")),
    *cases("loose_text", (B,), T, (True, "True"), (False, "False")),
    *cases("loose_text", (TIME,), T, (at("1970-01-01"), "0"), (at("1970-01-01") + 1_500_000, "1.5")),
    *cases("loose_text", (TS,), T, (["a", "b"], "a\nb"), ([], None)),
    *cases("loose_number", (T,), R, ("1.5", 1.5), (" 7 ", 7.0), ("x", None), ("", None), ("0x1", None), ("1_0", None)),
    *cases("loose_number", (I,), R, (2, 2.0)),
    *cases("loose_number", (TIME,), R, (at("1970-01-01") + 1_500_000, 1.5)),
    *cases("loose_number", (SPAN,), R, (2_000_000, 2.0)),
    *cases("loose_number", (B,), R, (True, 1.0)),
    *cases("loose_list", (T,), TS, ("x", ["x"])),
    *cases("loose_list", (TS,), TS, (["x"], ["x"]), ([], None)),
    *cases("loose_truth", (T,), B, ("TRUE", True), ("f", False), ("0", False), ("2", True), ("x", None)),
    *cases("loose_equal", (T, T), B, ("a", "a", True), ("1", "1.0", True), ("a", "A", False), ("1", "x", False)),
    *cases("loose_equal", (TS, T), B, (["a", "2"], "2.0", True), ([], "", False)),
    *cases("loose_less", (T, T), B, ("9", "10", True), ("9", "x", True), ("b", "a", False), ("a", "a", False)),
    *cases("loose_add", (T, T), T, ("1", "2", "3"), ("1", "x", "1x"), ("0.5", "1", "1.5")),
    *cases(
        "loose_like", (T, T), B, ("abc", "a%", True), ("abc", "a_c", True), ("Abc", "a%", False), ("a\nb", "a%", True)
    ),
    *cases("loose_substring", (T, I, I), T, ("hello", 1, 2, "he"), ("hello", -3, 2, "ll"), ("hello", 0, 2, "")),
    *cases("loose_format", (R, T), T, (255.0, "hex", "0xFF"), (1234567.0, "commas", "1,234,567"), (1.0, "x", None)),
    *cases("loose_format", (R, T), T, (90_061.0, "duration", "1+01:01:01")),
    *cases("loose_number_of_base", (T, I), R, ("ff", 16, 255.0), ("0xFF", 16, 255.0), ("12", 2, None), ("z", 40, None)),
    *cases("loose_shift_time", (TIME, T), TIME, (at("2026-03-31T10:00"), "-1mon@d", at("2026-02-28"))),
    *cases("loose_shift_time", (TIME, T), TIME, (at("2026-03-25T10:00"), "@w1+8h", at("2026-03-23T08:00"))),
    *cases("loose_shift_time", (TIME, T), TIME, (at("2026-05-25"), "@q", at("2026-04-01"))),
    *cases("loose_shift_time", (TIME, T), TIME, (at("2026-05-25"), "-x", None)),
    *cases("time_of_seconds", (R,), TIME, (1.5, at("1970-01-01") + 1_500_000), (1e15, None)),
    *cases("loose_list_append", (TS, TS), TS, (["a"], None, ["a"]), (["a"], ["b"], ["a", "b"]), (None, [], None)),
    *cases(
        "loose_list_part", (TS, I, I), TS, (["a", "b", "c"], 0, 1, ["a", "b"]), (["a", "b", "c"], -2, -1, ["b", "c"])
    ),
    *cases("loose_list_part", (TS, I, I), TS, (["a"], 3, 4, None), (["a"], 0, -5, None)),
    *cases("loose_list_find", (TS, T), I, (["foo", "bar"], "^b", 1), (["foo"], "x", None), (["foo"], "(", None)),
    *cases("loose_list_keep", (TS, T), TS, (["a1", "b"], r"(?=.*\d)", ["a1"]), (["b"], r"(?=.*\d)", None)),
    *cases("loose_list_zip", (TS, TS, T), TS, (["1", "2"], ["a", "b", "c"], "-", ["1-a", "2-b"])),
    *cases(
        "loose_list_range", (R, R, R), TS, (1.0, 4.0, 1.5, ["1", "2.5"]), (1.0, 1.0, 1.0, None), (1.0, 2.0, 0.0, None)
    ),
    *cases("loose_substitute", (T, T, T, T), T, ("a1b2", r"\d", "x", "", "axb2"), ("a1b2", r"\d", "x", "g", "axbx")),
    *cases(
        "loose_substitute", (T, T, T, T), T, ("a1b2", r"([a-z])(\d)", r"\2\1", "2", "a12b"), ("AB", "b", "x", "i", "Ax")
    ),
    *cases(
        "loose_json", (T, T), T, (JSON, "a.b{1}.c", "x"), (JSON, "d.e", "true"), (JSON, "n", None), ("{", "a", None)
    ),
    *cases("loose_json_list", (T, T), TS, (JSON, "a.b{}.c", ["1", "x"]), (JSON, "q{}", None)),
    *cases("loose_xml", (T, T), T, ("<a><b x='1'>v</b></a>", "b", "v"), ("<a/>", "a", None)),
    *cases("loose_first_match", (T, T, T), T, ("C:\\RClone.exe", "*x\x1e*rclone*", "wildcard/fold", "*rclone*")),
    *cases(
        "loose_first_match",
        (T, TS, T),
        T,
        ("aXb", "a*b*c\x1ea*x*b", "wildcard", None),
        ("ab", "ab", "wildcard", "ab"),
    ),
    *cases("loose_first_match", (T, T, T), T, ("10.1.1.1", "x\x1e10.0.0.0/8", "cidr", "10.0.0.0/8")),
]


@pytest.mark.parametrize("name", sorted({case.name for case in LOOSE}))
def test_function(name: str) -> None:
    check([case for case in LOOSE if case.name == name])


def test_extremes_are_numbers_where_all_are() -> None:
    for name, values, expected in (
        ("loose_minimum", ["10", "9"], "9"),
        ("loose_maximum", ["10", "9"], "10"),
        ("loose_maximum", ["10", "9", "x"], "x"),
        ("loose_minimum", ["10", "9", "x"], "10"),
        ("loose_minimum", [], None),
    ):
        assert AGGREGATES[name].python([(value,) for value in values]) == expected


def test_lists_of_lists() -> None:
    rows = [(["b", "a"],), (["b"],)]
    assert AGGREGATES["loose_values"].python(rows) == ["a", "b"]
    assert AGGREGATES["loose_elements"].python(rows) == ["b", "a", "b"]
    assert AGGREGATES["loose_values"].python([]) is None
