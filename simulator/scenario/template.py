"""Templates: text with names in braces. A parser of its own and nothing else: no expressions, no code."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Ref:
    """`{name|filter|filter}`."""

    name: str
    filters: tuple[str, ...] = ()


class TemplateError(ValueError):
    """What is wrong with a template."""


_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)*")


def _basename(text: str) -> str:
    return re.split(r"[\\/]", text)[-1]


def _dirname(text: str) -> str:
    cut = max(text.rfind("\\"), text.rfind("/"))
    return text[:cut] if cut > 0 else ""


FILTERS: Final[Mapping[str, Callable[[str], str]]] = {
    "lower": str.lower,
    "upper": str.upper,
    "basename": _basename,
    "dirname": _dirname,
    "stem": lambda text: _basename(text).rsplit(".", 1)[0],
    "slashes": lambda text: text.replace("\\", "/"),
    "url": lambda text: quote(text, safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64-utf16": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "int": lambda text: str(int(float(text))),
}
"""What may stand after the bar. Each makes a text of a text."""


def parse(text: str) -> tuple[str | Ref, ...]:
    """The literal pieces and references of a template, in order. Raises TemplateError."""
    parts: list[str | Ref] = []
    literal = ""
    position = 0
    while position < len(text):
        here = text[position]
        if here in "{}" and text[position : position + 2] == here * 2:
            literal += here
            position += 2
        elif here == "}":
            raise TemplateError("a single '}' in a template; write '}}' for a brace")
        elif here == "{":
            end = text.find("}", position)
            if end < 0:
                raise TemplateError("'{' without '}' in a template; write '{{' for a brace")
            if literal:
                parts.append(literal)
                literal = ""
            parts.append(_reference(text[position + 1 : end]))
            position = end + 1
        else:
            stop = min((i for i in (text.find("{", position), text.find("}", position)) if i >= 0), default=len(text))
            literal += text[position:stop]
            position = stop
    if literal or not parts:
        parts.append(literal)
    return tuple(parts)


def _reference(inside: str) -> Ref:
    name, *filters = inside.split("|")
    if not _NAME.fullmatch(name):
        raise TemplateError(f"{{{inside}}} is no name; write {{{{ and }}}} for braces")
    for one in filters:
        if one not in FILTERS:
            raise TemplateError(f"unknown filter {one!r}, expected one of {', '.join(FILTERS)}")
    return Ref(name, tuple(filters))
