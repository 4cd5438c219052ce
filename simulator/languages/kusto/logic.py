"""Predicates put together: and, or, not, and a predicate as a value."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.ir import And, Const, Expr, Not, Or, Test, Truth
from simulator.languages.kusto.convert import BOOLEAN, lit
from simulator.languages.kusto.model import Typed

TRUE, FALSE = Const(True), Const(False)


def both(*items: Expr) -> Expr:
    """All hold; nested conjunctions made flat."""
    found: list[Expr] = []
    for item in items:
        if item == FALSE:
            return FALSE
        if item != TRUE:
            found.extend(item.items if isinstance(item, And) else [item])
    return TRUE if not found else found[0] if len(found) == 1 else And(tuple(found))


def either(items: Sequence[Expr]) -> Expr:
    """Any holds; nested disjunctions made flat."""
    found: list[Expr] = []
    for item in items:
        if item == TRUE:
            return TRUE
        if item != FALSE:
            found.extend(item.items if isinstance(item, Or) else [item])
    return FALSE if not found else found[0] if len(found) == 1 else Or(tuple(found))


def opposite(item: Expr) -> Expr:
    """Does not hold; unknown stays unknown."""
    match item:
        case Const(known):
            return Const(not known)
        case Not(inner):
            return inner
        case _:
            return Not(item)


def as_value(found: Expr) -> Typed:
    """A predicate as a value: true, false, or null where it is unknown."""
    match found:
        case Const(known):
            return lit(known, BOOLEAN)
        case Test(inner):
            return Typed(inner, BOOLEAN)
        case _:
            return Typed(Truth(found), BOOLEAN)
