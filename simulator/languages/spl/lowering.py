"""What all commands need while a search is lowered: the search's text, tables, lookup files, warnings; and how the
commands of a pipeline follow one another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.errors import InvalidRule, UnsupportedRule, nearest
from simulator.ir import Expr, IsNull, Literal, Not, Problem
from simulator.languages.spl import ast
from simulator.languages.spl.ast import Command, Pipeline
from simulator.languages.spl.conditions import FALSE, Columns, condition
from simulator.languages.spl.cursor import Cursor
from simulator.languages.spl.evaluate import Evaluator
from simulator.languages.spl.frame import Frame, Typed, Wants
from simulator.languages.spl.lookups import Lookups
from simulator.languages.spl.searches import Searching
from simulator.languages.spl.source import Source
from simulator.tables import Table, Type

Handler = Callable[["Lowering", Frame, Command], Frame]
Begin = Callable[["Lowering", Command], Frame]

MARKER = "__in"


@dataclass(slots=True)
class Lowering:
    """One attempt at lowering a search (`Wants` is kept from one to the next)."""

    source: Source
    schemas: Mapping[str, Table]
    lookups: Lookups
    wants: Wants
    handlers: Mapping[str, Handler]
    begins: Mapping[str, Begin]
    warnings: dict[tuple[int, str], Problem] = field(default_factory=dict)
    counter: int = 0

    # Errors and warnings

    def invalid(self, at: int, message: str) -> InvalidRule:
        """Something that is no SPL."""
        return self.source.invalid(at, message)

    def unsupported(self, at: int, message: str, width: int = 1) -> UnsupportedRule:
        """A construct that cannot run."""
        return self.source.unsupported(at, message, width)

    def warn(self, at: int, message: str) -> None:
        """Something the author should know; each once."""
        self.warnings.setdefault((0, message), self.source.warning(at, message))

    def missing(self, frame: Frame, name: str, at: int) -> None:
        """Warn of a field that does not exist where it is asked for."""
        if not name.startswith("_"):
            self.warn(at, f"no field {name!r} is left at this point, it is null{nearest(name, frame.columns)}")

    def fresh(self, stem: str) -> str:
        """A column name that no search can have."""
        self.counter += 1
        return f"__{stem}{self.counter}"

    # Pipelines

    def pipeline(self, pipeline: Pipeline, start: Frame | None = None) -> Frame:
        """The rows that a pipeline gives: from its own events, or from the rows of `start`."""
        commands = pipeline.commands
        frame = start
        for command in commands:
            frame = self._begin(command) if frame is None else self._follow(frame, command)
        assert frame is not None
        return frame

    def _begin(self, command: Command) -> Frame:
        begin = self.begins.get(command.name)
        if begin is None:
            raise self.invalid(command.at, f"a search cannot begin with the command {command.name!r}")
        return begin(self, command)

    def _follow(self, frame: Frame, command: Command) -> Frame:
        handler = self.handlers.get(command.name)
        if handler is None:
            raise self.unsupported(command.at, f"the command {command.name!r} is not supported here", len(command.name))
        return handler(self, frame, command)

    # Expressions

    def evaluator(self, frame: Frame) -> Evaluator:
        """What lowers eval expressions over the rows of `frame`."""
        return Evaluator(
            frame,
            self.invalid,
            self.unsupported,
            self.pipeline,
            self.search_text,
            lambda name, at: self.missing(frame, name, at),
        )

    def value(self, frame: Frame, node: ast.Eval) -> Typed:
        """An eval expression as a value."""
        return self.evaluator(frame).value(node)

    def predicate(self, frame: Frame, node: ast.Eval) -> Expr:
        """An eval expression as a predicate."""
        return self.evaluator(frame).condition(node)

    def columns(self, frame: Frame, inner: Callable[[ast.Inner], Expr] | None = None) -> Columns:
        """How search conditions see the rows of `frame`."""

        def find(name: str, at: int) -> tuple[str, Type] | None:
            if frame.has(name):
                return name, frame.columns[name]
            if not frame.open:
                self.missing(frame, name, at)
            return None

        def raw() -> str | None:
            return "_raw" if frame.has("_raw") else None

        def refuse(node: ast.Inner) -> Expr:
            raise self.unsupported(node.at, "a subsearch is not supported here")

        ignored = frozenset(("index",)) if frame.events else frozenset[str]()
        return Columns(find, raw, inner or refuse, ignored=ignored)

    def search_text(self, text: str, frame: Frame, at: int) -> Expr:
        """A search expression in a text (searchmatch, transaction) as a predicate."""
        return condition(self.parse_search(text, at), self.columns(frame))

    def parse_search(self, text: str, at: int) -> ast.Search:
        """A search expression in a text."""
        place = self.source.origin[min(at, len(self.source.text))]
        source = Source(self.source.query, text, (place,) * (len(text) + 1))

        def inner(start: int, end: int) -> Pipeline:
            raise self.unsupported(at, "a subsearch is not supported here")

        cursor = Cursor(source, 0, len(text))
        found = Searching(cursor, inner).expression()
        cursor.finish()
        return found

    def search(self, frame: Frame, search: ast.Search) -> Frame:
        """The rows of `frame` of which `search` is true, its subsearches included."""
        from simulator.languages.spl.subsearch import expanded, marked

        search = expanded(self, search)
        frame, markers = marked(self, frame, search)
        found = condition(search, self.columns(frame, lambda node: Not(IsNull(markers[node.at]))))
        if found == FALSE and not frame.open:
            pass
        kept = frame.where(found)
        return kept.drop(markers.values()) if markers else kept

    # Tables

    def known_tables(self, pattern: str) -> list[Table]:
        """The tables that are known by this name or pattern."""
        from fnmatch import fnmatchcase

        return [table for name, table in self.schemas.items() if fnmatchcase(name, pattern)]


def null(kind: Type = Type.TEXT) -> Typed:
    """Nothing, of a kind."""
    return Typed(Literal(None, kind), kind)
