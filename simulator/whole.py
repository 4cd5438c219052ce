"""Files and folders that are written whole or not at all: made beside their place, then renamed."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from simulator.errors import StreamError


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns the failures of a disk into a StreamError that names `path`."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise StreamError(f"cannot write {path}: {reason}") from error


def beside(path: Path) -> Path:
    """Where what is to stand at `path` is made."""
    return path.with_name(f"{path.name}.partial-{os.getpid()}")


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Gives the file to write; it stands at `path`, in place of an earlier one, once the context ends without an error.

    Folders above it are made. Raises StreamError where the disk does not take it; nothing is left then.
    """
    partial = beside(path)
    with explained(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield partial
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def put_in_place(folder: Path, path: Path) -> None:
    """Moves the finished `folder` to `path`. An earlier one there is removed afterwards, and stays when that fails."""
    if not path.exists():
        folder.rename(path)
        return
    old = path.with_name(f"{path.name}.replaced-{os.getpid()}")
    path.rename(old)
    try:
        folder.rename(path)
    except BaseException:
        old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)
