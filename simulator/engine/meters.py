"""Meters: whether a correlation's condition holds for a window of rows, kept up to date as rows come and go.

A meter sees rows as (position, time, value code, branch mask). Positions rise with time. Value codes are small integers
in the order of the values. Each operation costs far less than looking at the whole window again, but for thresholds on
ordered branches, which nobody has been seen to write.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, product
from typing import Protocol, cast

from simulator.engine.text import compares
from simulator.ir import Correlate, CorrelationKind, Op, Requirement, Threshold

MAX_ALTERNATIVES = 256
"""Ways to fulfil a condition over ordered branches; more are refused."""


class TooManyAlternatives(Exception):
    """The condition over ordered branches can be fulfilled in more than MAX_ALTERNATIVES ways."""


@dataclass(frozen=True, slots=True)
class Member:
    """A row of a window."""

    position: int
    time: int
    value: int
    mask: int


class Meter(Protocol):
    """The state of one window."""

    def add(self, member: Member) -> None:
        """A row comes in at the end of the window."""

    def remove(self, member: Member) -> None:
        """The oldest row leaves the window."""

    def holds(self) -> bool:
        """Whether the condition holds for the rows that are in (at least one)."""


def can_be_undone(node: Correlate) -> bool:
    """Whether further rows could undo the condition, so that it must be judged on whole windows."""
    falling = any(threshold.op not in (Op.GE, Op.GT) for threshold in node.thresholds)
    return falling or (node.requires is not None and _negates(node.requires))


def meter_of(node: Correlate, numbers: Sequence[Fraction]) -> Callable[[], Meter]:
    """What makes empty meters for `node`; `numbers` are the values that the codes stand for (numeric kinds).
    Raises TooManyAlternatives."""
    judge = _judge(node.thresholds)
    names = [branch.name for branch in node.branches]
    match node.kind:
        case CorrelationKind.EVENT_COUNT:
            return lambda: _Count(judge)
        case CorrelationKind.VALUE_COUNT:
            return lambda: _Distinct(judge)
        case CorrelationKind.VALUE_SUM:
            return lambda: _Sum(judge, numbers, mean=False)
        case CorrelationKind.VALUE_AVG:
            return lambda: _Sum(judge, numbers, mean=True)
        case CorrelationKind.VALUE_MEDIAN:
            return lambda: _Percentile(judge, numbers, 50)
        case CorrelationKind.VALUE_PERCENTILE:
            return lambda: _Percentile(judge, numbers, node.percentile or 0)
        case CorrelationKind.TEMPORAL:
            fulfilled = _on_masks(node, names)
            return lambda: _Together(fulfilled)
        case CorrelationKind.TEMPORAL_ORDERED:
            chains = _chains(node, names)
            return lambda: _Ordered(chains, judge if node.thresholds else None, len(names))


Judge = Callable[[int | Fraction], bool]


def _judge(thresholds: tuple[Threshold, ...]) -> Judge:
    """Whether a measure meets all thresholds."""
    return lambda measure: all(compares(cast(float, measure), limit.op, limit.value) for limit in thresholds)


@dataclass(slots=True)
class _Count:
    judge: Judge
    rows: int = 0

    def add(self, member: Member) -> None:
        self.rows += 1

    def remove(self, member: Member) -> None:
        self.rows -= 1

    def holds(self) -> bool:
        return self.judge(self.rows)


class _Distinct:
    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.counts: Counter[int] = Counter()

    def add(self, member: Member) -> None:
        self.counts[member.value] += 1

    def remove(self, member: Member) -> None:
        self.counts[member.value] -= 1
        if not self.counts[member.value]:
            del self.counts[member.value]

    def holds(self) -> bool:
        return self.judge(len(self.counts))


class _Sum:
    def __init__(self, judge: Judge, numbers: Sequence[Fraction], mean: bool) -> None:
        self.judge, self.numbers, self.mean = judge, numbers, mean
        self.total, self.rows = Fraction(), 0

    def add(self, member: Member) -> None:
        self.total += self.numbers[member.value]
        self.rows += 1

    def remove(self, member: Member) -> None:
        self.total -= self.numbers[member.value]
        self.rows -= 1

    def holds(self) -> bool:
        return self.judge(self.total / self.rows if self.mean else self.total)


class _Percentile:
    def __init__(self, judge: Judge, numbers: Sequence[Fraction], percent: int) -> None:
        self.judge, self.numbers, self.share = judge, numbers, Fraction(percent, 100)
        self.codes: list[int] = []

    def add(self, member: Member) -> None:
        insort(self.codes, member.value)

    def remove(self, member: Member) -> None:
        del self.codes[bisect_left(self.codes, member.value)]

    def holds(self) -> bool:
        last = len(self.codes) - 1
        place = self.share * last
        low, high = (self.numbers[self.codes[index]] for index in (int(place), min(int(place) + 1, last)))
        return self.judge(low + (high - low) * (place - int(place)))


class _Together:
    """Which branches have rows in the window."""

    def __init__(self, fulfilled: Callable[[int], bool]) -> None:
        self.fulfilled = fulfilled
        self.counts: Counter[int] = Counter()

    def add(self, member: Member) -> None:
        self.counts[member.mask] += 1

    def remove(self, member: Member) -> None:
        self.counts[member.mask] -= 1
        if not self.counts[member.mask]:
            del self.counts[member.mask]

    def holds(self) -> bool:
        return self.fulfilled(_union(self.counts))


def _union(masks: Counter[int]) -> int:
    present = 0
    for mask in masks:
        present |= mask
    return present


@dataclass(frozen=True, slots=True)
class _Chain:
    """Branches that must have rows in this order, and those that must have none."""

    need: tuple[int, ...]
    bar: int


class _Ordered:
    """For each chain and each of its links: how far back the latest run of rows up to that link begins.

    Rows of equal time are in any order we like, so the links are found anew from the state before that time (`before`),
    taking of each branch its last row at that time (`tied`).
    """

    def __init__(self, chains: Sequence[_Chain], judge: Judge | None, branches: int) -> None:
        self.chains, self.judge, self.branches = chains, judge, branches
        self.rows: deque[Member] = deque()
        self.counts: Counter[int] = Counter()
        self.before = [[-1] * len(chain.need) for chain in chains]
        self.begins = [list(links) for links in self.before]
        self.tied: dict[int, int] = {}

    def add(self, member: Member) -> None:
        if self.rows and self.rows[-1].time != member.time:
            self.before = [list(links) for links in self.begins]
            self.tied = {}
        self.rows.append(member)
        self.counts[member.mask] += 1
        for branch in _bits(member.mask):
            self.tied[branch] = member.position
        for chain, before, begins in zip(self.chains, self.before, self.begins, strict=True):
            for link, branch in enumerate(chain.need):
                position = self.tied.get(branch, -1)
                begins[link] = max(before[link], min(begins[link - 1], position) if link else position)

    def remove(self, member: Member) -> None:
        self.rows.popleft()
        self.counts[member.mask] -= 1
        if not self.counts[member.mask]:
            del self.counts[member.mask]

    def holds(self) -> bool:
        present, first = _union(self.counts), self.rows[0].position
        return any(
            not chain.bar & present and (not begins or begins[-1] >= first)
            for chain, begins in zip(self.chains, self.begins, strict=True)
        ) and (self.judge is None or self.judge(self._longest()))

    def _longest(self) -> int:
        """The most branches that have rows in order."""
        length = [0] * self.branches
        for _, tied in groupby(self.rows, key=lambda member: member.time):
            masks = 0
            for member in tied:
                masks |= member.mask
            for branch in _bits(masks):
                length[branch] = max(length[branch], 1 + max(length[:branch], default=0))
        return max(length)


def _bits(mask: int) -> list[int]:
    return [index for index in range(mask.bit_length()) if mask >> index & 1]


def _on_masks(node: Correlate, names: list[str]) -> Callable[[int], bool]:
    """Whether the branches in a mask fulfil an unordered temporal condition."""
    every = (1 << len(names)) - 1
    judge = _judge(node.thresholds)

    @lru_cache(maxsize=4096)
    def fulfilled(mask: int) -> bool:
        if node.requires is not None:
            allowed = _true(node.requires, {names[index] for index in _bits(mask)})
        else:
            allowed = bool(node.thresholds) or mask == every
        return allowed and judge(mask.bit_count())

    return fulfilled


def _true(requires: Requirement, present: set[str]) -> bool:
    match requires:
        case str(name):
            return name in present
        case ("not", item):
            return not _true(item, present)
        case ("and", *items):
            return all(_true(item, present) for item in items)
        case (_, *items):
            return any(_true(item, present) for item in items)
        case _:
            raise AssertionError(requires)


def _negates(requires: Requirement) -> bool:
    return not isinstance(requires, str) and (requires[0] == "not" or any(map(_negates, requires[1:])))


def _chains(node: Correlate, names: list[str]) -> list[_Chain]:
    if node.requires is None:
        return [_Chain((), 0)] if node.thresholds else [_Chain(tuple(range(len(names))), 0)]
    chains = []
    for need, bar in _ways(node.requires, False):
        barred = sum(1 << names.index(name) for name in bar)
        chains.append(_Chain(tuple(sorted(names.index(name) for name in need)), barred))
    return chains


Way = tuple[frozenset[str], frozenset[str]]


def _ways(requires: Requirement, negated: bool) -> frozenset[Way]:
    """All ways to make the condition true: names that must be there, names that must not."""
    if isinstance(requires, str):
        name = frozenset((requires,))
        return frozenset(((frozenset(), name) if negated else (name, frozenset()),))
    if requires[0] == "not":
        return _ways(requires[1], not negated)
    parts = [_ways(item, negated) for item in requires[1:]]
    found: frozenset[Way] = frozenset()
    if (requires[0] == "and") is negated:
        found = found.union(*parts)
    else:
        found = frozenset(((frozenset(), frozenset()),))
        for part in parts:
            found = frozenset((need | more, bar | less) for (need, bar), (more, less) in product(found, part))
            if len(found) > MAX_ALTERNATIVES:
                raise TooManyAlternatives
    if len(found) > MAX_ALTERNATIVES:
        raise TooManyAlternatives
    return found
