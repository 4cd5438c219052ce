"""Values and predicates over rows as DuckDB expressions.

No text of a rule becomes part of a query: it is a parameter. Predicates of the sieve run as the sieve runs them, by
calls into `values`, except where SQL's own operator is the same for every value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from sqlglot import exp

from simulator.engine import sql_nodes as sql
from simulator.engine.functions import FUNCTIONS
from simulator.engine.sql_functions import SQL_TYPES, Calls
from simulator.engine.sql_nodes import Node
from simulator.ir import (
    And,
    Call,
    Case,
    Compare,
    Const,
    Expr,
    Field,
    FieldPair,
    IsNull,
    Leaf,
    Like,
    Literal,
    Lookup,
    Missing,
    Not,
    Now,
    Op,
    Or,
    Test,
    Truth,
    Value,
    Wild,
    kind_of,
)
from simulator.tables import Type

_TYPES = {name: exp.DataType.build(name, dialect="duckdb") for name in set(SQL_TYPES.values())}


@dataclass(frozen=True, slots=True)
class Row:
    """The columns of the row that an expression stands in: by name, what the query calls each, and its kind."""

    columns: Mapping[str, tuple[str, Type]]
    alias: str = ""
    """What the query calls the relation, where that must be said."""

    def column(self, name: str) -> Node:
        """A column of the plan's relation."""
        return self.hidden(self.columns[name][0])

    def hidden(self, name: str) -> Node:
        """A column of the query itself."""
        return sql.column(name, self.alias)

    @property
    def kinds(self) -> dict[str, Type]:
        """The kinds of all columns."""
        return {name: kind for name, (_, kind) in self.columns.items()}


@dataclass(slots=True)
class Values:
    """Turns values and predicates into expressions of one query, and gathers the query's parameters."""

    calls: Calls
    now: Callable[[Row], Node]
    """The time of the run, in microseconds."""
    lookup: Callable[[Lookup, Row], Node]
    parameters: dict[str, Any] = field(default_factory=dict)

    def value(self, value: Value, row: Row) -> Node:
        """`value` over `row`."""
        match value:
            case Field(name):
                return row.column(name)
            case Literal():
                return self.literal(value.value, value.kind)
            case Call(name, args, kind):
                return self._call(name, args, kind, row)
            case Truth(expr):
                return self.predicate(expr, row)
            case Now():
                return self.now(row)
            case Lookup():
                return self.lookup(value, row)

    def literal(self, value: Any, kind: Type) -> Node:
        """A constant; texts as parameters."""
        if value is None:
            return cast(exp.Null(), kind)
        if isinstance(value, bool):
            return exp.Boolean(this=value)
        if kind in (Type.INTEGER, Type.TIME, Type.SPAN):
            return cast(sql.number(int(value)), kind)
        if isinstance(value, tuple):
            value = list(value)
        return cast(self.parameter(value), kind)

    def parameter(self, value: Any) -> Node:
        """A new parameter with `value`."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return exp.Parameter(this=exp.Var(this=name))

    def _call(self, name: str, args: Sequence[Value], kind: Type, row: Row) -> Node:
        function = FUNCTIONS[name]
        built = [self.value(arg, row) for arg in args]
        columns = row.kinds
        kinds = [kind_of(arg, columns) for arg in args]
        call = None if function.sql is None else function.sql(built, kinds, kind)
        if call is not None:
            return exp.Paren(this=call)
        return sql.call(self.calls.function(name, kinds, kind), *built)

    def predicate(self, expr: Expr, row: Row) -> Node:
        """`expr` as a BOOLEAN, null where it is unknown."""
        match expr:
            case Const(value):
                return exp.Boolean(this=value)
            case And(items):
                return _joined(exp.And, [self.predicate(item, row) for item in items], True)
            case Or(items):
                return _joined(exp.Or, [self.predicate(item, row) for item in items], False)
            case Not(item):
                return exp.Not(this=exp.Paren(this=self.predicate(item, row)))
            case Test(value):
                return exp.Paren(this=self.value(value, row))
            case IsNull(name):
                return _missing(row.column(name), row.columns[name][1])
            case _:
                return self._leaf(expr, row)

    def _leaf(self, leaf: Any, row: Row) -> Node:
        if isinstance(leaf, FieldPair):
            kinds = [row.columns[name][1] for name in (leaf.left, leaf.right)]
            return sql.call(self.calls.leaf(leaf, kinds), row.column(leaf.left), row.column(leaf.right))
        kind = row.columns[leaf.field][1]
        plain = self._plain(leaf, kind, row.column(leaf.field))
        if plain is None:
            return sql.call(self.calls.leaf(leaf, [kind]), row.column(leaf.field))
        if leaf.missing is Missing.UNKNOWN:
            return exp.Paren(this=plain)
        return sql.coalesce(plain, exp.Boolean(this=False))

    def _plain(self, leaf: Leaf, kind: Type, column: Node) -> Node | None:
        """`leaf` in SQL's own operators (null for a null), where they are the same."""
        match leaf:
            case Compare(_, op, value) if kind in (Type.INTEGER, Type.SPAN) and _exact(value):
                return _OPS[op](this=column, expression=sql.number(int(value)))
            case Like(_, glob, Case.EXACT) if kind is Type.TEXT:
                match glob:
                    case ():
                        return exp.EQ(this=column, expression=self.parameter(""))
                    case (str(text),):
                        return exp.EQ(this=column, expression=self.parameter(text))
                    case (str(text), Wild.ANY):
                        return sql.call("prefix", column, self.parameter(text))
                    case (Wild.ANY, str(text)):
                        return sql.call("suffix", column, self.parameter(text))
                    case (Wild.ANY, str(text), Wild.ANY):
                        return sql.call("contains", column, self.parameter(text))
        return None


_OPS: dict[Op, type[exp.Binary]] = {
    Op.EQ: exp.EQ,
    Op.NE: exp.NEQ,
    Op.LT: exp.LT,
    Op.LE: exp.LTE,
    Op.GT: exp.GT,
    Op.GE: exp.GTE,
}


def cast(value: Node, kind: Type, safe: bool = False) -> Node:
    """`value` as what DuckDB holds of `kind`; with `safe`, null where it is not one."""
    return (exp.TryCast if safe else exp.Cast)(this=value, to=_TYPES[SQL_TYPES[kind]].copy())


def _exact(value: float | int) -> bool:
    return isfinite(value) and value == int(value) and abs(value) < 1 << 62


def _missing(column: Node, kind: Type) -> Node:
    """Whether there is no value; a list without elements is none."""
    if kind.element is None:
        return sql.is_null(column)
    length = sql.coalesce(sql.call("len", column), sql.number(0))
    return exp.EQ(this=length, expression=sql.number(0))


def _joined(kind: type[exp.Connector], items: Sequence[Node], empty: bool) -> Node:
    """Halves of halves, so that a thousand items are ten deep."""
    if not items:
        return exp.Boolean(this=empty)
    if len(items) == 1:
        return items[0]
    middle = len(items) // 2
    return exp.Paren(
        this=kind(this=_joined(kind, items[:middle], empty), expression=_joined(kind, items[middle:], empty))
    )
