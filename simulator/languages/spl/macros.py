"""Search macros: `name` or `name(argument, …)` between backticks, replaced by their definitions.

Source: https://docs.splunk.com/Documentation/Splunk/latest/Knowledge/Definesearchmacros: arguments are named and stand
in the definition as `$name$`; two macros of one name with different numbers of arguments are two macros; a definition
may use macros. A macro `<anything>_filter` that nobody defines is `search *`, which is how ESCU ships them (a place
for a site's own exclusions).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.errors import nearest
from simulator.languages.spl.source import Source, without_comments

MAX_DEPTH = 20
MAX_TEXT = 200_000
_NAME = re.compile(r"\s*([\w.:\-]+)\s*(?:\((.*)\))?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro's definition and the names of its arguments."""

    name: str
    definition: str
    arguments: tuple[str, ...] = ()


Macros = Mapping[tuple[str, int], Macro]
"""Macros by name and number of arguments."""


def expand(source: Source, macros: Macros) -> Source:
    """The text with all macros expanded. Raises UnsupportedRule for a macro that is not known, InvalidRule for a call
    that is none, or for macros that use each other without end."""
    text, origin = _expanded(source.text, list(source.origin), source, macros, ())
    return Source(source.query, text, tuple(origin))


def _expanded(
    text: str, origin: list[int], source: Source, macros: Macros, inside: tuple[str, ...]
) -> tuple[str, list[int]]:
    parts: list[str] = []
    places: list[int] = []
    at = 0
    for start, end in _calls(text, macros):
        parts.append(text[at:start])
        places.extend(origin[at:start])
        place = origin[start]
        made = _definition(text[start + 1 : end - 1], place, source, macros, inside)
        if text[start - 1 : start] == '"' and text[end : end + 1] == '"':
            made = _bare(made)
        parts.append(made)
        places.extend([place] * len(made))
        at = end
        if len(places) > MAX_TEXT:
            raise _error(source, place, f"macros make more than {MAX_TEXT:,} characters")
    parts.append(text[at:])
    places.extend(origin[at:])
    return "".join(parts), places


def _calls(text: str, macros: Macros) -> list[tuple[int, int]]:
    """Where macro calls are: from a backtick to just behind the next one. Inside quoted text only those of macros that
    are known: a backtick there can be a character like any other."""
    found: list[tuple[int, int]] = []
    at, quoted = 0, False
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 2
            continue
        if char == '"':
            quoted = not quoted
        elif char == "`":
            end = text.find("`", at + 1)
            if not quoted and end < 0:
                break
            if not quoted or (text[at + 1 : max(end, 0)], 0) in macros:
                found.append((at, end + 1))
                at = end
        at += 1
    return found


def _definition(call: str, place: int, source: Source, macros: Macros, inside: tuple[str, ...]) -> str:
    match = _NAME.fullmatch(call)
    if match is None:
        raise _error(source, place, f"`{call[:40]}` is no macro call")
    name, given = match[1], _arguments(match[2]) if match[2] and match[2].strip() else []
    macro = macros.get((name, len(given)))
    if macro is None:
        if name.endswith("_filter") and not given:
            return "search *"
        counts = sorted(count for known, count in macros if known == name)
        if counts:
            raise _error(source, place, f"the macro {name!r} takes {counts[0]} arguments, {len(given)} are given")
        hint = nearest(name, (known for known, _ in macros))
        raise source.unsupported(_offset(source, place), f"the macro {name!r} is not defined{hint}", len(name) + 2)
    if name in inside or len(inside) >= MAX_DEPTH:
        raise _error(source, place, f"the macro {name!r} uses itself")
    text = macro.definition
    if macro.arguments:
        values = dict(zip(macro.arguments, given, strict=True))
        pattern = "|".join(re.escape(f"${argument}$") for argument in macro.arguments)
        text = re.sub(pattern, lambda found: values[found[0][1:-1]], text)
    text = without_comments(Source(source.query, text, (place,) * (len(text) + 1))).text
    made, _ = _expanded(text, [place] * (len(text) + 1), source, macros, (*inside, name))
    return made.strip()


def _arguments(text: str) -> list[str]:
    """Arguments between commas; one in quotes may hold commas, and comes without its quotes. `name = value` gives the
    value."""
    found: list[str] = []
    at, depth, quoted, start = 0, 0, False, 0
    for at, char in enumerate(text):
        if char == '"' and (at == 0 or text[at - 1] != "\\"):
            quoted = not quoted
        elif not quoted and char in "([":
            depth += 1
        elif not quoted and char in ")]":
            depth -= 1
        elif char == "," and not quoted and not depth:
            found.append(text[start:at])
            start = at + 1
    found.append(text[start:])
    return [_bare(one.strip()) for one in found]


def _bare(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"' and '"' not in text[1:-1].replace('\\"', ""):
        return text[1:-1].replace('\\"', '"')
    return text


def _offset(source: Source, place: int) -> int:
    try:
        return source.origin.index(place)
    except ValueError:
        return 0


def _error(source: Source, place: int, message: str) -> Exception:
    return source.invalid(_offset(source, place), message)
