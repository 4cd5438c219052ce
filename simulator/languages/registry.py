"""Which rule languages there are. A new language is a folder beside `sigma/` and a line here.

Languages are imported when the first of their files is read: parsers are slow to import, and the worker processes of
`detect` and `simulate`, which import the package, need none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from simulator.languages.context import Compiled, Context
from simulator.languages.embedded import Query
from simulator.languages.files import Loaded, RuleFile
from simulator.tables import Table


@dataclass(frozen=True, slots=True)
class Language:
    """A rule language: the suffixes of its files, whether a text looks like one of its rules (or of the files that go
    with them), and what makes rules of all its files together."""

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[str], bool]
    load: Callable[[Sequence[RuleFile], Context], Loaded]
    bare: tuple[str, ...] = ()
    """Suffixes of files that are its own, whatever they look like."""


def _sniff_sigma(text: str) -> bool:
    from simulator.languages import sigma

    return sigma.sniff(text)


def _load_sigma(files: Sequence[RuleFile], context: Context) -> Loaded:
    from simulator.languages import sigma

    return sigma.load(files, context.placeholders)


def _load_eql(files: Sequence[RuleFile], context: Context) -> Loaded:
    from simulator.languages import eql

    return eql.load(files, context)


def _load_kuery(files: Sequence[RuleFile], context: Context) -> Loaded:
    from simulator.languages import kuery

    return kuery.load(files, context)


def _sniff_elastic(text: str) -> bool:
    from simulator.languages import elastic

    return elastic.sniff(text)


def _load_elastic(files: Sequence[RuleFile], context: Context) -> Loaded:
    """Elastic's rule files hold queries of several languages, which do not know each other."""
    from simulator.languages import elastic, eql, kuery

    compilers: dict[str, elastic.Compile] = {
        "eql": lambda query, tables, asked: eql.compile_query(
            query, tables, indices=asked.indices, category=asked.category, place=asked.place
        ),
        "kuery": lambda query, tables, asked: kuery.compile_query(
            query, tables, indices=asked.indices, place=asked.place
        ),
        "lucene": lambda query, tables, asked: kuery.compile_lucene(
            query, tables, indices=asked.indices, place=asked.place
        ),
        "esql": lambda query, tables, _asked: _compile_esql(query, tables),
    }
    return elastic.load(files, context, compilers)


def _compile_esql(query: Query, tables: Mapping[str, Table]) -> Compiled:
    """ES|QL has Kibana's language inside, in KQL(…), and Lucene's, in QSTR(…)."""
    from simulator.languages import esql, kuery

    return esql.compile_query(query, tables, kuery=kuery.condition, lucene=kuery.lucene_condition)


def _load_esql(files: Sequence[RuleFile], context: Context) -> Loaded:
    from simulator.languages import esql, kuery

    return esql.load(files, context, kuery.condition, kuery.lucene_condition)


def _any(_text: str) -> bool:
    """The suffix says it all."""
    return True


def _sniff_spl(text: str) -> bool:
    from simulator.languages import spl

    return spl.sniff(text)


def _load_spl(files: Sequence[RuleFile], context: Context) -> Loaded:
    from simulator.languages import spl

    return spl.load(files, context)


def _sniff_kusto(text: str) -> bool:
    from simulator.languages import kusto

    return kusto.sniff(text)


def _load_kusto(files: Sequence[RuleFile], context: Context) -> Loaded:
    from simulator.languages import kusto

    return kusto.load(files, context)


LANGUAGES: tuple[Language, ...] = (
    Language("sigma", (".yml", ".yaml"), _sniff_sigma, _load_sigma),
    Language("elastic", (".toml",), _sniff_elastic, _load_elastic),
    Language("eql", (".eql",), _any, _load_eql),
    Language("kuery", (".kuery",), _any, _load_kuery),
    Language("esql", (".esql",), _any, _load_esql),
    Language("spl", (".yml", ".yaml", ".conf"), _sniff_spl, _load_spl, bare=(".spl",)),
    Language("kusto", (".yml", ".yaml"), _sniff_kusto, _load_kusto, bare=(".kql", ".kusto", ".csl")),
)
