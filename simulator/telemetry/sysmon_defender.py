"""Defender's tables of Sysmon's records, for real logs: what Defender would have said of the events that Sysmon saw.

Columns `By_*` are facts of the acting process's own start (a Sysmon 1 record), joined by GUID where the log has it; see
`translate`. A Sysmon record without them gives fewer columns, never other ones.
"""

from __future__ import annotations

import polars as pl

from simulator.telemetry.derived import Columns, Derivation, Fields, base, instant, named_hash, word

_PRIVATE = r"^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd])"


def _hashes(hashes: pl.Expr, prefix: str = "") -> Columns:
    return {f"{prefix}{name}": named_hash(hashes, name).str.to_lowercase() for name in ("MD5", "SHA1", "SHA256")}


def _versions(f: Fields, source: str, prefix: str) -> Columns:
    original = f.known(f"{source}OriginalFileName")
    return {
        f"{prefix}CompanyName": f.known(f"{source}Company"),
        f"{prefix}ProductName": f.known(f"{source}Product"),
        f"{prefix}ProductVersion": f.known(f"{source}FileVersion").str.extract(r"^(\S+)"),
        f"{prefix}InternalFileName": original.str.replace(r"(?i)\.(exe|dll)$", ""),
        f"{prefix}OriginalFileName": original,
        f"{prefix}FileDescription": f.known(f"{source}Description"),
    }


def _account(account: pl.Expr, prefix: str) -> Columns:
    lowered = account.str.to_lowercase()
    return {
        f"{prefix}Domain": lowered.str.extract(r"^([^\\]+)\\"),
        f"{prefix}Name": lowered.str.extract(r"([^\\]+)$"),
    }


def _common(f: Fields, action: pl.Expr | str) -> Columns:
    return {
        "Timestamp": pl.col("_time"),
        "TimeGenerated": pl.col("_time"),
        "DeviceId": f("Computer").str.to_lowercase(),
        "DeviceName": f("Computer").str.to_lowercase(),
        "ActionType": word(action) if isinstance(action, str) else action,
        "ReportId": f.number("EventRecordID"),
    }


def _initiating(f: Fields, image: pl.Expr, number: pl.Expr, line: pl.Expr, account: pl.Expr) -> Columns:
    """The process that did it: what the record itself says, and what is known of its start."""
    parent = f.known("By_ParentImage")
    return {
        **_hashes(f.known("By_Hashes"), "InitiatingProcess"),
        **_versions(f, "By_", "InitiatingProcessVersionInfo"),
        **_account(account, "InitiatingProcessAccount"),
        "InitiatingProcessFileName": base(image),
        "InitiatingProcessFolderPath": image.str.to_lowercase(),
        "InitiatingProcessId": number,
        "InitiatingProcessCommandLine": line,
        "InitiatingProcessCreationTime": instant(f("By_UtcTime")),
        "InitiatingProcessIntegrityLevel": f.known("By_IntegrityLevel"),
        "InitiatingProcessParentFileName": base(parent),
        "InitiatingProcessParentId": pl.when(parent.is_not_null()).then(f.number("By_ParentProcessId")),
    }


def _by(f: Fields) -> Columns:
    """The acting process of all records but process starts."""
    account = pl.coalesce(f.known("User"), f.known("By_User"))
    return _initiating(f, f.known("Image"), f.number("ProcessId"), f.known("By_CommandLine"), account)


def process(f: Fields) -> Columns:
    """DeviceProcessEvents of Sysmon 1."""
    image = f.known("Image")
    return {
        **_common(f, "ProcessCreated"),
        "FileName": base(image),
        "FolderPath": image,
        **_hashes(f.known("Hashes")),
        **_versions(f, "", "ProcessVersionInfo"),
        "ProcessId": f.number("ProcessId"),
        "ProcessCommandLine": f("CommandLine"),
        "ProcessIntegrityLevel": f.known("IntegrityLevel"),
        "ProcessCreationTime": instant(f("UtcTime")),
        **_account(f.known("User"), "Account"),
        "LogonId": f.number("LogonId"),
        **_initiating(
            f,
            f.known("ParentImage"),
            f.number("ParentProcessId"),
            f.known("ParentCommandLine"),
            pl.coalesce(f.known("ParentUser"), f.known("By_User")),
        ),
    }


