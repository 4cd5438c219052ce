"""Writing a report file whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from simulator.errors import StreamError


def write_whole(content: bytes, path: Path) -> None:
    """Write `content` to `path` by way of a temporary file beside it. Raises StreamError where that fails."""
    partial = path.with_name(f"{path.name}.partial-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise StreamError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
