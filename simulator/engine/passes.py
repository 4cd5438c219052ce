"""Fourth stage: conditions, once their guards go live, become a shared graph of checks in negation normal form.

Negations move down to the leaves. Then only "is it true" has to be asked of any node, and three-valued logic is
settled in the leaves: a negated check over a missing value is true under `Missing.FALSE` and not true under
`Missing.UNKNOWN`. Leaves about one field that stand together under "or" become one check, as do negated ones under
"and". Equal nodes are one node, across all rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simulator.ir import (
    And,
    Cidr,
    Compare,
    Const,
    Expr,
    FieldPair,
    IsNull,
    Like,
    Missing,
    Not,
    Or,
    Regex,
    Term,
    Test,
    TimePart,
)

ValueLeaf = Like | Regex | Cidr | Compare | TimePart | Term
"""A leaf that looks at one value."""


@dataclass(frozen=True, slots=True)
class Check:
    """Any of `leaves` holds for `field`, or with `negated`, none does. `unless_missing`: and the field is there."""

    field: str
    leaves: tuple[ValueLeaf, ...]
    negated: bool = False
    unless_missing: bool = False


@dataclass(frozen=True, slots=True)
class Null:
    """`field` is missing, or with `negated`, is there."""

    field: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class PairCheck:
    """Two fields relate, or with `negated`, do not."""

    leaf: FieldPair
    negated: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """All nodes hold."""

    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """One of the nodes holds."""

    items: tuple[int, ...]


Node = Check | Null | PairCheck | All | Any
NEVER, ALWAYS = 0, 1
"""The numbers of the two nodes that are decided already: an empty `Any` and an empty `All`."""


class Graph:
    """Nodes by number; a node's parts have lower numbers."""

    def __init__(self) -> None:
        self.nodes: list[Node] = [Any(()), All(())]
        self._numbers: dict[object, int] = {}
        self._leaves: dict[ValueLeaf, int] = {}
        self._of_checks: dict[int, tuple[int, ...]] = {}

    def add(self, expr: Expr) -> int:
        """The number of the node that is true of an event exactly where `expr` is true."""
        return self._lower(expr, True)

    def _number(self, node: Node, key: object) -> int:
        """The number of `node`; `key` is equal for equal nodes, and quicker to compare."""
        number = self._numbers.setdefault(key, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(node)
        return number

    def _check(
        self, field: str, leaves: Sequence[ValueLeaf], numbers: tuple[int, ...], negated: bool, unless_missing: bool
    ) -> int:
        key = (field, numbers, negated, unless_missing)
        number = self._number(Check(field, tuple(leaves), negated, unless_missing), key)
        self._of_checks[number] = numbers
        return number

    def _lower(self, expr: Expr, positive: bool) -> int:
        match expr:
            case Const(value):
                return ALWAYS if value == positive else NEVER
            case Not(item):
                return self._lower(item, not positive)
            case And(items):
                return self._join(items, positive, conjunction=positive)
            case Or(items):
                return self._join(items, positive, conjunction=not positive)
            case IsNull(field):
                return self._number(Null(field, not positive), (field, positive))
            case FieldPair():
                return self._number(PairCheck(expr, not positive), (expr, positive))
            case Test():
                raise ValueError("a computed value cannot be tested on events, only on rows")
            case _:
                unless_missing = not positive and expr.missing is Missing.UNKNOWN
                leaf = self._leaves.setdefault(expr, len(self._leaves))
                return self._check(expr.field, (expr,), (leaf,), not positive, unless_missing)

    def _join(self, items: Iterable[Expr], positive: bool, conjunction: bool) -> int:
        decided, neutral = (NEVER, ALWAYS) if conjunction else (ALWAYS, NEVER)
        kind = All if conjunction else Any
        parts: dict[int, None] = {}
        for item in items:
            number = self._lower(item, positive)
            if number == decided:
                return decided
            node = self.nodes[number]
            inner = node.items if isinstance(node, kind) and number > ALWAYS else (number,)
            parts.update((part, None) for part in inner if part != neutral)
        merged = self._merge(parts, negated=conjunction)
        if len(merged) < 2:
            return merged[0] if merged else neutral
        return self._number(kind(tuple(merged)), (kind, *merged))

    def _merge(self, parts: Iterable[int], negated: bool) -> list[int]:
        """Checks of one field become one, where they stand under "or", or negated under "and"."""
        groups: dict[tuple[str, bool], list[int]] = {}
        rest: list[int] = []
        for part in parts:
            node = self.nodes[part]
            if isinstance(node, Check) and node.negated == negated:
                groups.setdefault((node.field, node.unless_missing), []).append(part)
            else:
                rest.append(part)
        for (field, unless_missing), members in groups.items():
            if len(members) == 1:
                rest.append(members[0])
                continue
            leaves: dict[int, ValueLeaf] = {}
            for member in members:
                node = self.nodes[member]
                assert isinstance(node, Check)
                leaves.update(zip(self._of_checks[member], node.leaves, strict=True))
            rest.append(self._check(field, tuple(leaves.values()), tuple(leaves), negated, unless_missing))
        return rest
