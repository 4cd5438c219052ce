from __future__ import annotations

import csv
import json

import pytest

from simulator.dataset import export, open_source
from simulator.errors import StreamError, UsageError
from tests.dataset.samples import GUID, read_all, write_stream

NAMES = "Image CommandLine User ProcessId EventID Channel EventRecordID ProcessGuid c-uri cs-bytes"


def test_windows_events_have_evtx_dumps_shape_and_types(tmp_path):
    files = export(write_stream(tmp_path / "s"), "jsonl", tmp_path / "out")
    assert [file.name for file in files] == ["proxy.http.jsonl", "sysmon.process_creation.jsonl"]
    event = json.loads(files[1].read_text().splitlines()[0])["Event"]
    assert event["System"]["EventID"] == 1
    assert event["System"]["TimeCreated"] == {"#attributes": {"SystemTime": "2026-03-02T10:00:01.001234Z"}}
    assert event["System"]["Provider"]["#attributes"]["Guid"] == "5770385F-C22A-43E0-BF4C-06F5698FFBD9"
    assert event["EventData"]["ProcessId"] == 4288
    assert event["EventData"]["ProcessGuid"] == GUID[1:-1].upper()
    assert "ParentImage" not in event["EventData"]
    assert b"malicious" not in b"".join(file.read_bytes() for file in files)


@pytest.mark.parametrize("merged", [False, True])
def test_export_then_import_gives_the_same_rows(tmp_path, merged):
    stream = write_stream(tmp_path / "s")
    export(stream, "jsonl", tmp_path / "out", merged=merged)
    imported, rejected, _ = read_all(open_source(tmp_path / "out"), names=NAMES)
    assert rejected == []
    there, _, _ = read_all(stream, names=NAMES)
    assert sorted(map(_essence, imported)) == sorted(map(_essence, there))


def _essence(row):
    kept = {k: v for k, v in row.items() if v is not None and k not in ("_event_id", "_file", "_record", "_user")}
    if "ProcessGuid" in kept:
        kept["ProcessGuid"] = kept["ProcessGuid"].strip("{}").upper()
    return json.dumps(kept, default=str, sort_keys=True)


def test_merged_is_in_order_of_time_and_labels_point_at_lines(tmp_path):
    files = export(write_stream(tmp_path / "s"), "jsonl", tmp_path / "out", merged=True, with_truth=True)
    assert [file.name for file in files] == ["events.jsonl", "labels.csv"]
    lines = files[0].read_text().splitlines()
    assert "c-uri" in json.loads(lines[0])
    labels = list(csv.DictReader(files[1].open()))
    assert [(row["event_id"], row["line"], row["scenario"], row["label"]) for row in labels] == [
        ("1", "2", "rclone", "malicious"),
        ("2", "3", "rclone", "malicious"),
    ]
    assert [json.loads(lines[int(row["line"]) - 1])["Event"]["System"]["EventRecordID"] for row in labels] == [101, 102]


def test_csv(tmp_path):
    files = export(write_stream(tmp_path / "s"), "csv", tmp_path / "out", tables=["sysmon.process_creation"])
    rows = list(csv.DictReader(files[0].open()))
    assert len(rows) == 3
    assert rows[0]["CommandLine"] == 'rclone copy "C:\\ä ö\\x" mega:\t…'
    assert rows[0]["_time"] == "2026-03-02T10:00:01.001234Z"


def test_wrong_calls(tmp_path):
    stream = write_stream(tmp_path / "s")
    with pytest.raises(UsageError, match="expected jsonl or csv"):
        export(stream, "xml", tmp_path / "out")
    with pytest.raises(UsageError, match=r"did you mean 'proxy\.http'"):
        export(stream, "csv", tmp_path / "out", tables=["proxy.htp"])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    with pytest.raises(StreamError, match="not an empty folder"):
        export(stream, "csv", tmp_path / "full")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "s"]
