"""Elastic Defend's data streams of Sysmon's records, for real logs: what it would have said of the same events.

Columns `By_*` are facts of the acting process's own start, see `translate`. As in Elastic Defend itself, network events
carry no command line and no parent.
"""

from __future__ import annotations

import polars as pl

from simulator.telemetry.derived import Columns, Derivation, Fields, base, named_hash, word
from simulator.telemetry.elastic_defend import ARGUMENTS

_LISTS = pl.List(pl.String)


def _words(*words: str) -> pl.Expr:
    return pl.lit(pl.Series([list(words)], dtype=_LISTS)).first()


def _args(line: pl.Expr) -> pl.Expr:
    """A command line's arguments, as `elastic_defend.arguments` takes them apart."""
    return line.str.extract_all(ARGUMENTS).list.eval(pl.element().str.replace_all('"', "", literal=True))


def _common(f: Fields, kind: str, action: pl.Expr | str, *types: str) -> Columns:
    dataset = f"endpoint.events.{kind}"
    category = {"network": "network", "process": "process"}.get(kind, kind)
    computer = f("Computer").str.to_lowercase()
    return {
        "@timestamp": pl.col("_time"),
        "agent.type": word("endpoint"),
        "data_stream.dataset": word(dataset),
        "data_stream.namespace": word("default"),
        "data_stream.type": word("logs"),
        "event.action": word(action) if isinstance(action, str) else action,
        "event.category": _words(category),
        "event.type": _words(*types),
        "event.created": pl.col("_time"),
        "event.dataset": word(dataset),
        "event.kind": word("event"),
        "event.module": word("endpoint"),
        "event.outcome": word("unknown"),
        "host.name": computer,
        "host.hostname": computer,
        "host.id": computer,
        "agent.id": computer,
        "host.os.family": word("windows"),
        "host.os.name": word("Windows"),
        "host.os.platform": word("windows"),
        "host.os.type": word("windows"),
        **_user(f, pl.coalesce(f.known("User"), f.known("By_User"))),
    }


_SIDS = {"SYSTEM": "S-1-5-18", "LOCAL SERVICE": "S-1-5-19", "NETWORK SERVICE": "S-1-5-20"}


def _user(f: Fields, account: pl.Expr) -> Columns:
    name = account.str.extract(r"([^\\]+)$")
    return {
        "user.domain": account.str.extract(r"^([^\\]+)\\"),
        "user.name": name,
        "user.id": name.replace_strict(_SIDS, default=None, return_dtype=pl.String),
    }


def _hashes(hashes: pl.Expr, prefix: str) -> Columns:
    return {
        f"{prefix}.{name.lower()}": named_hash(hashes, name).str.to_lowercase() for name in ("MD5", "SHA1", "SHA256")
    }


def _doer(f: Fields) -> Columns:
    image = f.known("Image")
    return {
        "process.entity_id": f.known("ProcessGuid"),
        "process.executable": image,
        "process.name": base(image),
        "process.pid": f.number("ProcessId"),
    }


def _doer_with_line(f: Fields) -> Columns:
    line = f.known("By_CommandLine")
    parent = f.known("By_ParentImage")
    return {
        **_doer(f),
        "process.command_line": line,
        "process.args": _args(line),
        "process.parent.executable": parent,
        "process.parent.name": base(parent),
        "process.pe.original_file_name": f.known("By_OriginalFileName"),
    }


def _start(f: Fields) -> Columns:
    line, parent, parents = f.known("CommandLine"), f.known("ParentImage"), f.known("ParentCommandLine")
    hashes = f.known("Hashes")
    return {
        **_common(f, "process", "start", "start"),
        **_doer(f),
        "process.command_line": line,
        "process.args": _args(line),
        "process.args_count": _args(line).list.len(),
        "process.working_directory": f.known("CurrentDirectory"),
        **_hashes(hashes, "process.hash"),
        "process.pe.imphash": named_hash(hashes, "IMPHASH").str.to_lowercase(),
        "process.pe.original_file_name": f.known("OriginalFileName"),
        "process.pe.company": f.known("Company"),
        "process.pe.description": f.known("Description"),
        "process.pe.file_version": f.known("FileVersion"),
        "process.pe.product": f.known("Product"),
        "process.parent.entity_id": f.known("ParentProcessGuid"),
        "process.parent.executable": parent,
        "process.parent.name": base(parent),
        "process.parent.pid": f.number("ParentProcessId"),
        "process.parent.command_line": parents,
        "process.parent.args": _args(parents),
        "process.Ext.token.integrity_level_name": f.known("IntegrityLevel").str.to_lowercase(),
        "process.Ext.session_info.id": f.number("TerminalSessionId"),
        "process.Ext.authentication_id": f.known("LogonId"),
    }


