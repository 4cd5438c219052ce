"""What of Elastic's EQL Sparring can do: data, from which docs/languages.md is written.

The constructs are those of https://www.elastic.co/docs/reference/query-languages/eql.
"""

from __future__ import annotations

from simulator.languages.capability import Entry, State

_FOLDED = "without case ASCII and all other letters are folded; Elasticsearch folds ASCII alone"
_JOINED = "a field with several values counts as their texts joined by `, `"

CAPABILITIES: tuple[Entry, ...] = (
    Entry("query", "category where condition", note="the category is compared exactly; `any` is every event"),
    Entry("query", "sequence"),
    Entry("query", "sample"),
    Entry("query", "join", State.NONE, "not in Elasticsearch's EQL"),
    Entry("series", "by", note="a key with several values joins by each of them"),
    Entry("series", "by ?field", note="null keys are equal, shown as ␀"),
    Entry("series", "with maxspan"),
    Entry("series", "with runs"),
    Entry("series", "until"),
    Entry("series", "missing events ![ ]"),
    Entry("pipe", "head", note="in order of time"),
    Entry("pipe", "tail", State.LIMITED, "of single events; not of sequences and samples"),
    Entry("pipe", "count, filter, sort, unique, unique_count", State.NONE, "not in Elasticsearch's EQL"),
    Entry("operator", "==, !=", note="case counts; fields may be compared with each other, too"),
    Entry("operator", "<, <=, >, >="),
    Entry("operator", ":", State.LIMITED, f"wildcards `*` and `?`, lists; {_FOLDED}"),
    Entry("operator", "in, not in"),
    Entry("operator", "in~, not in~", State.LIMITED, _FOLDED),
    Entry("operator", "like"),
    Entry("operator", "like~", State.LIMITED, _FOLDED),
    Entry("operator", "regex, regex~", State.LIMITED, "without `~`, `&` and `<1-9>` of Lucene's expressions"),
    Entry("operator", "and, or, not", note="two-valued: a condition on a missing field is false, its negation true"),
    Entry("operator", "+, -, *, /, %", note="whole numbers divide to whole ones"),
    Entry("operator", "child of, descendant of, event of", State.NONE, "not in Elasticsearch's EQL"),
    Entry("syntax", "?field", note="an optional field is warned of nowhere"),
    Entry("syntax", "`name`"),
    Entry("syntax", '"…" with escapes, """…"""'),
    Entry("syntax", "?\"…\", '…'", State.NONE, "not in Elasticsearch's EQL"),
    Entry("syntax", "field[n]", State.NONE, "elements of lists cannot be chosen, in Elasticsearch neither"),
    Entry("function", "add"),
    Entry("function", "between, between~", State.LIMITED, _JOINED),
    Entry("function", "cidrMatch", note="networks are constants"),
    Entry("function", "concat", State.LIMITED, _JOINED),
    Entry("function", "divide"),
    Entry("function", "endsWith, endsWith~"),
    Entry("function", "indexOf, indexOf~", State.LIMITED, _JOINED),
    Entry("function", "length", note="of any of several values where it is compared with a number"),
    Entry("function", "match, match~", note="of older EQLs: `regex` as a function"),
    Entry("function", "modulo"),
    Entry("function", "multiply"),
    Entry("function", "number", State.LIMITED, "as a number with a fraction, exact up to 2^53"),
    Entry("function", "startsWith, startsWith~"),
    Entry("function", "string"),
    Entry("function", "stringContains, stringContains~"),
    Entry("function", "substring", State.LIMITED, _JOINED),
    Entry("function", "subtract"),
    Entry("function", "wildcard, wildcard~", note="of older EQLs: `like` as a function"),
    Entry("function", "arrayContains, arrayCount, arraySearch", State.NONE, "not in Elasticsearch's EQL"),
)
