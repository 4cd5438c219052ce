"""One attack, every language: how rules that ask the same question in several languages judge the same instances.

Rules are equivalent when their names end alike (`sigma/rclone-execution`, `kusto/rclone-execution`): the part after the
language, made of their files' stems, is the question. Where they disagree over an instance, the variations that all
instances of that disagreement share, and the agreed ones do not all have, say what they disagree about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import polars as pl

from simulator.ir import Rule
from simulator.score.evidence import Evidence
from simulator.score.model import Comparison, Dispute, LanguageCatch, Scope
from simulator.score.truth import Truth


def question(rule: Rule) -> str:
    """What the rule asks, whatever its language: its name without the language; empty where it has no such name."""
    _, slash, stem = rule.name.rpartition("/")
    return stem if slash else ""


def comparisons(
    rules: Sequence[Rule], scope: Mapping[str, Scope], truth: Truth, found: Evidence
) -> tuple[Comparison, ...]:
    """A comparison for each question asked in at least two languages and each malicious scenario in the scope of any of
    its rules, by question and scenario."""
    named = [rule for rule in rules if question(rule)]
    named.sort(key=lambda rule: (question(rule), rule.language, rule.id))
    caught = {
        rule: frozenset(ids)
        for rule, ids in found.caught.group_by("rule").agg(pl.col("instance_id")).iter_rows()
    }  # fmt: skip
    members = {
        scenario: frozenset(ids)
        for scenario, ids in truth.attacks.group_by("scenario").agg(pl.col("instance_id")).iter_rows()
    }
    results: list[Comparison] = []
    for stem, group in groupby(named, question):
        asked = list(group)
        if len({rule.language for rule in asked}) < 2:
            continue
        results.extend(
            _comparison(stem, scenario, asked, members.get(scenario, frozenset()), caught, truth)
            for scenario in sorted({name for rule in asked for name in scope[rule.id].scenarios})
        )
    return tuple(results)


def _comparison(
    stem: str,
    scenario: str,
    rules: Sequence[Rule],
    members: frozenset[int],
    caught: Mapping[str, frozenset[int]],
    truth: Truth,
) -> Comparison:
    hits = {rule.id: caught.get(rule.id, frozenset()) & members for rule in rules}
    by_verdict: dict[tuple[str, ...], set[int]] = {}
    for instance in sorted(members):
        verdict = tuple(rule.id for rule in rules if instance in hits[rule.id])
        by_verdict.setdefault(verdict, set()).add(instance)
    agreed = set().union(*(by_verdict.get(verdict, set()) for verdict in ((), tuple(rule.id for rule in rules))))
    disputes = tuple(
        Dispute(
            caught_by=verdict,
            missed_by=tuple(rule.id for rule in rules if rule.id not in verdict),
            n=len(instances),
            shared=_shared(instances, agreed, truth.variations),
        )
        for verdict, instances in sorted(by_verdict.items(), key=lambda item: (-len(item[1]), item[0]))
        if 0 < len(verdict) < len(rules)
    )
    return Comparison(
        question=stem,
        scenario=scenario,
        n=len(members),
        languages=tuple(LanguageCatch(rule.language, rule.id, rule.title, len(hits[rule.id])) for rule in rules),
        all_caught=len(by_verdict.get(tuple(rule.id for rule in rules), ())),
        all_missed=len(by_verdict.get((), ())),
        disputes=disputes,
    )


def _shared(instances: Iterable[int], others: set[int], variations: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    """(dimension, value) that all of `instances` (at least two) have, not all of `others`; the most telling first."""
    inside = pl.Series("instance_id", sorted(instances), pl.UInt64)
    if len(inside) < 2:
        return ()
    outside = pl.Series("instance_id", sorted(others), pl.UInt64)
    counted = variations.group_by("dimension", "value").agg(
        pl.col("instance_id").is_in(inside.implode()).sum().alias("inside"),
        pl.col("instance_id").is_in(outside.implode()).sum().alias("outside"),
    )
    telling = counted.filter(pl.col("inside") == len(inside))
    if len(outside):
        telling = telling.filter(pl.col("outside") < len(outside))
    return tuple(telling.sort("outside", "dimension", "value").select("dimension", "value").iter_rows())
