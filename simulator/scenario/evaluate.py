"""Values become columns: one expression over all rows of a step, never a loop over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator import draw
from simulator.scenario import units
from simulator.scenario.rows import BUILTINS, Index, Rows, builtin, constant, fixed_text, gather
from simulator.scenario.template import FILTERS, Ref
from simulator.scenario.template import parse as parse_template
from simulator.scenario.values import (
    Arithmetic,
    Characters,
    Choice,
    Const,
    Number,
    Pick,
    Scalar,
    Template,
    Value,
    Word,
)
from simulator.world.profile import load_pools

Column: TypeAlias = pl.Series | Scalar
"""A value for each row, or one for all."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name stands for. `make` gives its column in the scope that asks.

    Where the value differs between the rows of one instance (`floating`) every scope asks anew, else a scope within
    takes its rows of the outer one's column.
    """

    make: Callable[[Scope], Column]
    floating: bool = False


@dataclass(slots=True)
class Scope:
    """Rows, and what names mean to them."""

    rows: Rows
    bindings: dict[str, Binding] = field(default_factory=dict)
    outer: Scope | None = None
    index: Index | None = None
    """The row of the outer scope for each row here; None when they are the same rows."""
    prefix: str = ""
    """Names the random streams of everything evaluated here, e.g. the tool."""
    steps: Callable[[str, Scope], Column] | None = None
    """Gives what an earlier step has, by `step.name`."""
    cache: dict[str, Column] = field(default_factory=dict)

    def within(self, rows: Rows, index: Index | None) -> Scope:
        """A scope for rows made of these."""
        return Scope(rows, {}, self, index, self.prefix, self.steps)

    def subset(self, index: Index) -> Scope:
        """A scope for some of these rows."""
        return self.within(self.rows.take(index), index)

    def index_to(self, ancestor: Scope) -> Index | bool | None:
        """For each row here the row of `ancestor`; None when they are the same rows, False when it is no ancestor."""
        index: Index | None = None
        scope: Scope | None = self
        while scope is not None:
            if scope is ancestor:
                return index
            if scope.index is not None:
                index = scope.index if index is None else scope.index[index]
            scope = scope.outer
        return False

    def find(self, name: str) -> Binding | None:
        """What a name is bound to here or further out."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings:
                return scope.bindings[name]
            scope = scope.outer
        return None

    def lookup(self, name: str) -> Column:
        """The column a name stands for."""
        if name in self.cache:
            return self.cache[name]
        column = self._lookup(name)
        self.cache[name] = column
        return column

    def _lookup(self, name: str) -> Column:
        if name in self.bindings:
            return self.bindings[name].make(self)
        if name in BUILTINS:
            return builtin(self.rows, name)
        binding = self.find(name)
        if binding is None:
            if self.steps is None:
                raise KeyError(name)
            return self.steps(name, self)
        if binding.floating or self.outer is None:
            return binding.make(self)
        return take(self.outer.lookup(name), self.index)


def floats_alone(value: Value) -> bool:
    """Whether a value differs between the rows of one instance because of how it is drawn itself."""
    match value:
        case Choice(per=per, options=items):
            return per == "row" or any(map(floats_alone, items))
        case Number(per=per) | Word(per=per) | Characters(per=per):
            return per == "row"
        case Arithmetic(items=items):
            return any(map(floats_alone, items))
        case Pick(_, cases, otherwise):
            return any(floats_alone(case) for _, case in cases) or (otherwise is not None and floats_alone(otherwise))
        case _:
            return False


def take(column: Column, index: Index | None) -> Column:
    """The rows of a column at `index`; None is all of them."""
    return gather(column, index) if isinstance(column, pl.Series) and index is not None else column


def text(column: Column, count: int) -> pl.Series:
    """A column as text, one for each row; null stays null."""
    if isinstance(column, pl.Series):
        return _as_text(column)
    return constant(None if column is None else _scalar_text(column), count, pl.String)


def _scalar_text(value: str | int | float | bool) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return f"{round(value, 3):.15g}"
        case _:
            return str(value)


def _as_text(column: pl.Series) -> pl.Series:
    if column.dtype == pl.String:
        return column
    if column.dtype.is_float():
        return column.round(3).cast(pl.String).str.strip_suffix(".0")
    return column.cast(pl.String)


