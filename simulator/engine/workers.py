"""The same function over all parts of a source, in as many processes as that is worth."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from simulator.errors import UsageError
from simulator.processes import in_order, without_collecting
from simulator.tables import Part

__all__ = ["each_part", "without_collecting"]

T = TypeVar("T")

WORTH_A_PROCESS = 96 << 20
"""So many bytes per process at least. Starting one, and planning there, takes as long as reading this much of JSON
lines; other logs take longer per byte."""


def each_part(function: Callable[[Part], T], parts: Sequence[Part], workers: int | None) -> Iterator[T]:
    """`function(part)` for each part, in order. `function` and the parts must be picklable when `workers` is not 1;
    None means as many processes as there are cores and work for. A process that dies is a StreamError."""
    if workers is not None and workers < 1:
        raise UsageError(f"workers must be at least 1, not {workers}")
    if workers is None:
        workers = min(os.cpu_count() or 1, 1 + sum(part.size for part in parts) // WORTH_A_PROCESS)
    # Large parts first keeps all processes busy to the end.
    with in_order(function, parts, workers, size=lambda part: part.size) as results:
        yield from results
