"""Columns of a batch in the two shapes that the sieve needs: folded bytes to scan, and coded values to test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simulator.engine.text import elements, fold, text_of

Array: TypeAlias = "pa.Array[Any]"
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

PAD = 8
"""Zero bytes before and after folded bytes, so that eight bytes can be read anywhere in them."""

_CODED = (pa.types.is_integer, pa.types.is_boolean, pa.types.is_timestamp)


@dataclass(frozen=True, slots=True)
class Folded:
    """Texts under case folding, as UTF-8 in one piece. Text `i` is `data[starts[i]:ends[i]]`; every byte at or after
    `bounds[j]` and before `bounds[j + 1]` belongs to text `owners[j]`."""

    data: bytes
    starts: Ints
    ends: Ints
    bounds: Ints
    owners: Ints | None

    def only(self, texts: Ints) -> Folded:
        """Some of the texts, to be read by their starts and ends alone."""
        return Folded(self.data, self.starts[texts], self.ends[texts], self.bounds, self.owners)

    def owner(self, positions: Ints) -> Ints:
        """The text that each position lies in."""
        found: Ints = np.searchsorted(self.bounds, positions, side="right") - 1
        return found if self.owners is None else self.owners[found]


def fold_texts(texts: Array) -> Folded:
    """Folds all of `texts` (an Arrow string array): ASCII at memory speed, other texts one by one."""
    array = texts if pa.types.is_large_string(texts.type) else texts.cast(pa.large_string())
    count = len(array)
    if not count:
        return Folded(bytes(2 * PAD), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(1, np.int64), None)
    _, offset_buffer, data_buffer = array.buffers()
    offsets = np.frombuffer(memoryview(cast(Any, offset_buffer)), np.int64)[array.offset : array.offset + count + 1]
    raw = bytes(memoryview(data_buffer)[offsets[0] : offsets[-1]]) if data_buffer is not None else b""
    bounds = offsets - (offsets[0] - PAD)
    padding = bytes(PAD)
    if raw.isascii():
        return Folded(b"".join((padding, raw.lower(), padding)), bounds[:-1], bounds[1:], bounds, None)
    beyond = np.flatnonzero(np.frombuffer(raw, np.uint8) >= 0x80) + PAD
    which = np.unique(np.searchsorted(bounds, beyond, side="right") - 1)
    folded = [(text or "").casefold().encode() for text in array.take(positions(which)).to_pylist()]
    extra = bounds[-1] + np.cumsum([0, *map(len, folded)])
    starts, ends = bounds[:-1].copy(), bounds[1:].copy()
    starts[which], ends[which] = extra[:-1], extra[1:]
    owners = np.concatenate((np.arange(count), which))
    data = b"".join((padding, raw.lower(), *folded, padding))
    return Folded(data, starts, ends, np.concatenate((bounds[:-1], extra)), owners)


def spread(starts: Ints, counts: Ints) -> Ints:
    """All of `starts[i], starts[i] + 1, …` (`counts[i]` of them), one after another."""
    total = int(counts.sum())
    before = np.cumsum(counts) - counts
    places: Ints = np.arange(total) + np.repeat(starts - before, counts)
    return places


class Scan:
    """A column of a whole batch as folded texts, and the rows that hold each text."""

    def __init__(self, array: Array) -> None:
        self._codes: Ints | None = None
        self._rows: Ints | None = None
        if _is_list(array.type) and _is_text(array.type.value_type):
            counts = _counts(array)
            self._rows = np.repeat(np.arange(len(array)), counts)
            array = cast("pa.ListArray[Any]", array).flatten()
        elif not _is_text(array.type):
            coded = Coded(array)
            self._codes, self._rows = coded.codes, coded.owners
            array = pa.array([text_of(value) for value in coded.values], pa.large_string())
        if pa.types.is_dictionary(array.type):
            codes, array = _dictionary(array)
            self._codes = codes
        self.folded = fold_texts(array)

    def rows(self, texts: Ints, marks: Ints) -> tuple[Ints, Ints]:
        """For pairs of a text and a mark: pairs of each row that holds the text, and the mark."""
        if self._codes is not None:
            order = np.argsort(texts, kind="stable")
            texts, marks = texts[order], marks[order]
            is_hit = np.zeros(len(self.folded.starts) + 1, bool)
            is_hit[texts] = True
            at = np.flatnonzero(is_hit[self._codes])
            first = np.searchsorted(texts, self._codes[at], side="left")
            counts = np.searchsorted(texts, self._codes[at], side="right") - first
            texts, marks = np.repeat(at, counts), marks[spread(first, counts)]
        return (texts if self._rows is None else self._rows[texts]), marks


class Coded:
    """A column as codes of its distinct values. `codes` is -1 where there is no value. For lists, `codes` are those of
    all elements, `owners` the row of each, and `first` where each row's elements begin."""

    def __init__(self, array: Array) -> None:
        self.owners: Ints | None = None
        self.first: Ints | None = None
        self._folded: list[str] | None = None
        kind = array.type
        if _is_list(kind) and not _is_list(kind.value_type):
            counts = _counts(array)
            self.owners = np.repeat(np.arange(len(array)), counts)
            array = cast("pa.ListArray[Any]", array).flatten()
            kind = array.type
            if array.null_count:
                there = array.is_valid()
                self.owners = self.owners[there.to_numpy(zero_copy_only=False)]
                array = array.filter(there)
            rows = len(counts)
        else:
            rows = len(array)
        if pa.types.is_dictionary(kind):
            self.codes, distinct = _dictionary(array)
            self.values: list[object] = distinct.to_pylist()
        elif _is_text(kind) or any(test(kind) for test in _CODED):
            if pa.types.is_timestamp(kind) and kind.unit == "ns":
                array = array.cast(pa.timestamp("us", kind.tz), safe=False)
            coded = (array.cast(pa.large_string()) if pa.types.is_string_view(kind) else array).dictionary_encode()
            self.codes = _codes(coded.indices)
            self.values = coded.dictionary.to_pylist()
        else:
            spelled = [elements(value) for value in array.to_pylist()]
            self.values = [value for values in spelled for value in values]
            self.codes = np.arange(len(self.values))
            if self.owners is not None or any(len(values) != 1 for values in spelled):
                inner = np.repeat(np.arange(len(spelled)), [len(values) for values in spelled])
                self.owners = inner if self.owners is None else self.owners[inner]
        if self.owners is not None:
            self.first = np.searchsorted(self.owners, np.arange(rows + 1))

    @property
    def folded(self) -> list[str]:
        """The texts of all values under case folding."""
        if self._folded is None:
            self._folded = [fold(value if isinstance(value, str) else text_of(value)) for value in self.values]
        return self._folded

    def at(self, places: Ints) -> tuple[Ints, Ints | None]:
        """The codes at `places`, and, for lists, to which of the places each belongs."""
        if self.first is None:
            return self.codes[places], None
        counts = self.first[places + 1] - self.first[places]
        return self.codes[spread(self.first[places], counts)], np.repeat(np.arange(len(places)), counts)

    def present(self, places: Ints) -> Bools:
        """Whether there is a value at each of `places`."""
        if self.first is None:
            return self.codes[places] >= 0
        return self.first[places + 1] > self.first[places]


