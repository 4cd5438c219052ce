"""Sizes and durations as people write them."""

from __future__ import annotations

import re
from typing import Final

SECOND = 1_000_000

_SIZES: Final = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
_DURATIONS: Final = {
    "us": 1,
    "ms": 1_000,
    "s": SECOND,
    "min": 60 * SECOND,
    "h": 3600 * SECOND,
    "d": 86400 * SECOND,
}
_QUANTITY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]+)(?:/s)?")


def size(text: str) -> float | None:
    """The number of bytes (or any plain number) in `12 GiB`, `300 kB`, `17`; None when it is none."""
    return _quantity(text, _SIZES)


def duration(text: str) -> float | None:
    """The microseconds in `5 s`, `200 ms`, `2 h`; None when it is none."""
    return _quantity(text, _DURATIONS)


def _quantity(text: str, units: dict[str, int]) -> float | None:
    if found := _QUANTITY.fullmatch(text.strip()):
        factor = units.get(found[2])
        return None if factor is None else float(found[1]) * factor
    try:
        return float(text) if units is _SIZES else None
    except ValueError:
        return None
