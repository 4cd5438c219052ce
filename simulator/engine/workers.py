"""The same function over all parts of a source, in this process or in several, results in the order of the parts."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from simulator.errors import StreamError, UsageError
from simulator.tables import Part

T = TypeVar("T")

WORTH_A_PROCESS = 32 << 20
"""So many bytes per process at least: starting one costs as much as reading about that."""

_function: Callable[[Part], Any]


def each_part(function: Callable[[Part], T], parts: Sequence[Part], workers: int | None) -> Iterator[T]:
    """`function(part)` for each part, in order. `function` and the parts must be picklable when `workers` is not 1;
    None means as many processes as there are cores and work for. A process that dies is a StreamError."""
    if workers is not None and workers < 1:
        raise UsageError(f"workers must be at least 1, not {workers}")
    if workers is None:
        workers = min(os.cpu_count() or 1, 1 + sum(part.size for part in parts) // WORTH_A_PROCESS)
    workers = min(workers, len(parts))
    if workers <= 1:
        return map(function, parts)
    return _in_processes(function, parts, workers)


def _in_processes(function: Callable[[Part], T], parts: Sequence[Part], workers: int) -> Iterator[T]:
    with without_collecting():
        packed = pickle.dumps(function, pickle.HIGHEST_PROTOCOL)
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_start, initargs=(packed,))
    # Large parts first keeps all processes busy to the end.
    largest_first = sorted(range(len(parts)), key=lambda number: -parts[number].size)
    futures: dict[int, Future[T]] = {}
    finished = False
    try:
        with _importable_main(parts):
            for number in largest_first:
                futures[number] = pool.submit(_call, parts[number])
        for number in range(len(parts)):
            while not wait([futures[number]], timeout=0.5).done:
                pass  # A wait without end would not let an interrupt through that another thread received.
            yield futures.pop(number).result()
        finished = True
    except BrokenProcessPool as error:
        raise StreamError("a worker process died while reading events (out of memory, or killed)") from error
    finally:
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=finished, cancel_futures=True)
        if not finished:
            for process in processes:
                process.terminate()
            for process in processes:
                process.join(5)


@contextlib.contextmanager
def without_collecting() -> Iterator[None]:
    """Lets Python's cyclic garbage collector rest while many lasting objects are made: it would walk over them again
    and again, at twice the cost of making them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _start(packed: bytes) -> None:
    global _function
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with without_collecting():
        _function = pickle.loads(packed)  # noqa: S301 - from our own parent process


def _end_with_parent() -> None:
    """Ends this process when its parent is gone, however that ended."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _call(part: Part) -> Any:
    return _function(part)


@contextlib.contextmanager
def _importable_main(parts: Sequence[Part]) -> Iterator[None]:
    """Starts processes without running the user's script again in each, unless parts are of a class of that script.

    A new process imports its parent's main module. A script that calls `detect` at its top level would call it again
    there; nothing the workers need is in it.
    """
    main = sys.modules["__main__"]
    if any(type(part).__module__ == "__main__" for part in parts):
        yield
        return
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
