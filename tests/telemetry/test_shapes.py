"""The form of every field: what is rendered and what real sensors wrote keep to the same expressions.

The expressions are written by hand. Where the shared recordings lie beside the checkout, they are held against those
too, so that the expressions cannot drift away from reality.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from evtx import PyEvtxParser

from simulator.scenario.actions import ACTIONS
from simulator.tables import table_for_windows
from simulator.telemetry import render
from tests.telemetry.worlds import ADMIN, NETWORK_SERVICE, NOON, SYSTEM, actions, world

GUID = r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?"
UTC = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}"
DECIMAL = r"\d+"
HEX = r"0x[0-9a-f]+"
ACCOUNT = r"[^\\]+\\[^\\]+"
ANY = r"(?s).*"
BOOLEAN = r"true|false|True|False"
ADDRESS = r"[0-9a-f.:]+"
SID = r"S-1-[0-9-]+"

_SYSMON = {"RuleName": ANY, "UtcTime": UTC, "ProcessGuid": GUID, "ProcessId": DECIMAL}
FORMS: dict[str, dict[str, str]] = {
    "sysmon.process_creation": _SYSMON
    | dict.fromkeys(("Image", "FileVersion", "Description", "Product", "Company", "OriginalFileName"), r".+")
    | {
        "CommandLine": ANY,
        "CurrentDirectory": r"[A-Za-z]:\\.*",
        "User": ACCOUNT,
        "LogonGuid": GUID,
        "LogonId": HEX,
        "TerminalSessionId": DECIMAL,
        "IntegrityLevel": "Low|Medium|High|System|AppContainer",
        "Hashes": r"((MD5|IMPHASH)=[0-9A-F]{32},?|SHA1=[0-9A-F]{40},?|SHA256=[0-9A-F]{64},?)+",
        "ParentProcessGuid": GUID,
        "ParentProcessId": DECIMAL,
        "ParentImage": ANY,
        "ParentCommandLine": ANY,
        "ParentUser": rf"-|{ACCOUNT}",
    },
    "sysmon.network_connection": _SYSMON
    | {
        "Image": r".+",
        "User": ACCOUNT,
        "Protocol": "tcp|udp",
        "Initiated": BOOLEAN,
        "SourceIsIpv6": BOOLEAN,
        "SourceIp": ADDRESS,
        "SourceHostname": r"-|[^ ]*",
        "SourcePort": DECIMAL,
        "SourcePortName": r"-|[a-z0-9-]*",
        "DestinationIsIpv6": BOOLEAN,
        "DestinationIp": ADDRESS,
        "DestinationHostname": r"-|[^ ]*",
        "DestinationPort": DECIMAL,
        "DestinationPortName": r"-|[a-z0-9-]*",
    },
    "sysmon.file_event": _SYSMON | {"Image": r".+", "TargetFilename": r".+", "CreationUtcTime": UTC, "User": ACCOUNT},
    "sysmon.dns_query": _SYSMON
    | {
        "QueryName": r".*",
        "QueryStatus": DECIMAL,
        "QueryResults": r"-|((type: {2}\d+ [^;]*|[0-9a-f.:]+);)+",
        "Image": r".+",
        "User": rf"-|{ACCOUNT}",
    },
    "security.process_creation": {
        "SubjectUserSid": SID,
        "SubjectUserName": r".+",
        "SubjectDomainName": r".+",
        "SubjectLogonId": HEX,
        "NewProcessId": HEX,
        "NewProcessName": r".+",
        "TokenElevationType": r"%%193[678]",
        "ProcessId": HEX,
        "CommandLine": ANY,
        "TargetUserSid": SID,
        "TargetUserName": r".+",
        "TargetDomainName": r".+",
        "TargetLogonId": HEX,
        "ParentProcessName": ANY,
        "MandatoryLabel": r"S-1-16-(4096|8192|8448|12288|16384)",
    },
    "dns_client.query": {
        "QueryName": r".+",
        "QueryType": DECIMAL,
        "QueryOptions": DECIMAL,
        "QueryStatus": DECIMAL,
        "QueryResults": r"((type: {2}\d+ [^;]*|[0-9a-f.:]+);)+",
    },
}
SOMETIMES_ABSENT = {
    "sysmon.process_creation": ("ParentUser", "OriginalFileName"),
    "sysmon.file_event": ("User",),
    "sysmon.dns_query": ("User",),
    "dns_client.query": ("QueryResults",),
    "security.process_creation": (
        "ProcessId",  # lost where a collector has a field of its own by that name
        "CommandLine",
        "ParentProcessName",
        "MandatoryLabel",
        *(f"Target{name}" for name in ("UserSid", "UserName", "DomainName", "LogonId")),
    ),
}
"""Fields that some real records lack."""

_ROWS = [
    {"host": host, "user": user, "time": NOON + 1_000_000 * (host + 5 * user)}
    for host in range(5)
    for user in (SYSTEM, NETWORK_SERVICE, ADMIN)
]


def check(table: str, fields: Mapping[str, Any]) -> None:
    """Every field of a record has its form, and none is missing that real records always have."""
    for name, form in FORMS[table].items():
        value = fields.get(name)
        if value is None:
            assert name in SOMETIMES_ABSENT.get(table, ()), f"{table} without {name}"
        else:
            assert re.fullmatch(form, str(value)), f"{table} {name}: {value!r}"


@pytest.mark.parametrize("table", FORMS)
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_what_is_rendered_has_the_forms_of_real_records(table: str, share: float) -> None:
    shares = ("parent_missing", "destination_hostname_missing", "port_name_missing", "sysmon_unknown_process_share")
    made = render({kind: actions(kind, *_ROWS) for kind in ACTIONS}, world(**dict.fromkeys(shares, share)), [table])
    assert made[table].height > 0
    for row in made[table].iter_rows(named=True):
        check(table, row)


SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def recorded() -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of real records by table, out of EVTX files, evtx_dump's JSON lines and flattened JSON lines."""
    for path in sorted((SHARED / "corpora" / "sigma" / "regression_data").rglob("*.evtx")):
        for record in PyEvtxParser(str(path)).records_json():
            yield from _fields(json.loads(record["data"])["Event"])
    for path in sorted((SHARED / "recordings" / "evtx_c2_tunnel").glob("*ysmon*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from _fields(json.loads(line)["Event"])
    for path in sorted((SHARED / "recordings" / "otrf_background").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if "EventID" in record and "NewProcessId" in record:
                    yield "security.process_creation", record
                elif record.get("EventID") == 22 and "UtcTime" in record and "ProcessId" in record:
                    yield "sysmon.dns_query", record
                elif record.get("event_id") == 3008:
                    yield "dns_client.query", record["event_data"]


def _fields(event: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    table = table_for_windows(event["System"]["Channel"], event["System"]["EventID"])
    if table in FORMS:
        yield table, event["EventData"]


@pytest.mark.corpus
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared recordings are not beside the checkout")
def test_real_records_have_these_forms() -> None:
    seen: dict[str, int] = defaultdict(int)
    odd: list[str] = []
    for table, fields in recorded():
        seen[table] += 1
        try:
            check(table, fields)
        except AssertionError as error:
            odd.append(str(error).splitlines()[0])
    assert seen.keys() == FORMS.keys()
    assert not odd, "\n".join(sorted(set(odd)))
