"""What of the Kibana Query Language Sparring can do: data, from which docs/languages.md is written.

The constructs are those of https://www.elastic.co/docs/reference/query-languages/kql.
"""

from __future__ import annotations

from simulator.languages.capability import Entry, State

CAPABILITIES: tuple[Entry, ...] = (
    Entry("condition", "field: value", note="keyword fields: the whole value, cased; text fields: any word"),
    Entry(
        "condition",
        'field: "phrase"',
        State.LIMITED,
        "the standard analyser, without ideographs",
    ),
    Entry("condition", "field: val*", note="`*` alone is a wildcard; a word that matches, in text fields"),
    Entry("condition", "field: *", note="the field exists"),
    Entry("condition", "field: (a or b and not c)"),
    Entry("condition", "field <, <=, >, >= value", note="numbers, dates, date math, else texts by code point"),
    Entry("condition", "field: 10.0.0.0/8", note="of fields whose name says that they hold addresses"),
    Entry("condition", "date math", State.LIMITED, "weeks, days, hours, minutes, seconds; not months and years"),
    Entry("condition", "value of any field", State.LIMITED, "as a whole value of any field, or as words of `message`"),
    Entry("condition", "field*: value", State.LIMITED, "known fields; of unknown tables `hash.*` and lists of objects"),
    Entry("condition", "field: { query }", State.LIMITED, "nested fields are flat here"),
    Entry("operator", "and, or, not", note="two-valued: a condition on a missing field is false, its negation true"),
    Entry("syntax", "quotation marks, escapes"),
    Entry("syntax", "field.caseless, field.text, field.keyword", note="multi-fields of a field that is known"),
)
