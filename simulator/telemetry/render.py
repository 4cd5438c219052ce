"""Actions become vendor tables: which kind of action gives which table, and by which function."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import polars as pl

from simulator.errors import UsageError, nearest
from simulator.scenario.actions import ActionFrames, empty
from simulator.tables import SYSTEM_COLUMNS, TABLES, matching
from simulator.telemetry import (
    cim,
    defender,
    dns_client,
    elastic_defend,
    powershell,
    proxy,
    security,
    sentinel,
    splunk,
    sysmon,
)
from simulator.telemetry.command_line import as_started
from simulator.telemetry.derived import Derivation, derive
from simulator.telemetry.doer import starts_of, with_doers
from simulator.telemetry.elastic_agent import SHIPMENTS, shipped
from simulator.telemetry.extensions import added_to_copy
from simulator.telemetry.rows import Rows
from simulator.telemetry.scene import Scene, prepare
from simulator.world import World


@dataclass(frozen=True, slots=True)
class Renderer:
    """One table, the kind of action that it records, and the function that makes it. A table that records several kinds
    of action has several of these."""

    table: str
    kind: str
    make: Callable[[Rows], pl.DataFrame]
    doer: bool = False
    """Whether it needs what `doer` knows of the acting process."""


_RAW: tuple[Renderer, ...] = (
    Renderer("sysmon.process_creation", "process_start", sysmon.process_creation),
    Renderer("sysmon.network_connection", "connection", sysmon.network_connection),
    Renderer("sysmon.file_event", "write", sysmon.file_event),
    Renderer("sysmon.dns_query", "lookup", sysmon.dns_query),
    Renderer("security.process_creation", "process_start", security.process_creation),
    Renderer("dns_client.query", "lookup", dns_client.query),
    Renderer("powershell.module", "cmdlet", powershell.module),
    Renderer("powershell.script_block", "script", powershell.script_block),
    Renderer("proxy.http", "request", proxy.http),
)

RENDERERS: tuple[Renderer, ...] = (
    *_RAW,
    Renderer("elastic.endpoint.events.process", "process_start", elastic_defend.process),
    Renderer("elastic.endpoint.events.network", "connection", elastic_defend.network),
    Renderer("elastic.endpoint.events.network", "lookup", elastic_defend.lookup),
    Renderer("elastic.endpoint.events.file", "write", elastic_defend.file),
    Renderer("defender.DeviceProcessEvents", "process_start", defender.process, doer=True),
    Renderer("defender.DeviceNetworkEvents", "connection", defender.network, doer=True),
    Renderer("defender.DeviceEvents", "lookup", defender.lookup, doer=True),
    Renderer("defender.DeviceEvents", "script", defender.script, doer=True),
    Renderer("defender.DeviceFileEvents", "write", defender.file, doer=True),
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A table that holds the events of a raw log in another product's words."""

    table: str
    log: str
    make: Callable[[pl.DataFrame, Scene], pl.DataFrame]


def _derived(derivation: Derivation) -> Copy:
    def make(log: pl.DataFrame, scene: Scene) -> pl.DataFrame:
        return derive(derivation, log, convention=scene.setting("proxy_bytes_convention"))

    return Copy(derivation.table, derivation.log, make)


def _shipped(log: str) -> Copy:
    return Copy(SHIPMENTS[log].table, log, lambda raw, scene: shipped(log, raw))


DERIVATIONS: tuple[Derivation, ...] = (*sentinel.DERIVATIONS, *splunk.DERIVATIONS, *cim.DERIVATIONS)
COPIES: tuple[Copy, ...] = (
    *(_shipped(raw.table) for raw in _RAW if raw.table in SHIPMENTS),
    *(_derived(derivation) for derivation in DERIVATIONS),
)

_VENDORS = ("defender.", "sentinel.", "elastic.", "splunk.", "cim.")

RENDERED: tuple[str, ...] = tuple(dict.fromkeys([one.table for one in RENDERERS] + [one.table for one in COPIES]))
"""The names of all tables that can be rendered."""

BY_DEFAULT: tuple[str, ...] = tuple(name for name in RENDERED if not name.startswith(_VENDORS))
"""The tables that a stream has when nobody asks for others: the raw logs. What vendors make of the same actions is
rendered where a rule or a person wants it."""


def rendered(patterns: Iterable[str]) -> frozenset[str]:
    """The tables that can be rendered and that any of `patterns` stands for (`*` is any text)."""
    return frozenset(name for pattern in patterns for name in matching(pattern, RENDERED))


def render(actions: ActionFrames, world: World, tables: Collection[str] | None = None) -> dict[str, pl.DataFrame]:
    """What every vendor's sensor would have recorded of these actions.

    `actions` has frames as in `simulator.scenario.actions`. `tables` names the tables to make, those of BY_DEFAULT
    by default; tables that exist but are not simulated are left out, unknown names raise UsageError. Each frame has
    `_event_id`, `_time` (datetime[us, UTC]), `_host`, `_user`, the vendor's columns in the vendor's order, and
    `_action_id`, `_instance_id` (int64, the bits of the action's own) for the truth.
    """
    for name in tables or ():
        if name not in TABLES:
            raise UsageError(f"unknown table {name!r}{nearest(name, TABLES)}")
    scene = prepare(world)
    asked = BY_DEFAULT if tables is None else tables
    copies = [copy for copy in COPIES if copy.table in asked]
    needed = {*asked, *(copy.log for copy in copies)}
    wanted = [renderer for renderer in RENDERERS if renderer.table in needed]
    frames = {kind: actions.get(kind, empty(kind)) for kind in {renderer.kind for renderer in wanted}}
    followed = {renderer.kind for renderer in wanted if renderer.doer}
    if followed or "process_start" in frames:
        starts = as_started(actions.get("process_start", empty("process_start")), scene)
        frames |= {"process_start": starts} if "process_start" in frames else {}
        known = starts_of(starts)
        frames |= {kind: with_doers(kind, frames[kind], known, world) for kind in followed}
    made: dict[str, list[pl.DataFrame]] = {}
    for renderer in wanted:
        made.setdefault(renderer.table, []).append(renderer.make(Rows(scene, frames[renderer.kind])))
    for copy in copies:
        for log in made.get(copy.log, ()):
            of = next(renderer.kind for renderer in RENDERERS if renderer.table == copy.log)
            copied = added_to_copy(copy.make(log, scene), copy.table, Rows(scene, frames[of]))
            made.setdefault(copy.table, []).append(copied)
    return {name: _joined(name, parts) for name, parts in made.items() if name in asked}


def _joined(table: str, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """The frames of several kinds of action as one, with the columns that any of them has, in the table's order."""
    if len(parts) == 1:
        return parts[0]
    whole = pl.concat(parts, how="diagonal")
    order = [column.name for column in (*SYSTEM_COLUMNS, *TABLES[table].columns)]
    helpers = ("_action_id", "_instance_id")
    known = [name for name in order if name in whole.columns]
    added = [name for name in whole.columns if name not in known and name not in helpers]
    return whole.select([*known, *added, *helpers])
