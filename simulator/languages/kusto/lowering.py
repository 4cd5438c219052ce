"""What every part of the lowering shares: the query, the tables, what is known of columns, warnings, errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.errors import InvalidRule, UnsupportedRule
from simulator.ir import Expr, Problem, Status
from simulator.languages.embedded import Query
from simulator.languages.kusto import ast
from simulator.languages.kusto.knowledge import Knowledge
from simulator.languages.kusto.model import Env, Frame, Scope, Typed
from simulator.tables import Table

MAX_CALLS = 64
"""How deep functions of the query's own may call each other."""


@dataclass(slots=True)
class Lowering:
    """One pass over a query. `value`, `predicate` and `rows` lower an expression as what they are called."""

    query: Query
    tables: Mapping[str, Table]
    knowledge: Knowledge
    value: Callable[[Lowering, Scope, ast.Expr], Typed]
    predicate: Callable[[Lowering, Scope, ast.Expr], Expr]
    rows: Callable[[Lowering, ast.Expr, Env], Frame]
    warnings: dict[tuple[int, str], Problem] = field(default_factory=dict)
    calls: int = 0
    hidden: int = 0
    said: set[str] = field(default_factory=set)

    def warn(self, at: int, message: str, *, once: str = "") -> None:
        """Something the author should know; with `once`, said a single time for that."""
        if once:
            if once in self.said:
                return
            self.said.add(once)
        self.warnings.setdefault((at, message), Problem(Status.INVALID, self.query.at(at), message, warning=True))

    def invalid(self, at: int, message: str, width: int = 1) -> InvalidRule:
        """The error that the query is wrong at an offset."""
        return InvalidRule(self.query.at(at), f"{message}\n{self.query.shown(at, width)}")

    def unsupported(self, at: int, message: str, width: int = 1) -> UnsupportedRule:
        """The error that what stands at an offset cannot run."""
        return UnsupportedRule(self.query.at(at), f"{message}\n{self.query.shown(at, width)}")

    def secret(self, what: str) -> str:
        """A new name for a column that the query cannot name."""
        self.hidden += 1
        return f"${what}{self.hidden}"
