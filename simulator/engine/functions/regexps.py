"""Regular expressions over texts: what `engine.regexes` means by them, so that none can hang."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from simulator.engine.functions.model import Fault, Function
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


def _fault(_text: object, pattern: object, flags: object, *_more: object) -> str | None:
    if not isinstance(pattern, str) or not isinstance(flags, str):
        return None
    try:
        compile_finder(pattern, flags)
    except InvalidRegex as error:
        return str(error)
    return None


def _fault_named(text: object, pattern: object, flags: object, name: object) -> str | None:
    found = _fault(text, pattern, flags)
    if found is None and isinstance(pattern, str) and isinstance(flags, str) and isinstance(name, str):
        return None if name in compile_finder(pattern, flags).names else f"{pattern!r} has no group {name!r}"
    return found


def _function(name: str, python: Callable[..., Any], fault: Fault = _fault) -> Function:
    return Function(name, _valid(python), fault=fault)


REGEXPS = (
    _function("regex_matches", lambda text, pattern, flags: compile_regex(pattern, flags).search(text)),
    _function("regex_extract", _extract),
    _function("regex_extract_named", _extract_named, _fault_named),
    _function("regex_extract_all", _extract_all),
    _function("regex_extract_all_named", _extract_all_named, _fault_named),
    _function("regex_replace", _replace),
    _function("regex_count", lambda text, pattern, flags: len(compile_finder(pattern, flags).matches(text))),
    _function("regex_split", _split),
)
