"""Alerts joined with the truth: which alert is true, which instance it caught, which scenario misled it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from simulator.engine.alerts import Alerts
from simulator.errors import UsageError
from simulator.score.cases import with_cases
from simulator.score.truth import Truth

NOT_IN_TRUTH = "(events without a label)"
"""Stands for the scenario of evidence that the truth does not mention."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All alerts of a run in the light of the truth."""

    alerts: pl.DataFrame
    """One row per alert: alert (number), rule, table, time, host, user, case, true, event (last of its evidence)."""
    caught: pl.DataFrame
    """One row per rule and malicious instance it caught: rule, instance_id, time (of the first alert that did)."""
    noise: pl.DataFrame
    """One row per false alert and benign scenario in its evidence: rule, alert, case, host, scenario."""


def join(alerts: Alerts, truth: Truth) -> Evidence:
    """Join every alert's evidence with labels and instances.

    Raises UsageError where alerts have evidence and not one event of it is in the truth: another stream's alerts.
    """
    rows = pl.DataFrame(
        {name: pl.Series(name, alerts.table[name]) for name in ("rule", "table", "time", "host", "user", "events")}
    )
    rows = with_cases(rows).with_row_index("alert")
    pairs = rows.select("alert", pl.col("events").alias("event_id")).explode("event_id").drop_nulls().unique()
    labels = truth.labels.join(pairs.lazy().select("event_id").unique(), on="event_id", how="semi")
    told = labels.join(truth.instances, on="instance_id", how="left").collect()
    if truth.known and pairs.height and not told.height:
        raise UsageError(
            f"none of the {pairs['event_id'].n_unique():,} events behind these alerts is in this stream's truth: "
            "the alerts were found on another stream"
        )
    known = pairs.join(told, on="event_id", how="left").with_columns(pl.col("malicious").fill_null(False))
    true = known.group_by("alert").agg(pl.col("malicious").any().alias("true"))
    rows = (
        rows.with_columns(pl.col("events").list.last().alias("event"))
        .drop("events")
        .join(true, on="alert", how="left", maintain_order="left")
    )
    rows = rows.with_columns(pl.col("true").fill_null(False))
    return Evidence(rows, _caught(rows, known), _noise(rows, known))


def _caught(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    return (
        known.filter("malicious")
        .join(rows.select("alert", "rule", "time"), on="alert")
        .group_by("rule", "instance_id")
        .agg(pl.col("time").min())
        .sort("rule", "instance_id")
    )


def _noise(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    return (
        rows.filter(~pl.col("true"))
        .join(known.select("alert", "scenario"), on="alert", how="left")
        .select("rule", "alert", "case", "host", pl.col("scenario").fill_null(NOT_IN_TRUTH))
        .unique()
    )
