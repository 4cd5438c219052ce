from __future__ import annotations

import datetime as dt
import gzip
import json
import os

import pytest

from simulator.dataset import Stream, export, open_source
from simulator.dataset.importing import text_files
from simulator.dataset.importing.text_files import LinesPart, lines_parts
from simulator.errors import StreamError, UsageError
from tests.dataset.samples import SYSMON, mixed_lines, read_all, write_stream

TIME = "2026-03-02T10:00:00.123456Z"


def event(data, *, number=1, channel=SYSMON, key="EventData", **system):
    whole = {
        "Provider": {"#attributes": {"Name": "P", "Guid": "G"}},
        "EventID": number,
        "TimeCreated": {"#attributes": {"SystemTime": TIME}},
        "EventRecordID": 7,
        "Channel": channel,
        "Computer": "WS-1",
        **system,
    }
    return {"Event": {"System": whole, key: data}}


def imported(tmp_path, *records, names="Image User", tables="*", name="log.jsonl"):
    (tmp_path / name).write_text("".join(json.dumps(record) + "\n" for record in records))
    return read_all(open_source(tmp_path / name), tables, names)


FLAT = {
    "EventID": 1, "Channel": SYSMON, "Hostname": "WS-1", "UtcTime": "2026-03-02 10:00:00.123456", "Image": "a.exe",
    "User": "CORP\\ann", "EventTime": "2026-03-02 06:00:00", "@timestamp": "2026-03-02T10:00:05Z", "tags": ["x"],
}  # fmt: skip
BEAT = {"event_data": {"Image": "a.exe", "User": "CORP\\ann"}, "@timestamp": TIME, "event_id": 1, "log_name": SYSMON,
        "computer_name": "WS-1", "source_name": "P"}  # fmt: skip
NEW_BEAT = {"@timestamp": TIME, "winlog": {"channel": SYSMON, "event_id": "1", "computer_name": "WS-1",
            "event_data": {"Image": "a.exe", "User": "CORP\\ann"}}}  # fmt: skip
DOTTED_BEAT = {"@timestamp": TIME, "winlog.channel": SYSMON, "winlog.event_id": 1, "winlog.computer_name": "WS-1",
               "winlog.event_data.Image": "a.exe", "winlog.event_data.User": "CORP\\ann"}  # fmt: skip
GO = {"Event": {"System": {"Provider": {"Name": "P"}, "EventID": {"Value": 1}, "Channel": SYSMON, "Computer": "WS-1",
      "TimeCreated": {"SystemTime": TIME}}, "EventData": {"Image": "a.exe", "User": "CORP\\ann"}}}  # fmt: skip


@pytest.mark.parametrize(
    "record",
    [
        event({"Image": "a.exe", "User": "CORP\\ann"}),
        event({"Image": "a.exe", "User": "CORP\\ann"}, EventID={"#text": 1, "#attributes": {"Qualifiers": 0}}),
        event({"Data": [{"@Name": "Image", "#text": "a.exe"}, {"@Name": "User", "#text": "CORP\\ann"}]}),
        event({"X": {"Image": "a.exe", "User": "CORP\\ann"}}, key="UserData"),
        FLAT,
        BEAT,
        NEW_BEAT,
        DOTTED_BEAT,
        GO,
    ],
    ids=[
        "evtx_dump",
        "EventID-object",
        "named-Data",
        "UserData",
        "flat",
        "winlogbeat",
        "winlogbeat-7",
        "winlogbeat-dotted",
        "go-evtx",
    ],
)
def test_the_shapes_of_windows_events(tmp_path, record):
    rows, rejected, _ = imported(tmp_path, record)
    assert rejected == []
    (row,) = rows
    assert (row["_table"], row["Image"], row["User"]) == ("sysmon.process_creation", "a.exe", "CORP\\ann")
    assert (row["_host"], row["_user"], row["_record"]) == ("WS-1", "ann", 1)
    assert row["_time"] == dt.datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=dt.UTC)
    assert row["_file"] == str(tmp_path / "log.jsonl")


def test_values_are_canonical_text(tmp_path):
    data = {"Initiated": True, "SourcePort": 443, "Image": "", "User": None}
    rows, _, _ = imported(tmp_path, event(data, number=3), names="Initiated SourcePort Image User EventRecordID")
    assert {k: v for k, v in rows[0].items() if k[0] != "_"} == {
        "Initiated": "true", "SourcePort": "443", "Image": "", "EventRecordID": 7
    }  # fmt: skip
    rows, _, _ = imported(tmp_path, event({"Data": ["a", 2]}, channel="Application"), names="Data")
    assert rows[0]["Data"] == ["a", "2"]


@pytest.mark.parametrize("level", ["Error", "error", 2, "2"])
@pytest.mark.parametrize("record", [BEAT, NEW_BEAT])
def test_levels_of_beats_are_numbers(tmp_path, record, level):
    rows, _, _ = imported(tmp_path, {**record, "log.level": level}, names="Level", tables="sysmon.*")
    assert [row["Level"] for row in rows] == [2]


