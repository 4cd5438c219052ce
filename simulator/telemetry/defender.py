"""Microsoft Defender XDR: DeviceProcessEvents, DeviceNetworkEvents and DeviceFileEvents.

Source: Microsoft's schema reference and one genuine exported row (docs/telemetry.md). What the sensor does not have is
not here: connections have no bytes, a file's SHA256 is often empty, RemoteUrl is a host, an URL or nothing, connections
of one process to one place within a while are one record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import polars as pl

from simulator.draw import Ids, integers, mix
from simulator.telemetry import identity, text
from simulator.telemetry.coded import coded
from simulator.telemetry.elastic_defend import basename
from simulator.telemetry.files import Files, files
from simulator.telemetry.rows import Rows, Value, choose

_HASHES = ("MD5", "SHA1", "SHA256")
_TOKENS = {"Limited": "TokenElevationTypeLimited", "Full": "TokenElevationTypeFull"}
_PRIVATE = r"^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|fd|fc)"
_LOOPBACK = r"^(127\.|::1$)"
_LINK_LOCAL = r"^(169\.254\.|fe80:)"


def process(rows: Rows) -> pl.DataFrame:
    """DeviceProcessEvents of `process_start`."""
    rows = rows.on("windows")
    frame = rows.frame
    own = files(rows, "software", "version", "image", _HASHES)
    image = coded(frame["image"])
    no_sha256 = pl.Series(rows.share("defender_sha256_missing"))
    moment = _moment(rows.times())
    elevated = _elevation(rows, frame["integrity"], "user")
    columns: dict[str, Value] = {
        **_common(rows, "ProcessCreated"),
        "FileName": image.each(basename),
        "FolderPath": frame["image"],
        "SHA1": own["SHA1"],
        "SHA256": choose(no_sha256, None, own["SHA256"]),
        "MD5": own["MD5"],
        "FileSize": own["size"],
        **_version_info("ProcessVersionInfo", own),
        "ProcessId": pl.Series(rows.pids()),
        "ProcessCommandLine": frame["command_line"].fill_null(""),
        "ProcessIntegrityLevel": frame["integrity"],
        "ProcessTokenElevation": elevated,
        "ProcessCreationTime": moment,
        **_account(rows, "Account", "user"),
        "LogonId": _logon_ids(frame["logon"]),
        **_initiating(rows),
        "ProcessSessionId": frame["session"],
        "IsProcessRemoteSession": False,
    }
    return rows.table("defender.DeviceProcessEvents", rows.times(), rows.user("name"), columns)


def network(rows: Rows) -> pl.DataFrame:
    """DeviceNetworkEvents of `connection`, as ConnectionSuccess."""
    rows = _first_of_while(rows.on("windows"))
    frame = rows.frame
    ipv6 = frame["address"].str.contains(":", literal=True)
    own = choose(ipv6, rows.host("ipv6"), rows.host("ip"))
    no_url = pl.Series(rows.share("defender_remote_url_missing"))
    whole = pl.Series(rows.share("defender_remote_url_full_share")) & frame["port"].is_in([80, 443])
    schemed = choose(frame["port"] == 80, "http://", "https://") + frame["name"] + "/"
    columns: dict[str, Value] = {
        **_common(rows, "ConnectionSuccess"),
        "RemoteIP": frame["address"],
        "RemotePort": frame["port"],
        "RemoteUrl": choose(no_url, None, choose(whole, schemed, frame["name"])),
        "LocalIP": own,
        "LocalPort": frame["source_port"],
        "Protocol": frame["protocol"].str.to_titlecase(),
        "LocalIPType": coded(own).each(_address_type),
        "RemoteIPType": coded(frame["address"]).each(_address_type),
        **_initiating(rows),
    }
    return rows.table("defender.DeviceNetworkEvents", rows.times(), rows.user("name"), columns)


def file(rows: Rows) -> pl.DataFrame:
    """DeviceFileEvents of `write`, as FileCreated or FileRenamed."""
    rows = rows.on("windows")
    frame = rows.frame
    path, before = (frame[name].str.strip_chars('"') for name in ("path", "previous"))
    no_hash = pl.Series(rows.share("defender_file_hash_missing"))
    no_sha256 = no_hash | pl.Series(rows.share("defender_sha256_missing"))
    remote = path.str.starts_with("\\\\")
    user, domain = rows.user("lower_name"), rows.user("lower_domain")
    columns: dict[str, Value] = {
        **_common(rows, choose(before.is_null(), "FileCreated", "FileRenamed")),
        "PreviousFileName": basename(before),
        "PreviousFolderPath": before,
        "FileName": basename(path),
        "FolderPath": path,
        "SHA1": choose(no_hash, None, _digest(rows.actions, "SHA1")),
        "SHA256": choose(no_sha256, None, _digest(rows.actions, "SHA256")),
        "MD5": choose(no_hash, None, _digest(rows.actions, "MD5")),
        "FileSize": frame["bytes"],
        **_initiating(rows),
        "RequestProtocol": choose(remote, "SMB", "Local"),
        "RequestAccountName": user,
        "RequestAccountDomain": domain,
        "RequestAccountSid": rows.user("sid"),
        "IsAzureInfoProtectionApplied": False,
    }
    return rows.table("defender.DeviceFileEvents", rows.times(), rows.user("name"), columns)


def lookup(rows: Rows) -> pl.DataFrame:
    """DeviceEvents of `lookup` through the system's own client, as DnsQueryResponse."""
    rows = rows.on("windows").where(pl.col("system_resolver"))
    said = rows.frame.select(pl.struct(DnsQueryString="name").struct.json_encode().alias("said"))["said"]
    columns = {**_common(rows, "DnsQueryResponse"), **_initiating(rows), "AdditionalFields": said}
    return rows.table("defender.DeviceEvents", rows.times(), rows.user("name"), columns)


