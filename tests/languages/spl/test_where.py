"""`where` and eval expressions. Sources: Splunk's Search Reference, "where", "eval", "Evaluation functions" (the
examples of each function's page), "Comparison and Conditional functions"."""

from __future__ import annotations

from typing import Any

import pytest

from tests.languages.spl.finding import Row, hits, value

EVENTS: list[Row] = [{"user": "Anna", "code": "5"}, {"user": "bob", "code": "10"}, {"code": "7", "other": "7.0"}]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('user="anna"', []),  # exact, unlike search
        ('user="Anna"', [0]),
        ('user!="Anna"', [1]),  # null of a missing field
        ('NOT user="Anna"', [1]),
        ("isnull(user)", [2]),
        ("isnotnull(user)", [0, 1]),
        ("code>6", [1, 2]),
        ('code>"6"', [1, 2]),  # both are numbers
        ('user>"a"', [1]),  # by code point
        ("code=7", [2]),
        ("code=other", [2]),
        ('user="*"', []),  # no wildcards
        ('like(user, "A%")', [0]),
        ('user LIKE "b_b"', [1]),
        ('match(user, "^[a-z]")', [1]),
        ('match(user, "(?i)ANNA")', [0]),
        ('user IN ("Anna", "x")', [0]),
        ('in(user, "bob")', [1]),
        ('searchmatch("user=ANNA")', [0]),
        ('code=5 OR code=10 AND user="bob"', [0, 1]),  # AND before OR, unlike search
        ('if(code>6, "y", "n")="y"', [1, 2]),
        ("len(user)=3", [1]),
        ('NOT (user="bob" OR code=5)', []),  # of the third event it is unknown
        ('cidrmatch("10.0.0.0/8", "10.1.1.1")', [0, 1, 2]),
    ],
)
def test_where(condition: str, expected: list[int]) -> None:
    assert hits(f"| where {condition}", EVENTS) == expected


