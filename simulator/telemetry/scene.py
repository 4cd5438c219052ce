"""What rendering knows of the world: parameters by name, and columns of hosts and users to gather from by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.draw import Floats, Ids, Ints, integers, mix, normal
from simulator.errors import UsageError, nearest
from simulator.telemetry import text
from simulator.world import LOCAL_SERVICE, World

_OLDEST_WITH_USER = 14
"""The oldest Sysmon whose records are known to carry ParentUser in 1 and User in 11 and 22 (SHAPES of 14.14 and 15)."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A world made ready for rendering: one entry for each host or user, in row order."""

    world: World
    hosts: pl.DataFrame
    users: pl.DataFrame
    host_ids: Ids
    machine: Ids
    boots: Ids
    boot_time: Ints
    skew: Ints
    sysmon_old: np.ndarray
    host_of_address: pl.DataFrame

    def share(self, name: str) -> float:
        """A parameter that is a number; UsageError when the world does not have it."""
        return float(self._parameter(name))

    def setting(self, name: str) -> str:
        """A parameter that is a text."""
        return str(self._parameter(name))

    def _parameter(self, name: str) -> bool | int | float | str:
        try:
            return self.world.parameters[name]
        except KeyError:
            hint = nearest(name, self.world.parameters)
            raise UsageError(f"world {self.world.profile!r} has no parameter {name!r}{hint}") from None


def prepare(world: World) -> Scene:
    """The columns that rendering gathers, made once for all tables."""
    ids = world.hosts["id"].to_numpy()
    skew: Floats = normal(ids, "clock skew") * 1000 * float(world.parameters["clock_skew_milliseconds"])
    windows = pl.col("os") == "windows"
    sysmon = windows & (pl.col("sysmon_version") != "")
    major = pl.col("sysmon_version").str.split(".").list.first().cast(pl.Int64, strict=False).fill_null(0)
    build = pl.col("os_version").str.split(".").list.last()
    patch = pl.Series(integers(ids, 1, 4600, "powershell patch")).cast(pl.String)
    hosts = world.hosts.select(
        "name",
        "fqdn",
        "domain",
        "ip",
        "powershell4",
        "script_logging",
        "proxied",
        "tls_inspected",
        "command_line_audited",
        "audit_v1",
        ipv6=pl.Series([f"fd7a:51c0:9e22:1::{row + 16:x}" for row in range(len(ids))], dtype=pl.String),
        lower_fqdn=pl.col("fqdn").str.to_lowercase(),
        windows=windows,
        sysmon=sysmon,
        sysmon_user=sysmon & (major >= _OLDEST_WITH_USER),
        dns_client=windows & pl.col("dns_client_channel_on"),
        module_logging=windows & pl.col("module_logging"),
        os_release=pl.format("{} ({}.{})", build, "os_version", patch),
        missing=pl.when("sysmon_old").then(pl.lit("")).otherwise(pl.lit("-")),
        no_version=pl.when("sysmon_old").then(pl.lit("?")).otherwise(pl.lit("-")),
        powershell=pl.when("powershell4").then(pl.lit("4.0")).otherwise(pl.format("5.1.{}.{}", build, patch)),
        audit_short=pl.Series(integers(ids, 0, 999, "audit stops") / 1000.0),
        service_pid=pl.Series(1500 + 4 * integers(ids, 0, 700, "sysmon pid")),
        service_thread=pl.Series(2500 + 4 * integers(ids, 0, 700, "sysmon thread")),
    )
    computer = pl.col("index") <= 2
    users = world.users["id"].to_numpy()
    accounts = world.users.select(
        "name",
        "domain",
        "sid",
        account=pl.col("domain") + "\\" + pl.col("name"),
        system=computer,
        # SYSTEM and NETWORK SERVICE appear in the Security log under the computer's own account.
        as_computer=computer & (pl.col("index") != LOCAL_SERVICE),
        administrator=pl.col("role").is_in(["domain-admin", "helpdesk"]),
        lower_name=pl.col("name").str.to_lowercase(),
        lower_domain=pl.col("domain").str.to_lowercase(),
        # What the cloud directory knows: people only.
        mail=pl.when(pl.col("kind") == "person").then("email"),
        object_id=text.guid(mix(users, "object", "first half"), mix(users, "object", "second half"), braces=False),
    )
    machine = np.array([int(text, 16) if text else 0 for text in world.hosts["machine_guid"].fill_null("")], np.uint64)
    return Scene(
        world=world,
        hosts=hosts,
        users=accounts,
        host_ids=ids,
        machine=machine,
        boots=integers(ids, 2, 40, "boots").astype(np.uint64),
        boot_time=world.hosts["boot_time"].to_numpy(),
        skew=skew.astype(np.int64),
        sysmon_old=world.hosts["sysmon_old"].to_numpy(),
        host_of_address=world.hosts.select(address="ip", own=pl.col("fqdn")).unique("address", keep="first"),
    )
