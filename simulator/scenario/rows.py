"""Rows: the occurrences of something, as parallel arrays. Everything a scenario does is done to all rows at once.

Instances are rows; a step that happens k times for each instance makes k rows of each. A row knows its own identity,
from which all its random values follow, and the instance it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from simulator import draw
from simulator.world import DAY, World

Index = npt.NDArray[np.int64]


@dataclass(slots=True)
class Origin:
    """What all rows of one scenario in one chunk share."""

    world: World
    scenario: np.uint64
    """The key of (seed, scenario)."""
    instances: draw.Ids
    variation: Mapping[str, Index]
    """For each dimension, the number of the value of each instance."""


@dataclass(slots=True)
class Rows:
    """Parallel arrays: identity, time (microseconds since 1970 UTC), host and user (row numbers in the world), the row
    number of the instance, and the ordinal among the repetitions of a step."""

    origin: Origin
    ids: draw.Ids
    time: Index
    host: Index
    user: Index
    root: Index
    ordinal: Index | None = None
    cache: dict[str, pl.Series] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, index: Index) -> Rows:
        """The rows at `index`."""
        ordinal = None if self.ordinal is None else self.ordinal[index]
        return Rows(
            self.origin,
            self.ids[index],
            self.time[index],
            self.host[index],
            self.user[index],
            self.root[index],
            ordinal,
        )

    def ids_per(self, per: str) -> draw.Ids:
        """The identity that decides a value which stays the same `per` row, instance, habit, host, user or world."""
        world, scenario = self.origin.world, self.origin.scenario
        match per:
            case "row":
                return self.ids
            case "instance":
                return self.origin.instances[self.root]
            case "habit":
                return draw.combine(self.host_ids() ^ scenario, self.user_ids())
            case "host":
                return self.host_ids() ^ scenario
            case "user":
                return self.user_ids() ^ scenario
            case _:
                return np.full(len(self), draw.key(world.seed, "world"), np.uint64) ^ scenario

    def host_ids(self) -> draw.Ids:
        """The identities of the hosts."""
        ids: draw.Ids = host_array(self.origin.world, "id")[self.host]
        return ids

    def user_ids(self) -> draw.Ids:
        """The identities of the users."""
        ids: draw.Ids = user_array(self.origin.world, "id")[self.user]
        return ids


def host_array(world: World, column: str) -> npt.NDArray[Any]:
    """A column of `world.hosts` as an array."""
    return _arrays(WorldKey(world), "hosts", column)


def user_array(world: World, column: str) -> npt.NDArray[Any]:
    """A column of `world.users` as an array."""
    return _arrays(WorldKey(world), "users", column)


class WorldKey:
    """A world as a key of a cache, by identity."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __hash__(self) -> int:
        return id(self.world)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WorldKey) and other.world is self.world


@lru_cache(maxsize=64)
def _arrays(key: WorldKey, frame: str, column: str) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = getattr(key.world, frame)[column].to_numpy()
    return found


@lru_cache(maxsize=256)
def _texts(key: WorldKey, name: str) -> pl.Series:
    """A text for each host (`host.…`) or user (`user.…`) of the world."""
    kind, column = name.split(".")
    frame = key.world.hosts if kind == "host" else key.world.users
    return frame[column]


_FOLDERS: Final[Mapping[str, tuple[str, str]]] = {
    "home": ("", ""),
    "appdata": ("\\AppData\\Roaming", "/.config"),
    "localappdata": ("\\AppData\\Local", "/.cache"),
    "temp": ("\\AppData\\Local\\Temp", "/.cache/tmp"),
    "documents": ("\\Documents", "/Documents"),
    "desktop": ("\\Desktop", "/Desktop"),
    "downloads": ("\\Downloads", "/Downloads"),
}
_HOST = ("name", "fqdn", "domain", "os", "os_version", "ip", "mac", "role")
_USER = (
    "name", "domain", "display_name", "first_name", "last_name", "email", "sid", "department", "role", "kind",
)  # fmt: skip
_WORLD = ("company", "domain", "netbios", "tenant", "share", "bucket")
_SERVERS = (
    "file_server", "backup_server", "domain_controller", "web_server", "build_server", "monitoring_server",
    "database_server",
)  # fmt: skip
_TIME: Final[Mapping[str, str]] = {
    "date": "%Y-%m-%d",
    "compact": "%Y%m%d",
    "year": "%Y",
    "month": "%m",
    "day": "%d",
    "hour": "%H",
    "minute": "%M",
    "weekday": "%a",
}

BUILTINS: Final[frozenset[str]] = frozenset(
    [f"host.{name}" for name in _HOST]
    + [f"user.{name}" for name in (*_USER, *_FOLDERS)]
    + [f"world.{name}" for name in (*_WORLD, *_SERVERS)]
    + [f"time.{name}" for name in (*_TIME, "epoch")]
    + ["ordinal", "instance.hex"]
)
"""Names that mean something in every template."""

FLOATING: Final[frozenset[str]] = frozenset(name for name in BUILTINS if name.startswith("time.")) | {"ordinal"}
"""Those of them that differ between the rows of one instance."""


