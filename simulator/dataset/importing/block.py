"""A block of records, one JSON text each -> batches: the fast way where it is sure, the careful way for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.dataset.importing import fast
from simulator.dataset.importing.careful import Careful
from simulator.dataset.importing.fields import HIDDEN_HOST, HIDDEN_TIME, Ints, batch_of, possible, user_fields
from simulator.dataset.importing.kinds import Kinds, kinds
from simulator.dataset.whole_text import TEXT
from simulator.tables import Batch, Demand, PassedOver, Rejected

ALONE = 2000
"""Tables with fewer lines in a block are read together: asking DuckDB once costs as much as about so many lines."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some records of a file: valid UTF-8 texts, the number of each for people (`records`) and in its event id."""

    lines: pa.StringArray
    records: Ints
    ordinals: Ints


def read_block(block: Block, file: str, base: int, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
    """The events of a block. `base` is what the file's event ids begin with."""
    rest = np.arange(len(block.lines))
    found = kinds(block.lines)
    if found is not None:
        left: list[Ints] = [np.flatnonzero(found.table < 0)]
        yield from _fast(block, found, file, base, demand, left)
        rest = np.sort(np.concatenate(left))
    careful = Careful(file, base, demand)
    for row in rest.tolist():
        text = memoryview(block.lines[row].as_buffer())
        yield from careful.add(text, int(block.records[row]), int(block.ordinals[row]))
    yield from careful.flush()


def _fast(
    block: Block, found: Kinds, file: str, base: int, demand: Demand, left: list[Ints]
) -> Iterator[Batch | PassedOver]:
    order = np.argsort(found.table, kind="stable")
    bounds = np.searchsorted(found.table[order], np.arange(len(found.tables) + 1))
    passed = 0
    together: list[tuple[str, frozenset[str], Ints]] = []
    for number, table in enumerate(found.tables):
        rows = order[bounds[number] : bounds[number + 1]]
        wanted = demand.of(table)
        if wanted is None:
            passed += len(rows)
            continue
        if TEXT in wanted:
            left.append(rows)
            continue
        wanted = possible(table, wanted)
        if len(rows) >= ALONE:
            how = fast.plan(table, wanted, found.nested)
            for _, batch in _batches(block, found, [(table, wanted, rows)], how, file, base, left):
                yield batch
        else:
            together.append((table, wanted, rows))
    if together:
        how = fast.united(
            tuple(fast.plan(table, wanted, found.nested) for table, wanted, _ in sorted(together, key=_name))
        )
        for _, batch in _batches(block, found, together, how, file, base, left):
            yield batch
    if passed:
        yield PassedOver(passed)


def _name(group: tuple[str, frozenset[str], Ints]) -> str:
    return group[0]


def _batches(
    block: Block,
    found: Kinds,
    groups: list[tuple[str, frozenset[str], Ints]],
    how: fast.Plan,
    file: str,
    base: int,
    left: list[Ints],
) -> Iterator[tuple[str, Batch]]:
    rows = np.concatenate([rows for _, _, rows in groups])
    read, columns, doubtful = fast.transform(block.lines.take(pa.array(rows, pa.int64())), how)
    left.append(rows[doubtful])
    if found.nested:
        sure = np.ones(len(read), bool)
        columns |= _from_bytes(found, rows[read])
    else:
        sure = _as_guessed(found, rows[read], columns)
        left.append(rows[read[~sure]])
    ends = np.cumsum([len(rows) for _, _, rows in groups])
    begin = 0
    for (table, wanted, _), end in zip(groups, ends.tolist(), strict=True):
        picked = (read >= begin) & (read < end) & sure
        begin = end
        if not picked.any():
            continue
        chosen = rows[read[picked]]
        if picked.all():
            mine = columns
        else:
            mask = pa.array(picked)
            needed = wanted.union(user_fields(table), (HIDDEN_TIME, HIDDEN_HOST))
            mine = {name: column.filter(mask) for name, column in columns.items() if name in needed}
        yield table, batch_of(table, mine, wanted, file, base + block.ordinals[chosen], block.records[chosen])


def _from_bytes(found: Kinds, rows: Ints) -> fast.Columns:
    """What was read of the System blocks when the kinds were found."""
    assert found.time is not None
    assert found.host is not None
    taken = pa.array(rows, pa.int64())
    return {
        "EventID": pa.array(found.event[rows]),
        "Channel": pa.DictionaryArray.from_arrays(found.channel[rows], list(found.channels)),
        HIDDEN_TIME: found.time.take(taken),
        HIDDEN_HOST: found.host.take(taken),
    }


def _as_guessed(found: Kinds, rows: Ints, columns: fast.Columns) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Where the parsed event id and channel are those that the few bytes told."""
    if not {"EventID", "Channel"} <= columns.keys():
        return np.zeros(len(rows), bool)
    ids = pa.array(found.event[rows]).cast(pa.string())
    channels = pa.array(found.channels, pa.string()).take(pa.array(found.channel[rows], pa.int64()))
    same = pc.and_(pc.equal(columns["EventID"], ids), pc.equal(columns["Channel"], channels))
    return same.fill_null(False).to_numpy(zero_copy_only=False)
