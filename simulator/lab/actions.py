"""A recording becomes actions: the same frames that scenarios yield, so that telemetry renders both alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from simulator import draw
from simulator.lab.plan import Run
from simulator.lab.recording import Connected, Connection, Exchange, Lookup, Recording, Started, Wrote
from simulator.lab.script import COMMANDS
from simulator.lab.shown import SHELLS, base_name
from simulator.scenario import ambient
from simulator.scenario.actions import ACTIONS, ActionFrames
from simulator.scenario.network import Resolver
from simulator.scenario.recorder import POSITIVE
from simulator.world import World


@dataclass(frozen=True, slots=True)
class Process:
    """A program that ran, with the identity that its actions carry."""

    started: Started
    identity: int
    image: str
    command_line: str
    parent: Process | None

    @property
    def shell(self) -> bool:
        """Whether it only starts others."""
        return base_name(self.started.image) in SHELLS

    def ran(self, time: int) -> bool:
        """Whether it ran at a time."""
        return self.started.time <= time and (not self.started.ended or time <= self.started.ended)


def processes(run: Run, recording: Recording) -> tuple[Process, ...]:
    """The programs of a recording in order of start. A pid that executes again is another process."""
    made: list[Process] = []
    for number, started in enumerate(recording.of(Started)):
        parent = next((p for p in reversed(made) if p.started.pid == started.parent), None)
        image = run.shown.image(started.image)
        first = parent is None and base_name(started.image) in SHELLS and run.shown.windows
        line = run.shown.console if first else run.shown.command_line(started.image, started.arguments)
        if not (first and run.shown.hidden):
            made.append(Process(started, _identity(run, "process", number), image, line, parent))
    return tuple(made)


def actions(world: World, run: Run, recording: Recording) -> ActionFrames:
    """Everything in a recording as actions of the run's instance.

    Addresses of names are those that the simulator gives them: in the lab all names lead to one.
    """
    known = processes(run, recording)
    made: dict[str, list[dict[str, Any]]] = {kind: [] for kind in ACTIONS}
    one = run.rows
    one.time = np.array([recording.start], np.int64)
    person = int(one.user[0])
    by = run.scenario.lab.started_by if run.scenario.lab else None
    caller = ambient.ambient(one, by or ambient.default_parent(one))
    session, logon = ambient.session_of(one, one.user, one.time)

    def add(kind: str, time: int, process: Process | None, columns: Mapping[str, object]) -> None:
        row = {
            "action_id": _identity(run, kind, len(made[kind])),
            "instance_id": run.instance,
            "time": time,
            "host": int(one.host[0]),
            "user": person,
            "process": process.identity if process else int(caller.process[0] & POSITIVE),
            "process_start": process.started.time if process else int(caller.start[0]),
            "image": process.image if process else _first(caller.image),
            "process_command_line": process.command_line if process else _first(caller.command_line),
        }
        made[kind].append({name: value for name, value in (row | dict(columns)).items() if name in ACTIONS[kind]})

    for process in known:
        software, version = run.shown.software.get(base_name(process.started.image), (None, None))
        parent = process.parent
        add(
            "process_start",
            process.started.time,
            process,
            {
                "command_line": process.command_line,
                "folder": _folder(world, run, process),
                "software": software,
                "version": version,
                "integrity": "Medium" if world.users["kind"][person] == "person" else "High",
                "session": int(session[0]),
                "logon": int(logon[0]),
                "parent": parent.identity if parent else int(caller.process[0] & POSITIVE),
                "parent_start": parent.started.time if parent else int(caller.start[0]),
                "parent_image": parent.image if parent else _first(caller.image),
                "parent_command_line": parent.command_line if parent else _first(caller.command_line),
                "parent_user": person if parent else int(caller.user[0]),
            },
        )
    for wrote in recording.of(Wrote):
        if wrote.path != COMMANDS:
            add(
                "write",
                wrote.time,
                _by_pid(known, wrote.pid, wrote.time),
                {
                    "path": run.shown.text(wrote.path),
                    "bytes": 0,
                    "previous": run.shown.text(wrote.previous) if wrote.previous else None,
                },
            )
    resolver = Resolver(world)
    owners = owners_of(known, recording)
    for lookup in _asked(run, recording):
        cnames, addresses = resolver.resolve(lookup.name)
        add(
            "lookup",
            lookup.time,
            _asker(known, recording, lookup.time),
            {
                "name": lookup.name.rstrip("."),
                "query_type": lookup.query_type,
                "status": 0,
                "cnames": list(cnames),
                "addresses": list(addresses) if lookup.addresses else [],
                "system_resolver": True,
            },
        )
    targets = _targets(recording)
    for connection in recording.of(Connection):
        name, port = targets.get(connection.source_port, (connection.name, connection.port))
        add(
            "connection",
            connection.time,
            owners.get(connection.source_port),
            {
                "protocol": "tcp",
                "source_port": connection.source_port,
                "address": _address(resolver, name),
                "name": name,
                "port": port,
                "bytes_out": connection.bytes_out,
                "bytes_in": connection.bytes_in,
                "duration": connection.duration,
            },
        )
    for exchange in _requests(recording):
        add(
            "request",
            exchange.time,
            owners.get(exchange.source_port),
            {
                "method": exchange.method,
                "scheme": exchange.scheme,
                "name": exchange.name,
                "port": exchange.port,
                "path": exchange.path,
                "user_agent": exchange.user_agent,
                "referrer": exchange.referrer,
                "bytes_out": exchange.bytes_out,
                "bytes_in": exchange.bytes_in,
                "status": exchange.status,
                "address": _address(resolver, exchange.name),
            },
        )
    return {kind: pl.DataFrame(rows, schema=ACTIONS[kind], orient="row") for kind, rows in made.items() if rows}


def owners_of(known: Sequence[Process], recording: Recording) -> dict[int, Process | None]:
    """Whose each connection is, by its source port: of the process that last asked for one to that port before it came.

    Without a sensor of connections it is the program that was started last and still ran.
    """
    asked = list(recording.of(Connected))
    found: dict[int, Process | None] = {}
    for connection in sorted(recording.of(Connection), key=lambda one: one.time):
        before = [one for one in asked if one.port == connection.port and one.time <= connection.time + 5_000]
        if before:
            asked.remove(before[-1])
            found[connection.source_port] = _by_pid(known, before[-1].pid, connection.time)
        else:
            found[connection.source_port] = _busy(known, connection.time)
    return found


def payload(recording: Recording) -> int:
    """Bytes that were uploaded: the bodies of all requests."""
    return sum(one.payload for one in _requests(recording))


def uploads(recording: Recording) -> int:
    """How many requests carried anything."""
    return sum(one.payload > 0 for one in _requests(recording))


def _asked(run: Run, recording: Recording) -> Iterable[Lookup]:
    """Look-ups as the host's resolver makes them. Windows' asks for both kinds of address by itself and its log has one
    record for both, so there the second question of a pair is left out."""
    if not run.shown.windows:
        return recording.of(Lookup)
    plain = {one.name for one in recording.of(Lookup) if one.query_type == "A"}
    return (one for one in recording.of(Lookup) if one.query_type != "AAAA" or one.name not in plain)


def _requests(recording: Recording) -> Iterable[Exchange]:
    return (one for one in recording.of(Exchange) if one.method != "CONNECT")


def _targets(recording: Recording) -> dict[int, tuple[str | None, int]]:
    """What each connection was meant to reach, by source port: its server name, or the host of its first request."""
    found: dict[int, tuple[str | None, int]] = {}
    for one in recording.of(Exchange):
        found.setdefault(one.source_port, (one.name, one.port))
    return found


def _identity(run: Run, kind: str, number: int) -> int:
    ids = draw.mix(run.rows.origin.instances[run.rows.root], "lab", kind, number)
    return int(ids[0] & POSITIVE)


def _by_pid(known: Sequence[Process], pid: int, time: int) -> Process | None:
    """The program that a pid was at a time: the last it had executed by then."""
    mine = [process for process in known if process.started.pid == pid]
    return next((p for p in reversed(mine) if p.started.time <= time), mine[0] if mine else None)


def _busy(known: Sequence[Process], time: int) -> Process | None:
    """The program started last of those that ran at a time, shells aside."""
    running = [process for process in known if process.ran(time)]
    return next((p for p in reversed(running) if not p.shell), running[-1] if running else None)


def _asker(known: Sequence[Process], recording: Recording, time: int) -> Process | None:
    """Who looked a name up: whoever last opened a socket to port 53 by then."""
    asked = [one for one in recording.of(Connected) if one.port == 53 and one.time <= time + 5_000]
    return _by_pid(known, asked[-1].pid, time) if asked else _busy(known, time)


def _address(resolver: Resolver, name: str | None) -> str | None:
    addresses = resolver.resolve(name)[1] if name else ()
    return addresses[0] if addresses else None


def _folder(world: World, run: Run, process: Process) -> str:
    if not run.shown.windows:
        return "/lab"
    return f"C:\\Users\\{world.users['name'][int(run.rows.user[0])]}"


def _first(column: pl.Series | str) -> str:
    return column if isinstance(column, str) else str(column[0])
