"""What an EQL query says, as written. `at` is the place of a node in the query's text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, number, boolean, or null."""

    value: str | int | float | bool | None
    at: int


@dataclass(frozen=True, slots=True)
class FieldName:
    """A field; `optional` as `?name`."""

    name: str
    optional: bool
    at: int


@dataclass(frozen=True, slots=True)
class Function:
    """A function call; `folded` as `name~(…)`."""

    name: str
    folded: bool
    args: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left operator right` with one of + - * / %."""

    operator: str
    left: Expression
    right: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right` with one of == != < <= > >=."""

    operator: str
    left: Expression
    right: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """`left operator (values)` with `:`, like, like~, regex, regex~, in, in~. `negated` as `not in`."""

    operator: str
    left: Expression
    values: tuple[Expression, ...]
    negated: bool
    at: int


@dataclass(frozen=True, slots=True)
class Logical:
    """`and` or `or` of several conditions."""

    operator: str
    items: tuple[Expression, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Negation:
    """`not` of a condition."""

    item: Expression
    at: int


Expression = Constant | FieldName | Function | Arithmetic | Comparison | Lookup | Logical | Negation


@dataclass(frozen=True, slots=True)
class EventFilter:
    """`category where condition`; no category is `any`."""

    category: str | None
    condition: Expression
    at: int


@dataclass(frozen=True, slots=True)
class Item:
    """One `[ … ]` of a sequence or sample: its own join keys, whether it must be missing, how often it runs."""

    filter: EventFilter
    by: tuple[Expression, ...]
    missing: bool
    runs: int
    at: int


@dataclass(frozen=True, slots=True)
class Series:
    """A `sequence` or `sample` with the join keys of all items. `maxspan` in microseconds."""

    sample: bool
    by: tuple[Expression, ...]
    maxspan: int | None
    items: tuple[Item, ...]
    until: Item | None
    at: int


@dataclass(frozen=True, slots=True)
class Pipe:
    """`| head n` or `| tail n`."""

    name: str
    count: int
    at: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole query."""

    query: EventFilter | Series
    pipes: tuple[Pipe, ...]
