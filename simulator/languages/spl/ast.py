"""What a search says, as it is written. `at` is an offset in the expanded text (`Source`)."""

from __future__ import annotations

from dataclasses import dataclass, field

# The conditions of `search` and of the `where` of tstats


@dataclass(frozen=True, slots=True)
class All:
    """All of them (of none: everything)."""

    items: tuple[Search, ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """Any of them."""

    items: tuple[Search, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """NOT."""

    item: Search


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field op value`; the value may hold wildcards (`*`)."""

    field: str
    op: str
    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Words:
    """A word or phrase to be found in the raw event. `whole` is TERM(), `exact` CASE()."""

    text: str
    at: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Inner:
    """A subsearch between brackets."""

    pipeline: Pipeline
    at: int


Search = All | Any | Negated | Comparison | Words | Inner


# The expressions of `eval` and `where`


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as it is written."""

    value: int | float
    at: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text in double quotes."""

    value: str
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A field. `quoted` in single quotes."""

    name: str
    at: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """`name(arguments)`; the name in lower case."""

    name: str
    args: tuple[Eval, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`left op right`: + - * / % . = == != < <= > >= like and or xor."""

    op: str
    left: Eval
    right: Eval
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`not x` or `-x`."""

    op: str
    item: Eval
    at: int


@dataclass(frozen=True, slots=True)
class Within:
    """`x in (a, b)` and `in(x, a, b)`."""

    item: Eval
    values: tuple[Eval, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Block:
    """A subsearch inside an eval expression."""

    pipeline: Pipeline
    at: int


Eval = Number | Text | Name | Function | Binary | Unary | Within | Block


# Commands


@dataclass(frozen=True, slots=True)
class Agg:
    """`function(argument) as name` of stats and its kin. `function` in lower case; the argument is a field (perhaps
    with wildcards), an eval expression, or nothing."""

    function: str
    argument: str | Eval | None
    name: str
    at: int
    named: bool = False
    """Whether `as` gave the name."""


@dataclass(frozen=True, slots=True)
class By:
    """A field to group by; `span` of tstats and timechart is in the field's own place."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Command:
    """A command. `options` are `name=value` pairs by lower-case name; the other parts are what its grammar has:
    names, pairs of names, eval assignments, aggregates, fields to group by, a condition, inner searches, a text."""

    name: str
    at: int
    options: dict[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    assignments: tuple[tuple[str, Eval], ...] = ()
    aggregates: tuple[Agg, ...] = ()
    by: tuple[By, ...] = ()
    search: Search | None = None
    where: Eval | None = None
    inner: tuple[Pipeline, ...] = ()
    text: str = ""
    flag: bool = False


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, the first of which makes the events or rows."""

    commands: tuple[Command, ...]
    at: int
