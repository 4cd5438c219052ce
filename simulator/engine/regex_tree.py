"""The tree of a regular expression, free of flags and escapes: what `regex_syntax` reads and the engines are given."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.engine.regex_chars import Range


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of (or, `negated`, not out of) code point ranges and Unicode properties such as `\\p{Lu}`."""

    ranges: tuple[Range, ...]
    properties: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place: `A` start, `z` end, `Z` end or before a final line feed, `^` and `$` of a line, `b` and `B` at words."""

    kind: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them, the first that works."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A capturing group."""

    number: int
    item: Node


@dataclass(frozen=True, slots=True)
class Repeat:
    """`item` from `least` to `most` times (None: any); `mode` is `` greedy, `?` lazy, `+` possessive."""

    item: Node
    least: int
    most: int | None
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """A look-around or atomic group; `opening` is `(?=`, `(?!`, `(?<=`, `(?<!` or `(?>`."""

    opening: str
    item: Node


@dataclass(frozen=True, slots=True)
class Back:
    """What a group captured, again."""

    group: int
    ignore_case: bool


Node = Chars | Anchor | Sequence | Choice | Group | Repeat | Around | Back


def resolved(node: Node, targets: list[int]) -> Node:
    """`node` with back references by number, now that all names are known."""
    match node:
        case Back(group, ignore_case):
            return Back(targets[-group - 1], ignore_case)
        case Sequence(items):
            return Sequence(tuple(resolved(item, targets) for item in items))
        case Choice(items):
            return Choice(tuple(resolved(item, targets) for item in items))
        case Group(_, item) | Repeat(item, _, _, _) | Around(_, item):
            return replace(node, item=resolved(item, targets))
        case _:
            return node


def unrolled_size(node: Node) -> int:
    """How many parts `node` has when its repeats are written out."""
    match node:
        case Sequence(items) | Choice(items):
            return 1 + sum(map(unrolled_size, items))
        case Group(_, item) | Around(_, item):
            return 1 + unrolled_size(item)
        case Repeat(item, least, most, _):
            return 1 + max(least, most or 0, 1) * unrolled_size(item)
        case _:
            return 1
