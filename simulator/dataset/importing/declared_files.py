"""Files of declared tables (JSON lines, CSV, Parquet) as parts of a source."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.dataset.declared import Declared, flat
from simulator.dataset.whole_text import TEXT, with_text
from simulator.tables import Batch, Column, Demand, PassedOver, Rejected, Type

_ROWS = 50_000
_SHIFT = 40
_KINDS: dict[Type, pl.DataType | type[pl.DataType]] = {
    kind: cast(pl.Series, pl.from_arrow(pa.array([], kind.arrow))).dtype for kind in Type
}


@dataclass(frozen=True, slots=True)
class DeclaredPart:
    """One file of one declared table. `number` is the file's among those of the source."""

    path: str
    number: int
    declared: Declared
    size: int

    def read(self, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
        """Its events in batches; lines that are no JSON objects are rejected one by one."""
        wanted = demand.of(self.declared.table.name)
        try:
            first = 0
            for frame in self._frames():
                if isinstance(frame, Rejected):
                    yield frame
                elif wanted is None:
                    yield PassedOver(frame.height)
                else:
                    yield Batch(self.declared.table.name, self._rows(frame, wanted, first))
                first += frame.height if isinstance(frame, pl.DataFrame) else 0
        except (OSError, EOFError, ValueError, pa.ArrowException, pl.exceptions.PolarsError) as error:
            yield Rejected(self.path, 0, f"broken file: {error}")

    def _frames(self) -> Iterator[pl.DataFrame | Rejected]:
        match Path(self.path.removesuffix(".gz")).suffix.lower():
            case ".parquet":
                with pq.ParquetFile(self.path) as file:
                    for batch in file.iter_batches(_ROWS):
                        frame = cast(pl.DataFrame, pl.from_arrow(batch))
                        yield frame.with_columns(_record=pl.int_range(pl.len()))
            case ".csv":
                frame = pl.read_csv(self.path, infer_schema=False)
                for start in range(0, frame.height, _ROWS):
                    yield frame.slice(start, _ROWS).with_columns(_record=start + 2 + pl.int_range(pl.len()))
            case _:
                yield from self._lines()

    def _lines(self) -> Iterator[pl.DataFrame | Rejected]:
        with cast(IO[bytes], gzip.open(self.path) if self.path.endswith(".gz") else Path(self.path).open("rb")) as file:
            numbered = enumerate(file, 1)
            while piece := list(islice(numbered, _ROWS)):
                records: list[dict[str, Any]] = []
                for number, line in piece:
                    if not line.strip():
                        continue
                    try:
                        record = orjson.loads(line)
                    except orjson.JSONDecodeError as error:
                        yield Rejected(self.path, number, f"broken JSON: {error.msg}")
                        continue
                    if isinstance(record, dict):
                        records.append({**dict(flat(record, Path(self.path))), "_record": number})
                    else:
                        yield Rejected(self.path, number, "expected a JSON object")
                yield self._of_records(records)

    def _of_records(self, records: list[dict[str, Any]]) -> pl.DataFrame:
        columns = {
            column.name: _series(column, [record.get(column.name) for record in records])
            for column in self._columns(records)
        }
        numbers = pl.Series([record["_record"] for record in records], dtype=pl.Int64)
        return pl.DataFrame({**columns, "_record": numbers})

    def _columns(self, records: Sequence[Mapping[str, Any]]) -> Iterator[Column]:
        """The declared columns that occur; of an open table the others too, as text."""
        occurring = dict.fromkeys(name for record in records for name in record if name[:1] != "_")
        table = self.declared.table
        yield from (column for column in table.columns if column.name in occurring)
        if table.open:
            yield from (Column(name) for name in occurring if name not in table.names)

    def _rows(self, frame: pl.DataFrame, wanted: frozenset[str], first: int) -> pa.RecordBatch:
        kinds = {column.name: column.type for column in self.declared.table.columns}
        frame = frame.with_columns(_cast(frame[name], kinds[name]) for name in frame.columns if name in kinds)
        one = self.declared
        made = frame.select(
            _event_id=(self.number << _SHIFT) + first + pl.int_range(pl.len(), dtype=pl.Int64),
            _time=_role(frame, one.time, pl.Datetime("us", "UTC")),
            _host=_role(frame, one.host, pl.String),
            _user=_role(frame, one.user, pl.String),
            _file=pl.lit(self.path),
            _record=pl.col("_record").cast(pl.Int64),
        )
        names = [name for name in frame.columns if name != "_record" and (name in wanted or TEXT in wanted)]
        whole = pl.concat([made, frame.select(names)], how="horizontal") if names else made
        batch = _batch(whole)
        if TEXT not in wanted:
            return batch
        told = with_text(batch)
        return told.select([name for name in told.schema.names if name in wanted or name.startswith("_")])


def _role(frame: pl.DataFrame, name: str, kind: pl.DataType | type[pl.DataType]) -> pl.Expr:
    return pl.col(name).cast(kind) if name in frame.columns else pl.lit(None, dtype=kind)


def _batch(frame: pl.DataFrame) -> pa.RecordBatch:
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    table = table.cast(pa.schema([(field.name, _narrow(field.type)) for field in table.schema]))
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def _narrow(kind: pa.DataType) -> pa.DataType:
    """The type that streams have for what Polars holds in large offsets."""
    if pa.types.is_large_string(kind):
        return pa.string()
    return pa.list_(_narrow(kind.value_type)) if pa.types.is_large_list(kind) else kind


def _series(column: Column, values: list[Any]) -> pl.Series:
    """JSON values as a column of its kind; what does not fit is null, in a text column the value's JSON."""
    match column.type:
        case Type.DYNAMIC:
            return pl.Series(column.name, [None if v is None else orjson.dumps(v).decode() for v in values], pl.String)
        case Type.TEXT | Type.TIME:
            texts = [None if v is None else _text(v) for v in values]
            return pl.Series(column.name, texts, pl.String)
        case Type.TEXTS:
            lists = [v if isinstance(v, list) or v is None else [v] for v in values]
            written = [None if v is None else [_text(item) for item in v] for v in lists]
            return pl.Series(column.name, written, pl.List(pl.String))
        case Type.INTEGER | Type.REAL | Type.BOOLEAN:
            plain = [None if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in values]
            return pl.Series(column.name, plain, pl.String)
        case _:
            return pl.Series(column.name, [None if not isinstance(v, list) else v for v in values], strict=False)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _cast(series: pl.Series, kind: Type) -> pl.Series:
    wanted = _KINDS[kind]
    if series.dtype == wanted:
        return series
    if kind is Type.BOOLEAN and series.dtype == pl.String:
        lowered = series.str.to_lowercase()
        known = {"true": True, "1": True, "false": False, "0": False}
        return lowered.replace_strict(known, default=None, return_dtype=pl.Boolean)
    if kind is Type.TIME:
        return _times(series)
    if kind is Type.DYNAMIC and series.dtype != pl.String:
        return pl.Series(series.name, [None if v is None else orjson.dumps(v, default=str).decode() for v in series])
    return series.cast(wanted, strict=False)


def _times(series: pl.Series) -> pl.Series:
    """ISO 8601 text (UTC where it says no zone), or numbers of seconds, milliseconds or microseconds since 1970."""
    if isinstance(series.dtype, pl.Datetime):
        aware = series if series.dtype.time_zone else series.dt.replace_time_zone("UTC")
        return aware.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    if series.dtype.is_numeric():
        number = series.cast(pl.Float64)
        scale = pl.when(number < 1e11).then(1e6).when(number < 1e14).then(1e3).otherwise(1.0)
        return pl.select((pl.lit(number) * scale).cast(pl.Int64).cast(pl.Datetime("us", "UTC"))).to_series()
    text = series.cast(pl.String).str.replace(" ", "T", literal=True).str.replace(r"(Z|[+-]\d\d:?\d\d)$", "")
    zone = series.cast(pl.String).str.extract(r"([+-]\d\d:?\d\d)$").str.replace(":", "")
    hours = zone.str.slice(0, 3).cast(pl.Int64, strict=False).fill_null(0)
    local = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False).dt.replace_time_zone("UTC")
    return pl.select(pl.lit(local) - pl.duration(hours=pl.lit(hours))).to_series()
