"""What both ways of reading must agree on: names, canonical text, times, users, and the finished batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from simulator.dataset.whole_text import TEXT
from simulator.tables import TABLES, Batch, Column, Table, Type, table_for_windows
from simulator.tables.windows import ENVELOPE

Ints = npt.NDArray[np.int64]
Values: TypeAlias = "pa.Array[Any]"
"""A column in Arrow: texts, lists of texts, or what a system column holds."""

USER_FIELDS = ("User", "SubjectUserName", "TargetUserName", "SourceUser", "userIdentity.userName")
"""Fields that name a user, the most telling first."""

HIDDEN_TIME = "\0time"
HIDDEN_HOST = "\0host"
HIDDEN_USER = "\0user"
"""Columns that only serve to make the system columns."""

LEVELS = {"critical": "1", "error": "2", "warning": "3", "information": "4", "verbose": "5"}
"""Names that some programs write for Level: the only words among the envelope's numbers."""

_ENVELOPE_TYPES = {column.name: column.type for column in ENVELOPE}
_LINUX_SYSMON = {1: "linux.process_creation", 3: "linux.network_connection", 11: "linux.file_event"}


def table_of(channel: str, event_id: int) -> str:
    """The table of an event that has a channel, Windows or Sysmon for Linux."""
    if channel.lower() == "linux-sysmon/operational" and event_id in _LINUX_SYSMON:
        return _LINUX_SYSMON[event_id]
    return table_for_windows(channel, event_id)


def possible(table: str, wanted: frozenset[str]) -> frozenset[str]:
    """Those of `wanted` that real logs can have in `table`. A Windows event may have more than its table lists: other
    versions of a sensor, and whatever forwards events, add fields. The whole text there always is."""
    known = TABLES.get(table)
    return wanted if known is None or known.open or known.channel else wanted & (known.names | {TEXT})


def user_fields(table: str) -> tuple[str, ...]:
    """The fields of `table` that name a user, the most telling first."""
    if table == "security.process_creation":
        return ("TargetUserName", "SubjectUserName")  # whom the process runs as, where that is not its creator
    known = TABLES.get(table)
    return USER_FIELDS if known is None or known.open else tuple(name for name in USER_FIELDS if name in known.names)


def canonical(value: Any) -> str | list[str] | None:
    """A decoded JSON value as text: integers decimal, booleans `true` and `false`; a list as a list of texts."""
    match value:
        case str():
            return value
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case list():
            return [text for element in value if isinstance(text := canonical(element), str)]
        case _:
            return str(value)


def batch_of(
    table: str,
    columns: Mapping[str, Values],
    wanted: frozenset[str],
    file: str,
    ids: Ints,
    records: Ints,
) -> Batch:
    """The batch of some events. `columns` holds texts (or lists of texts) by name, with the hidden columns among them;
    of `wanted` those that have any value are kept."""
    rows = len(ids)
    made: dict[str, Values] = {
        "_event_id": pa.array(ids, pa.int64()),
        "_time": times(columns.get(HIDDEN_TIME), rows),
        "_host": _single(columns.get(HIDDEN_HOST), rows),
        "_user": _users([columns[name] for name in (HIDDEN_USER, *user_fields(table)) if name in columns], rows),
        "_file": pa.DictionaryArray.from_arrays(np.zeros(rows, np.int8), [file]),
        "_record": pa.array(records, pa.int64()),
    }
    types = _types(table)
    for name in sorted(wanted.intersection(columns)):
        column = _typed(columns[name], types.get(name, Type.TEXT))
        if column.null_count < rows:
            made[name] = column
    return Batch(table, pa.RecordBatch.from_arrays(list(made.values()), names=list(made)))


def _types(table: str) -> Mapping[str, Type]:
    known: Table | None = TABLES.get(table)
    if known is None:
        return _ENVELOPE_TYPES
    columns: Sequence[Column] = known.columns
    return {column.name: column.type for column in columns}


def _typed(column: Values, kind: Type) -> Values:
    if kind is Type.TEXT or pa.types.is_list(column.type) or column.type == kind.arrow:
        return column
    if isinstance(column, pa.DictionaryArray):
        return _typed(column.dictionary, kind).take(column.indices)
    texts = cast(pl.Series, pl.from_arrow(column))
    match kind:
        case Type.INTEGER:
            numbers = texts.cast(pl.Int64, strict=False)
            if numbers.null_count() > texts.null_count():
                numbers = texts.str.to_lowercase().replace(LEVELS).cast(pl.Int64, strict=False)
            return numbers.to_arrow()
        case Type.REAL:
            return texts.cast(pl.Float64, strict=False).to_arrow()
        case Type.BOOLEAN:
            known = {"true": True, "false": False}
            return texts.replace_strict(known, default=None, return_dtype=pl.Boolean).to_arrow()
        case Type.TIME:
            return times(column, len(column))
        case _:
            return column


