"""Elastic Defend on Windows: the data streams `logs-endpoint.events.{process,network,file}`.

Source: elastic/endpoint-package, custom_documentation (which fields each event has) and its sample events. What the
sensor does not have is not here: network events carry no command line and no parent, bytes are known only when a
connection ends, a look-up's result only in its second event.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from simulator.draw import Ids, Ints, children, mix
from simulator.telemetry import identity, text
from simulator.telemetry.rows import Rows, Value, choose
from simulator.telemetry.versions import programs

_AGENT_VERSION, _ECS_VERSION = "8.14.3", "8.10.0"
ARGUMENTS = r'(?:[^\s"]+|"[^"]*")+'
"""One argument of a Windows command line: quotes keep blanks together."""


def process(rows: Rows) -> pl.DataFrame:
    """`process_start` as event.action `start`."""
    rows = rows.on("windows")
    frame = rows.frame
    files = programs(rows, ("MD5", "SHA1", "SHA256"))
    parent = frame["parent_image"]
    parent_entity = _entities(rows, "parent", "parent_start")
    columns: dict[str, Value] = {
        **_common(rows, "process", rows.times(), "start", "process", ("start",)),
        **_actor(rows),
        "process.args": arguments(frame["command_line"]),
        "process.args_count": arguments(frame["command_line"]).list.len(),
        "process.command_line": frame["command_line"],
        "process.working_directory": frame["folder"],
        "process.hash.md5": files["MD5"].str.to_lowercase(),
        "process.hash.sha1": files["SHA1"].str.to_lowercase(),
        "process.hash.sha256": files["SHA256"].str.to_lowercase(),
        "process.pe.original_file_name": files["OriginalFileName"],
        **_signature("process", files["Signer"]),
        **_signature("process.Ext", files["Signer"]),
        "process.parent.args": arguments(frame["parent_command_line"]),
        "process.parent.args_count": arguments(frame["parent_command_line"]).list.len(),
        "process.parent.command_line": frame["parent_command_line"],
        "process.parent.entity_id": parent_entity,
        "process.parent.executable": parent,
        "process.parent.name": basename(parent),
        "process.parent.pid": pl.Series(rows.pids("parent", "parent_image")),
        "process.Ext.ancestry": _entities(rows, "parent", "parent_start")
        .to_frame("e")
        .select(pl.concat_list("e"))["e"],
        "process.Ext.authentication_id": text.hex_number(identity.logon_ids(frame["logon"].fill_null(0).to_numpy())),
        "process.Ext.token.integrity_level_name": frame["integrity"].str.to_lowercase(),
        "process.Ext.token.elevation_level": choose(frame["integrity"] == "High", "full", "default"),
        "process.Ext.session_info.id": frame["session"].cast(pl.Int64),
    }
    return rows.table("elastic.endpoint.events.process", rows.times(), rows.user("name"), columns)


def network(rows: Rows) -> pl.DataFrame:
    """`connection` as `connection_attempted`, and when it ends, `disconnect_received` with the bytes."""
    rows = rows.on("windows")
    rows, ended = _twice(rows)
    frame = rows.frame
    times = rows.times() + np.where(ended, frame["duration"].fill_null(0).to_numpy(), 0)
    over = pl.Series(ended)
    ipv6 = frame["address"].str.contains(":", literal=True)
    own = choose(ipv6, rows.host("ipv6"), rows.host("ip"))
    columns: dict[str, Value] = {
        **_common(rows, "network", times, choose(ended, "disconnect_received", "connection_attempted"), "network", ()),
        "event.type": _lists(over, ("end",), ("start",)),
        **_actor(rows),
        "destination.address": frame["address"],
        "destination.ip": frame["address"],
        "destination.port": frame["port"],
        "destination.bytes": choose(ended, frame["bytes_in"], None),
        "source.address": own,
        "source.ip": own,
        "source.port": frame["source_port"],
        "source.bytes": choose(ended, frame["bytes_out"], None),
        "network.direction": "egress",
        "network.transport": frame["protocol"],
        "network.type": choose(ipv6, "ipv6", "ipv4"),
    }
    return rows.table("elastic.endpoint.events.network", times, rows.user("name"), columns, ended.astype(np.uint64))


def lookup(rows: Rows) -> pl.DataFrame:
    """`lookup` through the system's client as `lookup_requested`, then `lookup_result` with what came back."""
    rows, ended = _twice(rows.on("windows").where(pl.col("system_resolver")))
    frame = rows.frame
    times = rows.times() + np.where(ended, 1_000 + (mix(rows.actions, "lookup takes") % np.uint64(60_000)), 0).astype(
        np.int64
    )
    over = pl.Series(ended)
    resolved = frame["addresses"].fill_null(pl.Series([[]], dtype=pl.List(pl.String)))
    columns: dict[str, Value] = {
        **_common(rows, "network", times, choose(ended, "lookup_result", "lookup_requested"), "network", ()),
        "event.type": _lists(over, ("protocol", "info"), ("protocol", "start")),
        **_actor(rows),
        "dns.question.name": frame["name"],
        "dns.question.type": frame["query_type"],
        "dns.resolved_ip": choose(over & (frame["status"] == 0), resolved, None),
        "dns.Ext.status": choose(ended, frame["status"].cast(pl.Int64), None),
        "destination.port": 53,
        "network.protocol": "dns",
    }
    # Ordinals of their own: a look-up and a connection are different actions, so these start at 0, too.
    return rows.table("elastic.endpoint.events.network", times, rows.user("name"), columns, ended.astype(np.uint64))


