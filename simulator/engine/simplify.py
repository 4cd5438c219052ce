"""Predicates over rows, rewritten: constants folded, columns renamed, conditions split into their parts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from simulator.ir import (
    And,
    Call,
    Const,
    Expr,
    Field,
    FieldPair,
    IsNull,
    Literal,
    Missing,
    Not,
    Or,
    Test,
    Truth,
    Value,
)
from simulator.tables import Type

TRUE, FALSE = Const(True), Const(False)
UNKNOWN = Test(Literal(None, Type.BOOLEAN))
"""A predicate that is never true, and its negation never either."""


def conjuncts(expr: Expr) -> tuple[Expr, ...]:
    """The parts of `expr` that must all be true; none at all if it always is."""
    match simplified(expr):
        case Const(True):
            return ()
        case And(items):
            return tuple(FALSE if item == UNKNOWN else item for item in items)
        case Test(Literal(None)):
            return (FALSE,)
        case simple:
            return (simple,)


def conjunction(items: Iterable[Expr]) -> Expr:
    """All of `items` hold, each asked once."""
    kept = tuple(dict.fromkeys(item for item in items if item != TRUE))
    if FALSE in kept:
        return FALSE
    return kept[0] if len(kept) == 1 else And(kept)


def simplified(expr: Expr) -> Expr:
    """`expr` without constants inside and without values that are predicates anyway; never a nested And or Or."""
    match expr:
        case And(items):
            return _joined(map(simplified, items), And, TRUE, FALSE)
        case Or(items):
            return _joined(map(simplified, items), Or, FALSE, TRUE)
        case Not(item):
            match simplified(item):
                case Const(value):
                    return Const(not value)
                case Not(inner):
                    return inner
                case Test(Literal(None)):
                    return UNKNOWN
                case simple:
                    return expr if simple is item else Not(simple)
        case Test(Truth(inner)):
            return simplified(inner)
        case Test(Literal(bool(value))):
            return Const(value)
        case Test(Call("and", args)):
            return simplified(And(tuple(map(Test, args))))
        case Test(Call("or", args)):
            return simplified(Or(tuple(map(Test, args))))
        case Test(Call("not", (arg,))):
            return simplified(Not(Test(arg)))
        case _:
            return expr


def _joined(items: Iterable[Expr], kind: type[And] | type[Or], neutral: Const, decided: Const) -> Expr:
    found: list[Expr] = []
    for item in items:
        if isinstance(item, Const):
            if item == decided:
                return decided
        elif isinstance(item, And | Or) and isinstance(item, kind):
            found.extend(item.items)
        else:
            found.append(item)
    if not found:
        return neutral
    return found[0] if len(found) == 1 else kind(tuple(found))


def only_leaves(expr: Expr) -> bool:
    """Whether nothing in `expr` has to be computed, so that the sieve can ask it of events."""
    match expr:
        case And(items) | Or(items):
            return all(map(only_leaves, items))
        case Not(item):
            return only_leaves(item)
        case Test():
            return False
        case _:
            return True


def renamed(expr: Expr, names: Mapping[str, str]) -> Expr:
    """`expr` with its columns called as `names` says."""
    match expr:
        case Const():
            return expr
        case And(items):
            return And(tuple(renamed(item, names) for item in items))
        case Or(items):
            return Or(tuple(renamed(item, names) for item in items))
        case Not(item):
            return Not(renamed(item, names))
        case Test(value):
            return Test(renamed_value(value, names))
        case FieldPair(left, right):
            return replace(expr, left=names[left], right=names[right])
        case _:
            new = names[expr.field]
            return expr if new == expr.field else replace(expr, field=new)


def renamed_value(value: Value, names: Mapping[str, str]) -> Value:
    """`value` with its columns called as `names` says."""
    match value:
        case Field(name):
            return Field(names[name])
        case Call(function, args, kind):
            return Call(function, tuple(renamed_value(arg, names) for arg in args), kind)
        case Truth(expr):
            return Truth(renamed(expr, names))
        case _:
            return value


def over_nulls(expr: Expr, absent: Collection[str]) -> Expr:
    """What is left of `expr` where the columns in `absent` are null. Computed values stay as they are."""
    match expr:
        case And(items):
            return simplified(And(tuple(over_nulls(item, absent) for item in items)))
        case Or(items):
            return simplified(Or(tuple(over_nulls(item, absent) for item in items)))
        case Not(item):
            return simplified(Not(over_nulls(item, absent)))
        case Const() | Test():
            return expr
        case FieldPair(left, right):
            if left not in absent and right not in absent:
                return expr
        case _:
            if expr.field not in absent:
                return expr
    if isinstance(expr, IsNull):
        return TRUE
    return UNKNOWN if expr.missing is Missing.UNKNOWN else FALSE


def mapped(expr: Expr, change: Callable[[Value], Value]) -> Expr:
    """`expr` with every value in it replaced by what `change` makes of it."""
    match expr:
        case And(items):
            return And(tuple(mapped(item, change) for item in items))
        case Or(items):
            return Or(tuple(mapped(item, change) for item in items))
        case Not(item):
            return Not(mapped(item, change))
        case Test(value):
            return Test(change(value))
        case _:
            return expr
