"""How the program that starts another one shapes its command line.

cmd.exe leaves two spaces after the program (`curl  -k https://...`), PowerShell passes the quoted full path
(`"C:\\...\\rclone.exe" copy ...`). Seen in 44 of 44 and 7 of 7 real Sysmon 1 records with such parents (SigmaHQ's
regression data, EVTX-ATTACK-SAMPLES). Scenarios may write these forms themselves: command lines that have them already
stay as they are. The rest is done here, since a tool model does not know who starts the tool.
"""

from __future__ import annotations

import polars as pl

from simulator.telemetry.rows import Rows
from simulator.telemetry.scene import Scene

_PROGRAM = r'^("[^"]*"|[^"\s\\]\S*) (\S)'
_UNQUOTED = r'^[^"\s\\]\S*'
"""Not what begins with a backslash: the kernel itself starts conhost.exe (by its NT path) under any console."""

_HAVE_CHILDREN = frozenset((
    "cmd", "powershell", "pwsh", "wscript", "cscript", "mshta", "python", "pythonw", "py", "node", "npm", "java", "wsl",
    "bash", "msiexec", "rundll32", "code", "code-insiders", "code-tunnel", "devtunnel", "git", "restic", "ssh",
))  # fmt: skip
"""Programs that run others: their children's ParentCommandLine says what the scenario says, so theirs must too. No
names of system services here, since renamed tools like to bear them."""


def as_started(frame: pl.DataFrame, scene: Scene) -> pl.DataFrame:
    """The `process_start` actions with the command lines that every vendor's table shows."""
    images = frame["parent_image"].unique().drop_nulls()
    cmd = [image for image in images if _program(image) == "cmd"]
    powershell = [image for image in images if _program(image) in ("powershell", "pwsh")]
    parents_with_children = [image for image in frame["image"].unique() if _program(image) in _HAVE_CHILDREN]
    shaped = frame["parent_image"].is_in(cmd + powershell) & ~frame["image"].is_in(parents_with_children)
    at = shaped.fill_null(value=False).arg_true()
    if len(at) == 0:
        return frame
    few = Rows(scene, frame.select("action_id", "image", "parent_image", "command_line")[at])
    line, by_cmd = pl.col("command_line"), pl.col("parent_image").is_in(cmd)
    double = by_cmd & pl.lit(pl.Series(few.share("cmd_double_space_share")))
    quoted = ~by_cmd & pl.lit(pl.Series(few.share("powershell_quoted_path_share"))) & line.str.contains(_UNQUOTED)
    lines = few.frame.select(
        pl.when(double)
        .then(line.str.replace(_PROGRAM, "${1}  ${2}"))
        .when(quoted)
        .then('"' + pl.col("image") + '"' + line.str.replace(_UNQUOTED, ""))
        .otherwise(line)
        .alias("command_line")
    )["command_line"]
    return frame.with_columns(frame["command_line"].scatter(at, lines))


def _program(image: str) -> str:
    """The name of a program without folder and ending, lower case."""
    return image.rpartition("\\")[2].lower().removesuffix(".exe")