def file(rows: Rows) -> pl.DataFrame:
    """`write` as event.action `creation`, or `rename` with event.type `change`."""
    rows = rows.on("windows")
    renamed = rows.frame["previous"].is_not_null()
    path = rows.frame["path"]
    columns: dict[str, Value] = {
        **_common(rows, "file", rows.times(), "creation", "file", ("creation",)),
        "event.action": choose(renamed, "rename", "creation"),
        "event.type": _lists(renamed, ("change",), ("creation",)),
        **_actor(rows),
        "file.path": path,
        "file.name": basename(path),
        "file.extension": path.str.extract(r"\.([^.\\]+)$"),
        "file.size": rows.frame["bytes"],
    }
    return rows.table("elastic.endpoint.events.file", rows.times(), rows.user("name"), columns)


def arguments(command_lines: pl.Series) -> pl.Series:
    """Command lines as lists of arguments, without their quotes (CommandLineToArgvW but for escaped quotes)."""
    found = command_lines.str.extract_all(ARGUMENTS)
    return found.list.eval(pl.element().str.replace_all('"', "", literal=True))


def basename(paths: pl.Series) -> pl.Series:
    """What stands after the last slash or backslash of each path."""
    return paths.str.extract(r"([^\\/]+)$")


def _twice(rows: Rows) -> tuple[Rows, np.ndarray]:
    """Each row twice, one after the other; and which ones are the second."""
    row, number, _ = children(rows.actions, np.full(rows.frame.height, 2, np.int64))
    return Rows(rows.scene, rows.frame[row]), number == 1


def _lists(condition: pl.Series, yes: tuple[str, ...], no: tuple[str, ...]) -> pl.Series:
    """One of two lists for each row."""
    both = pl.Series([list(no), list(yes)], dtype=pl.List(pl.String))
    return both.gather(condition.cast(pl.UInt32))


def _repeated(rows: Rows, values: tuple[str, ...]) -> pl.Series:
    return _lists(pl.Series(np.ones(rows.frame.height, np.bool_)), values, values)


def _common(
    rows: Rows, kind: str, times: Ints, action: Value, category: str, types: tuple[str, ...]
) -> Mapping[str, Value]:
    """What every event of the sensor has: when, which data stream, which agent, host and user."""
    dataset = f"endpoint.events.{kind}"
    moment = pl.Series(times).cast(pl.Datetime("us", "UTC"))
    at = rows.at()
    hosts = rows.scene.host_ids
    release = rows.host("os_release")
    return {
        "@timestamp": moment,
        "agent.id": _host_guid(hosts, "agent").gather(at),
        "agent.type": "endpoint",
        "agent.version": _AGENT_VERSION,
        "data_stream.dataset": dataset,
        "data_stream.namespace": "default",
        "data_stream.type": "logs",
        "ecs.version": _ECS_VERSION,
        "event.action": action,
        "event.category": _repeated(rows, (category,)),
        "event.created": moment,
        "event.dataset": dataset,
        "event.kind": "event",
        "event.module": "endpoint",
        "event.outcome": "unknown",
        "event.agent_id_status": "verified",
        **({"event.type": _repeated(rows, types)} if types else {}),
        "host.architecture": "x86_64",
        "host.hostname": rows.host("name").str.to_lowercase(),
        "host.id": _host_guid(hosts, "host").gather(at),
        "host.ip": _addresses(rows),
        "host.name": rows.host("name").str.to_lowercase(),
        "host.os.family": "windows",
        "host.os.kernel": release,
        "host.os.name": "Windows",
        "host.os.platform": "windows",
        "host.os.type": "windows",
        "host.os.version": release,
        "user.domain": rows.user("domain"),
        "user.id": rows.user("sid"),
        "user.name": rows.user("name"),
    }


def _addresses(rows: Rows) -> pl.Series:
    own = pl.DataFrame({"ip": rows.host("ip"), "ipv6": rows.host("ipv6")})
    return own.select(pl.concat_list("ip", "ipv6", pl.lit("127.0.0.1"), pl.lit("::1")).alias("ips"))["ips"]


def _actor(rows: Rows) -> Mapping[str, Value]:
    """The process that did it. `Ext.code_signature` and the like are in process events alone."""
    image = rows.frame["image"]
    return {
        "process.entity_id": _entities(rows, "process", "process_start"),
        "process.executable": image,
        "process.name": basename(image),
        "process.pid": pl.Series(rows.pids()),
    }


def _entities(rows: Rows, process: str, start: str) -> pl.Series:
    """process.entity_id: Base64 of agent, pid and start, as the sensor makes it."""
    agent = _host_guid(rows.scene.host_ids, "agent").gather(rows.at())
    parts = rows.frame.select(
        agent=agent, process=pl.col(process).fill_null(0), start=pl.col(start).fill_null(0) // 1000
    ).select(pl.concat_str("agent", "process", "start", separator="-").alias("entity"))
    return parts["entity"].str.encode("base64")


def _host_guid(hosts: Ids, purpose: str) -> pl.Series:
    return text.guid(mix(hosts, purpose, "first half"), mix(hosts, purpose, "second half"), braces=False)


def _signature(prefix: str, signer: pl.Series) -> Mapping[str, Value]:
    """The code signature: an unsigned file has none of its fields but `exists`."""
    signed = signer.is_not_null()
    return {
        f"{prefix}.code_signature.exists": signed,
        f"{prefix}.code_signature.status": choose(signed, "trusted", None),
        f"{prefix}.code_signature.subject_name": signer,
        f"{prefix}.code_signature.trusted": choose(signed, yes=True, no=None),
    }
