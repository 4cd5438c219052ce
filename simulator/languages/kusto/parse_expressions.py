"""Expressions: operator precedence parsing.

Microsoft Learn: "Scalar expressions", "String operators", "Logical operators", "Dynamic data type".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from simulator.languages.kusto import literals
from simulator.languages.kusto.ast import (
    Apply,
    Between,
    Binary,
    Expr,
    Index,
    Lit,
    Member,
    Name,
    Named,
    Sequence,
    Star,
    TypeOf,
    Unary,
)
from simulator.languages.kusto.cursor import Cursor
from simulator.languages.kusto.lexer import Sort, Token
from simulator.tables import Type

TEXT_OPERATORS = (
    "has", "!has", "has_cs", "!has_cs", "hasprefix", "!hasprefix", "hasprefix_cs", "!hasprefix_cs", "hassuffix",
    "!hassuffix", "hassuffix_cs", "!hassuffix_cs", "contains", "!contains", "contains_cs", "!contains_cs", "startswith",
    "!startswith", "startswith_cs", "!startswith_cs", "endswith", "!endswith", "endswith_cs", "!endswith_cs",
    "containscs", "notcontains", "notcontainscs", "like", "notlike", "likecs", "notlikecs",
)  # fmt: skip
LIST_OPERATORS = ("in", "!in", "in~", "!in~", "has_any", "has_all", "!has_any", "!has_all")

_POWER = {
    "or": 1, "and": 2,
    "==": 3, "!=": 3, "<>": 3, "=~": 3, "!~": 3, "between": 3, "!between": 3, "matches": 3, ":": 3,
    **dict.fromkeys(TEXT_OPERATORS, 3), **dict.fromkeys(LIST_OPERATORS, 3),
    "<": 4, ">": 4, "<=": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip


def expression(cursor: Cursor, power: int = 0) -> Expr:
    """An expression whose operators bind more tightly than `power`."""
    cursor.deeper(cursor.look().at)
    left = _prefix(cursor)
    while True:
        token = cursor.look()
        if token.sort not in (Sort.MARK, Sort.NAME):
            break
        binds = _POWER.get(token.text, 0)
        if binds <= power or (token.text == ":" and not cursor.searching):
            break
        left = _infix(cursor, left, binds)
    cursor.depth -= 1
    return left


def _infix(cursor: Cursor, left: Expr, binds: int) -> Expr:
    op = cursor.take()
    match op.text:
        case "between" | "!between":
            cursor.need("(")
            low = expression(cursor)
            cursor.need("..")
            high = expression(cursor)
            cursor.need(")")
            return Between(left, low, high, op.text != "between", op.at)
        case "matches":
            cursor.need("regex")
            return Binary("matches regex", left, expression(cursor, binds), op.at)
        case word if word in LIST_OPERATORS:
            return Binary(word, left, _sequence(cursor), op.at)
        case word:
            return Binary(
                "!=" if word == "<>" else "has" if word == ":" else word, left, expression(cursor, binds), op.at
            )


def _sequence(cursor: Cursor) -> Sequence:
    start = cursor.look()
    if not cursor.sees("("):  # `has_any Names`: a single value may stand without parentheses
        return Sequence((expression(cursor, 4),), start.at)
    cursor.take()
    items = cursor.listed(lambda: cursor.pipeline(cursor), (")",))
    cursor.need(")")
    return Sequence(items, start.at)


def _prefix(cursor: Cursor) -> Expr:
    token = cursor.look()
    if cursor.sees("-", "+"):
        cursor.take()
        item = _prefix(cursor)
        if token.text == "+":
            return item
        match item:
            case Lit(value, Type.INTEGER | Type.REAL | Type.SPAN as kind) if isinstance(value, int | float):
                return Lit(-value, kind, token.at)
        return Unary("-", item, token.at)
    return _postfix(cursor, _primary(cursor))


def _postfix(cursor: Cursor, target: Expr) -> Expr:
    while True:
        if cursor.sees(".") and cursor.look(1).sort in (Sort.NAME, Sort.TEXT):
            dot = cursor.take()
            token = cursor.take()
            name = str(token.value) if token.sort is Sort.TEXT else token.text
            # `cluster("c").database("d").Function(…)`: whose function it is makes no difference here
            called = cursor.sees("(")
            target = Apply(name, arguments(cursor), token.at) if called else Member(target, name, dot.at)
        elif cursor.sees(".") and cursor.sees("[", ahead=1):
            cursor.take()
        elif cursor.sees("["):
            bracket = cursor.take()
            index = expression(cursor)
            cursor.need("]")
            if isinstance(index, Lit) and index.kind is Type.TEXT:
                target = Member(target, str(index.value), bracket.at)
            else:
                target = Index(target, index, bracket.at)
        else:
            return target


def _primary(cursor: Cursor) -> Expr:
    token = cursor.look()
    match token.sort:
        case Sort.TEXT:
            cursor.take()
            value = str(token.value)
            while cursor.look().sort is Sort.TEXT:
                value += str(cursor.take().value)
            return Lit(value, Type.TEXT, token.at)
        case Sort.LONG:
            cursor.take()
            return Lit(int(str(token.value)), Type.INTEGER, token.at)
        case Sort.REAL:
            cursor.take()
            return Lit(float(str(token.value)), Type.REAL, token.at)
        case Sort.SPAN:
            cursor.take()
            return Lit(int(str(token.value)), Type.SPAN, token.at)
        case Sort.TYPED:
            cursor.take()
            return typed(cursor, token)
        case Sort.NAME:
            return _named(cursor)
    if cursor.sees("("):
        cursor.take()
        inner = cursor.pipeline(cursor)
        cursor.need(")")
        return inner
    if cursor.sees("["):
        name = cursor.name()
        return Name(str(name.value), token.at)
    if cursor.sees("*"):
        cursor.take()
        return Star(token.at)
    raise cursor.unexpected("an expression")


def _named(cursor: Cursor) -> Expr:
    token = cursor.take()
    match token.text:
        case "true" | "false" | "True" | "False" | "TRUE" | "FALSE" if not cursor.sees("("):
            return Lit(token.text.lower() == "true", Type.BOOLEAN, token.at)
        case "dynamic" if cursor.sees("("):
            cursor.take()
            value = dynamic(cursor)
            cursor.need(")")
            written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            return Lit(written if value is not None else None, Type.DYNAMIC, token.at)
        case "typeof" if cursor.sees("("):
            cursor.take()
            kind = cursor.kind()
            cursor.need(")")
            return TypeOf(kind, token.at)
    if cursor.sees("("):
        return Apply(token.text, arguments(cursor), token.at)
    return Name(token.text, token.at)


def arguments(cursor: Cursor) -> tuple[Expr, ...]:
    """What stands in the parentheses of a call, these included."""
    cursor.need("(")
    found = cursor.listed(lambda: argument(cursor), (")",))
    cursor.need(")")
    return found


def argument(cursor: Cursor) -> Expr:
    """What may stand in a call: a value, rows, or `name = value`."""
    return item(cursor, cursor.pipeline)


def item(cursor: Cursor, value: Callable[[Cursor], Expr] | None = None) -> Expr:
    """A value, `name = value` or `(names) = value`."""
    value = value or expression
    token = cursor.look()
    if names := tuple_of_names(cursor):
        cursor.place += 2 * len(names) + 2  # parentheses, names, commas, equals sign
        return Named(names, value(cursor), token.at)
    named = (token.sort is Sort.NAME and cursor.sees("=", ahead=1)) or (
        cursor.sees("[")
        and cursor.look(1).sort is Sort.TEXT
        and cursor.sees("]", ahead=2)
        and cursor.sees("=", ahead=3)
    )
    if named:
        name = cursor.name()
        cursor.need("=")
        return Named((str(name.value),), value(cursor), token.at)
    return value(cursor)


def tuple_of_names(cursor: Cursor) -> tuple[str, ...]:
    """The names in `(a, b) =`, when that comes."""
    if not cursor.sees("("):
        return ()
    names: list[str] = []
    ahead = 1
    while cursor.look(ahead).sort is Sort.NAME:
        names.append(cursor.look(ahead).text)
        if cursor.sees(",", ahead=ahead + 1):
            ahead += 2
        elif cursor.sees(")", ahead=ahead + 1) and cursor.sees("=", ahead=ahead + 2):
            return tuple(names)
        else:
            return ()
    return ()


def typed(cursor: Cursor, token: Token) -> Lit:
    """A literal such as `datetime(2024-01-01)`."""
    assert isinstance(token.value, tuple)
    word, inner = token.value
    found = literals.typed(word, inner)
    if found is None:
        raise cursor.invalid(token.at, f"{inner!r} is no {word}", len(token.text))
    return Lit(found[0], found[1], token.at)


def dynamic(cursor: Cursor) -> Any:
    """The value inside `dynamic(…)`: JSON, with Kusto's own texts and literals."""
    token = cursor.look()
    cursor.deeper(token.at)
    value = _dynamic(cursor, token)
    cursor.depth -= 1
    return value


