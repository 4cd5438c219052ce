"""Conditions: three values, several values, patterns.

Sources: https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/operators,
https://www.elastic.co/docs/reference/query-languages/esql/esql-multivalued-fields,
https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax
"""

from __future__ import annotations

import pytest

from simulator.errors import UnsupportedRule
from simulator.ir import And, Case, Compare, Filter, Like, Missing, Not, Or, Project, Wild, within
from simulator.languages.embedded import whole
from simulator.languages.esql import compile_query
from simulator.languages.esql.patterns import LuceneError, lucene_regex
from tests.languages.esql.running import TEST, run, value

ROWS = [
    {"n": 1, "s": "abc", "t": "abc", "many": ["a"], "numbers": [1], "yes": True, "ip": "10.0.0.1"},
    {"n": 2, "s": "ABC", "t": "abc", "many": ["a", "b"], "numbers": [1, 2], "yes": False, "ip": "8.8.8.8"},
    {"n": 3, "s": None, "t": "x", "many": None, "numbers": None, "yes": None, "ip": None},
    {"n": 4, "s": "", "t": "", "many": ["b"], "numbers": [2], "yes": True, "ip": "::ffff:10.0.0.9"},
]


def found(condition: str) -> list[int]:
    return [one["n"] for one in run(f"FROM test | WHERE {condition} | SORT n | KEEP n", ROWS)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("true", [1, 2, 3, 4]),
        ("null", []),
        ('s == "abc"', [1]),  # case matters
        ('s != "abc"', [2, 4]),  # a missing value is neither equal nor different
        ('NOT s == "abc"', [2, 4]),
        ('"abc" == s', [1]),
        ('s == ""', [4]),
        ("s == null", []),
        ("s != null", []),
        ("s IS NULL", [3]),
        ("s IS NOT NULL", [1, 2, 4]),
        ("NOT s IS NULL", [1, 2, 4]),
        ('s > "ABC"', [1]),
        ("s == t", [1, 4]),
        ("s != t", [2]),
        ("n > 2", [3, 4]),
        ("2 < n", [3, 4]),
        ("n >= 2 AND n <= 3", [2, 3]),
        ("n == 1 OR s == null", [1]),
        ("NOT (n == 1 AND s == null)", [2, 3, 4]),
        ("n + 1 == 3", [2]),
        ("n IN (1, 3)", [1, 3]),
        ("n NOT IN (1, 3)", [2, 4]),
        ("NOT n IN (1, null)", []),  # unknown whether it is among them
        ("n IN (1, null)", [1]),
        ('s IN ("abc", "ABC")', [1, 2]),
        ('NOT s IN ("abc")', [2, 4]),
        ("n IN (n)", [1, 2, 3, 4]),
        ("yes", [1, 4]),
        ("NOT yes", [2]),
        ("yes == false", [2]),
        # several values: null but for one value
        ('many == "a"', [1]),
        ('many != "a"', [4]),
        ('NOT many == "a"', [4]),
        ('many IN ("a", "b")', [1, 4]),
        ('many LIKE "*"', [1, 4]),
        ("many IS NOT NULL", [1, 2, 4]),
        ("numbers > 1", [4]),
        ('MV_CONTAINS(many, "b")', [2, 4]),
        ("MV_MAX(numbers) == 2", [2, 4]),
        # searches: any value
        ('many : "b"', [2, 4]),
        ('MATCH(many, "a")', [1, 2]),
        ('NOT many : "b"', [1, 3]),
        ('KQL("many: b")', [2, 4]),
        ('KQL("not s: abc")', [2, 3, 4]),
        ('NOT KQL("""s: abc or n > 2""")', [2]),
        # patterns
        ('s LIKE "a*"', [1]),
        ('s LIKE "a?c"', [1]),
        ('s LIKE "A*"', [2]),
        ('s LIKE ""', [4]),
        ('NOT s LIKE "a*"', [2, 4]),
        ('s LIKE ("a*", "A*")', [1, 2]),
        ('s NOT LIKE "a*"', [2, 4]),
        ('s RLIKE "a.c"', [1]),
        ('s RLIKE "b"', []),  # the whole text
        ('s RLIKE "[aA].+"', [1, 2]),
        ('TO_LOWER(s) == "abc"', [1, 2]),
        ('TO_LOWER(s) LIKE "AB*"', []),
        ('TO_LOWER(s) IN ("abc", "x")', [1, 2]),
        ('STARTS_WITH(s, "ab")', [1]),
        ("STARTS_WITH(t, s)", [1, 4]),
        ('CIDR_MATCH(ip, "10.0.0.0/8")', [1, 4]),
        ('NOT CIDR_MATCH(ip, "10.0.0.0/8")', [2]),
    ],
)
def test_rows(condition: str, expected: list[int]) -> None:
    assert found(condition) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (r'"C:\\Windows" LIKE "C:\\\\Win*"', True),  # the text's backslash, twice escaped: for the text, for LIKE
        (r'"a*b" LIKE """a\*b"""', True),
        (r'"axb" LIKE """a\*b"""', False),
        ('"a\\nb" LIKE "a*b"', True),
        (r'"a.b" RLIKE """a\.b"""', True),
        (r'"axb" RLIKE """a\.b"""', False),
        (r'"a b1" RLIKE """\w\s\w\d"""', True),
        ('"foobar" RLIKE "foo(bar|baz)"', True),
        ('"aaa" RLIKE "a{2,3}"', True),
        ('"^a$" RLIKE "^a$"', True),  # no anchors: the characters themselves
        ('"a]b" RLIKE "a[]x]b"', True),
        ("1 == 1.0", True),
        ("true AND null", None),
        ("false AND null", False),
        ("true OR null", True),
        ("NOT null", None),
    ],
)
def test_constants(expression: str, expected: bool | None) -> None:
    assert value(expression) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("a.c", r"^(?:a.c)\z"), ("a+?", r"^(?:a*)\z"), ('"a.b"', r"^(?:(?:a\.b))\z"), ("()", r"^(?:(?:))\z")],
)
def test_lucene_as_pcre(pattern: str, expected: str) -> None:
    assert lucene_regex(pattern) == expected


