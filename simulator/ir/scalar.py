"""Predicates over one event.

A field is named as its table names it. What a predicate says of a field that is absent from the event, absent from
the whole table, or null is in the node (`missing`). When the value is a list, a predicate holds if it holds for any
element; nulls in it do not count, and a list of nothing else is a missing value. Text predicates see every value as
text: integers in decimal, booleans as `true`/`false`, times in ISO 8601 UTC; so `EventID: 4688` and `EventID: "4688"`
are the same predicate.

The column `_text` is the whole event as text: every value of the record, each on a line of its own (for keywords).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.ir.values import Value


class Case(Enum):
    """How text is compared. (Hashed by identity, as are the next two: rules are compared by the ten thousand.)"""

    EXACT = "exact"
    FOLD = "fold"
    """Both sides under Unicode default case folding (`str.casefold`)."""

    __hash__ = object.__hash__


class Missing(Enum):
    """What a predicate says of a missing value."""

    FALSE = "false"
    """The predicate is false, and its negation true (Sigma, EQL `:`)."""
    UNKNOWN = "unknown"
    """The predicate is unknown, and so is its negation (three-valued logic: KQL, ES|QL, SQL)."""

    __hash__ = object.__hash__


class Wild(Enum):
    """Wildcards in a glob."""

    ANY = "*"
    """Any text, also none, line breaks included."""
    ONE = "?"
    """Exactly one character (of the folded text, under `Case.FOLD`)."""

    __hash__ = object.__hash__


Glob = tuple[str | Wild, ...]
"""A pattern for a whole value: literal texts and wildcards. `("x",)` equals x, `(ANY, "x")` ends with x,
`(ANY, "x", ANY)` contains it, `()` is the empty string. Neighbouring literals are merged and never empty."""


class Op(Enum):
    """Comparison operators."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class Pair(Enum):
    """How the text of one field relates to the text of another."""

    EQUALS = "equals"
    CONTAINS = "contains"
    STARTS = "starts with"
    ENDS = "ends with"


class Unit(Enum):
    """A part of a time, as Sigma 2.1's time modifiers name it (UTC; `WEEK` is ISO 8601's week, `DAY` of month)."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Const:
    """Always true or always false."""

    value: bool


@dataclass(frozen=True, slots=True)
class And:
    """All hold; an empty one is true."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any holds; an empty one is false."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The item does not hold; unknown stays unknown."""

    item: Expr


@dataclass(frozen=True, slots=True)
class Like:
    """The whole text of `field` matches `glob`."""

    field: str
    glob: Glob
    case: Case = Case.FOLD
    missing: Missing = Missing.FALSE


@dataclass(frozen=True, slots=True)
class Regex:
    """`pattern`, in PCRE2's syntax and meaning, is found somewhere in the text of `field`. Flags are letters out of
    `ims` as in Python's `re`."""

    field: str
    pattern: str
    flags: str = ""
    missing: Missing = Missing.FALSE


@dataclass(frozen=True, slots=True)
class Cidr:
    """`field` holds an IP address inside `network` (v4 or v6, `::ffff:a.b.c.d` is v4); other text is no match."""

    field: str
    network: str
    missing: Missing = Missing.FALSE


@dataclass(frozen=True, slots=True)
class Compare:
    """The number in `field` compares with `value`. Text that is a decimal number counts as one; other text is a
    mismatch, hence false whatever the operator."""

    field: str
    op: Op
    value: float | int
    missing: Missing = Missing.FALSE


@dataclass(frozen=True, slots=True)
class IsNull:
    """`field` is absent or null. An empty string is neither. Never unknown."""

    field: str


@dataclass(frozen=True, slots=True)
class FieldPair:
    """The text of `left` relates to the text of `right`; missing on either side counts as missing."""

    left: str
    right: str
    relation: Pair
    case: Case = Case.FOLD
    missing: Missing = Missing.FALSE


@dataclass(frozen=True, slots=True)
class TimePart:
    """A part of the time in `field` compares with `value`. Text is read as ISO 8601; what is no time is false."""

    field: str
    unit: Unit
    op: Op
    value: int
    missing: Missing = Missing.FALSE


@dataclass(frozen=True, slots=True)
class Term:
    """`text` stands in the text of `field` as a term: with no letter or digit (Unicode) right before it, unless `start`
    is false, and none right after it, unless `end` is false. Kusto's `has` family, Splunk's search terms."""

    field: str
    text: str
    case: Case = Case.FOLD
    start: bool = True
    end: bool = True
    missing: Missing = Missing.FALSE


@dataclass(frozen=True, slots=True)
class Test:
    """The BOOLEAN value is true; null is unknown. Only in plans over rows (above a `Read`), never in the sieve."""

    value: Value


Leaf = Like | Regex | Cidr | Compare | IsNull | FieldPair | TimePart | Term
Expr = Const | And | Or | Not | Like | Regex | Cidr | Compare | IsNull | FieldPair | TimePart | Term | Test


def fields_of(expr: Expr) -> frozenset[str]:
    """The names of all fields that `expr` reads."""
    match expr:
        case Const():
            return frozenset()
        case And(items) | Or(items):
            return frozenset().union(*(fields_of(item) for item in items))
        case Not(item):
            return fields_of(item)
        case FieldPair(left, right):
            return frozenset((left, right))
        case Test(value):
            from simulator.ir.walk import (
                fields_of_value,  # here, because values hold predicates and the other way round
            )

            return fields_of_value(value)
        case _:
            return frozenset((expr.field,))
