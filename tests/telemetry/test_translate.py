"""Real logs read as vendors' tables: what each record becomes, who did it, and that no record counts twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from simulator.dataset import open_source
from simulator.detect import detect
from simulator.languages import load_rules
from simulator.simulate import simulate
from simulator.tables import TABLES, Batch, Demand, PassedOver
from simulator.telemetry.translate import TRANSLATIONS, TranslatedPart, made_for, translated

RCLONE = "10DA3E43-D935-63F8-B200-000000000900"
SHELL = "10DA3E43-D8D2-63F8-9B00-000000000900"
SYSMON = "Microsoft-Windows-Sysmon/Operational"


def record(number: int, event: int, data: dict[str, Any], channel: str = SYSMON) -> dict[str, Any]:
    """A Windows event as evtx_dump writes it."""
    return {
        "Event": {
            "System": {
                "Provider": {"#attributes": {"Name": channel.split("/")[0]}},
                "EventID": event,
                "TimeCreated": {"#attributes": {"SystemTime": f"2026-03-02T10:00:{number:02d}.000000Z"}},
                "EventRecordID": number,
                "Execution": {"#attributes": {"ProcessID": 4288, "ThreadID": 5172}},
                "Channel": channel,
                "Computer": "WS-1.corp.example",
                "Security": {"#attributes": {"UserID": "S-1-5-18"}},
            },
            "EventData": data,
        }
    }


def doer(**more: Any) -> dict[str, Any]:
    image = r"C:\T\rclone.exe"
    return {"ProcessGuid": RCLONE, "ProcessId": 5116, "Image": image, "User": r"CORP\Ann", **more}


START = record(
    1,
    1,
    doer(
        UtcTime="2026-03-02 10:00:01.000",
        OriginalFileName="rclone.exe",
        CommandLine="rclone  copy a b:",
        IntegrityLevel="Medium",
        Hashes="MD5=AA,SHA256=BB",
        ParentProcessGuid=SHELL,
        ParentProcessId=5888,
        ParentImage=r"C:\Windows\System32\cmd.exe",
        ParentCommandLine="cmd",
    ),
)
CONNECTION = record(
    2,
    3,
    doer(
        Protocol="tcp",
        Initiated=True,
        SourceIp="10.0.0.1",
        SourcePort=50000,
        DestinationIp="66.203.125.11",
        DestinationHostname="-",
        DestinationPort=443,
        DestinationIsIpv6=False,
    ),
)
SET_VALUE = {"EventType": "SetValue", "TargetObject": r"HKLM\Software\Run\go", "Details": "DWORD (0x00000001)"}


def source(folder: Path, *records: dict[str, Any]) -> Any:
    path = folder / "log.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return translated(open_source(path))


def rows(given: Any, table: str, *columns: str) -> list[dict[str, Any]]:
    found = [pl.from_arrow(batch) for batch in given.scan(table, columns or tuple(TABLES[table].names))]
    frames = [frame for frame in found if isinstance(frame, pl.DataFrame)]
    return [
        {key: value for key, value in row.items() if value is not None} for frame in frames for row in frame.to_dicts()
    ]


@pytest.mark.parametrize(
    ("given", "table", "expected"),
    [
        (
            START,
            "defender.DeviceProcessEvents",
            {"ProcessId": 5116, "FileName": "rclone.exe", "SHA256": "bb", "AccountName": "ann"}
            | {"InitiatingProcessFileName": "cmd.exe", "InitiatingProcessFolderPath": r"c:\windows\system32\cmd.exe"},
        ),
        (
            CONNECTION,
            "defender.DeviceNetworkEvents",
            {"RemoteIP": "66.203.125.11", "RemotePort": 443, "RemoteIPType": "Public", "LocalIPType": "Private"}
            | {"ActionType": "ConnectionSuccess", "InitiatingProcessFileName": "rclone.exe"},
        ),
        (
            record(3, 13, doer(**SET_VALUE)),
            "defender.DeviceRegistryEvents",
            {"ActionType": "RegistryValueSet", "RegistryKey": r"HKEY_LOCAL_MACHINE\Software\Run"}
            | {"RegistryValueName": "go", "RegistryValueData": "0x00000001"},
        ),
        (
            record(4, 22, doer(QueryName="mega.nz", QueryStatus="0", QueryResults="type:  5 x.y;::ffff:1.2.3.4;")),
            "elastic.endpoint.events.network",
            {"dns.question.name": "mega.nz", "dns.resolved_ip": ["1.2.3.4"], "event.action": "lookup_result"},
        ),
        (
            START,
            "elastic.endpoint.events.process",
            {"process.args": ["rclone", "copy", "a", "b:"], "process.pid": 5116, "event.type": ["start"]},
        ),
        (START, "elastic.winlogbeat", {"event.code": "1", "process.name": "rclone.exe"}),
        (
            record(5, 4624, {"TargetUserName": "bob", "TargetDomainName": "CORP", "LogonType": 3}, "Security"),
            "sentinel.SecurityEvent",
            {"EventID": 4624, "TargetAccount": r"CORP\bob", "LogonType": 3},
        ),
        (
            record(6, 4624, {"TargetUserName": "bob", "LogonType": 3}, "Security"),
            "splunk.XmlWinEventLog",
            {"EventCode": "4624", "source": "XmlWinEventLog:Security", "TargetUserName": "bob", "LogonType": "3"},
        ),
        (
            record(7, 4688, {"NewProcessId": "0x1794", "NewProcessName": r"C:\a.exe"}, "Security"),
            "cim.Endpoint.Processes",
            {"process_id": 6036, "process_name": "a.exe", "vendor_product": "Microsoft Windows"},
        ),
        (
            record(5, 4625, {"TargetUserName": "Bob", "LogonType": 10, "IpAddress": "10.9.9.9"}, "Security"),
            "defender.DeviceLogonEvents",
            {"ActionType": "LogonFailed", "AccountName": "bob", "LogonType": "RemoteInteractive"}
            | {"RemoteIP": "10.9.9.9", "RemoteIPType": "Private"},
        ),
        (
            record(5, 4624, {"TargetUserName": "bob", "WorkstationName": "-", "IpAddress": "-"}, "Security"),
            "cim.Authentication.Authentication",
            {"action": "success", "user": "bob", "src": "WS-1.corp.example", "signature_id": "4624"},
        ),
        (
            record(3, 13, doer(**SET_VALUE)),
            "cim.Endpoint.Registry",
            {"registry_path": r"HKLM\Software\Run\go", "registry_value_name": "go", "process_id": 5116}
            | {"registry_value_data": "0x00000001", "registry_value_type": "REG_DWORD", "action": "modified"},
        ),
        (
            record(8, 7, doer(ImageLoaded=r"C:\T\x.dll", Signed="false", SignatureStatus="Unavailable")),
            "elastic.endpoint.events.library",
            {"dll.name": "x.dll", "dll.code_signature.exists": False},
        ),
    ],
)
def test_what_a_record_becomes(tmp_path: Path, given: dict[str, Any], table: str, expected: dict[str, Any]) -> None:
    (event,) = rows(source(tmp_path, given), table)
    assert {name: event.get(name) for name in expected} == expected
    assert event["_record"] == 1
    assert event["_file"].endswith("log.jsonl")


@pytest.mark.parametrize("order", [(START, CONNECTION), (CONNECTION, START)])
def test_a_connection_knows_its_process_once_its_start_is_in_the_log(
    tmp_path: Path, order: tuple[dict[str, Any], ...]
) -> None:
    (event,) = rows(source(tmp_path, *order), "defender.DeviceNetworkEvents")
    told = {
        name: event[f"InitiatingProcess{name}"]
        for name in ("CommandLine", "SHA256", "ParentFileName", "ParentId", "VersionInfoOriginalFileName")
    }
    assert told == {
        "CommandLine": "rclone  copy a b:",
        "SHA256": "bb",
        "ParentFileName": "cmd.exe",
        "ParentId": 5888,
        "VersionInfoOriginalFileName": "rclone.exe",
    }


def test_in_a_stream_the_starts_are_in_files_of_their_own(tmp_path: Path) -> None:
    stream = simulate(out=tmp_path / "stream", hosts=5, days=1, workers=1)
    found = rows(
        translated(stream), "defender.DeviceNetworkEvents", "InitiatingProcessCommandLine", "InitiatingProcessFileName"
    )
    known = [row for row in found if row.get("InitiatingProcessCommandLine")]
    assert len(known) > len(found) / 2
    alike = rows(translated(stream), "defender.DeviceFileEvents", "InitiatingProcessParentFileName", "FileName")
    assert any(row.get("InitiatingProcessParentFileName") for row in alike)


def test_the_remote_end_of_an_inbound_connection_is_its_source(tmp_path: Path) -> None:
    inbound = record(1, 3, doer(Initiated=False, SourceIp="10.9.9.9", DestinationIp="10.0.0.1", DestinationPort=22))
    (event,) = rows(source(tmp_path, inbound), "defender.DeviceNetworkEvents")
    assert (event["ActionType"], event["RemoteIP"], event["LocalPort"]) == ("InboundConnectionAccepted", "10.9.9.9", 22)


def test_only_what_is_wanted_is_made_and_given(tmp_path: Path) -> None:
    (part,) = source(tmp_path, START, CONNECTION).parts()
    demand = Demand({"defender.DeviceProcessEvents": frozenset(["FileName"]), "sysmon.network_connection": frozenset()})
    batches = {item.table: item for item in part.read(demand) if isinstance(item, Batch)}
    assert {table: batch.copy for table, batch in batches.items()} == {
        "defender.DeviceProcessEvents": True,
        "sysmon.network_connection": False,
    }
    names = batches["defender.DeviceProcessEvents"].rows.schema.names
    assert set(names) == {"_event_id", "_time", "_host", "_user", "_file", "_record", "FileName"}


def test_a_record_that_a_rule_reads_by_two_names_is_one_alert(tmp_path: Path) -> None:
    rule = tmp_path / "rule.kql"
    rule.write_text("union DeviceEvents, DeviceProcessEvents | where FileName == 'rclone.exe'", encoding="utf-8")
    eql = tmp_path / "rule.toml"
    eql.write_text(
        '[rule]\nname = "r"\ntype = "eql"\nlanguage = "eql"\nrule_id = "00000000-0000-4000-8000-000000000001"\n'
        'index = ["logs-endpoint.events.process-*", "winlogbeat-*", "logs-windows.sysmon_operational-*"]\n'
        "query = 'process where process.name == \"rclone.exe\"'\n",
        encoding="utf-8",
    )
    ruleset = load_rules([rule, eql])
    alerts = detect(ruleset, source(tmp_path, START, CONNECTION))
    assert not alerts.failures
    assert sorted(alerts.table["rule"].to_pylist()) == sorted(rule.id for rule in ruleset.rules)
    assert "elastic.endpoint.events.process" in alerts.reading.copies, "or a rule that read them is told to lack events"
    assert alerts.reading.total == 2, "a record counts once, however many tables it is read as"


def test_what_reads_every_table_reads_the_records_themselves(tmp_path: Path) -> None:
    (part,) = source(tmp_path, START).parts()
    demand = Demand({"*": frozenset(["Image"]), "defender.DeviceProcessEvents": frozenset(["FileName"])})
    assert demand.of("defender.DeviceProcessEvents", copy=True) == {"FileName"}
    tables = [item.table for item in part.read(demand) if isinstance(item, Batch)]
    assert tables == ["sysmon.process_creation", "defender.DeviceProcessEvents"]


def test_a_source_that_has_a_vendors_tables_itself_is_left_alone(tmp_path: Path) -> None:
    (part,) = open_source(_written(tmp_path)).parts()
    demand = Demand({"defender.DeviceProcessEvents": frozenset(["FileName"])})
    assert [item for item in TranslatedPart(part, frozenset()).read(demand) if isinstance(item, Batch)]
    assert not [item for item in TranslatedPart(part, frozenset(["defender"])).read(demand) if isinstance(item, Batch)]


def _written(folder: Path) -> Path:
    path = folder / "log.jsonl"
    path.write_text(json.dumps(START) + "\n", encoding="utf-8")
    return path


def test_every_translation_makes_columns_that_its_table_has(tmp_path: Path) -> None:
    given = source(tmp_path, START, CONNECTION)
    (part,) = given.parts()
    demand = Demand({table: TABLES[table].names for table in made_for(["*"])})
    for item in part.read(demand):
        if isinstance(item, PassedOver):
            continue
        assert isinstance(item, Batch)
        assert item.rows.schema.field("_time").type.tz == "UTC"
    assert {one.table for one in TRANSLATIONS} <= TABLES.keys()
