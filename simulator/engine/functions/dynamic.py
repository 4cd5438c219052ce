"""Arrays and bags inside DYNAMIC values, as Kusto has them.

What a function of arrays gets that is none, it gives null for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from simulator.engine.functions.clock import format_time
from simulator.engine.functions.json_ import NOTHING, json_text, read, write
from simulator.engine.functions.model import Function

LONGEST = 1_048_576
"""Elements that an array may have."""


def _arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of arrays; null where any is none."""

    def run(*texts: str) -> str | None:
        values = [read(text) for text in texts]
        return write(function(*values)) if all(isinstance(value, list) for value in values) else None

    return run


def _array(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of an array and plain values."""

    def run(text: str, *more: Any) -> Any:
        value = read(text)
        return function(value, *more) if isinstance(value, list) else None

    return run


def _bag(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of a bag and plain values."""

    def run(text: str, *more: Any) -> Any:
        value = read(text)
        return function(value, *more) if isinstance(value, dict) else None

    return run


def _json_or_text(text: str) -> str | None:
    if not text.strip():
        return None
    value = read(text)
    return write(text if value is NOTHING else value)


def _key(value: Any) -> str:
    return write(value) or ""


def _distinct(values: list[Any]) -> list[Any]:
    return list({_key(value): value for value in values}.values())


def _slice(values: list[Any], start: int, end: int) -> str | None:
    """Both ends included, negative ones from the end."""
    start = max(start + len(values) if start < 0 else start, 0)
    end = end + len(values) if end < 0 else end
    return write(values[start : end + 1] if end >= start else [])


def _concat(*texts: str | None) -> str | None:
    found: list[Any] = []
    for text in texts:
        value = None if text is None else read(text)
        if isinstance(value, list):
            found.extend(value)
    return write(found)


def _sortable(value: Any) -> tuple[Any, ...]:
    match value:
        case bool():
            return (1, "", value)
        case int() | float():
            return (0, "", value)
        case str():
            return (2, value, 0)
        case _:
            return (3, _key(value), 0)


def _sort(values: list[Any], descending: bool) -> str | None:
    """Nulls stay last."""
    there = sorted((value for value in values if value is not None), key=_sortable, reverse=descending)
    return write(there + [None] * (len(values) - len(there)))


def _joined(values: list[Any], between: str) -> str:
    return between.join(json_text(value) or "" for value in values)


def _sum(values: list[Any]) -> float | None:
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        return None
    return float(sum(values))


@lru_cache(maxsize=64)
def _texts(array: str, folded: bool) -> frozenset[str] | None:
    """The texts of an array's elements; the same array is asked for row after row."""
    values = read(array)
    if not isinstance(values, list):
        return None
    found = (json_text(value) for value in values)
    return frozenset(text.casefold() if folded else text for text in found if text is not None)


def _has(array: str, text: str) -> bool | None:
    texts = _texts(array, False)
    return None if texts is None else text in texts


def _has_folded(array: str, text: str) -> bool | None:
    texts = _texts(array, True)
    return None if texts is None else text.casefold() in texts


def _place(values: list[Any], text: str) -> int:
    return next((place for place, value in enumerate(values) if json_text(value) == text), -1)


def _flat(values: list[Any]) -> list[Any]:
    """Elements, those of arrays among them in their place."""
    return [inner for value in values for inner in (value if isinstance(value, list) else [value])]


def _flat_set(values: list[Any]) -> list[Any]:
    return [value for value in _distinct(_flat(values)) if value is not None]


def _union(*arrays: list[Any]) -> list[Any]:
    return _distinct([value for array in arrays for value in array])


def _difference(first: list[Any], *others: list[Any]) -> list[Any]:
    gone = {_key(value) for other in others for value in other}
    return [value for value in _distinct(first) if _key(value) not in gone]


def _intersection(first: list[Any], *others: list[Any]) -> list[Any]:
    sets = [{_key(value) for value in other} for other in others]
    return [value for value in _distinct(first) if all(_key(value) in one for one in sets)]


def _jaccard(first: str, second: str) -> float | None:
    left, right = read(first), read(second)
    if not isinstance(left, list) or not isinstance(right, list):
        return None
    ours, theirs = set(map(_key, left)), set(map(_key, right))
    return len(ours & theirs) / len(ours | theirs) if ours | theirs else None


def _same(first: str, second: str) -> bool | None:
    left, right = read(first), read(second)
    if not isinstance(left, list) or not isinstance(right, list):
        return None
    return set(map(_key, left)) == set(map(_key, right))


def _zip(*texts: str | None) -> str | None:
    """What is no array is an array of itself; of nulls alone nothing. A bag is its single-key bags."""
    values = [None if text is None else read(text) for text in texts]
    if all(value is None for value in values):
        return None
    arrays = [elements(value) for value in values]
    return write([list(row) for row in zip_longest(*arrays)])


def elements(value: Any) -> list[Any]:
    """What an array or bag is expanded into; a single value is itself."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [{key: inner} for key, inner in value.items()]
    return [] if value is None or value is NOTHING else [value]


def _is_empty(text: str) -> bool:
    return read(text) in ([], {})


def _entries(text: str) -> str | None:
    value = read(text)
    return write([list(pair) for pair in value.items()] if isinstance(value, dict) else value)


def _range(start: float, stop: float, step: float) -> str | None:
    if not step or (stop - start) / step >= LONGEST:
        return None
    count = int((stop - start) // step) + 1
    return write([start + place * step for place in range(max(count, 0))])


def _series(pairs: str | None, count: int | None, default: str | None) -> str | None:
    if count is None or not 0 <= count <= LONGEST:
        return None
    otherwise = None if default is None else read(default)
    found = dict(read(pairs)) if pairs is not None else {}
    return write([found.get(place, otherwise) for place in range(count)])


def _times(values: list[Any]) -> str | None:
    """Microseconds as the times they are."""
    try:
        return write([format_time(value, "%Y-%m-%dT%H:%M:%S.%f0Z") for value in values])
    except (TypeError, OverflowError, ValueError):
        return None


def _iff(conditions: str, then: str | None, otherwise: str | None) -> str | None:
    tests = read(conditions)
    if not isinstance(tests, list):
        return None
    choices = [None if text is None else read(text) for text in (then, otherwise)]

    def chosen(place: int, test: Any) -> Any:
        if test is None:
            return None
        choice = choices[0 if test else 1]
        return (choice[place] if place < len(choice) else None) if isinstance(choice, list) else choice

    return write([chosen(place, test) for place, test in enumerate(tests)])


def _without(bag: dict[str, Any], keys: str) -> str | None:
    gone = read(keys)
    paths = (
        [path.removeprefix("$.").split(".") for path in gone if isinstance(path, str)] if isinstance(gone, list) else []
    )
    for path in paths:
        here: Any = bag
        for step in path[:-1]:
            here = here.get(step) if isinstance(here, dict) else None
        if isinstance(here, dict):
            here.pop(path[-1], None)
    return write(bag)


def _of_bags(values: list[Any]) -> str | None:
    found: dict[str, Any] = {}
    for value in values:
        if isinstance(value, dict):
            found.update({key: inner for key, inner in value.items() if key not in found})
    return write(found)


def _bag_zip(keys: str, values: str) -> str | None:
    names, items = read(keys), read(values)
    if not isinstance(names, list) or not isinstance(items, list):
        return None
    return write({json_text(name) or "": item for name, item in zip_longest(names, items[: len(names)])})


DYNAMICS = (
    Function("json_or_text", _json_or_text),
    Function("array_length", _array(len)),
    Function("array_slice", _array(_slice)),
    Function("array_concat", _concat, nulls=True),
    Function("array_sort", _array(_sort)),
    Function("array_reverse", _array(lambda values: write(values[::-1]))),
    Function("array_join", _array(_joined)),
    Function("array_sum", _array(_sum)),
    Function("array_has", _has),
    Function("array_has_folded", _has_folded),
    Function("array_index_of", _array(_place)),
    Function("array_flatten", _array(lambda values: write(_flat(values)))),
    Function("array_flat_set", _array(lambda values: write(_flat_set(values)))),
    Function("array_union", _arrays(_union)),
    Function("array_difference", _arrays(_difference)),
    Function("array_intersection", _arrays(_intersection)),
    Function("array_jaccard", _jaccard),
    Function("array_same_elements", _same),
    Function("array_zip", _zip, nulls=True),
    Function("array_is_empty", _is_empty),
    Function("array_range", _range),
    Function("array_series", _series, nulls=True),
    Function("array_times", _array(_times)),
    Function("array_iff", _iff),
    Function("bag_entries", _entries),
    Function("bag_has", _bag(lambda bag, key: key in bag)),
    Function("bag_without", _bag(_without)),
    Function("bag_without_empty", _bag(lambda bag: write({k: v for k, v in bag.items() if v is not None and v != ""}))),
    Function("bag_with_prefix", _bag(lambda bag, prefix: write({prefix + key: value for key, value in bag.items()}))),
    Function("bag_of_bags", _array(_of_bags)),
    Function("bag_zip", _bag_zip),
)
