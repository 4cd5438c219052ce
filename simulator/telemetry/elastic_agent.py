"""Windows channels as Elastic Agent ships them: `elastic.windows.sysmon_operational`, `elastic.system.security`,
`elastic.windows.powershell_operational`.

The integrations' ingest pipelines move what ECS knows out of `winlog.event_data` and leave the rest there, as text. So
these tables are made of the raw channels' own records, and say nothing that those do not say. Source:
elastic/integrations, packages windows and system, ingest pipelines and their test events.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from simulator.tables import TABLES
from simulator.telemetry import identity
from simulator.telemetry.derived import DTYPES
from simulator.telemetry.elastic_defend import arguments, basename

_AGENT_VERSION = "8.14.3"
_HASHES = ("MD5", "SHA1", "SHA256", "IMPHASH")
Columns = dict[str, pl.Expr]

_SYSMON, _POWERSHELL = "elastic.windows.sysmon_operational", "elastic.windows.powershell_operational"
_SECURITY = "elastic.system.security"


@dataclass(frozen=True, slots=True)
class Shipment:
    """How the records of one raw table become rows of Elastic's: the event's id, its ECS category and type, and what
    the pipeline makes of its fields. `ordinal` tells records of one action apart."""

    table: str
    event: int
    action: str
    category: str
    types: tuple[str, ...]
    columns: Callable[[], Columns]
    ordinal: pl.Expr | None = None


def ship(source: str, raw: pl.DataFrame) -> pl.DataFrame:
    """The records `raw` of the table `source` (a key of SHIPMENTS, all of its columns) as rows of Elastic's table.

    System columns and whatever else begins with an underscore are kept as they are.
    """
    one = SHIPMENTS[source]
    table, event = one.table, one.event
    dataset = table.removeprefix("elastic.")
    made: dict[str, pl.Expr] = {
        "@timestamp": pl.col("_time"),
        "agent.type": pl.lit("filebeat"),
        "agent.version": pl.lit(_AGENT_VERSION),
        "data_stream.dataset": pl.lit(dataset),
        "data_stream.namespace": pl.lit("default"),
        "data_stream.type": pl.lit("logs"),
        "event.action": pl.lit(one.action),
        "event.category": _words((one.category,)),
        "event.code": pl.lit(str(event)),
        "event.dataset": pl.lit(dataset),
        "event.kind": pl.lit("event"),
        "event.module": pl.lit(dataset.partition(".")[0]),
        "event.provider": pl.col("Provider_Name"),
        "event.type": _words(one.types),
        "host.name": pl.col("Computer").str.to_lowercase(),
        "host.hostname": pl.col("Computer").str.to_lowercase().str.extract(r"^([^.]*)"),
        "host.os.family": pl.lit("windows"),
        "host.os.platform": pl.lit("windows"),
        "host.os.type": pl.lit("windows"),
        "winlog.channel": pl.col("Channel"),
        "winlog.computer_name": pl.col("Computer"),
        "winlog.event_id": pl.lit(str(event)),
        "winlog.provider_guid": pl.col("Provider_Guid"),
        "winlog.provider_name": pl.col("Provider_Name"),
        "winlog.record_id": pl.col("EventRecordID").cast(pl.String),
        "winlog.process.pid": pl.col("Execution_ProcessID"),
        "winlog.process.thread.id": pl.col("Execution_ThreadID"),
        "winlog.user.identifier": pl.col("Security_UserID"),
        **one.columns(),
    }
    if table == _SYSMON:
        made = {
            "process.entity_id": pl.col("ProcessGuid"),
            "process.pid": _number("ProcessId"),
            "process.executable": pl.col("Image"),
            "process.name": pl.col("Image").map_batches(basename, return_dtype=pl.String),
            "winlog.event_data.RuleName": _text("RuleName"),
            **made,
        }
    kinds = {column.name: DTYPES[column.type] for column in TABLES[table].columns if column.name in made}
    kept = [name for name in raw.columns if name.startswith("_")]
    return raw.select(*kept, *(made[name].cast(kind).alias(name) for name, kind in kinds.items()))


def shipped(source: str, raw: pl.DataFrame) -> pl.DataFrame:
    """Simulated records of the raw table `source` as Elastic's rows: the same records with ids of their own."""
    one = SHIPMENTS[source]
    ordinals = raw.select(one.ordinal.cast(pl.UInt64))[:, 0].to_numpy() if one.ordinal is not None else None
    actions = raw["_action_id"].cast(pl.UInt64, wrap_numerical=True).to_numpy()
    frame = ship(source, raw).with_columns(_event_id=pl.Series(identity.event_ids(actions, one.table, ordinals)))
    helpers = ("_action_id", "_instance_id")
    return frame.select(pl.exclude(helpers), *helpers)