def number(column: Column, count: int) -> npt.NDArray[np.float64]:
    """A column as numbers, one for each row; sizes such as `12 GiB` are numbers. What is none is 0."""
    match column:
        case pl.Series() if column.dtype == pl.String:
            amounts = {word: units.size(word) or 0.0 for word in column.unique().drop_nulls()}
            return column.replace_strict(amounts, default=0.0, return_dtype=pl.Float64).to_numpy()
        case pl.Series():
            floats = column if column.dtype == pl.Float64 else column.cast(pl.Float64)
            return (floats.fill_null(0.0) if floats.null_count() else floats).to_numpy()
        case str():
            return np.full(count, units.size(column) or 0.0)
        case None:
            return np.zeros(count)
        case _:
            return np.full(count, float(column))


def whole(column: Column, count: int, most: int = 2**62) -> Index:
    """A column as whole numbers that are not negative."""
    made: Index = np.clip(np.rint(number(column, count)), 0, most).astype(np.int64)
    return made


def evaluate(value: Value, scope: Scope, per: str = "row") -> Column:
    """The column of a value. `per` is what drawn values stay the same for unless they say so themselves."""
    match value:
        case Const(constant):
            return constant
        case Template(parts):
            return _template(parts, scope)
        case Choice(key, own, options, weights):
            ids = scope.rows.ids_per(own or per)
            index = draw.choice(ids, weights if weights is not None else len(options), scope.prefix, key)
            return select(index, options, scope, per)
        case Number():
            return _number(value, scope, per)
        case Word(key, own, name):
            pool = load_pools()[name]
            index = draw.choice(scope.rows.ids_per(own or per), pool.weights or len(pool.words), scope.prefix, key)
            return select(index, _words(name), scope, per)
        case Characters(key, own, kind, length):
            return _characters(scope.rows.ids_per(own or per), kind, length, scope.prefix, key)
        case Arithmetic(operation, items):
            return _arithmetic(operation, [evaluate(item, scope, per) for item in items], len(scope.rows))
        case Pick(subject, cases, otherwise):
            column = evaluate(subject, scope, per)
            if not isinstance(column, pl.Series):
                chosen = dict(cases).get("" if column is None else _scalar_text(column), otherwise or Const(None))
                return evaluate(chosen, scope, per)
            found = text(column, len(scope.rows))
            values: list[Value] = [case for _, case in cases] + [otherwise or Const(None)]
            names = {name: number for number, (name, _) in enumerate(cases)}
            index = found.replace_strict(names, default=len(cases), return_dtype=pl.Int64).to_numpy()
            return select(index, values, scope, per)


@cache
def _words(pool: str) -> tuple[Value, ...]:
    return tuple(_word(word) for word in load_pools()[pool].words)


def _word(word: str) -> Value:
    if "{" not in word and "}" not in word:
        return Const(word)
    parts = parse_template(word)
    return Template(parts) if any(isinstance(part, Ref) for part in parts) else Const("".join(map(str, parts)))


def select(index: Index, options: Sequence[Value], scope: Scope, per: str) -> Column:
    """For each row the option of that number, evaluated only where it is wanted."""
    if len(options) == 1:
        return evaluate(options[0], scope, per)
    constants = _constants(tuple(options))
    if constants is not None:
        return gather(constants, index)
    wanted = np.flatnonzero(np.bincount(index, minlength=len(options)))
    if len(wanted) == 1:
        return evaluate(options[int(wanted[0])], scope, per)
    pieces: list[tuple[Index, Column]] = []
    for chosen in wanted:
        rows = np.flatnonzero(index == chosen)
        pieces.append((rows, evaluate(options[int(chosen)], scope.subset(rows), per)))
    return scatter(pieces, len(index))


def scatter(pieces: Sequence[tuple[Index, Column]], count: int) -> pl.Series:
    """One column from columns for some of the rows each; rows that no piece names are null."""
    numeric = all(_is_number(column) for _, column in pieces)
    made = [pl.Series(number(column, len(rows))) if numeric else text(column, len(rows)) for rows, column in pieces]
    order = np.full(count, -1, np.int64)
    order[np.concatenate([rows for rows, _ in pieces])] = np.arange(sum(len(rows) for rows, _ in pieces))
    whole_column = pl.concat(made)
    if (order >= 0).all():
        return gather(whole_column, order)
    return whole_column.gather(pl.Series(order).replace(-1, None))


def _is_number(column: Column) -> bool:
    if isinstance(column, pl.Series):
        return column.dtype.is_numeric()
    return isinstance(column, int | float) and not isinstance(column, bool)


@lru_cache(maxsize=4096)
def _constants(options: tuple[Value, ...]) -> pl.Series | None:
    """The options as a column when all of them are constants."""
    constants = [option.value for option in options if isinstance(option, Const)]
    if len(constants) < len(options):
        return None
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in constants):
        return pl.Series([float(value) for value in constants])  # type: ignore[arg-type]
    return pl.Series([None if value is None else _scalar_text(value) for value in constants], dtype=pl.String)


