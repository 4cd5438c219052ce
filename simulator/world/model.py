"""What the simulated organisation is made of: what scenarios filter on and what telemetry renders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import polars as pl

Setting: TypeAlias = bool | int | float | str
"""The value of a parameter of an environment profile."""

HOSTS: dict[str, pl.DataType | type[pl.DataType]] = {
    "index": pl.UInt32,  # the row number: what `host` means in every action
    "id": pl.UInt64,  # the host's identity for keyed draws
    "name": pl.String,  # WS-0007, as in Windows' COMPUTERNAME; lower case on Linux and macOS
    "fqdn": pl.String,  # what the Windows event log calls Computer
    "domain": pl.String,  # NetBIOS name of the domain
    "os": pl.String,  # windows, linux or macos
    "os_version": pl.String,  # 10.0.19045 on Windows, the release elsewhere
    "role": pl.String,  # one of ROLES
    "ip": pl.String,
    "mac": pl.String,
    "machine_guid": pl.String,  # eight lower-case hex digits: how this host's Sysmon GUIDs begin
    "sysmon_version": pl.String,  # 15.15, 14.14, 10.42; empty where there is no Sysmon
    "timezone": pl.String,  # IANA name
    "utc_offset": pl.Int64,  # microseconds east of UTC at the start of the stream, kept throughout
    "boot_time": pl.Int64,  # microseconds since 1970 UTC, before the stream starts; workstations boot every working day
    "owner": pl.UInt32,  # the person who works there: of a server, its administrator
    "service": pl.UInt32,  # the account its main service runs as (SYSTEM on workstations)
    "sysmon_old": pl.Boolean,  # Sysmon 10: empty text instead of `-`, `?` for version information
    "command_line_audited": pl.Boolean,  # 4688 carries the command line
    "audit_v1": pl.Boolean,  # 4688 without ParentProcessName and MandatoryLabel (Server 2012 R2)
    "dns_client_channel_on": pl.Boolean,  # DNS-Client/Operational is switched on
    "powershell4": pl.Boolean,  # 4104 without Path
    "script_logging": pl.Boolean,  # 4104 is switched on for all scripts, not only for suspicious ones
    "module_logging": pl.Boolean,  # 4103 is switched on
    "proxied": pl.Boolean,  # HTTP and HTTPS leave through the proxy
    "tls_inspected": pl.Boolean,  # the proxy sees inside this host's TLS
}
"""Columns of `World.hosts`."""

USERS: dict[str, pl.DataType | type[pl.DataType]] = {
    "index": pl.UInt32,  # the row number: what `user` means in every action
    "id": pl.UInt64,
    "name": pl.String,  # SAM account name, without domain
    "display_name": pl.String,
    "first_name": pl.String,
    "last_name": pl.String,
    "email": pl.String,
    "domain": pl.String,  # NetBIOS name; `NT AUTHORITY` for the three system accounts
    "sid": pl.String,
    "kind": pl.String,  # person, service or system
    "role": pl.String,  # one of USER_ROLES
    "department": pl.String,
    "host": pl.UInt32,  # the primary host
    "office_start": pl.Int64,  # microseconds after local midnight
    "office_end": pl.Int64,
    "timezone": pl.String,
    "utc_offset": pl.Int64,
}
"""Columns of `World.users`. Rows 0, 1, 2 are SYSTEM, LOCAL SERVICE and NETWORK SERVICE."""

SYSTEM, LOCAL_SERVICE, NETWORK_SERVICE = 0, 1, 2
"""Row numbers of the system accounts in `World.users`."""

SYSTEM_LOGON = {SYSTEM: 0x3E7, LOCAL_SERVICE: 0x3E5, NETWORK_SERVICE: 0x3E4}
"""Their logon ids: well known, so the `logon` of an action by one of them is this number itself.

Source: SYSTEM_LUID, LOCALSERVICE_LUID, NETWORKSERVICE_LUID in ntifs.h,
https://learn.microsoft.com/windows-hardware/drivers/ddi/ntifs/.
"""

ROLES = (
    "workstation",
    "domain-controller",
    "file-server",
    "backup-server",
    "web-server",
    "build-server",
    "monitoring-server",
    "database-server",
    "jump-server",
)
"""What a host is for."""

USER_ROLES = (
    "employee",
    "manager",
    "developer",
    "helpdesk",
    "domain-admin",
    "backup-operator",
    "web-operator",
    "build-operator",
    "monitoring-operator",
    "database-operator",
    "system",
)
"""What an account is for. The operators are service accounts."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a program: the version resource's FileVersion, and the size of the file in bytes."""

    file_version: str | None
    size: int


@dataclass(frozen=True, slots=True)
class Software:
    """A program's version resources, as in fixtures/software.yaml. A text is None where the program carries none."""

    key: str
    title: str
    company: str | None
    product: str | None
    description: str | None
    original_file_name: str | None
    image: str | None
    signer: str | None
    versions: Mapping[str, Release]


@dataclass(frozen=True, slots=True)
class Company:
    """The organisation itself."""

    name: str
    domain: str
    """Its DNS domain, e.g. `meridian-logistics.example`."""
    netbios: str
    tenant: str
    """The name of its Microsoft 365 tenant: `<tenant>.sharepoint.com`."""
    domain_sid: str
    shares: tuple[str, ...]
    """UNC paths of its file shares."""
    buckets: tuple[str, ...]
    """Names of its own cloud storage buckets."""


@dataclass(frozen=True, slots=True)
class World:
    """The simulated organisation. Nothing in it depends on which scenarios are played."""

    profile: str
    seed: int
    start: int
    """Microseconds since 1970 UTC: midnight UTC of the first day."""
    days: int
    company: Company
    hosts: pl.DataFrame
    """Columns HOSTS."""
    users: pl.DataFrame
    """Columns USERS."""
    installed: pl.DataFrame
    """Which software is on which host: `host` UInt32, `software` String (a key of `software`)."""
    software: Mapping[str, Software]
    parameters: Mapping[str, Setting]
    """The profile's parameters by name, e.g. `destination_hostname_missing: 0.92`."""
    sources: Mapping[str, str]
    """For each parameter, where its value comes from."""
    pools: Mapping[str, tuple[str, ...]]
    """Word lists by name, from fixtures/pools."""
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Columns that are added to vendors' tables, each with the quantity it holds: see `extensions`."""

    def share(self, parameter: str) -> float:
        """A parameter that is a number."""
        return float(self.parameters[parameter])