def network(f: Fields) -> Columns:
    """DeviceNetworkEvents of Sysmon 3. The remote end of an inbound connection is its source."""
    inward = f("Initiated").str.to_lowercase() == "false"

    def end(here: str, there: str) -> pl.Expr:
        return pl.when(inward).then(f.known(here)).otherwise(f.known(there))

    remote, local = end("SourceIp", "DestinationIp"), end("DestinationIp", "SourceIp")
    ports = {"Remote": end("SourcePort", "DestinationPort"), "Local": end("DestinationPort", "SourcePort")}
    return {
        **_common(f, pl.when(inward).then(word("InboundConnectionAccepted")).otherwise(word("ConnectionSuccess"))),
        "RemoteIP": remote,
        "RemoteIPType": _address_type(remote),
        "RemoteUrl": end("SourceHostname", "DestinationHostname"),
        "LocalIP": local,
        "LocalIPType": _address_type(local),
        **{f"{side}Port": port.cast(pl.Int64, strict=False) for side, port in ports.items()},
        "Protocol": f.known("Protocol").str.to_titlecase(),
        **_by(f),
    }


def _address_type(address: pl.Expr) -> pl.Expr:
    return (
        pl.when(address.str.contains(_PRIVATE)).then(word("Private"))
        .when(address.str.contains(r"^(127\.|::1$|0:0:0:0:0:0:0:1$)")).then(word("Loopback"))
        .when(address.str.contains(r"^(169\.254\.|fe80:)")).then(word("LinkLocal"))
        .when(address.is_not_null()).then(word("Public"))
    )  # fmt: skip


def _file(action: str, f: Fields) -> Columns:
    path = f.known("TargetFilename")
    remote = path.str.starts_with("\\\\")
    return {
        **_common(f, action),
        "FileName": base(path),
        "FolderPath": path,
        **_hashes(f.known("Hashes")),
        "RequestProtocol": pl.when(remote).then(word("SMB")).otherwise(word("Local")),
        **_by(f),
    }


def image_load(f: Fields) -> Columns:
    """DeviceImageLoadEvents of Sysmon 7."""
    path = f.known("ImageLoaded")
    return {
        **_common(f, "ImageLoaded"),
        "FileName": base(path),
        "FolderPath": path,
        **_hashes(f.known("Hashes")),
        **_by(f),
    }


_REGISTRY = {
    "CreateKey": "RegistryKeyCreated",
    "DeleteKey": "RegistryKeyDeleted",
    "SetValue": "RegistryValueSet",
    "DeleteValue": "RegistryValueDeleted",
    "RenameKey": "RegistryKeyRenamed",
    "RenameValue": "RegistryKeyRenamed",
}
_HIVES = {"HKLM": "HKEY_LOCAL_MACHINE", "HKU": "HKEY_USERS", "HKCR": "HKEY_CLASSES_ROOT", "HKCU": "HKEY_CURRENT_USER"}


def registry(f: Fields) -> Columns:
    """DeviceRegistryEvents of Sysmon 12, 13 and 14: the hive by its full name, the value's name on its own."""
    target = f.known("TargetObject")
    hive = target.str.extract(r"^([^\\]+)").replace(_HIVES)
    whole = hive + target.str.extract(r"^[^\\]+(.*)$")
    valued = f("EventType").is_in(["SetValue", "DeleteValue"])
    return {
        **_common(f, f("EventType").replace_strict(_REGISTRY, default=None, return_dtype=pl.String)),
        "RegistryKey": pl.when(valued).then(whole.str.extract(r"^(.*)\\[^\\]*$")).otherwise(whole),
        "RegistryValueName": pl.when(valued).then(base(whole)),
        "RegistryValueData": f.known("Details").str.replace(r"^[DQ]WORD \((0x[0-9a-fA-F-]+)\)$", "$1"),
        **_by(f),
    }


def _json(**values: pl.Expr) -> pl.Expr:
    """AdditionalFields: a JSON object of texts."""
    named = [value.alias(name) for name, value in values.items()]
    encoded: pl.Expr = pl.struct(named).struct.json_encode()
    return encoded


def pipe(f: Fields) -> Columns:
    """DeviceEvents of Sysmon 17 and 18."""
    return {
        **_common(f, "NamedPipeEvent"),
        "AdditionalFields": _json(PipeName=pl.concat_str(word("\\Device\\NamedPipe"), f("PipeName"))),
        **_by(f),
    }


