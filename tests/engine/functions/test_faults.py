"""What is wrong with a call before anything runs is an error of the rule."""

from __future__ import annotations

import pytest

from simulator.engine.capability import require
from simulator.errors import InvalidRule
from simulator.ir import Aggregate, Call, Field, Literal, Measure, Plain, Project, Rows, Value
from simulator.tables import Column, Type
from tests.engine.memory import rule

SOURCE = Rows((Column("a"), Column("p"), Column("r", Type.REAL), Column("t", Type.TIME), Column("d", Type.DYNAMIC)), ())
A = Field("a")


def lit(value: Plain) -> Literal:
    return Literal(value, Type.TEXT)


@pytest.mark.parametrize(
    ("function", "args", "message"),
    [
        ("regex_matches", (A, lit("("), lit("")), "regex_matches: regular expression"),
        ("regex_extract", (A, lit("a"), lit("q"), Literal(0, Type.INTEGER)), "unknown flags"),
        ("regex_extract_named", (A, lit("(?<x>a)"), lit(""), lit("y")), "no group 'y'"),
        ("time_part", (Field("t"), lit("age")), "expected one of year, "),
        ("start_of", (Field("t"), lit("age")), "expected one of second, "),
        ("url_part", (A, lit("tail")), "expected one of scheme, "),
        ("ip_inside", (A, lit("10.0.0.0/99")), "no network"),
        ("json_extract", (Field("d"), lit("$[")), "no path"),
    ],
)
def test_literals_that_mean_nothing(function: str, args: tuple[Value, ...], message: str) -> None:
    with pytest.raises(InvalidRule, match=message.replace("(", "\\(")):
        require(rule("r", Project(SOURCE, (("x", Call(function, args, Type.TEXT)),))))


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("regex_matches", (A, lit("a+"), lit("i"))),
        ("regex_matches", (A, Field("p"), lit(""))),
        ("regex_extract_named", (A, lit("(?<x>a)"), lit(""), lit("x"))),
        ("time_part", (Field("t"), Field("p"))),
        ("ip_inside", (A, lit("10.0.0.0/8"))),
    ],
)
def test_what_is_right_or_not_known_before(function: str, args: tuple[Value, ...]) -> None:
    require(rule("r", Project(SOURCE, (("x", Call(function, args, Type.TEXT)),))))


@pytest.mark.parametrize("percent", [Literal(101.0, Type.REAL), Field("r")])
def test_percentages_are_literals(percent: Value) -> None:
    measure = Measure("p", "percentile_linear", (Field("r"), percent), Type.REAL)
    with pytest.raises(InvalidRule, match="percentage"):
        require(rule("r", Aggregate(SOURCE, (), (measure,))))
