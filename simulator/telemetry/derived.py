"""Tables that are made of other tables' events: what a collector or a data model makes of the logs it is given.

Splunk's copy of the Windows logs, the data sets of the CIM and Sentinel's tables hold the same events by other names.
So they are written as expressions over the log's columns: simulated events and those of real logs alike become them,
whatever columns a log has. A table may be made of several logs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.draw import mix
from simulator.tables import SYSTEM_COLUMNS, TABLES, Type
from simulator.telemetry.coded import coded

Columns = Mapping[str, pl.Expr]

_SYSTEM = tuple(column.name for column in SYSTEM_COLUMNS)
_CARRIED = ("_action_id", "_instance_id", "_file", "_record", "_text")


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns of a log as expressions of text; those that the log does not have are null."""

    names: frozenset[str]
    sent: str = "sc-bytes"
    """The column of a proxy log that holds the client's bytes (Sigma's convention)."""
    received: str = "cs-bytes"
    """... and the server's."""
    integers: frozenset[str] = frozenset()
    """The columns that are whole numbers already."""

    def __call__(self, name: str) -> pl.Expr:
        """The column as text."""
        return pl.col(name).cast(pl.String) if name in self.names else pl.lit(None, dtype=pl.String)

    def known(self, name: str) -> pl.Expr:
        """The column as text, null where the log says that it does not know (`-`, `?` or nothing)."""
        if name not in self.names:
            return pl.lit(None, dtype=pl.String)
        text = pl.col(name).cast(pl.String)
        return pl.when(~text.is_in(["-", "?", ""])).then(text)

    def number(self, name: str) -> pl.Expr:
        """The column as a whole number; hexadecimal (`0x1794`) and decimal text alike."""
        if name not in self.names:
            return pl.lit(None, dtype=pl.Int64)
        if name in self.integers:
            return pl.col(name).cast(pl.Int64)
        text = pl.col(name).cast(pl.String)
        digits = text.str.strip_prefix("0x")
        return (
            pl.when(text.str.starts_with("0x"))
            .then(digits.str.to_integer(base=16, strict=False))
            .otherwise(text.cast(pl.Int64, strict=False))
        )


@dataclass(frozen=True, slots=True)
class Derivation:
    """One table, the log it is made of, and the expressions of its columns."""

    table: str
    log: str
    columns: Callable[[Fields], Columns]
    where: Callable[[Fields], pl.Expr] | None = None
    """Which of the log's events; all of them by default."""


def derive(
    derivation: Derivation,
    log: pl.DataFrame,
    *,
    convention: str = "sigma",
    keep_ids: bool = False,
    wanted: Collection[str] | None = None,
) -> pl.DataFrame:
    """The events of `log` as those of the derivation's table.

    The system columns stay, and where the log has them the columns that say whose events they are. Ids are made of the
    log's ids, so that each event of a stream has its own; with `keep_ids` they stay: in real logs the record is the
    evidence. `wanted` are the columns to make (default: all), `convention` says what a proxy log's byte columns mean
    (`sigma` or `w3c`).
    """
    names = frozenset(log.columns)
    sent, received = ("cs-bytes", "sc-bytes") if convention == "w3c" else ("sc-bytes", "cs-bytes")
    integers = frozenset(name for name, kind in log.schema.items() if kind.is_integer())
    fields = Fields(names, sent, received, integers)
    if derivation.where is not None:
        log = log.filter(derivation.where(fields))
    made = derivation.columns(fields)
    table = TABLES[derivation.table]
    unknown = made.keys() - table.names
    if unknown:
        raise KeyError(f"{table.name} has no column {sorted(unknown)}")
    columns: list[pl.Expr | pl.Series] = [pl.col(name) for name in _SYSTEM[1:] if name in log.columns]
    kinds = {column.name: column.type for column in table.columns}
    first: dict[tuple[int, Type], str] = {}
    """The column that holds an expression first: those that share it are the same column again."""
    again: dict[str, str] = {}
    for name, kind in kinds.items():
        if name in made and (wanted is None or name in wanted):
            holder = first.setdefault((id(made[name]), kind), name)
            if holder == name:
                columns.append(made[name].cast(DTYPES[kind]).alias(name))
            else:
                again[name] = holder
    carried = [name for name in _CARRIED if name in log.columns]
    columns += [pl.col(name) for name in carried]
    ids = log["_event_id"] if keep_ids else _ids(log["_event_id"], derivation.table)
    frame = log.select(ids.alias("_event_id"), *columns)
    if not again:
        return frame
    whole = frame.with_columns(pl.col(holder).alias(name) for name, holder in again.items())
    order = [name for name in (*_SYSTEM, *kinds, *carried) if name in whole.columns]
    return whole.select(order)


def _ids(ids: pl.Series, table: str) -> pl.Series:
    mixed = mix(ids.to_numpy().astype(np.uint64), "event", table) >> np.uint64(1)
    return pl.Series(mixed.astype(np.int64))


DTYPES: dict[Type, pl.DataType | type[pl.DataType]] = {
    Type.TEXT: pl.String,
    Type.INTEGER: pl.Int64,
    Type.REAL: pl.Float64,
    Type.BOOLEAN: pl.Boolean,
    Type.TIME: pl.Datetime("us", "UTC"),
    Type.SPAN: pl.Int64,
    Type.DYNAMIC: pl.String,
    Type.TEXTS: pl.List(pl.String),
    Type.INTEGERS: pl.List(pl.Int64),
    Type.REALS: pl.List(pl.Float64),
    Type.TIMES: pl.List(pl.Datetime("us", "UTC")),
}
"""What Polars holds each kind of column as."""


def pattern(text: pl.Expr, expression: str) -> pl.Expr:
    """The first group of a regular expression, found once for each distinct text: in logs texts come again."""
    if not text.meta.root_names():
        return text.str.extract(expression)
    return text.map_batches(
        lambda texts: coded(texts).each(lambda values: values.str.extract(expression)), return_dtype=pl.String
    )


def port_of(url: pl.Expr) -> pl.Expr:
    """The port that a URL (or `host:port`) names; null where it names none, as most do."""
    if not url.meta.root_names():
        return pl.lit(None, dtype=pl.Int64)
    return url.map_batches(_ports, return_dtype=pl.Int64)


def _ports(urls: pl.Series) -> pl.Series:
    named = urls.str.contains(r"^(\w+://)?(\[[^\]]*\]|[^/:]*):\d").fill_null(value=False).arg_true()
    found = urls[named].str.extract(r"^(?:\w+://)?(?:\[[^\]]*\]|[^/:]*):(\d+)").cast(pl.Int64, strict=False)
    return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(urls)).scatter(named, found)


def base(path: pl.Expr) -> pl.Expr:
    """What stands after the last slash or backslash."""
    return pattern(path, r"([^\\/]+)$")


def upto(path: pl.Expr) -> pl.Expr:
    """A Windows path without its file name."""
    return path.str.extract(r"^(.*)\\[^\\]*$")


def word(text: str | None) -> pl.Expr:
    """The same text in every row."""
    return pl.lit(text, dtype=pl.String)


def named_hash(hashes: pl.Expr, algorithm: str) -> pl.Expr:
    """One of `MD5=..,SHA256=..,IMPHASH=..`."""
    return hashes.str.extract(rf"(?:^|,){algorithm}=([0-9A-Fa-f]+)")


def instant(text: pl.Expr) -> pl.Expr:
    """`2023-02-24 15:35:17.516` as an instant in UTC; null where it is none."""
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False).dt.replace_time_zone("UTC")
