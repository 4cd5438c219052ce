"""Collects the actions of a scenario in a chunk, and what the truth says of its instances."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from simulator import draw
from simulator.scenario.actions import ACTIONS, ActionFrames
from simulator.scenario.ambient import Actor
from simulator.scenario.model import Scenario
from simulator.scenario.rows import Index, Rows, constant, gather

POSITIVE: Final = np.uint64(2**63 - 1)
"""Identities that are written down lose their top bit, so that they fit signed integers everywhere."""


class Recorder:
    """Frames of actions by kind, and for each instance when it ended and how much it sent."""

    def __init__(self, instances: Rows) -> None:
        self.instances = instances
        self.end = instances.time.copy()
        self.bytes_out = np.zeros(len(instances), np.int64)
        self._frames: dict[str, list[pl.DataFrame]] = {}

    def add(
        self,
        kind: str,
        rows: Rows,
        actor: Actor,
        columns: Mapping[str, object],
        *,
        step: str = "",
        time: Index | None = None,
        end: Index | None = None,
    ) -> None:
        """Record an action for each row. `step` tells apart several of one kind that one row makes."""
        if not len(rows):
            return
        when = rows.time if time is None else time
        schema = ACTIONS[kind]
        given: dict[str, object] = {
            "action_id": draw.mix(rows.ids, "action", kind, step) & POSITIVE,
            "instance_id": rows.origin.instances[rows.root] & POSITIVE,
            "time": when,
            "host": rows.host.astype(np.uint32),
            "user": actor.user.astype(np.uint32),
            "process": actor.process & POSITIVE,
            "process_start": actor.start,
            "image": actor.image,
            "process_command_line": actor.command_line,
        }
        given |= columns
        frame = pl.DataFrame({name: _column(given[name], len(rows), of) for name, of in schema.items()})
        self._frames.setdefault(kind, []).append(frame)
        np.maximum.at(self.end, rows.root, when if end is None else end)

    def sent(self, rows: Rows, amount: Index) -> None:
        """Count bytes that left the host."""
        np.add.at(self.bytes_out, rows.root, amount)

    def frames(self) -> ActionFrames:
        """Everything recorded, by kind."""
        return {kind: pl.concat(frames) for kind, frames in self._frames.items()}

    def truth(self, scenario: Scenario) -> pl.DataFrame:
        """One row for each instance."""
        rows = self.instances
        variation, tags = _variation(rows, scenario)
        return pl.DataFrame(
            {
                "instance_id": (rows.origin.instances & POSITIVE).astype(np.int64),
                "host": rows.host.astype(np.uint32),
                "user": rows.user.astype(np.uint32),
                "start": rows.time,
                "end": self.end,
                "variation": variation,
                "tags": tags,
                "bytes_out": self.bytes_out,
            }
        ).with_columns(
            scenario=pl.lit(scenario.id),
            label=pl.lit(scenario.label),
            technique=pl.lit(scenario.technique, dtype=pl.String),
        )


def _column(value: object, count: int, kind: pl.DataType | type[pl.DataType]) -> pl.Series:
    """A column of an action: from one value for each row, or from one for all."""
    if isinstance(value, np.ndarray):
        value = pl.Series(value)
    if isinstance(value, pl.Series):
        return value if value.dtype == kind else value.cast(kind)
    return constant(value, count, kind)


def _variation(rows: Rows, scenario: Scenario) -> tuple[pl.Series, pl.Series]:
    """For each instance its variation as JSON text, and the tags of its values."""
    count = len(rows)
    if not scenario.dimensions:
        return constant("{}", count, pl.String), constant([], count, pl.List(pl.String))
    pieces: list[pl.Series] = []
    tags: list[pl.Series] = []
    for number, dimension in enumerate(scenario.dimensions):
        index = rows.origin.variation[dimension.title]
        start = "{" if number == 0 else ", "
        words = [f"{start}{json.dumps(dimension.title)}: {json.dumps(case.name)}" for case in dimension.cases]
        pieces.append(gather(pl.Series(words), index))
        if any(case.tags for case in dimension.cases):
            tags.append(
                gather(pl.Series([list(case.tags) for case in dimension.cases], dtype=pl.List(pl.String)), index)
            )
    texts = pl.select(pl.concat_str([*pieces, pl.lit("}")])).to_series()
    if not tags:
        return texts, constant([], count, pl.List(pl.String))
    return texts, pl.select(pl.concat_list(tags).list.unique(maintain_order=True)).to_series()
