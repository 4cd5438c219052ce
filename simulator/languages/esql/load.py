"""Files that are nothing but a query of ES|QL (`.esql`)."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.ir import Relation, Schedule, reads_clock
from simulator.languages import bare
from simulator.languages.context import Compiled, Context
from simulator.languages.embedded import Query
from simulator.languages.esql.lower import compile_query
from simulator.languages.esql.values import Search
from simulator.languages.files import Loaded, RuleFile

EVERY = 5 * 60 * 1_000_000
"""How often a query that reads the clock is run when nothing says so: Elastic's rules run every five minutes."""


def load(
    files: Sequence[RuleFile], context: Context, kuery: Search | None = None, lucene: Search | None = None
) -> Loaded:
    """A rule of each file. `kuery` compiles what stands in KQL(…), `lucene` what stands in QSTR(…)."""

    def compile_one(query: Query) -> Compiled:
        return compile_query(query, context.tables, kuery=kuery, lucene=lucene)

    return bare.load("esql", files, compile_one, schedule)


def schedule(plan: Relation) -> Schedule | None:
    """When a query of a bare file is run: with a clock to read, every five minutes over all there is."""
    return Schedule(EVERY, source="default") if reads_clock(plan) else None
