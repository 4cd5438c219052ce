"""Sigma's correlations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import combinations
from math import isfinite
from typing import cast

from simulator.engine.reference.model import EARLIEST, Row, together
from simulator.engine.text import compares, joined_text, read_number
from simulator.ir import Branch, Correlate, CorrelationKind, Op, Requirement


@dataclass(slots=True)
class _Member:
    """A row that takes part in a correlation: what it contributes to the measure, and the branches that give it."""

    row: Row
    time: datetime
    value: tuple[str, ...] | Fraction
    branches: set[int]


_NUMERIC = {
    CorrelationKind.VALUE_SUM,
    CorrelationKind.VALUE_AVG,
    CorrelationKind.VALUE_MEDIAN,
    CorrelationKind.VALUE_PERCENTILE,
}
_TEMPORAL = {CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED}


def firings(node: Correlate, branches: Sequence[Sequence[Row]]) -> list[Row]:
    """The rows of a correlation, given those of its branches."""
    groups: dict[tuple[str, ...], dict[object, _Member]] = {}
    for index, branch in enumerate(node.branches):
        for row in branches[index]:
            key = _texts(row, branch.by)
            value = _value(node, branch, row)
            if key is None or value is None or row.time is None:
                continue
            members = groups.setdefault(key, {})
            member = members.setdefault((row.events, value), _Member(row, row.time, value, set()))
            member.branches.add(index)
    result: list[Row] = []
    for key, group in groups.items():
        ordered = sorted(group.values(), key=lambda member: (member.time, member.row.events, member.value))
        windows = _whole_windows(node, ordered) if _can_be_undone(node) else _earliest_windows(node, ordered)
        result.extend(_firing(node, key, window) for window in windows)
    return result


def _earliest_windows(node: Correlate, members: list[_Member]) -> list[list[_Member]]:
    """Each window that ends with a row and fulfils the condition, its rows used up."""
    windows = []
    unused: list[_Member] = []
    for member in members:
        unused = [*unused, member]
        window = [other for other in unused if member.time - other.time <= _span(node)]
        if _fulfilled(node, window):
            windows.append(window)
            unused = []
    return windows


def _whole_windows(node: Correlate, members: list[_Member]) -> list[list[_Member]]:
    """Windows one after the other, each begun by the first row after the last one; those that fulfil the condition."""
    windows = []
    rest = members
    while rest:
        window = [member for member in rest if member.time - rest[0].time <= _span(node)]
        if _fulfilled(node, window):
            windows.append(window)
        rest = rest[len(window) :]
    return windows


def _span(node: Correlate) -> timedelta:
    return timedelta(microseconds=node.span)


def _firing(node: Correlate, key: tuple[str, ...], window: list[_Member]) -> Row:
    return Row(dict(zip(node.by, key, strict=True)), together(member.row for member in window))


def _texts(row: Row, names: tuple[str, ...]) -> tuple[str, ...] | None:
    texts = [joined_text(row.fields.get(name)) for name in names]
    return None if None in texts else tuple(cast("list[str]", texts))


def _value(node: Correlate, branch: Branch, row: Row) -> tuple[str, ...] | Fraction | None:
    """What `row` contributes to the measure, or None when it lacks it."""
    if node.kind is CorrelationKind.VALUE_COUNT:
        return _texts(row, branch.fields)
    if node.kind in _NUMERIC:
        number = read_number(joined_text(row.fields.get(branch.fields[0])))
        return Fraction(number) if number is not None and isfinite(number) else None
    return ()


def _can_be_undone(node: Correlate) -> bool:
    def negates(requires: Requirement) -> bool:
        return not isinstance(requires, str) and (requires[0] == "not" or any(map(negates, requires[1:])))

    falling = any(threshold.op not in (Op.GE, Op.GT) for threshold in node.thresholds)
    return falling or (node.requires is not None and negates(node.requires))


def _fulfilled(node: Correlate, window: list[_Member]) -> bool:
    names = [branch.name for branch in node.branches]
    present = set().union(*(member.branches for member in window))
    if node.kind in _TEMPORAL:
        ordered = node.kind is CorrelationKind.TEMPORAL_ORDERED
        possible = [choice for choice in _subsets(present) if _in_order(choice, window)] if ordered else [present]
        if node.requires is not None:
            has = {names[index] for index in present}
            if not any(_required(node.requires, {names[i] for i in choice}, has) for choice in possible):
                return False
        elif not node.thresholds and set(range(len(names))) not in possible:
            return False
        measure: float | Fraction = max(map(len, possible))
    else:
        measure = _measure(node, [member.value for member in window])
    return all(compares(cast(float, measure), threshold.op, threshold.value) for threshold in node.thresholds)


def _subsets(present: set[int]) -> Iterator[set[int]]:
    return (set(chosen) for size in range(len(present) + 1) for chosen in combinations(sorted(present), size))


def _in_order(choice: set[int], window: list[_Member]) -> bool:
    """Whether the branches in `choice` have rows in the order of the branches: take the earliest that still fits."""
    time = EARLIEST
    for index in sorted(choice):
        times = [member.time for member in window if index in member.branches and member.time >= time]
        if not times:
            return False
        time = min(times)
    return True


def _required(requires: Requirement, chosen: set[str], present: set[str], negated: bool = False) -> bool:
    """Whether the condition holds; names count when chosen, names under `not` when absent from the window."""
    if isinstance(requires, str):
        return requires not in present if negated else requires in chosen
    results = [_required(item, chosen, present, negated ^ (requires[0] == "not")) for item in requires[1:]]
    if requires[0] == "not":
        return results[0]
    return all(results) if (requires[0] == "and") is not negated else any(results)


def _measure(node: Correlate, values: list[tuple[str, ...] | Fraction]) -> int | Fraction:
    if node.kind is CorrelationKind.EVENT_COUNT:
        return len(values)
    if node.kind is CorrelationKind.VALUE_COUNT:
        return len(set(values))
    numbers = sorted(cast("list[Fraction]", values))
    if node.kind is CorrelationKind.VALUE_SUM:
        return sum(numbers, Fraction())
    if node.kind is CorrelationKind.VALUE_AVG:
        return sum(numbers, Fraction()) / len(numbers)
    percent = 50 if node.kind is CorrelationKind.VALUE_MEDIAN else (node.percentile or 0)
    place = Fraction(percent, 100) * (len(numbers) - 1)
    low, high = numbers[int(place)], numbers[min(int(place) + 1, len(numbers) - 1)]
    return low + (high - low) * (place - int(place))
