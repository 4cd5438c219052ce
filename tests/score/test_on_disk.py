"""The hand-made case once more, by way of a stream and an alerts file on disk."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from simulator.dataset import Stream, open_stream
from simulator.dataset.writing import StreamWriter
from simulator.engine.alerts_file import read_alerts, write_alerts
from simulator.score import examples, score
from tests.score import hand


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Stream:
    made = hand.stream()
    path = tmp_path_factory.mktemp("score") / "stream"
    with StreamWriter(
        path, {name: made.manifest[name] for name in ("seed", "world", "hosts", "days", "start")}
    ) as writer:
        for table, ids in made.ids.items():
            events = pl.DataFrame({"_event_id": ids}).with_columns(
                pl.lit(hand.DAY).cast(pl.Datetime("us", "UTC")).alias("_time"),
                pl.lit("WS01").alias("_host"),
                pl.lit("ann").alias("_user"),
                pl.lit("C:\\x.exe").alias("Image"),
            )
            writer.write_events(table, 0, events)
        writer.write_truth_instances(0, made.truth.with_columns(pl.lit([], pl.List(pl.String)).alias("tags")))
        writer.write_labels(0, made.labelled)
        writer.scenarios(made.known)
        writer.finish()
    assert made.moved is not None
    made.moved.write_parquet(path / "truth" / "transfers.parquet")
    return open_stream(path)


def test_scores_are_those_of_the_frames(stream: Stream, tmp_path: Path) -> None:
    write_alerts(hand.alerts(), tmp_path / "alerts.parquet")
    on_disk, in_memory = score(read_alerts(tmp_path / "alerts.parquet"), stream), score(hand.alerts(), hand.stream())
    assert on_disk.rules == in_memory.rules
    assert (on_disk.scenarios, on_disk.techniques) == (in_memory.scenarios, in_memory.techniques)
    assert on_disk.reading == in_memory.reading


def test_examples_show_events_from_disk(stream: Stream) -> None:
    rows = [{**row, "table": hand.PROCESS} for row in hand.ALERTS[:1]]
    (example,) = examples(hand.alerts(rows), stream)["rclone"]
    assert dict(example.fields) == {"Image": "C:\\x.exe"}
