"""What the executors can do, as data, and the check of a rule against it.

A construct that an executor cannot run is an error that names the rule's file, line and column: never a silent "no
match". A node that is in no table here, because the IR grew, counts as one that cannot be run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import isfinite

from simulator.engine.meters import MAX_ALTERNATIVES, TooManyAlternatives, meter_of
from simulator.engine.regexes import InvalidRegex, compile_regex
from simulator.engine.text import read_network
from simulator.errors import InvalidRule, UnsupportedRule
from simulator.ir import (
    And,
    Cidr,
    Compare,
    Const,
    Correlate,
    CorrelationKind,
    Expr,
    FieldPair,
    Filter,
    IsNull,
    Like,
    Not,
    Or,
    Regex,
    Relation,
    Requirement,
    Rule,
    Scan,
    Term,
    TimePart,
    Union,
)

MAX_BRANCHES = 62
"""Rules that one correlation may build on: the tails keep them as bits of an integer."""
MAX_NESTING = 100
"""How deep expressions, relations and correlations may be nested; all executors recurse."""


class State(Enum):
    """Whether an executor can run a node."""

    FULL = "full"
    LIMITED = "limited"
    """Yes, within the limits that the note names."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Support:
    """How far an executor supports a node."""

    state: State
    note: str = ""


_FULL = Support(State.FULL)
_NONE = Support(State.NONE)

_PREDICATES: dict[type, Support] = {
    **dict.fromkeys((Const, And, Or, Not, Like, Cidr, Compare, IsNull, FieldPair, TimePart, Term), _FULL),
    Regex: Support(State.LIMITED, "PCRE without recursion, conditionals, callouts and verbs"),
}


@dataclass(frozen=True, slots=True)
class Executor:
    """An executor and what it makes of each node of the IR."""

    name: str
    nodes: Mapping[type, Support]
    kinds: frozenset[CorrelationKind] = field(default=frozenset(CorrelationKind))
    branches: int = MAX_BRANCHES
    free_correlations: bool = False
    """Whether a correlation may stand anywhere, not only at the top or as the whole source of a branch."""

    def support(self, node: type) -> Support:
        """How far `node` is supported; a type that nobody knows is not."""
        return self.nodes.get(node, _NONE)


FAST = Executor(
    "sieve and tails",
    {
        **_PREDICATES,
        Scan: _FULL,
        Filter: _FULL,
        Union: _FULL,
        Correlate: Support(
            State.LIMITED,
            f"at the top of a rule or as a whole branch of another, at most {MAX_BRANCHES} branches, conditions over "
            f"ordered branches that at most {MAX_ALTERNATIVES} combinations fulfil",
        ),
    },
)
REFERENCE = Executor(
    "reference",
    {**_PREDICATES, Scan: _FULL, Filter: _FULL, Union: _FULL, Correlate: _FULL},
    branches=2**31,
    free_correlations=True,
)
EXECUTORS = (FAST, REFERENCE)


def require(rule: Rule, executor: Executor = FAST) -> None:
    """Passes when `executor` can run `rule`. Raises UnsupportedRule when it cannot, and InvalidRule when nobody could:
    a pattern or network that is none, a correlation that lacks what its kind needs."""
    _relation(rule, executor, rule.plan, 0, True)


def _relation(rule: Rule, executor: Executor, relation: Relation, depth: int, free: bool) -> None:
    """Checks a relation; `free` says that a correlation may stand here."""
    _node(rule, executor, relation, depth)
    match relation:
        case Scan():
            return
        case Filter(source, where):
            _relation(rule, executor, source, depth + 1, executor.free_correlations)
            _expr(rule, executor, where, depth + 1)
        case Union(sources):
            for source in sources:
                _relation(rule, executor, source, depth + 1, executor.free_correlations)
        case Correlate():
            if not free:
                raise UnsupportedRule(rule.location, "a correlation inside a filter or union of another relation")
            _correlation(rule, executor, relation)
            for branch in relation.branches:
                _relation(rule, executor, branch.source, depth + 1, True)
        case _:
            raise UnsupportedRule(rule.location, f"{executor.name}: nothing here runs {type(relation).__name__}")


