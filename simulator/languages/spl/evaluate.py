"""Eval expressions as values and predicates.

Values in SPL have no declared kinds: TEXT stands for what may be a number or a text, and is compared as a number where
both sides are numbers. A value that must be a number, a time or a list has that kind. Conditions over plain fields
become leaf predicates, which the engine can run early.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Eval and …/Where: text compares with regard
to case; a comparison with a missing field is null, and `where` keeps what is true; `+` adds numbers and joins texts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from simulator.errors import InvalidRule, UnsupportedRule
from simulator.ir import (
    And,
    Call,
    Case,
    Compare,
    Const,
    Expr,
    Field,
    Like,
    Literal,
    Lookup,
    Missing,
    Not,
    Op,
    Or,
    Test,
    Truth,
    Value,
    Wild,
)
from simulator.languages.spl import ast
from simulator.languages.spl.frame import NULL, Frame, Typed
from simulator.tables import Type

_OPS = {"=": Op.EQ, "!=": Op.NE, "<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}
_NUMBERS = (Type.INTEGER, Type.REAL)
LISTS = (Type.TEXTS, Type.INTEGERS, Type.REALS, Type.TIMES)
_PLAIN_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")

Fail = Callable[[int, str], InvalidRule]
Refuse = Callable[[int, str], UnsupportedRule]


def call(function: str, kind: Type, *args: Typed | Value) -> Typed:
    """A call of a function of the IR."""
    values = tuple(arg.value if isinstance(arg, Typed) else arg for arg in args)
    return Typed(Call(function, values, kind), kind)


def text(value: str) -> Typed:
    """A constant text."""
    return Typed(Literal(value, Type.TEXT), Type.TEXT)


def number(value: int | float) -> Typed:
    """A constant number."""
    kind = Type.INTEGER if isinstance(value, int) else Type.REAL
    return Typed(Literal(value, kind), kind)


def cast(typed: Typed, kind: Type) -> Typed:
    """The value as another kind, as SPL converts; null where it cannot be."""
    if typed.kind is kind:
        return typed
    if typed.null:
        return Typed(Literal(None, kind), kind)
    value = typed.value
    if isinstance(value, Literal) and (made := _cast_literal(value, kind)) is not None:
        return made
    match kind:
        case Type.TEXT:
            return call("loose_text", kind, typed)
        case Type.REAL:
            if typed.kind in LISTS or typed.kind is Type.DYNAMIC:
                typed = cast(typed, Type.TEXT)
            return call("loose_number", kind, typed)
        case Type.INTEGER:
            return call("to_integer", kind, cast(typed, Type.REAL))
        case Type.TIME:
            return call("time_of_seconds", kind, cast(typed, Type.REAL))
        case Type.TEXTS:
            return call("loose_list", kind, typed if typed.kind in LISTS else cast(typed, Type.TEXT))
        case Type.BOOLEAN:
            return call("loose_truth", kind, cast(typed, Type.TEXT))
        case _:
            return typed


def _cast_literal(value: Literal, kind: Type) -> Typed | None:
    plain = value.value
    if kind is Type.TEXT and isinstance(plain, int) and not isinstance(plain, bool) and value.kind is Type.INTEGER:
        return text(str(plain))
    if kind is Type.REAL and isinstance(plain, int) and value.kind is Type.INTEGER:
        return number(float(plain))
    if kind is Type.REAL and isinstance(plain, str) and value.kind is Type.TEXT:
        return number(float(plain)) if _PLAIN_NUMBER.fullmatch(plain) else Typed(Literal(None, kind), kind)
    return None


def common(values: list[Typed]) -> Type:
    """The kind in which values of several kinds can stand together."""
    kinds = {one.kind for one in values if not one.null}
    if len(kinds) <= 1:
        return next(iter(kinds), Type.TEXT)
    if kinds & set(LISTS):
        return Type.TEXTS
    return Type.REAL if kinds <= {Type.INTEGER, Type.REAL} else Type.TEXT


def together(values: list[Typed]) -> tuple[list[Typed], Type]:
    """The values in one kind."""
    kind = common(values)
    return [cast(one, kind) for one in values], kind


class Evaluator:
    """Lowers eval expressions over the rows of one frame."""

    def __init__(self, frame: Frame, fail: Fail, refuse: Refuse, inner: Callable[[ast.Pipeline], Frame],
                 search: Callable[[str, Frame, int], Expr], missing: Callable[[str, int], None]) -> None:  # fmt: skip
        self.frame = frame
        self.fail = fail
        self.refuse = refuse
        self.inner = inner
        self.search = search
        self.missing = missing

    # Values

    def value(self, node: ast.Eval) -> Typed:
        """The expression's value."""
        match node:
            case ast.Number(value):
                return number(value)
            case ast.Text(value):
                return text(value)
            case ast.Name():
                return self.field(node)
            case ast.Function(name, args, at):
                return self.function(name, args, at)
            case ast.Unary("-", item):
                inner = self.value(item)
                if isinstance(inner.value, Literal) and isinstance(inner.value.value, int | float):
                    return number(-inner.value.value)
                return call("subtract", Type.REAL, number(0.0), cast(inner, Type.REAL))
            case ast.Binary("+" | "-" | "*" | "/" | "%" | "." as op, left, right):
                return self._arithmetic(op, self.value(left), self.value(right))
            case ast.Block(pipeline):
                frame = self.inner(pipeline)
                names = [name for name in frame.columns if not name.startswith("_")]
                if not names and frame.wants.grown:
                    return NULL
                if not names:
                    raise self.refuse(node.at, "this subsearch gives no field")
                kind = frame.columns[names[0]]
                return Typed(Lookup(frame.in_order().relation, names[0], kind), kind)
            case _:
                return Typed(Truth(self.condition(node)), Type.BOOLEAN)

    def field(self, node: ast.Name) -> Typed:
        """A field. A bare name with dots that is no field, but made of fields, is these joined (`a.b`)."""
        name = node.name
        if not node.quoted and name.lower() == "null" and not self.frame.has(name):
            return NULL
        if not node.quoted and name.lower() in ("true", "false") and name not in self.frame.columns:
            return Typed(Truth(Const(name.lower() == "true")), Type.BOOLEAN)
        if not node.quoted and "." in name and all(part in self.frame.columns for part in name.split(".")):
            parts = (cast(self.frame.get(part), Type.TEXT) for part in name.split("."))
            joined = call("concat", Type.TEXT, *parts)
            if name not in self.frame.columns:
                return joined
            return call("coalesce", Type.TEXT, cast(self.frame.get(name), Type.TEXT), joined)
        if not self.frame.has(name) and not self.frame.open:
            self.missing(name, node.at)
        return self.frame.get(name)

    def _arithmetic(self, op: str, left: Typed, right: Typed) -> Typed:
        if op == ".":
            return call("concat", Type.TEXT, cast(left, Type.TEXT), cast(right, Type.TEXT))
        loose = (Type.TEXT, *LISTS, Type.DYNAMIC, Type.BOOLEAN)
        if op == "+" and left.kind in loose and right.kind in loose:
            return call("loose_add", Type.TEXT, cast(left, Type.TEXT), cast(right, Type.TEXT))
        if op in ("+", "-", "*") and left.kind is Type.INTEGER and right.kind is Type.INTEGER:
            return call({"+": "add", "-": "subtract", "*": "multiply"}[op], Type.INTEGER, left, right)
        function = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}[op]
        return call(function, Type.REAL, cast(left, Type.REAL), cast(right, Type.REAL))

    def function(self, name: str, args: tuple[ast.Eval, ...], at: int) -> Typed:
        """A function call."""
        from simulator.languages.spl.functions import EVAL

        found = EVAL.get(name)
        if found is None:
            raise self.refuse(at, f"the function {name!r} is not supported")
        if not found.least <= len(args) <= found.most:
            raise self.fail(at, f"{name} takes {found.takes()} arguments, {len(args)} are given")
        return found.make(self, args, at)

    # Conditions

    def condition(self, node: ast.Eval) -> Expr:
        """The expression as a predicate; null is unknown."""
        match node:
            case ast.Binary("and", left, right):
                return And((self.condition(left), self.condition(right)))
            case ast.Binary("or", left, right):
                return Or((self.condition(left), self.condition(right)))
            case ast.Binary("xor", left, right):
                one, other = self.condition(left), self.condition(right)
                return Or((And((one, Not(other))), And((Not(one), other))))
            case ast.Unary("not", item):
                return Not(self.condition(item))
            case ast.Binary("like", left, right):
                return self.like(self.value(left), self.value(right))
            case ast.Binary(op, left, right) if op in _OPS:
                return self.compare(self.value(left), op, self.value(right))
            case ast.Within(item, values):
                inner = self.value(item)
                return Or(tuple(self.compare(inner, "=", self.value(value)) for value in values))
            case _:
                found = self.value(node)
                if isinstance(found.value, Truth):
                    return found.value.expr
                return Test(cast(found, Type.BOOLEAN).value)

    def compare(self, left: Typed, op: str, right: Typed) -> Expr:
        """`left op right`; unknown where either is null."""
        if isinstance(left.value, Literal) and not isinstance(right.value, Literal):
            left, right = right, left
            op = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(op, op)
        leaf = self._leaf(left, op, right)
        if leaf is not None:
            return leaf
        if left.null or right.null:
            return Test(Literal(None, Type.BOOLEAN))
        if op in ("=", "!="):
            found = self._equal(left, right)
            return found if op == "=" else Not(found)
        swapped = op in (">", "<=")
        first, second = (right, left) if swapped else (left, right)
        found = self._less(first, second)
        return Not(found) if op in ("<=", ">=") else found

    def _leaf(self, left: Typed, op: str, right: Typed) -> Expr | None:
        """A leaf predicate that means the same, if there is one."""
        if not isinstance(left.value, Field):
            return None
        name = left.value.name
        if not isinstance(right.value, Literal) or right.null:
            return None
        plain = right.value.value
        if isinstance(plain, str) and left.kind in (Type.TEXT, Type.TEXTS) and op in ("=", "!="):
            like = Like(name, (plain,) if plain else (), Case.EXACT, Missing.UNKNOWN)
            return like if op == "=" else Not(like)
        if isinstance(plain, str) and left.kind in _NUMBERS and _PLAIN_NUMBER.fullmatch(plain):
            plain = float(plain)
        if isinstance(plain, bool) or not isinstance(plain, int | float) or not math.isfinite(plain):
            return None
        if left.kind in _NUMBERS:
            return Compare(name, _OPS[op], plain, Missing.UNKNOWN)
        if left.kind is Type.TEXT and op in ("=", "!="):
            equal = Compare(name, Op.EQ, plain, Missing.UNKNOWN)
            return equal if op == "=" else Not(equal)
        return None

    def _equal(self, left: Typed, right: Typed) -> Expr:
        if left.kind in _NUMBERS and right.kind in _NUMBERS:
            (left, right), _ = together([left, right])
            return Test(call("equal", Type.BOOLEAN, left, right).value)
        if left.kind is right.kind and left.kind in (Type.TIME, Type.BOOLEAN):
            return Test(call("equal", Type.BOOLEAN, left, right).value)
        left, right = (one if one.kind is Type.TEXTS else cast(one, Type.TEXT) for one in (left, right))
        return Test(call("loose_equal", Type.BOOLEAN, left, right).value)

    def _less(self, left: Typed, right: Typed) -> Expr:
        numbers = (*_NUMBERS, Type.TIME)
        if left.kind in numbers and right.kind in numbers:
            if left.kind is not right.kind:
                left, right = cast(left, Type.REAL), cast(right, Type.REAL)
            return Test(call("less", Type.BOOLEAN, left, right).value)
        return Test(call("loose_less", Type.BOOLEAN, cast(left, Type.TEXT), cast(right, Type.TEXT)).value)

    def like(self, left: Typed, right: Typed) -> Expr:
        """SQL's LIKE, with regard to case: `%` any text, `_` one character."""
        if isinstance(left.value, Field) and left.kind in (Type.TEXT, Type.TEXTS):
            pattern = right.value.value if isinstance(right.value, Literal) else None
            if isinstance(pattern, str) and "\\" not in pattern:
                return Like(left.value.name, sql_glob(pattern), Case.EXACT, Missing.UNKNOWN)
        if left.null or right.null:
            return Test(Literal(None, Type.BOOLEAN))
        return Test(call("loose_like", Type.BOOLEAN, cast(left, Type.TEXT), cast(right, Type.TEXT)).value)


def sql_glob(pattern: str) -> tuple[str | Wild, ...]:
    """A LIKE pattern as a glob."""
    made: list[str | Wild] = []
    for char in pattern:
        if char == "%":
            made.append(Wild.ANY)
        elif char == "_":
            made.append(Wild.ONE)
        elif made and isinstance(made[-1], str):
            made[-1] += char
        else:
            made.append(char)
    return tuple(made)