def script(rows: Rows) -> pl.DataFrame:
    """DeviceEvents of `script`, as PowerShellCommand: what was run, cut off where the sensor cuts it off."""
    rows = rows.on("windows")
    text = rows.frame["text"].fill_null("").str.slice(0, int(rows.scene.share("defender_script_characters")))
    said = text.to_frame("Command").select(pl.struct("Command").struct.json_encode().alias("said"))["said"]
    columns = {**_common(rows, "PowerShellCommand"), **_initiating(rows), "AdditionalFields": said}
    return rows.table("defender.DeviceEvents", rows.times(), rows.user("name"), columns)


def _common(rows: Rows, action: Value) -> Mapping[str, Value]:
    """When, where and what: the columns that begin every table, under both of their names for the time."""
    moment = _moment(rows.times())
    return {
        "Timestamp": moment,
        "TimeGenerated": moment,
        "DeviceId": _of_hosts(rows, _device_ids(rows.scene.host_ids)),
        "DeviceName": rows.host("lower_fqdn"),
        "ActionType": action,
        "ReportId": pl.Series(integers(rows.actions, 1, 900_000, "ReportId")),
    }


def _initiating(rows: Rows) -> Mapping[str, Value]:
    """The process that did it, from the columns that `doer` adds."""
    frame = rows.frame
    own = files(rows, "by_software", "by_version", "by_image", _HASHES)
    image, parent = coded(frame["by_image"]), coded(frame["by_parent_image"])
    # What was started by another instance is known by the name of its file: its hashes are not.
    known = Files(own.rows, own.facts.with_columns(pl.when("known").then(pl.col(name)) for name in _HASHES))
    no_sha256 = pl.Series(rows.share("defender_initiating_sha256_missing"))
    orphan = frame["by_parent_image"].is_null()
    system = rows.user("system", "by_user")
    integrity = frame["by_integrity"].fill_null(choose(system, "System", "Medium"))
    logon = frame["by_logon"]
    return {
        "InitiatingProcessSHA1": known["SHA1"],
        "InitiatingProcessSHA256": choose(no_sha256, None, known["SHA256"]),
        "InitiatingProcessMD5": known["MD5"],
        "InitiatingProcessFileName": image.each(basename),
        "InitiatingProcessFileSize": own["size"],
        **_version_info("InitiatingProcessVersionInfo", own),
        "InitiatingProcessId": pl.Series(rows.pids("by_process", "by_image")),
        "InitiatingProcessCommandLine": frame["by_command_line"],
        "InitiatingProcessCreationTime": _moment(_skewed(rows, "by_start")),
        "InitiatingProcessFolderPath": image.each(lambda paths: paths.str.to_lowercase()),
        "InitiatingProcessParentId": choose(orphan, None, pl.Series(rows.pids("by_parent", "by_parent_image"))),
        "InitiatingProcessParentFileName": parent.each(basename),
        "InitiatingProcessParentCreationTime": choose(orphan, None, _moment(_skewed(rows, "by_parent_start"))),
        **_account(rows, "InitiatingProcessAccount", "by_user"),
        "InitiatingProcessIntegrityLevel": integrity,
        "InitiatingProcessTokenElevation": _elevation(rows, integrity, "by_user"),
        **(
            {"InitiatingProcessLogonId": choose(logon.is_null(), None, _logon_ids(logon))}
            if "command_line" in frame.columns  # a column of DeviceProcessEvents only
            else {}
        ),
        "InitiatingProcessSessionId": frame["by_session"],
        "IsInitiatingProcessRemoteSession": False,
    }


