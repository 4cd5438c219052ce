"""Elastic Defend's events, field for field: what the sensor has, and what it does not have."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from simulator.telemetry import render
from simulator.telemetry.elastic_defend import arguments
from tests.telemetry.worlds import LINUX, NO_SYSMON, actions, world

KINDS = {"process": "process_start", "network": "connection", "file": "write"}


def events(kind: str, action: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    name = f"elastic.endpoint.events.{kind}"
    frame = render({action: actions(action, *rows)}, world(), [name])[name]
    return [{key: value for key, value in row.items() if value is not None} for row in frame.to_dicts()]


def test_a_process_start() -> None:
    (event,) = events("process", "process_start")
    told = {name: event[name] for name in event if name.startswith("process.") and "Ext" not in name}
    assert {name: told[name] for name in told if "entity" not in name and ".hash." not in name} == {
        "process.args": [r"C:\Tools\rclone.exe", "copy", r"C:\Finance", "mega:in"],
        "process.args_count": 4,
        "process.command_line": r'"C:\Tools\rclone.exe" copy C:\Finance mega:in',
        "process.executable": r"C:\Tools\rclone.exe",
        "process.name": "rclone.exe",
        "process.pid": 8920,
        "process.working_directory": r"C:\Tools",
        "process.code_signature.exists": False,
        "process.pe.original_file_name": "rclone.exe",
        "process.parent.args": [r"C:\Windows\Explorer.EXE"],
        "process.parent.args_count": 1,
        "process.parent.command_line": r"C:\Windows\Explorer.EXE",
        "process.parent.executable": r"C:\Windows\explorer.exe",
        "process.parent.name": "explorer.exe",
        "process.parent.pid": 5908,
    }
    assert (event["event.category"], event["event.type"]) == (["process"], ["start"])
    assert event["process.Ext.ancestry"] == [event["process.parent.entity_id"]]


def test_network_events_know_no_command_line_and_bytes_only_at_the_end() -> None:
    begun, ended = events("network", "connection", {"duration": 9_000_000})
    assert not any("command_line" in name or "args" in name or "parent" in name for name in begun)
    assert (begun["event.action"], ended["event.action"]) == ("connection_attempted", "disconnect_received")
    assert (begun["event.type"], ended["event.type"]) == (["start"], ["end"])
    assert "source.bytes" not in begun
    assert (ended["source.bytes"], ended["destination.bytes"]) == (10, 20)
    assert ended["_time"] - begun["_time"] == dt.timedelta(seconds=9)
    assert begun["_event_id"] != ended["_event_id"]


def test_a_look_up_is_asked_and_answered() -> None:
    asked, answered = events("network", "lookup")
    assert asked["dns.question.name"] == answered["dns.question.name"] == "g.api.mega.co.nz"
    assert "dns.resolved_ip" not in asked
    assert answered["dns.resolved_ip"] == ["66.203.125.11"]
    (_, failed) = events("network", "lookup", {"status": 9003, "addresses": []})
    assert "dns.resolved_ip" not in failed
    assert failed["dns.Ext.status"] == 9003
    assert events("network", "lookup", {"system_resolver": False}) == []


def test_a_file_is_created() -> None:
    (event,) = events("file", "write")
    assert (event["file.path"], event["file.name"], event["file.extension"], event["file.size"]) == (
        r"C:\Tools\rclone.conf",
        "rclone.conf",
        "conf",
        300,
    )


@pytest.mark.parametrize(("host", "seen"), [(NO_SYSMON, 1), (LINUX, 0)])
def test_it_runs_on_all_windows_hosts(host: int, seen: int) -> None:
    assert len(events("process", "process_start", {"host": host})) == seen


def test_the_same_process_in_all_streams_and_as_sysmon_tells_it() -> None:
    frames = {action: actions(action) for action in KINDS.values()}
    tables = [f"elastic.endpoint.events.{kind}" for kind in KINDS]
    made = render(frames, world(), [*tables, "sysmon.process_creation"])
    entities = {entity for name in tables for entity in made[name]["process.entity_id"]}
    assert len(entities) == 1
    sysmon = made["sysmon.process_creation"].row(0, named=True)
    defend = made["elastic.endpoint.events.process"].row(0, named=True)
    assert sysmon["ProcessId"] == str(defend["process.pid"])
    assert f"SHA256={defend['process.hash.sha256'].upper()}" in sysmon["Hashes"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("curl  -k https://x", ["curl", "-k", "https://x"]),
        (r'"C:\Program Files\a.exe" "b c" d', [r"C:\Program Files\a.exe", "b c", "d"]),
        ('x -F"file=@a b"', ["x", "-Ffile=@a b"]),
        ("", []),
    ],
)
def test_arguments(line: str, expected: list[str]) -> None:
    assert arguments(pl.Series([line])).to_list() == [expected]
