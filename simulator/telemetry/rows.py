"""The rows of one kind of action on their way to one table: gathered columns, and the frame that comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator.draw import Ids, Ints, uniform
from simulator.tables import TABLES
from simulator.telemetry import extensions, identity, text
from simulator.telemetry.derived import DTYPES
from simulator.telemetry.scene import Scene
from simulator.world.extensions import QUANTITIES

Value = pl.Series | int | str | bool | None
"""A column: one value for each row, or one for all of them (None: absent)."""

_WIDE = 40
"""So many columns are wide: most of them are never filled, and a reader takes an absent column for null."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Actions of one kind, those that one sensor saw."""

    scene: Scene
    frame: pl.DataFrame

    @property
    def actions(self) -> Ids:
        """The identities of the actions."""
        return self.frame["action_id"].to_numpy()

    def where(self, condition: pl.Series | pl.Expr) -> Rows:
        """Only the rows for which this holds."""
        return Rows(self.scene, self.frame.filter(condition))

    def on(self, host_flag: str) -> Rows:
        """Only what happened on hosts of which this is true."""
        flags = self.scene.hosts[host_flag]
        return self if flags.all() else self.where(self.host(host_flag))

    def host(self, column: str) -> pl.Series:
        """A column of the hosts these actions happened on."""
        return self.scene.hosts[column].gather(self.frame["host"])

    def user(self, column: str, of: str = "user") -> pl.Series:
        """A column of the users in the column `of`."""
        return self.scene.users[column].gather(self.frame[of])

    def at(self) -> npt.NDArray[np.int64]:
        """The host of each row, as an index into the arrays of the scene."""
        return self.frame["host"].to_numpy().astype(np.int64)

    def times(self) -> Ints:
        """When it happened by the host's own clock, microseconds since 1970."""
        shifted: Ints = self.frame["time"].to_numpy() + self.scene.skew[self.at()]
        return shifted

    def share(self, parameter: str) -> npt.NDArray[np.bool_]:
        """Which rows belong to the share that this parameter of the world sets."""
        drawn: npt.NDArray[np.bool_] = uniform(self.actions, parameter) < self.scene.share(parameter)
        return drawn

    def pids(self, process: str = "process", image: str = "image") -> Ints:
        """Process ids; the kernel's is 4."""
        numbers = identity.pids(self.frame[process].fill_null(0).to_numpy())
        kernel = (self.frame[image] == "System").fill_null(value=False).to_numpy()
        return np.where(kernel, 4, numbers)

    def guids(self, process: str = "process", start: str = "process_start") -> pl.Series:
        """Sysmon's GUIDs of processes."""
        scene, at = self.scene, self.at()
        starts = self.frame[start].fill_null(0).to_numpy() + scene.skew[at]
        processes = self.frame[process].fill_null(0).to_numpy()
        return identity.process_guids(scene.machine[at], scene.boots[at], scene.sysmon_old[at], processes, starts)

    def table(
        self,
        name: str,
        times: Ints,
        user: pl.Series,
        columns: Mapping[str, Value],
        ordinal: Ids | None = None,
    ) -> pl.DataFrame:
        """The finished table: system columns, the vendor's columns in the vendor's order, and whose events they are.

        `times` are microseconds since 1970 UTC, `columns` the vendor's columns by name. Those left out are null, and
        of an open or very wide table not in the frame at all. `ordinal` tells events of one action in this
        table apart.
        """
        table = TABLES[name]
        unknown = columns.keys() - table.names
        if unknown:
            raise KeyError(f"{name} has no column {sorted(unknown)}")
        made: list[pl.Series | pl.Expr] = [
            pl.Series("_event_id", identity.event_ids(self.actions, name, ordinal)),
            pl.Series("_time", times).cast(pl.Datetime("us", "UTC")),
            self.host("fqdn").alias("_host"),
            user.alias("_user"),
        ]
        for column in table.columns:
            if (table.open or len(table.columns) > _WIDE) and column.name not in columns:
                continue
            value = columns.get(column.name)
            dtype = DTYPES[column.type]
            if isinstance(value, pl.Series):
                made.append(value.cast(dtype).alias(column.name))
            else:
                made.append(pl.lit(value, dtype=dtype).alias(column.name))
        for extra, held in self.scene.world.columns.get(name, {}).items():
            values = extensions.quantity(self, held, name, extra).cast(DTYPES[QUANTITIES[held]]).alias(extra)
            made = [one for one in made if _name(one) != extra] + [values]
        made += [pl.col(c).cast(pl.Int64, wrap_numerical=True).alias(f"_{c}") for c in ("action_id", "instance_id")]
        return self.frame.select(made)


def _name(column: pl.Series | pl.Expr) -> str:
    return column.name if isinstance(column, pl.Series) else column.meta.output_name()


def numbers(values: Ints) -> pl.Series:
    """Decimal text of numbers below 65,536."""
    return text.NUMBERS.gather(pl.Series(values.astype(np.uint32)))


def hex_numbers(values: Ints) -> pl.Series:
    """`0x1794`, of numbers below 65,536."""
    return text.HEX_NUMBERS.gather(pl.Series(values.astype(np.uint32)))


def choose(mask: npt.NDArray[np.bool_] | pl.Series, yes: Value, no: Value) -> pl.Series:
    """One of two values for each row."""
    condition = mask if isinstance(mask, pl.Series) else pl.Series(mask)
    return pl.select(pl.when(pl.lit(condition)).then(pl.lit(yes)).otherwise(pl.lit(no)).alias("chosen"))["chosen"]
