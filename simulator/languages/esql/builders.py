"""The common ways in which functions are lowered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.ir import Literal
from simulator.languages.esql.syntax import Function
from simulator.languages.esql.typed import LIST_OF, NUMBERS, Typed, call, cast, converted, single, text
from simulator.tables import Type

if TYPE_CHECKING:
    from simulator.languages.esql.values import Lowering

Build = Callable[["Lowering", Function], Typed]


@dataclass(frozen=True, slots=True)
class F:
    """How a function is lowered, and how many arguments it takes."""

    least: int
    most: int
    build: Build


T, N, R, B, D = Type.TEXT, Type.INTEGER, Type.REAL, Type.BOOLEAN, Type.TIME
MANY = 1 << 20
"""As many arguments as one likes."""


def plain(function: str, result: Type, *kinds: Type, least: int | None = None, fill: tuple[Typed, ...] = ()) -> F:
    """Single values of `kinds`; `fill` are the last arguments where they are left out."""

    def build(low: Lowering, node: Function) -> Typed:
        args = [cast(low.value(arg), kind) for arg, kind in zip(node.args, kinds, strict=False)]
        missing = len(kinds) - len(args)
        if missing > 0:
            args.extend(fill[len(fill) - missing :])
        return call(function, result, *args)

    return F(len(kinds) if least is None else least, len(kinds), build)


def each(function: str, result: Type, kind: Type) -> F:
    """One value, or each of several."""

    def build(low: Lowering, node: Function) -> Typed:
        typed = low.value(node.args[0])
        if typed.kind.element and not typed.null:
            inner = cast(typed, LIST_OF[kind])
            return call("each", LIST_OF[result], text(function), inner)
        return call(function, result, cast(typed, kind))

    return F(1, 1, build)


def variadic(function: str, kind: Type) -> F:
    """Any number of single values of one kind."""
    return F(1, MANY, lambda low, node: call(function, kind, *(cast(low.value(arg), kind) for arg in node.args)))


def to(kind: Type) -> F:
    """A conversion."""

    def build(low: Lowering, node: Function) -> Typed:
        return converted(low.value(node.args[0]), kind)

    return F(1, 1, build)


def number(function: str, *, real: bool = False) -> F:
    """A function of one number that keeps its kind, unless it is always `real`."""

    def build(low: Lowering, node: Function) -> Typed:
        one = single(low.value(node.args[0]))
        kind = one.kind if one.kind in NUMBERS and not real else R
        if kind is N and function in ("ceiling", "floor"):
            return one
        return call(function, kind, cast(one, kind))

    return F(1, 1, build)


def constant(value: float) -> F:
    """A constant of mathematics."""
    return F(0, 0, lambda _low, _node: Typed(Literal(value, R), R))
