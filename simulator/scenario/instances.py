"""When and to whom a scenario happens: `where` and `occurs` become rows, one for each instance.

An instance's identity is made of seed, scenario and either its number (where a scenario has a fixed number of them) or
host, day and ordinal. So it does not depend on how the stream is cut into chunks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator import draw
from simulator.scenario import ambient
from simulator.scenario.covering import covering
from simulator.scenario.model import Dimension, Scenario, Where
from simulator.scenario.rows import Index, Origin, Rows, host_array, user_array
from simulator.world import DAY, LOCAL_SERVICE, NETWORK_SERVICE, SYSTEM, World


@dataclass(frozen=True, slots=True)
class Chunk:
    """A block of hosts and a span of days: hosts `host_from` to `host_to` - 1, days likewise, from the start."""

    host_from: int
    host_to: int
    day_from: int
    day_to: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of host and user that come into question; `users`, when given, are drawn for each instance instead."""

    hosts: Index
    owners: Index
    users: Index | None


_ACCOUNTS = {"system": SYSTEM, "local-service": LOCAL_SERVICE, "network-service": NETWORK_SERVICE}


def candidates(world: World, scenario: Scenario) -> Candidates:
    """Which hosts a scenario may happen on, and to which user on each."""
    where = scenario.where
    hosts = world.hosts
    keep = pl.lit(True)
    if where.systems:
        keep &= pl.col("os").is_in(list(where.systems))
    if where.roles:
        keep &= pl.col("role").is_in(list(where.roles))
    if where.software:
        having = world.installed.filter(pl.col("software").is_in(list(where.software)))["host"].unique()
        keep &= pl.col("index").is_in(having.implode())
    found = hosts.filter(keep)["index"].to_numpy().astype(np.int64)
    if where.share < 1:
        ids = host_array(world, "id")[found] ^ draw.key(world.seed, scenario.id)
        found = found[draw.uniform(ids, "share") < where.share]
    return _with_users(world, where, found)


def _with_users(world: World, where: Where, hosts: Index) -> Candidates:
    role = user_array(world, "role")
    wanted = np.isin(role.astype(str), where.user_roles) if where.user_roles else np.ones(len(role), bool)
    match where.who:
        case "any":
            users = np.flatnonzero(wanted & (user_array(world, "kind") == "person"))
            return Candidates(hosts if len(users) else hosts[:0], hosts, users)
        case "owner" | "service":
            mine = host_array(world, where.who)[hosts].astype(np.int64)
            keep = wanted[mine]
            return Candidates(hosts[keep], mine[keep], None)
        case account:
            return Candidates(hosts, np.full(len(hosts), _ACCOUNTS[account]), None)


def instances(world: World, scenario: Scenario, chunk: Chunk) -> Rows:
    """The instances of a scenario that begin in a chunk."""
    key = draw.key(world.seed, scenario.id)
    found = _candidates(_Pair(world, scenario))
    if scenario.occurs.instances is not None:
        ids, host, user, day, number = _fixed(world, scenario, found, chunk, key)
    else:
        ids, host, user, day = _recurring(world, scenario, found, chunk, key)
        number = None
    rows = Rows(Origin(world, key, ids, {}), ids, day, host, user, np.arange(len(ids)))
    rows.time = _times(rows, scenario, day)
    if scenario.occurs.at == "boot":
        # Servers are up already: only boots of workstations fall into the stream.
        desk = ambient.workstations(rows)[host]
        ids, number = ids[desk], None if number is None else number[desk]
        rows = Rows(Origin(world, key, ids, {}), ids, rows.time[desk], host[desk], user[desk], np.arange(len(ids)))
    rows.origin.variation = {d.title: _varied(rows, d) for d in scenario.dimensions}
    if number is not None and scenario.label == "malicious":
        _cover(rows, scenario.dimensions, number)
    return rows


def alone(rows: Rows, number: int, start: int) -> Rows:
    """One instance as if there were no others, at another time. Its identity and all that follows from it stay."""
    here = np.array([number])
    origin = rows.origin
    variation = {name: index[here] for name, index in origin.variation.items()}
    alone = Origin(origin.world, origin.scenario, origin.instances[here], variation)
    return Rows(alone, rows.ids[here], np.array([start], np.int64), rows.host[here], rows.user[here], np.array([0]))


class _Pair:
    """A world and a scenario as a key of a cache, by identity."""

    def __init__(self, world: World, scenario: Scenario) -> None:
        self.world, self.scenario = world, scenario

    def __hash__(self) -> int:
        return hash((id(self.world), self.scenario.id))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pair) and other.world is self.world and other.scenario is self.scenario


@lru_cache(maxsize=256)
def _candidates(pair: _Pair) -> Candidates:
    return candidates(pair.world, pair.scenario)


