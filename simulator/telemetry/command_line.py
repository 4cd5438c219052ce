"""How the program that starts another one shapes its command line.

cmd.exe leaves two spaces after the program (`curl  -k https://...`), PowerShell passes the quoted full path
(`"C:\\...\\rclone.exe" copy ...`). Seen in 44 of 44 and 7 of 7 real Sysmon 1 records with such parents (SigmaHQ's
regression data, EVTX-ATTACK-SAMPLES). Command lines that have the form already stay as they are.
"""

from __future__ import annotations

import polars as pl

from simulator.telemetry.rows import Rows

_PROGRAM = r'^("[^"]*"|[^"\s]\S*) (\S)'
_UNQUOTED = r'^[^"\s]\S*'

_PARENTS = ("cmd", "powershell", "pwsh")
_HAVE_CHILDREN = (*_PARENTS, "wscript", "cscript", "mshta", "python", "pythonw", "node", "wsl", "bash", "msiexec")
"""Programs that run others: their children's ParentCommandLine says what the scenario says, so theirs must too."""


def as_started(rows: Rows) -> pl.Series:
    """The command line of each `process_start`, the same in every vendor's table."""
    lines = rows.frame["command_line"].fill_null("")
    parent = rows.frame["parent_image"].str.to_lowercase().str.extract(r"([^\\]+)\.exe$")
    started = parent.is_in(_PARENTS).fill_null(value=False)
    at = started.arg_true()
    if len(at) == 0:
        return lines
    few = Rows(rows.scene, rows.frame[at])
    double = pl.Series(few.share("cmd_double_space_share"))
    quoted = pl.Series(few.share("powershell_quoted_path_share"))
    image = pl.col("image")
    program = image.str.to_lowercase().str.extract(r"([^\\]+)\.exe$")
    line = pl.col("command_line").fill_null("")
    unquoted = line.str.contains(_UNQUOTED)
    shaped = few.frame.select(
        pl.when(program.is_in(_HAVE_CHILDREN))
        .then(line)
        .when((pl.lit(parent[at]) == "cmd") & pl.lit(double))
        .then(line.str.replace(_PROGRAM, "${1}  ${2}"))
        .when((pl.lit(parent[at]) != "cmd") & pl.lit(quoted) & unquoted)
        .then('"' + image + '"' + line.str.replace(_UNQUOTED, ""))
        .otherwise(line)
        .alias("line")
    )["line"]
    return lines.scatter(at, shaped)
