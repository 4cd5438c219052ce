"""Splunk: Windows events as `sourcetype=XmlWinEventLog`, as the add-ons for Sysmon and Windows extract them.

Every field is text. Beside the fields of the XML stand those that the add-ons name after the Common Information Model
at search time (`process`, `dest`, `user` ...), from the same expressions as the data sets in `cim`.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from simulator.tables import TABLES
from simulator.telemetry import cim
from simulator.telemetry.derived import Columns, Derivation, Fields, word

_TABLE = "splunk.XmlWinEventLog"
_HEADER = {
    "EventCode": "EventID",
    "EventID": "EventID",
    "EventRecordID": "EventRecordID",
    "RecordNumber": "EventRecordID",
    "Channel": "Channel",
    "Computer": "Computer",
    "host": "Computer",
    "Name": "Provider_Name",
    "Guid": "Provider_Guid",
    "Keywords": "Keywords",
    "Level": "Level",
    "Task": "Task",
    "Opcode": "Opcode",
    "Version": "Version",
    "ProcessID": "Execution_ProcessID",
    "ThreadID": "Execution_ThreadID",
    "UserID": "Security_UserID",
    "dvc": "Computer",
}
"""Splunk's names of the System block's fields."""

_NOT_DATA = frozenset(("host", "source", "sourcetype", "index", "user", "app", "action", *_HEADER))


def events(model: Callable[[Fields], Columns] | None = None) -> Callable[[Fields], Columns]:
    """Events of one log as Splunk's, with the fields that the data set `model` has of them."""
    known = TABLES[_TABLE].names

    def columns(f: Fields) -> Columns:
        of_model = model(f) if model is not None else {}
        return {
            "source": pl.concat_str(word("XmlWinEventLog:"), f("Channel")),
            "sourcetype": word("XmlWinEventLog"),
            "index": word("windows"),
            **{name: f(old) for name, old in _HEADER.items() if old in f.names},
            **{name: f(name) for name in sorted(f.names & known - _NOT_DATA) if not name.startswith("_")},
            **{name: value for name, value in of_model.items() if name in known and name not in f.names},
        }

    return columns


MODELS: dict[str, Callable[[Fields], Columns]] = {
    "sysmon.process_creation": cim.sysmon_process,
    "sysmon.network_connection": cim.sysmon_connection,
    "sysmon.file_event": cim.sysmon_file,
    "sysmon.dns_query": cim.sysmon_lookup,
    "security.process_creation": cim.security_process,
}
"""The data set that the add-ons put the events of each log into."""

DERIVATIONS = tuple(
    Derivation(_TABLE, log, events(MODELS.get(log)))
    for log in (*MODELS, "powershell.module", "powershell.script_block")
)
