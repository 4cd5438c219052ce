"""Temporary folders of the lab: for this user only, and named after the process, so that a later lab finds them."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable
from os import getpid
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"sparring-lab-(\d+)-.+")


def make() -> Path:
    """A new folder that only this user can read."""
    folder = Path(tempfile.mkdtemp(prefix=f"sparring-lab-{getpid()}-"))
    folder.chmod(0o700)
    return folder


def remove_left(alive: Callable[[int], bool], where: Path | None = None) -> int:
    """Remove the folders of processes that are gone; gives how many that were."""
    removed = 0
    for folder in (where or Path(tempfile.gettempdir())).glob("sparring-lab-*"):
        found = _NAME.fullmatch(folder.name)
        if found and folder.is_dir() and not folder.is_symlink() and not alive(int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)
            removed += not folder.exists()
    return removed
