"""Writing a stream's tables as files that other tools read, all of them or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Literal, cast

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl
import pyarrow as pa

from simulator.dataset.exporting.evtx_json import evtx_object, instant
from simulator.dataset.stream import Stream
from simulator.errors import StreamError, UsageError, nearest
from simulator.whole import beside, explained

Format = Literal["jsonl", "csv"]

ROWS = 8192
MERGED = "events.jsonl"
LABELS = "labels.csv"


def export(
    stream: Stream,
    format: Format | str,  # noqa: A002 - the word users know
    out: Path | str,
    *,
    tables: Sequence[str] | None = None,
    with_truth: bool = False,
    merged: bool = False,
) -> list[Path]:
    """Writes `tables` (all by default) of `stream` into the folder `out`, one file each, and gives the files.

    `jsonl`: Windows events in evtx_dump's shape, others as flat objects with `_time` and `_host`; with `merged` one
    file of all of them in order of time instead. `csv`: the system columns and the table's own, lists joined by `;`.
    `with_truth` adds `labels.csv`: event_id, table, file, line, instance_id, scenario, label, technique. Nothing of the
    truth is in any other file. Raises UsageError for an unknown format or table, StreamError for a folder that is not
    empty and for a disk that does not take it; nothing is left then.
    """
    if format not in ("jsonl", "csv"):
        raise UsageError(f"no such format: {format!r}; expected jsonl or csv")
    if merged and format != "jsonl":
        raise UsageError("only JSON lines can be merged")
    held = stream.tables()
    for name in tables or ():
        if name not in held:
            raise UsageError(f"the stream has no table {name!r}{nearest(name, held)}")
    chosen = [name for name in held if tables is None or name in tables]
    target = Path(out)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StreamError(f"{target} exists and is not an empty folder; it is left alone")
    folder = beside(target)
    try:
        with explained(target):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            written = _write(stream, format, folder, chosen, merged=merged, with_truth=with_truth)
            if target.exists():
                target.rmdir()
            folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [target / name for name in written]


def _write(
    stream: Stream, kind: str, folder: Path, tables: Sequence[str], *, merged: bool, with_truth: bool
) -> list[str]:
    names = [f"{table}.{kind}" for table in tables]
    lines: list[pl.DataFrame] = []
    places: list[_Places] = []
    for table, name in zip(tables, names, strict=True):
        with (folder / name).open("wb") as file:
            ids, place = _write_table(stream, table, kind, file)
        first = 1 if kind == "jsonl" else 2
        lines.append(pl.DataFrame({"event_id": ids, "table": table, "file": name}).with_row_index("line", first))
        places.append(place)
    if merged:
        order = _merge(folder, names, places)
        lines = [pl.concat(lines)[order].with_columns(file=pl.lit(MERGED)).drop("line").with_row_index("line", 1)]
        names = [MERGED]
    if with_truth:
        _write_labels(stream, pl.concat(lines) if lines else _NO_LINES, folder / LABELS)
        names.append(LABELS)
    return names


_Ints = npt.NDArray[np.int64]
_Places = tuple[_Ints, _Ints]
"""Times and lengths of the lines of a file; none of a CSV file."""
_NO_LINES = pl.DataFrame(schema={"line": pl.UInt32, "event_id": pl.Int64, "table": pl.String, "file": pl.String})


def _write_table(stream: Stream, table: str, kind: str, file: IO[bytes]) -> tuple[_Ints, _Places]:
    columns = stream.columns(table)
    windows = "EventID" in columns and "Channel" in columns
    ids: list[_Ints] = []
    times: list[_Ints] = []
    lengths: list[_Ints] = []
    for number, batch in enumerate(_batches(stream, table, columns)):
        ids.append(batch.column("_event_id").to_numpy())
        if kind == "csv":
            file.write(_csv(batch, columns, heading=number == 0).encode())
            continue
        times.append(batch.column("_time").cast(pa.int64()).fill_null(0).to_numpy())
        texts = [
            orjson.dumps(evtx_object(row) if windows else _flat(row), option=orjson.OPT_APPEND_NEWLINE)
            for row in batch.select([name for name in columns if name in batch.schema.names]).to_pylist()
        ]
        lengths.append(np.fromiter(map(len, texts), np.int64, len(texts)))
        file.writelines(texts)
    return _joined(ids), (_joined(times), _joined(lengths))


def _joined(pieces: Sequence[_Ints]) -> _Ints:
    return np.concatenate([np.zeros(0, np.int64), *pieces])


def _batches(stream: Stream, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    for batch in stream.scan(table, columns):
        for start in range(0, batch.num_rows, ROWS):
            yield batch.slice(start, ROWS)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in row.items() if value is not None and name != "_event_id"}
    return plain | {"_time": instant(row["_time"])}


def _csv(batch: pa.RecordBatch, columns: Sequence[str], *, heading: bool) -> str:
    frame = cast(pl.DataFrame, pl.from_arrow(batch))
    absent = [pl.lit(None, pl.String).alias(name) for name in columns if name not in frame.columns]
    frame = frame.with_columns(absent).select(columns)
    joined = [
        pl.col(n).cast(pl.List(pl.String)).list.join(";") for n, k in frame.schema.items() if isinstance(k, pl.List)
    ]
    text = frame.with_columns(joined).write_csv(include_header=heading, datetime_format="%Y-%m-%dT%H:%M:%S%.6fZ")
    return str(text)


def _merge(folder: Path, names: Sequence[str], places: Sequence[_Places]) -> _Ints:
    """Puts the lines of all files into one in order of time, and removes the files; gives the order."""
    order = np.argsort(_joined([times for times, _ in places]), kind="stable")
    file_of = np.repeat(np.arange(len(names)), [len(times) for times, _ in places])
    streams = [(folder / name).open("rb") for name in names]
    try:
        # Parts follow one another in time, so that each file is read nearly from its beginning to its end.
        starts = _joined([np.cumsum(lengths) - lengths for _, lengths in places])
        sizes = _joined([lengths for _, lengths in places])
        with (folder / MERGED).open("wb") as out:
            for line in order.tolist():
                stream = streams[file_of[line]]
                stream.seek(starts[line])
                out.write(stream.read(sizes[line]))
    finally:
        for stream in streams:
            stream.close()
    for name in names:
        (folder / name).unlink()
    return order


def _write_labels(stream: Stream, lines: pl.DataFrame, path: Path) -> None:
    instances = stream.instances().select("instance_id", "scenario", "label", "technique")
    labels = stream.labels().select("event_id", "instance_id").join(instances, on="instance_id", how="left")
    found = lines.select("event_id", "table", "file", "line").join(labels, on="event_id", how="inner")
    found.sort("file", "line").write_csv(path)
