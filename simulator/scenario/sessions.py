"""Records the start of the processes that are always there: of a boot, of a user's session."""

from __future__ import annotations

import numpy as np

from simulator import draw
from simulator.scenario import ambient
from simulator.scenario.ambient import BY_NAME, PROGRAMS, Actor, Program
from simulator.scenario.bindings import version
from simulator.scenario.recorder import Recorder
from simulator.scenario.rows import Rows, host_array


def record(recorder: Recorder, rows: Rows, kind: str) -> None:
    """Record the start of each process of the `logon` or `boot` that lasts at the rows' times (Windows hosts)."""
    windows = host_array(rows.origin.world, "os")[rows.host] == "windows"
    if kind == "logon":
        windows &= ambient.is_person(rows, rows.user)
    rows = rows.take(np.flatnonzero(windows))
    # The moment a session begins is the first of which it can be asked.
    late = Rows(rows.origin, rows.ids, rows.time + 2 * 60_000_000, rows.host, rows.user, rows.root)
    for program in PROGRAMS:
        if program.system == "windows" and program.parent is not None and program.session == (kind == "logon"):
            _record(recorder, late, program)


def _record(recorder: Recorder, rows: Rows, program: Program) -> None:
    if not len(rows):
        return
    process = ambient.ambient(rows, program.name)
    assert program.parent is not None
    parent: Actor = ambient.ambient(rows, BY_NAME[program.parent] + np.zeros(len(rows), np.int64))
    made = Rows(rows.origin, draw.mix(rows.ids, program.name), process.start, rows.host, process.user, rows.root)
    release = version(made, program.software)
    recorder.add(
        "process_start",
        made,
        process,
        {
            "command_line": process.command_line,
            "folder": "C:\\Windows\\system32\\",
            "software": program.software,
            "version": release,
            "integrity": program.integrity,
            "session": process.session,
            "logon": process.logon,
            "parent": parent.process,
            "parent_start": parent.start,
            "parent_image": parent.image,
            "parent_command_line": parent.command_line,
            "parent_user": parent.user.astype(np.uint32),
        },
    )
