"""The conditions of `search` (and of the `where` of tstats) as predicates.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Search and
https://docs.splunk.com/Documentation/Splunk/latest/Search/NOTexpressions: values are compared without regard to case
and may hold wildcards; `field!=value` wants the field to be there, `NOT field=value` does not; `field=*` says that it
is there; a network in CIDR notation matches the addresses in it; numbers compare as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network

from simulator.ir import (
    And,
    Call,
    Case,
    Cidr,
    Compare,
    Const,
    Expr,
    Field,
    Glob,
    IsNull,
    Like,
    Literal,
    Not,
    Op,
    Or,
    Term,
    Test,
    Wild,
)
from simulator.languages.spl.ast import All, Any, Comparison, Inner, Negated, Search, Words
from simulator.languages.spl.places import EVENTTYPES
from simulator.languages.spl.times import window
from simulator.tables import Type

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_OPS = {"<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}
TRUE, FALSE = Const(True), Const(False)
CLOCK = frozenset(("earliest", "latest", "_index_earliest", "_index_latest", "starttime", "endtime"))


@dataclass(frozen=True, slots=True)
class Columns:
    """How conditions see rows: the column and kind of a field (None: there is no such field, so it is null), the
    column of the raw text (None: there is none), what a subsearch gives, and which fields hold a text where they are
    null (`unknown` in data models)."""

    find: Callable[[str, int], tuple[str, Type] | None]
    raw: Callable[[], str | None]
    inner: Callable[[Inner], Expr]
    fills: Callable[[str], str | None] = lambda _name: None
    ignored: frozenset[str] = frozenset()


def condition(search: Search, columns: Columns) -> Expr:
    """The predicate."""
    match search:
        case All(items):
            return both([condition(item, columns) for item in items])
        case Any(items):
            return either([condition(item, columns) for item in items])
        case Negated(item):
            found = condition(item, columns)
            return Const(not found.value) if isinstance(found, Const) else Not(found)
        case Comparison():
            return _comparison(search, columns)
        case Words():
            return _words(search, columns)
        case Inner():
            return columns.inner(search)


def both(items: list[Expr]) -> Expr:
    """All of them, in the simplest form."""
    parts = [part for item in items for part in (item.items if isinstance(item, And) else (item,)) if part != TRUE]
    if FALSE in parts:
        return FALSE
    return parts[0] if len(parts) == 1 else And(tuple(parts)) if parts else TRUE


def either(items: list[Expr]) -> Expr:
    """Any of them, in the simplest form."""
    parts = [part for item in items for part in (item.items if isinstance(item, Or) else (item,)) if part != FALSE]
    if TRUE in parts:
        return TRUE
    return parts[0] if len(parts) == 1 else Or(tuple(parts)) if parts else FALSE


def glob(value: str) -> Glob:
    """A value with `*` as wildcards."""
    made: list[str | Wild] = []
    for place, part in enumerate(value.split("*")):
        if place and (not made or made[-1] is not Wild.ANY):
            made.append(Wild.ANY)
        if part:
            made.append(part)
    return tuple(made)


def globs(pattern: str, text: str) -> bool:
    """Whether `text` matches a value with wildcards."""
    parts = ".*".join(re.escape(part) for part in pattern.casefold().split("*"))
    return re.fullmatch(parts, text.casefold(), re.DOTALL) is not None


def _comparison(search: Comparison, columns: Columns) -> Expr:
    name, op, value = search.field, search.op, search.value
    if name.lower() in CLOCK and op == "=":
        found = columns.find("_time", search.at)
        return window(name.lower(), value, found[0]) if found else TRUE
    if name in columns.ignored:
        return TRUE
    if name.lower() == "eventtype" and op in ("=", "!=") and value.lower() in EVENTTYPES:
        items = [_comparison(Comparison("source", "=", one, search.at), columns) for one in EVENTTYPES[value.lower()]]
        return either(items) if op == "=" else Not(either(items))
    column = columns.find(name, search.at)
    if column is None:
        return FALSE
    fill = columns.fills(name)
    match op:
        case "=" if value == "*":
            return TRUE if fill is not None else Not(IsNull(column[0]))
        case "!=" if value == "*":
            return FALSE if fill is not None else IsNull(column[0])
        case "=":
            matched = _equals(*column, value)
            return either([matched, IsNull(column[0])]) if fill is not None and globs(value, fill) else matched
        case "!=" if fill is not None and not globs(value, fill):
            return Not(_equals(*column, value))
        case "!=":
            return both([Not(IsNull(column[0])), Not(_equals(*column, value))])
        case _:
            return _ordered(*column, _OPS[op], value)


def _equals(column: str, kind: Type, value: str) -> Expr:
    if kind in (Type.INTEGER, Type.REAL, Type.REALS, Type.INTEGERS) and _NUMBER.fullmatch(value):
        return Compare(column, Op.EQ, _number(value))
    if kind is Type.TIME and _NUMBER.fullmatch(value):
        return Test(Call("equal", (Field(column), _instant(value)), Type.BOOLEAN))
    matched = Like(column, glob(value), Case.FOLD)
    if "/" in value and (network := _network(value)):
        return either([matched, Cidr(column, network)])
    return matched


def _ordered(column: str, kind: Type, op: Op, value: str) -> Expr:
    number = _NUMBER.fullmatch(value)
    if kind is Type.TIME and number:
        left, right = Field(column), _instant(value)
        return _less(left, right, op)
    if number:
        return Compare(column, op, _number(value))
    return _less(Field(column), Literal(value, Type.TEXT), op, "loose_less")


def _less(left: Field, right: Literal, op: Op, function: str = "less") -> Expr:
    swapped = op in (Op.GT, Op.LE)
    args = (right, left) if swapped else (left, right)
    found = Test(Call(function, args, Type.BOOLEAN))
    return both([Not(IsNull(left.name)), Not(found)]) if op in (Op.GE, Op.LE) else found


def _instant(value: str) -> Literal:
    return Literal(round(float(value) * 1_000_000), Type.TIME)


def _number(value: str) -> int | float:
    return float(value) if any(mark in value for mark in ".eE") else int(value)


def _network(value: str) -> str | None:
    try:
        ip_network(value, strict=False)
    except ValueError:
        return None
    return value


def _words(search: Words, columns: Columns) -> Expr:
    if search.text.strip("*") == "":
        return TRUE
    raw = columns.raw()
    if raw is None:
        return FALSE
    case = Case.EXACT if search.exact else Case.FOLD
    if "*" in search.text:
        return Like(raw, glob(f"*{search.text}*"), case)
    return Term(raw, search.text, case)
