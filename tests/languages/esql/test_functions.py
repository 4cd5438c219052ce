"""Functions of one row, case by case from their pages below
https://www.elastic.co/docs/reference/query-languages/esql/esql-functions-operators"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from simulator.errors import InvalidRule, UnsupportedRule
from tests.languages.esql.running import run, value


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


TEXTS = [
    ('CONCAT("a", "b", "c")', "abc"),
    ('CONCAT("a", null)', None),
    ('LENGTH("héllo")', 5),
    ('BYTE_LENGTH("é")', 2),
    ('BIT_LENGTH("a")', 8),
    ('TO_LOWER("ABC")', "abc"),
    ('TO_LOWER(["Some", "Text"])', ["some", "text"]),
    ('TO_UPPER("abc")', "ABC"),
    ('TRIM("  a b  ")', "a b"),
    ('LTRIM("  a ")', "a "),
    ('RTRIM("  a ")', "  a"),
    ('SUBSTRING("Alejandro", 1, 3)', "Ale"),
    ('SUBSTRING("McClain", -3, 3)', "ain"),
    ('SUBSTRING("Alejandro", 4)', "jandro"),
    ('SUBSTRING("abc", x, 1)', "a"),
    ('LEFT("Alejandro", 3)', "Ale"),
    ('RIGHT("Alejandro", 3)', "dro"),
    ('LOCATE("hello", "ll")', 3),
    ('LOCATE("hello", "x")', 0),
    ('LOCATE("hello", "l", 4)', 4),
    ('REPEAT("ab", 2)', "abab"),
    ('REVERSE("abc")', "cba"),
    ('CONCAT("a", SPACE(2), "b")', "a  b"),
    ('SPLIT("foo;bar;baz", ";")', ["foo", "bar", "baz"]),
    ('REPLACE("Hello World", "World", "Universe")', "Hello Universe"),
    ('REPLACE("a1b22", "([0-9]+)", "<$1>")', "a<1>b<22>"),
    ('REPLACE("a.b", "\\\\.", "\\\\$")', "a$b"),
    ('STARTS_WITH("abc", "ab")', True),
    ('ENDS_WITH("abc", "bc")', True),
    ('CONTAINS("abc", "d")', False),
    ('STARTS_WITH(null, "ab")', None),
    ('TO_BASE64("elastic")', "ZWxhc3RpYw=="),
    ('FROM_BASE64("ZWxhc3RpYw==")', "elastic"),
    ('MD5("hello")', "5d41402abc4b2a76b9719d911017c592"),
    ('HASH("sha-256", "")', "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ('URL_ENCODE("https://example.com/?x=foo bar&y=baz")', "https%3A%2F%2Fexample.com%2F%3Fx%3Dfoo+bar%26y%3Dbaz"),
    ('URL_ENCODE_COMPONENT("a b")', "a%20b"),
    ('URL_DECODE("https%3A%2F%2Fexample.com%2F%3Fx%3Dfoo%20bar%26y%3Dbaz")', "https://example.com/?x=foo bar&y=baz"),
    ('JSON_EXTRACT("{\\"user\\":{\\"id\\":7}}", "user.id")', "7"),
    ('JSON_EXTRACT("{\\"a\\":[\\"x\\",\\"y\\"]}", "$.a[1]")', "y"),
    ('JSON_EXTRACT("{\\"a.b\\":true}", "[\'a.b\']")', "true"),
    ('JSON_EXTRACT("{\\"a\\":null}", "a")', None),
    ('JSON_EXTRACT("no json", "a")', None),
]

NUMBERS = [
    ("1 + 2 * 3", 7),
    ("7 / 2", 3),  # two whole numbers give a whole number
    ("7 / 2.0", 3.5),
    ("-7 / 2", -3),
    ("7 / 0", None),
    ("7 % 3", 1),
    ("-7 % 3", -1),
    ("7.5 % 2", 1.5),
    ("9223372036854775807 + 1", None),  # overflow is null
    ("1 + null", None),
    ("-x", -1),
    ("ABS(-3)", 3),
    ("CEIL(1.2)", 2.0),
    ("FLOOR(-1.2)", -2.0),
    ("ROUND(1.5)", 2.0),
    ("ROUND(-2.5)", -3.0),
    ("ROUND(2.345, 1)", 2.3),
    ("SQRT(100)", 10.0),
    ("SQRT(-1)", None),
    ("CBRT(27.0)", 3.0),
    ("POW(2, 10)", 1024.0),
    ("LOG(8, 2)", 1 / 3),
    ("LOG10(1000)", 3.0),
    ("SIGNUM(-100.0)", -1.0),
    ("HYPOT(3, 4)", 5.0),
    ("SIN(0)", 0.0),
    ("ATAN2(0, 1)", 0.0),
    ("ROUND(PI(), 2)", 3.14),
    ("GREATEST(1, 5, 3)", 5),
    ("LEAST(1, 5, null)", None),
    ("TO_DEGREES(PI())", 180.0),
]

CONVERSIONS = [
    ('TO_INTEGER("12")', 12),
    ('TO_LONG("12.6")', 13),
    ("TO_INTEGER(5013792)", 5013792),
    ("TO_INTEGER(2.5)", 3),
    ('TO_INTEGER("nope")', None),
    ('TO_DOUBLE("5.20128E11")', 5.20128e11),
    ("TO_DOUBLE(3)", 3.0),
    ("TO_STRING(10)", "10"),
    ("TO_STRING([1, 2])", ["1", "2"]),
    ('TO_BOOLEAN("TRUE")', True),
    ('TO_BOOLEAN("yes")', False),
    ("TO_BOOLEAN(0)", False),
    ('TO_DATETIME("1953-09-02T00:00:00.000Z")', at("1953-09-02")),
    ("TO_DATETIME(0)", at("1970-01-01")),
    ('TO_LONG(TO_DATETIME("1970-01-01T00:00:01Z"))', 1000),  # milliseconds
    ('TO_STRING(TO_DATETIME("2026-03-02T08:00:00Z"))', "2026-03-02T08:00:00.000Z"),
    ('TO_IP("1.1.1.1")', "1.1.1.1"),
    ('TO_IP("foo")', None),
    ('"12"::integer', 12),
    ("12::keyword", "12"),
    ('"2026-03-02"::datetime', at("2026-03-02")),
    ("TO_STRING(null)", None),
]

CHOICES = [
    ('CASE(x == 1, "one", x == 2, "two", "many")', "one"),
    ('CASE(x == 9, "nine")', None),
    ('CASE(null, "a", "b")', "b"),  # an unknown condition is not true
    ("CASE(true, 1, 2.5)", 1.0),
    ("CASE([true, false] == true, 1, 2)", 2),
    ('COALESCE(null, "a", "b")', "a"),
    ("COALESCE(null, null)", None),
    ("COALESCE([1, 2], [3])", [1, 2]),
]

LISTS = [
    ("MV_APPEND([1, 2], [3])", [1, 2, 3]),
    ("MV_APPEND([1, 2], null)", None),
    ("MV_AVG([3, 5, 1, 6])", 3.75),
    ("MV_SUM([3, 5, 6])", 14),
    ("MV_MAX([3, 5, 1])", 5),
    ('MV_MIN(["foo", "bar"])', "bar"),
    ("MV_COUNT([3, 3])", 2),
    ("MV_COUNT(7)", 1),
    ("MV_COUNT(null)", None),
    ('MV_DEDUPE(["foo", "foo", "bar"])', ["foo", "bar"]),
    ('MV_FIRST(SPLIT("foo;bar", ";"))', "foo"),
    ('MV_LAST(SPLIT("foo;bar", ";"))', "bar"),
    ('MV_CONCAT(["foo", "bar"], ", ")', "foo, bar"),
    ("MV_MEDIAN([3, 5, 1])", 3.0),
    ("MV_MEDIAN([3, 7, 1, 6])", 4.5),
    ("MV_PERCENTILE([5, 5, 10, 12, 5000], 50)", 10.0),
    ("MV_MEDIAN_ABSOLUTE_DEVIATION([0, 2, 5, 6])", 2.0),
    ("MV_SLICE([1, 2, 2, 3], 1)", 2),
    ("MV_SLICE([1, 2, 2, 3], 2, 3)", [2, 3]),
    ("MV_SLICE([1, 2, 2, 3], -2)", 2),
    ("MV_SLICE([1, 2, 2, 3], -3, -1)", [2, 2, 3]),
    ('MV_SORT([4, 2, -3, 2], "desc")', [4, 2, 2, -3]),
    ('MV_ZIP(["x", "y", "z"], ["1", "2"], "-")', ["x-1", "y-2", "z"]),
    ('MV_CONTAINS(["a", "b", "c"], ["a", "b"])', True),
    ('MV_CONTAINS(["a"], null)', True),  # null values are treated as an empty set
    ('MV_CONTAINS(null, ["a"])', False),
    ("MV_INTERSECTION([1, 2, 3], [2, 4])", [2]),
    ("MV_INTERSECTION([1], [2])", None),
    ("MV_INTERSECTS([1, 2], [2, 3])", True),
    ("MV_UNION([1, 2], [2, 3])", [1, 2, 3]),
    ("MV_DIFFERENCE([1, 2], null)", [1, 2]),
]

T = 'TO_DATETIME("2022-05-06T12:34:56.789Z")'
TIMES = [
    (f"DATE_TRUNC(1 hour, {T})", at("2022-05-06T12:00")),
    (f"DATE_TRUNC(1 year, {T})", at("2022-01-01")),
    (f"DATE_TRUNC(1 month, {T})", at("2022-05-01")),
    (f"DATE_TRUNC(1 week, {T})", at("2022-05-02")),  # weeks begin on Monday
    (f"DATE_TRUNC(5 minutes, {T})", at("2022-05-06T12:30")),
    (f"BUCKET({T}, 1 day)", at("2022-05-06")),
    ("BUCKET(7.5, 5)", 5.0),
    (f"{T} + 1 day", at("2022-05-07T12:34:56.789")),
    (f"{T} - 1 month", at("2022-04-06T12:34:56.789")),
    ('DATE_DIFF("minute", TO_DATETIME("2022-01-01T00:00:00Z"), TO_DATETIME("2022-01-01T00:02:59Z"))', 2),
    ('DATE_DIFF("ms", TO_DATETIME("2022-01-01T00:00:01Z"), TO_DATETIME("2022-01-01T00:00:00Z"))', -1000),
    ('DATE_DIFF("month", TO_DATETIME("2022-01-31T00:00:00Z"), TO_DATETIME("2022-03-30T00:00:00Z"))', 1),
    ('DATE_DIFF("years", TO_DATETIME("2020-01-01T00:00:00Z"), TO_DATETIME("2022-12-31T00:00:00Z"))', 2),
    (f'DATE_EXTRACT("year", {T})', 2022),
    (f'DATE_EXTRACT("hour_of_day", {T})', 12),
    (f'DATE_EXTRACT("day_of_week", {T})', 5),
    (f'DATE_EXTRACT("minute_of_day", {T})', 754),
    (f'DATE_FORMAT("yyyy-MM-dd", {T})', "2022-05-06"),
    (f'DATE_FORMAT("EEE d MMM, HH:mm", {T})', "Fri 6 May, 12:34"),
    ('DATE_PARSE("yyyy-MM-dd", "2022-05-06")', at("2022-05-06")),
    ('DATE_PARSE("yyyy-MM-dd", "nope")', None),
    (f"DAY_NAME({T})", "Friday"),
    (f"MONTH_NAME({T})", "May"),
]

ADDRESSES = [
    ('CIDR_MATCH("10.1.2.3", "10.0.0.0/8", "172.16.0.0/12")', True),
    ('CIDR_MATCH("11.1.2.3", "10.0.0.0/8")', False),
    ('CIDR_MATCH("::1", "::1")', True),
    ('CIDR_MATCH(null, "10.0.0.0/8")', None),
    ('IP_PREFIX("1.2.3.4", 24, 0)', "1.2.3.0"),
    ('IP_PREFIX("fe80::cae2:65ff:fece:feb9", 0, 112)', "fe80::cae2:65ff:fece:0"),
]


@pytest.mark.parametrize(
    ("expression", "expected"), [*TEXTS, *NUMBERS, *CONVERSIONS, *CHOICES, *LISTS, *TIMES, *ADDRESSES]
)
def test_value(expression: str, expected: Any) -> None:
    found = value(expression)
    if isinstance(found, list) and len(found) == 1 and not isinstance(expected, list):
        (found,) = found  # ES|QL knows no list of one
    if isinstance(expected, float):
        assert found == pytest.approx(expected)
    else:
        assert found == expected
        assert type(found) is type(expected)


@pytest.mark.parametrize(
    "expression",
    ["a + 2", "LENGTH(b)", "ABS(a)", "SUBSTRING(b, 1)", "a == 1", 'b == "x"', 'b LIKE "x*"', 'b IN ("x")', "-a"],
)
def test_several_values_make_functions_null(expression: str) -> None:
    # https://www.elastic.co/docs/reference/query-languages/esql/esql-multivalued-fields
    assert value(expression, 'ROW a = [1, 2], b = ["x", "y"]') is None


def test_now_is_the_time_of_the_run() -> None:
    (found,) = run("ROW x = 1 | EVAL y = NOW() | KEEP y", now=1_000_000)
    assert found["y"] == at("1970-01-01T00:00:01")


@pytest.mark.parametrize(
    ("expression", "error", "message"),
    [
        ("NO_SUCH(1)", UnsupportedRule, "NO_SUCH"),
        ('ST_DISTANCE("a", "b")', UnsupportedRule, "ST_DISTANCE cannot run"),
        ("LENGTH()", InvalidRule, "takes 1 arguments"),
        ('"x"::nothing', InvalidRule, "no type"),
        ('DATE_DIFF("fortnight", NOW(), NOW())', InvalidRule, "no unit"),
        ("NOW() - NOW()", InvalidRule, "DATE_DIFF"),
    ],
)
def test_what_cannot_be_is_an_error(expression: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        value(expression)