def lookup(f: Fields) -> Columns:
    """DeviceEvents of Sysmon 22."""
    return {
        **_common(f, "DnsQueryResponse"),
        "AdditionalFields": _json(DnsQueryString=f("QueryName"), DnsQueryResult=f("QueryResults")),
        **_by(f),
    }


def _towards(action: str, f: Fields) -> Columns:
    """DeviceEvents of what one process does to another: Sysmon 8 and 10."""
    image, target = f.known("SourceImage"), f.known("TargetImage")
    account = pl.coalesce(f.known("SourceUser"), f.known("By_User"))
    return {
        **_common(f, action),
        "FileName": base(target),
        "FolderPath": target,
        "ProcessId": f.number("TargetProcessId"),
        "AdditionalFields": _json(DesiredAccess=f("GrantedAccess")),
        **_initiating(f, image, f.number("SourceProcessId"), f.known("By_CommandLine"), account),
    }


def driver(f: Fields) -> Columns:
    """DeviceEvents of Sysmon 6."""
    path = f.known("ImageLoaded")
    return {**_common(f, "DriverLoad"), "FileName": base(path), "FolderPath": path, **_hashes(f.known("Hashes"))}


def script(f: Fields) -> Columns:
    """DeviceEvents of PowerShell 4104."""
    return {
        **_common(f, "PowerShellCommand"),
        "AdditionalFields": _json(Command=f("ScriptBlockText")),
        "InitiatingProcessId": f.number("Execution_ProcessID"),
    }


_LOGONS = {
    "2": "Interactive",
    "3": "Network",
    "4": "Batch",
    "5": "Service",
    "7": "Unlock",
    "8": "NetworkCleartext",
    "9": "NewCredentials",
    "10": "RemoteInteractive",
    "11": "CachedInteractive",
}


def sign_in(f: Fields) -> Columns:
    """DeviceLogonEvents of Security 4624 and 4625."""
    process = f.known("ProcessName")
    failed = f("EventID") == "4625"
    return {
        **_common(f, pl.when(failed).then(word("LogonFailed")).otherwise(word("LogonSuccess"))),
        "LogonType": f("LogonType").replace(_LOGONS),
        "AccountName": f.known("TargetUserName").str.to_lowercase(),
        "AccountDomain": f.known("TargetDomainName").str.to_lowercase(),
        "AccountSid": f.known("TargetUserSid"),
        "Protocol": f.known("AuthenticationPackageName"),
        "FailureReason": pl.when(failed).then(f.known("SubStatus")),
        "LogonId": f.number("TargetLogonId"),
        "RemoteDeviceName": f.known("WorkstationName"),
        "RemoteIP": f.known("IpAddress"),
        "RemoteIPType": _address_type(f.known("IpAddress")),
        "RemotePort": f.number("IpPort"),
        "InitiatingProcessFileName": base(process),
        "InitiatingProcessFolderPath": process.str.to_lowercase(),
        "InitiatingProcessId": f.number("ProcessId"),
    }


DERIVATIONS = (
    Derivation(
        "defender.DeviceLogonEvents",
        "security.other",
        sign_in,
        where=lambda f: f("EventID").is_in(["4624", "4625"]),
    ),
    Derivation("defender.DeviceProcessEvents", "sysmon.process_creation", process),
    Derivation("defender.DeviceNetworkEvents", "sysmon.network_connection", network),
    Derivation("defender.DeviceFileEvents", "sysmon.file_event", lambda f: _file("FileCreated", f)),
    Derivation("defender.DeviceFileEvents", "sysmon.file_change", lambda f: _file("FileModified", f)),
    Derivation("defender.DeviceFileEvents", "sysmon.file_delete", lambda f: _file("FileDeleted", f)),
    Derivation("defender.DeviceImageLoadEvents", "sysmon.image_load", image_load),
    Derivation("defender.DeviceRegistryEvents", "sysmon.registry_event", registry),
    Derivation("defender.DeviceEvents", "sysmon.dns_query", lookup),
    Derivation("defender.DeviceEvents", "sysmon.pipe_event", pipe),
    Derivation("defender.DeviceEvents", "sysmon.driver_load", driver),
    Derivation(
        "defender.DeviceEvents", "sysmon.create_remote_thread", lambda f: _towards("CreateRemoteThreadApiCall", f)
    ),
    Derivation("defender.DeviceEvents", "sysmon.process_access", lambda f: _towards("OpenProcessApiCall", f)),
    Derivation("defender.DeviceEvents", "powershell.script_block", script),
)
