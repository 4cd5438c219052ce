"""Building predicates of two values, true or false, as Sigma and Elastic's query languages have them: flat, small,
constants folded, patterns made whole, and equal predicates as one object. Over a missing field they are false, and so
their negations true.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from simulator.ir import And, Case, Const, Expr, Glob, Like, Not, Or, Regex, Wild

TRUE = Const(True)
FALSE = Const(False)


@lru_cache(maxsize=65536)
def like(field: str, glob: Glob, case: Case = Case.FOLD) -> Like:
    """The whole text of `field` matches `glob`."""
    return Like(field, glob, case)


@lru_cache(maxsize=4096)
def regex(field: str, pattern: str, flags: str = "") -> Regex:
    """`pattern` is found in the text of `field`."""
    return Regex(field, pattern, flags)


def glob(parts: Iterable[str | Wild]) -> Glob:
    """A pattern with neighbouring texts merged, empty ones and repeated `*` dropped."""
    made: list[str | Wild] = []
    for part in parts:
        if part == "" or (part is Wild.ANY and made and made[-1] is Wild.ANY):
            continue
        last = made[-1] if made else None
        if isinstance(part, str) and isinstance(last, str):
            made[-1] = last + part
        else:
            made.append(part)
    return tuple(made)


def all_of(items: Iterable[Expr]) -> Expr:
    """All hold, flat and without constants."""
    found: dict[Expr, None] = {}
    for item in items:
        if item == FALSE:
            return FALSE
        if item != TRUE:
            found.update(dict.fromkeys(item.items if isinstance(item, And) else (item,)))
    return _one(tuple(found), And, TRUE)


def any_of(items: Iterable[Expr]) -> Expr:
    """Any holds, flat and without constants."""
    found: dict[Expr, None] = {}
    for item in items:
        if item == TRUE:
            return TRUE
        if item != FALSE:
            found.update(dict.fromkeys(item.items if isinstance(item, Or) else (item,)))
    return _one(tuple(found), Or, FALSE)


def negated(item: Expr) -> Expr:
    """The item does not hold (its predicates are never unknown)."""
    match item:
        case Const(value):
            return Const(not value)
        case Not(inner):
            return inner
        case _:
            return Not(item)


def _one(items: tuple[Expr, ...], kind: type[And] | type[Or], none: Const) -> Expr:
    if not items:
        return none
    return items[0] if len(items) == 1 else kind(items)
