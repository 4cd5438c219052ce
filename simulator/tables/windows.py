"""Windows event log tables: one per kind of event that matters by itself, one open table per channel for the rest.

Field lists and order as in real records (Sysmon 15 manifest; Microsoft Learn "4688(S)"; the ETW manifests of DNS-Client
and PowerShell). Values are text, as in the log's XML; only the envelope's numbers are integers.
"""

from __future__ import annotations

import re

from simulator.tables.model import Column, Table, Type

ENVELOPE = (
    Column("Provider_Name"),
    Column("Provider_Guid"),
    Column("EventID", Type.INTEGER),
    Column("Version", Type.INTEGER),
    Column("Level", Type.INTEGER),
    Column("Task", Type.INTEGER),
    Column("Opcode", Type.INTEGER),
    Column("Keywords"),
    Column("EventRecordID", Type.INTEGER),
    Column("Execution_ProcessID", Type.INTEGER),
    Column("Execution_ThreadID", Type.INTEGER),
    Column("Channel"),
    Column("Computer"),
    Column("Security_UserID"),
)
"""The System block of every Windows event, flattened; TimeCreated is the system column `_time`."""

SYSMON = "Microsoft-Windows-Sysmon/Operational"
SECURITY = "Security"
DNS_CLIENT = "Microsoft-Windows-DNS-Client/Operational"
POWERSHELL = "Microsoft-Windows-PowerShell/Operational"


def _fields(names: str) -> tuple[Column, ...]:
    return ENVELOPE + tuple(Column(name) for name in names.split())


_SYSMON_DOC = "https://learn.microsoft.com/sysinternals/downloads/sysmon"
_SYSMON = "Microsoft-Windows-Sysmon"
_AUDIT = "Microsoft-Windows-Security-Auditing"

WINDOWS_TABLES: tuple[Table, ...] = (
    Table(
        "sysmon.process_creation",
        "Sysmon 1: process creation",
        _fields(
            "RuleName UtcTime ProcessGuid ProcessId Image FileVersion Description Product Company OriginalFileName "
            "CommandLine CurrentDirectory User LogonGuid LogonId TerminalSessionId IntegrityLevel Hashes "
            "ParentProcessGuid ParentProcessId ParentImage ParentCommandLine ParentUser"
        ),
        _SYSMON_DOC,
        SYSMON,
        _SYSMON,
        (1,),
    ),
    Table(
        "sysmon.network_connection",
        "Sysmon 3: network connection",
        _fields(
            "RuleName UtcTime ProcessGuid ProcessId Image User Protocol Initiated SourceIsIpv6 SourceIp SourceHostname "
            "SourcePort SourcePortName DestinationIsIpv6 DestinationIp DestinationHostname DestinationPort "
            "DestinationPortName"
        ),
        _SYSMON_DOC,
        SYSMON,
        _SYSMON,
        (3,),
    ),
    Table(
        "sysmon.file_event",
        "Sysmon 11: file created",
        _fields("RuleName UtcTime ProcessGuid ProcessId Image TargetFilename CreationUtcTime User"),
        _SYSMON_DOC,
        SYSMON,
        _SYSMON,
        (11,),
    ),
    Table(
        "sysmon.dns_query",
        "Sysmon 22: DNS query",
        _fields("RuleName UtcTime ProcessGuid ProcessId QueryName QueryStatus QueryResults Image User"),
        _SYSMON_DOC,
        SYSMON,
        _SYSMON,
        (22,),
    ),
    Table(
        "security.process_creation",
        "Security 4688: a new process has been created",
        _fields(
            "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName "
            "TokenElevationType ProcessId CommandLine TargetUserSid TargetUserName TargetDomainName TargetLogonId "
            "ParentProcessName MandatoryLabel"
        ),
        "https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/event-4688",
        SECURITY,
        _AUDIT,
        (4688,),
    ),
    Table(
        "dns_client.query",
        "DNS-Client 3008: DNS query is completed",
        _fields("QueryName QueryType QueryOptions QueryStatus QueryResults"),
        "ETW manifest of Microsoft-Windows-DNS-Client",
        DNS_CLIENT,
        "Microsoft-Windows-DNS-Client",
        (3008,),
    ),
    Table(
        "powershell.module",
        "PowerShell 4103: module logging",
        _fields("ContextInfo UserData Payload"),
        "https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_logging_windows",
        POWERSHELL,
        "Microsoft-Windows-PowerShell",
        (4103,),
    ),
    Table(
        "powershell.script_block",
        "PowerShell 4104: script block text",
        _fields("MessageNumber MessageTotal ScriptBlockText ScriptBlockId Path"),
        "https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_logging_windows",
        POWERSHELL,
        "Microsoft-Windows-PowerShell",
        (4104,),
    ),
)


_OTHER_SYSMON = {
    "file_change": (2,),
    "process_termination": (5,),
    "driver_load": (6,),
    "image_load": (7,),
    "create_remote_thread": (8,),
    "raw_access_thread": (9,),
    "process_access": (10,),
    "registry_event": (12, 13, 14),
    "create_stream_hash": (15,),
    "pipe_event": (17, 18),
    "wmi_event": (19, 20, 21),
    "file_delete": (23, 26),
    "clipboard_capture": (24,),
    "process_tampering": (25,),
    "file_block": (27, 28),
    "file_executable_detected": (29,),
}
"""Sysmon events that are read from real logs but not simulated; named as Sigma names their categories."""

WINDOWS_TABLES += tuple(
    Table(f"sysmon.{kind}", f"Sysmon {ids}", ENVELOPE, _SYSMON_DOC, SYSMON, _SYSMON, ids, open=True)
    for kind, ids in _OTHER_SYSMON.items()
)

_BY_EVENT = {(table.channel.lower(), event): table.name for table in WINDOWS_TABLES for event in table.event_ids}

CHANNEL_SLUGS = {
    SYSMON.lower(): "sysmon",
    SECURITY.lower(): "security",
    DNS_CLIENT.lower(): "dns_client",
    POWERSHELL.lower(): "powershell",
    "windows powershell": "powershell_classic",
    "linux-sysmon/operational": "linux_sysmon",
}
"""Short names of channels in table names; any other channel's is made from its own name."""


def channel_slug(channel: str) -> str:
    """The part of a table name that stands for `channel`, e.g. `microsoft_windows_bits_client_operational`."""
    lowered = channel.lower()
    return CHANNEL_SLUGS.get(lowered) or re.sub(r"[^a-z0-9]+", "_", lowered).strip("_") or "unknown"


def table_for_windows(channel: str, event_id: int) -> str:
    """The name of the table that holds this event: its own if it has one, else `<channel>.other`."""
    return _BY_EVENT.get((channel.lower(), event_id)) or f"{channel_slug(channel)}.other"
