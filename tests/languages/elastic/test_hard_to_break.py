"""Whatever a query says, it is compiled or told what is wrong with it, where."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import LocatedError
from simulator.ir import columns_of
from simulator.languages import eql, kuery
from simulator.languages.context import Compiled
from simulator.languages.embedded import whole
from tests.languages.finding import SCHEMAS

PIECES = st.sampled_from(
    (
        *'()[]{}":*?\\<>=!~-+,.|/`@ \n\0é',
        *("process", "where", "any", "and", " and ", "or", " OR ", "not ", "in", "like~", "regex", "null", "true"),
        *("sequence", "sample", "by", "with maxspan=1m", "with runs=2", "until", "![", "| head 1", "| tail"),
        *("process.name", "process.args", "?a.b", "message:", "process.pid", "source.ip", "@timestamp"),
        *('"cmd.exe"', '"""raw"""', "'single'", '"a*?"', "10.0.0.0/8", "now-1d/d", "1", "-2.5", "[1 TO 5}"),
        *("==", "!=", ">=", "cidrMatch(", "length(", "substring(", "/* a */", "// b\n", "\\u0041", "_exists_:"),
    )
)
QUERIES = st.lists(PIECES, max_size=14).map(" ".join) | st.lists(PIECES, max_size=14).map("".join)


@given(QUERIES)
def test_no_query_is_a_crash(text: str) -> None:
    for compile_query in (eql.compile_query, kuery.compile_query, kuery.compile_lucene):
        assert _ends_well(compile_query, text)


def _ends_well(compile_query: Callable[..., Compiled], text: str) -> bool:
    try:
        compiled = compile_query(whole("q", text), SCHEMAS, indices=["logs-test-*"])
    except LocatedError as error:
        return error.location.line >= 1 and 1 <= error.location.column <= len(text) + 1
    columns_of(compiled.plan)
    return True
