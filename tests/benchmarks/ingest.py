"""What reading JSON lines costs, against `orjson.loads` of the same lines in the same run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson

from simulator.dataset import open_source
from simulator.tables import TABLES, Demand, Source
from tests.benchmarks.events import write_jsonl

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


def ingest_ratio(count: int = 100_000, path: Path | None = None) -> dict[str, float]:
    """CPU seconds of `orjson.loads` and of reading all demanded columns, per million events, and their ratio. `path` is
    a file of JSON lines to use instead of making `count` events."""
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            path = Path(folder, "mixed.jsonl")
            write_jsonl(path, count)
        lines = path.read_bytes().splitlines()
        count = len(lines)
        decode = _best(lambda: _decode(lines))
        source = open_source(path)
        read = _best(lambda: _read(source))
        return {"orjson_seconds": decode / count * 1e6, "ingest_seconds": read / count * 1e6, "ratio": read / decode}


def _decode(lines: list[bytes]) -> None:
    for line in lines:
        orjson.loads(line)


def _read(source: Source) -> None:
    for part in source.parts():
        for _ in part.read(DEMAND):
            pass


def _best(action: Callable[[], None], times: int = 3) -> float:
    """The least CPU time of several runs: others on the machine only ever add to it."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        action()
        taken.append(time.process_time() - started)
    return min(taken)


if __name__ == "__main__":
    print({name: round(value, 2) for name, value in ingest_ratio().items()})
