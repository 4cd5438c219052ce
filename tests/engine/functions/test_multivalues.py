"""Several values of one column, DISSECT, calendars and angles."""

from __future__ import annotations

import math

import pytest

from tests.engine.functions.harness import IS, RS, TIME, TS, Case, Grouped, I, R, T, cases, check, check_aggregates
from tests.engine.functions.test_basics import at

LISTS = [
    *cases("only_element", (TS,), T, (["a"], "a"), (["a", "b"], None), ([], None), (None, None)),
    *cases("some", (IS,), IS, ([1], [1]), ([], None), (None, None)),
    *cases("list_between", (IS, I, I), IS, ([1, 2, 3], 0, 1, [1, 2]), ([1, 2, 3], -2, -1, [2, 3])),
    *cases("list_between", (IS, I, I), IS, ([1, 2], 1, 9, [2]), ([1, 2], 5, 9, None), ([1, 2], -1, 0, None)),
    *cases("list_between", (IS, I, I), IS, ([1, 2], 1, 0, None), ([1, 2], -9, -8, None), ([1, 2], -9, -2, [1])),
    *cases("list_zip_texts", (TS, TS, T), TS, (["a", "b"], ["1"], "-", ["a-1", "b"]), (None, ["1"], "-", ["1"])),
    *cases("list_zip_texts", (TS, TS, T), TS, (None, None, "-", None), (["a"], ["1"], None, None)),
    *cases("list_median", (RS,), R, ([3.0, 1.0, 2.0], 2.0), ([1.0, 4.0], 2.5), ([], None)),
    *cases("list_percentile", (RS, R), R, ([1.0, 2.0, 3.0], 75.0, 2.5), ([1.0], 101.0, None), ([], 50.0, None)),
    *cases("list_deviation", (RS,), R, ([1.0, 2.0, 9.0], 1.0), ([], None)),
    *cases("each", (T, TS), TS, ("upper", ["a", "b"], ["A", "B"]), ("upper", [], None), ("upper", None, None)),
    *cases("each", (T, TS), IS, ("to_integer", ["1", "x"], [1])),
    *cases("each", (T, TS, T, T, I), TS, ("regex_extract", ["a1", "b"], "[0-9]", "", 0, ["1"])),
    *cases("each", (T, IS), TS, ("to_text", [1, 2], ["1", "2"])),
]

DISSECT = [
    *cases(
        "dissected",
        (T, T, T, T),
        T,
        ("a=b", "%{x}=%{y}", "y", "", "b"),
        ("a=b", "%{x}=%{y}", "z", "", None),
        ("a", "%{x}=%{y}", "x", "", None),
        ("  a", "%{x}", "x", "", "  a"),
        ("a  b", "%{x->} %{y}", "y", "", "b"),
        ("a b c", "%{+x/2} %{+x/1} %{z}", "x", ",", "b,a"),
        ("<a>", "<%{x}>", "x", "", "a"),
    )
]

CALENDARS = [
    *cases("months_between", (TIME, TIME), I, (at("2026-01-31"), at("2026-02-28"), 0)),
    *cases("months_between", (TIME, TIME), I, (at("2026-03-01"), at("2026-01-31T12:00:00"), -1)),
    *cases("month_floor", (TIME, I), TIME, (at("2026-05-20"), 3, at("2026-04-01")), (at("2026-05-20"), 0, None)),
    *cases(
        "format_time_java",
        (TIME, T),
        T,
        (at("2026-05-06T07:08:09.123456"), "yyyy-MM-dd'T'HH:mm:ss.SSSSSS", "2026-05-06T07:08:09.123456"),
    ),
    *cases(
        "format_time_java", (TIME, T), T, (at("2026-05-06T17:08:09"), "h a, EEEE d MMM yy", "5 PM, Wednesday 6 May 26")
    ),
    *cases("format_time_java", (TIME, T), T, (0, "''yyyy''", "'1970'"), (0, "P", None)),
    *cases(
        "parse_time_java",
        (T, T),
        TIME,
        ("06/May/2026:07:08:09 +0200", "dd/MMM/yyyy:HH:mm:ss Z", at("2026-05-06T05:08:09")),
    ),
    *cases("parse_time_java", (T, T), TIME, ("2026-13-01", "yyyy-MM-dd", None), ("x", "yyyy", None), ("x", "P", None)),
]

ANGLES = [
    *cases("sine", (R,), R, (0.0, 0.0)),
    *cases("arc_cosine", (R,), R, (2.0, None)),
    *cases("degrees", (R,), R, (math.pi, 180.0)),
    *cases("hypotenuse", (R, R), R, (3.0, 4.0, 5.0)),
    *cases("cube_root", (R,), R, (-8.0, -2.0)),
    *cases("hyperbolic_cosine", (R,), R, (1000.0, None)),
]


@pytest.mark.parametrize("every", [LISTS, DISSECT, CALENDARS, ANGLES], ids=["lists", "dissect", "calendars", "angles"])
def test_functions(every: list[Case]) -> None:
    check(every)


def test_aggregates_of_several_values() -> None:
    lists = ((["b", "a"],), (None,), (["a"],))
    texts = (("b",), (None,), ("a",), ("b",))
    check_aggregates(
        [
            Grouped("elements", (TS,), TS, lists, ["b", "a", "a"]),
            Grouped("elements", (T,), TS, texts, ["b", "a", "b"]),
            Grouped("elements", (T,), TS, ((None,),), None),
            Grouped("distinct_elements", (TS,), TS, lists, ["a", "b"]),
            Grouped("distinct_elements", (T,), TS, texts, ["a", "b"]),
            Grouped("distinct_elements", (IS,), IS, (([10, 9],), ([10],)), [9, 10]),
            Grouped("distinct_elements", (IS,), IS, (), None),
        ]
    )
