"""EQL's functions and operators over constants, computed when the rule is read."""

from __future__ import annotations

import re

from simulator.languages.eql.ast import Arithmetic, Constant, Expression, Function

Plain = str | int | float | bool | None


def constant(expression: Expression) -> Constant | None:
    """The constant that `expression` always is; None where it reads a field or is not computed here."""
    match expression:
        case Constant():
            return expression
        case Arithmetic(operator, left, right, at):
            a, b = constant(left), constant(right)
            if a is None or b is None:
                return None
            return Constant(calculate(operator, a.value, b.value), at)
        case Function(name, _, args, at):
            values = [constant(arg) for arg in args]
            if any(value is None for value in values):
                return None
            plain = [value.value for value in values if value is not None]
            match name.lower(), plain:
                case "concat", parts:
                    return Constant(None if None in parts else "".join(map(text, parts)), at)
                case "string", [value]:
                    return Constant(None if value is None else text(value), at)
                case "number", [str() as written, *base]:
                    return Constant(number(written, base[0] if base else None), at)
                case "length", [str() as written]:
                    return Constant(len(written), at)
                case ("add" | "subtract" | "multiply" | "divide" | "modulo") as word, [one, two]:
                    return Constant(calculate(OPERATORS[word], one, two), at)
    return None


OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "modulo": "%"}
"""Arithmetic functions, as operators."""


def calculate(operator: str, a: Plain, b: Plain) -> int | float | None:
    """Whole numbers give whole numbers, rounded towards zero. Null, text or division by zero gives null."""
    if not isinstance(a, int | float) or not isinstance(b, int | float):
        return None
    match operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case _ if b == 0:
            return None
        case "/":
            return int(a / b) if isinstance(a, int) and isinstance(b, int) else a / b
        case _:
            return a - b * int(a / b)


def text(value: Plain) -> str:
    """A constant as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def number(value: str, base: Plain = None) -> int | float | None:
    """The number in a text: `0x` is hexadecimal."""
    stripped = value.strip()
    try:
        if isinstance(base, int) and base != 10:
            return int(stripped, base)
        if re.match(r"[+-]?0[xX]", stripped):
            return int(stripped, 16)
        return float(stripped) if re.search(r"[.eE]", stripped) else int(stripped)
    except ValueError:
        return None
