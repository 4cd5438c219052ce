"""Many mixed Windows events as JSON lines in evtx_dump's shape, made from a seed: what the benchmarks read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import orjson

SYSMON = "Microsoft-Windows-Sysmon/Operational"
_PROVIDERS = {
    SYSMON: ("Microsoft-Windows-Sysmon", "5770385F-C22A-43E0-BF4C-06F5698FFBD9"),
    "Security": ("Microsoft-Windows-Security-Auditing", "54849625-5478-4994-A5BA-3E3B0328C30D"),
    "Microsoft-Windows-PowerShell/Operational": ("Microsoft-Windows-PowerShell", "A0C1853B-5C40-4B15-8766-3CF1C58F985A"),
    "Microsoft-Windows-DNS-Client/Operational": ("Microsoft-Windows-DNS-Client", "1C95126E-7EEA-49A9-A3FE-A378B03DDB4D"),
    "System": ("Service Control Manager", "555908D1-A6D7-4695-8E1E-26931D2012F4"),
}  # fmt: skip
_SHARES = (
    (SYSMON, 1, 18), (SYSMON, 3, 16), (SYSMON, 11, 10), (SYSMON, 22, 8), (SYSMON, 7, 12), (SYSMON, 10, 5),
    (SYSMON, 13, 8), (SYSMON, 5, 3), ("Security", 4688, 6), ("Security", 4624, 5), ("Security", 5156, 4),
    ("Microsoft-Windows-PowerShell/Operational", 4104, 2), ("Microsoft-Windows-DNS-Client/Operational", 3008, 2),
    ("System", 7036, 1),
)  # fmt: skip
_PROGRAMS = (
    "svchost chrome msedge OneDrive Teams outlook powershell cmd rclone curl conhost explorer taskhostw git code"
)
_WORDS = (
    "copy sync -k --type renderer --field-trial-handle=1720 /c /q -NoProfile -EncodedCommand http://intra.corp/a start"
)


def mixed_lines(count: int, seed: int = 7) -> Iterator[bytes]:
    """`count` events, one line each without its newline, about a kilobyte long."""
    draw = random.Random(seed)
    kinds = draw.choices([(c, e) for c, e, _ in _SHARES], [share for *_, share in _SHARES], k=count)
    programs = [f"C:\\Program Files\\{name.title()}\\{name}.exe" for name in _PROGRAMS.split()]
    words = _WORDS.split()
    hosts = [f"WS-{number:04d}.corp.example" for number in range(200)]
    users = [f"CORP\\user{number}" for number in range(150)]
    for record, (channel, event) in enumerate(kinds):
        image, parent, user, host = draw.choice(programs), draw.choice(programs), draw.choice(users), draw.choice(hosts)
        command = f'"{image}" {" ".join(draw.choices(words, k=draw.randint(1, 12)))} {draw.randrange(1 << 40):x}'
        data = _data(draw, channel, event, image, parent, user, command, record)
        yield orjson.dumps(_event(channel, event, record, host, data))


def _event(channel: str, event: int, record: int, host: str, data: dict[str, Any]) -> dict[str, Any]:
    name, guid = _PROVIDERS[channel]
    system = {
        "Provider": {"#attributes": {"Name": name, "Guid": guid}},
        "EventID": event,
        "Version": 5,
        "Level": 4,
        "Task": event,
        "Opcode": 0,
        "Keywords": "0x8000000000000000",
        "TimeCreated": {"#attributes": {"SystemTime": _time(record) + "Z"}},
        "EventRecordID": record,
        "Correlation": None,
        "Execution": {"#attributes": {"ProcessID": 3208, "ThreadID": 1724}},
        "Channel": channel,
        "Computer": host,
        "Security": {"#attributes": {"UserID": "S-1-5-18"}},
    }
    xmlns = {"xmlns": "http://schemas.microsoft.com/win/2004/08/events/event"}
    return {"Event": {"#attributes": xmlns, "System": system, "EventData": data}}


def _time(record: int) -> str:
    seconds, micros = divmod(record * 31_337, 1_000_000)
    return f"2026-03-{1 + seconds // 86400 % 28:02d}T{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{micros:06d}"


def _data(
    draw: random.Random, channel: str, event: int, image: str, parent: str, user: str, command: str, record: int
) -> dict[str, Any]:
    guid = f"0197231E-{draw.randrange(1 << 16):04X}-69E5-A523-{draw.randrange(1 << 48):012X}"
    stamp = _time(record).replace("T", " ")[:23]
    process = {
        "RuleName": "-",
        "UtcTime": stamp,
        "ProcessGuid": guid,
        "ProcessId": draw.randrange(20000),
        "Image": image,
    }
    match channel, event:
        case "Security", 4688:
            return {
                "SubjectUserSid": "S-1-5-18", "SubjectUserName": user[5:], "SubjectDomainName": "CORP",
                "SubjectLogonId": "0x3e7", "NewProcessId": hex(draw.randrange(20000)), "NewProcessName": image,
                "TokenElevationType": "%%1936", "ProcessId": "0x21c8", "CommandLine": command,
                "TargetUserSid": "S-1-0-0", "TargetUserName": "-", "TargetDomainName": "-", "TargetLogonId": "0x0",
                "ParentProcessName": parent, "MandatoryLabel": "S-1-16-8192",
            }  # fmt: skip
        case "Security", 4624:
            return {
                "SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0",
                "TargetUserSid": "S-1-5-21-1-2-3-1104", "TargetUserName": user[5:], "TargetDomainName": "CORP",
                "TargetLogonId": hex(draw.randrange(1 << 32)), "LogonType": draw.choice([2, 3, 5]),
                "LogonProcessName": "Kerberos", "AuthenticationPackageName": "Kerberos", "WorkstationName": "-",
                "LogonGuid": guid, "KeyLength": 0, "ProcessId": "0x0", "ProcessName": "-", "IpAddress": "10.1.2.3",
                "IpPort": str(draw.randrange(65536)),
            }  # fmt: skip
        case "Security", _:
            return {
                "ProcessID": draw.randrange(9000), "Application": image.lower(), "Direction": "%%14593",
                "SourceAddress": "10.1.2.3", "SourcePort": draw.randrange(65536), "DestAddress": "10.0.0.9",
                "DestPort": 443, "Protocol": 6, "FilterRTID": 0, "LayerName": "%%14611", "LayerRTID": 48,
            }  # fmt: skip
        case "Microsoft-Windows-PowerShell/Operational", _:
            return {
                "MessageNumber": 1,
                "MessageTotal": 1,
                "ScriptBlockText": command * 8,
                "ScriptBlockId": guid,
                "Path": "",
            }
        case "Microsoft-Windows-DNS-Client/Operational", _:
            return {
                "QueryName": "www.example.com",
                "QueryType": "1",
                "QueryOptions": "140737488355328",
                "QueryStatus": "87",
            }
        case "System", _:
            return {"param1": "Windows Update", "param2": "running"}
        case _, 1:
            return process | {
                "FileVersion": "1.61.1", "Description": "Some description", "Product": "Product", "Company": "Company",
                "OriginalFileName": image.rpartition("\\")[2], "CommandLine": command,
                "CurrentDirectory": "C:\\Windows\\system32\\", "User": user, "LogonGuid": guid, "LogonId": "0x36d4b",
                "TerminalSessionId": 1, "IntegrityLevel": "Medium",
                "Hashes": f"MD5={draw.randrange(1 << 128):032X},SHA256={draw.randrange(1 << 256):064X}",
                "ParentProcessGuid": guid, "ParentProcessId": draw.randrange(20000), "ParentImage": parent,
                "ParentCommandLine": f'"{parent}" -service', "ParentUser": user,
            }  # fmt: skip
        case _, 3:
            return process | {
                "User": user, "Protocol": "tcp", "Initiated": True, "SourceIsIpv6": False, "SourceIp": "10.1.2.3",
                "SourceHostname": "-", "SourcePort": draw.randrange(65536), "SourcePortName": "-",
                "DestinationIsIpv6": False, "DestinationIp": f"52.1.{draw.randrange(256)}.7",
                "DestinationHostname": "-", "DestinationPort": 443, "DestinationPortName": "https",
            }  # fmt: skip
        case _, 7:
            return process | {
                "ImageLoaded": f"C:\\Windows\\System32\\{draw.randrange(3000):x}.dll", "FileVersion": "10.0.1",
                "Description": "Windows library", "Product": "Microsoft Windows", "Company": "Microsoft Corporation",
                "OriginalFileName": "x.dll", "Hashes": f"SHA256={draw.randrange(1 << 256):064X}", "Signed": True,
                "Signature": "Microsoft Windows", "SignatureStatus": "Valid", "User": user,
            }  # fmt: skip
        case _, 10:
            return {
                "RuleName": "-", "UtcTime": stamp, "SourceProcessGUID": guid, "SourceProcessId": 4412,
                "SourceThreadId": 812, "SourceImage": image, "TargetProcessGUID": guid, "TargetProcessId": 712,
                "TargetImage": parent, "GrantedAccess": "0x1000", "CallTrace": "C:\\Windows\\SYSTEM32\\ntdll.dll+9d4c4|" * 4,
                "SourceUser": user, "TargetUser": user,
            }  # fmt: skip
        case _, 11:
            return process | {
                "TargetFilename": f"C:\\Users\\{user[5:]}\\AppData\\{draw.randrange(1 << 40):x}.tmp",
                "CreationUtcTime": stamp, "User": user,
            }  # fmt: skip
        case _, 13:
            return {
                "RuleName": "-", "EventType": "SetValue", **process, "TargetObject": "HKLM\\System\\CurrentControlSet\\x",
                "Details": f"DWORD (0x{draw.randrange(1 << 32):08x})", "User": user,
            }  # fmt: skip
        case _, 22:
            return process | {
                "QueryName": f"h{draw.randrange(5000)}.example.com", "QueryStatus": "0",
                "QueryResults": "::ffff:52.179.129.229;", "User": user,
            }  # fmt: skip
        case _:
            return process | {"User": user}
