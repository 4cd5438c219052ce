"""The quantities that a world's added columns hold: see `simulator.world.extensions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from simulator.errors import UsageError
from simulator.telemetry.derived import DTYPES
from simulator.world.extensions import QUANTITIES

if TYPE_CHECKING:
    from simulator.telemetry.rows import Rows

_OF_ACTIONS = (
    "bytes_out", "bytes_in", "bytes", "address", "name", "port", "protocol", "path", "user_agent", "image", "software",
)  # fmt: skip
"""Quantities that are columns of actions."""


def quantity(rows: Rows, name: str, table: str, column: str) -> pl.Series:
    """The values of the quantity `name` for each row. Raises UsageError where these actions have none."""
    frame = rows.frame
    match name:
        case "user":
            return rows.user("name")
        case "user_domain" | "user_sid" | "user_mail":
            return rows.user(name.removeprefix("user_"))
        case "host":
            return rows.host("fqdn")
        case "host_ip":
            return rows.host("ip")
        case "process_id":
            return pl.Series(rows.pids())
        case "process_name":
            return frame["image"].str.extract(r"([^\\/]+)$")
        case "command_line":
            for known in ("command_line", "by_command_line", "process_command_line"):
                if known in frame.columns:
                    return frame[known]
        case "seconds":
            if "duration" in frame.columns:
                return frame["duration"] / 1_000_000
        case _ if name in _OF_ACTIONS and name in frame.columns:
            return frame[name]
    raise UsageError(f"column {column!r} of {table} cannot hold {name!r}: what this table records has none")


def added_to_copy(frame: pl.DataFrame, table: str, rows: Rows) -> pl.DataFrame:
    """A table made of another log's events with its added columns, by the actions that these events record."""
    added = rows.scene.world.columns.get(table)
    if not added:
        return frame
    ids = rows.frame["action_id"].cast(pl.Int64, wrap_numerical=True).alias("_action_id")
    held = {
        column: quantity(rows, name, table, column).cast(DTYPES[QUANTITIES[name]]) for column, name in added.items()
    }
    known = pl.DataFrame({"_action_id": ids, **held}).unique("_action_id", keep="first", maintain_order=True)
    rest = frame.drop([column for column in held if column in frame.columns])
    joined = rest.join(known, on="_action_id", how="left", maintain_order="left")
    helpers = ("_action_id", "_instance_id")
    return joined.select(pl.exclude(helpers), *helpers)
