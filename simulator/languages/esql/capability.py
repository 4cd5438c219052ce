"""What of Elastic's ES|QL Sparring can do: data, from which docs/languages.md is written.

The constructs are those of https://www.elastic.co/docs/reference/query-languages/esql/esql-syntax-reference. Functions
are listed as the lowering has them (`functions.FUNCTIONS`, `aggregates.AGGREGATES`), so that none can be forgotten.
"""

from __future__ import annotations

from simulator.languages.capability import Entry, State
from simulator.languages.esql import aggregates, functions, parse
from simulator.languages.esql.grok import PATTERNS

_SEARCHED = "of one field; keyword and number fields by the whole of any value, analysed ones by their words"

LIMITS: dict[str, str] = {
    "bucket": "times by a span; numbers by a size or a number of buckets",
    "bin": "as BUCKET",
    "cidr_match": "networks are constants",
    "date_extract": "year … second, day_of_week, day_of_year, minute_of_day, second_of_day, epoch_day, instant_seconds",
    "date_format": "the pattern's letters are those of dates in English, in UTC",
    "date_parse": "the pattern's letters are those of dates in English",
    "hash": "md5, sha-1, sha-256, sha-512; the algorithm is a constant",
    "json_extract": "the path is a constant; of _source, the field of that name",
    "kql": "as Kibana's language is supported; before its fields are changed or dropped",
    "qstr": "as Lucene's query syntax is supported; before its fields are changed or dropped",
    "match": _SEARCHED + "; without options",
    "match_phrase": _SEARCHED + "; without options",
    "replace": "Java's expressions as PCRE reads them; the new text is a constant",
    "to_version": "versions are kept and compared as texts",
    "to_ver": "versions are kept and compared as texts",
    "to_unsigned_long": "of 63 bits",
    "to_ul": "of 63 bits",
    "to_ulong": "of 63 bits",
    "to_date_nanos": "to whole microseconds",
    "to_datenanos": "to whole microseconds",
    "values": "in ascending order; texts of truth values",
    "top": "without an output field of its own",
    "sample": "the first values, not any",
    "std_dev": "of single values",
    "variance": "of single values",
    "weighted_avg": "of single values",
}
"""Functions that run within limits."""

NOTES: dict[str, str] = {
    "count_distinct": "exact; the precision is of no matter",
    "count": "counts values: of a row with several, each",
    "median": "exact, between the two in the middle",
    "percentile": "exact, linearly between neighbours",
    "now": "the time of the rule's run",
    "case": "an unknown condition is not true",
    "first": "nulls in the sort field come last",
    "last": "nulls in the sort field come last",
    "to_lower": "of several values each",
    "to_upper": "of several values each",
    "date_trunc": "weeks begin on Monday",
    "mv_first": "in the order of the record",
    "mv_last": "in the order of the record",
}


def _function(kind: str, name: str) -> Entry:
    if name in LIMITS:
        return Entry(kind, name.upper(), State.LIMITED, LIMITS[name])
    return Entry(kind, name.upper(), note=NOTES.get(name, ""))


COMMANDS: tuple[Entry, ...] = (
    Entry(
        "command",
        "FROM",
        State.LIMITED,
        "without subqueries; a pattern stands for tables, of any cluster",
    ),
    Entry("command", "ROW"),
    Entry("command", "WHERE"),
    Entry("command", "EVAL"),
    Entry("command", "KEEP", note="wildcards over the columns of known tables and those that the query names"),
    Entry("command", "DROP", note="as KEEP"),
    Entry("command", "RENAME"),
    Entry(
        "command",
        "SORT",
        note="nulls are greatest; several values go by their least, descending by their greatest",
    ),
    Entry("command", "LIMIT", note="without one all rows count: the limit of 1,000 rows on results is not applied"),
    Entry("command", "STATS", note="with BY, with WHERE after each aggregate, with expressions of aggregates"),
    Entry("command", "INLINE STATS", State.LIMITED, "a key of several values is one key; rows keep their own evidence"),
    Entry("command", "DISSECT", note="append, order, skip and padding modifiers"),
    Entry("command", "GROK", State.LIMITED, f"{len(PATTERNS)} named patterns, those of single products not"),
    Entry("command", "MV_EXPAND"),
    Entry("command", "LOOKUP JOIN", State.LIMITED, "with equal fields; the index is a declared table"),
    Entry("command", "ENRICH", State.LIMITED, "the policy is a declared table, `elastic.enrich.<policy>`"),
    Entry(
        "command",
        "COMPLETION",
        State.LIMITED,
        "no model is asked: answers are those of a declared table, `elastic.inference.<id>` with columns prompt and "
        "completion (a null prompt answers any), else null",
    ),
    Entry("command", "FORK", note="without a limit of its own on each branch"),
    Entry(
        "command",
        "SET",
        State.LIMITED,
        "unmapped_fields, approximation and project_routing are read and change nothing",
    ),
    Entry("command", "SAMPLE", State.NONE, "it takes rows at random"),
    *(Entry("command", name.upper(), State.NONE, why) for name, why in parse.NOT_RUN.items()),
)

OPERATORS: tuple[Entry, ...] = (
    Entry("operator", "==, !=", note="texts exactly; null of null, and of several values"),
    Entry("operator", "<, <=, >, >=", note="texts by code point, times also with texts of times"),
    Entry("operator", "AND, OR, NOT", note="three-valued"),
    Entry("operator", "IN, NOT IN", note="null of several values"),
    Entry("operator", "LIKE, NOT LIKE", note="`*`, `?`, backslash; one pattern or a list; case counts"),
    Entry("operator", "RLIKE, NOT RLIKE", State.LIMITED, "the whole text; not Lucene's `~`, `&` and `<1-9>`"),
    Entry("operator", "IS NULL, IS NOT NULL"),
    Entry("operator", ":", State.LIMITED, _SEARCHED),
    Entry("operator", "+, -, *, /, %", note="whole numbers divide to whole ones; by zero and beyond 64 bits is null"),
    Entry("operator", "::", State.LIMITED, "not to geographic types and vectors"),
    Entry("operator", "=~", State.NONE, "reserved by ES|QL without a documented meaning"),
)

SYNTAX: tuple[Entry, ...] = (
    Entry("syntax", '"…" with escapes, """…"""'),
    Entry("syntax", "`name`"),
    Entry("syntax", "[1, 2, 3]"),
    Entry("syntax", "5 minutes", note="also of months, quarters and years"),
    Entry("syntax", "METADATA", State.LIMITED, "_id is the event's number; others as the stream has them"),
    Entry("syntax", "?parameter", State.NONE, "a rule has no values for it"),
    Entry("syntax", "several values", note="a column holds a list; functions of one value are null of several"),
)

FUNCTIONS: tuple[Entry, ...] = (
    *(_function("aggregate", name) for name in aggregates.AGGREGATES),
    *(_function("function", name) for name in sorted((*functions.FUNCTIONS, *functions.CONDITION_NAMES))),
    *(Entry("function", name.upper(), State.NONE, why) for name, why in sorted(functions.NOT_RUN.items())),
)

CAPABILITIES: tuple[Entry, ...] = (*COMMANDS, *OPERATORS, *SYNTAX, *FUNCTIONS)
"""Everything that the language has, and whether it runs."""
