"""EQL's expressions as values of the IR.

Functions: https://www.elastic.co/docs/reference/query-languages/eql/eql-function-ref. Arithmetic over whole numbers
rounds towards zero, as Elasticsearch's `long` does.
"""

from __future__ import annotations

from simulator.ir import Call, Field, Literal, Value
from simulator.languages.ecs import Fields
from simulator.languages.embedded import Query
from simulator.languages.eql.ast import Arithmetic, Constant, Expression, FieldName, Function
from simulator.languages.eql.constants import OPERATORS, constant
from simulator.languages.eql.lexer import invalid, unsupported
from simulator.tables import Type

_END = 1 << 31
_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply"}
_NUMBERS = (Type.INTEGER, Type.REAL)

Typed = tuple[Value, Type]

PREDICATES = ("startswith", "endswith", "stringcontains", "cidrmatch", "wildcard", "match")
"""Functions that give a boolean (`simulator.languages.eql.conditions`)."""


def value_of(expression: Expression, query: Query, fields: Fields, like: Type = Type.TEXT) -> Typed:
    """The value and its kind. A field of unknown kind is taken to be `like`."""
    if (known := constant(expression)) is not None:
        return _literal(known.value)
    match expression:
        case FieldName(name, optional, at):
            column, _, _ = fields.column(name)
            kind = fields.use(column, query.at(at), like=like, optional=optional)
            if kind.element is not None:
                return Call("to_text", (Field(column),), Type.TEXT), Type.TEXT
            return Field(column), kind
        case Arithmetic(operator, left, right):
            return _calculated(operator, left, right, query, fields)
        case Function():
            return _called(expression, query, fields)
        case _:
            raise unsupported(query, expression.at, "a condition in the place of a value")


def as_text(typed: Typed) -> Value:
    """The value as text."""
    value, kind = typed
    return value if kind is Type.TEXT else Call("to_text", (value,), Type.TEXT)


def _literal(value: str | int | float | bool | None) -> Typed:
    match value:
        case bool():
            return Literal(value, Type.BOOLEAN), Type.BOOLEAN
        case int():
            return Literal(value, Type.INTEGER), Type.INTEGER
        case float():
            return Literal(value, Type.REAL), Type.REAL
        case _:
            return Literal(value, Type.TEXT), Type.TEXT


def _number(expression: Expression, query: Query, fields: Fields) -> Typed:
    value, kind = value_of(expression, query, fields, Type.INTEGER)
    if kind in _NUMBERS:
        return value, kind
    if isinstance(value, Literal) and value.value is None:
        return Literal(None, Type.INTEGER), Type.INTEGER
    return Call("to_real", (as_text((value, kind)),), Type.REAL), Type.REAL


def _real(typed: Typed) -> Value:
    value, kind = typed
    if isinstance(value, Literal) and isinstance(value.value, int):
        return Literal(float(value.value), Type.REAL)
    return value if kind is Type.REAL else Call("to_real", (value,), Type.REAL)


def _calculated(operator: str, left: Expression, right: Expression, query: Query, fields: Fields) -> Typed:
    a, b = _number(left, query, fields), _number(right, query, fields)
    whole = a[1] is Type.INTEGER and b[1] is Type.INTEGER
    if operator in _ARITHMETIC:
        kind = Type.INTEGER if whole else Type.REAL
        args = (a[0], b[0]) if whole else (_real(a), _real(b))
        return Call(_ARITHMETIC[operator], args, kind), kind
    if whole:
        name = "divide_integers" if operator == "/" else "remainder"
        return Call(name, (a[0], b[0]), Type.INTEGER), Type.INTEGER
    name = "divide" if operator == "/" else "remainder"
    return Call(name, (_real(a), _real(b)), Type.REAL), Type.REAL


ARGUMENTS = {
    "add": (2, 2),
    "subtract": (2, 2),
    "multiply": (2, 2),
    "divide": (2, 2),
    "modulo": (2, 2),
    "between": (3, 4),
    "cidrmatch": (2, 1000),
    "concat": (1, 1000),
    "endswith": (2, 2),
    "indexof": (2, 3),
    "length": (1, 1),
    "match": (2, 1000),
    "number": (1, 2),
    "startswith": (2, 2),
    "string": (1, 1),
    "stringcontains": (2, 2),
    "substring": (2, 3),
    "wildcard": (2, 1000),
}
"""How many arguments each function takes, at least and at most. Names do not tell upper from lower case."""

_OLD = ("arraycontains", "arraycount", "arraysearch", "safe", "tostring", "tolower", "toupper")


def checked(call: Function, query: Query) -> str:
    """The function's name in lower case. Raises where there is none, or not with so many arguments."""
    name = call.name.lower()
    width = len(call.name)
    if name in _OLD:
        raise unsupported(query, call.at, f"the function `{call.name}` is not part of Elasticsearch's EQL", width)
    if name not in ARGUMENTS:
        raise invalid(query, call.at, f"no such function {call.name!r}", width)
    low, high = ARGUMENTS[name]
    if not low <= len(call.args) <= high:
        wanted = str(low) if low == high else f"{low} to {high}" if high < 1000 else f"at least {low}"
        raise invalid(query, call.at, f"{call.name} takes {wanted} arguments, not {len(call.args)}", width)
    return name


def _called(call: Function, query: Query, fields: Fields) -> Typed:
    name = checked(call, query)
    args = call.args
    fold = Literal(call.folded, Type.BOOLEAN)

    def text(place: int) -> Value:
        return as_text(value_of(args[place], query, fields))

    def whole(place: int, default: int) -> Value:
        if place >= len(args):
            return Literal(default, Type.INTEGER)
        value, kind = _number(args[place], query, fields)
        return value if kind is Type.INTEGER else Call("to_integer", (_real((value, kind)),), Type.INTEGER)

    match name:
        case "add" | "subtract" | "multiply" | "divide" | "modulo":
            return _calculated(OPERATORS[name], args[0], args[1], query, fields)
        case "length":
            return Call("length", (text(0),), Type.INTEGER), Type.INTEGER
        case "string":
            return text(0), Type.TEXT
        case "concat":
            return Call("concat", tuple(text(place) for place in range(len(args))), Type.TEXT), Type.TEXT
        case "substring":
            return Call("slice", (text(0), whole(1, 0), whole(2, _END)), Type.TEXT), Type.TEXT
        case "indexof":
            return Call("position", (text(0), text(1), whole(2, 0), fold), Type.INTEGER), Type.INTEGER
        case "between":
            greedy = constant(args[3]) if len(args) > 3 else Constant(False, call.at)
            if greedy is None or not isinstance(greedy.value, bool):
                raise invalid(query, args[3].at, "the last argument of between is true or false")
            flag = Literal(greedy.value, Type.BOOLEAN)
            return Call("text_between", (text(0), text(1), text(2), flag, fold), Type.TEXT), Type.TEXT
        case "number":
            base = constant(args[1]) if len(args) > 1 else Constant(None, call.at)
            if base is None or not isinstance(base.value, int | None):
                raise invalid(query, args[1].at, "the base of a number is a whole number")
            return Call("number_in_base", (text(0), Literal(base.value or 0, Type.INTEGER)), Type.REAL), Type.REAL
        case _:
            raise unsupported(query, call.at, f"the condition {call.name} in the place of a value", len(call.name))
