"""A row of a Windows table -> the JSON object that evtx_dump gives of the same event.

evtx_dump writes numbers and booleans as such where the log has them typed, and GUIDs without braces in upper case; a
stream keeps values as the log's XML has them. Seen in the dumps of the SigmaHQ regression data and of
EVTX-ATTACK-SAMPLES.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from simulator.tables.windows import ENVELOPE

_ENVELOPE = frozenset(column.name for column in ENVELOPE)
_XMLNS = {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"}
_GUID = re.compile(r"\{[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}")
_INTEGER = re.compile(r"0|[1-9][0-9]{0,17}")

INTEGERS = frozenset(
    (
        "ProcessId",
        "ParentProcessId",
        "TerminalSessionId",
        "SourcePort",
        "DestinationPort",
        "SourceProcessId",
        "TargetProcessId",
        "SourceThreadId",
        "NewThreadId",
        "MessageNumber",
        "MessageTotal",
    )
)
BOOLEANS = {"true": True, "false": False}
BOOLEAN_FIELDS = frozenset(("Initiated", "SourceIsIpv6", "DestinationIsIpv6"))


def evtx_object(row: Mapping[str, Any]) -> dict[str, Any]:
    """The object for one row. Fields that are null are left out, as they are in the log."""
    data = {
        name: _value(name, value)
        for name, value in row.items()
        if value is not None and name not in _ENVELOPE and not name.startswith("_")
    }
    system = {
        "Provider": {
            "#attributes": _without_nulls(Name=row.get("Provider_Name"), Guid=_guid(row.get("Provider_Guid")))
        },
        "EventID": row.get("EventID"),
        "Version": row.get("Version"),
        "Level": row.get("Level"),
        "Task": row.get("Task"),
        "Opcode": row.get("Opcode"),
        "Keywords": row.get("Keywords"),
        "TimeCreated": {"#attributes": {"SystemTime": instant(row["_time"])}},
        "EventRecordID": row.get("EventRecordID"),
        "Correlation": None,
        "Execution": {
            "#attributes": _without_nulls(
                ProcessID=row.get("Execution_ProcessID"), ThreadID=row.get("Execution_ThreadID")
            )
        },
        "Channel": row.get("Channel"),
        "Computer": row.get("Computer") or row.get("_host"),
        "Security": {"#attributes": {"UserID": row["Security_UserID"]}} if row.get("Security_UserID") else None,
    }
    return {"Event": {"#attributes": _XMLNS, "System": system, "EventData": data or None}}


def instant(time: dt.datetime | None) -> str | None:
    """`2026-03-02T10:00:00.123456Z`."""
    return None if time is None else time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in INTEGERS and _INTEGER.fullmatch(value):
        return int(value)
    if name in BOOLEAN_FIELDS:
        return BOOLEANS.get(value, value)
    return _guid(value) if name.lower().endswith("guid") else value


def _guid(value: str | None) -> str | None:
    return value[1:-1].upper() if value is not None and _GUID.fullmatch(value) else value


def _without_nulls(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
