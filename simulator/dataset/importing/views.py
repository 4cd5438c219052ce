"""Texts where they lie: Arrow columns over the bytes of a block, JSON's escapes resolved once per distinct value."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl
import pyarrow as pa

from simulator.dataset.importing.fields import Ints, Values, text_buffers

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]

SAMPLE = 512
"""Values looked at to tell whether a column repeats itself."""
MANY = 64
_VIEW = np.dtype([("length", "<i4"), ("head", "<u4"), ("rest", "<u8")])
_INLINE = 12
_BACKSLASH = 0x5C
_HEADS = np.array([(1 << 8 * min(n, 4)) - 1 for n in range(_INLINE + 1)], np.uint64)
_RESTS = np.array([(1 << 8 * max(n - 4, 0)) - 1 for n in range(_INLINE + 1)], np.uint64)
_HELD = "\x01"
"""Stands for a backslash while others are looked for; JSON has no such character in a text."""


def words_of(data: Bytes) -> Words:
    """`data` as words of eight bytes from every place."""
    words: Words = np.ndarray(max(0, len(data) - 7), "<u8", data, strides=(1,))
    return words


def coded(data: Bytes, words: Words, begin: Ints, length: Ints, text: bool, doubtful: Bools) -> Values:
    """The values at `begin` as a column: dictionary-encoded where they repeat. Of values that are no `text` the word
    `null` is null. Rows with a text that is none in JSON (unknown escape, control character) are marked `doubtful`."""
    views = _views(data, words, begin, length)
    sample = views.gather_every(max(1, len(views) // SAMPLE))
    if text and (len(sample) < MANY or sample.n_unique() * 2 > len(sample)):
        plain = views.to_arrow().cast(pa.string())
        raw = text_buffers(plain)[1]
        if not len(raw) or (raw.min() >= 0x20 and not (raw == _BACKSLASH).any()):
            return plain
        read, wrong = _unescaped(views)
        doubtful[wrong] = True
        return read.to_arrow().cast(pa.string())
    # Categories of a name of their own are forgotten with the column; the global ones would grow with the log.
    column: Any = views.cast(pl.Categorical(pl.Categories.random())).to_arrow()
    distinct = column.dictionary.to_pylist()
    if text:
        distinct, wrong = _read(distinct)
        if len(wrong):
            doubtful[np.isin(column.indices.to_numpy(zero_copy_only=False), wrong)] = True
    else:
        distinct = [None if value == "null" else value for value in distinct]
    return pa.DictionaryArray.from_arrays(column.indices.cast(pa.int32()), pa.array(distinct, pa.string()))


def _views(data: Bytes, words: Words, begin: Ints, length: Ints) -> pl.Series:
    """Arrow's string views (columnar format 1.4, "Variable-size Binary View Layout"): short texts lie in the view, of
    longer ones it holds the first four bytes and the place."""
    short = length <= _INLINE
    size = np.minimum(length, _INLINE)
    views = np.empty(len(begin), _VIEW)
    views["length"] = length
    views["head"] = words[begin] & _HEADS[size]
    views["rest"] = begin.astype(np.uint64) << np.uint64(32)
    few = np.flatnonzero(short)
    views["rest"][few] = words[begin[few] + 4] & _RESTS[size[few]]
    memory: Any = views
    buffers = [None, pa.py_buffer(memory), pa.py_buffer(cast(Any, data))]
    return cast(pl.Series, pl.from_arrow(pa.Array.from_buffers(pa.string_view(), len(begin), buffers)))


def _read(texts: list[str]) -> tuple[list[str | None], Ints]:
    """What JSON texts say, and the numbers of those that are none."""
    try:
        return orjson.loads('["' + '","'.join(texts) + '"]'), np.zeros(0, np.int64)
    except orjson.JSONDecodeError:
        pass
    read: list[str | None] = []
    wrong: list[int] = []
    for number, text in enumerate(texts):
        try:
            read.append(orjson.loads(f'"{text}"'))
        except orjson.JSONDecodeError:
            read.append(None)
            wrong.append(number)
    return read, np.array(wrong, np.int64)


def _unescaped(texts: pl.Series) -> tuple[pl.Series, Ints]:
    """The same for many different texts: most have no escape but that of the backslash."""
    has_held = bool(texts.str.contains(_HELD, literal=True).any())
    held = texts if has_held else texts.str.replace_all("\\\\", _HELD, literal=True)
    rare = held.str.contains(r"[\\\x00-\x1f]" if has_held else r"[\\\x00\x02-\x1f]").arg_true()
    plain = held.str.replace_all(_HELD, "\\", literal=True)
    if not len(rare):
        return plain, np.zeros(0, np.int64)
    read, wrong = _read(texts.gather(rare).to_list())
    return plain.scatter(rare, pl.Series(read, dtype=pl.String)), rare.to_numpy()[wrong]
