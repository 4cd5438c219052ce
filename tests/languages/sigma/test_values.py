"""Each modifier and each kind of value: YAML -> IR."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigma.types import SigmaString

from simulator.ir import (
    And,
    Case,
    Cidr,
    Compare,
    FieldPair,
    IsNull,
    Like,
    Not,
    Op,
    Or,
    Pair,
    Regex,
    TimePart,
    Unit,
    Wild,
)
from simulator.languages.sigma.values import expanded
from tests.languages.sigma.reading import selection

ANY, ONE = Wild.ANY, Wild.ONE
DASHES = ("-", "/", "\u2013", "\u2014", "\u2015")


def like(*glob, field="f", case=Case.FOLD):
    return Like(field, glob, case)


CASES = {
    "equals": ("f: Abc", like("Abc")),
    "number": ("f: 4688", like("4688")),
    "number as text is the same": ("f: '4688'", like("4688")),
    "whole float": ("f: 2.0", like("2")),
    "float": ("f: 2.5", like("2.5")),
    "negative": ("f: -1", like("-1")),
    "boolean": ("f: true", like("true")),
    "boolean as text is the same": ("f: 'true'", like("true")),
    "date stays text": ("f: 2021-01-02", like("2021-01-02")),
    "empty text": ("f: ''", like()),
    "null": ("f: null", IsNull("f")),
    "no value": ("f:", IsNull("f")),
    "empty list": ("f: []", IsNull("f")),
    "list": ("f: [a, b]", Or((like("a"), like("b")))),
    "list with null": ("f: [a, null]", Or((like("a"), IsNull("f")))),
    "repeated values are one": ("f: [a, a]", like("a")),
    "wildcards": ("f: 'a*b?c'", like("a", ANY, "b", ONE, "c")),
    "repeated star": ("f: 'a**b'", like("a", ANY, "b")),
    "any": ("f: '*'", like(ANY)),
    "escaped star": (r"f: 'a\*b'", like("a*b")),
    "escaped question mark": (r"f: 'a\?b'", like("a?b")),
    "escaped backslash before star": (r"f: 'a\\*'", like("a\\", ANY)),
    "plain backslash": (r"f: 'C:\Windows\x'", like("C:\\Windows\\x")),
    "two backslashes are one": (r"f: '\\host'", like("\\host")),
    "four backslashes are two": (r"f: '\\\\host'", like("\\\\host")),
    "backslash at the end": ("f|contains: 'a\\'", like(ANY, "a\\", ANY)),
    "percent and underscore are literal": ("f|contains: '_%'", like(ANY, "_%", ANY)),
    "contains": ("f|contains: a", like(ANY, "a", ANY)),
    "contains of a wildcard": ("f|contains: '*a'", like(ANY, "a", ANY)),
    "contains of an escaped star": (r"f|contains: '\*a'", like(ANY, "*a", ANY)),
    "contains of a number": ("f|contains: 44", like(ANY, "44", ANY)),
    "startswith": ("f|startswith: a", like("a", ANY)),
    "endswith": ("f|endswith: '\\a.exe'", like(ANY, "\\a.exe")),
    "all": ("f|contains|all: [a, b]", And((like(ANY, "a", ANY), like(ANY, "b", ANY)))),
    "cased": ("f|cased: Abc", like("Abc", case=Case.EXACT)),
    "contains cased": ("f|contains|cased: Abc", like(ANY, "Abc", ANY, case=Case.EXACT)),
    "cased contains": ("f|cased|contains: Abc", like(ANY, "Abc", ANY, case=Case.EXACT)),
    "re": (r"f|re: 'a\d+\*'", Regex("f", r"a\d+\*")),
    "re i": ("f|re|i: a.b", Regex("f", "a.b", "i")),
    "re i m s": ("f|re|i|m|s: a.b", Regex("f", "a.b", "ims")),
    "re with look-ahead": ("f|re: 'a(?=b)'", Regex("f", "a(?=b)")),
    "re startswith": ("f|re|startswith: 'a|b'", Regex("f", "^(?:(?:a|b).*)")),
    "re endswith": ("f|re|endswith: 'a'", Regex("f", "(?:.*a)$")),
    "re list": ("f|re: [a, b]", Or((Regex("f", "a"), Regex("f", "b")))),
    "re number": ("f|re: 44", Regex("f", "44")),
    "base64": ("f|base64: foo", like("Zm9v")),
    "base64offset": ("f|base64offset|contains: foo", Or(tuple(like(ANY, t, ANY) for t in ("Zm9v", "Zvb", "mb2")))),
    "wide": ("f|wide|base64: ab", like("YQBiAA==")),
    "utf16le": ("f|utf16le|base64: ab", like("YQBiAA==")),
    "utf16be": ("f|utf16be|base64: ab", like("AGEAYg==")),
    "utf16": ("f|utf16|base64: ab", like("//5hAGIA")),
    "windash": ("f|contains|windash: ' -a'", Or(tuple(like(ANY, f" {dash}a", ANY) for dash in DASHES))),
    "windash with all": (
        "f|windash|contains|all: [' /a', b]",
        And((Or(tuple(like(ANY, f" {dash}a", ANY) for dash in DASHES)), like(ANY, "b", ANY))),
    ),
    "cidr": ("f|cidr: 10.0.0.0/8", Cidr("f", "10.0.0.0/8")),
    "cidr v6": ("f|cidr: [fe80::/10, '::1/128']", Or((Cidr("f", "fe80::/10"), Cidr("f", "::1/128")))),
    "exists": ("f|exists: true", Not(IsNull("f"))),
    "exists not": ("f|exists: false", IsNull("f")),
    "fieldref": ("f|fieldref: g", FieldPair("f", "g", Pair.EQUALS)),
    "fieldref startswith": ("f|fieldref|startswith: g", FieldPair("f", "g", Pair.STARTS)),
    "fieldref endswith": ("f|fieldref|endswith: g", FieldPair("f", "g", Pair.ENDS)),
    "fieldref contains": ("f|fieldref|contains: g", FieldPair("f", "g", Pair.CONTAINS)),
    "fieldref neq": ("f|fieldref|neq: g", Not(FieldPair("f", "g", Pair.EQUALS))),
    "fieldref cased": ("f|cased|fieldref: g", FieldPair("f", "g", Pair.EQUALS, Case.EXACT)),
    "lt": ("f|lt: 5", Compare("f", Op.LT, 5)),
    "lte": ("f|lte: 5", Compare("f", Op.LE, 5)),
    "gt": ("f|gt: 5", Compare("f", Op.GT, 5)),
    "gte": ("f|gte: 5.5", Compare("f", Op.GE, 5.5)),
    "neq": ("f|neq: a", Not(like("a"))),
    "neq number": ("f|neq: 5", Not(like("5"))),
    "neq list": ("f|neq: [a, b]", Not(Or((like("a"), like("b"))))),
    "neq contains": ("f|contains|neq: a", Not(like(ANY, "a", ANY))),
    "minute": ("f|minute: 5", TimePart("f", Unit.MINUTE, Op.EQ, 5)),
    "hour gte": ("f|hour|gte: 22", TimePart("f", Unit.HOUR, Op.GE, 22)),
    "day": ("f|day: [1, 2]", Or((TimePart("f", Unit.DAY, Op.EQ, 1), TimePart("f", Unit.DAY, Op.EQ, 2)))),
    "week": ("f|week: 5", TimePart("f", Unit.WEEK, Op.EQ, 5)),
    "month lt": ("f|month|lt: 5", TimePart("f", Unit.MONTH, Op.LT, 5)),
    "year": ("f|year: 2026", TimePart("f", Unit.YEAR, Op.EQ, 2026)),
    "keyword": ("- foo", like(ANY, "foo", ANY, field="_text")),
    "keywords": ("- foo\n- 44", Or((like(ANY, "foo", ANY, field="_text"), like(ANY, "44", ANY, field="_text")))),
    "keywords all": (
        "'|all': [foo, 'b*r']",
        And((like(ANY, "foo", ANY, field="_text"), like(ANY, "b", ANY, "r", ANY, field="_text"))),
    ),
    "keyword regex": ("'|re': 'a.b'", Regex("_text", "a.b")),
    "two fields": ("f: a\ng: b", And((like("a"), like("b", field="g")))),
    "list of maps": ("- f: a\n- g: b\n  h: c", Or((like("a"), And((like("b", field="g"), like("c", field="h")))))),
    "maps and keywords": ("- f: a\n- foo", Or((like("a"), like(ANY, "foo", ANY, field="_text")))),
    "dotted field": ("a.b-c|contains: x", like(ANY, "x", ANY, field="a.b-c")),
}


@pytest.mark.parametrize("case", CASES)
def test_selection(tmp_path, case):
    text, expected = CASES[case]
    assert selection(tmp_path, text) == expected


def test_equal_predicates_are_one_object(tmp_path):
    first = selection(tmp_path, "f|contains: [a, b]")
    second = selection(tmp_path, "f|contains: [b, a]")
    assert first.items[0] is second.items[1]


PLACEHOLDERS = {"admins": ["adm_*", "root"], "sites": ["x"]}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("f|expand: '%admins%'", Or((like("adm_", ANY), like("root")))),
        ("f|contains|expand: 'a%sites%b'", like(ANY, "axb", ANY)),
        ("f|expand: '%admins%@%sites%'", Or((like("adm_", ANY, "@x"), like("root@x")))),
        ("f|expand: '100%'", like("100%")),
        ("f|re|expand: 'u=%sites%$'", Regex("f", "u=x$")),
        ("f: '%admins%'", like("%admins%")),
    ],
)
def test_placeholders(tmp_path, item, expected):
    assert selection(tmp_path, item, placeholders=PLACEHOLDERS) == expected


@given(st.text(st.sampled_from("a\\*?%_"), max_size=8))
def test_wildcards_are_read_as_a_plain_reading_of_the_rules_says(text):
    """A backslash makes the next `*`, `?` or backslash plain, and is itself plain before anything else."""
    expected, rest = [], text
    while rest:
        if rest[0] == "\\" and rest[1:2] in ("*", "?", "\\") and len(rest) > 1:
            expected.append(rest[1])
            rest = rest[2:]
            continue
        expected.append({"*": ANY, "?": ONE}.get(rest[0], rest[0]))
        rest = rest[1:]
    (found,) = expanded(SigmaString(text).s, {})
    flat = [char for part in found for char in ((part,) if isinstance(part, Wild) else part)]
    assert flat == expected