def builtin(rows: Rows, name: str) -> pl.Series | str:
    """A name that is always there, for each row."""
    if name in rows.cache:
        return rows.cache[name]
    made = _builtin(rows, name)
    if isinstance(made, pl.Series):
        rows.cache[name] = made
    return made


def _builtin(rows: Rows, name: str) -> pl.Series | str:
    world = rows.origin.world
    kind, _, column = name.partition(".")
    match kind:
        case "host":
            return gather(_texts(WorldKey(world), name), rows.host)
        case "user" if column in _FOLDERS:
            return _folder(rows, column)
        case "user":
            return gather(_texts(WorldKey(world), name), rows.user)
        case "world":
            return _of_world(rows, column)
        case "time":
            return _of_time(rows, column)
        case "ordinal":
            return pl.Series(rows.ordinal if rows.ordinal is not None else np.zeros(len(rows), np.int64))
        case _:
            return hexadecimal(draw.mix(rows.ids_per("instance"), "instance.hex"))


def _of_world(rows: Rows, column: str) -> pl.Series | str:
    world = rows.origin.world
    match column:
        case "share" | "bucket":
            words = world.company.shares if column == "share" else world.company.buckets
            return gather(pl.Series(words), draw.choice(rows.ids_per("instance"), len(words), "world", column))
        case "company":
            return world.company.name
        case "domain" | "netbios" | "tenant":
            return str(getattr(world.company, column))
        case _:
            servers = world.hosts.filter(pl.col("role") == column.replace("_", "-"))["name"]
            if not len(servers):
                servers = world.hosts["name"].head(1)
            return gather(servers, draw.choice(rows.ids_per("habit"), len(servers), "world", column))


def _of_time(rows: Rows, column: str) -> pl.Series:
    if column == "epoch":
        return pl.Series(rows.time // 1_000_000)
    offset = host_array(rows.origin.world, "utc_offset")[rows.host]
    local = pl.Series(rows.time + offset).cast(pl.Datetime("us"))
    return local.dt.strftime(_TIME[column])


_PROFILES: Final[Mapping[str, str]] = {
    "SYSTEM": "C:\\Windows\\System32\\config\\systemprofile",
    "LOCAL SERVICE": "C:\\Windows\\ServiceProfiles\\LocalService",
    "NETWORK SERVICE": "C:\\Windows\\ServiceProfiles\\NetworkService",
}


def _folder(rows: Rows, column: str) -> pl.Series:
    key = WorldKey(rows.origin.world)
    windows = gather(_homes(key, column, "windows"), rows.user)
    system = _texts(key, "host.os")
    if (system == "windows").all():
        return windows
    here = gather(system, rows.host)
    linux, mac = (gather(_homes(key, column, name), rows.user) for name in ("linux", "macos"))
    return windows.zip_with(here == "windows", linux.zip_with(here == "linux", mac))


@lru_cache(maxsize=64)
def _homes(key: WorldKey, column: str, system: str) -> pl.Series:
    """A folder of each user of the world on one operating system."""
    users = key.world.users
    windows, unix = _FOLDERS[column]
    name = pl.col("name")
    if system == "windows":
        home = name.replace_strict(_PROFILES, default=pl.lit("C:\\Users\\") + name)
        return users.select(home + windows).to_series()
    home = (
        pl.when(name == "SYSTEM")
        .then(pl.lit("/root"))
        .otherwise(pl.lit("/home/" if system == "linux" else "/Users/") + name)
    )
    return users.select(home + unix).to_series()


def gather(series: pl.Series, index: npt.NDArray[Any]) -> pl.Series:
    """The values of a series at `index`; quicker than `Series.gather`, which goes through the query engine."""
    return series[index.astype(np.uint32)]


def constant(value: object, count: int, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    """The same value in every row."""
    if isinstance(value, list):
        return pl.Series([value], dtype=kind).new_from_index(0, count)
    return _single(value, kind).new_from_index(0, count)


@lru_cache(maxsize=4096, typed=True)
def _single(value: object, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    return pl.Series([value], dtype=kind)


def local_day(time: Index, offset: Index) -> Index:
    """Days since 1970 by the local calendar."""
    day: Index = (time + offset) // DAY
    return day


_HEX: Final = np.frombuffer(b"0123456789abcdef", np.uint8)


def hexadecimal(ids: draw.Ids) -> pl.Series:
    """Each identity as 16 hex digits."""
    shifts = np.arange(60, -4, -4, dtype=np.uint64)
    return fixed_text(_HEX[((ids[:, None] >> shifts) & np.uint64(15)).astype(np.intp)])


def fixed_text(letters: npt.NDArray[np.uint8]) -> pl.Series:
    """Texts of equal length from a matrix of ASCII codes, one row each."""
    count, width = letters.shape
    if not count or not width:
        return pl.Series([""] * count, dtype=pl.String)

    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int64)
    data = pa.py_buffer(np.ascontiguousarray(letters).tobytes())
    array = pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets.tobytes()), data)
    made = pl.from_arrow(array)
    assert isinstance(made, pl.Series)
    return made
