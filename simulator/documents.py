"""YAML files that remember where each of their values stands, so that every complaint can say file:line:col.

Only plain data is read: no tags, no timestamps, no duplicate keys. Size, depth and the number of values after expanding
aliases are limited, so that a small file cannot become a large structure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from simulator.errors import InvalidScenario, Location, nearest

if TYPE_CHECKING:
    import jsonschema  # Imported where it is used: most processes read no document.

Trail: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys and positions from the top."""

MAX_BYTES = 4 << 20
MAX_VALUES = 200_000
MAX_DEPTH = 40

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_YAML = "tag:yaml.org,2002:"
_NUMBERS = yaml.constructor.SafeConstructor()


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file: its value, and the place of every key and value."""

    path: str
    value: Any
    values: Mapping[Trail, tuple[int, int]]
    keys: Mapping[Trail, tuple[int, int]]
    """Where the key that leads to a value stands."""

    def at(self, trail: Trail, *, key: bool = False) -> Location:
        """Where the value (or its key) at `trail` stands; the nearest enclosing value when there is none."""
        places = self.keys if key else self.values
        while trail and trail not in places:
            trail, places = trail[:-1], self.values
        line, column = places.get(trail, (0, 0))
        return Location(self.path, line, column)

    def wrong(self, trail: Trail, message: str, *, key: bool = False) -> InvalidScenario:
        """The error that says `message` of the value (or key) at `trail`."""
        return InvalidScenario(self.at(trail, key=key), message)


def load(path: Path) -> Document:
    """Read a YAML file. Raises InvalidScenario where it is no YAML, too large or too deep."""
    name = str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidScenario(Location(name), f"cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise InvalidScenario(Location(name), f"is larger than {MAX_BYTES >> 20} MiB")
    return parse(raw, name)


def parse(raw: bytes, name: str) -> Document:
    """Read YAML from bytes; `name` stands for the file in messages."""
    try:
        text = raw.decode("utf-8-sig")
        _refuse_depth(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except UnicodeDecodeError as error:
        raise InvalidScenario(Location(name), f"is not UTF-8: {error.reason} at byte {error.start}") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Location(name, mark.line + 1, mark.column + 1) if mark else Location(name)
        raise InvalidScenario(place, f"is not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise InvalidScenario(Location(name), f"is not YAML: {error}") from error
    builder = _Builder(name)
    value = builder.build(node, ()) if node is not None else None
    return Document(name, value, builder.values, builder.keys)


def _refuse_depth(text: str, name: str) -> None:
    """Raise InvalidScenario for what is nested too deep: composing it would overflow the stack."""
    try:
        _refuse_depth_by(_LOADER, text, name)
    except yaml.MarkedYAMLError as error:
        # Newer libyaml looks ahead, and gives up by itself at a depth of its own; the slow reader says where ours is.
        if "nesting depth" in str(error.problem):
            _refuse_depth_by(yaml.SafeLoader, text, name)
        raise


def _refuse_depth_by(loader: Any, text: str, name: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                mark: Any = event.start_mark
                place = Location(name, mark.line + 1, mark.column + 1)
                raise InvalidScenario(place, f"is nested deeper than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _Builder:
    def __init__(self, name: str) -> None:
        self.name = name
        self.values: dict[Trail, tuple[int, int]] = {}
        self.keys: dict[Trail, tuple[int, int]] = {}

    def wrong(self, node: yaml.Node, message: str) -> InvalidScenario:
        return InvalidScenario(Location(self.name, node.start_mark.line + 1, node.start_mark.column + 1), message)

    def build(self, node: yaml.Node, trail: Trail) -> Any:
        if len(trail) > MAX_DEPTH:
            raise self.wrong(node, f"is nested deeper than {MAX_DEPTH} levels")
        if len(self.values) >= MAX_VALUES:
            raise self.wrong(node, f"more than {MAX_VALUES:,} values once aliases are expanded")
        self.values[trail] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if not isinstance(node, yaml.ScalarNode) and node.tag.removeprefix(_YAML) not in ("map", "seq"):
            raise self.wrong(node, f"the tag {node.tag!r} is not allowed; plain YAML only")
        match node:
            case yaml.MappingNode():
                return self._mapping(node, trail)
            case yaml.SequenceNode():
                return [self.build(item, (*trail, index)) for index, item in enumerate(node.value)]
            case _:
                return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, trail: Trail) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.wrong(key, "a key must be plain text")
            if key.value in made:
                raise self.wrong(key, f"the key {key.value!r} stands here twice")
            here = (*trail, key.value)
            self.keys[here] = (key.start_mark.line + 1, key.start_mark.column + 1)
            made[key.value] = self.build(item, here)
        return made

    def _scalar(self, node: yaml.Node) -> Any:
        match node.tag.removeprefix(_YAML):
            case "int" | "float" | "bool" as kind:
                try:
                    return getattr(_NUMBERS, f"construct_yaml_{kind}")(node)
                except (ValueError, KeyError) as error:
                    raise self.wrong(node, f"is no {kind}: {node.value!r}") from error
            case "null":
                return None
            case "str" | "timestamp":
                return node.value
            case other:
                raise self.wrong(node, f"the tag {other!r} is not allowed; plain YAML only")


@cache
def _validator(schema: Path) -> jsonschema.Draft202012Validator:
    import jsonschema

    return jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


def problems(document: Document, schema: Path) -> Iterator[InvalidScenario]:
    """Everything in which `document` breaks the JSON Schema in the file `schema`."""
    for error in sorted(
        _validator(schema).iter_errors(document.value), key=lambda e: [str(p) for p in e.absolute_path]
    ):
        yield _told(document, error)


def _told(document: Document, error: jsonschema.ValidationError) -> InvalidScenario:
    trail: Trail = tuple(error.absolute_path)
    found: Any = error.instance
    schema: Any = error.schema
    wanted: Any = error.validator_value
    match error.validator:
        case "additionalProperties":
            known = list(schema.get("properties", ()))
            unknown = next((key for key in found if key not in known), "")
            return document.wrong((*trail, unknown), unknown_name("key", unknown, known), key=True)
        case "required":
            absent = next((key for key in wanted if key not in found), "")
            return document.wrong(trail, f"the key {absent!r} is missing")
        case "type":
            wanted = wanted if isinstance(wanted, str) else " or ".join(wanted)
            return document.wrong(trail, f"found {shown(found)}, expected {_KIND.get(wanted, wanted)}")
        case "enum":
            return document.wrong(trail, unknown_name("value", found, wanted))
        case "const":
            return document.wrong(trail, f"found {shown(found)}, expected {wanted!r}")
        case "pattern":
            return document.wrong(trail, f"found {shown(found)}, expected {schema.get('title', wanted)}")
        case "minProperties" | "maxProperties" | "minItems" | "maxItems":
            what = schema.get("title", f"{error.validator} {wanted}")
            return document.wrong(trail, f"expected {what}")
        case _:
            return document.wrong(trail, error.message[:300])


_KIND = {"object": "a mapping", "array": "a list", "string": "text"}


def shown(value: object) -> str:
    """A value as it may stand in a message."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def unknown_name(what: str, name: object, known: Iterable[str]) -> str:
    """`unknown key 'x', did you mean 'y'?`, or the list of what is known where nothing is near."""
    names = sorted(str(k) for k in known)
    near = nearest(str(name), names)
    hint = near or (f", expected one of {', '.join(names[:20])}" if names else "")
    return f"unknown {what} {name!r}{hint}"
