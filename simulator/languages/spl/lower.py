"""From a query's text to a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from simulator.languages.context import Compiled
from simulator.languages.embedded import Query
from simulator.languages.spl.bundled import BUNDLED
from simulator.languages.spl.frame import Wants
from simulator.languages.spl.joining import JOINS
from simulator.languages.spl.lookups import Lookups
from simulator.languages.spl.lowering import Handler, Lowering
from simulator.languages.spl.macros import Macros, expand
from simulator.languages.spl.pipeline import parse
from simulator.languages.spl.reading import BEGINS
from simulator.languages.spl.shaping import SHAPES
from simulator.languages.spl.source import plain, without_comments
from simulator.languages.spl.stats import STATISTICS
from simulator.languages.spl.texts import TEXTS
from simulator.tables import Table

HANDLERS: Mapping[str, Handler] = {**SHAPES, **STATISTICS, **TEXTS, **JOINS}
"""What each command does with the rows before it, by name."""

MAX_ATTEMPTS = 12


def compile_query(
    query: Query,
    schemas: Mapping[str, Table],
    macros: Macros | None = None,
    lookups: Lookups | None = None,
    *,
    text: str | None = None,
) -> Compiled:
    """The query's plan over the tables of `schemas`. `macros` go before those that are bundled. `text` is what the
    query says where its own text only shows how it is written (as long, with other line breaks). Raises InvalidRule
    and UnsupportedRule, with the place."""
    written = plain(query)
    if text is not None and len(text) == len(query.text):
        written = replace(written, text=text)
    source = expand(without_comments(written), {**BUNDLED, **(macros or {})})
    pipeline = parse(source)
    wants = Wants()
    for _ in range(MAX_ATTEMPTS):
        wants.grown = False
        on = Lowering(source, schemas, lookups or {}, wants, HANDLERS, BEGINS)
        frame = on.pipeline(pipeline)
        if not wants.grown:
            return Compiled(frame.relation, tuple(on.warnings.values()))
    raise source.unsupported(0, "the fields of this search cannot be told apart")
