"""What each kind of step leaves: process, write, lookup, connect, request, script, cmdlet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import polars as pl

from simulator import draw
from simulator.scenario import ambient
from simulator.scenario.ambient import Actor
from simulator.scenario.bindings import version
from simulator.scenario.evaluate import Binding, Column, Scope, evaluate, text, whole
from simulator.scenario.model import Step
from simulator.scenario.network import IPV4, Resolved, Resolver
from simulator.scenario.recorder import POSITIVE, Recorder
from simulator.scenario.rows import Index, Rows, WorldKey, builtin, constant, gather, host_array, user_array

Done = tuple[dict[str, Column], Index]
"""What later steps may refer to, and when the step is over in each row."""

MILLISECOND: Final = 1000


def process(recorder: Recorder, step: Step, scope: Scope, parent: Actor) -> tuple[Actor, dict[str, Column], Index]:
    """Start a program: gives the new process, what later steps may refer to, and when it ends."""
    rows, count = scope.rows, len(scope.rows)
    fields = step.fields
    inner = scope.within(rows, None)
    image = evaluate(fields["image"], scope) if "image" in fields else scope.lookup("image")
    inner.bindings["image"] = Binding(lambda _: image)
    command_line = evaluate(fields["command_line"], inner)
    folder = evaluate(fields["folder"], inner) if "folder" in fields else _folder(rows)
    software = evaluate(fields["software"], inner) if "software" in fields else None
    release = evaluate(fields["version"], inner) if "version" in fields else version(rows, software)
    session, logon = ambient.session_of(rows, rows.user, rows.time)
    mine = parent.user == rows.user
    session, logon = np.where(mine, parent.session, session), np.where(mine, parent.logon, logon)
    made = Actor(
        draw.mix(rows.ids, "process"),
        rows.time,
        _series(image, count),
        _series(command_line, count),
        rows.user,
        session,
        logon,
    )
    recorder.add(
        "process_start",
        rows,
        made,
        {
            "command_line": made.command_line,
            "folder": folder,
            "software": software,
            "version": release,
            "integrity": step.choices.get("integrity") or _integrity(rows),
            "session": session,
            "logon": logon,
            "parent": parent.process & POSITIVE,
            "parent_start": parent.start,
            "parent_image": parent.image,
            "parent_command_line": parent.command_line,
            "parent_user": parent.user,
        },
        step=step.name,
    )
    lasts = whole(evaluate(fields["lasts"], inner), count) if "lasts" in fields else np.zeros(count, np.int64)
    return made, {"image": image, "command_line": command_line, "folder": folder}, rows.time + lasts


def _series(column: Column, count: int) -> pl.Series | str:
    return text(column, count) if isinstance(column, pl.Series) or column is None else str(column)


def _folder(rows: Rows) -> Column:
    home = builtin(rows, "user.home")
    person = ambient.is_person(rows, rows.user)
    if person.all():
        return home
    windows = host_array(rows.origin.world, "os")[rows.host] == "windows"
    system = gather(pl.Series(["/", "C:\\Windows\\System32"]), windows)
    return text(home, len(rows)).zip_with(pl.Series(person), system)


def _integrity(rows: Rows) -> Column:
    kind = user_array(rows.origin.world, "kind")[rows.user]
    level = np.where(kind == "person", 0, np.where(kind == "service", 1, 2))
    words = ("Medium", "High", "System")
    if len(level) and (level == level[0]).all():
        return words[int(level[0])]
    return gather(pl.Series(words), level)


def _write(recorder: Recorder, step: Step, scope: Scope, actor: Actor, _: bool) -> Done:
    path = evaluate(step.fields["path"], scope)
    amount = _whole(step, scope, "bytes")
    recorder.add(
        "write",
        scope.rows,
        actor,
        {
            "path": path,
            "bytes": amount,
            "previous": _value(step, scope, "previous"),
        },
        step=step.name,
    )
    return {"path": path}, scope.rows.time


def _script(recorder: Recorder, step: Step, scope: Scope, actor: Actor, _: bool) -> Done:
    written = evaluate(step.fields["text"], scope)
    suspicious = _value(step, scope, "suspicious", False)
    if not isinstance(suspicious, bool):
        suspicious = text(suspicious, len(scope.rows)).is_in(["true", "yes", "1"])
    recorder.add(
        "script",
        scope.rows,
        actor,
        {
            "text": written,
            "path": _value(step, scope, "path"),
            "suspicious": suspicious,
        },
        step=step.name,
    )
    return {"text": written}, scope.rows.time


def _cmdlet(recorder: Recorder, step: Step, scope: Scope, actor: Actor, _: bool) -> Done:
    rows, count = scope.rows, len(scope.rows)
    pieces = [
        pl.select(
            pl.concat_str([pl.lit(f"{name}="), text(evaluate(value, scope), count)], ignore_nulls=True)
        ).to_series()
        for name, value in step.parameters
    ]
    given = pl.select(pl.concat_list(pieces)).to_series() if pieces else constant([], count, pl.List(pl.String))
    command = evaluate(step.fields["command"], scope)
    application = (
        evaluate(step.fields["host_application"], scope) if "host_application" in step.fields else actor.command_line
    )
    recorder.add(
        "cmdlet",
        rows,
        actor,
        {
            "command": command,
            "parameters": given,
            "script": _value(step, scope, "script"),
            "host_application": application,
            "sequence": 15 + (rows.time - actor.start) // (400 * MILLISECOND),
        },
        step=step.name,
    )
    return {"command": command}, rows.time


def _lookup(recorder: Recorder, step: Step, scope: Scope, actor: Actor, repeated: bool) -> Done:
    rows, count = scope.rows, len(scope.rows)
    name = evaluate(step.fields["name"], scope)
    status = _whole(step, scope, "status")
    kind = _value(step, scope, "type", "A")
    _look_up(recorder, rows, actor, text(name, count), rows.time, step, kind=kind, status=status)
    return {"name": name}, rows.time


def _look_up(
    recorder: Recorder,
    rows: Rows,
    actor: Actor,
    names: pl.Series,
    time: Index,
    step: Step,
    kind: Column = "A",
    status: Index | None = None,
    found: Resolved | None = None,
) -> None:
    found = found or _resolver(WorldKey(rows.origin.world)).rows(names)
    bad = np.zeros(len(rows), bool) if status is None else status != 0
    cnames, addresses = found.cnames(), found.addresses()
    if bad.any():
        nothing = constant([], len(rows), pl.List(pl.String))
        keep = pl.Series(~bad)
        cnames, addresses = cnames.zip_with(keep, nothing), addresses.zip_with(keep, nothing)
    recorder.add(
        "lookup",
        rows,
        actor,
        {
            "query_type": kind,
            "status": 0 if status is None else status,
            "cnames": cnames,
            "addresses": addresses,
            "system_resolver": step.choices.get("resolver", "system") == "system",
            "name": names,
        },
        step=step.name,
        time=time,
    )


def _connect(recorder: Recorder, step: Step, scope: Scope, actor: Actor, repeated: bool) -> Done:
    rows, count = scope.rows, len(scope.rows)
    lasts = _whole(step, scope, "lasts")
    name = evaluate(step.fields["name"], scope) if "name" in step.fields else None
    reach = _Reach(
        names=text(name, count),
        address=evaluate(step.fields["address"], scope) if "address" in step.fields else None,
        port=_whole(step, scope, "port", 443),
        sent=_whole(step, scope, "bytes_out"),
        received=_whole(step, scope, "bytes_in"),
        lasts=lasts,
        lane=np.zeros(count, np.int64),
    )
    _reach(recorder, rows, actor, reach, step, shared=False, repeated=repeated)
    return {"name": name}, rows.time + lasts


def _request(recorder: Recorder, step: Step, scope: Scope, actor: Actor, repeated: bool) -> Done:
    rows, count = scope.rows, len(scope.rows)
    name, path = evaluate(step.fields["name"], scope), _value(step, scope, "path", "/")
    agent = _value(step, scope, "user_agent")
    scheme = _value(step, scope, "scheme", "https")
    plain = (
        text(scheme, count) == "http"
        if isinstance(scheme, pl.Series)
        else constant(scheme == "http", count, pl.Boolean)
    )
    port = _whole(step, scope, "port") if "port" in step.fields else np.where(plain.to_numpy(), 80, 443)
    lasts = _whole(step, scope, "lasts")
    parallel = np.maximum(_whole(step, scope, "parallel", 1), 1)
    ordinal = rows.ordinal if rows.ordinal is not None else np.zeros(count, np.int64)
    reach = _Reach(
        names=text(name, count),
        address=None,
        port=port,
        sent=_whole(step, scope, "bytes_out"),
        received=_whole(step, scope, "bytes_in"),
        lasts=lasts,
        lane=ordinal % parallel,
    )
    address = _reach(recorder, rows, actor, reach, step, shared=True, repeated=repeated)
    recorder.add(
        "request",
        rows,
        actor,
        {
            "method": _value(step, scope, "method", "GET"),
            "scheme": scheme,
            "port": port,
            "path": path,
            "user_agent": agent,
            "referrer": _value(step, scope, "referrer"),
            "bytes_out": reach.sent,
            "bytes_in": reach.received,
            "status": _whole(step, scope, "status", 200),
            "address": address,
            "name": name,
        },
        step=step.name,
        end=rows.time + lasts,
    )
    return {"name": name, "path": path, "user_agent": agent}, rows.time + lasts


@dataclass(frozen=True, slots=True)
class _Reach:
    """Where rows connect to, and how much goes over it."""

    names: pl.Series
    address: Column
    port: Index
    sent: Index
    received: Index
    lasts: Index
    lane: Index
    """Requests of one process to one name with the same lane share a connection."""


def _reach(
    recorder: Recorder, rows: Rows, actor: Actor, to: _Reach, step: Step, *, shared: bool, repeated: bool
) -> pl.Series:
    """Record the connections behind rows and the look-ups before them; gives each row's address."""
    count = len(rows)
    recorder.sent(rows, to.sent)
    names = to.names
    known: Resolved | None = None
    if to.address is not None:
        address = text(to.address, count)
    else:
        known = _resolver(WorldKey(rows.origin.world)).rows(names)
        # One process stays with one of the addresses of a name.
        address = known.one(draw.uniform(actor.process, "address"))
    first: Index
    if shared and repeated:
        frame = pl.DataFrame(
            {
                "process": actor.process,
                "name": names,
                "port": to.port,
                "lane": to.lane,
                "time": rows.time,
                "sent": to.sent,
                "received": to.received,
                "over": rows.time + to.lasts,
                "row": np.arange(count),
            }
        )
        grouped = frame.group_by("process", "name", "port", "lane", maintain_order=True).agg(
            pl.col("row").sort_by("time").first(),
            pl.col("sent", "received").sum(),
            pl.col("over").max(),
            pl.col("time").min(),
        )
        first = grouped["row"].to_numpy()
        sent, received = grouped["sent"].to_numpy(), grouped["received"].to_numpy()
        over = grouped["over"].to_numpy()
    else:
        first = np.arange(count)
        sent, received, over = to.sent, to.received, rows.time + to.lasts
    opening = rows.take(first)
    # The handshake comes before the request it is for, the look-up before the handshake.
    lead = draw.integers(opening.ids, 15 * MILLISECOND, 90 * MILLISECOND, "handshake") if shared else 0
    begins = np.maximum(opening.time - lead, actor.start[first] + MILLISECOND)
    who = actor.take(first)
    named = gather(names, first)
    recorder.add(
        "connection",
        opening,
        who,
        {
            "protocol": step.choices.get("protocol", "tcp"),
            "source_port": draw.integers(opening.ids, 49152, 65535, "source port"),
            "address": gather(address, first),
            "port": to.port[first],
            "bytes_out": sent,
            "bytes_in": received,
            "duration": np.maximum(over - begins, 0),
            "name": named.set(_bare(named), None),
        },
        step=step.name,
        time=begins,
        end=over,
    )
    if known is not None and step.choices.get("resolver", "system") != "none":
        _before(recorder, opening, who, named, begins, step, known.take(first), repeated=repeated)
    return address