def _account(rows: Rows, prefix: str, of: str) -> Mapping[str, Value]:
    """Names are in lower case; people have an identity in the cloud, accounts of the system do not."""
    person = rows.user("mail", of)
    return {
        f"{prefix}Domain": rows.user("lower_domain", of),
        f"{prefix}Name": rows.user("lower_name", of),
        f"{prefix}Sid": rows.user("sid", of),
        f"{prefix}Upn": person,
        f"{prefix}ObjectId": choose(person.is_null(), None, rows.user("object_id", of)),
    }


def _version_info(prefix: str, own: Files) -> Mapping[str, Value]:
    facts = own.facts.select(
        pl.col("Company").alias("CompanyName"),
        pl.col("Product").alias("ProductName"),
        pl.col("FileVersion").str.extract(r"^(\S+)").alias("ProductVersion"),
        pl.col("OriginalFileName").str.replace(r"(?i)\.(exe|dll)$", "").alias("InternalFileName"),
        "OriginalFileName",
        pl.col("Description").alias("FileDescription"),
    )
    return {f"{prefix}{fact.name}": own.rows.take(fact) for fact in facts}


def _elevation(rows: Rows, integrity: pl.Series, of: str) -> pl.Series:
    """As in 4688: full for an administrator's elevated token, limited for that of every day, default for all others."""
    elevated = (integrity == "High") & ~rows.user("system", of)
    limited = rows.user("administrator", of) & integrity.is_in(["Medium", "Low"])
    return choose(elevated, _TOKENS["Full"], choose(limited, _TOKENS["Limited"], "TokenElevationTypeDefault"))


def _first_of_while(rows: Rows) -> Rows:
    """What the sensor keeps: of the connections of one process to one address and port the first in each stretch of
    `defender_connection_window_seconds`. Instances are kept apart: what others do changes none of their events."""
    window = int(rows.scene.share("defender_connection_window_seconds") * 1_000_000)
    if window <= 0:
        return rows
    stretch = ["instance_id", "process", "address", "port", pl.col("time") // window]
    first = pl.struct(stretch).is_first_distinct()
    if not rows.scene.world.columns.get("defender.DeviceNetworkEvents"):
        return rows.where(first)
    # Columns of bytes that a world adds hold those of all the connections that the record stands for.
    whole = rows.frame.with_columns(pl.col("bytes_out", "bytes_in").sum().over(stretch))
    return Rows(rows.scene, whole).where(first)


def _moment(times: np.ndarray) -> pl.Series:
    return pl.Series(times).cast(pl.Datetime("us", "UTC"))


def _logon_ids(logons: pl.Series) -> pl.Series:
    return pl.Series(identity.logon_ids(logons.fill_null(0).to_numpy()).astype(np.int64))


def _skewed(rows: Rows, column: str) -> np.ndarray:
    shifted: np.ndarray = rows.frame[column].fill_null(0).to_numpy() + rows.scene.skew[rows.at()]
    return shifted


def _address_type(addresses: pl.Series) -> pl.Series:
    """LocalIPType and RemoteIPType: Public, Private, Loopback or LinkLocal."""
    address = pl.col("a")
    return addresses.to_frame("a").select(
        pl.when(address.str.contains(_PRIVATE)).then(pl.lit("Private"))
        .when(address.str.contains(_LOOPBACK)).then(pl.lit("Loopback"))
        .when(address.str.contains(_LINK_LOCAL)).then(pl.lit("LinkLocal"))
        .otherwise(pl.lit("Public"))
        .alias("type")
    )["type"]  # fmt: skip


def _digest(ids: Ids, algorithm: str) -> pl.Series:
    """Made-up hashes of files that were just written: of the action that wrote them."""
    digits = identity.HASH_DIGITS[algorithm]
    words = [text.hex_digits(mix(ids, algorithm, str(n)), 16) for n in range(-(-digits // 16))]
    return text.series(np.concatenate(words, axis=1)[:, :digits])


def _device_ids(hosts: Ids) -> pl.Series:
    return pl.Series([hashlib.sha256(f"device {host}".encode()).hexdigest()[:40] for host in hosts.tolist()])


def _of_hosts(rows: Rows, values: pl.Series) -> pl.Series:
    return values.gather(rows.frame["host"])
