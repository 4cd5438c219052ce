"""What a Kibana query says, as written. `at` is the place of a node in the query's text."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.ir import Wild


@dataclass(frozen=True, slots=True)
class Word:
    """A literal: texts and wildcards (only unquoted ones have them). An empty quoted literal has no parts."""

    parts: tuple[str | Wild, ...]
    quoted: bool
    at: int
    width: int

    @property
    def text(self) -> str:
        """The literal with its wildcards as written."""
        return "".join(part if isinstance(part, str) else part.value for part in self.parts)

    @property
    def wild(self) -> bool:
        """Whether it has wildcards."""
        return any(isinstance(part, Wild) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Is:
    """`field: value`, or a value that any field may have."""

    field: Word | None
    value: Word


@dataclass(frozen=True, slots=True)
class Range:
    """`field < value`, and its like."""

    field: Word
    operator: str
    value: Word


@dataclass(frozen=True, slots=True)
class Logical:
    """`and` or `or`."""

    operator: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """`not`."""

    item: Node


@dataclass(frozen=True, slots=True)
class Nested:
    """`field: { query }`: the query speaks of the fields inside `field`."""

    field: Word
    item: Node


Node = Is | Range | Logical | Negation | Nested
