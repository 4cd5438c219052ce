"""What is wrong with a Kibana query is said where it is."""

from __future__ import annotations

import pytest

from simulator.errors import InvalidRule, LocatedError, UnsupportedRule
from simulator.languages import kuery
from simulator.languages.embedded import whole
from tests.languages.finding import SCHEMAS

CASES = [
    (InvalidRule, "a:", 3, "expected a value, the query ends"),
    (InvalidRule, "a: (b or c", 4, "`(` is not closed"),
    (InvalidRule, 'a: "b', 4, "the quotation does not end"),
    (InvalidRule, "a: b)", 5, "found ')'"),
    (InvalidRule, "a: b and ", 10, "expected a field or a value, the query ends"),
    (InvalidRule, "a: {", 5, "expected a field or a value"),
    (InvalidRule, "process.pid > *", 15, "`>` needs a value"),
    (InvalidRule, "process.pid > many", 15, "'many' is no number"),
    (UnsupportedRule, "@timestamp > now-1M", 14, "counts in months"),
    (UnsupportedRule, "nosuch*: x", 1, "no known field is named like 'nosuch*'"),
]


@pytest.mark.parametrize(("kind", "query", "column", "words"), CASES, ids=[query for _, query, _, _ in CASES])
def test_errors_point(kind: type[LocatedError], query: str, column: int, words: str) -> None:
    with pytest.raises(LocatedError) as caught:
        kuery.compile_query(whole("q.kuery", query), SCHEMAS, indices=["logs-test-*"])
    assert isinstance(caught.value, kind)
    assert caught.value.location.column == column, caught.value
    assert words in caught.value.message


def test_a_deep_query_is_no_crash() -> None:
    with pytest.raises(InvalidRule, match="nested too deeply"):
        kuery.compile_query(whole("q.kuery", "(" * 20_000 + "a" + ")" * 20_000), SCHEMAS)
