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
                elif not _forbidden(steps, found, positive, partial, span):
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
    partial: _Partial,
    span: timedelta | None,
) -> bool:
    """Whether rows of missing steps forbid a whole sequence."""

    def missing(start: int, end: int) -> list[datetime]:
        return [_time(row) for n in range(start, end) for row in found[n]]

    times = [_time(row) for row in partial.rows]
    for n in range(1, len(positive)):
        if any(times[n - 1] < time < times[n] for time in missing(positive[n - 1] + 1, positive[n])):
            return True
    at_start, at_end = steps[0].missing, steps[-1].missing
    before = [time for time in missing(0, positive[0]) if time < times[0]] if at_start else [times[0]]
    after = [time for time in missing(positive[-1] + 1, len(steps)) if time > times[-1]] if at_end else [times[-1]]
    if not at_start and not at_end:
        return False
    return any(span is None or end - start <= span for start in before for end in after)


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
