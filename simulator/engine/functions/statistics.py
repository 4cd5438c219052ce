"""Aggregates: spread, percentiles, frequencies, sets and bits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

from simulator.engine.functions.aggregates import Rows, hashable
from simulator.engine.functions.json_ import plain_json, write
from simulator.engine.functions.model import Aggregator
from simulator.engine.functions.templates import FINITE, aggregated, called, filled
from simulator.tables import Type


def _values(rows: Rows) -> list[Any]:
    return [row[0] for row in rows]


def _variance(rows: Rows, lost: int) -> float | None:
    values = [Fraction(value) for value in _values(rows)]
    if len(values) <= lost:
        return None
    mean = sum(values, Fraction()) / len(values)
    return float(sum(((value - mean) ** 2 for value in values), Fraction()) / (len(values) - lost))


def _deviation(rows: Rows, lost: int) -> float | None:
    variance = _variance(rows, lost)
    return None if variance is None else math.sqrt(variance)


def _linear(values: Sequence[float], percent: float) -> float | None:
    if not values or not 0 <= percent <= 100:
        return None
    ordered = sorted(values)
    place = Fraction(percent) / 100 * (len(ordered) - 1)
    low, high = Fraction(ordered[int(place)]), Fraction(ordered[min(int(place) + 1, len(ordered) - 1)])
    return float(low + (high - low) * (place - int(place)))


def _nearest(rows: Rows) -> Any:
    if not rows or not 0 <= rows[0][1] <= 100:
        return None
    rank = max(math.ceil(Fraction(rows[0][1]) / 100 * len(rows)), 1)
    return sorted(_values(rows))[rank - 1]


def _mode(rows: Rows) -> Any:
    first = {hashable(value): value for value in reversed(_values(rows))}
    counts = Counter(hashable(value) for value in _values(rows))
    return first[max(counts, key=lambda key: counts[key])] if counts else None


def _distinct(rows: Rows) -> list[Any]:
    return list({hashable(value): value for value in _values(rows)}.values())


def _first(rows: Rows, values: list[Any]) -> list[Any]:
    return values[: max(rows[0][1], 0)] if rows else []


def _reduced(combine: Callable[[Any, Any], Any]) -> Callable[[Rows], Any]:
    return lambda rows: reduce(combine, _values(rows)) if rows else None


def _product(rows: Rows) -> Any:
    return math.prod(_values(rows)) if rows else None


def _no_percentage(_value: object, percent: object) -> str | None:
    if isinstance(percent, (int, float)) and 0 <= percent <= 100:
        return None
    return "expected a percentage from 0 to 100, as a literal"


STATISTICS = (
    Aggregator("deviation_sample", lambda rows: _deviation(rows, 1), aggregated("stddev_samp", FINITE), plain=True),
    Aggregator("deviation_population", lambda rows: _deviation(rows, 0), aggregated("stddev_pop", FINITE), plain=True),
    Aggregator("variance_sample", lambda rows: _variance(rows, 1), aggregated("var_samp", FINITE), plain=True),
    Aggregator("variance_population", lambda rows: _variance(rows, 0), aggregated("var_pop", FINITE), plain=True),
    Aggregator(
        "percentile_linear", lambda rows: _linear(_values(rows), rows[0][1]) if rows else None, fault=_no_percentage
    ),
    Aggregator("percentile_nearest", _nearest, fault=_no_percentage),
    Aggregator("median", lambda rows: _linear(_values(rows), 50), aggregated("median", FINITE), plain=True),
    Aggregator("mode", _mode),
    Aggregator("distinct_list", _distinct),
    Aggregator(
        "distinct_sorted",
        lambda rows: sorted(_distinct(rows)),
        lambda ask: filled("coalesce(list_sort(list_distinct(_0)), [])", (ask.over(called("list", ask.args)),)),
    ),
    Aggregator("list_at_most", lambda rows: _first(rows, _values(rows))),
    Aggregator("distinct_list_at_most", lambda rows: _first(rows, _distinct(rows))),
    Aggregator("joined", lambda rows: rows[0][1].join(_values(rows)) if rows else None),
    Aggregator("range", lambda rows: max(_values(rows)) - min(_values(rows)) if rows else None),
    Aggregator("product", _product),
    Aggregator("all_bits", _reduced(lambda left, right: left & right), aggregated("bit_and"), plain=True),
    Aggregator("any_bits", _reduced(lambda left, right: left | right), aggregated("bit_or"), plain=True),
    Aggregator("json_list", lambda rows: write([plain_json(value, Type.DYNAMIC) for value in _values(rows)])),
)
