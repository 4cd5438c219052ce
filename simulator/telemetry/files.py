"""The facts about programs' files that endpoint sensors add to events: by row, made once for each distinct file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from simulator.telemetry.coded import Coded, coded, together
from simulator.telemetry.rows import Rows
from simulator.telemetry.versions import programs


@dataclass(frozen=True, slots=True)
class Files:
    """The files of each row: their facts by distinct file, and which file each row has."""

    rows: Coded
    facts: pl.DataFrame
    """Columns of `versions.programs`, `size` in bytes (null: not known), and `known`: whether the version is."""

    def __getitem__(self, fact: str) -> pl.Series:
        """A fact by row."""
        return self.rows.take(self.facts[fact])


def files(rows: Rows, software: str, version: str, image: str, algorithms: tuple[str, ...]) -> Files:
    """The files that the columns `software`, `version` and `image` name, with hashes in lower case."""
    frame = rows.frame
    names = {"software": software, "version": version, "image": image}
    columns = [coded(frame[name]) for name in names.values()]
    codes, parts = together(*columns)
    distinct = pl.DataFrame(
        {
            name: column.values.gather(pl.Series(part, dtype=pl.UInt32))
            for name, column, part in zip(names, columns, parts, strict=True)
        }
    )
    facts = programs(Rows(rows.scene, distinct), algorithms)
    facts = facts.with_columns(pl.col(algorithms).str.to_lowercase())
    sizes = [_size(rows, key, name) for key, name in distinct.select("software", "version").iter_rows()]
    extra: Mapping[str, pl.Series] = {
        "size": pl.Series(sizes, dtype=pl.Int64),
        "known": distinct["version"].is_not_null(),
    }
    return Files(Coded(codes, pl.int_range(len(distinct), eager=True)), facts.with_columns(**extra))


def _size(rows: Rows, software: str | None, version: str | None) -> int | None:
    program = rows.scene.world.software.get(software) if software else None
    release = program.versions.get(version) if program and version else None
    return release.size if release else None
