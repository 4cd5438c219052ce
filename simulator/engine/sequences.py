"""Sequences and samples (`ir.Sequence`, `ir.Sample`): one pass over the rows of all steps in order of time, by key.

A step's rows come as a table: `e`, the evidence (events by number, in order), `t`, the time of the last,
`n`, the run, and the join values `k0`, `k1` …. What comes out has the same columns.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

import numpy as np
import pyarrow as pa

from simulator.ir import Sample
from simulator.ir import Sequence as SequenceNode

Key = tuple[Any, ...]
Evidence = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A whole sequence or sample: its key, evidence, and the times of its first and last row, and of all of them."""

    key: Key
    evidence: Evidence
    times: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one step that have all join values: keys (the run is the first of them), evidence and times."""

    keys: list[Key]
    evidence: list[Evidence]
    times: list[int]

    def only(self, keys: set[Key]) -> Rows:
        """The rows with one of `keys`."""
        places = [place for place, key in enumerate(self.keys) if key in keys]
        return Rows(
            [self.keys[place] for place in places],
            [self.evidence[place] for place in places],
            [self.times[place] for place in places],
        )


def found_by(node: SequenceNode | Sample, tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of `node`. `tables` are those of its steps, and of `until` if there is one."""
    steps = [_rows(table) for table in tables[: len(node.steps)]]
    present = [rows for rows, step in zip(steps, node.steps, strict=True) if not step.missing]
    whole = set.intersection(*(set(rows.keys) for rows in present)) if present else set()
    steps = [rows.only(whole) for rows in steps]
    present = [rows for rows, step in zip(steps, node.steps, strict=True) if not step.missing]
    if isinstance(node, Sample):
        matches = _samples(present)
    else:
        until = _rows(tables[-1]).only(whole) if node.until is not None else Rows([], [], [])
        matches = _without_missing(node, steps, _sequences(present, until, node.maxspan))
    first = next((place for place, step in enumerate(node.steps) if not step.missing), 0)
    return _table(list(matches), tables[first])


def _rows(table: pa.Table) -> Rows:
    table = table.filter(table["t"].is_valid())
    columns = [table["n"].to_pylist(), *(table[name].to_pylist() for name in table.column_names if name[0] == "k")]
    keys = [tuple(map(_hashable, key)) for key in zip(*columns, strict=True)]
    rows = Rows(
        keys,
        [tuple(numbers or ()) for numbers in table["e"].to_pylist()],
        cast("list[int]", table["t"].to_pylist()),
    )
    return rows.only({key for key in set(keys) if None not in key})


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _table(matches: list[Match], like: pa.Table) -> pa.Table:
    columns: dict[str, Any] = {
        "e": pa.array([match.evidence for match in matches], pa.list_(pa.int64())),
        "t": pa.array([max(match.times) for match in matches], pa.int64()),
        "n": pa.array([match.key[0] for match in matches], pa.int64()),
    }
    for place, name in enumerate(name for name in like.column_names if name[0] == "k"):
        columns[name] = pa.array([match.key[place + 1] for match in matches], like.schema.field(name).type)
    return pa.table(columns)


@dataclass(frozen=True, slots=True)
class _Partial:
    evidence: tuple[Evidence, ...]
    times: tuple[int, ...]


def _sequences(steps: Sequence[Rows], until: Rows, maxspan: int | None) -> Iterator[Match]:
    """Rows in order; of rows with the same time and evidence the last step's first, and `until` after all steps."""
    count = len(steps)
    standing: dict[Key, list[_Partial | None]] = {}
    for step, place in _in_order([*steps, until]):
        rows = until if step == count else steps[step]
        key, evidence, time = rows.keys[place], rows.evidence[place], rows.times[place]
        if step == count:
            standing.pop(key, None)
            continue
        slots = standing.get(key)
        if slots is None:
            if step:
                continue
            slots = standing[key] = [None] * count
        partial = _Partial((), ())
        if step:
            before = slots[step - 1]
            if before is None:
                continue
            slots[step - 1] = None
            if maxspan is not None and time - before.times[0] > maxspan:
                continue
            partial = before
        partial = _Partial((*partial.evidence, evidence), (*partial.times, time))
        if step == count - 1:
            yield Match(key, _together(partial.evidence), partial.times)
        else:
            slots[step] = partial