CLEARED = {"LogFileCleared": {"SubjectUserName": "ann", "Channel": "Windows PowerShell"}}
BEAT_CLEARED = {"@timestamp": TIME, "winlog": {"channel": "System", "event_id": "104", "computer_name": "WS-1",
                "user_data": {"SubjectUserName": "ann", "Channel": "Windows PowerShell"}}}  # fmt: skip


@pytest.mark.parametrize("record", [event(CLEARED, number=104, channel="System", key="UserData"), BEAT_CLEARED])
def test_a_cleared_log_names_its_own_channel_and_the_cleared_one(tmp_path, record):
    rows, rejected, _ = imported(tmp_path, record, names="Channel")
    assert not rejected
    assert [(row["_table"], row["Channel"], row["_user"]) for row in rows] == [
        ("system.other", ["System", "Windows PowerShell"], "ann")
    ]


@pytest.mark.parametrize(
    "named", [{"_user": "ann"}, {"cs-username": "CORP\\ann"}, {"cs-username": "ann", "_user": "ann"}]
)
def test_a_proxys_user(tmp_path, named):
    rows, _, _ = imported(tmp_path, {"c-uri": "https://a.example/", **named}, names="c-uri")
    assert [row["_user"] for row in rows] == ["ann"]


@pytest.mark.parametrize(("target", "user"), [("-", "SRV-1$"), (None, "SRV-1$"), ("svc-sql", "svc-sql")])
def test_a_process_in_4688_belongs_to_whom_it_runs_as(tmp_path, target, user):
    created = event({"SubjectUserName": "SRV-1$", "TargetUserName": target}, number=4688, channel="Security")
    rows, _, _ = imported(tmp_path, created)
    assert [row["_user"] for row in rows] == [user]


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63) - 1, 2**64, 10**25, 0])
def test_long_numbers_keep_their_digits(tmp_path, number):
    rows, _, _ = imported(tmp_path, event({"Image": number}))
    assert [row["Image"] for row in rows] == [str(number)]


CLOUDTRAIL = {
    "eventSource": "s3.amazonaws.com", "eventName": "GetObject", "eventTime": "2026-03-02T10:00:00Z", "readOnly": True,
    "userIdentity": {"arn": "arn:x", "userName": "ann"}, "requestParameters": {"bucketName": "b"},
    "resources": [{"ARN": "r1"}, {"ARN": "r2"}], "recipientAccountId": "123",
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(CLOUDTRAIL) + "\n",
        json.dumps({"Records": [CLOUDTRAIL]}),
        json.dumps({"Records": [CLOUDTRAIL]}, indent=2),
        json.dumps([CLOUDTRAIL], indent=1),
        json.dumps(CLOUDTRAIL, indent=4),
        "[\n" + json.dumps(CLOUDTRAIL) + "\n]\n",
    ],
)
def test_cloudtrail_in_every_wrapping(tmp_path, text):
    (tmp_path / "trail").write_text(text)
    names = "userIdentity.arn requestParameters.bucketName resources.ARN readOnly"
    rows, rejected, _ = read_all(open_source(tmp_path / "trail"), names=names)
    assert rejected == []
    assert [rows[0][name] for name in names.split()] == ["arn:x", "b", ["r1", "r2"], "true"]
    assert (rows[0]["_table"], rows[0]["_user"], rows[0]["_host"]) == ("aws.cloudtrail", "ann", "123")


def test_pretty_documents_one_after_another(tmp_path):
    text = "\n".join(json.dumps(event({"Image": f"{n}.exe"}), indent=2) for n in range(3))
    (tmp_path / "case.json").write_text(text)
    rows, _, _ = read_all(open_source(tmp_path), names="Image")
    assert [(row["Image"], row["_record"]) for row in rows] == [("0.exe", 1), ("1.exe", 2), ("2.exe", 3)]


def test_auditd(tmp_path):
    line = 'type=EXECVE msg=audit(1600000000.123:456): argc=2 a0="curl" a1="-T"\n'
    (tmp_path / "audit.log").write_text(line + "type=SYSCALL nonsense\n")
    rows, rejected, _ = read_all(open_source(tmp_path), names="type a0 argc")
    assert (rows[0]["_table"], rows[0]["type"], rows[0]["a0"]) == ("linux.auditd", "EXECVE", "curl")
    assert rows[0]["_time"] == dt.datetime(2020, 9, 13, 12, 26, 40, 123000, tzinfo=dt.UTC)
    assert [one.record for one in rejected] == [2]


def test_nobody_wants_most_events(tmp_path):
    records = [event({"Image": "a"}, number=number % 3 + 1) for number in range(90)]
    rows, rejected, passed = imported(tmp_path, *records, tables="sysmon.network_connection")
    assert (len(rows), rejected, passed) == (30, [], 60)


