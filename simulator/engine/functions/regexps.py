"""Regular expressions over texts: what `engine.regexes` means by them, so that none can hang."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from simulator.engine.functions.model import Function
from simulator.engine.regex_find import Finder, Found, compile_finder
from simulator.engine.regexes import InvalidRegex, compile_regex

_LONGEST = 10_000_000
"""Characters that a text may have after replacing."""


def _valid(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, null for what is no pattern."""

    def run(*args: Any) -> Any:
        try:
            return function(*args)
        except InvalidRegex:
            return None

    return run


def _group(found: Found | None, group: int | None) -> str | None:
    if found is None or group is None or not 0 <= group < len(found.groups):
        return None
    return found.groups[group]


def _all(finder: Finder, text: str, group: int | None) -> list[str]:
    if group is None or not 0 <= group <= finder.groups:
        return []
    return [found.groups[group] or "" for found in finder.matches(text)]


def _extract(text: str, pattern: str, flags: str, group: int) -> str | None:
    return _group(compile_finder(pattern, flags).first(text), group)


def _extract_named(text: str, pattern: str, flags: str, name: str) -> str | None:
    finder = compile_finder(pattern, flags)
    return _group(finder.first(text), finder.names.get(name))


def _extract_all(text: str, pattern: str, flags: str, group: int) -> list[str]:
    return _all(compile_finder(pattern, flags), text, group)


def _extract_all_named(text: str, pattern: str, flags: str, name: str) -> list[str]:
    finder = compile_finder(pattern, flags)
    return _all(finder, text, finder.names.get(name))


_REFERENCE = re.compile(r"\\([0-9\\])")


def _replace(text: str, pattern: str, flags: str, by: str) -> str | None:
    parts: list[str] = []
    size = 0
    for piece in compile_finder(pattern, flags).pieces(text):
        if isinstance(piece, Found):
            parts += (piece.before, _REFERENCE.sub(lambda found, piece=piece: _referred(found[1], piece), by))  # type: ignore[misc]
        else:
            parts.append(piece)
        size += sum(map(len, parts[-2:]))
        if size > _LONGEST:
            return None
    return "".join(parts)


def _referred(sign: str, found: Found) -> str:
    return sign if sign == "\\" else _group(found, int(sign)) or ""


def _split(text: str, pattern: str, flags: str) -> list[str]:
    pieces = compile_finder(pattern, flags).pieces(text)
    return [piece.before if isinstance(piece, Found) else piece for piece in pieces]


REGEXPS = (
    Function("regex_matches", _valid(lambda text, pattern, flags: compile_regex(pattern, flags).search(text))),
    Function("regex_extract", _valid(_extract)),
    Function("regex_extract_named", _valid(_extract_named)),
    Function("regex_extract_all", _valid(_extract_all)),
    Function("regex_extract_all_named", _valid(_extract_all_named)),
    Function("regex_replace", _valid(_replace)),
    Function("regex_count", _valid(lambda text, pattern, flags: len(compile_finder(pattern, flags).matches(text)))),
    Function("regex_split", _valid(_split)),
)
