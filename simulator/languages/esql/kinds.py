"""What kind an unknown column is, by what a query does with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simulator.languages.esql import syntax
from simulator.languages.esql.syntax import Binary, Command, Constant, Function, Name, Node, OneOf, TimeSpan, within
from simulator.tables import Type

_TIMES = {
    "date_trunc": (1,),
    "date_diff": (1, 2),
    "date_extract": (1,),
    "date_format": (0, 1),
    "day_name": (0,),
    "month_name": (0,),
}
_REALS = ("avg", "median", "percentile", "std_dev", "abs", "ceil", "floor", "round", "sqrt", "pow", "log", "log10")
_LISTS = ("mv_concat", "mv_contains", "mv_intersection", "mv_first", "mv_last", "mv_slice", "mv_dedupe", "mv_sort")


def used_as(commands: Iterable[Command]) -> dict[str, Type]:
    """The kinds of the columns that the commands' expressions give away; the first that is given counts."""
    found: dict[str, Type] = {}
    for node in _nodes(commands):
        for name, kind in _told(node):
            found.setdefault(name, kind)
    return found


def _nodes(commands: Iterable[Command]) -> Iterator[Node]:
    for command in commands:
        for expression in expressions(command):
            yield from within(expression)


def expressions(command: Command) -> Iterator[Node]:
    """The expressions of a command, FORK's branches included."""
    match command:
        case syntax.Where(condition=node):
            yield node
        case syntax.Row(columns=columns) | syntax.Eval(columns=columns):
            yield from (one.value for one in columns)
        case syntax.Stats(measures=measures, by=by):
            for one in (*measures, *by):
                yield one.value
                if one.where is not None:
                    yield one.where
        case syntax.Sort(keys=keys):
            yield from (key.value for key in keys)
        case syntax.Dissect(value=node) | syntax.Grok(value=node) | syntax.Completion(prompt=node):
            yield node
        case syntax.Fork(branches=branches):
            for branch in branches:
                for inner in branch:
                    yield from expressions(inner)
        case _:
            return


def _told(node: Node) -> Iterator[tuple[str, Type]]:
    match node:
        case Binary(operator="like" | "rlike" | ":"):
            return
        case Binary(left=left, right=right):
            yield from _beside(left, right)
            yield from _beside(right, left)
        case OneOf(operator="in", item=Name(name=name), choices=choices):
            for choice in choices:
                if kind := _kind(choice):
                    yield name, kind
        case Function(name=function, args=args):
            for place, arg in enumerate(args):
                if isinstance(arg, Name):
                    if place in _TIMES.get(function, ()):
                        yield arg.name, Type.TIME
                    elif place == 0 and function in _REALS:
                        yield arg.name, Type.REAL
                    elif place == 0 and function == "sum":
                        yield arg.name, Type.INTEGER
                    elif place == 0 and function in _LISTS:
                        yield arg.name, Type.TEXTS
        case _:
            return


def _beside(one: Node, other: Node) -> Iterator[tuple[str, Type]]:
    if isinstance(one, Name) and (kind := _kind(other)):
        yield one.name, kind


def _kind(node: Node) -> Type | None:
    match node:
        case Constant(value=bool()):
            return Type.BOOLEAN
        case Constant(value=int()):
            return Type.INTEGER
        case Constant(value=float()):
            return Type.REAL
        case TimeSpan() | Function(name="now" | "to_datetime" | "date_trunc" | "date_parse"):
            return Type.TIME
        case Binary(operator="+" | "-" | "*" | "/" | "%", left=left, right=right):
            return _kind(left) or _kind(right)
        case _:
            return None
