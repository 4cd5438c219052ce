"""Expressions that give a value for a row.

Every value has a kind (`simulator.tables.Type`) that is known before anything runs, and may be null. A node takes
exactly the kinds that its function documents: a language that converts on the fly says so by a conversion function. A
call whose argument is null is null unless its function says otherwise (`simulator.ir.functions`).

Kinds at run time: TIME is an instant in UTC, whole microseconds; SPAN a length of time in microseconds; DYNAMIC any
JSON value as JSON text, of which JSON's own `null` is a null; the list kinds hold no nulls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.tables import Type

if TYPE_CHECKING:
    from simulator.ir.relational import Relation
    from simulator.ir.scalar import Expr

Plain = str | int | float | bool | None | tuple[str, ...] | tuple[int, ...] | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the row, of the kind that the row's relation gives it."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. TIME is microseconds since 1970 in UTC, SPAN microseconds, DYNAMIC JSON text, lists are tuples."""

    value: Plain
    kind: Type


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `simulator.ir.functions.FUNCTIONS` over `args`, giving `kind`."""

    function: str
    args: tuple[Value, ...]
    kind: Type


@dataclass(frozen=True, slots=True)
class Truth:
    """A predicate as a value: true, false, or null where it is unknown."""

    expr: Expr


@dataclass(frozen=True, slots=True)
class Now:
    """The time of the run: when the schedule started it, or without a schedule, just after the last event."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """The value of `column` in the first row of `source` (in its order), null when it has none."""

    source: Relation
    column: str
    kind: Type


Value = Field | Literal | Call | Truth | Now | Lookup
