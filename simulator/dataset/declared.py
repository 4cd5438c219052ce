"""Tables that nobody but their owner knows: declared in a schema file, or by a sample of their data.

A schema file is YAML (checked against `fixtures/tables.schema.json`): names of tables, their columns with kinds, and
which columns say when, where and who. A table that Sparring knows gets the declared columns on top of its own. A file
of data (JSON lines, CSV, Parquet) declares the table that it is named after: `defender.X`, `kusto.X` ... by its whole
name, a known table by the last part of it (`DeviceInfo.csv`), any other as `kusto.<name>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from simulator.content import content
from simulator.documents import load, problems
from simulator.errors import StreamError, UsageError
from simulator.tables import TABLES, Column, Table, Type

SCHEMAS = (".yaml", ".yml")
DATA = (".jsonl", ".ndjson", ".csv", ".parquet")
_SAMPLE = 2_000
"""So many records show what kinds the columns are of."""

_TIMES = ("Timestamp", "TimeGenerated", "@timestamp", "_time", "timestamp", "time", "eventTime", "UtcTime")
_HOSTS = ("DeviceName", "Computer", "host.name", "host", "dvc", "dest", "HostName", "hostname", "SourceHostName")
_USERS = ("AccountName", "InitiatingProcessAccountName", "user.name", "user", "UserName", "SubjectUserName", "User")
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared table, and which of its columns are the events' time, host and user (empty: none)."""

    table: Table
    time: str = ""
    host: str = ""
    user: str = ""


def declared_tables(paths: Path | str | Iterable[Path | str]) -> dict[str, Table]:
    """The tables declared by schema files, files of data, and folders of these, by name. Raises UsageError for a path
    that does not exist, InvalidScenario for a schema file that is wrong, StreamError for data that cannot be read."""
    return {name: one.table for name, one in declarations(paths).items()}


def declarations(paths: Path | str | Iterable[Path | str]) -> dict[str, Declared]:
    """The same with what else is declared of each. Schema files count more than data."""
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    files = sorted({file for path in given for file in _files(Path(path))})
    found: dict[str, Declared] = {}
    for file in files:
        if file.suffix.lower() in DATA:
            one = inferred(file)
            found[one.table.name] = one
    for file in files:
        if file.suffix.lower() in SCHEMAS:
            found |= _read(file)
    return found


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    if not path.is_dir():
        yield path
        return
    yield from (file for file in path.rglob("*") if file.suffix.lower() in (*SCHEMAS, *DATA) and file.is_file())


def _read(file: Path) -> dict[str, Declared]:
    document = load(file)
    for problem in problems(document, content("fixtures") / "tables.schema.json"):
        raise problem
    found: dict[str, Declared] = {}
    for name, said in document.value["tables"].items():
        columns = {column: Type(kind) for column, kind in said["columns"].items()}
        for role in ("time", "host", "user"):
            known = TABLES.get(name)
            if said.get(role) and said[role] not in columns and (known is None or said[role] not in known.names):
                raise document.wrong(("tables", name, role), f"the table has no column {said[role]!r}")
        table = _table(name, columns, str(file), said.get("title", ""), said.get("open"))
        found[name] = _with_roles(table, said.get("time", ""), said.get("host", ""), said.get("user", ""))
    return found


def _table(name: str, columns: Mapping[str, Type], source: str, title: str = "", is_open: bool | None = None) -> Table:
    known = TABLES.get(name)
    if known is None:
        listed = tuple(Column(column, kind) for column, kind in columns.items())
        return Table(name, title or name, listed, source, open=bool(is_open))
    new = tuple(Column(column, kind) for column, kind in columns.items() if column not in known.names)
    return replace(known, columns=(*known.columns, *new), open=known.open if is_open is None else is_open)


