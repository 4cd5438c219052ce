"""Tables declared by schema files and by samples of data, and their files as a source."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from simulator.dataset import declarations, declared_tables, open_source
from simulator.detect import detect
from simulator.errors import InvalidScenario, StreamError, UsageError
from simulator.languages import load_rules
from simulator.tables import TABLES, Batch, Demand, Rejected, Type

ROWS = [
    {"TimeGenerated": "2026-03-02T10:00:00Z", "Computer": "WS-1", "Bytes": 5, "Share": 0.5, "Tags": ["a", "b"]}
    | {"Ok": True, "Extra": {"x": 1}, "Note": "one"},
    {"TimeGenerated": "2026-03-02T10:00:01.250+01:00", "Computer": "WS-2", "Bytes": 7, "Share": 2, "Tags": []}
    | {"Ok": False, "Extra": None, "Note": 4},
]
KINDS = {
    "TimeGenerated": Type.TIME,
    "Computer": Type.TEXT,
    "Bytes": Type.INTEGER,
    "Share": Type.REAL,
    "Tags": Type.TEXTS,
    "Ok": Type.BOOLEAN,
    "Extra": Type.DYNAMIC,
    "Note": Type.TEXT,
}
SCHEMA = """
tables:
  kusto.Transfers_CL:
    title: Transfers
    time: When
    host: Where
    columns: {When: time, Where: text, Bytes: integer}
  defender.DeviceNetworkEvents:
    columns: {BytesSent: integer}