def _dynamic(cursor: Cursor, token: Token) -> Any:
    if cursor.skip("["):
        items = []
        while not cursor.sees("]"):
            items.append(dynamic(cursor))
            if not cursor.skip(","):
                break
        cursor.need("]")
        return items
    if cursor.skip("{"):
        bag: dict[str, Any] = {}
        while not cursor.sees("}"):
            key = cursor.take()
            if key.sort not in (Sort.TEXT, Sort.NAME):
                raise cursor.invalid(key.at, "a key of a bag must be a text")
            cursor.need(":")
            bag[str(key.value) if key.sort is Sort.TEXT else key.text] = dynamic(cursor)
            if not cursor.skip(","):
                break
        cursor.need("}")
        return bag
    if token.sort is Sort.NAME:
        cursor.take()
        match token.text.lower():
            case "null":
                return None
            case "true":
                return True
            case "false":
                return False
            case "dynamic":
                cursor.need("(")
                inner = dynamic(cursor)
                cursor.need(")")
                return inner
        raise cursor.invalid(token.at, f"{token.text} cannot stand in a dynamic literal", len(token.text))
    negative = cursor.skip("-")
    match _primary(cursor):
        case Lit(value, Type.INTEGER | Type.REAL) if isinstance(value, int | float):
            return -value if negative else value
        case Lit(value, Type.TEXT | Type.BOOLEAN):
            return value
        case Lit(value, Type.TIME) if isinstance(value, int):
            return literals.written_time(value)
        case Lit(value, Type.SPAN) if isinstance(value, int):
            return literals.written_span(value)
        case Lit(None):
            return None
    raise cursor.invalid(token.at, "cannot stand in a dynamic literal", len(token.text))