def _single(column: Values | None, rows: int) -> Values:
    """A column of texts: of lists their first text. A batch has lists in a column as soon as one of its events has."""
    if column is None:
        return pa.nulls(rows, pa.string())
    if pa.types.is_list(column.type):
        return cast(pl.Series, pl.from_arrow(column)).list.first().to_arrow().cast(pa.string())
    return column


def _users(columns: Sequence[Values], rows: int) -> Values:
    """The first of the columns that names somebody, without the domain. There are few users: each is looked at once."""
    whole: Values | None = None
    for column in columns:
        if column.null_count == rows:
            continue
        coded = _single(column, rows).dictionary_encode()
        names = pa.array([_without_domain(name) for name in coded.dictionary.to_pylist()], pa.string())
        found = names.take(coded.indices)
        whole = found if whole is None else pc.coalesce(whole, found)
        if not whole.null_count:
            break
    return pa.nulls(rows, pa.string()) if whole is None else whole


def _without_domain(name: str | None) -> str | None:
    return None if name is None or name in ("", "-") else name.rpartition("\\")[2]


def times(column: Values | None, rows: int) -> Values:
    """Instants of texts: ISO 8601 with up to nine digits of seconds' fraction, a space or a `T`, or seconds since 1970.
    A time without a zone is UTC. What is no time is null."""
    if column is None:
        return pa.nulls(rows, pa.timestamp("us", tz="UTC"))
    column = _single(column, rows)
    if isinstance(column, pa.DictionaryArray):
        return times(column.dictionary, len(column.dictionary)).take(column.indices)
    if (regular := _regular_times(column)) is not None:
        return regular
    texts = cast(pl.Series, pl.from_arrow(column))
    parsed = texts.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", strict=False, time_unit="us")
    if parsed.null_count():
        parsed = parsed.zip_with(
            parsed.is_not_null(), texts.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
        )
    if parsed.null_count() > texts.null_count():
        left = (parsed.is_null() & texts.is_not_null()).arg_true().to_list()
        rest = [_instant(text) for text in texts.gather(left)]
        parsed = parsed.scatter(left, pl.Series(rest, dtype=pl.Datetime("us")))
    return parsed.dt.replace_time_zone("UTC").to_arrow()


def text_buffers(texts: Values) -> tuple[Ints, npt.NDArray[np.uint8]]:
    """Where each text begins (and, one more, where the last ends), and the bytes of all."""
    buffers: Any = texts.buffers()
    offsets = np.frombuffer(buffers[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(buffers[2] if buffers[2] is not None else b"", np.uint8)
    return offsets.astype(np.int64), data


def text_array(offsets: npt.NDArray[np.int32], data: Any) -> pa.StringArray:
    """Texts that lie one after another in `data`, without copying it."""
    places: Any = offsets
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(places), pa.py_buffer(data))


_LAYOUT = b"0000-00-00T00:00:00."


def _regular_times(column: Values) -> Values | None:
    """Instants of texts that all look like `2026-03-02T10:00:00.123456Z`, with as many digits; None for others."""
    rows = len(column)
    if not rows or column.null_count or not pa.types.is_string(column.type):
        return None
    offsets, data = text_buffers(column)
    width = int(offsets[1] - offsets[0])
    if not 22 <= width <= 30 or (np.diff(offsets) != width).any():
        return None
    text = data[offsets[0] : offsets[-1]].reshape(rows, width).T
    digits = [place for place in range(width - 1) if place > 19 or _LAYOUT[place] == 0x30]
    signs = [(place, _LAYOUT[place]) for place in range(20) if _LAYOUT[place] != 0x30] + [(width - 1, 0x5A)]
    value = {place: text[place].astype(np.int64) - 0x30 for place in digits}
    if any((text[p] != sign).any() for p, sign in signs) or any(((v < 0) | (v > 9)).any() for v in value.values()):
        return None

    def number(first: int, last: int) -> Ints:
        total = np.zeros(rows, np.int64)
        for place in range(first, last):
            total = total * 10 + value[place]
        return total

    year, month, day = number(0, 4), number(5, 7), number(8, 10)
    hour, minute, second = number(11, 13), number(14, 16), number(17, 19)
    places = min(6, width - 21)
    if (year < 1970).any() or (month < 1).any() or (month > 12).any() or (day < 1).any() or (day > 28).any():
        return None  # the last days of months are left to a reader that knows calendars
    if (hour > 23).any() or (minute > 59).any() or (second > 59).any():
        return None
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + day - 1
    micros = number(20, 20 + places) * 10 ** (6 - places)
    instants = ((days * 24 + hour) * 60 + minute) * 60 + second
    return pa.array(instants * 1_000_000 + micros, pa.timestamp("us", tz="UTC"))


def _instant(text: str) -> dt.datetime | None:
    try:
        try:
            read = dt.datetime.fromisoformat(text.strip())
        except ValueError:
            seconds = float(text)
            read = dt.datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, dt.UTC)
        return read.astimezone(dt.UTC).replace(tzinfo=None) if read.tzinfo else read
    except (ValueError, OverflowError, OSError):
        return None