def _before(
    recorder: Recorder,
    rows: Rows,
    actor: Actor,
    names: pl.Series,
    begins: Index,
    step: Step,
    found: Resolved,
    *,
    repeated: bool,
) -> None:
    """The look-ups before connections: one for each process and name; none for a bare address."""
    asked = np.flatnonzero(~_bare(names).to_numpy())
    if repeated:
        frame = pl.DataFrame(
            {"process": actor.process, "name": found.code, "time": begins, "row": np.arange(len(rows))}
        )
        once = frame[asked].group_by("process", "name", maintain_order=True).agg(pl.col("row").sort_by("time").first())
        asked = once["row"].to_numpy()
    if len(asked) < len(rows):
        rows, actor, begins, names = rows.take(asked), actor.take(asked), begins[asked], gather(names, asked)
        found = found.take(asked)
    ahead = draw.integers(rows.ids, 2 * MILLISECOND, 60 * MILLISECOND, "lookup")
    time = np.maximum(begins - ahead, actor.start + MILLISECOND // 2)
    _look_up(recorder, rows, actor, names, time, step, found=found)


def _bare(names: pl.Series) -> pl.Series:
    """Which names are IPv4 addresses."""
    return names.str.contains(f"^{IPV4.pattern}$").fill_null(False)


def _value(step: Step, scope: Scope, name: str, default: Column = None) -> Column:
    return evaluate(step.fields[name], scope) if name in step.fields else default


def _whole(step: Step, scope: Scope, name: str, default: int = 0) -> Index:
    if name not in step.fields:
        return np.full(len(scope.rows), default, np.int64)
    return whole(evaluate(step.fields[name], scope), len(scope.rows))


@lru_cache(maxsize=4)
def _resolver(key: WorldKey) -> Resolver:
    return Resolver(key.world)


ACTS: Final[Mapping[str, Callable[[Recorder, Step, Scope, Actor, bool], Done]]] = {
    "write": _write,
    "lookup": _lookup,
    "connect": _connect,
    "request": _request,
    "script": _script,
    "cmdlet": _cmdlet,
}
"""How each kind of step is recorded, by its name in scenarios."""
