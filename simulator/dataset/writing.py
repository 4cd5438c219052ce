"""Writing a stream: everything goes to a folder beside it, which is renamed whole when all is done."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.dataset.layout import (
    EVENTS,
    FORMAT,
    INSTANCES,
    INSTANCES_SCHEMA,
    LABELS,
    LABELS_SCHEMA,
    MANIFEST,
    ROW_GROUP,
    SCENARIOS,
    TRANSFERS,
    TRANSFERS_SCHEMA,
    TRUTH,
    part_path,
)
from simulator.errors import StreamError
from simulator.tables import SYSTEM_COLUMNS, TABLES
from simulator.whole import beside, explained, put_in_place

Rows: TypeAlias = "pl.DataFrame | pa.Table"

_PARQUET: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "store_schema": False, "version": "2.6"}
"""No Arrow schema in the file: the same rows give the same bytes, whatever width of offsets they came with."""


def write_part(folder: Path | str, table: str, part: int, rows: Rows, added: Collection[str] = ()) -> int:
    """Writes `rows` as part number `part` of `table` below `folder` (a `StreamWriter.folder`); gives the bytes written.

    May be called from any process. `rows` has the system columns and columns of the table, in any order; the same rows
    give the same bytes. `added` are columns beyond the table's that are meant. Raises ValueError for other columns that
    the table does not have, StreamError when the disk does not take it.
    """
    path = part_path(Path(folder), table, part)
    arrow = _in_table_order(table, plain(rows), added)
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(arrow, path, row_group_size=ROW_GROUP, **_PARQUET)
        return path.stat().st_size


def plain(rows: Rows) -> pa.Table:
    """`rows` as an Arrow table without dictionary-encoding: its dictionaries may depend on what ran before."""
    arrow = rows.to_arrow() if isinstance(rows, pl.DataFrame) else rows
    for position, column in enumerate(arrow.schema):
        if pa.types.is_dictionary(column.type):
            arrow = arrow.set_column(position, column.name, arrow.column(position).cast(column.type.value_type))
    return arrow


def _in_table_order(table: str, rows: pa.Table, added: Collection[str]) -> pa.Table:
    known = TABLES.get(table)
    if known is None and not table.endswith(".other"):
        raise ValueError(f"no such table: {table}")
    columns = known.columns if known else ()
    order = [column.name for column in (*SYSTEM_COLUMNS, *columns)]
    given = rows.column_names
    if missing := [column.name for column in SYSTEM_COLUMNS if column.name not in given]:
        raise ValueError(f"{table}: system columns are missing: {', '.join(missing)}")
    extra = sorted(set(given).difference(order))
    if set(extra).difference(added) and known and not known.open:
        raise ValueError(f"{table} has no such columns: {', '.join(extra)}")
    rows = rows.select([name for name in order if name in given] + extra)
    types = {column.name: column.type.arrow for column in (*SYSTEM_COLUMNS, *columns)}
    for position, column in enumerate(rows.schema):
        wanted = types.get(column.name)
        if wanted is not None and not _alike(column.type, wanted):
            rows = rows.set_column(position, column.name, rows.column(position).cast(wanted))
    return rows


def _alike(given: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether both are the same in a Parquet file."""
    return bool(given == wanted or (pa.types.is_large_string(given) and pa.types.is_string(wanted)))


