from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa

from simulator.score import examples
from tests.score import hand


class WithEvents(hand.HandStream):
    """A hand-made stream whose process events say something."""

    def scan(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        self.read.append(table)
        ids = self.ids[table]
        yield from pa.table(
            {
                "_event_id": pa.array(ids, pa.int64()),
                "Image": pa.array([f"C:\\{event}.exe" for event in ids]).dictionary_encode(),
                "ParentImage": pa.nulls(len(ids), pa.string()),
            }
        ).to_batches(max_chunksize=3)


def test_the_first_true_and_the_first_false_alert_with_their_events() -> None:
    plain = hand.stream()
    stream = WithEvents(**{name: getattr(plain, name) for name in plain.__dataclass_fields__})
    rows = [{**row, "table": hand.PROCESS if row["rule"] != "lookup" else hand.LOOKUP} for row in hand.ALERTS]
    shown = examples(hand.alerts(rows), stream)
    told = [(one.verdict, one.scenario, one.time, one.user, dict(one.fields)) for one in shown["rclone"]]
    assert told == [
        ("true", "mega", "2026-03-02 09:05:00", "ann", {"Image": "C:\\101.exe"}),
        ("false", "backup", "2026-03-02 01:00:00", "svc-backup", {"Image": "C:\\1001.exe"}),
    ]
    assert [one.verdict for one in shown["lookup"]] == ["true"]
    assert set(stream.read) == {hand.PROCESS, hand.LOOKUP}


def test_alerts_on_unknown_tables_and_logs_without_truth_show_what_there_is() -> None:
    rows = [{**hand.ALERTS[0], "table": "no.such"}]
    (example,) = examples(hand.alerts(rows), hand.stream())["rclone"]
    assert (example.host, dict(example.fields)) == ("WS01", {})
    assert examples(hand.alerts(), replace(hand.without_truth())) == {}
