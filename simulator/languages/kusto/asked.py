"""A call as the functions' own code sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.errors import InvalidRule, UnsupportedRule
from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.convert import call
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Scope, Typed
from simulator.tables import Type


@dataclass(frozen=True, slots=True)
class Asked:
    """A call: where, in which scope, with what arguments."""

    low: Lowering
    scope: Scope
    name: str
    args: tuple[ast.Expr, ...]
    at: int

    def __len__(self) -> int:
        return len(self.args)

    def arg(self, place: int, kind: Type | None = None) -> Typed:
        """An argument, made one of `kind`. Raises InvalidRule when it is not there."""
        if place >= len(self.args):
            raise self.invalid(f"{self.name} needs at least {place + 1} arguments")
        found = self.low.value(self.low, self.scope, self.args[place])
        if kind is None:
            return found
        self.low.knowledge.use(found.origin, kind)
        if kind is Type.DYNAMIC and found.kind is Type.TEXT and not found.constant:
            return call("json_or_text", Type.DYNAMIC, found)  # text is taken for JSON where a dynamic is wanted
        return convert.to_kind(found, kind)

    def constant(self, place: int, default: str | int | float | None = None) -> str | int | float | None:
        """A literal argument's value."""
        if place >= len(self.args):
            return default
        found = self.arg(place)
        if not found.constant or isinstance(found.plain, tuple):
            raise self.unsupported(f"argument {place + 1} of {self.name} must be a constant here")
        return found.plain

    def invalid(self, message: str) -> InvalidRule:
        """The error that the call is wrong."""
        return self.low.invalid(self.at, message, len(self.name))

    def unsupported(self, message: str) -> UnsupportedRule:
        """The error that the call cannot run."""
        return self.low.unsupported(self.at, message, len(self.name))


Scalar = Callable[[Asked], Typed]


def simple(function: str, kinds: tuple[Type, ...], result: Type, least: int | None = None, *extra: object) -> Scalar:
    """A function that is one of the IR's, its arguments made of `kinds`; the last kind also stands for all further
    arguments. From `least` arguments on; `extra` are literals put in the place of arguments that are not given."""

    def lower(asked: Asked) -> Typed:
        needed = len(kinds) if least is None else least
        if len(asked) < needed:
            raise asked.invalid(f"{asked.name} needs {needed} arguments, found {len(asked)}")
        if len(asked) > len(kinds):
            raise asked.invalid(f"{asked.name} takes at most {len(kinds)} arguments, found {len(asked)}")
        given = [asked.arg(place, kind) for place, kind in enumerate(kinds[: len(asked)])]
        missing = range(len(asked), min(len(kinds), needed + len(extra)))
        given.extend(convert.lit(extra[place - needed], kinds[place]) for place in missing)
        return call(function, result, *given)

    return lower


def variadic(function: str, kind: Type, result: Type) -> Scalar:
    """A function of the IR over any number of arguments of one kind."""

    def lower(asked: Asked) -> Typed:
        return call(function, result, *(asked.arg(place, kind) for place in range(len(asked))))

    return lower
