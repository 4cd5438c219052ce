"""Small streams and events for the tests."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa

from simulator.dataset import Stream, StreamWriter, open_stream
from simulator.dataset.layout import INSTANCES_SCHEMA, LABELS_SCHEMA
from simulator.tables import SYSTEM_COLUMNS, TABLES, Batch, Demand, PassedOver, Rejected, Source
from tests.benchmarks.events import write_jsonl

SYSMON = "Microsoft-Windows-Sysmon/Operational"
START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
GUID = "{0197231e-f943-69e5-a523-000000000400}"


def rows_of(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows of a table with all of its columns."""
    columns = {column.name: column.type.arrow for column in (*SYSTEM_COLUMNS, *TABLES[table].columns)}
    return pa.Table.from_pylist(rows, pa.schema(columns))


def process(number: int, **more: Any) -> dict[str, Any]:
    """A row of sysmon.process_creation."""
    return {
        "_event_id": number,
        "_time": START + dt.timedelta(seconds=number, microseconds=1234),
        "_host": "WS-1.corp.example",
        "_user": "ann",
        "Provider_Name": "Microsoft-Windows-Sysmon",
        "Provider_Guid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
        "EventID": 1,
        "Level": 4,
        "EventRecordID": 100 + number,
        "Channel": SYSMON,
        "Computer": "WS-1.corp.example",
        "Security_UserID": "S-1-5-18",
        "ProcessGuid": GUID,
        "ProcessId": "4288",
        "Image": "C:\\Tools\\rclone.exe",
        "CommandLine": 'rclone copy "C:\\ä ö\\x" mega:\t…',
        "User": "CORP\\ann",
        **more,
    }


def write_stream(path: Path, events: int = 3) -> Stream:
    """A stream of process starts and proxy requests, and its truth."""
    with StreamWriter(path, {"seed": 1, "hosts": 2, "days": 1}) as writer:
        writer.write_events(
            "sysmon.process_creation", 0, rows_of("sysmon.process_creation", [process(n) for n in range(1, events + 1)])
        )
        request = {
            "_event_id": 100,
            "_time": START,
            "_host": "WS-2",
            "_user": "bob",
            "c-uri": "https://x.example/a?b",
            "cs-bytes": 5,
        }
        writer.write_events("proxy.http", 0, rows_of("proxy.http", [request]))
        instance = {
            "instance_id": 7, "scenario": "rclone", "label": "malicious", "technique": "T1567.002", "host": "WS-1",
            "user": "ann", "start": START, "end": START, "variation": "{}", "tags": ["evasion.rename"], "bytes_out": 1,
        }  # fmt: skip

        writer.write_truth_instances(0, pa.Table.from_pylist([instance], INSTANCES_SCHEMA))
        label = {"event_id": 1, "action_id": 3, "instance_id": 7}
        writer.write_labels(0, pa.Table.from_pylist([label], LABELS_SCHEMA))
        writer.write_labels(1, pa.Table.from_pylist([label | {"event_id": 2}], LABELS_SCHEMA))
        writer.scenarios([{"id": "rclone", "title": "t", "label": "malicious", "technique": "T1567.002", "expect": {}}])
        writer.finish()
    return open_stream(path)


def mixed_lines(count: int) -> list[bytes]:
    """Many kinds of Windows events, one line each."""
    with tempfile.TemporaryDirectory() as folder:
        write_jsonl(Path(folder, "log"), count)
        return Path(folder, "log").read_bytes().splitlines()


def read_all(source: Source, columns: str = "*", names: str = "") -> tuple[list[dict[str, Any]], list[Rejected], int]:
    """Rows (with `_table`), rejected records and the number passed over, of all parts."""
    demand = Demand({pattern: frozenset(names.split()) for pattern in columns.split()})
    rows: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    passed = 0
    for part in source.parts():
        for item in part.read(demand):
            match item:
                case Batch(table, batch):
                    rows += [{"_table": table, **row} for row in batch.to_pylist()]
                case Rejected():
                    rejected.append(item)
                case PassedOver(events):
                    passed += events
    return sorted(rows, key=lambda row: row["_event_id"]), rejected, passed
