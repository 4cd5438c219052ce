"""The System block of Windows events: provider, channel, record id and what each event id carries there."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from simulator.draw import Ints
from simulator.tables.windows import DNS_CLIENT, POWERSHELL, SECURITY, SYSMON
from simulator.telemetry import identity
from simulator.telemetry.rows import Rows, Value

SYSTEM_SID = "S-1-5-18"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same in all events with one id."""

    provider: str
    guid: str
    channel: str
    event_id: int
    version: int
    level: int
    task: int
    opcode: int
    keywords: str


def _sysmon(event_id: int, version: int) -> Kind:
    guid = "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"
    return Kind("Microsoft-Windows-Sysmon", guid, SYSMON, event_id, version, 4, event_id, 0, "0x8000000000000000")


def _powershell(event_id: int, level: int, task: int, opcode: int) -> Kind:
    guid = "{A0C1853B-5C40-4B15-8766-3CF1C58F985A}"
    return Kind("Microsoft-Windows-PowerShell", guid, POWERSHELL, event_id, 1, level, task, opcode, "0x0")


SYSMON_1 = _sysmon(1, 5)
SYSMON_3 = _sysmon(3, 5)
SYSMON_11 = _sysmon(11, 2)
SYSMON_22 = _sysmon(22, 5)
SECURITY_4688 = Kind(
    "Microsoft-Windows-Security-Auditing",
    "{54849625-5478-4994-A5BA-3E3B0328C30D}",
    SECURITY,
    4688,
    2,
    0,
    13312,
    0,
    "0x8020000000000000",
)
DNS_CLIENT_3008 = Kind(
    "Microsoft-Windows-DNS-Client",
    "{1c95126e-7eea-49a9-a3fe-a378b03ddb4d}",
    DNS_CLIENT,
    3008,
    0,
    4,
    0,
    0,
    "0x8000000000000000",
)
POWERSHELL_4103 = _powershell(4103, 4, 106, 20)
POWERSHELL_4104 = _powershell(4104, 5, 2, 15)


def envelope(rows: Rows, kind: Kind, times: Ints, process: Value, thread: Value, user: Value) -> dict[str, Value]:
    """The columns of the System block. `process` and `thread` are those that wrote the record, `user` is their SID."""
    scene = rows.scene
    records = identity.record_ids(
        scene.host_ids[rows.at()], kind.channel, times - scene.world.start, scene.share("record_ids_per_second")
    )
    return {
        "Provider_Name": kind.provider,
        "Provider_Guid": kind.guid,
        "EventID": kind.event_id,
        "Version": kind.version,
        "Level": kind.level,
        "Task": kind.task,
        "Opcode": kind.opcode,
        "Keywords": kind.keywords,
        "EventRecordID": pl.Series(records),
        "Execution_ProcessID": process,
        "Execution_ThreadID": thread,
        "Channel": kind.channel,
        "Computer": rows.host("fqdn"),
        "Security_UserID": user,
    }
