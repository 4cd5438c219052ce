"""Where things lie in a stream's folder, and the schemas of the truth (docs/architecture.md)."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

FORMAT = 1
MANIFEST = "manifest.json"
EVENTS = "events"
TRUTH = "truth"
INSTANCES = "instances.parquet"
LABELS = "labels.parquet"
SCENARIOS = "scenarios.json"
TRANSFERS = "transfers.parquet"

_INSTANCES: dict[str, pa.DataType] = {
    "instance_id": pa.uint64(),
    "scenario": pa.string(),
    "label": pa.string(),
    "technique": pa.string(),
    "host": pa.string(),
    "user": pa.string(),
    "start": pa.timestamp("us", tz="UTC"),
    "end": pa.timestamp("us", tz="UTC"),
    "variation": pa.string(),
    "tags": pa.list_(pa.string()),
    "bytes_out": pa.int64(),
}
_TRANSFERS: dict[str, pa.DataType] = {
    "instance_id": pa.uint64(),
    "time": pa.timestamp("us", tz="UTC"),
    "duration": pa.int64(),
    "bytes_out": pa.int64(),
}
_LABELS: dict[str, pa.DataType] = {"event_id": pa.int64(), "action_id": pa.uint64(), "instance_id": pa.uint64()}

INSTANCES_SCHEMA = pa.schema(_INSTANCES)
"""`variation` is JSON text `{"dimension": "value"}`; times in UTC."""
LABELS_SCHEMA = pa.schema(_LABELS)
TRANSFERS_SCHEMA = pa.schema(_TRANSFERS)
"""When the bytes of malicious instances left: one row per connection, `time` its start, `duration` in microseconds. The
file is optional."""

ROW_GROUP = 131_072
"""Rows per row group, and per batch when reading."""


def part_name(part: int) -> str:
    """The file name of part number `part`."""
    return f"part-{part:05d}.parquet"


def part_path(folder: Path, table: str, part: int) -> Path:
    """Where part number `part` of `table` lies in the stream at `folder`."""
    return folder / EVENTS / table / part_name(part)
