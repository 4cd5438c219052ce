"""Recall by variation, and the blind spots it shows."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from simulator.score.intervals import wilson
from simulator.score.model import BlindSpot, VariationRecall

ENOUGH = 3
"""Instances that must have been missed before a value is called a blind spot."""
CHANCE = 0.05
"""A pair is called a blind spot only if missing all of it by chance is less likely than this."""


def recall_by_variation(scoped: pl.DataFrame, variations: pl.DataFrame) -> Mapping[str, tuple[VariationRecall, ...]]:
    """For each rule the recall of every value of every dimension.

    `scoped` has rule, instance_id, hit (one row per rule and instance in its scope), `variations` instance_id,
    dimension, value.
    """
    counted = (
        scoped.join(variations, on="instance_id")
        .group_by("rule", "dimension", "value")
        .agg(pl.col("hit").sum().alias("caught"), pl.len().alias("n"))
        .sort("rule", "dimension", "value")
    )
    found: dict[str, list[VariationRecall]] = {}
    for rule, dimension, value, caught, n in counted.iter_rows():
        found.setdefault(rule, []).append(VariationRecall(dimension, value, caught, n, wilson(caught, n)))
    return {rule: tuple(rows) for rule, rows in found.items()}


def blind_spots(scoped: pl.DataFrame, variations: pl.DataFrame) -> Mapping[str, tuple[BlindSpot, ...]]:
    """For each rule that catches something and misses something: the values it is blind to, then pairs of values.

    A value is a blind spot when all its instances, at least ENOUGH, were missed. A pair is one when neither of its
    values is, and all its instances, at least ENOUGH, were missed though by the weaker of the two values' recall that
    would happen with a chance below CHANCE.
    """
    mixed = scoped.filter((pl.col("hit").any() & ~pl.col("hit").all()).over("rule"))
    rows = mixed.join(variations, on="instance_id")
    single = rows.group_by("rule", "dimension", "value").agg(pl.col("hit").mean().alias("recall"), pl.len().alias("n"))
    blind = single.filter((pl.col("recall") == 0) & (pl.col("n") >= ENOUGH)).sort("rule", "dimension", "value")
    found: dict[str, list[BlindSpot]] = {}
    for rule, dimension, value, _, n in blind.iter_rows():
        found.setdefault(rule, []).append(BlindSpot(((dimension, value),), n))
    for rule, d1, v1, d2, v2, n in _pairs(rows, single).iter_rows():
        found.setdefault(rule, []).append(BlindSpot(((d1, v1), (d2, v2)), n))
    return {rule: tuple(spots) for rule, spots in found.items()}


def _pairs(rows: pl.DataFrame, single: pl.DataFrame) -> pl.DataFrame:
    """rule, dimension, value, dimension_2, value_2, n of the pairs that are blind spots."""
    able = rows.join(single.filter(pl.col("recall") > 0), on=["rule", "dimension", "value"])
    pairs = able.join(able, on=["rule", "instance_id"], suffix="_2").filter(pl.col("dimension") < pl.col("dimension_2"))
    by = ["rule", "dimension", "value", "dimension_2", "value_2"]
    return (
        pairs.group_by(by)
        .agg(
            pl.col("hit").any(),
            pl.len().alias("n"),
            pl.min_horizontal(pl.col("recall").first(), pl.col("recall_2").first()).alias("weaker"),
        )
        .filter(~pl.col("hit") & (pl.col("n") >= ENOUGH) & ((1 - pl.col("weaker")) ** pl.col("n") < CHANCE))
        .sort(by)
        .select(*by, "n")
    )