@pytest.mark.parametrize(
    ("expression", "fields", "expected"),
    [
        ("1+2", {}, 3),
        ("a+b", {"a": "1", "b": "2"}, "3"),
        ("a+b", {"a": "1", "b": "x"}, "1x"),
        ('a." ".b', {"a": "1", "b": "2"}, "1 2"),
        ('a . "x"', {"a": None, "z": "1"}, None),
        ("7/2", {}, 3.5),
        ("1/0", {}, None),
        ("-a*2", {"a": "3"}, -6.0),
        ("7%4", {}, 3.0),
        ('if(1==1, "yes", "no")', {}, "yes"),
        ('case(a=="1", "one", a=="2", "two", true(), "other")', {"a": "2"}, "two"),
        ('case(a=="1", "one")', {"a": "2"}, None),
        ("coalesce(a, b)", {"b": "x"}, "x"),
        ("nullif(a, b)", {"a": "1", "b": "1"}, None),
        ('validate(isint(a), "no integer", a>0, "negative")', {"a": "-3"}, "negative"),
        ('isnum("12")', {}, True),
        ('isint("1.5")', {}, False),
        ('lower("ABC")', {}, "abc"),
        ('substr("splendid", 1, 3)', {}, "spl"),
        ('substr("splendid", -3)', {}, "did"),
        ('replace("1/14/2023", "^(\\d{1,2})/(\\d{1,2})/", "\\2/\\1/")', {}, "14/1/2023"),
        ('trim("  ZZZabcZZ ", " Z")', {}, "abc"),
        ('ltrim("aab", "a")', {}, "b"),
        ('urldecode("http%3A%2F%2Fx")', {}, "http://x"),
        ('tostring(615, "duration")', {}, "00:10:15"),
        ('tostring(15, "hex")', {}, "0xF"),
        ('tostring(12345.6789, "commas")', {}, "12,345.68"),
        ("tostring(1==1)", {}, "True"),
        ('tonumber("0A4", 16)', {}, 164.0),
        ('tonumber("x")', {}, None),
        ("round(2.555, 2)", {}, 2.56),
        ("ceil(1.1)", {}, 2.0),
        ("floor(a)", {"a": "1.9"}, 1.0),
        ("abs(-3)", {}, 3),
        ("pow(2, 10)", {}, 1024.0),
        ("sqrt(9)", {}, 3.0),
        ("log(100)", {}, 2.0),
        ('max(1, 3, "foo")', {}, "foo"),
        ('min(a, "9")', {"a": "10"}, "9"),
        ('md5("a")', {}, "0cc175b9c0f1b6a831c399e269772661"),
        ('strftime(0, "%Y-%m-%dT%H:%M:%S")', {}, "1970-01-01T00:00:00"),
        ('tostring(strptime("1970-01-01 01:00", "%Y-%m-%d %H:%M"))', {}, "3600"),
        ('strftime(relative_time(0, "+1d@d+8h"), "%F %T")', {}, "1970-01-02 08:00:00"),
        ('strftime(relative_time(strptime("2026-03-31", "%Y-%m-%d"), "-1mon"), "%F")', {}, "2026-02-28"),
        ('strftime(relative_time(strptime("2026-03-25", "%Y-%m-%d"), "@w1"), "%F")', {}, "2026-03-23"),
        ('spath(j, "a.b{0}.c")', {"j": '{"a": {"b": [{"c": 7}]}}'}, "7"),
        ('json_extract(j, "a")', {"j": '{"a": true}'}, "true"),
        ('json_object("a", a, "b", 2)', {"a": "q"}, '{"a":"q","b":2}'),
        ('printf("%s-%d%%", a, 3)', {"a": "q"}, "q-3%"),
        ("'a b'", {"a b": "x"}, "x"),
        ('typeof(a)."/".typeof("z")', {"a": "1"}, "Number/String"),
    ],
)
def test_expressions(expression: str, fields: dict[str, object], expected: Any) -> None:
    assert value(expression, **fields) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('split("a;b;c", ";")', ["a", "b", "c"]),
        ('mvcount(split("a;b;c", ";"))', 3),
        ("mvcount(nothing)", None),
        ('mvcount("x")', 1),
        ('mvindex(split("a;b;c", ";"), 1)', "b"),
        ('mvindex(split("a;b;c", ";"), -1)', "c"),
        ('mvindex(split("a;b;c", ";"), 0, 1)', ["a", "b"]),
        ('mvindex(split("a;b;c", ";"), 1, -1)', ["b", "c"]),
        ('mvindex(split("a;b;c", ";"), 5)', None),
        ('mvappend(split("a;b", ";"), "c", null())', ["a", "b", "c"]),
        ('mvjoin(split("a;b", ";"), "-")', "a-b"),
        ('mvdedup(split("a;b;a", ";"))', ["a", "b"]),
        ('mvsort(split("b;a", ";"))', ["a", "b"]),
        ('mvfind(split("foo;bar", ";"), "^b")', 1),
        ('mvzip(split("1;2", ";"), split("a;b", ";"), ":")', ["1:a", "2:b"]),
        ("mvrange(1, 11, 2)", ["1", "3", "5", "7", "9"]),
        ('mvfilter(match(many, "^a") OR many="q")', ["ab", "q"]),
        ('mvfilter(NOT like(many, "%b"))', ["c", "q"]),
        ("mvmap(many, upper(many))", ["AB", "C", "Q"]),
        ('mvmap(many, many."!")', ["ab!", "c!", "q!"]),
        ('mvmap(many, if(match(many, "a"), many, null()))', ["ab"]),
        ("mvmap(many, len(many) + 1)", ["3", "2", "2"]),
        ('if(many="c", "any", "none")', "any"),
    ],
)
def test_multivalue_functions(expression: str, expected: Any) -> None:
    assert value(expression, many=["ab", "c", "q"]) == expected