def _end(f: Fields) -> Columns:
    return {**_common(f, "process", "end", "end"), **_doer_with_line(f)}


def _connection(f: Fields) -> Columns:
    inward = f("Initiated").str.to_lowercase() == "false"
    action = pl.when(inward).then(word("connection_accepted")).otherwise(word("connection_attempted"))
    ipv6 = f("DestinationIsIpv6").str.to_lowercase() == "true"
    return {
        **_common(f, "network", action, "start"),
        **_doer(f),
        "source.address": f.known("SourceIp"),
        "source.ip": f.known("SourceIp"),
        "source.port": f.number("SourcePort"),
        "destination.address": f.known("DestinationIp"),
        "destination.ip": f.known("DestinationIp"),
        "destination.port": f.number("DestinationPort"),
        "network.direction": pl.when(inward).then(word("ingress")).otherwise(word("egress")),
        "network.transport": f.known("Protocol"),
        "network.type": pl.when(ipv6).then(word("ipv6")).otherwise(word("ipv4")),
    }


def _lookup(f: Fields) -> Columns:
    answers = f.known("QueryResults").str.extract_all(r"[^;]+")
    element = pl.element().str.strip_chars()
    addresses = answers.list.eval(element.filter(~element.str.starts_with("type:")).str.strip_prefix("::ffff:"))
    return {
        **_common(f, "network", "lookup_result", "protocol", "info"),
        **_doer(f),
        "dns.question.name": f.known("QueryName"),
        "dns.resolved_ip": addresses,
        "dns.Ext.status": f.number("QueryStatus"),
        "destination.port": pl.lit(53),
        "network.protocol": word("dns"),
    }


def _file(action: str, kind: str, f: Fields) -> Columns:
    path = f.known("TargetFilename")
    return {
        **_common(f, "file", action, kind),
        **_doer_with_line(f),
        "file.path": path,
        "file.name": base(path),
        "file.extension": path.str.extract(r"\.([^.\\]+)$"),
        **_hashes(f.known("Hashes"), "file.hash"),
    }


def _library(f: Fields) -> Columns:
    path = f.known("ImageLoaded")
    signed = f("Signed").str.to_lowercase()
    valid = f.known("SignatureStatus").str.to_lowercase()
    return {
        **_common(f, "library", "load", "start"),
        **_doer_with_line(f),
        "dll.path": path,
        "dll.name": base(path),
        **_hashes(f.known("Hashes"), "dll.hash"),
        "dll.pe.original_file_name": f.known("OriginalFileName"),
        "dll.code_signature.exists": signed == "true",
        "dll.code_signature.trusted": (signed == "true") & (valid == "valid"),
        "dll.code_signature.subject_name": f.known("Signature"),
        "dll.code_signature.status": pl.when(valid == "valid").then(word("trusted")),
    }


_HIVES = {"HKLM": "HKLM", "HKU": "HKEY_USERS", "HKCR": "HKCR"}


def _registry(f: Fields) -> Columns:
    target = f.known("TargetObject")
    hive = target.str.extract(r"^([^\\]+)").replace(_HIVES)
    path = hive + target.str.extract(r"^[^\\]+(.*)$")
    valued = f("EventType").is_in(["SetValue", "DeleteValue"])
    deleted = f("EventType").str.starts_with("Delete")
    key = (
        pl.when(valued)
        .then(target.str.extract(r"^[^\\]+\\(.*)\\[^\\]*$"))
        .otherwise(target.str.extract(r"^[^\\]+\\(.*)$"))
    )
    data = f.known("Details").str.replace(r"^[DQ]WORD \((0x[0-9a-fA-F-]+)\)$", "$1")
    return {
        **_common(f, "registry", pl.when(deleted).then(word("deletion")).otherwise(word("modification")), "change"),
        **_doer_with_line(f),
        "registry.path": path,
        "registry.hive": hive,
        "registry.key": key,
        "registry.value": pl.when(valued).then(base(target)),
        "registry.data.strings": pl.when(data.is_not_null()).then(pl.concat_list(data)),
    }


DERIVATIONS = (
    Derivation("elastic.endpoint.events.process", "sysmon.process_creation", _start),
    Derivation("elastic.endpoint.events.process", "sysmon.process_termination", _end),
    Derivation("elastic.endpoint.events.network", "sysmon.network_connection", _connection),
    Derivation("elastic.endpoint.events.network", "sysmon.dns_query", _lookup),
    Derivation("elastic.endpoint.events.file", "sysmon.file_event", lambda f: _file("creation", "creation", f)),
    Derivation("elastic.endpoint.events.file", "sysmon.file_delete", lambda f: _file("deletion", "deletion", f)),
    Derivation("elastic.endpoint.events.library", "sysmon.image_load", _library),
    Derivation("elastic.endpoint.events.registry", "sysmon.registry_event", _registry),
)
