"""The process that did something: what a sensor that follows processes knows of it beside the event itself.

Sysmon names of the acting process its id, GUID and image. Endpoint sensors such as Defender remember its start and
add the command line, the file's facts and its own parent. An action carries the command line of its actor; the rest is
known of processes that the same instance started. Processes of other instances are never looked at, so that an action's
events are the same whatever is simulated beside it: of those that ran before, the sensor knows the file by its name.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from simulator.draw import combine
from simulator.telemetry.coded import coded
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


@dataclass(frozen=True, slots=True)
class Starts:
    """The process starts of a chunk, to be found by instance and process."""

    keys: pl.DataFrame
    """`key`, and `row` of the frame."""
    frame: pl.DataFrame


def starts_of(frame: pl.DataFrame) -> Starts:
    """The `process_start` actions, ready to be looked up."""
    keys = pl.DataFrame({"key": _key(frame["instance_id"], frame["process"])}).with_row_index("row")
    return Starts(keys.unique("key", keep="first", maintain_order=True), frame)


def _key(instance: pl.Series, process: pl.Series) -> pl.Series:
    return pl.Series(combine(instance.to_numpy(), process.fill_null(0).to_numpy()))


def with_doers(kind: str, frame: pl.DataFrame, starts: Starts, world: World) -> pl.DataFrame:
    """`frame` with columns `by_*` about the process that did each action.

    Of a process start the doer is its parent. `by_process`, `by_start`, `by_image`, `by_command_line` and `by_user` are
    always known; `by_software`, `by_version` (the file), `by_integrity`, `by_session`, `by_logon`, `by_parent`,
    `by_parent_start`, `by_parent_image` are null where another instance started the process (`by_software` is then the
    program that usually has this file name).
    """
    if kind == "process_start":
        named = {"parent": "process", "parent_start": "start", "parent_image": "image", "parent_user": "user"}
    else:
        named = {"process": "process", "process_start": "start", "image": "image", "user": "user"}
    keys = pl.DataFrame({"key": _key(frame["instance_id"], frame[next(iter(named))])})
    found = keys.join(starts.keys, on="key", how="left", maintain_order="left")["row"]
    facts = {f"by_{fact}": starts.frame[fact].gather(found) for fact in _FACTS}
    usual = coded(frame["parent_image" if kind == "process_start" else "image"]).each(lambda of: _usual(of, world))
    line = "parent_command_line" if kind == "process_start" else "process_command_line"
    said = frame[line] if line in frame.columns else pl.Series([None], dtype=pl.String).new_from_index(0, len(frame))
    lines = (said, facts["by_command_line"]) if kind == "process_start" else (facts["by_command_line"], said)
    return frame.with_columns(
        *(pl.col(old).alias(f"by_{new}") for old, new in named.items()),
        *(values.alias(name) for name, values in facts.items()),
    ).with_columns(
        by_command_line=pl.coalesce(*(pl.lit(line) for line in lines)),
        by_software=pl.coalesce("by_software", pl.lit(usual)),
    )


def _usual(images: pl.Series, world: World) -> pl.Series:
    """Which program each of these files usually is, by name."""
    names: dict[str, str] = {}
    for key, software in world.software.items():
        if software.image:
            names.setdefault(_base(software.image), key)
    found = [None if image is None else names.get(_base(image)) for image in images]
    return pl.Series(found, dtype=pl.String)


def _base(path: str) -> str:
    return path.replace("/", "\\").rpartition("\\")[2].lower()
