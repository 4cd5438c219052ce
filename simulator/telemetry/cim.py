"""The Common Information Model: what Splunk's data models hold of Sysmon, the Security log and the proxy.

Source: the CIM reference and the field mapping of the add-ons for Sysmon and Windows. Data models fill text fields that
an event lacks with `unknown`, so that grouping by them keeps the event. Sysmon 3 has no bytes, so All_Traffic has none.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from simulator.tables import TABLES, Type
from simulator.telemetry.derived import Columns, Derivation, Fields, base, instant, pattern, port_of, word

_SYSMON, _SECURITY = "Microsoft Sysmon", "Microsoft Windows"
_UNKNOWN = "unknown"
_REPLIES = {"0": "NoError", "9002": "ServFail", "9003": "NXDomain", "9501": "NoError", "1460": "Timeout"}

_SYSMON_ALONE = (
    "process_guid", "process_hash", "process_current_directory", "process_integrity_level", "original_file_name",
    "parent_process_guid",
)  # fmt: skip
"""What 4688 does not say of a process."""


def _user(f: Fields, name: str = "User") -> pl.Expr:
    """The account without its domain."""
    return pattern(f.known(name), r"([^\\]+)$")


def _process(path: pl.Expr, line: pl.Expr, prefix: str) -> Columns:
    name = base(path)
    return {
        f"{prefix}process": pl.coalesce(line, path),
        f"{prefix}process_path": path,
        f"{prefix}process_name": name,
        f"{prefix}process_exec": name,
    }


def _filled(data_set: str, columns: Columns) -> Columns:
    """Texts with `unknown` where there is none."""
    texts = {column.name for column in TABLES[data_set].columns if column.type is Type.TEXT}
    filled = {id(value): value.fill_null(_UNKNOWN) for name, value in columns.items() if name in texts}
    return {name: filled[id(value)] if name in texts else value for name, value in columns.items()}


def sysmon_process(f: Fields) -> Columns:
    """Endpoint.Processes of Sysmon 1."""
    return {
        "action": word("allowed"),
        "dest": f("Computer"),
        "user": _user(f),
        "user_id": f("Security_UserID"),
        "os": word("Microsoft Windows"),
        "vendor_product": word(_SYSMON),
        **_process(f.known("Image"), f.known("CommandLine"), ""),
        "process_id": f.number("ProcessId"),
        "process_guid": f.known("ProcessGuid"),
        "process_hash": f.known("Hashes"),
        "process_current_directory": f.known("CurrentDirectory"),
        "process_integrity_level": f.known("IntegrityLevel").str.to_lowercase(),
        "original_file_name": f.known("OriginalFileName"),
        **_process(f.known("ParentImage"), f.known("ParentCommandLine"), "parent_"),
        "parent_process_id": f.number("ParentProcessId"),
        "parent_process_guid": f.known("ParentProcessGuid"),
    }


def security_process(f: Fields) -> Columns:
    """Endpoint.Processes of 4688: no hashes, no original file name, no GUIDs."""
    return {
        "action": word("allowed"),
        "dest": f("Computer"),
        "user": pl.coalesce(_user(f, "TargetUserName"), _user(f, "SubjectUserName")),
        "user_id": f.known("SubjectUserSid"),
        "os": word("Microsoft Windows"),
        "vendor_product": word(_SECURITY),
        **_process(f.known("NewProcessName"), f.known("CommandLine"), ""),
        "process_id": f.number("NewProcessId"),
        **_process(f.known("ParentProcessName"), word(None), "parent_"),
        "parent_process_id": f.number("ProcessId"),
        **{name: word(None) for name in _SYSMON_ALONE},
    }


def sysmon_file(f: Fields) -> Columns:
    """Endpoint.Filesystem of Sysmon 11."""
    path = f.known("TargetFilename")
    return {
        "action": word("created"),
        "dest": f("Computer"),
        "user": _user(f),
        "vendor_product": word(_SYSMON),
        "file_path": path,
        "file_name": base(path),
        "file_create_time": instant(f("CreationUtcTime")),
        "process_guid": f.known("ProcessGuid"),
        "process_id": f.number("ProcessId"),
        "image": f.known("Image"),
    }


def sysmon_connection(f: Fields) -> Columns:
    """Network_Traffic.All_Traffic of Sysmon 3."""
    inward = f("Initiated").str.to_lowercase() == "false"
    return {
        "action": word("allowed"),
        "app": f.known("Image"),
        "src": pl.coalesce(f.known("SourceHostname"), f.known("SourceIp")),
        "src_ip": f.known("SourceIp"),
        "src_port": f.number("SourcePort"),
        "dest": pl.coalesce(f.known("DestinationHostname"), f.known("DestinationIp")),
        "dest_ip": f.known("DestinationIp"),
        "dest_port": f.number("DestinationPort"),
        "direction": pl.when(inward).then(word("inbound")).otherwise(word("outbound")),
        "dvc": f("Computer"),
        "protocol": word("ip"),
        "protocol_version": pl.when(f("DestinationIsIpv6").str.to_lowercase() == "true")
        .then(word("ipv6"))
        .otherwise(word("ipv4")),
        "transport": f.known("Protocol"),
        "user": _user(f),
        "process_id": f("ProcessId"),
        "vendor_product": word(_SYSMON),
    }


def sysmon_lookup(f: Fields) -> Columns:
    """Network_Resolution.DNS of Sysmon 22."""
    answers = f.known("QueryResults").str.extract_all(r"[^;]+")
    answers = answers.list.eval(
        pl.element().str.strip_chars().str.replace(r"^type:\s+\d+\s+", "").str.strip_prefix("::ffff:")
    )
    status = f.known("QueryStatus")
    return {
        "query": f.known("QueryName"),
        "answer": answers.list.join(" "),
        "answer_count": answers.list.len().fill_null(0),
        "query_count": pl.lit(1),
        "query_type": word("Query"),
        "message_type": word("Response"),
        "record_type": word(None),
        "reply_code": status.replace_strict(_REPLIES, default="Unknown", return_dtype=pl.String),
        "reply_code_id": status.cast(pl.Int64, strict=False),
        "src": f("Computer"),
        "dest": word(None),
        "transport": word(None),
        "name": base(f.known("Image")),
        "vendor_product": word(_SYSMON),
    }


def proxy_request(f: Fields) -> Columns:
    """Web.Web of the proxy's log."""
    uri = f.known("c-uri")
    hidden = f("cs-method") == "CONNECT"
    secure = hidden | uri.str.starts_with("https:")
    port = port_of(uri)
    host = f.known("cs-host")
    agent = f.known("c-useragent")
    sent, received = f.number(f.sent), f.number(f.received)
    return {
        "action": pl.when(f.number("sc-status").is_in([403, 407])).then(word("blocked")).otherwise(word("allowed")),
        "app": word(None),
        "bytes": sent + received,
        "bytes_in": received,
        "bytes_out": sent,
        "category": word(None),
        "dest": pl.coalesce(host, f.known("dst_ip")),
        "dest_port": pl.coalesce(port, pl.when(secure).then(443).otherwise(80)),
        "http_method": f.known("cs-method"),
        "http_referrer": f.known("cs-referrer"),
        "http_user_agent": agent,
        "http_user_agent_length": agent.str.len_chars().fill_null(0),
        "site": host,
        "src": f.known("src_ip"),
        "status": f.known("sc-status"),
        "uri_path": f.known("c-uri-stem"),
        "uri_query": f.known("c-uri-query"),
        "url": uri,
        "url_domain": host,
        "url_length": uri.str.len_chars(),
        "user": pl.col("_user"),
        "vendor_product": word("Zscaler NSS"),
    }


