"""Rules of every kind on events as the usual tools really write them: importer, language and engine together."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from simulator.dataset import open_logs
from simulator.detect import detect
from simulator.languages import load_rules

SYSMON = "Microsoft-Windows-Sysmon/Operational"
POWERSHELL = "Microsoft-Windows-PowerShell/Operational"
DEFENDER = "Microsoft-Windows-Windows Defender/Operational"
MANY = 50
TIME = "2026-03-02T10:00:00.123456Z"

Event = dict[str, Any]


def dumped(channel: str, number: object, data: object, *, key: str = "EventData", **system: object) -> Event:
    """As evtx_dump writes it."""
    return {
        "Event": {
            "#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"},
            "System": {
                "Provider": {"#attributes": {"Name": "A provider"}},
                "EventID": number,
                "Level": 4,
                "Keywords": "0x8000000000000000",
                "TimeCreated": {"#attributes": {"SystemTime": TIME}},
                "EventRecordID": 7,
                "Channel": channel,
                "Computer": "WS-1.corp.example",
                **system,
            },
            key: data,
        }
    }


def nxlog(channel: str, number: object, **fields: object) -> Event:
    """As NXLog writes it: all at the top."""
    return {"EventTime": "2026-03-02 10:00:00", "Hostname": "WS-1", "EventID": number, "Channel": channel, **fields}


def beat(channel: str, number: object, data: object) -> Event:
    """As Winlogbeat writes it."""
    return {"@timestamp": TIME, "winlog": {"channel": channel, "event_id": str(number), "event_data": data}}


def old_beat(channel: str, number: object, data: object) -> Event:
    """As Winlogbeat wrote it up to version 6."""
    return {"@timestamp": TIME, "log_name": channel, "event_id": number, "event_data": data}


def process(**fields: object) -> Event:
    return dumped(SYSMON, 1, fields)


def security(number: int, **fields: object) -> Event:
    return dumped("Security", number, fields)


PROCESS = "category: process_creation, product: windows"
CONNECTION = "category: network_connection, product: windows"
HASHES = "SHA1=AA,MD5=BB,SHA256=CC,IMPHASH=F0A1"
CREATED = {"NewProcessName": "C:\\x\\a.exe", "CommandLine": "a  -x", "NewProcessId": "0x1f4", "ProcessId": "0x10"}

YES: list[tuple[str, str, Event]] = [
    # logsource, selection, an event that it must find
    (PROCESS, "Hashes|contains: 'IMPHASH=f0a1'", process(Hashes=HASHES)),
    (PROCESS, "Hashes|contains: ['MD5=ZZ', 'SHA256=cc']", process(Hashes=HASHES)),
    (PROCESS, r"Image|endswith: '\a.EXE'", security(4688, **CREATED)),
    (PROCESS, r"Image|endswith: '\a.EXE'", nxlog("security", 4688, **CREATED)),
    (PROCESS, "ProcessId: 500", security(4688, **CREATED)),
    (PROCESS, "ProcessId: '500'", process(ProcessId=500)),
    (PROCESS, "ParentProcessId: 16", security(4688, **CREATED)),
    (PROCESS, "OriginalFileName: null", security(4688, **CREATED)),
    (PROCESS, "ParentImage: null", process(Image="a.exe")),
    (PROCESS, "ParentImage|exists: false", process(Image="a.exe")),
    (PROCESS, "CommandLine: ''", process(CommandLine="")),
    (PROCESS, r"CommandLine|contains: '\\\\srv\\share'", process(CommandLine=r"copy \\srv\share")),
    (PROCESS, r"CommandLine: 'a\*b'", process(CommandLine="a*b")),
    (PROCESS, r"CommandLine|contains: '100%'", process(CommandLine="at 100%!")),
    (PROCESS, "CommandLine|contains: '%TEMP%'", process(CommandLine="cd %temp%")),
    (PROCESS, "CommandLine|contains|all: [' -a', ' -b']", process(CommandLine="x -B -A")),
    (PROCESS, "CommandLine|windash|contains: ' -f'", process(CommandLine="x /F")),
    (PROCESS, "CommandLine|windash|contains: ' -f'", process(CommandLine="x –f")),
    (PROCESS, "CommandLine|base64offset|contains: 'http://'", process(CommandLine="x aHR0cDovLw")),
    (PROCESS, "CommandLine|wide|base64offset|contains: 'IEX'", process(CommandLine="-e SQBFAFgA")),
    (PROCESS, "CommandLine|re: '(?i)FOO.{2,4}bar'", process(CommandLine="x fooabcBAR")),
    (PROCESS, "CommandLine|re|i: 'FOO.{2,4}bar'", process(CommandLine="x fooabcBAR")),
    (PROCESS, r"CommandLine|re: '\s{3,}'", process(CommandLine="a\r\n\tb")),
    (PROCESS, "CommandLine|re|s: 'a.b'", process(CommandLine="a\nb")),
    (PROCESS, "CommandLine|contains: 'b'", process(CommandLine="a\nb")),
    (PROCESS, "User|contains: ['AUTHORI', 'AUTORI']", process(User="NT AUTHORITY\\SYSTEM")),
    (PROCESS, "User|contains: 'AUTHORI'", security(4688, SubjectDomainName="NT AUTHORITY", SubjectUserName="SYSTEM")),
    (PROCESS, "IntegrityLevel: [High, System]", security(4688, MandatoryLabel="S-1-16-12288")),
    (PROCESS, "IntegrityLevel: [High, S-1-16-12288]", process(IntegrityLevel="High")),
    (PROCESS, "Image|fieldref: ParentImage", process(Image="C:\\A.exe", ParentImage="c:\\a.EXE")),
    (PROCESS, "TerminalSessionId|gte: 1", process(TerminalSessionId=1)),
    (CONNECTION, "Initiated: 'true'", dumped(SYSMON, 3, {"Initiated": True})),
    (CONNECTION, "Initiated: true", dumped(SYSMON, 3, {"Initiated": "true"})),
    (CONNECTION, "Initiated: 'true'", old_beat(SYSMON, 3, {"Initiated": "true"})),
    (CONNECTION, "Initiated: 'true'", nxlog(SYSMON, 3, Initiated="true")),
    (CONNECTION, "DestinationPort: 443", dumped(SYSMON, 3, {"DestinationPort": 443})),
    (CONNECTION, "DestinationPort: '443'", beat(SYSMON, 3, {"DestinationPort": "443"})),
    (CONNECTION, "DestinationIp|cidr: ['10.0.0.0/8', '::1/128']", dumped(SYSMON, 3, {"DestinationIp": "10.2.3.4"})),
    (CONNECTION, "DestinationIp|cidr: '::1/128'", dumped(SYSMON, 3, {"DestinationIp": "0:0:0:0:0:0:0:1"})),
    (CONNECTION, "DestinationIp|cidr: '10.0.0.0/8'", dumped(SYSMON, 3, {"DestinationIp": "::ffff:10.2.3.4"})),
    ("product: windows, service: sysmon", "EventID: '1'", process(Image="a")),
    ("product: windows, service: sysmon", "EventID: 255", dumped(SYSMON, "255", {"ID": "x"})),
    ("product: windows, service: sysmon", "EventID: 16", dumped(SYSMON, {"#text": 16}, {"State": "x"})),
    ("category: sysmon_status, product: windows", "State: Stopped", dumped(SYSMON, 4, {"State": "Stopped"})),
    ("category: pipe_created, product: windows", r"PipeName: '\x'", dumped(SYSMON, 17, {"PipeName": "\\x"})),
    ("category: pipe_created, product: windows", r"PipeName: '\x'", dumped(SYSMON, 18, {"PipeName": "\\x"})),
    ("category: file_event, product: windows", "ParentImage: a", dumped(SYSMON, 11, {"ParentImage": "A"})),
    ("category: file_event, product: windows", "ParentImage: a", nxlog(SYSMON, 11, ParentImage="A")),
    (PROCESS, "OriginalFileName: a.exe", security(4688, OriginalFileName="A.exe", **CREATED)),
    ("category: file_delete, product: windows", "TargetFilename: x", dumped(SYSMON, 26, {"TargetFilename": "X"})),
    ("category: registry_set, product: windows", "Details: DWORD (0x00000001)", dumped(SYSMON, 13, {
        "TargetObject": "HKLM\\x", "Details": "DWORD (0x00000001)"})),
    ("category: registry_event, product: windows", "EventType: DeleteKey", dumped(SYSMON, 12, {
        "EventType": "DeleteKey"})),
    ("category: create_stream_hash, product: windows", "Hash|contains: IMPHASH=0A", dumped(SYSMON, 15, {
        "Hash": "MD5=1,IMPHASH=0a"})),
    ("product: windows, service: security", "AccessMask: '0x10'", security(4663, AccessMask="0x10")),
    ("product: windows, service: security", "LogonType: 3", security(4624, LogonType=3)),
    ("product: windows, service: security", "Keywords: '0x8020000000000000'",
        dumped("Security", 4625, {}, Keywords="0x8020000000000000")),
    ("product: windows, service: security", "Provider_Name: 'a provider'", security(4624)),
    ("product: windows, service: security", "PrivilegeList|contains: SeDebugPrivilege",
        security(4672, PrivilegeList="SeTcbPrivilege\n\t\t\tSeDebugPrivilege")),
    ("product: windows, service: system", "Level: 4", dumped("System", 7045, {})),
    ("product: windows, service: application", "Level: Error", dumped("Application", 1, {}, Level=2)),
    ("product: windows, service: application", "Level: Error", nxlog("Application", 1, Level="ERROR")),
    ("product: windows, service: application", "Provider_Name: MSI, Level: Error", {
        "@timestamp": TIME, "log": {"level": "error"},
        "winlog": {"channel": "Application", "event_id": "11", "provider_name": "MSI"}}),
    ("product: windows, service: application", "Data|contains: 'xp_cmdshell'",
        dumped("Application", 15457, {"Data": {"#text": ["xp_cmdshell", "0", "1"]}, "Binary": "00"})),
    ("product: windows, service: application", "Data|contains|all: ['xp_cmd', 'AUDIT']",
        dumped("Application", 33205, {"Data": {"#text": "audit_schema\nAUDIT xp_cmdshell"}})),
    ("product: windows, service: application", "Data|contains: ntds.dit",
        dumped("Application", 325, {"Data": ["NTDS", "2,D", "C:\\temp\\ntds.dit"]})),
    ("product: windows, service: application", "Data|contains: ntds.dit",
        dumped("Application", 325, ["NTDS", "C:\\temp\\ntds.dit"])),
    ("product: windows, service: application", "Data|contains: two",
        dumped("Application", 1, {"Data": [{"#text": "one"}, {"#text": "two"}]})),
    ("product: windows, service: application", "Message: two",
        dumped("Application", 1, {"Data": [{"#attributes": {"Name": "Message"}, "#text": "two"}]})),
    ("product: windows, service: system", "Channel: 'Windows PowerShell'",
        dumped("System", 104, {"LogFileCleared": {"Channel": "Windows PowerShell"}}, key="UserData")),
    ("product: windows, service: taskscheduler", r"Path|contains: '\Temp\'", dumped(
        "Microsoft-Windows-TaskScheduler/Operational", 129, {"Path": "C:\\Temp\\x.exe"})),
    ("product: windows, service: wmi", "PossibleCause|contains: ActiveScript", dumped(
        "Microsoft-Windows-WMI-Activity/Operational", 5861,
        {"Operation_ESStoConsumerBinding": {"#attributes": {"xmlns": "u"}, "PossibleCause": "an ActiveScript"}},
        key="UserData")),
    ("product: windows, service: applocker", "FullFilePath|endswith: '.exe'", dumped(
        "Microsoft-Windows-AppLocker/EXE and DLL", 8004,
        {"RuleAndFileData": {"PolicyName": "EXE", "FullFilePath": "C:\\x.exe"}}, key="UserData")),
    ("product: windows, service: windefend", "'Threat Name|contains': Mimi", dumped(
        DEFENDER, 1116, {"Product Name": "Defender", "Threat Name": "HackTool:Mimikatz"})),
    ("product: windows, service: windefend", "'Threat Name|contains': Mimi", beat(
        DEFENDER, 1116, {"Threat Name": "HackTool:Mimikatz"})),
    ("product: windows, service: windefend", "NewValue|contains: 'Real-Time'", nxlog(
        DEFENDER, 5007, NewValue="HKLM\\Real-Time Protection")),
    ("category: ps_script, product: windows", "ScriptBlockText|contains: iex", dumped(
        POWERSHELL, 4104, {"ScriptBlockText": "IEX $x"})),
    ("category: ps_script, product: windows", "ScriptBlockText|contains: iex", dumped(
        "PowerShellCore/Operational", 4104, {"ScriptBlockText": "IEX $x"})),
    ("product: windows, service: powershell", "ScriptBlockText|contains: iex", dumped(
        POWERSHELL, 4104, {"ScriptBlockText": "IEX $x"})),
    ("category: ps_module, product: windows", "Payload|contains: iex", dumped(POWERSHELL, 4103, {"Payload": "IEX $x"})),
    ("category: ps_classic_start, product: windows", "Data|contains: HostVersion=2", dumped(
        "Windows PowerShell", 400, {"Data": ["Available", "None", "\tHostVersion=2.0\r\n"]})),
    ("category: ps_classic_provider_start, product: windows", "Data|contains: Wsman", dumped(
        "Windows PowerShell", 600, {"Data": {"#text": ["WSMan", "Started", "x"]}})),
    ("category: antivirus", "Signature|contains: Mimi", dumped(DEFENDER, 1116, {"Threat Name": "HackTool:Mimikatz"})),
    ("category: file_access, product: windows", r"FileName|endswith: '\Login Data'", dumped(
        "Microsoft-Windows-Kernel-File/Analytic", 12, {"FileName": "\\Device\\x\\Login Data"})),
    ("product: windows, service: dns-server", "EventID: 150", dumped("DNS Server", 150, {"param1": "x.dll"})),
    ("product: windows", "Image: a.exe", dumped("Anything/At all", 5, {"Image": "A.EXE"})),
    ("product: windows, service: ntlm", "WorkstationName|contains: $", dumped(
        "Microsoft-Windows-NTLM/Operational", 8004, {"WorkstationName": "WS$"})),
    ("product: linux, category: process_creation", "Image|endswith: /curl", dumped(
        "Linux-Sysmon/Operational", 1, {"Image": "/usr/bin/curl"})),
    ("product: linux, category: network_connection", "Initiated: 'true'", dumped(
        "Linux-Sysmon/Operational", 3, {"Initiated": "true"})),
    ("category: proxy", "c-uri|contains: '/upload?'", {"c-uri": "https://a.example/Upload?x", "cs-method": "PUT"}),
    ("category: proxy", "cs-uri|contains: '/oauth'", {"c-uri": "x", "cs-uri": "/oauth"}),
    ("category: proxy", "cs-bytes|gt: 1000", {"c-uri": "https://a.example/", "cs-bytes": 1001}),
    ("category: proxy", "sc-status: 200", {"c-uri": "https://a.example/", "sc-status": "200"}),
    ("category: webserver", "sc-status: 404", {"cs-uri-stem": "/x", "sc-status": 404}),
    ("product: aws, service: cloudtrail", "requestParameters.attribute: launchPermission, eventName: ModifyImage", {
        "eventSource": "ec2.amazonaws.com", "eventName": "ModifyImage",
        "requestParameters": {"attribute": "launchPermission"}}),
    ("product: aws, service: cloudtrail", "additionalEventData.MFAUsed: 'No', userIdentity.type: Root", {
        "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "userIdentity": {"type": "Root"},
        "additionalEventData": {"MFAUsed": "No"}}),
]  # fmt: skip

NO: list[tuple[str, str, Event]] = [
    # logsource, selection, an event that it must leave alone
    (PROCESS, r"Image|endswith: '\a.exe'", dumped(SYSMON, 5, {"Image": "C:\\a.exe"})),
    (PROCESS, "Image: a", process(Image=None)),
    (PROCESS, "CommandLine: null", process(CommandLine="")),
    (PROCESS, "CommandLine: ''", process(Image="a")),
    (PROCESS, "CommandLine|re: 'FOO'", process(CommandLine="foo")),
    (PROCESS, "CommandLine|contains|cased: 'FOO'", process(CommandLine="foo")),
    (PROCESS, r"CommandLine: 'a\*b'", process(CommandLine="axb")),
    (PROCESS, "CommandLine|contains: 'a_c'", process(CommandLine="abc")),
    (PROCESS, "CommandLine|contains: 'a%c'", process(CommandLine="abc")),
    (PROCESS, "CommandLine|contains: 'a.c'", process(CommandLine="abc")),
    (PROCESS, "Image|fieldref: ParentImage", process(CommandLine="neither")),
    (PROCESS, "OriginalFileName: a.exe", security(4688, OriginalFileName="-", **CREATED)),
    ("category: registry_set, product: windows", "Details: x", dumped(SYSMON, 12, {"Details": "x"})),
    ("category: pipe_connected, product: windows", r"PipeName: '\x'", dumped(SYSMON, 17, {"PipeName": "\\x"})),
    ("product: windows, service: security", "EventID: 462", security(4624)),
    (
        "product: windows, service: system",
        "Channel: 'Windows PowerShell'",
        dumped("System", 104, {"Channel": "System"}),
    ),
    (CONNECTION, "DestinationIp|cidr: '10.0.0.0/8'", dumped(SYSMON, 3, {"DestinationIp": "-"})),
    (CONNECTION, "DestinationPort|lt: 1024", dumped(SYSMON, 3, {"DestinationPort": "-"})),
]

APPLICATION = "product: windows, service: application"
SECURITY = "product: windows, service: security"
KEYWORDS: list[tuple[str, str, Event, bool]] = [
    (APPLICATION, "[Mimikatz, zzz]", dumped("Application", 1, {"Data": ["a MIMIKATZ b"]}), True),
    (APPLICATION, "[Mimikatz, zzz]", dumped("Application", 1, {"Mimikatz": "is a key"}), False),
    (SECURITY, "{'|all': [one, two]}", security(1, A="One", B="tWo"), True),
    (SECURITY, "{'|all': [one, two]}", security(1, A="One"), False),
    (SECURITY, "[4711]", security(1, A=4711), True),
    (SECURITY, "['a*b']", security(1, A="xaxxbx"), True),
    (SECURITY, "{'|re': 'a[0-9]b'}", security(1, A="xa7bx"), True),
    (SECURITY, "[nested]", dumped("Security", 1102, {"L": {"A": "it is nested"}}, key="UserData"), True),
]  # fmt: skip


def fires(folder: Path, logsource: str, detection: str, event: Event) -> bool:
    """Whether a rule finds an event, read alone from gzip and among many in JSON lines: two ways of reading."""
    (folder / "rule.yml").write_text(
        f"title: A\nid: 7e1f8a52-5d3b-4c59-8e6c-0c8b6d2d0a11\nlogsource: {{{logsource}}}\ndetection:\n"
        f"  sel: {detection}\n  condition: sel\n",
        encoding="utf-8",
    )
    rules = load_rules([folder / "rule.yml"])
    assert not [problem for problem in rules.problems if not problem.warning], rules.problems
    line = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    found = []
    for log, data in (("alone.jsonl.gz", gzip.compress(line)), ("many.jsonl", line * MANY)):
        (folder / log).write_bytes(data)
        alerts = detect(rules, open_logs([folder / log]), workers=1)
        assert not alerts.failures
        assert not alerts.reading.rejected, alerts.reading.examples
        found.append(alerts.table.num_rows)
    assert found in ([0, 0], [1, MANY])
    return found[0] == 1


@pytest.mark.parametrize(("logsource", "selection", "event"), YES)
def test_finds(tmp_path: Path, logsource: str, selection: str, event: Event) -> None:
    assert fires(tmp_path, logsource, f"{{{selection}}}", event)


@pytest.mark.parametrize(("logsource", "selection", "event"), NO)
def test_leaves_alone(tmp_path: Path, logsource: str, selection: str, event: Event) -> None:
    assert not fires(tmp_path, logsource, f"{{{selection}}}", event)


@pytest.mark.parametrize(("logsource", "keywords", "event", "expected"), KEYWORDS)
def test_keywords(tmp_path: Path, logsource: str, keywords: str, event: Event, expected: bool) -> None:
    assert fires(tmp_path, logsource, keywords, event) is expected
