"""The scope of a rule's recall: which malicious scenarios it ought to catch.

In this order: the scenarios whose `expect` names the rule by id or by name, or names an equivalent of it in another
language (a name that ends alike: `sigma/rclone-execution`, `kusto/rclone-execution`); else the malicious scenarios of
the rule's own ATT&CK techniques (a technique covers its sub-techniques) that leave any event in a table the rule reads;
else unmeasured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import polars as pl

from simulator.ir import Rule, tables_of
from simulator.score.model import Scope
from simulator.score.truth import LabelledStream, Scenario, Truth

Traces = Mapping[str, frozenset[str]]
"""For each malicious scenario the tables in which it leaves events."""


def covers(tag: str, technique: str) -> bool:
    """Whether a rule tagged `tag` speaks of `technique`: the same, or its parent."""
    return technique == tag or technique.startswith(tag + ".")


def scopes(rules: Sequence[Rule], truth: Truth, stream: LabelledStream) -> dict[str, Scope]:
    """The scope of each rule, by id."""
    played = [one for one in truth.scenarios.values() if one.malicious and truth.counts.get(one.id)]
    named = {rule.id: _named(rule, played) for rule in rules}
    tagged = {rule.id: _tagged(rule, played) for rule in rules if not named[rule.id]}
    present = _tables(stream)
    wanted = {name for rule in rules if tagged.get(rule.id) for name in _read(rule, present)}
    traces = _traces(stream, truth, sorted(wanted))
    return {rule.id: _scope(rule, truth, named[rule.id], tagged.get(rule.id, ()), present, traces) for rule in rules}


def _scope(
    rule: Rule,
    truth: Truth,
    named: tuple[str, ...],
    tagged: tuple[str, ...],
    present: tuple[str, ...],
    traces: Traces,
) -> Scope:
    if not truth.known:
        return Scope("unmeasured", reason="there is no truth beside these logs")
    if truth.attacks.is_empty():
        return Scope("unmeasured", reason="the stream holds no malicious instance")
    if named:
        return Scope("expect", named, "these scenarios expect the rule to catch them")
    if not rule.techniques:
        return Scope("unmeasured", reason="no scenario of the stream names the rule, and it has no ATT&CK tag")
    tags = ", ".join(rule.techniques)
    if not tagged:
        return Scope("unmeasured", reason=f"no scenario in the stream names the rule or plays {tags}")
    read = frozenset(_read(rule, present))
    traced = tuple(name for name in tagged if traces.get(name, frozenset()) & read)
    if not traced:
        reads = ", ".join(tables_of(rule.plan))
        return Scope("unmeasured", reason=f"no scenario of {tags} leaves an event in what the rule reads ({reads})")
    return Scope("technique", traced, f"malicious scenarios of {tags} that leave events in the tables the rule reads")


def _named(rule: Rule, played: Sequence[Scenario]) -> tuple[str, ...]:
    names = {rule.id, rule.name} - {""}
    _, slash, stem = rule.name.rpartition("/")
    return tuple(
        sorted(
            one.id
            for one in played
            if one.caught_by & names or (slash and any(name.endswith(f"/{stem}") for name in one.caught_by))
        )
    )


def _tagged(rule: Rule, played: Sequence[Scenario]) -> tuple[str, ...]:
    return tuple(
        sorted(one.id for one in played if any(covers(tag, has) for tag in rule.techniques for has in one.techniques))
    )


def _tables(stream: LabelledStream) -> tuple[str, ...]:
    return tuple(stream.tables())


def _read(rule: Rule, present: Sequence[str]) -> tuple[str, ...]:
    patterns = tables_of(rule.plan)
    return tuple(name for name in present if any(fnmatchcase(name, pattern) for pattern in patterns))


def _traces(stream: LabelledStream, truth: Truth, tables: Sequence[str]) -> Traces:
    """Only the ids of events are read, and only of tables that some scope hangs on."""
    if not tables:
        return {}
    attacks = truth.attacks.select("instance_id", "scenario").lazy()
    labels = truth.labels.join(attacks, on="instance_id").select("event_id", "scenario").collect()
    found: dict[str, set[str]] = {}
    for table in tables:
        left = labels
        for batch in stream.scan(table, []):
            ids = pl.Series("event_id", batch.column("_event_id")).cast(pl.Int64).to_frame()
            for scenario in left.join(ids, on="event_id", how="semi")["scenario"].unique():
                found.setdefault(scenario, set()).add(table)
                left = left.filter(pl.col("scenario") != scenario)
            if left.is_empty():
                break
    return {scenario: frozenset(names) for scenario, names in found.items()}
