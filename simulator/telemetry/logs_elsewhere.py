"""The Windows events that have no table of their own, as Splunk, Sentinel and Elastic show them: field by field."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from simulator.tables import TABLES
from simulator.tables.windows import WINDOWS_TABLES
from simulator.telemetry import splunk
from simulator.telemetry.derived import Columns, Derivation, Fields, base, word
from simulator.telemetry.sysmon_endpoint import DERIVATIONS as ENDPOINT

_CHANNELS = {
    "security.other": "elastic.system.security",
    "system.other": "elastic.system.system",
    "application.other": "elastic.system.application",
    "powershell.other": "elastic.windows.powershell_operational",
    "powershell_classic.other": "elastic.windows.powershell",
    "sysmon.other": "elastic.windows.sysmon_operational",
}
_OTHERS = tuple(
    table.name
    for table in WINDOWS_TABLES
    if table.open and table.name.startswith("sysmon.") and table.name not in _CHANNELS
)
_ECS = ("process.", "file.", "dll.", "registry.", "user.", "host.os.", "host.name", "host.hostname")
"""What Elastic's pipelines move into ECS, in the words of Elastic Defend."""


def _sentinel(f: Fields) -> Columns:
    """SecurityEvent: the fields keep their names."""
    known = TABLES["sentinel.SecurityEvent"].names
    subject = pl.concat_str(f("SubjectDomainName"), word("\\"), f("SubjectUserName"))
    target = pl.concat_str(f("TargetDomainName"), word("\\"), f("TargetUserName"))
    given = {
        name: f.number(name) if name in ("LogonType", "EventID", "Task", "Version") else f(name)
        for name in sorted(known & f.names)
        if not name.startswith("_")
    }
    return {
        **given,
        "TimeGenerated": pl.col("_time"),
        "EventSourceName": f("Provider_Name"),
        "EventRecordId": f("EventRecordID"),
        "Account": pl.coalesce(target, subject),
        "SubjectAccount": subject,
        "TargetAccount": target,
        "Process": base(f("ProcessName")),
    }


def _elastic(table: str, log: str) -> Callable[[Fields], Columns]:
    known = TABLES[table].names
    ecs = next((one.columns for one in ENDPOINT if one.log == log), None)

    def columns(f: Fields) -> Columns:
        code = f("EventID")
        moved = {} if ecs is None else {name: v for name, v in ecs(f).items() if name.startswith(_ECS)}
        image = f.known("Image")
        made = {
            "process.executable": image,
            "process.name": base(image),
            "process.pid": f.number("ProcessId"),
            "process.entity_id": f.known("ProcessGuid"),
            "host.name": f("Computer").str.to_lowercase(),
            "host.os.type": word("windows"),
            "host.os.family": word("windows"),
            **moved,
            "@timestamp": pl.col("_time"),
            "event.code": code,
            "event.kind": word("event"),
            "event.provider": f("Provider_Name"),
            "event.dataset": word(table.removeprefix("elastic.")),
            "data_stream.dataset": word(table.removeprefix("elastic.")),
            "winlog.channel": f("Channel"),
            "winlog.computer_name": f("Computer"),
            "winlog.event_id": code,
            "winlog.provider_name": f("Provider_Name"),
            "winlog.record_id": f("EventRecordID"),
            **{
                name: f(name.removeprefix("winlog.event_data."))
                for name in sorted(known)
                if name.startswith("winlog.event_data.") and name.removeprefix("winlog.event_data.") in f.names
            },
        }
        return {name: value for name, value in made.items() if name in known}

    return columns


DERIVATIONS: tuple[Derivation, ...] = (
    Derivation("sentinel.SecurityEvent", "security.other", _sentinel),
    *(Derivation("splunk.XmlWinEventLog", log, splunk.events()) for log in (*_OTHERS, *_CHANNELS)),
    *(Derivation(table, log, _elastic(table, log)) for log, table in _CHANNELS.items()),
    *(
        Derivation("elastic.windows.sysmon_operational", log, _elastic("elastic.windows.sysmon_operational", log))
        for log in _OTHERS
    ),
)
