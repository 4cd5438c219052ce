"""Reading a stream from disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.dataset.layout import EVENTS, FORMAT, INSTANCES, LABELS, MANIFEST, ROW_GROUP, SCENARIOS, TRANSFERS, TRUTH
from simulator.dataset.whole_text import TEXT, with_text
from simulator.errors import StreamError
from simulator.tables import SYSTEM_COLUMNS, TABLES, Batch, Column, Demand, PassedOver, Rejected, Table, Type

_SYSTEM = tuple(column.name for column in SYSTEM_COLUMNS)
_MAY_STAND_IN_EVENTS = frozenset((*_SYSTEM, "_file", "_record"))


@dataclass(frozen=True, slots=True)
class StreamPart:
    """One file of one table."""

    table: str
    path: str
    size: int

    def read(self, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
        """Its events in batches of at most `ROW_GROUP` rows, text columns dictionary-encoded; a file that is broken is
        one rejected record."""
        wanted = demand.of(self.table)
        try:
            if wanted is None:
                yield PassedOver(pq.read_metadata(self.path).num_rows)
                return
            for batch in _batches(self.path, wanted):
                yield Batch(self.table, batch)
        except (OSError, pa.ArrowException) as error:
            yield Rejected(self.path, 0, f"broken file: {error}")


def _batches(path: str, wanted: frozenset[str]) -> Iterator[pa.RecordBatch]:
    schema = pq.read_schema(path)
    texts = [column.name for column in schema if pa.types.is_string(column.type)]
    if TEXT not in wanted:
        names = [name for name in schema.names if name in wanted or name in _MAY_STAND_IN_EVENTS]
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            yield from file.iter_batches(ROW_GROUP, columns=names, use_threads=False)
        return
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROW_GROUP // 4, use_threads=False):
            whole = with_text(batch)
            yield whole.select([n for n in whole.schema.names if n in wanted or n in _MAY_STAND_IN_EVENTS])


class Stream:
    """A labelled dataset on disk: tables of events, and apart from them the truth. A `simulator.tables.Source`."""

    def __init__(self, path: Path, manifest: Mapping[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    def __repr__(self) -> str:
        return f"Stream({str(self.path)!r})"

    def tables(self) -> Sequence[str]:
        """The names of the tables it holds, sorted."""
        return tuple(sorted({part.table for part in self._parts}))

    def parts(self) -> Sequence[StreamPart]:
        """Its files, in order of table and part."""
        return self._parts

    @cached_property
    def _parts(self) -> tuple[StreamPart, ...]:
        found = sorted((self.path / EVENTS).glob("*/part-*.parquet"))
        return tuple(StreamPart(part.parent.name, str(part), part.stat().st_size) for part in found)

    def scan(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All events of `table`: the system columns and those of `columns` that it has. Raises StreamError for a broken
        file."""
        demand = Demand({table: frozenset(columns)})
        for part in self._parts:
            if part.table == table:
                for item in part.read(demand):
                    match item:
                        case Batch(_, rows):
                            yield rows
                        case Rejected(file, _, reason):
                            raise StreamError(f"{file}: {reason}")

    def columns(self, table: str) -> Sequence[str]:
        """The columns of `table` in this stream, the system columns first; none where it has no events."""
        names: dict[str, None] = {}
        for part in self._parts:
            if part.table == table:
                names.update(dict.fromkeys(pq.read_schema(part.path).names))
        known = [column.name for column in TABLES[table].columns] if table in TABLES else []
        order = [name for name in (*_SYSTEM, *known) if name in names]
        return (*order, *sorted(set(names).difference(order)))

    @cached_property
    def declared(self) -> Mapping[str, Table]:
        """The tables to which this stream adds columns (its manifest's `columns`), with these."""
        found: dict[str, Table] = {}
        for name, columns in self.manifest.get("columns", {}).items():
            known = TABLES.get(name) or Table(name, name, (), str(self.path / MANIFEST))
            new = (Column(column, Type(kind)) for column, kind in columns.items() if column not in known.names)
            found[name] = replace(known, columns=(*known.columns, *new))
        return found

    def instances(self) -> pl.DataFrame:
        """The truth about each instance; columns as `layout.INSTANCES_SCHEMA`."""
        return self._truth(INSTANCES)

    def labels(self) -> pl.DataFrame:
        """event_id, action_id, instance_id."""
        return self._truth(LABELS)

    def scenarios(self) -> Sequence[Mapping[str, Any]]:
        """id, title, label, technique, expect of each scenario that was played."""
        found = _read_json(self.path / TRUTH / SCENARIOS)
        if not isinstance(found, list):
            raise StreamError(f"{self.path / TRUTH / SCENARIOS}: expected a list of scenarios")
        return found

    def transfers(self) -> pl.DataFrame | None:
        """When the bytes of malicious instances left (`layout.TRANSFERS_SCHEMA`); None where the truth does not say."""
        return self._truth(TRANSFERS) if (self.path / TRUTH / TRANSFERS).is_file() else None

    def _truth(self, name: str) -> pl.DataFrame:
        path = self.path / TRUTH / name
        try:
            return pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise StreamError(f"{path}: the truth of this stream cannot be read: {error}") from error


def is_stream(path: Path) -> bool:
    """Whether `path` looks like a stream's folder."""
    return (path / MANIFEST).is_file() and (path / EVENTS).is_dir()


def open_stream(path: Path | str) -> Stream:
    """The stream at `path`. Raises StreamError when there is none, or it is of a format this version cannot read."""
    path = Path(path)
    if not path.exists():
        raise StreamError(f"{path}: no such stream")
    if not (path / MANIFEST).is_file():
        raise StreamError(f"{path} is not a stream: it has no {MANIFEST}")
    manifest = _read_json(path / MANIFEST)
    if not isinstance(manifest, dict) or "format" not in manifest:
        raise StreamError(f"{path / MANIFEST}: expected an object that says its format")
    if manifest["format"] != FORMAT:
        raise StreamError(f"{path}: the stream is of format {manifest['format']!r}, this version reads format {FORMAT}")
    if not (path / EVENTS).is_dir():
        raise StreamError(f"{path}: the stream has no folder {EVENTS}")
    return Stream(path, manifest)


def _read_json(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise StreamError(f"{path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise StreamError(f"{path}:{error.lineno}:{error.colno}: broken JSON: {error.msg}") from error