"""


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def schema(folder: Path, text: str = SCHEMA) -> Path:
    path = folder / "tables.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_schema_file_declares_tables_and_further_columns(tmp_path: Path) -> None:
    found = declared_tables(schema(tmp_path))
    assert {column.name: column.type for column in found["kusto.Transfers_CL"].columns} == {
        "When": Type.TIME,
        "Where": Type.TEXT,
        "Bytes": Type.INTEGER,
    }
    network = found["defender.DeviceNetworkEvents"]
    assert network.names == TABLES["defender.DeviceNetworkEvents"].names | {"BytesSent"}
    assert not network.open
    one = declarations(schema(tmp_path))["kusto.Transfers_CL"]
    assert (one.time, one.host, one.user) == ("When", "Where", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tables: {kusto.X: {columns: {A: number}}}", "tables.yaml:1:"),
        ("tables: {kusto.X: {columns: {A: text}, time: B}}", "the table has no column 'B'"),
        ("tables: {X: {columns: {A: text}}}", "tables.yaml:1:"),
        ("table: {}", "tables.yaml:1:"),
    ],
)
def test_a_broken_schema_file_is_told_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidScenario) as error:
        declared_tables(schema(tmp_path, text))
    assert message in str(error.value)


def test_json_lines_declare_their_table(tmp_path: Path) -> None:
    found = declarations(write(tmp_path / "Flows_CL.jsonl", ROWS))
    one = found["kusto.Flows_CL"]
    assert {column.name: column.type for column in one.table.columns} == KINDS
    assert (one.time, one.host) == ("TimeGenerated", "Computer")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("DeviceInfo.jsonl", "defender.DeviceInfo"),
        ("sentinel.Syslog.jsonl", "sentinel.Syslog"),
        ("splunk.ours.jsonl", "splunk.ours"),
        ("Mine.jsonl", "kusto.Mine"),
    ],
)
def test_a_file_is_named_after_its_table(tmp_path: Path, name: str, table: str) -> None:
    assert declared_tables(write(tmp_path / name, [{"A": 1}])).keys() == {table}


def test_csv_and_parquet_declare_theirs(tmp_path: Path) -> None:
    frame = pl.DataFrame({"When": [dt.datetime(2026, 3, 2, 10)], "Bytes": [5], "Who": ["ann"], "Tags": [["a"]]})
    frame.write_parquet(tmp_path / "P_CL.parquet")
    frame.drop("Tags").write_csv(tmp_path / "C_CL.csv")
    found = declared_tables(tmp_path)
    kinds = {"When": Type.TIME, "Bytes": Type.INTEGER, "Who": Type.TEXT}
    assert {column.name: column.type for column in found["kusto.C_CL"].columns} == kinds
    assert {column.name: column.type for column in found["kusto.P_CL"].columns} == kinds | {"Tags": Type.TEXTS}


def test_data_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "X.jsonl"
    path.write_text("[1]\n", encoding="utf-8")
    with pytest.raises(StreamError, match=r"X\.jsonl: expected one JSON object"):
        declared_tables(path)
    with pytest.raises(UsageError, match="does not exist"):
        declared_tables(tmp_path / "none")


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz", "csv", "parquet"])
def test_files_of_declared_tables_are_a_source(tmp_path: Path, suffix: str) -> None:
    declared = declarations(write(tmp_path / "Flows_CL.jsonl", ROWS))
    data = tmp_path / "data"
    data.mkdir()
    path = data / f"Flows_CL.{suffix}"
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    flat = pl.DataFrame([{k: v for k, v in row.items() if k not in ("Tags", "Extra", "Note", "Share")} for row in ROWS])
    match suffix:
        case "jsonl":
            path.write_text(lines, encoding="utf-8")
        case "jsonl.gz":
            path.write_bytes(gzip.compress(lines.encode()))
        case "csv":
            flat.write_csv(path)
        case _:
            flat.write_parquet(path)
    (part,) = open_source(data, declared).parts()
    (batch,) = (
        item for item in part.read(Demand({"kusto.*": frozenset(["Bytes", "Ok", "_text"])})) if isinstance(item, Batch)
    )
    assert batch.table == "kusto.Flows_CL"
    rows = batch.rows.to_pylist()
    assert [row["_time"] for row in rows] == [
        dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC),
        dt.datetime(2026, 3, 2, 9, 0, 1, 250_000, tzinfo=dt.UTC),
    ]
    assert [(row["Bytes"], row["Ok"], row["_host"]) for row in rows] == [(5, True, "WS-1"), (7, False, "WS-2")]
    assert "WS-1" in rows[0]["_text"]
    assert len({row["_event_id"] for row in rows}) == 2


def test_values_have_their_declared_kinds_and_broken_lines_are_rejected(tmp_path: Path) -> None:
    declared = declarations(write(tmp_path / "Flows_CL.jsonl", ROWS))
    with (tmp_path / "Flows_CL.jsonl").open("a", encoding="utf-8") as file:
        file.write("{broken\n")
    source = open_source(tmp_path / "Flows_CL.jsonl", declared)
    items = [item for part in source.parts() for item in part.read(Demand({"*": frozenset(KINDS)}))]
    assert [(item.record, "broken JSON" in item.reason) for item in items if isinstance(item, Rejected)] == [(3, True)]
    (batch,) = (item.rows for item in items if isinstance(item, Batch))
    assert {name: batch.schema.field(name).type for name in KINDS} == {n: kind.arrow for n, kind in KINDS.items()}
    assert batch.column("Extra").to_pylist() == ['{"x":1}', None]
    assert batch.column("Note").to_pylist() == ["one", "4"]


def test_a_rule_runs_on_a_vendors_export(tmp_path: Path) -> None:
    row = {"Timestamp": "2026-03-02T10:00:00.1234567Z", "DeviceName": "ws-1", "FileName": "rclone.exe", "ProcessId": 4}
    write(tmp_path / "DeviceProcessEvents.jsonl", [row, {**row, "FileName": "cmd.exe"}])
    rule = tmp_path / "r.kql"
    rule.write_text("DeviceProcessEvents | where FileName == 'rclone.exe'", encoding="utf-8")
    alerts = detect(load_rules([rule]), open_source(tmp_path / "DeviceProcessEvents.jsonl"))
    assert not alerts.failures
    assert alerts.table["host"].to_pylist() == ["ws-1"]
