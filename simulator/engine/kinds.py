"""Values of events as values of rows: what `Read` makes of whatever a batch holds, and JSON as text.

`read_as` is the one definition; `read_column` is the same for a whole Arrow column, each distinct value looked at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from simulator.engine.columns import Array
from simulator.engine.text import elements, joined_text, read_number, read_time, text_of
from simulator.tables import Type

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOW, _HIGH = -(2**63), 2**63 - 1


def read_as(value: object, kind: Type) -> Any:
    """An event's `value` as a plain value of `kind` (TIME and SPAN in microseconds, DYNAMIC as JSON text, lists as
    lists without nulls); None where it is missing or cannot be read so.

    Text is what the value is as text, a list's texts joined by `, `. A number in a text counts; as INTEGER or SPAN it
    must be whole. BOOLEAN is a boolean or the text `true` or `false` in any case. A text that is JSON is that DYNAMIC
    value, any other is the JSON text of it; JSON's null is null. A single value is a list of one. What a list's
    elements cannot be read as is left out, and a list without elements is null.
    """
    if kind is Type.DYNAMIC:
        return _dynamic(value)
    found = elements(value)
    if kind.element is not None:
        items = [item for item in (_single(element, kind.element) for element in found) if item is not None]
        return items or None
    if kind is Type.TEXT:
        return joined_text(value)
    return _single(found[0], kind) if len(found) == 1 else None


def _single(value: object, kind: Type) -> Any:
    match kind:
        case Type.TEXT:
            return text_of(value)
        case Type.INTEGER | Type.SPAN:
            if isinstance(value, timedelta):
                return value // timedelta(microseconds=1)
            number = read_number(value)
            if isinstance(number, float):
                number = int(number) if number.is_integer() else None
            return number if number is not None and _LOW <= number <= _HIGH else None
        case Type.REAL:
            number = read_number(value)
            try:
                return None if number is None else float(number)
            except OverflowError:
                return None
        case Type.BOOLEAN:
            if isinstance(value, bool):
                return value
            return _TRUTHS.get(value.lower()) if isinstance(value, str) else None
        case Type.TIME:
            time = read_time(value)
            return None if time is None else (time - _EPOCH) // timedelta(microseconds=1)
        case _:
            raise ValueError(f"{kind.value} is no kind of a single value")


_TRUTHS = {"true": True, "false": False}


def _dynamic(value: object) -> str | None:
    match value:
        case None:
            return None
        case str():
            try:
                read = json.loads(value)
            except ValueError:
                return dumped(value)
            return None if read is None else value
        case _:
            return dumped(value)


def dumped(value: object) -> str:
    """`value` as JSON text, the way all of the engine writes it: no spaces, characters as they are, keys as they come;
    what JSON has no word for is its text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=text_of)


def items_of(text: str | None) -> list[str | None] | None:
    """What `Explode` makes of a DYNAMIC value: the elements of an array, one object for each key, else the value."""
    if text is None:
        return None
    value = json.loads(text)
    match value:
        case list():
            return [None if item is None else dumped(item) for item in value]
        case dict():
            return [dumped({key: item}) for key, item in value.items()]
        case _:
            return [text]


def row_type(kind: Type) -> pa.DataType:
    """The Arrow type in which the tails hold `kind`: times are integers."""
    if kind is Type.TIME:
        return pa.int64()
    return pa.list_(pa.int64()) if kind is Type.TIMES else kind.arrow


def read_column(array: Array, kind: Type) -> Array:
    """`read_as` of every value of a column, as an array of `row_type(kind)`."""
    if pa.types.is_dictionary(array.type):
        coded = cast("pa.DictionaryArray[Any, Any]", array)
        return read_column(cast(Array, coded.dictionary), kind).take(coded.indices)
    simple = _SIMPLE.get(kind)
    if simple is not None and (found := simple(array)) is not None:
        return found
    if _is_text(array.type):
        coded = array.dictionary_encode()
        return _one_by_one(cast(Array, coded.dictionary), kind).take(coded.indices)
    return _one_by_one(array, kind)


def _one_by_one(array: Array, kind: Type) -> Array:
    if pa.types.is_timestamp(array.type):
        array = _microseconds(array)
    return pa.array([read_as(value, kind) for value in array.to_pylist()], row_type(kind))


def _texts(array: Array) -> Array | None:
    if _is_text(array.type) or pa.types.is_integer(array.type) or pa.types.is_boolean(array.type):
        return array.cast(pa.string())
    return None


def _whole_numbers(array: Array) -> Array | None:
    if pa.types.is_integer(array.type) and array.type != pa.uint64():
        return array.cast(pa.int64())
    return None


def _real_numbers(array: Array) -> Array | None:
    if pa.types.is_floating(array.type):
        values = array.cast(pa.float64())
        return cast(Array, pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values))
    return array.cast(pa.float64(), safe=False) if pa.types.is_integer(array.type) else None


def _truths(array: Array) -> Array | None:
    return array if pa.types.is_boolean(array.type) else None


def _times(array: Array) -> Array | None:
    if pa.types.is_timestamp(array.type):
        return cast(Array, _microseconds(array).cast(pa.int64()))
    return None


def _microseconds(times: Any) -> Any:
    return times.cast(pa.timestamp("us", times.type.tz), safe=False)


_SIMPLE: dict[Type, Callable[[Array], Array | None]] = {
    Type.TEXT: _texts,
    Type.INTEGER: _whole_numbers,
    Type.SPAN: _whole_numbers,
    Type.REAL: _real_numbers,
    Type.BOOLEAN: _truths,
    Type.TIME: _times,
}
"""Conversions that Arrow does at once, for the types they are for."""


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def nulls(kind: Type, rows: int) -> Array:
    """A column of `kind` without values."""
    wanted: Any = row_type(kind)
    return cast(Array, pa.nulls(rows, wanted))
