"""Predicates under other names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.ir import And, Call, Const, Expr, Field, FieldPair, Not, Or, Test, Truth, Value


def with_fields(expr: Expr, name: Callable[[str], str]) -> Expr:
    """`expr` with every field called as `name` says."""
    match expr:
        case Const():
            return expr
        case And(items):
            return And(tuple(with_fields(item, name) for item in items))
        case Or(items):
            return Or(tuple(with_fields(item, name) for item in items))
        case Not(item):
            return Not(with_fields(item, name))
        case FieldPair(left, right):
            return replace(expr, left=name(left), right=name(right))
        case Test(value):
            return Test(_value(value, name))
        case _:
            return replace(expr, field=name(expr.field))


def _value(value: Value, name: Callable[[str], str]) -> Value:
    match value:
        case Field(called):
            return Field(name(called))
        case Call(function, args, kind):
            return Call(function, tuple(_value(arg, name) for arg in args), kind)
        case Truth(expr):
            return Truth(with_fields(expr, name))
        case _:
            return value
