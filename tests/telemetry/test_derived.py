"""Tables that hold the events of other logs: Splunk's, the CIM's and Sentinel's, of simulated and of real records."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from simulator.tables import TABLES
from simulator.telemetry import render
from simulator.telemetry.derived import Fields, derive
from simulator.telemetry.translate import TRANSLATIONS
from tests.telemetry.worlds import NOON, actions, world

SPLUNK = "splunk.XmlWinEventLog"


def events(table: str, kind: str, *rows: dict[str, Any], **parameters: Any) -> list[dict[str, Any]]:
    frame = render({kind: actions(kind, *rows)}, world(**parameters), [table])[table]
    return [{key: value for key, value in row.items() if value is not None} for row in frame.to_dicts()]


def test_splunk_has_the_fields_of_the_xml_as_text_and_those_of_the_add_on() -> None:
    sysmon, security = sorted(events(SPLUNK, "process_start", parent_missing=0), key=lambda row: int(row["EventCode"]))
    assert sysmon["source"] == "XmlWinEventLog:Microsoft-Windows-Sysmon/Operational"
    assert sysmon["sourcetype"] == security["sourcetype"] == "XmlWinEventLog"
    assert (sysmon["EventCode"], sysmon["EventID"], security["EventCode"]) == ("1", "1", "4688")
    assert sysmon["process"] == sysmon["CommandLine"] == security["CommandLine"]
    assert (sysmon["process_name"], sysmon["parent_process_name"]) == ("rclone.exe", "explorer.exe")
    assert sysmon["dest"] == sysmon["Computer"] == sysmon["host"] == "WS-0001.meridian.example"
    assert (sysmon["user"], sysmon["User"]) == ("alice.frost", r"MERIDIAN\alice.frost")
    assert sysmon["process_id"] == sysmon["ProcessId"] == str(int(security["NewProcessId"], 16))
    assert security["source"] == "XmlWinEventLog:Security"
    assert sysmon["_event_id"] != security["_event_id"]


def test_processes_of_sysmon_and_of_the_security_log() -> None:
    sysmon, security = events("cim.Endpoint.Processes", "process_start", parent_missing=0)
    assert (sysmon["vendor_product"], security["vendor_product"]) == ("Microsoft Sysmon", "Microsoft Windows")
    assert sysmon["process_id"] == security["process_id"] == 8920
    assert sysmon["parent_process_id"] == security["parent_process_id"] == 5908
    assert sysmon["process"] == security["process"] == r'"C:\Tools\rclone.exe" copy C:\Finance mega:in'
    assert (sysmon["original_file_name"], security["original_file_name"]) == ("rclone.exe", "unknown")
    assert (sysmon["parent_process"], security["parent_process"]) == (
        r"C:\Windows\Explorer.EXE",
        r"C:\Windows\explorer.exe",
    )


def test_missing_texts_are_unknown() -> None:
    (sysmon, _) = events("cim.Endpoint.Processes", "process_start", {"software": None}, parent_missing=1)
    assert {sysmon[name] for name in ("parent_process", "parent_process_name", "original_file_name")} == {"unknown"}


def test_traffic_of_sysmon_has_no_bytes() -> None:
    (event,) = events("cim.Network_Traffic.All_Traffic", "connection", destination_hostname_missing=1)
    assert not any("bytes" in name for name in event)
    assert {name: event[name] for name in ("dest", "dest_ip", "dest_port", "src_port", "transport", "direction")} == {
        "dest": "66.203.125.11",
        "dest_ip": "66.203.125.11",
        "dest_port": 443,
        "src_port": 50123,
        "transport": "tcp",
        "direction": "outbound",
    }


def test_files_and_names() -> None:
    (file,) = events("cim.Endpoint.Filesystem", "write")
    assert (file["file_name"], file["file_path"], file["action"]) == ("rclone.conf", r"C:\Tools\rclone.conf", "created")
    assert file["file_create_time"] == dt.datetime.fromtimestamp(NOON // 1000 / 1e3, dt.UTC)
    (name,) = events("cim.Network_Resolution.DNS", "lookup", sysmon_unknown_process_share=0)
    assert (name["query"], name["answer"], name["answer_count"]) == (
        "g.api.mega.co.nz",
        "lu.api.mega.co.nz 66.203.125.11",
        2,
    )
    assert (name["reply_code"], name["reply_code_id"], name["record_type"]) == ("NoError", 0, "unknown")


@pytest.mark.parametrize("convention", ["sigma", "w3c"])
def test_bytes_of_the_proxy_are_the_clients_whatever_its_log_calls_them(convention: str) -> None:
    (web,) = events("cim.Web.Web", "request", proxy_bytes_convention=convention)
    assert (web["bytes_out"], web["bytes_in"], web["bytes"]) == (20_000, 600, 20_600)
    assert (web["url_domain"], web["http_method"], web["dest_port"]) == ("api.telegram.org", "POST", 443)
    (cef,) = events("sentinel.CommonSecurityLog", "request", proxy_bytes_convention=convention)
    assert (cef["SentBytes"], cef["ReceivedBytes"]) == (20_000, 600)
    assert (cef["RequestURL"], cef["DestinationPort"]) == (web["url"], 443)


def test_the_security_log_in_sentinel() -> None:
    (event,) = events("sentinel.SecurityEvent", "process_start")
    assert (event["EventID"], event["Account"], event["Process"]) == (4688, r"MERIDIAN\alice.frost", "rclone.exe")
    assert (event["NewProcessId"], event["TargetAccount"]) == (hex(8920), r"-\-")


def test_a_look_up_in_sentinel_is_one_event() -> None:
    (event,) = events("sentinel.DnsEvents", "lookup", dns_client_pair_share=1, dns_client_results_missing=0)
    assert (event["Name"], event["ResultCode"], event["IPAddresses"]) == ("g.api.mega.co.nz", 0, "66.203.125.11")


@pytest.mark.parametrize("derivation", TRANSLATIONS, ids=lambda one: f"{one.table}-{one.log}")
def test_a_real_log_may_have_any_columns_and_its_ids_stay(derivation: Any) -> None:
    log = pl.DataFrame(
        {"_event_id": [7, 8], "_time": [0, 1], "_host": ["H", "H"], "_user": ["u", None]}
        | {"_file": ["a.evtx", "a.evtx"], "_record": [3, 4]},
        schema_overrides={"_time": pl.Datetime("us", "UTC")},
    )
    made = derive(derivation, log, keep_ids=True)
    assert made.height in (0, 2)
    assert {"_event_id", "_file", "_record"} <= set(made.columns)
    assert set(made.columns) - {*log.columns} <= TABLES[derivation.table].names


@pytest.mark.parametrize(("text", "number"), [("0x1794", 6036), ("6036", 6036), ("-", None), (None, None)])
def test_numbers_are_decimal_or_hexadecimal(text: str | None, number: int | None) -> None:
    frame = pl.DataFrame({"n": [text]}, schema={"n": pl.String})
    assert frame.select(Fields(frozenset(["n"])).number("n")).item() == number
