"""Covering arrays: few rows in which every pair of values of every two dimensions occurs.

Greedy and deterministic, after Cohen, Dalal, Fredman and Patton, "The AETG system", IEEE TSE 23(7), 1997: each new row
begins with the value that stands in most uncovered pairs, then takes for each further dimension the value that covers
most pairs with those chosen. So the first rows cover the most, which serves where there are few instances.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations


@cache
def covering(sizes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Rows of value numbers for dimensions with that many values each."""
    if not sizes:
        return ((),)
    if len(sizes) == 1:
        return tuple((value,) for value in range(sizes[0]))
    uncovered = {
        (one, a, other, b)
        for one, other in combinations(range(len(sizes)), 2)
        for a in range(sizes[one])
        for b in range(sizes[other])
    }
    rows: list[tuple[int, ...]] = []
    while uncovered:
        row = _next_row(sizes, uncovered, len(rows))
        uncovered -= set(pairs(row))
        rows.append(row)
    return tuple(rows)


def _next_row(sizes: tuple[int, ...], uncovered: set[tuple[int, int, int, int]], turn: int) -> tuple[int, ...]:
    one, a, other, b = min(uncovered)
    weight: dict[tuple[int, int], int] = {}
    for d, v, e, w in uncovered:
        weight[d, v] = weight.get((d, v), 0) + 1
        weight[e, w] = weight.get((e, w), 0) + 1
    # The first row is every dimension's first value: what an author writes first is the plain case.
    chosen = {one: a, other: b} if turn else {0: 0}
    for dimension in range(len(sizes)):
        if dimension in chosen:
            continue
        if not turn:
            chosen[dimension] = 0
            continue
        gains = [
            (
                sum(_ordered(dimension, value, d, v) in uncovered for d, v in chosen.items()),
                weight.get((dimension, value), 0),
                -((value - turn) % sizes[dimension]),
            )
            for value in range(sizes[dimension])
        ]
        chosen[dimension] = max(range(sizes[dimension]), key=gains.__getitem__)
    return tuple(chosen[dimension] for dimension in range(len(sizes)))


def _ordered(one: int, a: int, other: int, b: int) -> tuple[int, int, int, int]:
    return (one, a, other, b) if one < other else (other, b, one, a)


def pairs(row: Sequence[int]) -> list[tuple[int, int, int, int]]:
    """Every pair of values in a row, as (dimension, value, later dimension, its value)."""
    return [(one, row[one], other, row[other]) for one, other in combinations(range(len(row)), 2)]
