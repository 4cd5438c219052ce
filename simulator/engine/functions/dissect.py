"""DISSECT: texts taken apart at fixed delimiters, as Elastic does it."""

from __future__ import annotations

import re
from functools import lru_cache

from simulator.engine.functions.model import Function

_KEY = re.compile(r"%\{([^}]*)\}")


@lru_cache(maxsize=1024)
def _dissect_plan(pattern: str) -> tuple[str, tuple[tuple[str, str, bool, int | None], ...]]:
    """The text before the first key, and for each key its name, the delimiter after it, whether it is padded, and its
    place among appended parts."""
    parts = _KEY.split(pattern)
    keys = list[tuple[str, str, bool, int | None]]()
    for number, (inner, delimiter) in enumerate(zip(parts[1::2], parts[2::2], strict=True)):
        padded = inner.endswith("->")
        inner = inner.removesuffix("->")
        append: int | None = None
        if inner.startswith("+"):
            inner, slash, place = inner[1:].partition("/")
            append = int(place) if slash and place.isdigit() else number
        name = "" if inner.startswith("?") else inner
        keys.append((name, delimiter, padded, append))
    return parts[0], tuple(keys)


@lru_cache(maxsize=256)
def _dissect(text: str, pattern: str, separator: str) -> dict[str, str] | None:
    start, keys = _dissect_plan(pattern)
    if not text.startswith(start):
        return None
    at, found, appended = len(start), dict[str, str](), dict[str, list[tuple[int, int, str]]]()
    for number, (name, delimiter, padded, append) in enumerate(keys):
        end = text.find(delimiter, at) if delimiter else len(text)
        if end < 0:
            return None
        value, at = text[at:end], end + len(delimiter)
        while padded and delimiter and text.startswith(delimiter, at):
            at += len(delimiter)
        if not name:
            continue
        if append is not None:
            appended.setdefault(name, []).append((append, number, value))
        else:
            found[name] = value
            appended.setdefault(name, [])
    for name, parts in appended.items():
        first = [found[name]] if name in found else []
        found[name] = separator.join([*first, *(value for _, _, value in sorted(parts))])
    return found


DISSECT = (
    Function(
        "dissected",
        lambda text, pattern, key, separator: (_dissect(text, pattern, separator) or {}).get(key),
    ),
)
