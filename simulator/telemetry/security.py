"""Security 4688: a new process has been created.

Source: https://learn.microsoft.com/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/event-4688
and real records. The subject is who asked for the process, the target whose token it got, `-` when that is the same.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.draw import combine, integers, mix
from simulator.telemetry import identity, text
from simulator.telemetry.envelope import SECURITY_4688, envelope
from simulator.telemetry.rows import Rows, Value, choose, hex_numbers
from simulator.world import SYSTEM_LOGON

_LABELS = {"Low": "S-1-16-4096", "Medium": "S-1-16-8192", "High": "S-1-16-12288", "System": "S-1-16-16384"}
_NOBODY = "S-1-0-0"


def process_creation(rows: Rows) -> pl.DataFrame:
    """4688 of `process_start`."""
    rows = rows.on("windows")
    frame = rows.frame
    times = rows.times()
    same = frame["user"] == frame["parent_user"]
    short = rows.host("audit_v1")
    stops = short & (rows.host("audit_short") < rows.scene.share("audit_v1_version_1_share"))
    logon = text.hex_number(identity.logon_ids(frame["logon"].fill_null(0).to_numpy()))
    target = _name(rows, "user")
    subject = _name(rows, "parent_user")
    # The kernel (process 4) writes the record, on whichever of its threads.
    thread = pl.Series(4 * integers(rows.actions, 15, 2300, "kernel thread"))
    block = envelope(rows, SECURITY_4688, times, 4, thread, None)
    columns: dict[str, Value] = {
        **block,
        "Version": choose(stops, 1, 2),
        "SubjectUserSid": rows.user("sid", "parent_user"),
        "SubjectUserName": subject,
        "SubjectDomainName": _domain(rows, "parent_user"),
        "SubjectLogonId": choose(same, logon, text.hex_number(_logons_of_creators(rows))),
        "NewProcessId": hex_numbers(rows.pids()),
        "NewProcessName": frame["image"],
        "TokenElevationType": _elevation(rows),
        "ProcessId": hex_numbers(rows.pids("parent", "parent_image")),
        "CommandLine": choose(rows.host("command_line_audited"), frame["command_line"].fill_null(""), ""),
        "TargetUserSid": choose(stops, None, _NOBODY),
        "TargetUserName": choose(stops, None, choose(same, "-", target)),
        "TargetDomainName": choose(stops, None, choose(same, "-", _domain(rows, "user"))),
        "TargetLogonId": choose(stops, None, choose(same, "0x0", logon)),
        "ParentProcessName": choose(short, None, frame["parent_image"].fill_null("-")),
        "MandatoryLabel": choose(short, None, frame["integrity"].replace_strict(_LABELS, default="S-1-16-8192")),
    }
    return rows.table("security.process_creation", times, choose(same, subject, target), columns)


def _name(rows: Rows, of: str) -> pl.Series:
    return choose(rows.user("as_computer", of), rows.host("name").str.to_uppercase() + "$", rows.user("name", of))


def _domain(rows: Rows, of: str) -> pl.Series:
    return choose(rows.user("as_computer", of), rows.host("domain"), rows.user("domain", of))


def _logons_of_creators(rows: Rows) -> np.ndarray:
    """Logon ids of creators that are other users than the new process's: well known for system accounts."""
    creators = rows.frame["parent_user"].to_numpy().astype(np.uint64)
    others = identity.logon_ids(mix(combine(rows.scene.host_ids[rows.at()], creators), "creator's logon"))
    for account, logon in SYSTEM_LOGON.items():
        others = np.where(creators == account, np.uint64(logon), others)
    return others


def _elevation(rows: Rows) -> pl.Series:
    """%%1937 for an administrator's elevated token, %%1938 for the limited one of every day, %%1936 for all others."""
    administrator = rows.user("administrator")
    integrity = rows.frame["integrity"]
    elevated = (integrity == "High") & ~rows.user("system")
    return choose(elevated, "%%1937", choose(administrator & integrity.is_in(["Medium", "Low"]), "%%1938", "%%1936"))
