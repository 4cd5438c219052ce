"""The process that did something: what a sensor that follows processes knows of it beside the event itself.

Sysmon names of the acting process its id, GUID and image. Endpoint sensors such as Defender remember its start and
add the command line, the file's facts and its own parent. An action carries the command line of its actor; the rest is
known of processes that the same instance started. Processes of other instances are never looked at, so that an action's
events are the same whatever is simulated beside it: of those that ran before, the sensor knows the file by its name.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from simulator.world import World

_FACTS = (
    "software",
    "version",
    "integrity",
    "session",
    "logon",
    "parent",
    "parent_start",
    "parent_image",
    "command_line",
)


def with_doers(kind: str, frame: pl.DataFrame, starts: pl.DataFrame, world: World) -> pl.DataFrame:
    """`frame` with columns `by_*` about the process that did each action.

    Of a process start the doer is its parent. `by_process`, `by_start`, `by_image`, `by_command_line` and `by_user` are
    always known; `by_software`, `by_version` (the file), `by_integrity`, `by_session`, `by_logon`, `by_parent`,
    `by_parent_start`, `by_parent_image` are null where another instance started the process (`by_software` is then the
    program that usually has this file name).
    """
    if kind == "process_start":
        named = {"parent": "process", "parent_start": "start", "parent_image": "image", "parent_user": "user"}
        given = frame.with_columns(pl.col(old).alias(f"by_{new}") for old, new in named.items())
        given = given.with_columns(by_line=pl.col("parent_command_line"))
    else:
        named = {"process": "process", "process_start": "start", "image": "image", "user": "user"}
        given = frame.with_columns(pl.col(old).alias(f"by_{new}") for old, new in named.items())
        given = given.with_columns(by_line=pl.lit(None, dtype=pl.String))
    known = starts.select(
        "instance_id", by_process="process", **{f"by_{fact}": pl.col(fact) for fact in _FACTS}
    ).unique(["instance_id", "by_process"], keep="first", maintain_order=True)
    joined = given.join(known, on=["instance_id", "by_process"], how="left", maintain_order="left")
    said = pl.col("process_command_line") if "process_command_line" in frame.columns else pl.lit(None, dtype=pl.String)
    usual = pl.col("by_image").replace_strict(_usual(joined["by_image"], world), default=None, return_dtype=pl.String)
    return joined.with_columns(
        by_command_line=pl.coalesce("by_line", "by_command_line", said),
        by_software=pl.coalesce("by_software", usual),
    ).drop("by_line")


def _usual(images: pl.Series, world: World) -> Mapping[str, str]:
    """Which program each of these files usually is, by name."""
    names: dict[str, str] = {}
    for key, software in world.software.items():
        if software.image:
            names.setdefault(_base(software.image), key)
    found = {image: names.get(_base(image)) for image in images.unique().drop_nulls()}
    return {image: key for image, key in found.items() if key is not None}


def _base(path: str) -> str:
    return path.replace("/", "\\").rpartition("\\")[2].lower()
