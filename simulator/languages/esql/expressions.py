"""ES|QL's expressions: tokens -> syntax.

Precedence from loose to tight: OR, AND, NOT, then one comparison (IN, LIKE, RLIKE, IS NULL, `:`, ==, <, …), then
+ -, then * / %, then unary minus, then `::`.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.languages.esql.lexer import Kind
from simulator.languages.esql.reader import MAX_DEPTH, Reader
from simulator.languages.esql.syntax import (
    Binary,
    Cast,
    Constant,
    Function,
    Logic,
    Many,
    Name,
    Node,
    Null,
    OneOf,
    Pattern,
    TimeSpan,
    Unary,
)

UNITS: dict[str, str] = {
    spelled: unit
    for unit, spellings in {
        "millisecond": "millisecond milliseconds ms",
        "second": "second seconds sec s",
        "minute": "minute minutes min m",
        "hour": "hour hours h",
        "day": "day days d",
        "week": "week weeks w",
        "month": "month months mo",
        "quarter": "quarter quarters q",
        "year": "year years yr y",
    }.items()
    for spelled in spellings.split()
}
"""Units of time spans: https://www.elastic.co/docs/reference/query-languages/esql/esql-time-spans"""

_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_RESERVED = ("and", "or", "not", "like", "rlike", "in", "is", "by", "where", "as", "on", "with", "asc", "desc", "nulls")


def expression(reader: Reader) -> Node:
    """The expression that comes next."""
    reader.depth += 1
    if reader.depth > MAX_DEPTH:
        raise reader.invalid(reader.token.at, reader.token.end, "is nested too deeply")
    found = _joined(reader, "or", lambda: _joined(reader, "and", lambda: _not(reader)))
    reader.depth -= 1
    return found


def _joined(reader: Reader, operator: str, item: Callable[[], Node]) -> Node:
    items = [item()]
    while reader.word(operator):
        items.append(item())
    return items[0] if len(items) == 1 else Logic(items[0].at, items[-1].end, operator, tuple(items))


def _not(reader: Reader) -> Node:
    if reader.is_word("not"):
        at = reader.take().at
        reader.depth += 1
        if reader.depth > MAX_DEPTH:
            raise reader.invalid(reader.token.at, reader.token.end, "is nested too deeply")
        item = _not(reader)
        reader.depth -= 1
        return Unary(at, item.end, "not", item)
    return _comparison(reader)


def _comparison(reader: Reader) -> Node:
    left = _sum(reader)
    if reader.is_sign(*_COMPARISONS):
        operator = reader.take().value
        right = _sum(reader)
        return Binary(left.at, right.end, operator, left, right)
    if reader.is_sign("=~"):
        raise reader.unsupported(reader.token.at, reader.token.end, "the operator =~ is not supported")
    if reader.is_sign("="):
        raise reader.wrong("`==`")
    if reader.sign(":"):
        right = _primary(reader)
        return Binary(left.at, right.end, ":", left, right)
    if reader.word("is"):
        negated = reader.word("not")
        end = reader.need_word("null").end
        return _perhaps_not(negated, Null(left.at, end, left))
    negated = reader.is_word("not") and reader.ahead().value.lower() in ("in", "like", "rlike")
    if negated:
        reader.take()
    if reader.word("in"):
        choices, end = _choices(reader)
        return _perhaps_not(negated, OneOf(left.at, end, "in", left, choices))
    if reader.is_word("like", "rlike"):
        operator = reader.take().value.lower()
        if reader.is_sign("("):
            choices, end = _choices(reader)
            return _perhaps_not(negated, OneOf(left.at, end, operator, left, choices))
        right = _primary(reader)
        return _perhaps_not(negated, Binary(left.at, right.end, operator, left, right))
    return left


def _perhaps_not(negated: bool, node: Node) -> Node:
    return Unary(node.at, node.end, "not", node) if negated else node


def _choices(reader: Reader) -> tuple[tuple[Node, ...], int]:
    reader.need_sign("(")
    choices = [expression(reader)]
    while reader.sign(","):
        choices.append(expression(reader))
    return tuple(choices), reader.need_sign(")").end


def _sum(reader: Reader) -> Node:
    left = _product(reader)
    while reader.is_sign("+", "-"):
        operator = reader.take().value
        right = _product(reader)
        left = Binary(left.at, right.end, operator, left, right)
    return left


def _product(reader: Reader) -> Node:
    left = _signed(reader)
    while reader.is_sign("*", "/", "%"):
        operator = reader.take().value
        right = _signed(reader)
        left = Binary(left.at, right.end, operator, left, right)
    return left


def _signed(reader: Reader) -> Node:
    signs = list[tuple[str, int]]()
    while reader.is_sign("-", "+"):
        token = reader.take()
        signs.append((token.value, token.at))
    item = _primary(reader)
    for sign, at in reversed(signs):
        match item:
            case Constant(_, end, int() | float() as value) if not isinstance(value, bool):
                item = Constant(at, end, -value if sign == "-" else value)
            case _:
                item = Unary(at, item.end, sign, item)
    return item


def _primary(reader: Reader) -> Node:
    found = _simple(reader)
    while reader.sign("::"):
        token = reader.take()
        if token.kind is not Kind.WORD:
            raise reader.invalid(token.at, token.end, "expected the name of a type after ::")
        found = Cast(found.at, token.end, found, token.value.lower())
    return found


