# ruff: noqa: E501 - the shapes of events read better with several fields to a line
"""Mixed Windows events as JSON lines in evtx_dump's shape, with the cardinalities of real logs: few programs, many
distinct command lines, paths and names. Written from a seed, so that two runs measure the same lines."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

_PROGRAMS = [
    f"C:\\{folder}\\{name}.exe"
    for folder, names in {
        "Windows\\System32": "svchost conhost cmd RuntimeBroker taskhostw dllhost WmiPrvSE backgroundTaskHost "
        "SearchProtocolHost SearchFilterHost sc net net1 whoami ipconfig schtasks reg rundll32 wevtutil tasklist "
        "msiexec consent smartscreen audiodg LogonUI sihost ctfmon gpupdate certutil bitsadmin wbem\\WMIC lsass services",
        "Windows\\System32\\WindowsPowerShell\\v1.0": "powershell powershell_ise",
        "Program Files\\Google\\Chrome\\Application": "chrome",
        "Program Files (x86)\\Microsoft\\Edge\\Application": "msedge msedgewebview2",
        "Program Files\\Microsoft Office\\root\\Office16": "WINWORD EXCEL OUTLOOK ONENOTE",
        "Program Files\\Microsoft VS Code": "Code",
        "Program Files\\Git\\cmd": "git",
        "Program Files\\Git\\usr\\bin": "bash ssh sed grep",
        "Program Files\\Python311": "python",
        "Windows": "explorer",
        "ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.23110.3-0": "MsMpEng MpCmdRun NisSrv",
        "Users\\{user}\\AppData\\Local\\Microsoft\\Teams\\current": "Teams",
        "Users\\{user}\\AppData\\Local\\Microsoft\\OneDrive": "OneDrive",
        "Program Files\\VMware\\VMware Tools": "vmtoolsd",
    }.items()
    for name in names.split()
]
_WEIGHTS = [1 / (1 + rank) ** 0.7 for rank in range(len(_PROGRAMS))]
_COMMANDS = (
    '"{image}" --type=renderer --lang=en-US --field-trial-handle={n},i,{n2},{n3},262144 --variations-seed-version '
    "--mojo-platform-channel-handle={n} /prefetch:1",
    "{image} -k netsvcs -p -s Schedule",
    "{image} 0xffffffff -ForceV1",
    '"{image}" /c "dir C:\\Users\\{user}\\Documents\\{word}\\{word2} & type {word}.txt"',
    "{image} -NoProfile -ExecutionPolicy Bypass -File C:\\Scripts\\{word}\\Get-{word2}.ps1 -Computer {host} -Id {n}",
    "{image} -Embedding",
    '{image} Global\\UsGthrFltPipeMssGthrPipe{n}_ Global\\UsGthrCtrlFltPipeMssGthrPipe{n} 1 -{n2} "Software"',
    "{image} query {word}_{n}",
    '"{image}" clone https://git.corp.example/{word}/{word2}.git --depth 1 C:\\src\\{word2}-{n}',
    "{image} -m {word}.{word2} --input D:\\data\\{word}\\{n}.parquet --out D:\\data\\out\\{word2}_{n2}.csv",
    '"{image}" "C:\\Users\\{user}\\Downloads\\{word} {word2} {n}.docx" /o ""',
    "{image} user {user} /domain",
)
_WORDS = [
    "report", "budget", "invoice", "meeting", "project", "quarter", "sales", "plan", "draft", "final", "notes",
    "backup", "archive", "client", "contract", "travel", "expense", "payroll", "review", "team", "design",
    "build", "deploy", "release", "metrics", "export", "import", "summary", "data", "model", "training", "agenda",
    "template", "policy", "audit", "risk", "compliance", "vendor", "order", "shipment", "stock", "forecast",
    "margin", "campaign", "survey", "brand",
]  # fmt: skip
_DOMAINS = [
    "www.microsoft.com",
    "login.microsoftonline.com",
    "outlook.office365.com",
    "graph.microsoft.com",
    "dns.msftncsi.com",
    "ctldl.windowsupdate.com",
    "v10.events.data.microsoft.com",
    "www.google.com",
    "clients4.google.com",
    "fonts.gstatic.com",
    "github.com",
    "api.github.com",
    "pypi.org",
    "slack.com",
    "teams.microsoft.com",
    "cdn.office.net",
    "settings-win.data.microsoft.com",
    "edge.microsoft.com",
]
_START = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


class _Maker:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.hosts = [f"WS{n:04d}.corp.example" for n in range(400)]
        self.users = [f"{a}.{b}" for a in ("anna", "ben", "carl", "dora", "emil", "fred") for b in _WORDS]

    def fill(self, template: str, **more: str) -> str:
        draw = self.random
        return template.format(
            n=draw.randrange(100_000),
            n2=draw.randrange(1_000_000),
            n3=draw.randrange(10_000_000),
            word=draw.choice(_WORDS),
            word2=draw.choice(_WORDS),
            **more,
        )

    def program(self, user: str) -> str:
        return self.random.choices(_PROGRAMS, _WEIGHTS)[0].replace("{user}", user)

    def command(self, image: str, user: str) -> str:
        host = self.random.choice(self.hosts)
        return self.fill(self.random.choice(_COMMANDS), image=image, user=user, host=host)

    def guid(self) -> str:
        return f"{self.random.getrandbits(32):08X}-69EB-6583-{self.random.getrandbits(16):04X}-000000000C00"

    def hexes(self, digits: int) -> str:
        return f"{self.random.getrandbits(4 * digits):0{digits}X}"


def _process(m: _Maker, user: str) -> dict[str, object]:
    image, parent = m.program(user), m.program(user)
    name = image.rsplit("\\", 1)[1]
    return {
        "RuleName": "-", "UtcTime": "2026-03-02 08:00:00.123", "ProcessGuid": m.guid(),
        "ProcessId": m.random.randrange(60_000), "Image": image, "FileVersion": "10.0.19041.1 (WinBuild.160101.0800)",
        "Description": f"{name} program", "Product": "Microsoft® Windows® Operating System",
        "Company": "Microsoft Corporation", "OriginalFileName": name.upper(), "CommandLine": m.command(image, user),
        "CurrentDirectory": f"C:\\Users\\{user}\\", "User": f"CORP\\{user}", "LogonGuid": m.guid(), "LogonId": "0x317fb",
        "TerminalSessionId": 1, "IntegrityLevel": "Medium",
        "Hashes": f"MD5={m.hexes(32)},SHA256={m.hexes(64)},IMPHASH={m.hexes(32)}", "ParentProcessGuid": m.guid(),
        "ParentProcessId": m.random.randrange(60_000), "ParentImage": parent,
        "ParentCommandLine": m.command(parent, user), "ParentUser": f"CORP\\{user}",
    }  # fmt: skip


def _connection(m: _Maker, user: str) -> dict[str, object]:
    host = m.random.choice(_DOMAINS) if m.random.random() < 0.08 else "-"
    return {
        "RuleName": "-", "UtcTime": "2026-03-02 08:00:00.123", "ProcessGuid": m.guid(),
        "ProcessId": m.random.randrange(60_000), "Image": m.program(user), "User": f"CORP\\{user}", "Protocol": "tcp",
        "Initiated": m.random.random() < 0.8, "SourceIsIpv6": False, "SourceIp": f"10.0.3.{m.random.randrange(255)}",
        "SourceHostname": "-", "SourcePort": m.random.randrange(49152, 65535), "SourcePortName": "-",
        "DestinationIsIpv6": False, "DestinationIp": ".".join(str(m.random.randrange(1, 255)) for _ in range(4)),
        "DestinationHostname": host, "DestinationPort": m.random.choice((443, 443, 443, 80, 53, 445, 389)),
        "DestinationPortName": "-",
    }  # fmt: skip


def _image_load(m: _Maker, user: str) -> dict[str, object]:
    library = f"C:\\Windows\\System32\\{m.random.choice(_WORDS)}{m.random.randrange(90)}.dll"
    return {
        "RuleName": "-", "UtcTime": "2026-03-02 08:00:00.123", "ProcessGuid": m.guid(),
        "ProcessId": m.random.randrange(60_000), "Image": m.program(user), "ImageLoaded": library, "FileVersion": "10.0",
        "Description": "Library", "Product": "Microsoft® Windows® Operating System", "Company": "Microsoft Corporation",
        "OriginalFileName": library.rsplit("\\", 1)[1], "Hashes": f"SHA256={m.hexes(64)}", "Signed": "true",
        "Signature": "Microsoft Windows", "SignatureStatus": "Valid", "User": f"CORP\\{user}",
    }  # fmt: skip


def _access(m: _Maker, user: str) -> dict[str, object]:
    return {
        "RuleName": "-", "UtcTime": "2026-03-02 08:00:00.123", "SourceProcessGUID": m.guid(),
        "SourceProcessId": m.random.randrange(60_000), "SourceThreadId": m.random.randrange(60_000),
        "SourceImage": m.program(user), "TargetProcessGUID": m.guid(), "TargetProcessId": m.random.randrange(60_000),
        "TargetImage": m.program(user), "GrantedAccess": m.random.choice(("0x1000", "0x1400", "0x101000", "0x40")),
        "CallTrace": f"C:\\Windows\\SYSTEM32\\ntdll.dll+{m.hexes(5)}|C:\\Windows\\System32\\KERNELBASE.dll+{m.hexes(5)}",
        "SourceUser": f"CORP\\{user}", "TargetUser": "NT AUTHORITY\\SYSTEM",
    }  # fmt: skip


def _file(m: _Maker, user: str) -> dict[str, object]:
    path = m.fill("C:\\Users\\{user}\\AppData\\Local\\{word}\\{word2}\\{n}-{n2}.tmp", user=user)
    return {
        "RuleName": "-", "UtcTime": "2026-03-02 08:00:00.123", "ProcessGuid": m.guid(),
        "ProcessId": m.random.randrange(60_000), "Image": m.program(user), "TargetFilename": path,
        "CreationUtcTime": "2026-03-02 08:00:00.123", "User": f"CORP\\{user}",
    }  # fmt: skip


def _registry(m: _Maker, user: str) -> dict[str, object]:
    return {
        "RuleName": "-", "EventType": "SetValue", "UtcTime": "2026-03-02 08:00:00.123", "ProcessGuid": m.guid(),
        "ProcessId": m.random.randrange(60_000), "Image": m.program(user),
        "TargetObject": m.fill("HKU\\S-1-5-21-1-2-3-1104\\SOFTWARE\\{word}\\{word2}\\Settings\\Item{n}"),
        "Details": m.fill("DWORD (0x{n:08x})"), "User": f"CORP\\{user}",
    }  # fmt: skip


def _query(m: _Maker, user: str) -> dict[str, object]:
    return {
        "RuleName": "-", "UtcTime": "2026-03-02 08:00:00.123", "ProcessGuid": m.guid(),
        "ProcessId": m.random.randrange(60_000),
        "QueryName": m.random.choice(_DOMAINS) if m.random.random() < 0.7 else m.fill("{word}{n}.{word2}.example.net"),
        "QueryStatus": "0", "QueryResults": "::ffff:10.1.2.3;", "Image": m.program(user), "User": f"CORP\\{user}",
    }  # fmt: skip


def _logon(m: _Maker, user: str) -> dict[str, object]:
    return {
        "SubjectUserSid": "S-1-5-18", "SubjectUserName": "WS0001$", "SubjectDomainName": "CORP", "SubjectLogonId": "0x3e7",
        "TargetUserSid": "S-1-5-21-1-2-3-1104", "TargetUserName": user, "TargetDomainName": "CORP",
        "TargetLogonId": "0x" + m.hexes(6).lower(), "LogonType": m.random.choice((2, 3, 3, 3, 5, 7, 10)),
        "LogonProcessName": "Advapi  ", "AuthenticationPackageName": m.random.choice(("Kerberos", "NTLM", "Negotiate")),
        "WorkstationName": "-", "LogonGuid": m.guid(), "TransmittedServices": "-", "LmPackageName": "-", "KeyLength": 0,
        "ProcessId": "0x2f8", "ProcessName": "C:\\Windows\\System32\\services.exe",
        "IpAddress": f"10.0.3.{m.random.randrange(255)}", "IpPort": "0", "ImpersonationLevel": "%%1833",
        "ElevatedToken": "%%1842",
    }  # fmt: skip


def _audit_process(m: _Maker, user: str) -> dict[str, object]:
    image = m.program(user)
    return {
        "SubjectUserSid": "S-1-5-21-1-2-3-1104", "SubjectUserName": user, "SubjectDomainName": "CORP",
        "SubjectLogonId": "0x317fb", "NewProcessId": "0x" + m.hexes(4).lower(), "NewProcessName": image,
        "TokenElevationType": "%%1936", "ProcessId": "0x" + m.hexes(4).lower(), "CommandLine": m.command(image, user),
        "TargetUserSid": "S-1-0-0", "TargetUserName": "-", "TargetDomainName": "-", "TargetLogonId": "0x0",
        "ParentProcessName": m.program(user), "MandatoryLabel": "S-1-16-8192",
    }  # fmt: skip


def _object_access(m: _Maker, user: str) -> dict[str, object]:
    return {
        "SubjectUserSid": "S-1-5-21-1-2-3-1104", "SubjectUserName": user, "SubjectDomainName": "CORP",
        "SubjectLogonId": "0x317fb", "ObjectServer": "Security", "ObjectType": "File",
        "ObjectName": m.fill("D:\\Shares\\{word}\\{word2}\\{n}.xlsx"), "HandleId": "0x" + m.hexes(3).lower(),
        "AccessList": "%%4416\n\t\t\t\t", "AccessMask": "0x1", "ProcessId": "0x4", "ProcessName": m.program(user),
        "ResourceAttributes": "-",
    }  # fmt: skip


def _filtering(m: _Maker, user: str) -> dict[str, object]:
    application = m.program(user).replace("C:", "\\device\\harddiskvolume3").lower()
    return {
        "ProcessID": m.random.randrange(60_000), "Application": application, "Direction": "%%14593",
        "SourceAddress": f"10.0.3.{m.random.randrange(255)}", "SourcePort": str(m.random.randrange(49152, 65535)),
        "DestAddress": ".".join(str(m.random.randrange(1, 255)) for _ in range(4)), "DestPort": "443", "Protocol": 6,
        "FilterRTID": 70_000, "LayerName": "%%14611", "LayerRTID": 48, "RemoteUserID": "S-1-0-0",
        "RemoteMachineID": "S-1-0-0",
    }  # fmt: skip


def _script(m: _Maker, user: str) -> dict[str, object]:
    text = "".join(
        m.fill("$" + "{word}{n} = Get-ChildItem -Path C:\\Data\\{word2} | Where-Object Length -gt {n2}\n")
        for _ in range(6)
    )
    return {
        "MessageNumber": 1, "MessageTotal": 1, "ScriptBlockText": text, "ScriptBlockId": m.guid().lower(),
        "Path": m.fill("C:\\Scripts\\{word}.ps1"),
    }  # fmt: skip


def _module(m: _Maker, user: str) -> dict[str, object]:
    context = (
        f"        Severity = Informational\r\n        Host Name = ConsoleHost\r\n        Host ID = {m.guid().lower()}\r\n"
        f"        Host Application = {m.command(_PROGRAMS[30], user)}\r\n        User = CORP\\{user}\r\n"
    )
    payload = m.fill(
        'CommandInvocation(Get-ChildItem): "Get-ChildItem"\r\nParameterBinding: name="Path"; value="{word}{n}"'
    )
    return {"ContextInfo": context, "UserData": "", "Payload": payload}


def _service(m: _Maker, user: str) -> dict[str, object]:
    return {"param1": m.fill("{word} {word2} Service"), "param2": "running", "Binary": m.hexes(24)}


def _transfer(m: _Maker, user: str) -> dict[str, object]:
    url = m.fill("https://edgedl.me.gvt1.com/edgedl/{word}/{word2}/{n}.crx")
    return {"transferId": m.guid(), "name": "Chrome Component Updater", "Id": m.guid(), "url": url, "bytesTotal": 12345}


_SYSMON = ("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon")
_AUDIT = ("Security", "Microsoft-Windows-Security-Auditing")
_POWERSHELL = ("Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell")
_KINDS: tuple[tuple[float, tuple[str, str], int, Callable[[_Maker, str], dict[str, object]]], ...] = (
    (18, _SYSMON, 1, _process),
    (12, _SYSMON, 3, _connection),
    (14, _SYSMON, 7, _image_load),
    (8, _SYSMON, 10, _access),
    (8, _SYSMON, 11, _file),
    (8, _SYSMON, 13, _registry),
    (2, _SYSMON, 12, _registry),
    (6, _SYSMON, 22, _query),
    (6, _AUDIT, 4624, _logon),
    (5, _AUDIT, 4688, _audit_process),
    (3, _AUDIT, 4663, _object_access),
    (5, _AUDIT, 5156, _filtering),
    (2, _POWERSHELL, 4104, _script),
    (1, _POWERSHELL, 4103, _module),
    (1, ("System", "Service Control Manager"), 7036, _service),
    (1, ("Microsoft-Windows-Bits-Client/Operational", "Microsoft-Windows-Bits-Client"), 16403, _transfer),
)


def events(count: int, seed: int = 1) -> Iterator[tuple[dt.datetime, str, str, int, dict[str, object]]]:
    """`count` events: time, host, channel, event id, event data."""
    maker = _Maker(seed)
    kinds = maker.random.choices(_KINDS, [kind[0] for kind in _KINDS], k=count)
    for number, (_, (channel, provider), event_id, make) in enumerate(kinds):
        host, user = maker.random.choice(maker.hosts), maker.random.choice(maker.users)
        time = _START + dt.timedelta(milliseconds=37 * number)
        yield time, host, f"{channel}\n{provider}", event_id, make(maker, user)


def cached_jsonl(folder: Path, count: int) -> Path:
    """A file below `folder` with `count` events, written unless an earlier run with the same generator left it."""
    made_by = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    path = folder / f"events-{count}-{made_by}.jsonl"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_suffix(f".partial-{os.getpid()}")
        write_jsonl(partial, count)
        partial.replace(path)
        for other in folder.glob(f"events-{count}-*.jsonl"):
            if other != path:
                other.unlink()
    return path


def write_jsonl(path: Path, count: int, seed: int = 1) -> None:
    """Writes `count` events, one a line."""
    with path.open("w", encoding="utf-8") as out:
        for number, (time, host, names, event_id, data) in enumerate(events(count, seed)):
            channel, provider = names.split("\n")
            system = {
                "Provider": {"#attributes": {"Name": provider, "Guid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}},
                "EventID": event_id, "Version": 5, "Level": 4, "Task": event_id, "Opcode": 0,
                "Keywords": "0x8000000000000000",
                "TimeCreated": {"#attributes": {"SystemTime": time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}},
                "EventRecordID": number + 1, "Correlation": None,
                "Execution": {"#attributes": {"ProcessID": 4288, "ThreadID": 5172}}, "Channel": channel, "Computer": host,
                "Security": {"#attributes": {"UserID": "S-1-5-18"}},
            }  # fmt: skip
            event = {"#attributes": {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"}}
            json.dump({"Event": {**event, "System": system, "EventData": data}}, out, separators=(",", ":"))
            out.write("\n")