def _connection() -> Columns:
    """What Sysmon 3 says."""
    egress = pl.col("Initiated") == "true"
    ipv6 = pl.col("DestinationIsIpv6") == "true"
    columns: Columns = {
        "source.ip": pl.col("SourceIp"),
        "source.domain": _text("SourceHostname"),
        "source.port": _number("SourcePort"),
        "destination.ip": pl.col("DestinationIp"),
        "destination.domain": _text("DestinationHostname"),
        "destination.port": _number("DestinationPort"),
        "network.transport": pl.col("Protocol"),
        "network.type": pl.when(ipv6).then(pl.lit("ipv6")).otherwise(pl.lit("ipv4")),
        "network.direction": pl.when(egress).then(pl.lit("egress")).otherwise(pl.lit("ingress")),
    }
    return columns | _user()


def _file() -> Columns:
    """What Sysmon 11 says."""
    path = pl.col("TargetFilename")
    columns: Columns = {
        "file.path": path,
        "file.name": path.str.extract(r"([^\\/]+)$"),
        "file.directory": path.str.extract(r"^(.*)\\[^\\]*$"),
        "file.extension": path.str.extract(r"\.([^.\\]+)$"),
    }
    return columns | _user()


def _lookup() -> Columns:
    """What Sysmon 22 says."""
    answered = pl.col("QueryResults")
    columns: Columns = {
        "dns.question.name": pl.col("QueryName"),
        "dns.resolved_ip": answered.str.extract_all(r"::ffff:[0-9.]+|[0-9a-f:]+:[0-9a-f:]+")
        .list.eval(pl.element().str.replace("::ffff:", "", literal=True))
        .list.eval(pl.element().filter(pl.element().str.len_chars() > 2)),
        "dns.answers.data": answered.str.extract_all(r"type:  5 [^;]+").list.eval(
            pl.element().str.replace("type:  5 ", "", literal=True)
        ),
        "network.protocol": pl.lit("dns"),
        "sysmon.dns.status": pl.when(pl.col("QueryStatus") == "0").then(pl.lit("SUCCESS")).otherwise("QueryStatus"),
    }
    return columns | _user()


def _created() -> Columns:
    """What Security 4688 says."""
    line = pl.when(pl.col("CommandLine") != "").then("CommandLine")
    columns: Columns = {
        "process.command_line": line,
        "process.args": line.map_batches(arguments, return_dtype=pl.List(pl.String)),
        "process.executable": pl.col("NewProcessName"),
        "process.name": pl.col("NewProcessName").map_batches(basename, return_dtype=pl.String),
        "process.pid": _hexadecimal("NewProcessId"),
        "process.parent.executable": _text("ParentProcessName"),
        "process.parent.name": _text("ParentProcessName").map_batches(basename, return_dtype=pl.String),
        "process.parent.pid": _hexadecimal("ProcessId"),
        "user.domain": pl.col("SubjectDomainName"),
        "user.id": pl.col("SubjectUserSid"),
        "user.name": pl.col("SubjectUserName"),
        "event.outcome": pl.lit("success"),
        "winlog.logon.id": pl.col("SubjectLogonId"),
    }
    kept = (
        "SubjectUserSid SubjectUserName SubjectDomainName SubjectLogonId NewProcessId NewProcessName "
        "TokenElevationType ProcessId TargetUserSid TargetUserName TargetDomainName TargetLogonId MandatoryLabel"
    )
    return columns | _event_data(kept)


def _script() -> Columns:
    """What PowerShell 4104 says."""
    return {
        "powershell.file.script_block_id": pl.col("ScriptBlockId"),
        "powershell.file.script_block_text": pl.col("ScriptBlockText"),
        "powershell.file.script_block_length": pl.col("ScriptBlockText").str.len_chars().cast(pl.Int64),
        "powershell.sequence": _number("MessageNumber"),
        "powershell.total": _number("MessageTotal"),
        "file.path": _text("Path"),
        "file.name": _text("Path").map_batches(basename, return_dtype=pl.String),
        "user.id": pl.col("Security_UserID"),
    }


