"""What Elastic's pipelines make of raw records: renamed, typed, and never more than the record says."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.telemetry import render
from tests.telemetry.worlds import NO_SYSMON, OLD_SYSMON, actions, world

SYSMON, SECURITY, POWERSHELL = "windows.sysmon_operational", "system.security", "windows.powershell_operational"


def event(dataset: str, action: str, **changed: Any) -> dict[str, Any]:
    """The one event of one action, without what is null. No parent and no name is missing by chance."""
    name = f"elastic.{dataset}"
    quiet = world(parent_missing=0, destination_hostname_missing=0, destination_hostname_forward_share=1)
    (row,) = render({action: actions(action, changed)}, quiet, [name])[name].to_dicts()
    return {key: value for key, value in row.items() if value is not None}


@pytest.mark.parametrize(
    ("dataset", "action", "told"),
    [
        (
            SYSMON,
            "process_start",
            {
                "event.category": ["process"],
                "event.type": ["start"],
                "process.args": [r"C:\Tools\rclone.exe", "copy", r"C:\Finance", "mega:in"],
                "process.name": "rclone.exe",
                "process.pid": 8920,
                "process.pe.original_file_name": "rclone.exe",
                "process.parent.name": "explorer.exe",
                "user.name": "alice.frost",
                "winlog.event_data.Description": "Rsync for cloud storage",
                "winlog.event_id": "1",
            },
        ),
        (
            SYSMON,
            "connection",
            {"destination.ip": "66.203.125.11", "destination.port": 443, "network.direction": "egress"},
        ),
        (SYSMON, "write", {"file.name": "rclone.conf", "file.extension": "conf", "file.directory": r"C:\Tools"}),
        (
            SYSMON,
            "lookup",
            {
                "dns.question.name": "g.api.mega.co.nz",
                "dns.answers.data": ["lu.api.mega.co.nz"],
                "dns.resolved_ip": ["66.203.125.11"],
                "sysmon.dns.status": "SUCCESS",
            },
        ),
        (
            SECURITY,
            "process_start",
            {"process.pid": 8920, "process.parent.pid": 5908, "user.name": "alice.frost", "event.code": "4688"},
        ),
        (POWERSHELL, "script", {"powershell.file.script_block_text": "Get-Date", "powershell.total": 1}),
        (
            POWERSHELL,
            "cmdlet",
            {"powershell.command.name": "Invoke-WebRequest", "user.domain": "MERIDIAN", "event.code": "4103"},
        ),
    ],
)
def test_fields_move_to_their_ecs_names(dataset: str, action: str, told: dict[str, Any]) -> None:
    found = event(dataset, action)
    assert {name: found.get(name) for name in told} == told


def test_signs_for_nothing_are_dropped() -> None:
    found = event(SYSMON, "process_start", software="restic", version="0.16.4")
    assert not [name for name in found if name.startswith("process.pe.") and name != "process.pe.imphash"]
    assert "destination.domain" not in event(SYSMON, "connection", name=None, address="10.1.2.3")


def test_security_has_no_hashes_and_no_version_resource() -> None:
    assert not [name for name in event(SECURITY, "process_start") if "hash" in name or ".pe." in name]


def test_a_command_line_that_is_not_audited_is_absent() -> None:
    assert "process.command_line" not in event(SECURITY, "process_start", host=OLD_SYSMON)


def test_only_where_the_channel_has_records() -> None:
    frames = {"process_start": actions("process_start", {"host": NO_SYSMON})}
    made = render(frames, world(), [f"elastic.{SYSMON}", f"elastic.{SECURITY}"])
    assert {name: len(table) for name, table in made.items()} == {f"elastic.{SYSMON}": 0, f"elastic.{SECURITY}": 1}
