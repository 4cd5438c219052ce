"""One function over many tasks, in this process or in several, with the results in the order of the tasks.

Worker processes are new ones (spawned), so they share no state with the process that starts them. Ctrl-C reaches only
that process, which ends them; they end by themselves when it is gone, however that happened.
"""

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
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import resource_tracker
from typing import Any, TypeVar

from simulator.errors import StreamError

Task = TypeVar("Task")
Result = TypeVar("Result")

_function: Callable[[Any], Any]
"""What a worker process does with each task; set once when it begins."""


@contextlib.contextmanager
def in_order(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    workers: int,
    *,
    size: Callable[[Task], int] | None = None,
) -> Iterator[Iterator[Result]]:
    """Gives `function(task)` for each task, in order, made by `workers` processes; 1 means in this one.

    `function` and the tasks must be picklable for more than one. With `size` the large tasks are done first, and
    results wait for their turn; without, only a few tasks are ahead of the result taken last, so memory stays flat.
    No process is left when the context ends, whatever ends it. A process that dies is a StreamError.
    """
    workers = min(workers, len(tasks))
    if workers <= 1:
        yield map(function, tasks)
        return
    with without_collecting():
        packed = pickle.dumps(function, pickle.HIGHEST_PROTOCOL)
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(packed,))
    finished = False
    try:
        yield _results(pool, tasks, workers, size)
        finished = True
    finally:
        if not finished:
            for process in list((pool._processes or {}).values()):
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)


def _results(
    pool: ProcessPoolExecutor, tasks: Sequence[Task], workers: int, size: Callable[[Task], int] | None
) -> Iterator[Any]:
    numbers = range(len(tasks))
    waiting = deque(numbers if size is None else sorted(numbers, key=lambda number: -size(tasks[number])))
    ahead = workers + 1 if size is None else len(tasks)
    futures: dict[int, Future[Any]] = {}
    try:
        for number in numbers:
            if waiting and len(futures) < ahead:
                with _starting(tasks):
                    while waiting and len(futures) < ahead:
                        following = waiting.popleft()
                        futures[following] = pool.submit(_do, tasks[following])
            while not wait([futures[number]], timeout=0.5).done:
                pass  # A wait without end would not let an interrupt through that another thread received.
            yield futures.pop(number).result()
    except BrokenProcessPool as error:
        raise StreamError("a worker process died (out of memory, or killed); try fewer workers") from error


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


@contextlib.contextmanager
def _starting(tasks: Sequence[object]) -> Iterator[None]:
    """What holds while processes may be started, so that they inherit it."""
    with _no_interrupt(), _one_thread_each(), _no_main(tasks):
        yield


@contextlib.contextmanager
def _no_interrupt() -> Iterator[None]:
    """Holds Ctrl-C back until the end of the context, and for ever from processes that are started in it.

    Those inherit the mask. In this process another thread may receive the signal, and Python would then interrupt the
    main thread half-way through starting a process, which would complain: so the handler only takes note of it.
    """
    resource_tracker.ensure_running()  # Starting it would let the signal through again.
    noted: list[int] = []
    main = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, lambda number, _: noted.append(number)) if main else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if handler is not None:
            signal.signal(signal.SIGINT, handler)
        if noted:
            signal.raise_signal(signal.SIGINT)


@contextlib.contextmanager
def _one_thread_each() -> Iterator[None]:
    """Worker processes share the cores already: Polars must not start threads for each of them."""
    before = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = before


@contextlib.contextmanager
def _no_main(tasks: Sequence[object]) -> Iterator[None]:
    """Starts processes without running the user's script again in each, unless tasks are of a class of that script.

    A new process imports its parent's main module. A script that calls `detect` at its top level would call it again
    there; nothing the workers need is in it.
    """
    main = sys.modules["__main__"]
    if any(type(task).__module__ == "__main__" for task in tasks):
        yield
        return
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin(packed: bytes) -> None:
    global _function
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with without_collecting():
        _function = pickle.loads(packed)  # noqa: S301 - from our own parent process


def _end_with_parent() -> None:
    """Ends this process when its parent is gone, however that ended."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _do(task: Any) -> Any:
    return _function(task)
