"""Files that are nothing but a query of ES|QL (`.esql`)."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.languages import bare
from simulator.languages.context import Compiled, Context
from simulator.languages.embedded import Query
from simulator.languages.esql.lower import compile_query
from simulator.languages.esql.values import Search
from simulator.languages.files import Loaded, RuleFile
from simulator.languages.pacing import default_schedule


def load(
    files: Sequence[RuleFile], context: Context, kuery: Search | None = None, lucene: Search | None = None
) -> Loaded:
    """A rule of each file. `kuery` compiles what stands in KQL(…), `lucene` what stands in QSTR(…)."""

    def compile_one(query: Query) -> Compiled:
        return compile_query(query, context.tables, kuery=kuery, lucene=lucene)

    return bare.load("esql", files, compile_one, default_schedule)
