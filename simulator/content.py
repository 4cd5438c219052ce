"""Where the bundled scenarios, detections and fixtures are: beside the code in a checkout, inside the package once
installed from a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def content(room: str) -> Path:
    """The folder of bundled content called `room`: `scenarios`, `detections` or `fixtures`."""
    installed = _PACKAGE / "_content" / room
    return installed if installed.is_dir() else _PACKAGE.parent / room
