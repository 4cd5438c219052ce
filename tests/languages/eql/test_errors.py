"""What is wrong with an EQL query is said where it is, with the construct's name."""

from __future__ import annotations

import pytest

from simulator.errors import InvalidRule, LocatedError, UnsupportedRule
from simulator.languages import eql
from simulator.languages.embedded import whole
from tests.languages.finding import SCHEMAS

INVALID = [
    ("process where", 1, 14, "expected a value, the query ends"),
    ("process wher true", 1, 9, "expected 'where', found 'wher'"),
    ("process where a = 1", 1, 17, "`=` does not compare"),
    ("process where a == 'x'", 1, 20, "double quotes"),
    ('process where a == "x', 1, 20, "does not end on its line"),
    ("process where a ==\n  # 1", 2, 3, "unexpected character '#'"),
    ('process where a == "\\q"', 1, 21, "unknown escape \\q"),
    ('process where a == "\\u{110000}"', 1, 20, "no such Unicode character"),
    ("process where 1 < a < 3", 1, 21, "cannot be chained"),
    ("process where nosuch(a)", 1, 15, "no such function 'nosuch'"),
    ("process where length(a, b) > 1", 1, 15, "length takes 1 arguments, not 2"),
    ("process where length(a)", 1, 15, "length is no condition"),
    ('process where "x"', 1, 15, "this is no condition"),
    ('process where cidrMatch(a, "10.0.0.0/33")', 1, 28, "no network in CIDR notation"),
    ('process where a regex "x("', 1, 25, "`(` without `)`"),
    ("process where a in ()", 1, 21, "expected a value"),
    ("process where a.1b == 2", 1, 17, "stands in backticks"),
    ("process where true | head x", 1, 27, "expected a number of events"),
    ("process where true | nosuch 3", 1, 22, "no such pipe 'nosuch'"),
    ("sequence [process where true]", 1, 1, "at least two items"),
    ("sequence with maxspan=5x [a where true] [b where true]", 1, 24, "no such unit of time 'x'"),
    ("sequence [a where true] by x [b where true]", 1, 1, "as many join keys"),
    ("sequence [a where true] ![b where true]", 1, 25, "needs `with maxspan`"),
    ("sequence with maxspan=1s ![a where true] ![b where true]", 1, 26, "an item that is not missing"),
    ("sequence [a where true] with runs=101", 1, 35, "between 1 and 100"),
    ("sequence with maxspan=1m by x [a where true] [b where true]", 1, 26, "`by` stands before"),
    ("sample [a where true] [b where true]", 1, 1, "needs join keys"),
    ("sample by x with maxspan=1m [a where true] [b where true]", 1, 13, "a sample has no `with maxspan`"),
    ("sample by x [a where true] ![b where true]", 1, 28, "a sample has no missing events"),
]
UNSUPPORTED = [
    ('process where a == ?"x"', 1, 20, "older EQL"),
    ("join [a where true] [b where true]", 1, 1, "`join`"),
    ("process where child of [process where true]", 1, 15, "`child of`"),
    ("process where arrayContains(a, 1)", 1, 15, "arrayContains"),
    ("process where true | unique a", 1, 22, "`unique`"),
    ("process where a[0] == 1", 1, 16, "elements of lists"),
    ('process where a regex "~x"', 1, 24, "complement"),
    ('process where a regex """x<1-9>"""', 1, 27, "range of numbers"),
    ("sequence by x [a where true] [b where true] | tail 2", 1, 47, "`tail` after a sequence"),
]


@pytest.mark.parametrize(
    ("kind", "query", "line", "column", "words"),
    [(InvalidRule, *case) for case in INVALID] + [(UnsupportedRule, *case) for case in UNSUPPORTED],
    ids=[case[0] for case in INVALID + UNSUPPORTED],
)
def test_errors_point(kind: type[LocatedError], query: str, line: int, column: int, words: str) -> None:
    with pytest.raises(LocatedError) as caught:
        eql.compile_query(whole("q.eql", query), SCHEMAS, indices=["logs-test-*"])
    assert isinstance(caught.value, kind)
    assert (caught.value.location.line, caught.value.location.column) == (line, column), caught.value
    assert words in caught.value.message
    assert "^" in caught.value.message


def test_a_deep_query_is_no_crash() -> None:
    query = "process where " + "not " * 20_000 + "true"
    with pytest.raises(InvalidRule, match="nested too deeply"):
        eql.compile_query(whole("q.eql", query), SCHEMAS)
