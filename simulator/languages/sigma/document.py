"""YAML documents of a Sigma file: plain data first, and places only when a message needs one.

Composing a node tree with marks costs several times what constructing plain data does, so it happens on demand.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, TypeAlias

import yaml
from sigma.exceptions import SigmaError
from sigma.rule.base import check_alias_expansion

from simulator.errors import InvalidRule, Location, UnsupportedRule
from simulator.languages.files import not_yaml

Trail: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys and positions from the top of its document."""

MAX_DOCUMENTS = 1000

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TITLE = re.compile(r"^title[ \t]*:", re.MULTILINE)
_START = re.compile(r"^---(?=\s|$)", re.MULTILINE)


class _Wrong(yaml.YAMLError):
    """Something that is YAML and cannot be in a Sigma file, with its mark."""

    def __init__(self, mark: yaml.Mark, message: str) -> None:
        super().__init__(message)
        self.mark = mark
        self.message = message


class _Loader(_BASE):  # type: ignore[misc]
    """Plain data only: keys are text and stand once, there are no merge keys, and what looks like a date is text."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":merge", ":value"))]
        for first, resolvers in _BASE.yaml_implicit_resolvers.items()
    }

    yaml_constructors: ClassVar[dict[Any, Any]] = {
        tag: made
        for tag, made in _BASE.yaml_constructors.items()
        if tag is None or tag.rpartition(":")[2] in ("null", "bool", "int", "float", "str", "seq", "map")
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        made: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                shown = getattr(key_node, "value", None)
                hint = f"; write it in quotes: '{shown}'" if isinstance(shown, str) else ""
                raise _Wrong(key_node.start_mark, f"a key must be text, found {type(key).__name__}{hint}")
            if key == "<<":
                raise _Wrong(key_node.start_mark, "merge keys (<<) are not part of Sigma")
            if key in made:
                raise _Wrong(key_node.start_mark, f"the key {key!r} stands here twice")
            made[key] = self.construct_object(value_node, deep=deep)
        return made


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its file's path and text, its number there, its value, and where its rule is named."""

    path: str
    text: str
    index: int
    value: dict[str, Any]
    location: Location

    def at(self, trail: Trail, *, key: bool = False, offset: int = 0) -> Location:
        """Where the value at `trail` stands, or its key; the nearest enclosing value where there is none. `offset` is a
        position inside a text on one line."""
        nodes = _nodes(self.text)
        node = place = nodes[self.index] if self.index < len(nodes) else None
        for step in trail:
            found = _step(node, step)
            if found is None:
                offset = 0
                break
            place, node = found
        chosen = place if key else node
        if chosen is None:
            return self.location
        mark = chosen.start_mark
        if not isinstance(chosen, yaml.ScalarNode) or chosen.start_mark.line != chosen.end_mark.line:
            offset = 0
        elif offset and chosen.style in ("'", '"'):
            offset += 1
        return Location(self.path, mark.line + 1, mark.column + 1 + offset)

    def invalid(self, trail: Trail, message: str, *, key: bool = False, offset: int = 0) -> InvalidRule:
        """The error that says `message` of what is at `trail`."""
        return InvalidRule(self.at(trail, key=key, offset=offset), message)

    def unsupported(self, trail: Trail, message: str, *, key: bool = False) -> UnsupportedRule:
        """The error that says that Sparring cannot do what is at `trail`."""
        return UnsupportedRule(self.at(trail, key=key), message)


@lru_cache(maxsize=4)
def _nodes(text: str) -> tuple[yaml.Node | None, ...]:
    return tuple(yaml.compose_all(text, Loader=_Loader))


def _step(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key (or the item itself) and the value that `step` leads to."""
    match node, step:
        case yaml.MappingNode(), str():
            return next(((key, value) for key, value in node.value if key.value == step), None)
        case yaml.SequenceNode(), int() if step < len(node.value):
            return node.value[step], node.value[step]
        case _:
            return None


def documents(path: str, text: str) -> list[Document]:
    """The mappings among the YAML documents of `text`. Raises InvalidRule where it is no YAML, where a key is no text
    or stands twice, and where aliases would make much of little."""
    try:
        values = list(yaml.load_all(text, Loader=_Loader))
        for value in values:
            check_alias_expansion(value)
    except _Wrong as error:
        raise InvalidRule(Location(path, error.mark.line + 1, error.mark.column + 1), error.message) from error
    except yaml.YAMLError as error:
        problem = not_yaml(path, error)
        raise InvalidRule(problem.location, problem.message) from error
    except SigmaError as error:
        raise InvalidRule(Location(path, 1, 1), str(error)) from error
    except RecursionError as error:
        raise InvalidRule(Location(path, 1, 1), "is nested too deeply") from error
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise InvalidRule(Location(path, 1, 1), f"is not YAML: {error}") from error
    if len(values) > MAX_DOCUMENTS:
        raise InvalidRule(Location(path, 1, 1), f"has more than {MAX_DOCUMENTS:,} documents")
    starts = _starts(text, len(values))
    return [
        Document(path, text, index, value, Location(path, *start))
        for index, (value, start) in enumerate(zip(values, starts, strict=True))
        if isinstance(value, dict)
    ]


def _starts(text: str, count: int) -> list[tuple[int, int]]:
    """Line and column of each document's title, or of its beginning."""
    titles = [text.count("\n", 0, match.start()) + 1 for match in _TITLE.finditer(text)]
    if len(titles) == count:
        return [(line, 1) for line in titles]
    starts = []
    for node in _nodes(text):
        found = _step(node, "title")
        mark = (found[0] if found else node).start_mark if node else None
        starts.append((mark.line + 1, mark.column + 1) if mark else (1, 1))
    return starts