def _in_order(steps: Sequence[Rows]) -> Iterator[tuple[int, int]]:
    """Step and place of every row, by time, evidence, and latest step first (the last, `until`, after all)."""
    step_of = np.concatenate([np.full(len(rows.times), number, np.int64) for number, rows in enumerate(steps)])
    place_of = np.concatenate([np.arange(len(rows.times)) for rows in steps])
    time = np.concatenate([np.array(rows.times, np.int64) for rows in steps])
    turn = np.where(step_of == len(steps) - 1, 1, -step_of)
    evidence = [numbers for rows in steps for numbers in rows.evidence]
    if all(len(numbers) == 1 for numbers in evidence):
        event = np.array([numbers[0] for numbers in evidence], np.int64)
    else:
        ranks = {numbers: rank for rank, numbers in enumerate(sorted(set(evidence)))}
        event = np.array([ranks[numbers] for numbers in evidence], np.int64)
    order = np.lexsort((turn, event, time))
    return zip(step_of[order].tolist(), place_of[order].tolist(), strict=True)


def _together(evidence: Sequence[Evidence]) -> Evidence:
    return tuple(sorted({event for numbers in evidence for event in numbers}))


def _without_missing(node: SequenceNode, steps: Sequence[Rows], matches: Iterator[Match]) -> Iterator[Match]:
    """The matches between whose rows no row of a `missing` step comes."""
    forbidden: list[tuple[int, dict[Key, list[int]]]] = []
    before = 0
    for step, rows in zip(node.steps, steps, strict=True):
        if not step.missing:
            before += 1
            continue
        times: dict[Key, list[int]] = {}
        for key, time in zip(rows.keys, rows.times, strict=True):
            times.setdefault(key, []).append(time)
        forbidden.append((before, {key: sorted(found) for key, found in times.items()}))
    for match in matches:
        if not _forbidden(match, [(place, times.get(match.key, [])) for place, times in forbidden], node.maxspan):
            yield match


def _forbidden(match: Match, missing: Sequence[tuple[int, list[int]]], maxspan: int | None) -> bool:
    """Whether rows of steps that must be missing forbid `match`: of each the number of steps before it, and its times
    in order."""
    first, last = match.times[0], match.times[-1]
    before: list[int] = []
    after: list[int] = []
    for place, times in missing:
        if place == 0:
            before += times[: bisect_left(times, first)][-1:]
        elif place == len(match.times):
            after += times[bisect_right(times, last) :][:1]
        elif bisect_left(times, match.times[place]) > bisect_right(times, match.times[place - 1]):
            return True
    places = {place for place, _ in missing}
    # The nearest of the rows before and after; an end where nothing may be missing is that of the sequence itself.
    start = max(before, default=None) if 0 in places else first
    end = min(after, default=None) if len(match.times) in places else last
    if not places & {0, len(match.times)} or start is None or end is None:
        return False
    return maxspan is None or end - start <= maxspan


def _samples(steps: Sequence[Rows]) -> Iterator[Match]:
    """For each key the first choice of a row of each step, in the order of the steps, that takes no row twice."""
    found: list[dict[Key, list[tuple[int, Evidence]]]] = []
    for rows in steps:
        by_key: dict[Key, list[tuple[int, Evidence]]] = {}
        for key, evidence, time in zip(rows.keys, rows.evidence, rows.times, strict=True):
            by_key.setdefault(key, []).append((time, evidence))
        # All other steps together use up fewer rows than there are steps.
        found.append({key: sorted(set(own))[: len(steps)] for key, own in by_key.items()})
    for key in found[0]:
        for choice in product(*(own[key] for own in found)):
            if len({evidence for _, evidence in choice}) == len(choice):
                times = tuple(time for time, _ in choice)
                yield Match(key, _together([evidence for _, evidence in choice]), times)
                break