_REGISTRY = {"CreateKey": "created", "DeleteKey": "deleted", "DeleteValue": "deleted"}


def sysmon_registry(f: Fields) -> Columns:
    """Endpoint.Registry of Sysmon 12, 13 and 14; the add-on shows a number's hexadecimal digits alone."""
    path, details = f.known("TargetObject"), f.known("Details")
    valued = f("EventType").is_in(["SetValue", "DeleteValue"])
    kind = details.str.extract(r"^([DQ]WORD) \(").replace({"DWORD": "REG_DWORD", "QWORD": "REG_QWORD"})
    return {
        "action": f("EventType").replace_strict(_REGISTRY, default="modified", return_dtype=pl.String),
        "dest": f("Computer"),
        "user": _user(f),
        "status": word("success"),
        "vendor_product": word(_SYSMON),
        "registry_path": path,
        "registry_hive": path.str.extract(r"^([^\\]+)"),
        "registry_key_name": pl.when(valued).then(path.str.extract(r"^(.*)\\[^\\]*$")).otherwise(path),
        "registry_value_name": pl.when(valued).then(base(path)),
        "registry_value_data": details.str.replace(r"^[DQ]WORD \((0x[0-9a-fA-F-]+)\)$", "$1"),
        "registry_value_type": kind,
        "process_guid": f.known("ProcessGuid"),
        "process_id": f.number("ProcessId"),
    }


