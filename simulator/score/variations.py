"""Recall by variation, and the blind spots it shows.

Rules share few scopes, and hits are few: how many instances have a value is counted once for each scope, and only what
was caught is counted for each rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from simulator.score.intervals import wilson
from simulator.score.model import BlindSpot, VariationRecall

ENOUGH = 3
"""Instances that must have been missed before a value is called a blind spot."""
CHANCE = 0.05
"""A pair is called a blind spot only if missing all of it by chance is less likely than this."""

_VALUE = ["dimension", "value"]
_PAIR = [*_VALUE, "dimension_2", "value_2"]


@dataclass(frozen=True, slots=True)
class Scoped:
    """Rules, their scopes and what they caught there."""

    rules: pl.DataFrame
    """rule, scope (a number that equal scopes share): the rules that have a scope."""
    members: pl.DataFrame
    """scope, instance_id: the malicious instances in each scope."""
    hits: pl.DataFrame
    """rule, instance_id: the instances in its scope that each rule caught."""


def recalls(scoped: Scoped, variations: pl.DataFrame) -> pl.DataFrame:
    """rule, dimension, value, caught, n for every value in each rule's scope; ordered by the first three.

    `variations` has instance_id, dimension, value.
    """
    n = scoped.members.join(variations, on="instance_id").group_by("scope", *_VALUE).agg(pl.len().alias("n"))
    caught = scoped.hits.join(variations, on="instance_id").group_by("rule", *_VALUE).agg(pl.len().alias("caught"))
    return (
        scoped.rules.join(n, on="scope")
        .join(caught, on=["rule", *_VALUE], how="left")
        .select("rule", *_VALUE, pl.col("caught").fill_null(0), "n")
        .sort("rule", *_VALUE)
    )


def recall_by_variation(by_value: pl.DataFrame) -> Mapping[str, tuple[VariationRecall, ...]]:
    """What `recalls` gave, by rule."""
    found: dict[str, list[VariationRecall]] = {}
    for rule, dimension, value, caught, n in by_value.iter_rows():
        found.setdefault(rule, []).append(VariationRecall(dimension, value, caught, n, wilson(caught, n)))
    return {rule: tuple(rows) for rule, rows in found.items()}


def blind_spots(
    scoped: Scoped, variations: pl.DataFrame, by_value: pl.DataFrame
) -> Mapping[str, tuple[BlindSpot, ...]]:
    """For each rule that catches something: the values it is blind to, then pairs of values.

    A value is a blind spot when all its instances, at least ENOUGH, were missed. A pair is one when neither of its
    values is, and all its instances that no blind value explains, at least ENOUGH, were missed though by the weaker of
    the two values' recall that would happen with a chance below CHANCE. The largest come first.
    """
    catching = scoped.hits.select("rule").unique()
    by_value = by_value.join(catching, on="rule", how="semi")
    found: dict[str, list[BlindSpot]] = {}
    blind = by_value.filter((pl.col("caught") == 0) & (pl.col("n") >= ENOUGH)).sort(
        "rule", "n", *_VALUE, descending=[False, True, False, False]
    )
    for rule, dimension, value, _, n in blind.iter_rows():
        found.setdefault(rule, []).append(BlindSpot(((dimension, value),), n))
    for rule, d1, v1, d2, v2, n in _blind_pairs(scoped, variations, by_value, blind).iter_rows():
        found.setdefault(rule, []).append(BlindSpot(((d1, v1), (d2, v2)), n))
    return {rule: tuple(spots) for rule, spots in found.items()}


def _blind_pairs(scoped: Scoped, variations: pl.DataFrame, by_value: pl.DataFrame, blind: pl.DataFrame) -> pl.DataFrame:
    """rule, dimension, value, dimension_2, value_2, n of the pairs that are blind spots; the largest first."""
    pairs = variations.join(variations, on="instance_id", suffix="_2").filter(
        pl.col("dimension") < pl.col("dimension_2")
    )
    members = scoped.members.join(pairs, on="instance_id")
    n = members.group_by("scope", *_PAIR).agg(pl.len().alias("n"))
    hit = scoped.hits.join(pairs, on="instance_id").select("rule", *_PAIR).unique()
    recall = by_value.filter(pl.col("caught") > 0).select(
        "rule", *_VALUE, (pl.col("caught") / pl.col("n")).alias("recall")
    )
    missed = (
        scoped.rules.join(n.filter(pl.col("n") >= ENOUGH), on="scope")
        .join(hit, on=["rule", *_PAIR], how="anti")
        .join(recall, on=["rule", *_VALUE])
        .join(recall, left_on=["rule", *_PAIR[2:]], right_on=["rule", *_VALUE], suffix="_2")
    )
    explained = (
        missed.join(blind.select("rule").unique(), on="rule", how="semi")
        .join(members, on=["scope", *_PAIR])
        .join(
            blind.select("rule", *_VALUE).join(variations, on=_VALUE).select("rule", "instance_id").unique(),
            on=["rule", "instance_id"],
        )
        .group_by("rule", *_PAIR)
        .agg(pl.len().alias("explained"))
    )
    return (
        missed.join(explained, on=["rule", *_PAIR], how="left")
        .with_columns(pl.col("n") - pl.col("explained").fill_null(0))
        .filter((pl.col("n") >= ENOUGH) & ((1 - pl.min_horizontal("recall", "recall_2")) ** pl.col("n") < CHANCE))
        .select("rule", *_PAIR, "n")
        .sort("rule", "n", *_PAIR, descending=[False, True, False, False, False, False])
    )
