"""When a rule runs, and what each run sees (`ir.Schedule`). Runs have numbers: run n is at `offset + n * every`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from simulator.engine.columns import Bools, Ints
from simulator.engine.row_plans import Bound
from simulator.ir import Rule, Schedule

FAR = 1 << 60
"""Microseconds that no span between two events reaches."""
ROWS = 2_000_000
"""So many rows of all runs together are looked at in one query."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The runs of a schedule over a stream: numbers `first` to `last`."""

    schedule: Schedule
    first: int
    last: int

    def time(self, runs: Ints) -> Ints:
        """When runs take place."""
        return self.schedule.offset + runs * self.schedule.every

    def seen(self, times: Ints) -> tuple[Ints, Ints]:
        """For events at `times` the first and the last run that sees them; none where the last is before the first."""
        plan = self.schedule
        lows = np.maximum((times + plan.delay - plan.offset) // plan.every + 1, self.first)
        if plan.lookback is None:
            return lows, np.full(len(times), self.last, np.int64)
        return lows, np.minimum((times + plan.delay + plan.lookback - plan.offset) // plan.every, self.last)

    def within(self, bound: Bound, times: Ints, lows: Ints, highs: Ints) -> tuple[Ints, Ints]:
        """Out of the runs `lows` to `highs` of each row those for which its time keeps to a bound by the clock."""
        every, offset = self.schedule.every, self.schedule.offset
        if bound.upper:  # time <= run + moment
            return np.maximum(lows, -((offset + bound.moment - times) // every)), highs
        return lows, np.minimum(highs, (times - bound.moment - offset) // every)


def timeline(schedule: Schedule, first: int, last: int) -> Timeline:
    """The runs over events from `first` to `last` (microseconds)."""
    after_first = (first - schedule.offset) // schedule.every + 1
    sees_last = (last + schedule.delay - schedule.offset) // schedule.every + 1
    return Timeline(schedule, after_first, max(after_first, sees_last))


def kept(bound: Bound, times: Ints, now: int) -> Bools:
    """Which rows keep to a bound in a single run at `now`."""
    limit = bound.moment + (now if bound.clock else 0)
    result: Bools = times <= limit if bound.upper else times >= limit
    return result


def runs_to_look_at(
    line: Timeline, lows: Sequence[Ints], highs: Sequence[Ints], *, empty: bool, alike: bool
) -> tuple[Ints, Ints]:
    """The runs that can give anything new, ascending, and how many rows each sees; `lows` and `highs` are the first and
    last runs that see the rows of each leaf. Runs without rows are among them only if `empty`. With `alike` (nothing
    asks what time it is) a run that sees the same rows as the one before it is left out."""
    starts = np.sort(np.concatenate([*lows, np.zeros(0, np.int64)]))
    ends = np.sort(np.concatenate([*highs, np.zeros(0, np.int64)])) + 1
    if alike:
        runs = np.unique(np.concatenate((starts, ends, [line.first] if empty else [])).astype(np.int64))
        runs = runs[(runs >= line.first) & (runs <= line.last)]
    else:
        runs = np.arange(line.first, line.last + 1)
    counts = np.searchsorted(starts, runs, side="right") - np.searchsorted(ends, runs, side="right")
    return (runs, counts) if empty else (runs[counts > 0], counts[counts > 0])


def pieces(counts: Ints) -> Iterator[tuple[int, int]]:
    """Places of first and last runs that are looked at in one query, by how many rows each run sees."""
    first, total = 0, 0
    for place, count in enumerate(counts.tolist()):
        if place > first and total + count > ROWS:
            yield first, place - 1
            first, total = place, 0
        total += count
    if len(counts):
        yield first, len(counts) - 1


def first_runs(
    rules: Sequence[Rule], numbers: Ints, times: Any, first: int | None, last: int | None
) -> tuple[Any, Bools]:
    """For events at `times`, each selected by the rule with its number: the times of the alerts, and which are any.
    Under a schedule that is the first run that sees the event; without one it is the event's own time."""
    scheduled = {number for number in np.unique(numbers).tolist() if rules[number].schedule is not None}
    seen = np.ones(len(numbers), bool)
    if not scheduled:
        return times, seen
    if first is None or last is None:
        return times, ~np.isin(numbers, list(scheduled))
    moments = times.cast(pa.int64())
    there = moments.is_valid().to_numpy()
    found = moments.fill_null(0).to_numpy().copy()
    for number in scheduled:
        schedule = rules[number].schedule
        assert schedule is not None
        mine = np.flatnonzero(numbers == number)
        line = timeline(schedule, first, last)
        lows, highs = line.seen(found[mine])
        found[mine] = line.time(lows)
        seen[mine] = there[mine] & (lows <= highs)
    kinds: Any = pa.timestamp("us", tz="UTC")
    return pa.chunked_array([pa.array(found, pa.int64(), mask=~there).cast(kinds)], kinds), seen
