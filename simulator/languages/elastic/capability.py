"""What of Elastic's rule files Sparring can do: data, from which docs/languages.md is written.

Source: https://www.elastic.co/docs/solutions/security/detect-and-alert/about-detection-rules.
"""

from __future__ import annotations

from simulator.languages.capability import Entry, State

CAPABILITIES: tuple[Entry, ...] = (
    Entry("rule type", "query", note="in kuery or lucene"),
    Entry("rule type", "eql"),
    Entry("rule type", "esql"),
    Entry("rule type", "threshold", note="fields, value, cardinality; of each run's look-back"),
    Entry(
        "rule type",
        "new_terms",
        State.LIMITED,
        "judged event by event against the history before it: no wait for a run, one pass instead of one for each",
    ),
    Entry("rule type", "threat_match", note="every run sees all indicators, and of the events its own look-back"),
    Entry("rule type", "machine_learning", State.NONE, "its anomalies are found by Elastic's models"),
    Entry("rule type", "saved_query", State.NONE, "its query is kept in Kibana"),
    Entry("query language", "kuery, eql, esql", note="see below"),
    Entry(
        "query language",
        "lucene",
        State.LIMITED,
        "terms, phrases, `*`, `?`, ranges, groups; no regular expressions, no `~`",
    ),
    Entry("field", "index", note="data streams and Beats by name; `logs-*` is every Elastic table"),
    Entry("field", "interval, from, to", note="the rule's schedule; 5m, now-6m, now without"),
    Entry("field", "filters", State.LIMITED, "term-level and bool queries; not of sequences"),
    Entry("field", "threat", note="techniques and sub-techniques"),
    Entry("field", "event_category_override"),
    Entry("field", "timestamp_override", State.LIMITED, "of no account: events have one time"),
    Entry("field", "building_block_type", State.LIMITED, "alerts like any other"),
    Entry("field", "alert_suppression, max_signals, exceptions_list", State.NONE, "passed over: more alerts"),
)
