"""Columns whose few values come again and again: what is made of a value is made once and gathered by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import polars as pl
import pyarrow as pa

from simulator.draw import Ints


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as the number of each row's value, and the values (null is one of them)."""

    codes: Ints
    values: pl.Series

    def each(self, make: Callable[[pl.Series], pl.Series]) -> pl.Series:
        """What `make` gives for each value, by row."""
        return self.take(make(self.values))

    def take(self, made: pl.Series) -> pl.Series:
        """One item for each value, by row."""
        return made.gather(pl.Series(self.codes, dtype=pl.UInt32))


def coded(column: pl.Series) -> Coded:
    """A column, coded."""
    codes, values = _encoded(column.to_arrow(compat_level=pl.CompatLevel.oldest()))
    found = pl.Series(cast(Any, values))
    return Coded(codes, found if found.dtype == column.dtype else found.cast(column.dtype))


def together(*columns: Coded) -> tuple[Ints, tuple[Ints, ...]]:
    """The combinations of several columns' values that occur: for each row the number of its combination, and for each
    combination the number of each column's value."""
    key = columns[0].codes.astype(np.int64)
    for column in columns[1:]:
        key = key * len(column.values) + column.codes
    codes, values = _encoded(pa.array(key))
    left = np.asarray(values, dtype=np.int64)
    parts: list[Ints] = []
    for column in reversed(columns[1:]):
        left, part = np.divmod(left, len(column.values))
        parts.append(part)
    return codes, (left, *reversed(parts))


def _encoded(array: Any) -> tuple[Ints, Any]:
    encoded = array.dictionary_encode(null_encoding="encode")
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary
