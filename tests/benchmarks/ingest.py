"""What reading JSON lines costs, against `orjson.loads` of the same lines in the same run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from simulator.dataset import open_source
from simulator.tables import TABLES, Demand, Source
from tests.benchmarks.figures import Figure, best

_SECURITY = (
    "EventID LogonType TargetUserName SubjectUserName IpAddress LogonProcessName AuthenticationPackageName KeyLength "
    "WorkstationName ObjectName ObjectType AccessMask AccessList ProcessName ShareName RelativeTargetName ServiceName "
    "TicketOptions TicketEncryptionType Status SubStatus TaskName Properties ObjectServer Application DestPort "
    "DestAddress"
)
DEMAND = Demand(
    {
        **{name: table.names for name, table in TABLES.items() if name.startswith("sysmon.") and not table.open},
        "security.process_creation": TABLES["security.process_creation"].names,
        "sysmon.image_load": frozenset(
            ("Image", "ImageLoaded", "Signed", "SignatureStatus", "Description", "Product", "Hashes")
        ),
        "sysmon.process_access": frozenset(("SourceImage", "TargetImage", "GrantedAccess", "CallTrace")),
        "sysmon.registry_event": frozenset(("Image", "TargetObject", "Details", "EventType", "NewName")),
        "security.other": frozenset(_SECURITY.split()),
        "powershell.script_block": frozenset(("ScriptBlockText", "Path")),
        "powershell.module": frozenset(("ContextInfo", "Payload")),
        "system.other": frozenset(("Provider_Name", "EventID", "ServiceName", "ImagePath", "param1")),
    }
)
"""About what all of SigmaHQ's rules ask of these tables, and more of the closed ones."""


def measure(path: Path) -> Iterator[Figure]:
    """What reading all demanded columns of the lines in `path` costs."""
    lines = path.read_bytes().splitlines()
    decode = best(lambda: _decode(lines), 3)
    source = open_source(path)
    read = best(lambda: _read(source), 3)
    yield Figure("reading JSON lines: CPU against orjson.loads of the lines", read / decode)


def _decode(lines: list[bytes]) -> None:
    for line in lines:
        orjson.loads(line)


def _read(source: Source) -> None:
    for part in source.parts():
        for _ in part.read(DEMAND):
            pass