def _template(parts: Sequence[str | Ref], scope: Scope) -> Column:
    pieces = [part if isinstance(part, str) else _filtered(scope.lookup(part.name), part.filters) for part in parts]
    if len(pieces) == 1:
        return pieces[0]
    if not any(isinstance(piece, pl.Series) for piece in pieces):
        return "".join("" if piece is None else _scalar_text(piece) for piece in pieces)  # type: ignore[arg-type]
    columns: list[Any] = [
        _as_text(piece) if isinstance(piece, pl.Series) else pl.lit("" if piece is None else _scalar_text(piece))
        for piece in pieces
    ]
    return pl.select(pl.concat_str(columns, ignore_nulls=True)).to_series()


def _filtered(column: Column, filters: Sequence[str]) -> Column:
    for name in filters:
        change = FILTERS[name]
        if not isinstance(column, pl.Series):
            column = None if column is None else change(_scalar_text(column))
        elif name in ("lower", "upper"):
            column = _as_text(column).str.to_lowercase() if name == "lower" else _as_text(column).str.to_uppercase()
        elif name == "int" and column.dtype.is_numeric():
            column = column.cast(pl.Int64)
        else:
            known = _as_text(column)
            distinct = known.unique().drop_nulls()
            column = known.replace_strict(
                distinct, pl.Series([change(word) for word in distinct], dtype=pl.String), default=None
            )
    return column


def _number(value: Number, scope: Scope, per: str) -> Column:
    count = len(scope.rows)
    ids, names = scope.rows.ids_per(value.per or per), (scope.prefix, value.key)
    first, second = (_plain(evaluate(item, scope, per), count) for item in (value.first, value.second))
    made: npt.NDArray[Any]
    match value.kind:
        case "uniform":
            made = first + draw.uniform(ids, *names) * (second - first)
        case "integer":
            made = np.floor(first + draw.uniform(ids, *names) * (second - first + 1)).astype(np.int64)
        case "normal":
            made = first + second * draw.normal(ids, *names)
        case "lognormal":
            made = draw.lognormal(ids, first, second, *names)
        case _:
            made = -first * np.log1p(-draw.uniform(ids, *names))
    if value.least is not None:
        made = np.maximum(made, _plain(evaluate(value.least, scope, per), count))
    if value.most is not None:
        made = np.minimum(made, _plain(evaluate(value.most, scope, per), count))
    return pl.Series(made)


def _plain(column: Column, count: int) -> Any:
    """A number for all rows, or an array."""
    return number(column, 1)[0] if not isinstance(column, pl.Series) else number(column, count)


def _arithmetic(operation: str, columns: Sequence[Column], count: int) -> Column:
    numbers = [_plain(column, count) for column in columns]
    made: Any
    match operation:
        case "sum":
            made = sum(numbers[1:], numbers[0])
        case "product":
            made = numbers[0]
            for factor in numbers[1:]:
                made = made * factor
        case "quotient":
            below = np.asarray(numbers[1], np.float64)
            made = np.divide(numbers[0], below, out=np.zeros(np.broadcast(numbers[0], below).shape), where=below != 0)
        case _:
            made = np.rint(numbers[0])
    return pl.Series(made) if np.ndim(made) else float(made)


_ALPHABETS: Final = {
    "hex": b"0123456789abcdef",
    "digits": b"0123456789",
    "letters": b"abcdefghijklmnopqrstuvwxyz",
    "token": b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
    "guid-lower": b"0123456789abcdef",
    "guid-upper": b"0123456789ABCDEF",
}


def _characters(ids: draw.Ids, kind: str, length: int, *names: str) -> pl.Series:
    alphabet = np.frombuffer(_ALPHABETS[kind], np.uint8)
    blocks = -(-length // 8)
    raw = (
        np.stack([draw.mix(ids, *names, block) for block in range(blocks)], axis=1)
        if len(ids)
        else np.zeros((0, blocks), np.uint64)
    )
    numbers = raw.astype("<u8").view(np.uint8).reshape(len(ids), blocks * 8)[:, :length]
    letters = alphabet[(numbers.astype(np.uint16) * len(alphabet)) >> 8]
    if kind == "digits" and length:
        letters[:, 0] = np.where(letters[:, 0] == ord("0"), ord("7"), letters[:, 0])
    if kind.startswith("guid"):
        letters[:, [8, 13, 18, 23]] = ord("-")
        letters[:, 14] = ord("4")
    return fixed_text(letters)
