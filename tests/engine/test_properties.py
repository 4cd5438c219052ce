"""The fast path (sieve and tails, by `detect`) against the reference evaluator, on random rules and events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.detect import detect
from simulator.engine.reference import matches
from simulator.ir import Case, Filter, IsNull, Like, Missing, Not, Or, Regex, Relation, Rule, Scan, Wild
from tests.engine.strategies import (
    FIELDS,
    correlations,
    events,
    expressions,
    filters,
    globs,
    numbered,
    patterns,
    rule_of,
    selections,
    source_of,
    streams,
    texts,
)

Alert = tuple[str, tuple[int, ...], object, object, object, object]
Stream = list[dict[str, object]]


def fast(rules: Sequence[Rule], stream: Stream, part_rows: int = 7) -> Counter[Alert]:
    """The alerts of `detect`."""
    alerts = detect(rules, source_of(stream, part_rows), workers=1)
    assert alerts.failures == ()
    return Counter(
        (row["rule"], tuple(row["events"]), row["time"], row["host"], row["user"], row["table"])
        for row in alerts.table.to_pylist()
    )


def slow(rules: Sequence[Rule], stream: Stream) -> Counter[Alert]:
    """The alerts that the reference evaluator finds."""
    return Counter(
        (rule.id, found.events, found.time, found.host, found.user, found.table)
        for rule in rules
        for found in matches(rule.plan, numbered(stream))
    )


def rules_of(plans: Sequence[Relation]) -> list[Rule]:
    return [rule_of(plan, number) for number, plan in enumerate(plans)]


@given(st.lists(selections, min_size=1, max_size=6), streams)
def test_detect_finds_what_the_reference_finds(plans: list[Relation], stream: Stream) -> None:
    assert fast(rules_of(plans), stream) == slow(rules_of(plans), stream)


@given(st.lists(st.tuples(st.sampled_from(FIELDS), globs(), st.sampled_from(Case)), min_size=1, max_size=8), streams)
def test_many_globs_side_by_side(found: list[tuple[str, tuple[str | Wild, ...], Case]], stream: Stream) -> None:
    likes = [Like(field, glob, case) for field, glob, case in found]
    plans = [Filter(Scan("*"), like) for like in likes] + [Filter(Scan("*"), Not(Or(tuple(likes))))]
    assert fast(rules_of(plans), stream) == slow(rules_of(plans), stream)


@st.composite
def columns(draw: st.DrawFn) -> Stream:
    """So many distinct values that the fast path takes a whole column at once."""
    word, pieces = draw(texts), draw(st.lists(texts, min_size=1, max_size=6))
    values = [f"{pieces[n % len(pieces)]}{n if n % 3 else ''}{word[: n % 7]}" for n in range(120)]
    return [{**draw(events), "_table": "sysmon.dns_query", "CommandLine": value} for value in values]


@settings(max_examples=25)
@given(st.lists(st.tuples(patterns, st.sampled_from(("", "i", "m"))), min_size=1, max_size=5), columns())
def test_patterns_over_a_whole_column(found: list[tuple[str, str]], stream: Stream) -> None:
    wanted = tuple(Regex("CommandLine", pattern, flags) for pattern, flags in found)
    plans = [Filter(Scan("*"), expr) for expr in (*wanted, Or(wanted), Not(Or(wanted)))]
    assert fast(rules_of(plans), stream, part_rows=1000) == slow(rules_of(plans), stream)


@given(expressions, streams)
def test_true_false_and_unknown_share_all_events(expr: object, stream: Stream) -> None:
    plans = [Filter(Scan("*"), expr), Filter(Scan("*"), Not(expr))]  # type: ignore[arg-type]
    found = fast(rules_of(plans), stream)
    assert found == slow(rules_of(plans), stream)
    assert max(Counter(alert[1] for alert in found).values(), default=0) <= 1


@given(st.sampled_from(FIELDS), streams)
def test_a_field_is_null_or_has_some_text(field: str, stream: Stream) -> None:
    anything = Like(field, (Wild.ANY,), missing=Missing.FALSE)
    rules = rules_of([Filter(Scan("*"), IsNull(field)), Filter(Scan("*"), anything)])
    found = fast(rules, stream)
    assert sorted(alert[1] for alert in found) == sorted((event["_event_id"],) for _, event in numbered(stream))
    assert found == slow(rules, stream)


@given(st.lists(correlations(filters), min_size=1, max_size=2), st.lists(events, max_size=25))
def test_correlations_from_end_to_end(plans: list[Relation], stream: Stream) -> None:
    assert fast(rules_of(plans), stream) == slow(rules_of(plans), stream)