class StreamWriter:
    """Writes a stream. Use as a context manager: what is left by an exception is removed, and only `finish` makes it
    a stream.

    `manifest` is what the manifest should say beside format and counts. `folder` is where parts go until then: other
    processes may write events there with `write_part`. With `overwrite` an existing stream at `path` is replaced when
    the new one is whole; a folder that is no stream is never touched. Raises StreamError.
    """

    def __init__(self, path: Path | str, manifest: Mapping[str, Any], *, overwrite: bool = False) -> None:
        self.path = Path(path)
        self.folder = beside(self.path)
        self._manifest = dict(manifest)
        self._overwrite = overwrite
        self._truth: dict[str, _Growing] = {}
        self._scenarios: Sequence[Mapping[str, Any]] = ()
        self._finished = False
        self._check_target()

    def _check_target(self) -> None:
        if not self.path.exists():
            return
        if not self.path.is_dir() or (any(self.path.iterdir()) and not (self.path / MANIFEST).is_file()):
            raise StreamError(f"{self.path} exists and is not a stream; it is left alone")
        if (self.path / MANIFEST).is_file() and not self._overwrite:
            raise StreamError(f"{self.path} exists already; ask for overwriting, or choose another name")

    def __enter__(self) -> StreamWriter:
        with explained(self.folder):
            shutil.rmtree(self.folder, ignore_errors=True)
            (self.folder / EVENTS).mkdir(parents=True)
            (self.folder / TRUTH).mkdir()
        for name, schema in ((INSTANCES, INSTANCES_SCHEMA), (LABELS, LABELS_SCHEMA)):
            self._truth[name] = _Growing(self.folder / TRUTH / name, schema)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._truth.values():
            file.abandon()
        if not self._finished:
            shutil.rmtree(self.folder, ignore_errors=True)

    def write_events(self, table: str, part: int, rows: Rows) -> int:
        """Writes a part of a table's events, in any order of parts; gives the bytes written. See `write_part`."""
        return write_part(self.folder, table, part, rows)

    def write_truth_instances(self, part: int, rows: Rows) -> None:
        """Appends instances (`INSTANCES_SCHEMA`). Parts must come in rising order."""
        self._truth[INSTANCES].append(part, rows)

    def write_labels(self, part: int, rows: Rows) -> None:
        """Appends labels (`LABELS_SCHEMA`). Parts must come in rising order."""
        self._truth[LABELS].append(part, rows)

    def write_transfers(self, part: int, rows: Rows) -> None:
        """Appends when the bytes of malicious instances left (`TRANSFERS_SCHEMA`). Parts must come in rising order; the
        file is there only when this was called."""
        if TRANSFERS not in self._truth:
            self._truth[TRANSFERS] = _Growing(self.folder / TRUTH / TRANSFERS, TRANSFERS_SCHEMA)
        self._truth[TRANSFERS].append(part, rows)

    def scenarios(self, about: Sequence[Mapping[str, Any]]) -> None:
        """What the truth says of each scenario: id, title, label, technique, expect."""
        self._scenarios = tuple(about)

    def finish(self, **more: Any) -> Path:
        """Completes the stream and puts it in place; `more` is added to the manifest. Gives its path."""
        counts = {name: file.close() for name, file in self._truth.items()}
        with explained(self.path):
            _write_json(self.folder / TRUTH / SCENARIOS, list(self._scenarios))
            manifest = {
                "format": FORMAT,
                **self._manifest,
                **more,
                "events": dict(_event_counts(self.folder)),
                "instances": counts[INSTANCES],
                "labels": counts[LABELS],
            }
            _write_json(self.folder / MANIFEST, manifest)
            self._check_target()
            put_in_place(self.folder, self.path)
        self._finished = True
        return self.path


class _Growing:
    """A Parquet file that grows by row groups, one or more for each part."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema
        self._last = -1
        self._rows = 0
        with explained(path):
            options: dict[str, Any] = {**_PARQUET, "use_dictionary": _texts(schema)}
            self._writer: pq.ParquetWriter | None = pq.ParquetWriter(path, schema, **options)

    def append(self, part: int, rows: Rows) -> None:
        if part <= self._last:
            raise ValueError(f"{self._path.name}: part {part} comes after part {self._last}")
        if self._writer is None:
            raise ValueError(f"{self._path.name} is closed")
        self._last = part
        arrow = plain(rows)
        if missing := set(self._schema.names).difference(arrow.column_names):
            raise ValueError(f"{self._path.name}: columns are missing: {', '.join(sorted(missing))}")
        with explained(self._path):
            self._writer.write_table(arrow.select(self._schema.names).cast(self._schema), row_group_size=ROW_GROUP)
        self._rows += arrow.num_rows

    def close(self) -> int:
        if self._writer is not None:
            with explained(self._path):
                self._writer.close()
            self._writer = None
        return self._rows

    def abandon(self) -> None:
        with contextlib.suppress(Exception):
            self.close()


def _texts(schema: pa.Schema) -> list[str]:
    """Ids are all different: encoding them in a dictionary would be work for nothing."""
    return [column.name for column in schema if pa.types.is_string(column.type)]


def _event_counts(folder: Path) -> Iterator[tuple[str, int]]:
    for table in sorted((folder / EVENTS).iterdir()):
        yield table.name, sum(pq.read_metadata(part).num_rows for part in sorted(table.iterdir()))


def _write_json(path: Path, value: object) -> None:
    path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
