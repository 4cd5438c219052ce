"""A block of records, one JSON text each -> batches: lines that are alike all at once, the rest one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from simulator.dataset.importing.alike import read_alike
from simulator.dataset.importing.careful import Careful
from simulator.dataset.importing.fields import Ints
from simulator.tables import Batch, Demand, PassedOver, Rejected


@dataclass(frozen=True, slots=True)
class Block:
    """Some records of a file: valid UTF-8 texts, the number of each for people (`records`) and in its event id."""

    lines: pa.StringArray
    records: Ints
    ordinals: Ints


def read_block(block: Block, file: str, base: int, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
    """The events of a block. `base` is what the file's event ids begin with."""
    left: list[Ints] = []
    yield from read_alike(block.lines, block.records, block.ordinals, file, base, demand, left)
    careful = Careful(file, base, demand)
    for row in np.sort(np.concatenate(left)).tolist() if left else ():
        text = memoryview(block.lines[row].as_buffer())
        yield from careful.add(text, int(block.records[row]), int(block.ordinals[row]))
    yield from careful.flush()
