from __future__ import annotations

import time

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from simulator.engine.alerts import ALERT_SCHEMA, Alerts, Reading
from simulator.errors import Location
from simulator.ir import Rule, Scan
from simulator.score import score
from tests.score import hand

INSTANCES, MALICIOUS, LABELS, RULES = 50_000, 2_000, 200_000, 2_000


def big_stream() -> hand.HandStream:
    number = pl.int_range(INSTANCES, eager=True, dtype=pl.UInt64).alias("instance_id")
    malicious = pl.col("instance_id") < MALICIOUS
    truth = number.to_frame().with_columns(
        pl.format("{}{}", pl.when(malicious).then(pl.lit("bad")).otherwise(pl.lit("good")), number % 10).alias(
            "scenario"
        ),
        pl.when(malicious).then(pl.lit("malicious")).otherwise(pl.lit("benign")).alias("label"),
        pl.lit("T1567.002").alias("technique"),
        pl.lit(hand.DAY).cast(pl.Datetime("us", "UTC")).alias("start"),
        pl.lit(hand.DAY).cast(pl.Datetime("us", "UTC")).alias("end"),
        pl.concat_str(
            pl.lit('{"binary":"'),
            number % 4,
            pl.lit('","verb":"'),
            number // 4 % 4,
            pl.lit('","conf":"'),
            number // 16 % 4,
            pl.lit('"}'),
        ).alias("variation"),
        pl.lit(1).alias("bytes_out"),
    )
    labels = pl.DataFrame({"event_id": range(LABELS)}).with_columns(
        (pl.col("event_id") % INSTANCES).cast(pl.UInt64).alias("instance_id")
    )
    known = [
        {"id": f"{word}{n}", "title": word, "label": label, "technique": "T1567.002"}
        for word, label in (("bad", "malicious"), ("good", "benign"))
        for n in range(10)
    ]
    return hand.HandStream({"hosts": 1000, "days": 7}, truth, labels, known, {"proxy.web": range(LABELS)})


def many_alerts(count: int) -> Alerts:
    rng = np.random.default_rng(1)
    rules = tuple(
        Rule(f"r{n}", f"Rule {n}", "sigma", Scan("proxy.web"), Location("r.yml"), techniques=("T1567",))
        for n in range(RULES)
    )
    columns = {
        "rule": pa.array([f"r{n}" for n in rng.integers(0, RULES, count)]),
        "time": pa.array(
            1_772_409_600_000_000 + rng.integers(0, 7 * 86_400_000_000, count), pa.timestamp("us", tz="UTC")
        ),
        "host": pa.array([f"h{n}" for n in rng.integers(0, 50, count)]),
        "events": pa.array([[event] for event in rng.integers(0, LABELS, count).tolist()], pa.list_(pa.int64())),
    }
    columns |= {
        name: pa.nulls(count, ALERT_SCHEMA.field(name).type) for name in set(ALERT_SCHEMA.names) - columns.keys()
    }
    return Alerts(pa.table({name: columns[name] for name in ALERT_SCHEMA.names}), rules, Reading())


@pytest.mark.slow
def test_cost_grows_no_faster_than_the_number_of_alerts() -> None:
    stream = big_stream()
    cost = {}
    for count in (50_000, 50_000, 400_000):
        alerts = many_alerts(count)
        before = time.process_time()
        card = score(alerts, stream)
        cost[count] = time.process_time() - before
        assert sum(rule.alerts for rule in card.rules) == count
        assert all(rule.recall.n == MALICIOUS for rule in card.rules)
    assert cost[400_000] <= 8 * cost[50_000]