def _cmdlet() -> Columns:
    """What PowerShell 4103 says."""
    context = pl.col("ContextInfo")

    def said(key: str) -> pl.Expr:
        return context.str.extract(rf"{key} = ([^\r\n]*)")

    return {
        "powershell.command.name": said("Command Name"),
        "powershell.command.type": said("Command Type"),
        "powershell.command.path": said("Command Path"),
        "powershell.engine.version": said("Engine Version"),
        "powershell.id": said("Host ID"),
        "powershell.pipeline_id": said("Pipeline ID"),
        "powershell.runspace_id": said("Runspace ID"),
        "powershell.sequence": said("Sequence Number").cast(pl.Int64, strict=False),
        "process.command_line": said("Host Application"),
        "process.args": said("Host Application").map_batches(arguments, return_dtype=pl.List(pl.String)),
        "user.domain": said("User").str.extract(r"^([^\\]*)\\"),
        "user.name": said("User").str.extract(r"([^\\]*)$"),
        "winlog.event_data.Payload": pl.col("Payload"),
    }


def _process() -> Columns:
    """What Sysmon 1 says of a process, its file and its parent."""
    line, parent_line = pl.col("CommandLine"), _text("ParentCommandLine")
    as_arguments: Callable[[pl.Expr], pl.Expr] = lambda lines: lines.map_batches(  # noqa: E731
        arguments, return_dtype=pl.List(pl.String)
    )
    hashes = {
        f"process.hash.{name.lower()}" if name != "IMPHASH" else "process.pe.imphash": pl.col("Hashes")
        .str.extract(rf"\b{name}=([0-9A-F]+)")
        .str.to_lowercase()
        for name in _HASHES
    }
    return {
        "process.command_line": line,
        "process.args": as_arguments(line),
        "process.args_count": as_arguments(line).list.len(),
        "process.working_directory": pl.col("CurrentDirectory"),
        "process.parent.command_line": parent_line,
        "process.parent.args": as_arguments(parent_line),
        "process.parent.entity_id": pl.col("ParentProcessGuid"),
        "process.parent.executable": _text("ParentImage"),
        "process.parent.name": _text("ParentImage").map_batches(basename, return_dtype=pl.String),
        "process.parent.pid": _number("ParentProcessId"),
        "process.pe.company": _text("Company"),
        "process.pe.description": _text("Description"),
        "process.pe.file_version": _text("FileVersion"),
        "process.pe.original_file_name": _text("OriginalFileName"),
        "process.pe.product": _text("Product"),
        **hashes,
        **_user(),
        **_event_data("Company Description FileVersion IntegrityLevel LogonGuid LogonId Product TerminalSessionId"),
    }


def _user() -> Columns:
    return {
        "user.domain": pl.col("User").str.extract(r"^([^\\]*)\\"),
        "user.name": pl.col("User").str.extract(r"([^\\]*)$"),
    }


def _event_data(names: str) -> Columns:
    return {f"winlog.event_data.{name}": _text(name) for name in names.split()}


def _text(name: str) -> pl.Expr:
    """A field without Sysmon's signs for "nothing": the pipelines drop empty text, `-` and `?`."""
    return pl.when(~pl.col(name).is_in(["", "-", "?"])).then(name)


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64, strict=False)


def _hexadecimal(name: str) -> pl.Expr:
    return pl.col(name).str.strip_prefix("0x").str.to_integer(base=16, strict=False)


def _words(words: tuple[str, ...]) -> pl.Expr:
    return pl.concat_list([pl.lit(word) for word in words])


SHIPMENTS: dict[str, Shipment] = {
    "sysmon.process_creation": Shipment(
        _SYSMON, 1, "Process Create (rule: ProcessCreate)", "process", ("start",), _process
    ),
    "sysmon.network_connection": Shipment(
        _SYSMON,
        3,
        "Network connection detected (rule: NetworkConnect)",
        "network",
        ("start", "connection", "protocol"),
        _connection,
    ),
    "sysmon.file_event": Shipment(_SYSMON, 11, "File created (rule: FileCreate)", "file", ("creation",), _file),
    "sysmon.dns_query": Shipment(
        _SYSMON, 22, "Dns query (rule: DnsQuery)", "network", ("connection", "protocol", "info"), _lookup
    ),
    "security.process_creation": Shipment(_SECURITY, 4688, "created-process", "process", ("start",), _created),
    "powershell.module": Shipment(_POWERSHELL, 4103, "Executing Pipeline", "process", ("info",), _cmdlet),
    "powershell.script_block": Shipment(
        _POWERSHELL,
        4104,
        "Execute a Remote Command",
        "process",
        ("info",),
        _script,
        pl.col("MessageNumber").cast(pl.Int64, strict=False) - 1,
    ),
}
"""By raw table; event.action is the task's name as the provider spells it, or what the pipeline makes of it."""
