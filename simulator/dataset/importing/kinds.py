"""Which table each line belongs to, found by looking at a few bytes of it.

A key such as `"EventID":` can stand in a line only as a key: inside a text its quotes would be escaped. So the first
one after `"System":` tells the kind of event without parsing the line. What does not look as expected is left to the
careful way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa

from simulator.dataset.importing.fields import Ints, table_of
from simulator.dataset.importing.raw import RawLines

MAX_CHANNELS = 500
_SYSTEM = b'"System":'
_ID = '"EventID":'
_CHANNEL = '"Channel":'
_HOST = '"Computer":'
_TIME = '"SystemTime":'
_LISTS = (('"EventData":', b"["), ('"Data":', b"[{"))
"""Where values begin so, they may be fields by other names than their keys: the careful way knows."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """For each line the number of its table in `tables` (-1: look carefully), its event id, and its channel's number in
    `channels`. `nested` says which of the two shapes the lines have."""

    nested: bool
    tables: tuple[str, ...]
    channels: tuple[str, ...]
    table: Ints
    event: Ints
    channel: Ints
    time: pa.StringArray | None
    host: pa.StringArray | None
    """For nested lines, whose System block is read from the bytes too."""


def kinds(lines: pa.StringArray) -> Kinds | None:
    """The kind of each line; None when these are not Windows events in a shape with a fast way."""
    if not len(lines) or (raw := RawLines(lines)).words.size < 64:
        return None
    first = raw.text(int(raw.starts[0]), int(min(raw.starts[1], raw.starts[0] + 4096)))
    system = first.find(_SYSTEM)
    nested = first[:12].replace(b" ", b"").replace(b"\n", b"").startswith(b'{"Event":') and system > 0
    if not nested and not (b'"EventID":' in first and b'"Channel":' in first):
        return None
    series = cast(pl.Series, pl.from_arrow(lines))
    if nested:
        # The same beginning, and the System block at the same place, is as good as comparing all between.
        likely = raw.same(raw.starts[:-1], first[:9]) & raw.same(raw.starts[:-1] + system, _SYSTEM)
    else:
        inner = series.str.contains('":{"', literal=True) | series.str.contains('": {"', literal=True)
        likely = ~inner.to_numpy()
    event = _numbers(raw, _after(raw, series, _ID))
    at = _after(raw, series, _CHANNEL)
    at[~likely | (event < 0)] = -1
    channel, names = _channels(raw, at)
    time = host = None
    if nested:
        # In this order, so that they are those of the System block.
        places = [at, _after(raw, series, _HOST), _after(raw, series, _TIME)]
        host, host_found = raw.strings(places[1])
        time, time_found = raw.strings(places[2])
        channel[~(host_found & time_found & (places[0] < places[1]) & (places[2] < places[1]))] = -1
        for key, opening in _LISTS:
            inside = _after(raw, series, key)
            channel[(inside >= 0) & np.isin(raw.data[np.maximum(inside, 0)], list(opening))] = -1
    table, tables = _tables(channel, event, names)
    return Kinds(nested, tables, names, table, event, channel, time, host)


def _after(raw: RawLines, series: pl.Series, key: str) -> Ints:
    """Where the value of `key` begins in each line; -1 where there is none."""
    found = series.str.find(key, literal=True).fill_null(-1).cast(pl.Int64).to_numpy()
    at = np.where(found >= 0, raw.starts[:-1] + found + len(key), 0)
    at += raw.data[np.minimum(at, len(raw.data) - 1)] == 0x20
    return np.where((found >= 0) & (at < raw.starts[1:]), at, -1)


def _numbers(raw: RawLines, at: Ints) -> Ints:
    """The decimal number of up to five digits at each position; -1 where there is none."""
    value = np.zeros(len(at), np.int64)
    going = at >= 0
    digits = np.zeros(len(at), np.int64)
    for step in range(6):
        byte = raw.data[np.minimum(np.maximum(at + step, 0), len(raw.data) - 1)].astype(np.int64)
        digit = going & (byte >= 0x30) & (byte <= 0x39)
        value = np.where(digit, value * 10 + byte - 0x30, value)
        ended = going & ~digit
        digits = np.where(ended & ((byte == 0x2C) | (byte == 0x7D) | (byte == 0x20)), step, digits)
        going = digit
    return np.where(digits > 0, value, -1)


def _channels(raw: RawLines, at: Ints) -> tuple[Ints, tuple[str, ...]]:
    """The number of the channel named at each position, and the names. Each new name is read once and then looked for
    in all lines that have none yet."""
    number = np.full(len(at), -1, np.int64)
    names: list[str] = []
    left = np.flatnonzero(at >= 0)
    while len(left) and len(names) < MAX_CHANNELS:
        start = int(at[left[0]])
        name, quote, _ = raw.text(start + 1, start + 200).partition(b'"')
        if raw.data[start] != 0x22 or not quote or b"\\" in name or len(name) < 5 or not name.isascii():
            left = left[1:]
            continue
        found = raw.same(at[left], b'"%s"' % name if len(name) > 5 else b'"%s",' % name)
        if not found[0]:
            left = left[1:]
            continue
        number[left[found]] = len(names)
        names.append(name.decode())
        left = left[~found]
    return number, tuple(names)


def _tables(channel: Ints, event: Ints, names: tuple[str, ...]) -> tuple[Ints, tuple[str, ...]]:
    distinct, which = np.unique(np.where(channel >= 0, channel * 100_000 + event, -1), return_inverse=True)
    tables: dict[str, int] = {}
    numbers = [
        -1 if kind < 0 else tables.setdefault(table_of(names[kind // 100_000], int(kind % 100_000)), len(tables))
        for kind in distinct.tolist()
    ]
    return np.array(numbers, np.int64)[which], tuple(tables)
