"""Lists: their elements, as sets, sorted, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

from simulator.engine.functions.json_ import plain_json, write
from simulator.engine.functions.model import Function
from simulator.engine.functions.templates import FITS_INTEGER, sql
from simulator.tables import Type


def _element(items: list[Any], place: int) -> Any:
    return items[place] if -len(items) <= place < len(items) else None


def _distinct(items: Sequence[Any]) -> list[Any]:
    return list(dict.fromkeys(items))


def _extreme(choose: Callable[..., Any]) -> Callable[[list[Any]], Any]:
    return lambda items: choose(items, default=None)


def _sum(items: list[Any]) -> int | float | None:
    if not items:
        return None
    return math.fsum(items) if isinstance(items[0], float) else sum(items)


def _zip(*args: Any) -> str | None:
    *lists, kinds, _kind = args
    columns = [[plain_json(item, kind.element) for item in items] for items, kind in zip(lists, kinds, strict=True)]
    return write([list(row) for row in zip_longest(*columns)])


LISTS = (
    Function("element_at", _element, sql("_0[CASE WHEN _1 >= 0 THEN least(_1, 2147483646) + 1 ELSE _1 END]")),
    Function("list_length", len, sql("CAST(len(_0) AS BIGINT)")),
    Function(
        "list_contains",
        lambda items, item: item in items,
        sql("CASE WHEN _1 IS NOT NULL THEN list_contains(_0, _1) END"),
    ),
    Function("list_overlaps", lambda left, right: any(item in right for item in left), sql("list_has_any(_0, _1)")),
    Function("list_contains_all", lambda left, right: all(item in left for item in right), sql("list_has_all(_0, _1)")),
    Function("list_index_of", lambda items, item: items.index(item) if item in items else -1),
    Function("list_slice", lambda items, start, end: items[start:end]),
    Function("list_sort", sorted, sql("list_sort(_0)")),
    Function("list_reverse", lambda items: items[::-1], sql("list_reverse(_0)")),
    Function("list_distinct", _distinct),
    Function("list_concat", lambda *lists: [item for items in lists for item in items]),
    Function("list_intersect", lambda left, right: _distinct([item for item in left if item in right])),
    Function("list_difference", lambda left, right: _distinct([item for item in left if item not in right])),
    Function("list_union", lambda left, right: _distinct([*left, *right])),
    Function("list_minimum", _extreme(min), sql("list_min(_0)")),
    Function("list_maximum", _extreme(max), sql("list_max(_0)")),
    Function(
        "list_sum",
        _sum,
        lambda args, _kinds, kind: (
            None if kind is Type.REAL else sql(FITS_INTEGER.replace("_0", "list_sum(_0)"))(args, _kinds, kind)
        ),
    ),
    Function("list_average", lambda items: math.fsum(items) / len(items) if items else None),
    Function("list_zip", _zip, kinds=True),
)
