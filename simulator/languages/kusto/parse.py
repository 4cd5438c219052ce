"""A query's text to its syntax tree.

Microsoft Learn: "Kusto Query Language > Query statements", "Let statement", "Tabular expression statements".
"""

from __future__ import annotations

from simulator.languages.embedded import Query
from simulator.languages.kusto.ast import Expr, Lambda, Let, Parameter, Pipeline, Script
from simulator.languages.kusto.cursor import Cursor
from simulator.languages.kusto.lexer import Sort
from simulator.languages.kusto.parse_expressions import expression
from simulator.languages.kusto.parse_steps import columns, step

_STARTS = ("union", "search", "find", "evaluate", "print", "datatable", "externaldata", "external_data", "range")
"""Operators that need no rows before them."""


def parse(query: Query) -> Script:
    """The syntax tree of a whole query. Raises InvalidRule or UnsupportedRule."""
    cursor = Cursor(query, pipeline)
    lets: list[Let] = []
    results: list[Expr] = []
    while cursor.look().sort is not Sort.END:
        if cursor.skip(";"):
            continue
        statement(cursor, lets, results)
        if cursor.look().sort is not Sort.END and not cursor.sees(";"):
            raise cursor.unexpected("`|`, `;` or the end of the query")
    if not results:
        raise cursor.invalid(max(len(query.text.rstrip()) - 1, 0), "the query has no statement that gives rows")
    return Script(tuple(lets), tuple(results))


def statement(cursor: Cursor, lets: list[Let], results: list[Expr]) -> None:
    """One statement, put where it belongs."""
    token = cursor.look()
    if cursor.sees("let"):
        lets.append(_let(cursor))
    elif cursor.sees("set") and cursor.look(1).sort is Sort.NAME:
        while not (cursor.look().sort is Sort.END or cursor.sees(";")):
            cursor.take()
    elif cursor.sees("declare"):
        cursor.take()
        what = cursor.need("query_parameters", "pattern")
        if what.text == "pattern":
            raise cursor.unsupported(token.at, "declare pattern is not supported", 7)
        lets.extend(Let(one.name, one.default, one.at) for one in _parameters(cursor) if one.default is not None)
    elif cursor.sees("alias", "restrict") and cursor.look(1).sort is Sort.NAME:
        raise cursor.unsupported(token.at, f"the statement {token.text} is not supported", len(token.text))
    else:
        results.append(pipeline(cursor))


def _let(cursor: Cursor) -> Let:
    start = cursor.take()
    name = cursor.name("a name")
    cursor.need("=")
    if cursor.sees("view") and cursor.sees("(", ahead=1):
        cursor.take()
    if cursor.sees("(") and cursor.tokens[cursor.closing(cursor.place)].text == "{":
        return Let(str(name.value), _lambda(cursor), start.at)
    return Let(str(name.value), pipeline(cursor), name.at)


def _lambda(cursor: Cursor) -> Lambda:
    start = cursor.look()
    taken = _parameters(cursor)
    cursor.need("{")
    lets: list[Let] = []
    results: list[Expr] = []
    while not cursor.sees("}"):
        if cursor.skip(";"):
            continue
        statement(cursor, lets, results)
        if not cursor.sees(";", "}"):
            raise cursor.unexpected("`|`, `;` or `}`")
    cursor.need("}")
    if len(results) != 1:
        raise cursor.invalid(start.at, "a function must give one value or table")
    return Lambda(taken, tuple(lets), results[0], start.at)


def _parameters(cursor: Cursor) -> tuple[Parameter, ...]:
    cursor.need("(")
    found: list[Parameter] = []
    while not cursor.sees(")"):
        name = cursor.name("a parameter")
        cursor.need(":")
        if cursor.sees("("):
            columns(cursor)
            found.append(Parameter(str(name.value), None, None, name.at))
        else:
            kind = cursor.kind()
            default = expression(cursor) if cursor.skip("=") else None
            found.append(Parameter(str(name.value), kind, default, name.at))
        if not cursor.skip(","):
            break
    cursor.need(")")
    return tuple(found)


def pipeline(cursor: Cursor) -> Expr:
    """Rows and what is done with them, or a single value."""
    token = cursor.look()
    cursor.deeper(token.at)
    source: Expr | None
    steps = []
    if _starts(cursor):
        source = None
        steps.append(step(cursor))
    else:
        source = expression(cursor)
    while cursor.skip("|"):
        steps.append(step(cursor))
    cursor.depth -= 1
    if source is not None and not steps:
        return source
    return Pipeline(source, tuple(steps), token.at)


def _starts(cursor: Cursor) -> bool:
    """Whether an operator that needs no rows comes, and not a name or function spelled like it."""
    if not cursor.sees(*_STARTS):
        return False
    following = cursor.look(1)
    match cursor.look().text:
        case "range":
            return following.sort is Sort.NAME
        case "datatable" | "externaldata" | "external_data":
            return following.text == "("
        case "union":
            return following.sort is Sort.NAME or following.text in ("(", "*", "[")
        case "search" | "find":
            return following.sort in (Sort.NAME, Sort.TEXT) or following.text in ("(", "*")
        case "evaluate":
            return following.sort is Sort.NAME
        case _:
            return following.sort is not Sort.END and following.text not in ("|", ")", ",", "=", ";", "==", ".")
