"""What really happened, vendor-neutral: the columns of every kind of action.

Scenarios yield these frames, telemetry renders them. Times are microseconds since 1970 UTC, hosts and users are row
numbers in the world's frames, bytes are payload bytes.
"""

from __future__ import annotations

from typing import TypeAlias

import polars as pl

ActionFrames: TypeAlias = dict[str, pl.DataFrame]
"""Frames by kind of action. A kind that did not happen may be absent."""

_ACTOR: dict[str, pl.DataType | type[pl.DataType]] = {
    "action_id": pl.UInt64,
    "instance_id": pl.UInt64,
    "time": pl.Int64,
    "host": pl.UInt32,
    "user": pl.UInt32,
    "process": pl.UInt64,
    "process_start": pl.Int64,
    "image": pl.String,
}
"""Which action of which instance, when and where, and the process that did it. `process` is an identity: process ids
and GUIDs are functions of it and of `process_start`, so they agree in every table of every vendor."""

_LINE: dict[str, pl.DataType | type[pl.DataType]] = {"process_command_line": pl.String}
"""The actor's own command line, where sensors show it beside what it does. Null: not known."""

ACTIONS: dict[str, dict[str, pl.DataType | type[pl.DataType]]] = {
    # A program starts; the actor is the new process. `software`/`version` name an entry of fixtures/software.yaml
    # (null: a program without version resources), `session` is 0 for services, `logon` is the identity of the logon
    # session.
    "process_start": _ACTOR
    | {
        "command_line": pl.String,
        "folder": pl.String,
        "software": pl.String,
        "version": pl.String,
        "integrity": pl.String,
        "session": pl.UInt32,
        "logon": pl.UInt64,
        "parent": pl.UInt64,
        "parent_start": pl.Int64,
        "parent_image": pl.String,
        "parent_command_line": pl.String,
        "parent_user": pl.UInt32,
    },
    # A name is looked up. `system_resolver` says whether through the operating system's own client, which is all that
    # Sysmon 22 and DNS-Client 3008 see.
    "lookup": _ACTOR
    | _LINE
    | {
        "name": pl.String,
        "query_type": pl.String,
        "status": pl.Int32,
        "cnames": pl.List(pl.String),
        "addresses": pl.List(pl.String),
        "system_resolver": pl.Boolean,
    },
    # A transport connection, made by the actor. `name` is what the program meant to reach (null for a bare address).
    "connection": _ACTOR
    | _LINE
    | {
        "protocol": pl.String,
        "source_port": pl.UInt16,
        "address": pl.String,
        "name": pl.String,
        "port": pl.UInt16,
        "bytes_out": pl.Int64,
        "bytes_in": pl.Int64,
        "duration": pl.Int64,
    },
    # A file is created; or renamed, where there is a name it had before: sensors that only know creation are silent.
    "write": _ACTOR | _LINE | {"path": pl.String, "bytes": pl.Int64, "previous": pl.String},
    # An HTTP exchange; over https a proxy sees the inside only where the world inspects TLS.
    "request": _ACTOR
    | {
        "method": pl.String,
        "scheme": pl.String,
        "name": pl.String,
        "port": pl.UInt16,
        "path": pl.String,
        "user_agent": pl.String,
        "referrer": pl.String,
        "bytes_out": pl.Int64,
        "bytes_in": pl.Int64,
        "status": pl.Int32,
        "address": pl.String,
    },
    # PowerShell compiles a script block. `path` is the script file, null when typed or piped.
    "script": _ACTOR | {"text": pl.String, "path": pl.String, "suspicious": pl.Boolean},
    # PowerShell runs a cmdlet: `parameters` are `name=value` texts in order of binding.
    "cmdlet": _ACTOR
    | {
        "command": pl.String,
        "parameters": pl.List(pl.String),
        "script": pl.String,
        "host_application": pl.String,
        "sequence": pl.Int64,
    },
}


def empty(kind: str) -> pl.DataFrame:
    """A frame of `kind` without rows."""
    return pl.DataFrame(schema=ACTIONS[kind])