def _simple(reader: Reader) -> Node:
    token = reader.token
    match token.kind:
        case Kind.TEXT | Kind.INTEGER | Kind.REAL:
            return _constant(reader)
        case Kind.PARAMETER:
            raise reader.unsupported(token.at, token.end, f"the query parameter {token.value} has no value here")
        case Kind.QUOTED:
            return name(reader)
        case Kind.WORD:
            return _worded(reader)
        case Kind.SIGN if token.value == "(":
            reader.take()
            if reader.is_word("from", "row", "show"):
                raise reader.unsupported(token.at, token.end, "a subquery is not supported")
            inner = expression(reader)
            reader.need_sign(")")
            return inner
        case Kind.SIGN if token.value == "[":
            return _array(reader)
        case _:
            raise reader.wrong("an expression")


def _worded(reader: Reader) -> Node:
    token = reader.token
    word = token.value.lower()
    if reader.ahead().kind is Kind.SIGN and reader.ahead().value == "(" and word not in _RESERVED:
        return _call(reader)
    if not (reader.ahead().kind is Kind.SIGN and reader.ahead().value == "."):
        if word in ("true", "false"):
            reader.take()
            return Constant(token.at, token.end, word == "true")
        if word == "null":
            reader.take()
            return Constant(token.at, token.end, None)
        if word in _RESERVED:
            raise reader.wrong("an expression")
    return name(reader)


def _constant(reader: Reader) -> Constant | TimeSpan:
    token = reader.take()
    if token.kind is Kind.TEXT:
        return Constant(token.at, token.end, token.value)
    if token.kind is Kind.REAL:
        return Constant(token.at, token.end, float(token.value))
    count = int(token.value) if len(token.value) < 400 else 0
    if reader.token.kind is Kind.WORD and (unit := UNITS.get(reader.token.value.lower())):
        end = reader.take().end
        return TimeSpan(token.at, end, count, unit)
    return Constant(token.at, token.end, count if -(1 << 63) <= count < 1 << 64 else float(token.value))


def _array(reader: Reader) -> Many:
    at = reader.need_sign("[").at
    values = list[str | int | float | bool]()
    while True:
        item = _signed(reader)
        if not isinstance(item, Constant) or item.value is None:
            raise reader.invalid(item.at, item.end, "a list holds constants only")
        values.append(item.value)
        if not reader.sign(","):
            break
    return Many(at, reader.need_sign("]").end, tuple(values))


def _call(reader: Reader) -> Function:
    token = reader.take()
    reader.need_sign("(")
    args, options, star = list[Node](), tuple[tuple[str, str | int | float | bool | None], ...](), False
    if reader.is_sign("*") and reader.ahead().value == ")":
        reader.take()
        star = True
    elif not reader.is_sign(")"):
        while True:
            if reader.is_sign("{"):
                options = mapping(reader)
            else:
                args.append(expression(reader))
            if not reader.sign(","):
                break
    end = reader.need_sign(")").end
    return Function(token.at, end, token.value.lower(), tuple(args), star, options)


def mapping(reader: Reader) -> tuple[tuple[str, str | int | float | bool | None], ...]:
    """`{"name": constant, …}`."""
    reader.need_sign("{")
    found = list[tuple[str, str | int | float | bool | None]]()
    while not reader.is_sign("}"):
        if reader.token.kind is not Kind.TEXT:
            raise reader.wrong("a name in quotes")
        key = reader.take().value
        reader.need_sign(":")
        value = _signed(reader)
        match value:
            case Constant(value=plain):
                found.append((key, plain))
            case _:
                raise reader.invalid(value.at, value.end, "expected a constant")
        if not reader.sign(","):
            break
    reader.need_sign("}")
    return tuple(found)


def name(reader: Reader) -> Name:
    """A column's name."""
    found = pattern(reader)
    if found.plain is None:
        raise reader.invalid(found.at, found.end, "a name without wildcards is expected")
    return Name(found.at, found.end, found.plain)


def pattern(reader: Reader) -> Pattern:
    """A column's name, perhaps with wildcards."""
    at = reader.token.at
    if reader.token.kind is Kind.PARAMETER:
        raise reader.unsupported(at, reader.token.end, f"the query parameter {reader.token.value} has no value here")
    text = list[str | None]()
    while True:
        token = reader.token
        # In `a.1` the lexer sees the number `.1`.
        number = token.kind is Kind.REAL and bool(text) and token.value.startswith(".")
        if number or token.kind in (Kind.WORD, Kind.QUOTED, Kind.INTEGER):
            text.append(reader.take().value)
        elif reader.is_sign("*"):
            reader.take()
            text.append(None)
        elif reader.is_sign(".", "-") and text and (token.value == "." or None in text):
            text.append(reader.take().value)
        else:
            break
        following = reader.token
        if following.spaced or following.kind not in (Kind.WORD, Kind.QUOTED, Kind.INTEGER, Kind.REAL, Kind.SIGN):
            break
        if following.kind is Kind.SIGN and following.value not in (".", "*", "-"):
            break
        if following.kind is Kind.SIGN and following.value == "*" and _multiplies(reader, text):
            break
        if following.kind is Kind.SIGN and following.value == "-" and None not in text:
            break
    if not text:
        raise reader.wrong("the name of a column")
    parts = [""]
    for one in text:
        if one is None:
            parts.append("")
        else:
            parts[-1] += one
    return Pattern(at, reader.last.end, tuple(parts))


def _multiplies(reader: Reader, text: list[str | None]) -> bool:
    """Whether a star right after a name is arithmetic (`a*2`) rather than a wildcard: in expressions it always is."""
    return not reader.wildcards
