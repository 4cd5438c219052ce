from __future__ import annotations

import errno
import hashlib
import json

import polars as pl
import pytest

from simulator.dataset import StreamWriter, open_stream, write_part
from simulator.errors import StreamError
from tests.dataset.samples import process, read_all, rows_of, write_stream

TABLE = "sysmon.process_creation"


def test_what_was_written_is_read(tmp_path):
    stream = write_stream(tmp_path / "s")
    assert stream.tables() == ("proxy.http", TABLE)
    assert stream.manifest["events"] == {"proxy.http": 1, TABLE: 3}
    assert (stream.manifest["format"], stream.manifest["seed"], stream.manifest["labels"]) == (1, 1, 2)
    assert stream.labels().rows() == [(1, 3, 7), (2, 3, 7)]
    assert stream.instances()["tags"].to_list() == [["evasion.rename"]]
    assert stream.scenarios()[0]["id"] == "rclone"
    rows, rejected, passed = read_all(stream, TABLE, "Image CommandLine NoSuchColumn")
    assert (len(rows), rejected, passed) == (3, [], 1)
    assert rows[0].keys() == {"_table", "_event_id", "_time", "_host", "_user", "Image", "CommandLine"}
    assert rows[2]["CommandLine"] == process(3)["CommandLine"]


def test_text_columns_come_dictionary_encoded_and_only_when_asked_for(tmp_path):
    (batch,) = write_stream(tmp_path / "s").scan(TABLE, ["Image"])
    assert str(batch.schema.field("Image").type).startswith("dictionary")
    assert batch.schema.names == ["_event_id", "_time", "_host", "_user", "Image"]


def test_whole_text_has_every_value_on_a_line(tmp_path):
    (batch,) = write_stream(tmp_path / "s", 1).scan(TABLE, ["_text"])
    lines = batch.column("_text")[0].as_py().split("\n")
    assert {"1", "C:\\Tools\\rclone.exe", "CORP\\ann"} <= set(lines)
    assert "ann" not in lines, "system columns are no part of the text"


def test_the_same_rows_give_the_same_bytes(tmp_path):
    rows = rows_of(TABLE, [process(n) for n in range(50)])
    as_frame = pl.from_arrow(rows).with_columns(pl.col("Image").cast(pl.Categorical))
    digests = set()
    for number, given in enumerate((rows, as_frame, rows.select(rows.column_names[::-1]))):
        write_part(tmp_path / str(number), TABLE, 0, given)
        (file,) = (tmp_path / str(number)).rglob("*.parquet")
        digests.add(hashlib.sha256(file.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_an_exception_leaves_nothing(tmp_path):
    def interrupted() -> None:
        with StreamWriter(tmp_path / "s", {}) as writer:
            writer.write_events(TABLE, 0, rows_of(TABLE, [process(1)]))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_without_finish_there_is_no_stream(tmp_path):
    with StreamWriter(tmp_path / "s", {}) as writer:
        writer.write_events(TABLE, 0, rows_of(TABLE, [process(1)]))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_explained(tmp_path, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("simulator.dataset.writing.pq.write_table", full)
    with pytest.raises(StreamError, match="No space left"), StreamWriter(tmp_path / "s", {}) as writer:
        writer.write_events(TABLE, 0, rows_of(TABLE, [process(1)]))
    assert list(tmp_path.iterdir()) == []


def test_only_streams_are_overwritten_and_only_on_demand(tmp_path):
    write_stream(tmp_path / "s")
    with pytest.raises(StreamError, match="exists already"):
        StreamWriter(tmp_path / "s", {})
    with StreamWriter(tmp_path / "s", {"seed": 2}, overwrite=True) as writer:
        assert open_stream(tmp_path / "s").manifest["seed"] == 1
        writer.finish()
    assert open_stream(tmp_path / "s").manifest["seed"] == 2
    other = tmp_path / "mine"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(StreamError, match="not a stream"):
        StreamWriter(other, {}, overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "s"]


@pytest.mark.parametrize(
    ("column", "complaint"), [("label", "no such columns: label"), ("_time", "system columns are missing: _time")]
)
def test_tables_have_their_columns_and_no_others(tmp_path, column, complaint):
    rows = rows_of(TABLE, [process(1)])
    rows = rows.drop([column]) if column in rows.column_names else rows.append_column(column, [["malicious"]])
    with pytest.raises(ValueError, match=complaint):
        write_part(tmp_path, TABLE, 0, rows)


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        (None, "no manifest.json"),
        ("{", "broken JSON"),
        ("[]", "expected an object"),
        ('{"format": 99}', "format 99"),
        ('{"format": 1}', "no folder events"),
    ],
)
def test_what_is_no_stream_says_why(tmp_path, manifest, complaint):
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(StreamError, match=complaint):
        open_stream(tmp_path)


def test_a_broken_part_is_one_rejected_record(tmp_path):
    stream = write_stream(tmp_path / "s")
    (tmp_path / "s" / "events" / TABLE / "part-00000.parquet").write_bytes(b"PAR1 nonsense")
    rows, rejected, _ = read_all(stream, names="c-uri")
    assert [row["_table"] for row in rows] == ["proxy.http"]
    assert [TABLE in one.file for one in rejected] == [True]
    with pytest.raises(StreamError):
        list(stream.scan(TABLE, ["Image"]))


def test_no_label_stands_among_the_events(tmp_path):
    write_stream(tmp_path / "s")
    text = json.dumps([str(path) for path in (tmp_path / "s" / "events").rglob("*")])
    blob = b"".join(path.read_bytes() for path in (tmp_path / "s" / "events").rglob("*.parquet"))
    assert b"malicious" not in blob
    assert "malicious" not in text
