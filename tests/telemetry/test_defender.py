"""Defender's three tables, field for field: what the sensor has, what it lacks, and what agrees with Sysmon."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from simulator.telemetry import render
from tests.telemetry.worlds import ADMIN, LINUX, NO_SYSMON, NOON, SYSTEM, actions, world

PROCESS, NETWORK, FILE = (f"defender.Device{kind}Events" for kind in ("Process", "Network", "File"))
FULL = {
    "defender_sha256_missing": 0,
    "defender_initiating_sha256_missing": 0,
    "defender_file_hash_missing": 0,
    "defender_remote_url_missing": 0,
    "defender_remote_url_full_share": 0,
}
"""A sensor without gaps."""


def events(table: str, frames: dict[str, pl.DataFrame], **parameters: float) -> list[dict[str, Any]]:
    frame = render(frames, world(**FULL | parameters), [table])[table]
    return [{key: value for key, value in row.items() if value is not None} for row in frame.to_dicts()]


def test_a_process_start() -> None:
    (event,) = events(PROCESS, {"process_start": actions("process_start")})
    moment = dt.datetime.fromtimestamp(NOON / 1e6, dt.UTC)
    assert event["Timestamp"] == event["TimeGenerated"] == event["ProcessCreationTime"] == event["_time"] == moment
    told = {
        name: event[name]
        for name in event
        if not name.startswith("_") and "SHA" not in name and "MD5" not in name and "Time" not in name
    }
    assert len(told.pop("DeviceId")) == 40
    assert told.pop("ReportId") > 0
    assert told.pop("AccountObjectId") == told.pop("InitiatingProcessAccountObjectId")
    assert told == {
        "DeviceName": "ws-0001.meridian.example",
        "ActionType": "ProcessCreated",
        "FileName": "rclone.exe",
        "FolderPath": r"C:\Tools\rclone.exe",
        "FileSize": 46_400_000,
        "ProcessVersionInfoCompanyName": "https://rclone.org",
        "ProcessVersionInfoProductName": "Rclone",
        "ProcessVersionInfoProductVersion": "1.61.1",
        "ProcessVersionInfoInternalFileName": "rclone",
        "ProcessVersionInfoOriginalFileName": "rclone.exe",
        "ProcessVersionInfoFileDescription": "Rsync for cloud storage",
        "ProcessId": 8920,
        "ProcessCommandLine": r'"C:\Tools\rclone.exe" copy C:\Finance mega:in',
        "ProcessIntegrityLevel": "Medium",
        "ProcessTokenElevation": "TokenElevationTypeDefault",
        "AccountDomain": "meridian",
        "AccountName": "alice.frost",
        "AccountSid": "S-1-5-21-1-2-3-1104",
        "AccountUpn": "alice.frost@meridian.example",
        "LogonId": event["LogonId"],
        "InitiatingProcessFileName": "explorer.exe",
        "InitiatingProcessId": 5908,
        "InitiatingProcessCommandLine": r"C:\Windows\Explorer.EXE",
        "InitiatingProcessFolderPath": r"c:\windows\explorer.exe",
        "InitiatingProcessAccountDomain": "meridian",
        "InitiatingProcessAccountName": "alice.frost",
        "InitiatingProcessAccountSid": "S-1-5-21-1-2-3-1104",
        "InitiatingProcessAccountUpn": "alice.frost@meridian.example",
        "InitiatingProcessIntegrityLevel": "Medium",
        "InitiatingProcessTokenElevation": "TokenElevationTypeDefault",
        "IsInitiatingProcessRemoteSession": False,
        "ProcessSessionId": 1,
        "IsProcessRemoteSession": False,
    }


def test_it_agrees_with_sysmon() -> None:
    frames = {kind: actions(kind) for kind in ("process_start", "connection", "write")}
    made = render(frames, world(**FULL), [PROCESS, NETWORK, FILE, "sysmon.process_creation", "sysmon.file_event"])
    sysmon = made["sysmon.process_creation"].row(0, named=True)
    hashes = dict(part.split("=") for part in sysmon["Hashes"].split(","))
    process = made[PROCESS].row(0, named=True)
    assert (process["SHA256"].upper(), process["MD5"].upper()) == (hashes["SHA256"], hashes["MD5"])
    assert str(process["ProcessId"]) == sysmon["ProcessId"]
    assert str(process["InitiatingProcessId"]) == sysmon["ParentProcessId"]
    assert process["ProcessCommandLine"] == sysmon["CommandLine"]
    assert process["_host"] == sysmon["_host"]
    for table in (NETWORK, FILE):
        row = made[table].row(0, named=True)
        assert row["InitiatingProcessId"] == process["ProcessId"]
        assert row["InitiatingProcessSHA256"] == process["SHA256"]
        assert row["InitiatingProcessCommandLine"] == process["ProcessCommandLine"]
        assert row["InitiatingProcessCreationTime"] == process["ProcessCreationTime"]
        assert row["InitiatingProcessParentFileName"] == "explorer.exe"
        assert row["InitiatingProcessParentId"] == process["InitiatingProcessId"]
        assert row["DeviceId"] == process["DeviceId"]
    assert made[FILE]["FolderPath"].item() == made["sysmon.file_event"]["TargetFilename"].item()


def test_a_connection_has_no_bytes() -> None:
    (event,) = events(NETWORK, {"connection": actions("connection")})
    assert not any("Bytes" in name for name in event)
    assert {name: event[name] for name in event if name.startswith(("Remote", "Local", "Protocol", "Action"))} == {
        "ActionType": "ConnectionSuccess",
        "RemoteIP": "66.203.125.11",
        "RemotePort": 443,
        "RemoteUrl": "g.api.mega.co.nz",
        "RemoteIPType": "Public",
        "LocalIP": "10.20.0.11",
        "LocalPort": 50123,
        "LocalIPType": "Private",
        "Protocol": "Tcp",
    }


def test_of_a_process_that_another_instance_started_the_name_is_known_and_no_more() -> None:
    started = actions("process_start", {"instance_id": 1})
    (event,) = events(NETWORK, {"process_start": started, "connection": actions("connection")})
    assert event["InitiatingProcessCommandLine"] == r"C:\Tools\rclone.exe copy C:\Finance mega:in"
    assert not any("SHA" in name or "Parent" in name for name in event)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"defender_remote_url_missing": 1}, None),
        ({"defender_remote_url_full_share": 1}, "https://g.api.mega.co.nz/"),
        ({}, "g.api.mega.co.nz"),
    ],
)
def test_remote_url_is_a_host_or_an_url_or_nothing(parameters: dict[str, float], expected: str | None) -> None:
    (event,) = events(NETWORK, {"connection": actions("connection")}, **parameters)
    assert event.get("RemoteUrl") == expected


@pytest.mark.parametrize(
    ("table", "kind", "parameter", "column"),
    [
        (PROCESS, "process_start", "defender_sha256_missing", "SHA256"),
        (FILE, "write", "defender_sha256_missing", "SHA256"),
        (FILE, "write", "defender_file_hash_missing", "SHA1"),
    ],
)
def test_hashes_are_missing_in_the_share_that_the_parameter_sets(
    table: str, kind: str, parameter: str, column: str
) -> None:
    many = {kind: actions(kind, count=400)}
    some = render(many, world(**FULL | {parameter: 0.25}), [table])[table]
    assert 60 < some[column].null_count() < 140
    assert render(many, world(**FULL), [table])[table][column].null_count() == 0


def test_repeated_connections_of_a_process_are_one_record() -> None:
    rows = [{"time": NOON // 60_000_000 * 60_000_000 + second * 1_000_000} for second in (0, 1, 30, 61)]
    many = {"connection": actions("connection", *rows)}
    assert len(events(NETWORK, many)) == 2
    assert len(events(NETWORK, many, defender_connection_window_seconds=0)) == 4


def test_the_sensor_is_on_windows_alone_and_needs_no_sysmon() -> None:
    many = {"write": actions("write", {"host": LINUX}, {"host": NO_SYSMON})}
    assert [event["DeviceName"] for event in events(FILE, many)] == ["ws-0003.meridian.example"]


@pytest.mark.parametrize(
    ("user", "integrity", "token", "upn"),
    [
        (SYSTEM, "System", "TokenElevationTypeDefault", None),
        (ADMIN, "High", "TokenElevationTypeFull", "bob.admin@meridian.example"),
        (ADMIN, "Medium", "TokenElevationTypeLimited", "bob.admin@meridian.example"),
    ],
)
def test_whose_token_it_is(user: int, integrity: str, token: str, upn: str | None) -> None:
    started = actions("process_start", {"user": user, "integrity": integrity})
    (event,) = events(PROCESS, {"process_start": started})
    assert event["ProcessTokenElevation"] == token
    assert event.get("AccountUpn") == upn


def test_look_ups_and_scripts_are_device_events() -> None:
    table = "defender.DeviceEvents"
    frames = {"lookup": actions("lookup"), "script": actions("script", {"text": 'Write-Host "a"' + "x" * 9000})}
    asked, ran = events(table, frames)
    assert (asked["ActionType"], asked["AdditionalFields"]) == (
        "DnsQueryResponse",
        '{"DnsQueryString":"g.api.mega.co.nz"}',
    )
    assert ran["ActionType"] == "PowerShellCommand"
    assert ran["AdditionalFields"].startswith(r'{"Command":"Write-Host \"a\"x')
    assert len(ran["AdditionalFields"]) < 4200
    assert asked["InitiatingProcessId"] == 8920
    assert not events(table, {"lookup": actions("lookup", {"system_resolver": False})})
