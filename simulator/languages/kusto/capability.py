"""What of Kusto runs, as data: docs/languages.md is made of it."""

from __future__ import annotations

from simulator.languages.capability import Entry, State
from simulator.languages.kusto.aggregates import AGGREGATES
from simulator.languages.kusto.functions import KUSTO_FUNCTIONS, SCALARS
from simulator.languages.kusto.lower_joins import KINDS
from simulator.languages.kusto.lower_plugins import ENRICHMENTS
from simulator.languages.kusto.parse_expressions import LIST_OPERATORS, TEXT_OPERATORS
from simulator.languages.kusto.parse_steps import STEPS, UNSUPPORTED

_LIMITS = {
    "make-series": "over times and whole numbers",
    "top-nested": "no: not supported",
    "externaldata": "nothing is fetched: no rows",
    "external_data": "nothing is fetched: no rows",
    "render": "changes no rows",
    "consume": "changes no rows",
    "invoke": "functions of the query itself; FileProfile and its like give null columns",
    "evaluate": "the plugins below",
    "find": "over named tables; all known ones where none is named",
    "search": "over named tables; all known ones where none is named",
    "parse-kv": "not with a regex",
    "partition": "with steps in parentheses",
    "mvexpand": "as mv-expand",
    "sample": "the first rows",
    "take": "the first rows in time where nothing is sorted",
    "limit": "the first rows in time where nothing is sorted",
}
_OPERATORS = tuple(
    Entry("operator", name, State.NONE, "not supported")
    if _LIMITS.get(name, "").startswith("no: ")
    else Entry("operator", name, State.LIMITED if name in _LIMITS else State.FULL, _LIMITS.get(name, ""))
    for name in STEPS
) + tuple(Entry("operator", name, State.NONE, "not supported") for name in UNSUPPORTED)

_COMPARISONS = ("==", "!=", "<", ">", "<=", ">=", "=~", "!~", "between", "!between", "matches regex")
_NOT_TEXT = ("like", "notlike", "likecs", "notlikecs")
_EXPRESSIONS = tuple(
    Entry("text or list operator", name, *((State.NONE, "not supported") if name in _NOT_TEXT else ()))
    for name in (*_COMPARISONS, *TEXT_OPERATORS, *LIST_OPERATORS)
)

_APPROXIMATE = {
    "dcount": "exact", "dcountif": "exact", "percentile": "exact, nearest rank", "percentiles": "exact, nearest rank",
    "make_set": "in order of first appearance", "take_any": "the first that is not null",
    "any": "the first that is not null",
}  # fmt: skip
_SCALAR_LIMITS = {
    "geo_info_from_ip_address": "finds nothing: no database of places",
    "ingestion_time": "when the event happened",
    "parse_command_line": "of Windows",
    "range": "of numbers and times",
    "parse_xml": "without DTDs",
}

_FUNCTIONS = tuple(
    Entry("function", name, State.LIMITED if name in _SCALAR_LIMITS else State.FULL, _SCALAR_LIMITS.get(name, ""))
    for name in sorted(SCALARS)
    if name in KUSTO_FUNCTIONS or name in ("materialize",)
)
_AGGREGATES = tuple(Entry("aggregate", name, note=_APPROXIMATE.get(name, "")) for name in sorted(AGGREGATES))
_MISSING = tuple(
    Entry("function", name, State.NONE, "not supported")
    for name in sorted(KUSTO_FUNCTIONS - set(SCALARS) - set(AGGREGATES) - {"cluster", "database", "table"})
)

CAPABILITIES: tuple[Entry, ...] = (
    Entry("statement", "let", note="values, tables, functions with parameters, views"),
    Entry("statement", "set", State.LIMITED, "passed over"),
    Entry("statement", "declare query_parameters", State.LIMITED, "those with a default"),
    Entry("statement", "declare pattern", State.NONE, "not supported"),
    Entry("statement", "alias", State.NONE, "not supported"),
    Entry("statement", "restrict", State.NONE, "not supported"),
    Entry("statement", "several results", State.NONE, "a rule has one result"),
    *_OPERATORS,
    *(Entry("join", name) for name in KINDS),
    Entry("plugin", "bag_unpack", State.LIMITED, "columns are those that the query names, or its output schema"),
    Entry("plugin", "ipv4_lookup", State.LIMITED, "matched rows only"),
    Entry("plugin", "pivot", State.NONE, "its columns depend on the data"),
    *(Entry("enrichment", name, State.LIMITED, "its columns are null") for name in ENRICHMENTS),
    *_EXPRESSIONS,
    *_FUNCTIONS,
    *_AGGREGATES,
    *_MISSING,
    Entry(
        "rule file",
        ".kql, .kusto, .csl",
        note="one query each; if it reads the clock, run as often as its shortest look-back wants",
    ),
    Entry("rule file", "Sentinel analytic rule, Scheduled", note="queryFrequency, queryPeriod, trigger, techniques"),
    Entry("rule file", "Sentinel analytic rule, NRT", note="every minute over the minute before"),
    Entry("rule file", "Sentinel analytic rule, other kinds", State.NONE, "no query of their own"),
)
"""Every statement, operator, function and aggregate, and its state."""
