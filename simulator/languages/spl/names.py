"""Field names with wildcards: which known fields they mean, and what `rename` makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)


def matches(pattern: str, name: str) -> tuple[str, ...] | None:
    """What the asterisks of `pattern` stand for in `name`, or None where it does not match."""
    found = _compiled(pattern).fullmatch(name)
    return None if found is None else found.groups()


def filled(pattern: str, parts: tuple[str, ...]) -> str:
    """`pattern` with its asterisks replaced by `parts`, in order; one too many stays as it is."""
    pieces = pattern.split("*")
    made = pieces[0]
    for place, piece in enumerate(pieces[1:]):
        made += (parts[place] if place < len(parts) else "*") + piece
    return made


def visible(names: Iterable[str]) -> list[str]:
    """The names that wildcards may mean: not those that begin with an underscore."""
    return [name for name in names if not name.startswith("_")]


def chosen(patterns: Iterable[str], names: Iterable[str]) -> list[str]:
    """The names that the patterns mean, each once; a pattern without an asterisk means itself, known or not."""
    known = list(names)
    made: list[str] = []
    for pattern in patterns:
        if "*" not in pattern:
            made.append(pattern)
        else:
            pool = known if pattern.startswith("_") else visible(known)
            made.extend(name for name in pool if matches(pattern, name) is not None)
    return list(dict.fromkeys(made))


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())
