"""Times and bytes before the first alert."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from simulator.score.model import Spread


def seconds_to_detect(caught: pl.DataFrame, by: str = "rule") -> pl.DataFrame:
    """`by` and value: seconds from an instance's start to the first alert with evidence in it.

    `caught` has `by`, start and time; rows without a time (not caught, or an alert without one) are left out.
    """
    late = (pl.col("time") - pl.col("start")).dt.total_microseconds() / 1e6
    return caught.drop_nulls("time").select(by, late.alias("value"))


def bytes_before(caught: pl.DataFrame, transfers: pl.DataFrame) -> pl.DataFrame:
    """rule and value: bytes that had left when the first alert with evidence in an instance was raised.

    A connection's bytes leave at an even pace over its duration. Instances that send nothing are left out.
    """
    passed = (pl.col("time") - pl.col("time_right")).dt.total_microseconds()
    share = (
        pl.when(passed < 0)
        .then(0.0)
        .when(passed >= pl.col("duration"))
        .then(1.0)
        .otherwise(passed / pl.col("duration"))
    )
    return (
        caught.drop_nulls("time")
        .join(transfers, on="instance_id")
        .group_by("rule", "instance_id")
        .agg((share * pl.col("bytes_out")).sum().alias("value"))
        .select("rule", "value")
    )


def spreads(values: pl.DataFrame) -> Mapping[str, Spread]:
    """The spread of `value` for each value of the first column."""
    by = values.columns[0]
    value = pl.col("value")
    found = values.group_by(by).agg(
        value.median().alias("median"), value.quantile(0.9, "linear").alias("p90"), pl.len()
    )
    return {name: Spread(median, p90, n) for name, median, p90, n in found.iter_rows()}
