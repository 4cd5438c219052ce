"""Lists: several values of one column, as Elastic's ES|QL works with them.

Lists hold no nulls. A list without elements is no value: what would be one is null.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from simulator.engine.functions.model import AggregateSql, Aggregator, Ask, Function
from simulator.engine.functions.templates import called, filled, sql

List = list[Any]


def _some(items: Sequence[Any]) -> List | None:
    found = [item for item in items if item is not None]
    return found or None


def _each(function: str, items: List, *more: Any) -> List | None:
    # Here, because the table of functions is made of this module's.
    from simulator.engine.functions import FUNCTIONS

    kinds, kind = more[-2], more[-1]
    entry = FUNCTIONS[function]
    rest = more[:-2]
    told = ((kinds[1].element, *kinds[2:]), kind.element) if entry.kinds else ()
    return _some([entry.python(item, *rest, *told) for item in items])


def _between(items: List, start: int, end: int) -> List | None:
    """From `start` to `end`, both included; negative places count from the end."""
    count = len(items)
    first = start if start >= 0 else count + start
    last = end if end >= 0 else count + end
    if start > end or start < 0 <= end:
        return None
    return _some(items[max(first, 0) : last + 1]) if last >= 0 else None


def median(numbers: Sequence[float]) -> float | None:
    """The middle number, or the mean of the two middle ones."""
    return float(statistics.median(numbers)) if numbers else None


def percentile(numbers: Sequence[float], percent: float) -> float | None:
    """The number below which `percent` of them lie, interpolated linearly between neighbours."""
    if not numbers or not 0 <= percent <= 100:
        return None
    ordered = sorted(numbers)
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


def deviation(numbers: Sequence[float]) -> float | None:
    """The median of the distances from the median."""
    middle = median(numbers)
    return None if middle is None else median([abs(number - middle) for number in numbers])


def _zipped(left: List | None, right: List | None, delimiter: str | None) -> List | None:
    if delimiter is None or (left is None and right is None):
        return None
    left, right = left or [], right or []
    pairs = zip(left, right, strict=False)
    whole = [f"{one}{delimiter}{other}" for one, other in pairs]
    return _some([*whole, *left[len(right) :], *right[len(left) :]])


MULTIVALUES = (
    Function(
        "only_element",
        lambda items: items[0] if len(items) == 1 else None,
        sql("CASE WHEN len(_0) = 1 THEN _0[1] END"),
    ),
    Function("some", lambda items: items or None, sql("CASE WHEN len(_0) > 0 THEN _0 END")),
    Function("each", _each, kinds=True),
    Function("list_between", _between),
    Function("list_zip_texts", _zipped, nulls=True),
    Function("list_median", median),
    Function("list_percentile", percentile),
    Function("list_deviation", deviation),
)


def _elements(rows: list[tuple[Any, ...]]) -> list[Any]:
    return [item for (value,) in rows for item in (value if isinstance(value, (list, tuple)) else [value])]


def _elements_sql(*, distinct: bool) -> AggregateSql:
    def build(ask: Ask) -> exp.Expression:
        template = "_0" if ask.kinds[0].element is None else "flatten(_0)"
        if distinct:
            template = f"list_sort(list_distinct({template}))"
        gathered = ask.over(called("list", ask.args, () if distinct else ask.order))
        return filled("CASE WHEN len(_0) > 0 THEN _0 END", (filled(template, (gathered,)),))

    return build


ELEMENTS = (
    Aggregator("elements", lambda rows: _elements(rows) or None, _elements_sql(distinct=False)),
    Aggregator("distinct_elements", lambda rows: sorted(set(_elements(rows))) or None, _elements_sql(distinct=True)),
)