def test_a_stream_and_what_it_was_exported_to_are_told_apart(tmp_path):
    stream = write_stream(tmp_path / "s")
    assert isinstance(open_source(tmp_path / "s"), Stream)
    export(stream, "jsonl", tmp_path / "out")
    assert not isinstance(open_source(tmp_path / "out"), Stream)
    with pytest.raises(StreamError, match="read it alone"):
        open_source([tmp_path / "s", tmp_path / "out"])
    with pytest.raises(UsageError, match="does not exist"):
        open_source(tmp_path / "none")


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(text_files, "PART", 50_000)


def test_parts_of_a_large_file_number_its_lines_right(tmp_path, small_parts):
    lines = mixed_lines(600)
    lines[100:100] = [b"", b"{broken", b"\r"]
    log = tmp_path / "log.jsonl"
    log.write_bytes(b"\n".join(lines))
    parts = list(lines_parts(log, 0))
    assert len(parts) > 5
    assert all(isinstance(part, LinesPart) for part in parts)
    rows, rejected, _ = read_all(open_source(log), names="EventRecordID")
    assert [one.record for one in rejected] == [102]
    assert len({row["_event_id"] for row in rows}) == len(rows) == 600
    for row in rows:
        assert json.loads(lines[row["_record"] - 1])["Event"]["System"]["EventRecordID"] == row["EventRecordID"]
    with gzip.open(tmp_path / "log.gz", "wb") as zipped:
        zipped.write(log.read_bytes())
    again, _, _ = read_all(open_source(tmp_path / "log.gz"), names="EventRecordID")
    assert [row["_record"] for row in again] == [row["_record"] for row in rows]


def test_hostile_lines_are_counted_and_the_rest_is_read(tmp_path):
    good = json.dumps(event({"Image": "a.exe"})).encode()
    lines = [
        good,
        b"\xff\xfe not utf-8",
        b'{"Event": {"System": ',
        b"[" * 5000,
        b'{"a":' * 5000,
        b"null",
        b'{"some": "json"}',
        json.dumps(event({"Image": "x" * 10_000_000})).encode(),
        b'{"Event": {"System": {"EventID": "x", "Channel": "y"}}}',
        good[:-1],
        b"\x00" * 100,
        good,
    ]
    (tmp_path / "log").write_bytes(b"\n".join(lines))
    rows, rejected, _ = read_all(open_source(tmp_path), names="Image")
    assert [row["_record"] for row in rows] == [1, 8, 12]
    assert len(rows[1]["Image"]) == 10_000_000
    assert sorted({one.record for one in rejected}) == [2, 3, 4, 5, 6, 7, 9, 10, 11]
    assert {one.reason for one in rejected if one.record == 7} == {"unknown shape"}


def test_a_line_beyond_all_measure_is_left_out(tmp_path, monkeypatch, small_parts):
    monkeypatch.setattr(text_files, "MAX_LINE", 100_000)
    good = json.dumps(event({"Image": "a.exe"})).encode()
    data = b"\n".join([good, b"x" * 500_000, good])
    with gzip.open(tmp_path / "log.gz", "wb") as zipped:
        zipped.write(data)
    rows, rejected, _ = read_all(open_source(tmp_path), names="Image")
    assert [row["_record"] for row in rows] == [1, 3]
    assert ["longer than" in one.reason for one in rejected] == [True]


def test_broken_gzip_gives_what_is_there_and_says_so(tmp_path):
    whole = gzip.compress(b"\n".join(mixed_lines(3000)))
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) * 2 // 3])
    (tmp_path / "start.gz").write_bytes(whole[:15])
    rows, rejected, _ = read_all(open_source(tmp_path), names="EventRecordID")
    assert 500 < len(rows) < 3000
    assert {os.path.basename(one.file) for one in rejected} == {"cut.gz", "start.gz"}  # noqa: PTH119


def test_a_gzip_bomb_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(text_files, "BOMB_BYTES", 1 << 20)
    line = json.dumps(event({"Image": "a.exe"})).encode() + b"\n"
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(line + b"\0" * (64 << 20)))
    _, rejected, _ = read_all(open_source(tmp_path), names="Image")
    assert any("this is no log" in one.reason for one in rejected)


def test_a_folder_of_junk(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "readme.md").write_text("# Not a log")
    (tmp_path / "image.png").write_bytes(os.urandom(5000))
    (tmp_path / "fake.evtx").write_bytes(b"ElfFile\0" + os.urandom(9000))
    (tmp_path / "short.evtx").write_bytes(b"ElfFile\0")
    os.mkfifo(tmp_path / "pipe")
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "log.jsonl").write_text(json.dumps(event({"Image": "a.exe"})))
    rows, rejected, _ = read_all(open_source(tmp_path), names="Image")
    assert [row["Image"] for row in rows] == ["a.exe"]
    told = {os.path.basename(one.file) for one in rejected}  # noqa: PTH119
    assert told == {"nowhere", "readme.md", "image.png", "fake.evtx", "short.evtx", "pipe"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_a_rejected_record(tmp_path):
    (tmp_path / "secret").write_text("{}")
    (tmp_path / "secret").chmod(0)
    _, rejected, _ = read_all(open_source(tmp_path), names="Image")
    assert ["Permission denied" in one.reason for one in rejected] == [True]