def sign_in(f: Fields) -> Columns:
    """Authentication of 4624 and 4625."""
    failed = f("EventID") == "4625"
    return {
        "action": pl.when(failed).then(word("failure")).otherwise(word("success")),
        "app": word("win:unknown"),
        "authentication_method": f.known("AuthenticationPackageName"),
        "dest": f("Computer"),
        "dest_nt_domain": f.known("TargetDomainName"),
        "signature_id": f("EventID"),
        "signature": pl.when(failed)
        .then(word("An account failed to log on"))
        .otherwise(word("An account was successfully logged on")),
        "src": pl.coalesce(f.known("IpAddress"), f.known("WorkstationName"), f("Computer")),
        "src_user": f.known("SubjectUserName"),
        "user": f.known("TargetUserName"),
        "user_id": f.known("TargetUserSid"),
        "reason": pl.when(failed).then(f.known("SubStatus")),
    }


def _of_log(f: Fields) -> Columns:
    """What every data model has: where the event comes from."""
    if "Channel" not in f.names:
        return {"host": word("proxy"), "source": word("proxy"), "sourcetype": word("zscalernss-web")}
    return {
        "host": f("Computer"),
        "source": pl.concat_str(word("XmlWinEventLog:"), f("Channel")),
        "sourcetype": word("XmlWinEventLog"),
    }


def _derivation(data_set: str, log: str, model: Callable[[Fields], Columns]) -> Derivation:
    table = f"cim.{data_set}"
    return Derivation(table, log, lambda f: {**_of_log(f), **_filled(table, model(f))})


DERIVATIONS = (
    _derivation("Endpoint.Processes", "sysmon.process_creation", sysmon_process),
    _derivation("Endpoint.Processes", "security.process_creation", security_process),
    _derivation("Endpoint.Filesystem", "sysmon.file_event", sysmon_file),
    _derivation("Network_Traffic.All_Traffic", "sysmon.network_connection", sysmon_connection),
    _derivation("Network_Resolution.DNS", "sysmon.dns_query", sysmon_lookup),
    _derivation("Web.Web", "proxy.http", proxy_request),
)
"""A process that both Sysmon and the Security log record is there twice, as in Splunk; see `vendor_product`."""

FOR_REAL_LOGS = (
    _derivation("Endpoint.Registry", "sysmon.registry_event", sysmon_registry),
    Derivation(
        "cim.Authentication.Authentication",
        "security.other",
        _derivation("Authentication.Authentication", "security.other", sign_in).columns,
        where=lambda f: f("EventID").is_in(["4624", "4625"]),
    ),
)
"""Data sets of events that are read and not simulated."""
