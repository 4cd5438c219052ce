"""Sysmon 1, 3, 11 and 22.

Source: the Sysmon 15 manifest and real records; docs/telemetry.md has the traps and the parameters behind them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from simulator.draw import Ints, uniform
from simulator.telemetry import identity, reverse_names, text
from simulator.telemetry.envelope import (
    SYSMON_1,
    SYSMON_3,
    SYSMON_11,
    SYSMON_22,
    SYSTEM_SID,
    Kind,
    envelope,
)
from simulator.telemetry.rows import Rows, Value, choose, numbers
from simulator.telemetry.versions import version_resources

_ZERO_GUID = "{00000000-0000-0000-0000-000000000000}"

PORT_NAMES = {
    20: "ftp-data",
    21: "ftp",
    22: "ssh",
    23: "telnet",
    25: "smtp",
    53: "domain",
    67: "bootps",
    68: "bootpc",
    80: "http",
    88: "kerberos",
    110: "pop3",
    123: "ntp",
    135: "epmap",
    137: "netbios-ns",
    138: "netbios-dgm",
    139: "netbios-ssn",
    143: "imap",
    161: "snmp",
    389: "ldap",
    443: "https",
    445: "microsoft-ds",
    464: "kpasswd",
    500: "isakmp",
    587: "submission",
    636: "ldaps",
    993: "imaps",
    995: "pop3s",
    1433: "ms-sql-s",
    1900: "ssdp",
    3268: "msft-gc",
    3389: "ms-wbt-server",
    5353: "mdns",
    5355: "llmnr",
    5432: "postgresql",
}
"""Names that Windows' own `services` file gives to ports."""


def process_creation(rows: Rows) -> pl.DataFrame:
    """Sysmon 1 of `process_start`."""
    rows = rows.on("sysmon")
    frame, scene = rows.frame, rows.scene
    missing = rows.host("missing")
    no_parent = pl.Series(rows.share("parent_missing")) | frame["parent_image"].is_null()
    parent_user = rows.user("account", "parent_user")
    logons = frame["logon"].fill_null(0).to_numpy()
    at = rows.at()
    old = scene.sysmon_old[at]
    user = rows.user("name")
    columns: dict[str, Value] = {
        **version_resources(rows),
        "CommandLine": frame["command_line"].fill_null(""),
        "CurrentDirectory": _with_backslash(frame["folder"]),
        "User": rows.user("account"),
        "LogonGuid": identity.logon_guids(scene.machine[at], old, logons, scene.boot_time[at]),
        "LogonId": text.hex_number(identity.logon_ids(logons)),
        "TerminalSessionId": frame["session"].cast(pl.String),
        "IntegrityLevel": frame["integrity"],
        "ParentProcessGuid": choose(no_parent, _ZERO_GUID, rows.guids("parent", "parent_start")),
        "ParentProcessId": numbers(rows.pids("parent", "parent_image")),
        "ParentImage": choose(no_parent, missing, frame["parent_image"]),
        "ParentCommandLine": choose(no_parent, missing, frame["parent_command_line"].fill_null("")),
        "ParentUser": choose(rows.host("sysmon_user"), choose(no_parent, missing, parent_user), None),
    }
    return _table("sysmon.process_creation", SYSMON_1, rows, columns, user)


def network_connection(rows: Rows) -> pl.DataFrame:
    """Sysmon 3 of `connection`. The records of one UDP flow (process, ports, addresses) are one."""
    rows = _first_of_flow(rows.on("sysmon"))
    frame = rows.frame
    missing = rows.host("missing")
    no_own_name = pl.Series(rows.share("source_hostname_missing"))
    no_port_name = pl.Series(rows.share("port_name_missing"))
    ipv6 = frame["address"].str.contains(":", literal=True)
    own = choose(ipv6, rows.host("ipv6"), rows.host("ip"))
    is_ipv6 = choose(ipv6, "true", "false")
    user = rows.user("name")
    columns: dict[str, Value] = {
        "User": rows.user("account"),
        "Protocol": frame["protocol"],
        "Initiated": "true",
        "SourceIsIpv6": is_ipv6,
        "SourceIp": own,
        "SourceHostname": choose(no_own_name, missing, rows.host("fqdn")),
        "SourcePort": numbers(frame["source_port"].to_numpy()),
        "SourcePortName": choose(no_port_name, missing, _port_names(frame["source_port"], missing)),
        "DestinationIsIpv6": is_ipv6,
        "DestinationIp": frame["address"],
        "DestinationHostname": reverse_names.shown(rows, missing),
        "DestinationPort": numbers(frame["port"].to_numpy()),
        "DestinationPortName": choose(no_port_name, missing, _port_names(frame["port"], missing)),
    }
    return _table("sysmon.network_connection", SYSMON_3, rows, columns, user, "sysmon_network_delay_milliseconds")


