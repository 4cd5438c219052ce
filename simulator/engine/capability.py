"""What the executors can do, as data, and the check of a rule against it.

A construct that an executor cannot run is an error that names the rule's file, line and column: never a silent "no
match". A node that is in no table here, because the IR grew, counts as one that cannot be run.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from math import isfinite

from simulator.engine.functions import AGGREGATES, FUNCTIONS, RANKINGS, Function
from simulator.engine.functions.model import Fault
from simulator.engine.meters import MAX_ALTERNATIVES, TooManyAlternatives, meter_of
from simulator.engine.regexes import InvalidRegex, compile_regex
from simulator.engine.text import read_network
from simulator.errors import InvalidRule, UnsupportedRule
from simulator.ir import (
    Aggregate,
    And,
    Call,
    Cidr,
    Compare,
    Concat,
    Const,
    Correlate,
    CorrelationKind,
    Explode,
    Expr,
    Extend,
    FieldPair,
    Filter,
    IsNull,
    Join,
    Like,
    Limit,
    Literal,
    Lookup,
    Not,
    Or,
    Project,
    Read,
    Regex,
    Relation,
    Requirement,
    Rows,
    Rule,
    Sample,
    Scan,
    Sequence,
    Sort,
    Term,
    Test,
    TimePart,
    Truth,
    Union,
    Value,
    Window,
    columns_of,
    sources_of,
    values_of,
    within,
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
    Test: Support(State.LIMITED, "above Read"),
}
_ROW_OPERATORS: dict[type, Support] = dict.fromkeys(
    (Read, Rows, Extend, Project, Aggregate, Window, Join, Concat, Sort, Limit, Explode, Sequence, Sample), _FULL
)


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
        **_ROW_OPERATORS,
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
    {**_PREDICATES, **_ROW_OPERATORS, Scan: _FULL, Filter: _FULL, Union: _FULL, Correlate: _FULL},
    branches=2**31,
    free_correlations=True,
)
EXECUTORS = (FAST, REFERENCE)


def require(rule: Rule, executor: Executor = FAST) -> None:
    """Passes when `executor` can run `rule`. Raises UnsupportedRule when it cannot, and InvalidRule when nobody could:
    a pattern or network that is none, a correlation that lacks what its kind needs, a column that is not there."""
    _relation(rule, executor, rule.plan, 0, True)
    if rule.schedule is not None and rule.schedule.every <= 0:
        raise InvalidRule(rule.location, "its schedule never runs")
    try:
        columns_of(rule.plan)
    except KeyError as error:
        raise InvalidRule(rule.location, f"the plan names a column that is not there: {error}") from None


def _relation(rule: Rule, executor: Executor, relation: Relation, depth: int, free: bool) -> None:
    """Checks a relation; `free` says that a correlation may stand here."""
    _node(rule, executor, relation, depth)
    match relation:
        case Scan() | Rows():
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
        case Read(source):
            if any(type(node) in _ROW_OPERATORS or isinstance(node, Correlate) for node in within(source)):
                raise UnsupportedRule(rule.location, "rows that are read a second time, as events")
            _relation(rule, executor, source, depth + 1, False)
        case _:
            for source in sources_of(relation):
                if not gives_rows(source):
                    raise UnsupportedRule(rule.location, f"{type(relation).__name__} over events that nothing reads")
                _relation(rule, executor, source, depth + 1, False)
    if gives_rows(relation):
        for value in values_of(relation):
            _value(rule, executor, value, depth + 1)
        if isinstance(relation, Aggregate | Window):
            for measure in relation.measures:
                if measure.function not in AGGREGATES and not (
                    isinstance(relation, Window) and measure.function in RANKINGS
                ):
                    raise UnsupportedRule(rule.location, f"{executor.name}: there is no aggregate {measure.function}")
                if measure.function in AGGREGATES:
                    _fault(rule, measure.function, AGGREGATES[measure.function].fault, measure.args)
                if measure.where is not None:
                    _expr(rule, executor, measure.where, depth + 1)


def gives_rows(relation: Relation) -> bool:
    """Whether `relation` stands above `Read`."""
    return gives_rows(relation.source) if isinstance(relation, Filter) else type(relation) in _ROW_OPERATORS


def _value(rule: Rule, executor: Executor, value: Value, depth: int) -> None:
    if depth > MAX_NESTING:
        raise UnsupportedRule(rule.location, f"the rule is nested more than {MAX_NESTING} deep")
    match value:
        case Call(name, args):
            function = FUNCTIONS.get(name)
            if function is None:
                raise UnsupportedRule(rule.location, f"{executor.name}: there is no function {name}")
            if not takes(function, len(args)):
                raise InvalidRule(rule.location, f"the function {name} with {len(args)} arguments")
            _fault(rule, name, function.fault, args)
            for arg in args:
                _value(rule, executor, arg, depth + 1)
        case Truth(expr):
            _expr(rule, executor, expr, depth + 1)
        case Lookup(source):
            if not gives_rows(source):
                raise UnsupportedRule(rule.location, "a look-up in events that nothing reads")
            _relation(rule, executor, source, depth + 1, False)
        case _:
            pass


def _fault(rule: Rule, name: str, fault: Fault | None, args: tuple[Value, ...]) -> None:
    found = fault(*(arg.value if isinstance(arg, Literal) else ... for arg in args)) if fault is not None else None
    if found is not None:
        raise InvalidRule(rule.location, f"{name}: {found}")


@lru_cache(maxsize=4096)
def takes(function: Function, args: int) -> bool:
    """Whether `function` can be called with so many arguments."""
    try:
        inspect.signature(function.python).bind(*range(args + (2 if function.kinds else 0)))
    except TypeError:
        return False
    except ValueError:  # a builtin that does not say
        return True
    return True


def _expr(rule: Rule, executor: Executor, expr: Expr, depth: int) -> None:
    _node(rule, executor, expr, depth)
    match expr:
        case And(items) | Or(items):
            for item in items:
                _expr(rule, executor, item, depth + 1)
        case Not(item):
            _expr(rule, executor, item, depth + 1)
        case Test(value):
            _value(rule, executor, value, depth + 1)
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