def _expr(rule: Rule, executor: Executor, expr: Expr, depth: int) -> None:
    _node(rule, executor, expr, depth)
    match expr:
        case And(items) | Or(items):
            for item in items:
                _expr(rule, executor, item, depth + 1)
        case Not(item):
            _expr(rule, executor, item, depth + 1)
        case Regex(name, pattern, flags):
            try:
                compile_regex(pattern, flags)
            except InvalidRegex as error:
                raise InvalidRule(rule.location, f"field {name}: {error}") from None
        case Cidr(name, network):
            try:
                read_network(network)
            except ValueError as error:
                raise InvalidRule(rule.location, f"field {name}: {error}") from None
        case _:
            pass


def _node(rule: Rule, executor: Executor, node: Relation | Expr, depth: int) -> None:
    if executor.support(type(node)).state is State.NONE:
        raise UnsupportedRule(rule.location, f"{executor.name}: nothing here runs {type(node).__name__}")
    if depth > MAX_NESTING:
        raise UnsupportedRule(rule.location, f"the rule is nested more than {MAX_NESTING} deep")


_NUMERIC = (
    CorrelationKind.VALUE_SUM,
    CorrelationKind.VALUE_AVG,
    CorrelationKind.VALUE_MEDIAN,
    CorrelationKind.VALUE_PERCENTILE,
)
_TEMPORAL = (CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED)


def _correlation(rule: Rule, executor: Executor, node: Correlate) -> None:
    kind = node.kind.value
    if node.kind not in executor.kinds:
        raise UnsupportedRule(rule.location, f"{executor.name}: nothing here runs {kind} correlations")
    if len(node.branches) > executor.branches:
        raise UnsupportedRule(rule.location, f"a correlation of more than {executor.branches} rules")
    for message in _faults(node):
        raise InvalidRule(rule.location, f"{kind} correlation: {message}")
    try:
        meter_of(node, ())
    except TooManyAlternatives:
        if executor is FAST:
            raise UnsupportedRule(
                rule.location,
                f"{kind} correlation: more than {MAX_ALTERNATIVES} combinations of rules fulfil its condition",
            ) from None


def _faults(node: Correlate) -> Iterator[str]:
    names = {branch.name for branch in node.branches}
    if not node.branches:
        yield "it builds on no rule"
    if len(names) < len(node.branches):
        yield "two of its rules have the same name"
    if any(len(branch.by) != len(node.by) for branch in node.branches):
        yield "a rule does not say what it calls each group-by field"
    if node.kind not in _TEMPORAL and not node.thresholds:
        yield "a condition is missing"
    if node.kind not in _TEMPORAL and node.requires is not None:
        yield "only temporal kinds take a condition over rules"
    if node.kind in _NUMERIC and any(len(branch.fields) != 1 for branch in node.branches):
        yield "expected exactly one field to compute with"
    if node.kind is CorrelationKind.VALUE_COUNT and any(not branch.fields for branch in node.branches):
        yield "expected a field whose values to count"
    if node.kind is CorrelationKind.VALUE_COUNT and len({len(branch.fields) for branch in node.branches}) > 1:
        yield "its rules do not all have the same number of fields"
    if node.kind is CorrelationKind.VALUE_PERCENTILE and not 0 <= (-1 if (p := node.percentile) is None else p) <= 100:
        yield f"expected a percentile from 0 to 100, found {p}"
    if node.span < 0:
        yield "its time span is negative"
    if not all(isfinite(threshold.value) for threshold in node.thresholds):
        yield "a threshold is no finite number"
    for name in sorted(_names(node.requires) - names):
        yield f"its condition names {name!r}, which is none of its rules"


def _names(requires: Requirement | None) -> set[str]:
    if requires is None:
        return set()
    if isinstance(requires, str):
        return {requires}
    return set().union(*(_names(item) for item in requires[1:]))