def _with_roles(table: Table, time: str = "", host: str = "", user: str = "") -> Declared:
    kinds = {column.name: column.type for column in table.columns}
    moments = [name for name in _TIMES if name in kinds] + [n for n, kind in kinds.items() if kind is Type.TIME]
    return Declared(
        table,
        time or next(iter(moments), ""),
        host or next((name for name in _HOSTS if name in kinds), ""),
        user or next((name for name in _USERS if name in kinds), ""),
    )


def of_known(name: str) -> Declared:
    """A table that Sparring knows, with the columns that usually say when, where and who."""
    return _with_roles(TABLES[name])


def table_of_file(file: Path, declared: Mapping[str, Declared] | None = None) -> str:
    """The table that a file of data is named after."""
    stem = file.name.removesuffix(".gz")
    for suffix in DATA:
        stem = stem.removesuffix(suffix)
    names = {**TABLES, **(declared or {})}
    if stem in names or stem.partition(".")[0] in ("defender", "sentinel", "elastic", "splunk", "cim", "kusto"):
        return stem
    last = [name for name in names if name.rpartition(".")[2] == stem]
    return last[0] if last else f"kusto.{stem}"


def inferred(file: Path) -> Declared:
    """The table that a file of data declares: its columns, and kinds by what the first records hold."""
    try:
        kinds = _kinds(file)
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise StreamError(f"{file}: {error}") from error
    return _with_roles(_table(table_of_file(file), kinds, str(file)))


def _kinds(file: Path) -> dict[str, Type]:
    match file.suffix.lower():
        case ".parquet":
            return {name: _of_polars(kind) for name, kind in pl.read_parquet_schema(file).items()}
        case ".csv":
            frame = pl.read_csv(file, n_rows=_SAMPLE, try_parse_dates=True, infer_schema_length=_SAMPLE)
            return {name: _of_polars(kind) for name, kind in frame.schema.items()}
        case _:
            seen: dict[str, set[Type]] = {}
            with file.open("rb") as lines:
                for line in islice(lines, _SAMPLE):
                    record = orjson.loads(line) if line.strip() else {}
                    if not isinstance(record, dict):
                        raise ValueError("expected one JSON object on each line")
                    for name, value in flat(record, file):
                        seen.setdefault(name, set()).update(_of_value(value))
            return {name: _one(kinds) for name, kinds in seen.items()}


def flat(record: Mapping[str, Any], file: Path) -> Iterator[tuple[str, Any]]:
    """The columns of a record: of Elastic's tables objects are opened up into dotted names."""
    return _opened(record, "") if table_of_file(file).startswith("elastic.") else iter(record.items())


def _opened(record: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _opened(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _of_value(value: Any) -> Iterator[Type]:
    match value:
        case None:
            return
        case bool():
            yield Type.BOOLEAN
        case int():
            yield Type.INTEGER
        case float():
            yield Type.REAL
        case str():
            yield Type.TIME if _INSTANT.match(value) else Type.TEXT
        case list() if all(isinstance(item, str) for item in value):
            yield Type.TEXTS
        case _:
            yield Type.DYNAMIC


def _one(kinds: set[Type]) -> Type:
    """The kind of a column whose values are of these."""
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds == {Type.INTEGER, Type.REAL}:
        return Type.REAL
    if kinds and kinds <= {Type.TEXT, Type.TEXTS}:
        return Type.TEXTS
    return Type.DYNAMIC if Type.DYNAMIC in kinds or Type.TEXTS in kinds else Type.TEXT


def _of_polars(kind: pl.DataType) -> Type:
    if isinstance(kind, pl.List):
        return Type.TEXTS if kind.inner == pl.String else Type.DYNAMIC
    if isinstance(kind, (pl.Struct, pl.Array)):
        return Type.DYNAMIC
    if kind == pl.Boolean:
        return Type.BOOLEAN
    if kind.is_integer():
        return Type.INTEGER
    if kind.is_float() or isinstance(kind, pl.Decimal):
        return Type.REAL
    return Type.TIME if isinstance(kind, (pl.Datetime, pl.Date)) else Type.TEXT
