"""The pieces of queries, made directly: sqlglot's own builders parse and copy what they are given, which for a thousand
small queries takes longer than running them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from sqlglot import exp

Node: TypeAlias = Any
"""An expression of sqlglot, whose stubs have several words for it."""

_FROM = "from_" if "from_" in exp.Select.arg_types else "from"
_WITH = "with_" if "with_" in exp.Select.arg_types else "with"


def column(name: str, relation: str = "") -> Node:
    """A column, of `relation` where that must be said."""
    if relation:
        return exp.Column(this=exp.Identifier(this=name), table=exp.Identifier(this=relation))
    return exp.Column(this=exp.Identifier(this=name))


def quoted(name: str) -> Node:
    """A column whose name may hold anything."""
    return exp.Column(this=exp.Identifier(this=name, quoted=True))


def table(name: str, alias: str = "") -> Node:
    """A relation."""
    if alias:
        return exp.Table(this=exp.Identifier(this=name), alias=exp.TableAlias(this=exp.Identifier(this=alias)))
    return exp.Table(this=exp.Identifier(this=name))


def named(value: Node, name: str, quote: bool = False) -> Node:
    """`value` as a column called `name`."""
    return exp.Alias(this=value, alias=exp.Identifier(this=name, quoted=quote))


def number(value: int) -> Node:
    """A whole number."""
    if value < 0:
        return exp.Neg(this=exp.Literal(this=str(-value), is_string=False))
    return exp.Literal(this=str(value), is_string=False)


def call(name: str, *args: Node) -> Node:
    """A call of DuckDB's function `name`."""
    return exp.Anonymous(this=name, expressions=list(args))


def is_null(value: Node) -> Node:
    """Whether `value` is null."""
    return exp.Is(this=value, expression=exp.Null())


def either(condition: Node, then: Node, otherwise: Node | None = None) -> Node:
    """`then` where `condition` holds, else `otherwise`."""
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=otherwise)


def coalesce(*values: Node) -> Node:
    """The first that is not null."""
    return exp.Coalesce(this=values[0], expressions=list(values[1:])) if values[1:] else values[0]


def all_of(conditions: Sequence[Node]) -> Node:
    """All hold."""
    found: Node = exp.Boolean(this=True)
    for place, condition in enumerate(conditions):
        found = exp.And(this=found, expression=condition) if place else condition
    return found


def ascending(value: Node, nulls_first: bool = False) -> Node:
    """A key of an order."""
    return exp.Ordered(this=value, desc=False, nulls_first=nulls_first)


def over(function: Node, by: Iterable[Node], order: Iterable[Node] = (), spec: Node | None = None) -> Node:
    """`function` as a window function over the rows that are equal by `by`, in `order`."""
    keys = list(order)
    found = exp.Window(this=function, partition_by=list(by), spec=spec)
    if keys:
        found.set("order", exp.Order(expressions=keys))
    return found


def select(
    items: Iterable[Node | str],
    source: Node | str,
    *,
    joins: Sequence[Node] = (),
    where: Node | None = None,
    group: Sequence[Node] = (),
    having: Node | None = None,
    order: Sequence[Node] = (),
    limit: int | None = None,
) -> Node:
    """A query over `source`; texts are names of columns and relations."""
    parts: dict[str, Any] = {
        "expressions": [column(item) if isinstance(item, str) else item for item in items],
        _FROM: exp.From(this=table(source) if isinstance(source, str) else source),
    }
    if joins:
        parts["joins"] = list(joins)
    if where is not None:
        parts["where"] = exp.Where(this=where)
    if group:
        parts["group"] = exp.Group(expressions=list(group))
    if having is not None:
        parts["having"] = exp.Having(this=having)
    if order:
        parts["order"] = exp.Order(expressions=list(order))
    if limit is not None:
        parts["limit"] = exp.Limit(expression=number(limit))
    return exp.Select(**parts)


def join(source: Node, on: Node | None, side: str = "", kind: str = "") -> Node:
    """A join with `source`; without `on` each row with each."""
    if on is None:
        return exp.Join(this=source, kind="CROSS")
    return exp.Join(this=source, side=side or None, kind=kind or None, on=on)


def both(first: Node, second: Node) -> Node:
    """All rows of both queries."""
    return exp.Union(this=first, expression=second, distinct=False)


def subquery(query: Node, alias: str = "") -> Node:
    """A query as a relation or value."""
    if alias:
        return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.Identifier(this=alias)))
    return exp.Subquery(this=query)


def with_parts(query: Node, parts: Iterable[tuple[str, Node]]) -> Node:
    """`query`, which may use `parts` by name."""
    tables = [exp.CTE(this=part, alias=exp.TableAlias(this=exp.Identifier(this=name))) for name, part in parts]
    if tables:
        query.set(_WITH, exp.With(expressions=tables))
    return query


def copies(nodes: Iterable[Node]) -> list[Node]:
    """The same again: a node can stand in one place only."""
    return [node.copy() for node in nodes]
