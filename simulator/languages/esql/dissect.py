"""DISSECT's patterns: texts taken apart at fixed delimiters.

Source: https://www.elastic.co/docs/reference/query-languages/esql/esql-process-data-with-dissect-grok
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEY = re.compile(r"%\{([^}]*)\}")


class DissectError(ValueError):
    """A pattern that DISSECT would not take."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its column (none if it is skipped), whether it is padded on the right, and as which part it is
    appended (None: it is not)."""

    name: str
    padded: bool
    append: int | None


def keys_of(pattern: str) -> tuple[Key, ...]:
    """The keys of a pattern, in order. Raises DissectError."""
    found = list[Key]()
    matches = list(_KEY.finditer(pattern))
    for number, match in enumerate(matches):
        inner = match[1]
        padded = inner.endswith("->")
        inner = inner.removesuffix("->")
        append: int | None = None
        if inner.startswith("+"):
            inner, slash, place = inner[1:].partition("/")
            if slash and not place.isdigit():
                raise DissectError(f"the append modifier {match[0]} has no number after its slash")
            append = int(place) if slash else number
        if inner.startswith(("*", "&")):
            raise DissectError("reference keys (`*`, `&`) are not supported by ES|QL")
        if inner.startswith("?"):
            inner = ""
        if number and match.start() == matches[number - 1].end():
            raise DissectError("two keys need a delimiter between them")
        found.append(Key(inner, padded, append))
    if not found:
        raise DissectError("the pattern has no key such as %{name}")
    return tuple(found)


def columns_of(pattern: str) -> tuple[str, ...]:
    """The columns that a pattern makes, each once."""
    return tuple(dict.fromkeys(key.name for key in keys_of(pattern) if key.name))