def file_event(rows: Rows) -> pl.DataFrame:
    """Sysmon 11 of `write`: it knows that files are created, not that they are renamed."""
    rows = rows.on("sysmon").where(pl.col("previous").is_null())
    columns: dict[str, Value] = {
        "TargetFilename": rows.frame["path"],
        "CreationUtcTime": text.utc(rows.times()),
        "User": choose(rows.host("sysmon_user"), rows.user("account"), None),
    }
    user = choose(rows.host("sysmon_user"), rows.user("name"), None)
    return _table("sysmon.file_event", SYSMON_11, rows, columns, user)


def dns_query(rows: Rows) -> pl.DataFrame:
    """Sysmon 22 of `lookup`: only what goes through the system's own client."""
    rows = rows.on("sysmon").where(pl.col("system_resolver"))
    frame = rows.frame
    unknown = pl.Series(rows.share("sysmon_unknown_process_share"))
    user = choose(rows.host("sysmon_user"), rows.user("name"), None)
    columns: dict[str, Value] = {
        "ProcessGuid": choose(unknown, _ZERO_GUID, rows.guids()),
        "QueryName": frame["name"],
        "QueryStatus": frame["status"].cast(pl.String),
        "QueryResults": choose(frame["status"] == 0, query_results(frame, "-"), "-"),
        "Image": choose(unknown, "<unknown process>", frame["image"]),
        "User": choose(rows.host("sysmon_user"), rows.user("account"), None),
    }
    return _table("sysmon.dns_query", SYSMON_22, rows, columns, user, "sysmon_network_delay_milliseconds")


def query_results(frame: pl.DataFrame, none: str | None) -> pl.Series:
    """`type:  5 name;` for each CNAME, then `::ffff:1.2.3.4;` for each address; `none` when there are neither."""
    address = pl.element().str.contains(":", literal=True)
    results = pl.concat_str(
        pl.col("cnames").fill_null([]).list.eval("type:  5 " + pl.element() + ";").list.join(""),
        pl.col("addresses")
        .fill_null([])
        .list.eval(pl.when(address).then(pl.element()).otherwise("::ffff:" + pl.element()) + ";")
        .list.join(""),
    )
    return frame.select(pl.when(results == "").then(pl.lit(none)).otherwise(results).alias("results"))["results"]


def _table(
    name: str,
    kind: Kind,
    rows: Rows,
    columns: Mapping[str, Value],
    user: pl.Series,
    delay: str = "sysmon_delay_milliseconds",
) -> pl.DataFrame:
    """The table with what all Sysmon events have. TimeCreated is later than UtcTime by a drawn delay."""
    happened = rows.times()
    times = happened // 1000 * 1000 + _delay(rows, delay)
    common: dict[str, Value] = {
        "RuleName": rows.host("missing"),
        "UtcTime": text.utc(happened),
        "ProcessGuid": columns["ProcessGuid"] if "ProcessGuid" in columns else rows.guids(),
        "ProcessId": numbers(rows.pids()),
        "Image": rows.frame["image"],
    }
    block = envelope(rows, kind, times, rows.host("service_pid"), rows.host("service_thread"), SYSTEM_SID)
    return rows.table(name, times, user, {**block, **common, **columns})


def _delay(rows: Rows, parameter: str) -> Ints:
    least, most = (rows.scene.share(f"{parameter}_{end}") * 1000 for end in ("least", "most"))
    microseconds: Ints = (least + uniform(rows.actions, parameter) * (most - least)).astype(np.int64)
    return microseconds


def _with_backslash(folders: pl.Series) -> pl.Series:
    return folders.to_frame("f").select(
        pl.when(pl.col("f").str.ends_with("\\")).then("f").otherwise(pl.col("f") + "\\").alias("f")
    )["f"]


_PORT_NAME = pl.Series("names", [PORT_NAMES.get(port) for port in range(65536)], dtype=pl.String)


def _port_names(ports: pl.Series, missing: pl.Series) -> pl.Series:
    names = _PORT_NAME.gather(ports.cast(pl.UInt32))
    return choose(names.is_null(), missing, names)


def _first_of_flow(rows: Rows) -> Rows:
    udp = rows.frame["protocol"] == "udp"
    if not udp.any():
        return rows
    flow = ["process", "source_port", "address", "port"]
    return rows.where((pl.col("protocol") != "udp") | pl.struct(flow).is_first_distinct())