@pytest.mark.parametrize("pattern", ["~a", "a&b", "<1-9>", "(a", "a)", "[a", "a\\"])
def test_lucene_not_taken(pattern: str) -> None:
    with pytest.raises(LuceneError):
        lucene_regex(pattern)


def conditions_of(query: str) -> list[object]:
    compiled = compile_query(whole("q.esql", query), {TEST.name: TEST})
    return [node.where for node in within(compiled.plan) if isinstance(node, Filter)]


def test_plain_conditions_are_leaves_that_know_missing_values() -> None:
    query = 'FROM test | WHERE s LIKE "a*" AND NOT t == "x" AND n > 2'
    (where,) = conditions_of(query)
    assert isinstance(where, And)
    like, negated, compared = where.items
    assert isinstance(like, Like)
    assert like.case is Case.EXACT
    assert like.missing is Missing.UNKNOWN
    assert isinstance(negated, Not)
    assert isinstance(compared, Compare)


def test_what_is_more_than_leaves_gives_the_sieve_a_leaf_beforehand() -> None:
    (where,) = conditions_of('FROM test | EVAL low = TO_LOWER(s) | WHERE low == "abc" AND many == "b"')
    assert isinstance(where, And)
    first, _, third, _ = where.items
    assert first == Like("s", ("abc",), Case.FOLD)
    assert third == Like("many", ("b",), Case.EXACT)


def test_lucene_inside() -> None:
    assert found('QSTR("many:b AND NOT n:4")') == [2]


def test_a_search_after_its_field_is_changed_is_named() -> None:
    with pytest.raises(UnsupportedRule, match=r"KQL.* after the field 's' is changed"):
        run('FROM test | EVAL s = "x" | WHERE KQL("s: abc")', ROWS)


def test_the_plan_ends_with_what_is_seen() -> None:
    compiled = compile_query(whole("q.esql", 'FROM test | EVAL x = TO_LOWER(s) LIKE "a*" | KEEP x'), {TEST.name: TEST})
    assert isinstance(compiled.plan, Project)
    assert [name for name, _ in compiled.plan.columns] == ["x"]


def test_conditions_after_mv_expand_are_asked_before_it_of_any_value() -> None:
    query = 'FROM test | MV_EXPAND many | WHERE many == "a" AND s LIKE "x*" AND n > m | KEEP n'
    before, after = sorted(conditions_of(query), key=lambda one: len(str(one)))
    assert before == And((Like("many", ("a",), Case.EXACT), Like("s", ("x", Wild.ANY), Case.EXACT)))
    assert isinstance(after, And)


def test_what_a_case_chooses_is_asked_beforehand() -> None:
    query = """FROM test | EVAL v = CASE(process.name.caseless == "A.exe", "a", s LIKE "b*", "b", "")
        | WHERE v != "" AND v IS NOT NULL | KEEP v"""
    (where,) = conditions_of(query)
    assert isinstance(where, And)
    wanted = Or((Like("process.name", ("A.exe",), Case.FOLD), Like("s", ("b", Wild.ANY), Case.EXACT)))
    assert where.items[0] == wanted
    rows = [{"process.name": "a.EXE"}, {"s": "bb"}, {"s": "x"}]
    assert [one["v"] for one in run(query, rows)] == ["a", "b"]