def positions(numbers: npt.NDArray[Any]) -> pa.Int64Array:
    """Row numbers as Arrow takes them."""
    return pa.array(numbers, pa.int64())


def nothing(rows: int) -> Array:
    """A column that is null in every row."""
    return pa.nulls(rows, pa.string())


def _is_list(kind: pa.DataType) -> bool:
    return pa.types.is_list(kind) or pa.types.is_large_list(kind)


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _counts(lists: Array) -> Ints:
    """How many elements each list has; a null has none."""
    lengths = cast("pa.Int64Array", pc.list_value_length(cast(Any, lists)).cast(pa.int64()))
    return lengths.fill_null(0).to_numpy(zero_copy_only=False)


def _codes(indices: Array) -> Ints:
    if indices.null_count:
        indices = indices.cast(pa.int64()).fill_null(-1)
    return indices.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)


def _dictionary(given: Array) -> tuple[Ints, Array]:
    """Codes and values of a dictionary-encoded array, without the values that no row has."""
    array = cast("pa.DictionaryArray[Any, Any]", given)
    codes, values = _codes(array.indices), cast(Array, array.dictionary)
    if values.null_count:
        codes = np.where(values.is_valid().to_numpy(zero_copy_only=False)[codes] & (codes >= 0), codes, -1)
    if len(values) > len(codes):
        used, codes = np.unique(codes, return_inverse=True)
        if len(used) and used[0] < 0:
            used, codes = used[1:], codes - 1
        values = values.take(positions(used))
    return codes, values