def _fixed(
    world: World, scenario: Scenario, found: Candidates, chunk: Chunk, key: np.uint64
) -> tuple[draw.Ids, Index, Index, Index, Index]:
    """Identity, host, user, day and number of the instances of a scenario that has a fixed number of them."""
    days = _days(world, scenario.occurs.days, 0, world.days)
    count = scenario.occurs.instances or 0
    if not len(found.hosts) or not len(days):
        count = 0
    number = np.arange(count, dtype=np.int64)
    ids = draw.mix(number.astype(np.uint64) ^ key, "instance")
    pair = draw.choice(ids, max(1, len(found.hosts)), "host")
    day = days[draw.choice(ids, max(1, len(days)), "day")] if count else number
    host = found.hosts[pair] if count else number
    here = (host >= chunk.host_from) & (host < chunk.host_to) & (day >= chunk.day_from) & (day < chunk.day_to)
    ids, pair, day, host, number = ids[here], pair[here], day[here], host[here], number[here]
    user = _drawn_user(found, ids) if found.users is not None else found.owners[pair]
    return ids, host, user, day, number


def _recurring(
    world: World, scenario: Scenario, found: Candidates, chunk: Chunk, key: np.uint64
) -> tuple[draw.Ids, Index, Index, Index]:
    """Identity, host, user and day of the instances of a scenario that recurs."""
    here = (found.hosts >= chunk.host_from) & (found.hosts < chunk.host_to)
    host = found.hosts[here]
    days = _days(world, scenario.occurs.days, chunk.day_from, chunk.day_to)
    grid_host, grid_day = np.repeat(host, len(days)), np.tile(days, len(host))
    grid = draw.combine(host_array(world, "id")[grid_host] ^ key, grid_day.astype(np.uint64))
    if scenario.occurs.exactly is not None:
        counts = np.full(len(grid), scenario.occurs.exactly, np.int64)
    else:
        counts = draw.poisson(grid, scenario.occurs.mean, "occurs")
    parent, _, ids = draw.children(grid, counts, "instance")
    user = _drawn_user(found, ids) if found.users is not None else np.repeat(found.owners[here], len(days))[parent]
    return ids, grid_host[parent], user, grid_day[parent]


def _drawn_user(found: Candidates, ids: draw.Ids) -> Index:
    assert found.users is not None
    if not len(found.users):
        return np.zeros(0, np.int64)
    return found.users[draw.choice(ids, len(found.users), "user")]


def _days(world: World, which: str, first: int, last: int) -> Index:
    """The days of the stream, counted from its start, that are of this kind."""
    days = np.arange(first, last, dtype=np.int64)
    weekday = (world.start // DAY + days + 3) % 7
    match which:
        case "weekdays":
            return days[weekday < 5]
        case "weekends":
            return days[weekday >= 5]
        case _:
            return days


def _times(rows: Rows, scenario: Scenario, day: Index) -> Index:
    """When each instance begins on its local day."""
    world = rows.origin.world
    offset = host_array(world, "utc_offset")[rows.host]
    midnight = world.start + day * DAY - offset
    u = draw.uniform(rows.ids, "time")
    made: npt.NDArray[np.float64] | Index
    match scenario.occurs.at:
        case "office-hours":
            person = ambient.is_person(rows, rows.user)
            opens = np.where(person, user_array(world, "office_start")[rows.user], 0)
            closes = np.where(person, user_array(world, "office_end")[rows.user], DAY)
            made = midnight + opens + u * (closes - opens)
        case "window":
            first, last = scenario.occurs.window
            made = midnight + first + u * (last - first)
        case "logon":
            made = ambient.session_start(rows, rows.host, rows.user, midnight + DAY - 1)
        case "boot":
            made = ambient.boot_start(rows, rows.host, midnight + DAY - 1)
        case _:
            made = midnight + u * DAY
    return made.astype(np.int64)


def _varied(rows: Rows, dimension: Dimension) -> Index:
    """The number of the value of a dimension for each instance, drawn by weight."""
    # A tool's own dimensions are a habit of whoever uses it, unless it says otherwise.
    per = dimension.per or ("habit" if "." in dimension.title else "instance")
    return draw.choice(rows.ids_per(per), [case.weight for case in dimension.cases], "vary", dimension.title)


def _cover(rows: Rows, dimensions: tuple[Dimension, ...], number: Index) -> None:
    """Replace the drawn values by those of a covering array, for as many instances as it has rows.

    The rest stays drawn, but per instance.
    """
    if not dimensions:
        return
    array = np.array(covering(tuple(len(d.cases) for d in dimensions)), dtype=np.int64)
    inside = number < len(array)
    made: dict[str, Index] = {}
    for column, dimension in enumerate(dimensions):
        drawn = draw.choice(rows.ids, [case.weight for case in dimension.cases], "vary", dimension.title)
        made[dimension.title] = np.where(inside, array[np.minimum(number, len(array) - 1), column], drawn)
    rows.origin.variation = made
