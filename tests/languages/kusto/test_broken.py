"""Queries broken at random: whatever is wrong, there is an error with a place and never another exception."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.errors import LocatedError
from simulator.ir import columns_of
from simulator.languages.embedded import whole
from simulator.languages.kusto.lexer import tokens
from tests.languages.kusto.running import compiled

QUERIES = [
    "let L = dynamic(['a']); T | where s has_any (L) and n between (1 .. 5) | summarize c = count() by s, bin(at, 1h)",
    "T | extend x = parse_json(s).a[0], y = tostring(d['k']) | mv-expand x to typeof(string) | project-away y | take 5",
    "let F = (a: string, r: (x: long)) { r | where x > 1 | extend a }; F('x', range x from 1 to 3 step 1) | sort by x",
    "T | join kind=inner (T | where b | distinct s, n) on $left.s == $right.s | summarize arg_max(at, *) by s",
    "union withsource=W T, (T | project s) | parse s with 'a' p: long ',' * | where isnotempty(p) or W in~ ('T')",
    "T | mv-apply e = d on (where e has 'x' | summarize m = make_set(e)) | extend p = prev(m), i = iff(n > 1, 1, 2)",
]
WORDS = sorted({token.text for query in QUERIES for token in tokens(whole("q", query))} - {""})


def refused(query: str) -> LocatedError | None:
    """The error that a query gets, None when it has a plan with columns."""
    try:
        columns_of(compiled(query).plan)
    except LocatedError as error:
        return error
    return None


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(QUERIES),
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["", *WORDS, "|", "(", ")", "''", "0"])), max_size=3),
)
def test_a_query_is_compiled_or_refused_with_a_place(query, changes):
    words = [token.text for token in tokens(whole("q", query))]
    for place, word in changes:
        words[place % len(words)] = word
    error = refused(" ".join(words))
    assert error is None or (error.location.line and error.message)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="T|()[]{}'\"\\@.,;:=<>!~-+*/% \n0aswhereprojt", max_size=40))
def test_any_text_is_compiled_or_refused_with_a_place(text):
    error = refused(text)
    assert error is None or error.location.line
