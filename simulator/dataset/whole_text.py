"""The pseudo column `_text`: every value of an event, one to a line."""

from __future__ import annotations

from typing import cast

import polars as pl
import pyarrow as pa

TEXT = "_text"


def with_text(rows: pa.RecordBatch) -> pa.RecordBatch:
    """`rows` with `_text` added, made of all its columns but the system ones, in their order. Nulls are left out."""
    frame = cast(pl.DataFrame, pl.from_arrow(rows))
    values = [_as_text(name, kind) for name, kind in frame.schema.items() if not name.startswith("_")]
    text = pl.concat_str(values, separator="\n", ignore_nulls=True) if values else pl.lit("")
    column = frame.select(text.alias(TEXT)).to_series()
    return rows.append_column(TEXT, column.extend_constant("", rows.num_rows - len(column)).to_arrow())


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.List):
        return column.cast(pl.List(pl.String)).list.join("\n", ignore_nulls=True)
    return column if kind == pl.String else column.cast(pl.String)
