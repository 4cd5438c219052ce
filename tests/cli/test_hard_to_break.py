"""Interruptions, full disks and hostile input: a clear error or a counted record, no half-written output, no hang."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time

import pytest

SPARRING = [sys.executable, "-m", "simulator"]

RULE = """\
title: Rclone started
id: 6f0e2b0a-5f0e-4c0b-9a53-0d6a6f0e2b0a
logsource: {category: process_creation, product: windows}
detection:
  selection:
    CommandLine|contains: rclone
  condition: selection
"""


def event(record: int, command_line: str) -> str:
    system = {
        "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}},
        "EventID": 1,
        "TimeCreated": {"#attributes": {"SystemTime": "2026-03-02T10:00:00.000000Z"}},
        "EventRecordID": record,
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Computer": "WS-1",
    }
    return json.dumps({"Event": {"System": system, "EventData": {"CommandLine": command_line, "User": "CORP\\ann"}}})


def sparring(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SPARRING, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False, **options
    )


def left_behind(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("command", ["run", "simulate"])
def test_ctrl_c_half_way_leaves_nothing(tmp_path, command):
    process = subprocess.Popen(
        [*SPARRING, command, "--hosts", "400", "--days", "20", "--out", "out"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not list(tmp_path.rglob("*.parquet")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline, "nothing was written"
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130, complaint
    assert "Traceback" not in complaint
    assert left_behind(tmp_path) == []


@pytest.mark.slow
def test_a_full_disk_is_a_clear_error_and_leaves_nothing(tmp_path):
    """A limit on the size of files stands in for a full disk: the write fails half-way in the same way."""
    done = sparring(
        "simulate",
        "--out",
        tmp_path / "out",
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "out" in done.stderr
    assert left_behind(tmp_path) == []


def test_broken_records_are_counted_and_the_rest_is_read(tmp_path):
    rule = tmp_path / "rule.yml"
    rule.write_text(RULE)
    log = tmp_path / "log.jsonl"
    lines = [
        event(1, "rclone copy").encode(),
        b"\xff\xfe not utf-8 \xff",
        b'{"Event": {"System": ',
        b"[" * 5000,
        b"null",
        event(2, "A" * 10_000_000 + " rclone").encode(),
        event(3, "C:\\Windows\\rclone.exe").encode(),
    ]
    log.write_bytes(b"\n".join(lines))
    with gzip.open(tmp_path / "more.jsonl.gz", "wb") as zipped:
        zipped.write(event(4, "rclone move").encode() + b"\n")
    whole = (tmp_path / "more.jsonl.gz").read_bytes()
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "fake.evtx").write_bytes(b"ElfFile\x00" + os.urandom(9000))
    done = sparring("detect", rule, "--on", log, tmp_path / "more.jsonl.gz", "--json")
    found = [json.loads(line)["events"][0]["record"] for line in done.stdout.splitlines()]
    assert sorted(found) in ([1, 1, 6, 7], [1, 1, 7]), done.stderr
    assert "log.jsonl:2:" in done.stderr
    broken = sparring("detect", rule, "--on", tmp_path / "cut.jsonl.gz", tmp_path / "fake.evtx")
    assert "Traceback" not in broken.stderr
    assert "cut.jsonl.gz" in broken.stderr
    assert "fake.evtx" in broken.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bomb", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)) + "detection: *i\n"),  # noqa: E501
        ("deep", "detection: " + "[" * 3000),
        ("binary", "\x00\x01\x02"),
        ("regex", RULE.replace("CommandLine|contains: rclone", "CommandLine|re: '(((('")),
    ],
)  # fmt: skip
def test_hostile_rules_are_invalid_with_their_place(tmp_path, name, text):
    path = tmp_path / f"{name}.yml"
    path.write_text(text)
    done = sparring("check", path, "--json")
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, done.stdout
    assert json.loads(done.stdout.splitlines()[0])["status"] == "invalid"


def test_a_catastrophic_regex_does_not_hang(tmp_path):
    rule = tmp_path / "rule.yml"
    rule.write_text(RULE.replace("CommandLine|contains: rclone", r"CommandLine|re: '^(a+)+(?=b)\1$'"))
    log = tmp_path / "log.jsonl"
    log.write_text(event(1, "a" * 5000 + "c") + "\n")
    started = time.monotonic()
    done = sparring("detect", rule, "--on", log)
    assert time.monotonic() - started < 60
    assert "Traceback" not in done.stderr


def test_wrong_calls_exit_with_2(tmp_path):
    for arguments in (
        ["detect", tmp_path / "none.yml", "--on", tmp_path],
        ["run", "no-such-scenario", "--out", tmp_path / "out"],
        ["simulate", "--hosts", "many", "--out", tmp_path / "out"],
        ["nonsense"],
    ):
        done = sparring(*arguments)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), (arguments, done.stderr)
