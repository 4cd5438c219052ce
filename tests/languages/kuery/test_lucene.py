"""Lucene's query syntax in the place of Kibana's.

Source: https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query#query-string-syntax.
"""

from __future__ import annotations

import pytest

from simulator.errors import InvalidRule, LocatedError, UnsupportedRule
from simulator.languages import kuery
from simulator.languages.embedded import whole
from tests.languages.finding import SCHEMAS, evidence, single

ROWS = [
    {"process.name": "cmd.exe", "process.pid": 5, "message": "quick brown fox", "user.id": "a"},
    {"process.name": "CMD.EXE", "process.pid": 10, "message": "brown bear", "user.id": "b"},
    {"process.name": "a:b (c)", "process.pid": 20, "message": None, "user.id": None},
]

CASES = [
    ("", [1, 2, 3]),
    ("process.name:cmd.exe", [1]),
    ('process.name:"cmd.exe"', [1]),
    ("process.name:cmd*", [1]),
    ("process.name:cm?.exe", [1]),
    ("process.name:cmd\\*", []),
    ('process.name:"a:b (c)"', [3]),
    ("process.name:a\\:b\\ \\(c\\)", [3]),
    ("process.name:(cmd.exe OR CMD.EXE)", [1, 2]),
    ("process.name:(cmd.exe CMD.EXE)", [1, 2]),
    ("message:(quick AND fox)", [1]),
    ('message:"brown fox"', [1]),
    ("message:BROWN", [1, 2]),
    ("message:b*r", [2]),
    ("message:b??r", [2]),
    ("process.pid:[5 TO 10]", [1, 2]),
    ("process.pid:{5 TO 10]", [2]),
    ("process.pid:[10 TO *]", [2, 3]),
    ("process.pid:>=10", [2, 3]),
    ("process.pid:>5 AND process.pid:<20", [2]),
    ("_exists_:user.id", [1, 2]),
    ("NOT _exists_:user.id", [3]),
    ("user.id:*", [1, 2]),
    ("!user.id:a", [2, 3]),
    ("user.id:a || user.id:b", [1, 2]),
    ("user.id:a && process.pid:5", [1]),
    ("+process.pid:[* TO 10] -user.id:a", [2]),
    ("+process.pid:[1 TO 99] user.id:a", [1, 2, 3]),
    ("user.id:a AND NOT process.pid:5", []),
    ("(user.id:a OR user.id:b) AND process.pid:10", [2]),
    ("user.id:a^2", [1]),
]


@pytest.mark.parametrize(("query", "expected"), CASES, ids=[query for query, _ in CASES])
def test_conditions(query: str, expected: list[int]) -> None:
    plan = kuery.compile_lucene(whole("q", query), SCHEMAS, indices=["logs-test-*"]).plan
    assert single(evidence(plan, ROWS)) == expected


@pytest.mark.parametrize(
    ("kind", "query", "column", "words"),
    [
        (InvalidRule, "a:(b", 3, "`(` is not closed"),
        (InvalidRule, "a:b)", 4, "expected the end"),
        (InvalidRule, 'a:"b', 3, "quotation does not end"),
        (InvalidRule, "a: AND", 4, "expected a value"),
        (UnsupportedRule, "a:/b.*/", 3, "a regular expression in a Lucene query"),
        (UnsupportedRule, "a:b~", 4, "fuzzy"),
        (UnsupportedRule, 'a:"b c"~2', 8, "gaps"),
    ],
)
def test_errors_point(kind: type[LocatedError], query: str, column: int, words: str) -> None:
    with pytest.raises(LocatedError) as caught:
        kuery.compile_lucene(whole("q", query), SCHEMAS, indices=["logs-test-*"])
    assert isinstance(caught.value, kind)
    assert words in caught.value.message
    assert caught.value.location.column == column
