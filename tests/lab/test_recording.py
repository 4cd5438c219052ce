"""Recordings: what a recorder makes of what it is told, and their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.errors import StreamError
from simulator.lab.recorder import Recorder
from simulator.lab.recording import (
    Connected,
    Connection,
    Exchange,
    Lookup,
    Recording,
    Started,
    Wrote,
    merged,
    read_recording,
    recordings_below,
    write_recording,
)

EXCHANGE = Exchange(5, 1, 40000, "PUT", "https", "file.io", 443, "/", "curl/8", None, 100, 50, 80, 200, "HTTP/1.1", "x")
RECORDING = Recording(
    scenario="rclone-to-s3",
    number=0,
    seed=1,
    hosts=40,
    start=1,
    end=9,
    sensor="strace",
    status=0,
    commands=("rclone copy /share s3:b",),
    tools={"rclone": "1.60.1"},
    observations=merged(
        [EXCHANGE, Lookup(2, "file.io", "A", ("172.30.0.1",))],
        [Started(1, 7, 1, "/usr/bin/curl", ("curl", "-T", "x")), Connected(3, 7, 443), Wrote(8, 7, "/tmp/x")],
        [Connection(4, 3, 40000, 443, 200, 90, "file.io", ("h2",), "TLSv1.3")],
    ),
)


def test_observations_are_in_order_of_time() -> None:
    assert [one.time for one in RECORDING.observations] == [1, 2, 3, 4, 5, 8]
    assert RECORDING.of(Exchange) == (EXCHANGE,)


def test_a_recording_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.recording.jsonl"
    write_recording(RECORDING, path)
    assert read_recording(path) == RECORDING
    assert recordings_below([tmp_path, path]) == (RECORDING, RECORDING)


@pytest.mark.parametrize(
    ("text", "place"),
    [("", ":1:1"), ("{}\n", ":1:1"), ('{"format": 9}\n', ":1:1"), ("no json", ":1:1")],
)
def test_what_is_no_recording(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "bad.recording.jsonl"
    path.write_text(text)
    with pytest.raises(StreamError, match=place):
        read_recording(path)


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.recording.jsonl"
    write_recording(RECORDING, path)
    lines = path.read_text().splitlines()
    lines[3] = '{"kind": "rumour"}'
    path.write_text("\n".join(lines))
    with pytest.raises(StreamError, match=":4:1"):
        read_recording(path)
    with pytest.raises(StreamError, match="no recording"):
        recordings_below([tmp_path / "nowhere"])


def test_connections_that_nobody_closed_end_with_the_run() -> None:
    recorder = Recorder()
    recorder.opened("10.0.0.2", 40000, 443, 1.0)
    recorder.note("10.0.0.2", EXCHANGE)
    recorder.opened("10.0.0.3", 40000, 443, 1.0)
    seen = recorder.take("10.0.0.2", 3.0)
    (connection,) = [one for one in seen if isinstance(one, Connection)]
    assert (connection.duration, connection.bytes_out, connection.bytes_in) == (2_000_000, 100, 50)
    assert recorder.take("10.0.0.2", 3.0) == ()
    assert len(recorder.take("10.0.0.3", 3.0)) == 1


def test_the_kernels_count_goes_before_ours() -> None:
    recorder = Recorder()
    recorder.opened("10.0.0.2", 40000, 443, 1.0)
    recorder.note("10.0.0.2", EXCHANGE)
    recorder.closed("10.0.0.2", 40000, 2.0, (900, 700))
    recorder.closed("10.0.0.2", 40000, 9.0)
    connection = next(one for one in recorder.take("10.0.0.2", 3.0) if isinstance(one, Connection))
    assert (connection.bytes_out, connection.bytes_in, connection.duration) == (900, 700, 1_000_000)
