"""Elastic EQL's sequences and samples, as `ir.Sequence` and `ir.Sample` say.

Source: https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax (sequences, their state machine, samples).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from simulator.engine.reference.model import Row, hashable, in_order, together
from simulator.ir import Step

Keyed = tuple[Row, tuple[Any, ...]]
"""A row of a step and its join values."""


@dataclass(frozen=True, slots=True)
class _Partial:
    """The rows of a sequence so far."""

    rows: tuple[Row, ...]

    @property
    def first(self) -> datetime:
        return _time(self.rows[0])

    @property
    def last(self) -> datetime:
        return _time(self.rows[-1])


def sequences(
    steps: Sequence[Step], found: Sequence[Sequence[Keyed]], maxspan: int | None, until: Sequence[Keyed]
) -> list[Row]:
    """The rows of a sequence, given those of each step and those of `until`."""
    keys = {hashable(key): key for rows, step in zip(found, steps, strict=True) for _, key in rows if not step.missing}
    span = None if maxspan is None else timedelta(microseconds=maxspan)
    result = []
    for place, key in keys.items():
        mine = [[row for row, other in rows if hashable(other) == place] for rows in found]
        ends = [row for row, other in until if hashable(other) == place]
        result += [_whole(partial, key) for partial in _of_one_key(steps, mine, span, ends)]
    return result


def _whole(partial: _Partial, key: tuple[Any, ...]) -> Row:
    return Row({f"key{n}": value for n, value in enumerate(key)}, together(partial.rows))


def _of_one_key(
    steps: Sequence[Step], found: Sequence[Sequence[Row]], span: timedelta | None, until: Sequence[Row]
) -> list[_Partial]:
    positive = [n for n, step in enumerate(steps) if not step.missing]
    last = len(positive) - 1
    at: dict[int, _Partial] = {}
    """The partial sequence that stands at each step (of those that are not missing)."""
    whole = []
    for moment in _moments([*(found[n] for n in positive), until]):
        for n in range(last, -1, -1):
            for row in found[positive[n]]:
                if not _is(row, moment):
                    continue
                partial = _moved(at, n, row, span)
                if partial is None:
                    continue
                if n < last:
                    at[n] = partial
                elif not any(_forbidden(steps, found, positive, m, partial, span) for m in range(last + 2)):
                    whole.append(partial)
        if any(_is(row, moment) for row in until):
            at.clear()
    return whole


def _moments(every: Sequence[Sequence[Row]]) -> list[Row]:
    """All rows in order, those with the same evidence once."""
    return list({row.events: row for row in in_order([row for rows in every for row in rows])}.values())


def _is(row: Row, moment: Row) -> bool:
    return row.events == moment.events


def _moved(at: dict[int, _Partial], n: int, row: Row, span: timedelta | None) -> _Partial | None:
    """The partial that goes on with `row` as its step n, taken from where it stood; None when there is none."""
    if n == 0:
        return _Partial((row,))
    before = at.pop(n - 1, None)
    if before is None or (span is not None and _time(row) - before.first > span):
        return None
    return _Partial((*before.rows, row))


def _forbidden(
    steps: Sequence[Step],
    found: Sequence[Sequence[Row]],
    positive: Sequence[int],
    n: int,
    partial: _Partial,
    span: timedelta | None,
) -> bool:
    """Whether a row of a missing step stands right before step n: between two rows, before the first or after the
    last."""
    between = [row for m in range(positive[n - 1] + 1 if n else 0, [*positive, len(steps)][n]) for row in found[m]]
    if n == 0:
        low = None if span is None else partial.first - span
        return any((low is None or low <= _time(row)) and _time(row) < partial.first for row in between)
    if n == len(positive):
        return any(
            _time(row) > partial.last and (span is None or _time(row) <= partial.first + span) for row in between
        )
    return any(_time(partial.rows[n - 1]) < _time(row) < _time(partial.rows[n]) for row in between)


def samples(found: Sequence[Sequence[Keyed]]) -> list[Row]:
    """The rows of a sample, given those of each step: for each key that all have, the first choice without a row
    twice, where choices are compared step by step."""
    keys = {hashable(key): key for _, key in found[0]} if found else {}
    result = []
    for place, key in keys.items():
        mine = [[row for row, other in rows if hashable(other) == place] for rows in found]
        chosen = _choice(mine, ())
        if chosen is not None:
            result.append(_whole(_Partial(chosen), key))
    return result


def _choice(rest: Sequence[Sequence[Row]], chosen: tuple[Row, ...]) -> tuple[Row, ...] | None:
    if not rest:
        return chosen
    for row in in_order(rest[0]):
        if all(row.events != other.events for other in chosen):
            whole = _choice(rest[1:], (*chosen, row))
            if whole is not None:
                return whole
    return None


def _time(row: Row) -> datetime:
    return cast(datetime, row.time)
