"""JSON: DYNAMIC values, read, taken apart and put together.

JSON text is always compact, keys in the order they came in, characters beyond ASCII as they are: what `write` writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from simulator.engine.functions.conversions import instant
from simulator.engine.functions.model import Function
from simulator.engine.text import read_number, text_of
from simulator.tables import Type


class _Nothing:
    """What is not there, apart from JSON's null."""


NOTHING = _Nothing()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def read(text: str) -> Any:
    """What JSON text says; NOTHING when it is none."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return NOTHING


def write(value: Any) -> str | None:
    """`value` as JSON text; null for NOTHING, null itself and what has infinite numbers in it."""
    if value is NOTHING or value is None:
        return None
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError):
        return None


def plain_json(value: Any, kind: Type | None) -> Any:
    """A value of `kind` as JSON has it."""
    if value is None:
        return None
    if kind is not None and kind.element is not None:
        return [plain_json(item, kind.element) for item in value]
    match kind:
        case Type.TIME:
            return text_of(instant(value))
        case Type.DYNAMIC:
            found = read(value)
            return None if found is NOTHING else found
        case _:
            return value


def member(value: Any, key: str) -> Any:
    """What an object has under `key`."""
    return value.get(key, NOTHING) if isinstance(value, dict) else NOTHING


def element(value: Any, place: int) -> Any:
    """What an array has at `place`."""
    return value[place] if isinstance(value, list) and -len(value) <= place < len(value) else NOTHING


_STEP = re.compile(r"""\.([^.\[\]'"]+)|\[(-?[0-9]{1,18})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]""", re.S)


def steps(path: str) -> list[str | int] | None:
    """The keys and places of a path such as `$.a.b[0]['c d']`; None when it is none. The `$` may lack."""
    path = path.removeprefix("$")
    if path and path[0] not in ".[":
        path = f".{path}"
    found: list[str | int] = []
    at = 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return None
        name, place, single, double = step.groups()
        quoted = single if single is not None else double
        found.append(
            int(place)
            if place is not None
            else name
            if name is not None
            else re.sub(r"\\(.)", r"\1", quoted, flags=re.S)
        )
        at = step.end()
    return found


def _extract(text: str, path: str) -> str | None:
    taken = steps(path)
    if taken is None:
        return None
    value = read(text)
    for step in taken:
        value = member(value, step) if isinstance(step, str) else element(value, step)
    return write(value)


def _fault(_text: object, path: object) -> str | None:
    return f"{path!r} is no path" if isinstance(path, str) and steps(path) is None else None


def json_text(value: Any) -> str | None:
    """What a JSON value is as a text: a string's own, all else JSON."""
    return value if isinstance(value, str) else write(value)


def _reading(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of the value that the first argument is the JSON of."""
    return lambda text, *more: function(read(text), *more)


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    number = read_number(value)
    return int(number) if number is not None and abs(number) < 2**64 and number == int(number) else None


def _real(value: Any) -> float | None:
    number = None if isinstance(value, bool) else read_number(value)
    return None if number is None else float(number)


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [text for text in map(json_text, items) if text is not None]


_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "real"}


def _object(*args: str | None) -> str | None:
    keys, values = args[::2], [plain_json(value, Type.DYNAMIC) for value in args[1::2]]
    return write({key: value for key, value in zip(keys, values, strict=True) if key is not None})


def _merge(*args: str | None) -> str | None:
    found: dict[str, Any] = {}
    for arg in args:
        value = plain_json(arg, Type.DYNAMIC)
        if isinstance(value, dict):
            found = {**value, **found} if not found else found | {k: v for k, v in value.items() if k not in found}
    return write(found)


JSON = (
    Function("json_parse", lambda text: write(read(text))),
    Function("to_json", lambda value, kinds, _kind: write(plain_json(value, kinds[0])), kinds=True),
    Function("json_member", _reading(lambda value, key: write(member(value, key)))),
    Function("json_element", _reading(lambda value, place: write(element(value, place)))),
    Function("json_extract", _extract, fault=_fault),
    Function("json_text", _reading(json_text)),
    Function("json_integer", _reading(_integer)),
    Function("json_real", _reading(_real)),
    Function("json_boolean", _reading(lambda value: value if isinstance(value, bool) else None)),
    Function("json_texts", _reading(_texts)),
    Function("json_type", _reading(lambda value: _TYPES.get(type(value)))),
    Function("json_length", _reading(lambda value: len(value) if isinstance(value, (dict, list)) else None)),
    Function("json_keys", _reading(lambda value: list(value) if isinstance(value, dict) else None)),
    Function("json_object", _object, nulls=True),
    Function("json_array", lambda *args: write([plain_json(arg, Type.DYNAMIC) for arg in args]), nulls=True),
    Function("json_merge", _merge, nulls=True),
)
