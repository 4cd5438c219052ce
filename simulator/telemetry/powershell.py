"""PowerShell 4103 (module logging) and 4104 (script blocks).

Source: real records, and PowerShell's own CompiledScriptBlock.cs for how long scripts are split.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.draw import children, integers, mix
from simulator.telemetry import text
from simulator.telemetry.envelope import POWERSHELL_4103, POWERSHELL_4104, Kind, envelope
from simulator.telemetry.rows import Rows, Value, choose

_INDENT = "        "
_WARNING = 3
_VERBOSE = 5
_BETWEEN_PIECES = 1500
"""Microseconds from one piece of a script to the next (assumption)."""


def script_block(rows: Rows) -> pl.DataFrame:
    """4104 of `script`: where all script blocks are logged, and elsewhere those that the engine finds suspicious."""
    rows = rows.on("windows")
    rows = rows.where(rows.host("script_logging") | rows.frame["suspicious"])
    rows, number, total, pieces = _split(rows)
    times = rows.times() + number * _BETWEEN_PIECES
    frame = rows.frame
    columns: dict[str, Value] = {
        **_block(rows, POWERSHELL_4104, times),
        "Level": choose(frame["suspicious"], _WARNING, _VERBOSE),
        "MessageNumber": pl.Series(number + 1).cast(pl.String),
        "MessageTotal": pl.Series(total).cast(pl.String),
        "ScriptBlockText": pieces,
        "ScriptBlockId": text.guid(*_random_guid(rows.actions, "script block"), braces=False),
        "Path": choose(rows.host("powershell4"), None, frame["path"].fill_null("")),
    }
    return rows.table("powershell.script_block", times, rows.user("name"), columns, number.astype(np.uint64))


def module(rows: Rows) -> pl.DataFrame:
    """4103 of `cmdlet`."""
    rows = rows.on("module_logging")
    times = rows.times()
    columns: dict[str, Value] = {
        **_block(rows, POWERSHELL_4103, times),
        "ContextInfo": _context(rows),
        "UserData": "",
        "Payload": _payload(rows.frame),
    }
    return rows.table("powershell.module", times, rows.user("name"), columns)


def _split(rows: Rows) -> tuple[Rows, np.ndarray, np.ndarray, pl.Series]:
    """One row for each piece of each script, the piece's number from 0, how many there are, and their texts.

    Scripts below `script_block_limit` characters stay whole. Longer ones are cut into pieces of one length, drawn
    between `script_block_piece_least` and `script_block_piece_most` so that nobody can aim at the seams. As in
    PowerShell itself, a script that fills its pieces exactly is followed by an empty one.
    """
    least, most = (int(rows.scene.share(f"script_block_piece_{end}")) for end in ("least", "most"))
    lengths = rows.frame["text"].fill_null("").str.len_chars().to_numpy().astype(np.int64)
    piece = integers(rows.actions, least, most, "script block piece")
    whole = lengths < int(rows.scene.share("script_block_limit"))
    counts = np.where(whole, 1, lengths // piece + 1)
    row, number, _ = children(rows.actions, counts)
    pieces = rows.frame.select("text").with_columns(piece=pl.Series(piece))[row].with_columns(number=pl.Series(number))
    if whole.all():
        return rows, number, counts, pieces["text"].fill_null("")
    cut = pl.col("text").fill_null("").str.slice(pl.col("number") * pl.col("piece"), pl.col("piece"))
    alone = pl.Series(whole[row])
    texts = pieces.select(pl.when(alone).then(pl.col("text").fill_null("")).otherwise(cut).alias("text"))["text"]
    return Rows(rows.scene, rows.frame[row]), number, counts[row], texts


def _context(rows: Rows) -> pl.Series:
    """The ContextInfo block: `Key = Value` lines, indented by eight spaces, each ended by CR LF."""
    frame = rows.frame
    processes = frame["process"].to_numpy()
    old = rows.host("powershell4")
    made = pl.DataFrame(
        {
            "version": rows.host("powershell"),
            "host_id": text.guid(*_random_guid(processes, "powershell host"), braces=False),
            "runspace": text.guid(*_random_guid(processes, "runspace"), braces=False),
            "pipeline": pl.Series(integers(rows.actions, 1, 60, "pipeline")).cast(pl.String),
            "command": frame["command"],
            "script": frame["script"].fill_null(""),
            "application": frame["host_application"].fill_null(""),
            "sequence": pl.Series(16 + 2 * frame["sequence"].fill_null(0).to_numpy()).cast(pl.String),
            "user": rows.user("account"),
            "connected": choose(old, "", f"{_INDENT}Connected User = \r\n"),
        }
    )
    lines: tuple[tuple[str, str | pl.Expr], ...] = (
        ("Severity", "Informational"),
        ("Host Name", "ConsoleHost"),
        ("Host Version", pl.col("version")),
        ("Host ID", pl.col("host_id")),
        ("Host Application", pl.col("application")),
        ("Engine Version", pl.col("version")),
        ("Runspace ID", pl.col("runspace")),
        ("Pipeline ID", pl.col("pipeline")),
        ("Command Name", pl.col("command")),
        ("Command Type", "Cmdlet"),
        ("Script Name", pl.col("script")),
        ("Command Path", ""),
        ("Sequence Number", pl.col("sequence")),
        ("User", pl.col("user")),
    )
    parts: list[pl.Expr] = []
    for name, value in lines:
        parts += [pl.lit(f"{_INDENT}{name} = "), pl.lit(value) if isinstance(value, str) else value, pl.lit("\r\n")]
    parts += [pl.col("connected"), pl.lit(f"{_INDENT}Shell ID = Microsoft.PowerShell\r\n")]
    return made.select(pl.concat_str(parts).alias("context"))["context"]


def _payload(frame: pl.DataFrame) -> pl.Series:
    """`CommandInvocation(X): "X"`, then a `ParameterBinding(X): name="..."; value="..."` line for each parameter.

    A parameter without a value is a switch: PowerShell writes its value as `True`.
    """
    given = pl.element().str.contains("=", literal=True)
    bound = pl.when(given).then(pl.element()).otherwise(pl.element() + "=True")
    parameters = pl.col("parameters").fill_null([])
    binding = pl.format('ParameterBinding({}): name="', pl.col("command"))
    listed = parameters.list.eval(bound.str.replace("=", '"; value="', literal=True)).list.join('"\r\n' + binding)
    some = parameters.list.len() > 0
    return frame.select(
        pl.concat_str(
            pl.format('CommandInvocation({}): "{}"\r\n', pl.col("command"), pl.col("command")),
            pl.when(some).then(pl.concat_str(binding, listed, pl.lit('"\r\n'))).otherwise(pl.lit("")),
        ).alias("payload")
    )["payload"]


def _block(rows: Rows, kind: Kind, times: np.ndarray) -> dict[str, Value]:
    thread = pl.Series(4 * integers(rows.frame["process"].to_numpy(), 300, 3000, "pipeline thread"))
    return envelope(rows, kind, times, pl.Series(rows.pids()), thread, rows.user("sid"))


def _random_guid(identities: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Two halves of a version 4 GUID (RFC 9562, section 5.4)."""
    high = (mix(identities, name, "high") & np.uint64(0xFFFFFFFFFFFF0FFF)) | np.uint64(0x4000)
    low = (mix(identities, name, "low") & np.uint64(0x3FFFFFFFFFFFFFFF)) | np.uint64(0x8000000000000000)
    return high, low
