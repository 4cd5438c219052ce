"""First stage: rules become targets, each saying which events of which tables it selects, and together what to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from simulator.engine.alerts import Failure
from simulator.engine.conditions import Conditions, Planner
from simulator.engine.regexes import compile_regex
from simulator.engine.row_plans import RowPlan, plan_alerts
from simulator.engine.text import read_network
from simulator.errors import SparringError
from simulator.ir import (
    And,
    Cidr,
    Const,
    Correlate,
    Expr,
    FieldPair,
    Filter,
    Like,
    Not,
    Or,
    Regex,
    Relation,
    Rule,
    Scan,
    Test,
    Union,
)
from simulator.tables import Column, Demand

_TEXT = "_text"


@dataclass(frozen=True, slots=True)
class Target:
    """Events that one rule, or one leaf of one rule's correlation or row plan, selects.

    `rules` are the rules' numbers in the run; only row plans share a target. `path` is None when every selected event
    is an alert, else the leaf's path in the correlation; empty for leaves of row plans. `scans` pairs each table
    pattern with the number of the condition that must hold there; `bring` names the columns that a correlation needs
    of each event, as text, and `columns` those that row plans need.
    """

    rules: tuple[int, ...]
    path: tuple[int, ...] | None
    scans: tuple[tuple[str, int], ...]
    bring: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()

    @property
    def rule(self) -> int:
        """The rule, where there is but one."""
        return self.rules[0]


@dataclass(frozen=True, slots=True)
class Tail:
    """What is left of a rule's plan after the sieve, and for each of its leaves, by number, the target."""

    plan: RowPlan
    targets: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Resolved:
    """The targets of all rules that can run, their conditions, what to read for them, the tails of rules by the rule's
    number, and the rules that cannot run."""

    targets: tuple[Target, ...]
    conditions: Conditions
    demand: Demand
    failures: tuple[Failure, ...]
    tails: Mapping[int, Tail] = field(default_factory=dict)


def resolve(rules: Sequence[Rule]) -> Resolved:
    """Targets and demand of `rules`; silent rules have none. A plan that nothing here can execute is a failure."""
    return resolve_plans([(number, rule.id, rule) for number, rule in enumerate(rules) if not rule.silent])


def resolve_plans(plans: Iterable[tuple[int, str, Rule | RowPlan]]) -> Resolved:
    """The same for rules or row plans, each with its number and its id."""
    gathered = _Gathered()
    tails: dict[int, Tail] = {}
    failures: list[Failure] = []
    for number, name, rule in plans:
        try:
            found = rule if isinstance(rule, RowPlan) else plan_alerts(rule)
            if isinstance(found, RowPlan):
                tails[number] = Tail(found, gathered.leaves(number, found))
            else:
                gathered.selections(number, found)
        except (RecursionError, ValueError, KeyError, SparringError) as error:
            failures.append(Failure(name, reason_of(error)))
    return gathered.resolved(tails, failures)


class _Gathered:
    """Targets, conditions and demand, as they are gathered rule by rule. A rule that cannot run leaves nothing."""

    def __init__(self) -> None:
        self._targets: list[Target] = []
        self._planner = Planner()
        self._reads: dict[int, set[str]] = {}
        self._columns: dict[str, set[str]] = {}
        self._text_events: dict[str, frozenset[int] | None] = {}
        self._shared: dict[Relation, int] = {}
        """The target of each source of a leaf of a row plan."""

    def selections(self, number: int, plan: Relation) -> None:
        """What a plan over events or a correlation selects."""
        selections = tuple(_selections(plan))
        planned = [_planned(self._planner, self._reads, scans) for _, scans, _ in selections]
        for (path, scans, bring), conditions in zip(selections, planned, strict=True):
            self._targets.append(Target((number,), path, conditions, bring))
            self._demand(scans, conditions, bring)

    def leaves(self, number: int, plan: RowPlan) -> dict[int, int]:
        """What the leaves of a row plan select: by number, the target. Equal sources are one target."""
        planned: dict[Relation, tuple[Scans, tuple[tuple[str, int], ...]]] = {}
        for leaf in plan.leaves:
            if leaf.source not in self._shared and leaf.source not in planned:
                scans = tuple(_scans(leaf.source))
                planned[leaf.source] = scans, _planned(self._planner, self._reads, scans)
        for source, (scans, conditions) in planned.items():
            self._shared[source] = len(self._targets)
            self._targets.append(Target((), (), conditions))
            self._demand(scans, conditions, ())
        found = {}
        for leaf in plan.leaves:
            place = found[leaf.number] = self._shared[leaf.source]
            target = self._targets[place]
            rules = tuple(dict.fromkeys((*target.rules, number)))
            columns = tuple(dict.fromkeys((*target.columns, *leaf.columns)))
            if rules != target.rules or columns != target.columns:
                self._targets[place] = replace(target, rules=rules, columns=columns)
                for pattern, _ in target.scans:
                    self._columns[pattern].update(column.name for column in leaf.columns)
        return found

    def _demand(self, scans: Scans, conditions: Sequence[tuple[str, int]], bring: Sequence[str]) -> None:
        for (pattern, condition), (_, expr) in zip(conditions, scans, strict=True):
            self._columns.setdefault(pattern, set()).update(bring, self._reads[condition])
            if _TEXT in self._reads[condition]:
                ids, known = event_ids(expr), self._text_events.get(pattern, frozenset())
                self._text_events[pattern] = None if ids is None or known is None else ids | known

    def resolved(self, tails: Mapping[int, Tail], failures: Sequence[Failure]) -> Resolved:
        """All of it."""
        texts = {pattern for target in self._targets if _wants_text(target) for pattern, _ in target.scans}
        demand = Demand(
            {pattern: frozenset(names) for pattern, names in self._columns.items()},
            {pattern: ids for pattern, ids in self._text_events.items() if ids is not None and pattern not in texts},
        )
        return Resolved(tuple(self._targets), self._planner.finish(), demand, tuple(failures), tails)


def _wants_text(target: Target) -> bool:
    return any(column.name == _TEXT for column in target.columns)


def event_ids(expr: Expr) -> frozenset[int] | None:
    """The Windows event ids for which `expr` can hold at all; None when that does not show from its form."""
    match expr:
        case Like("EventID", (str(text),)) if text.isascii() and text.isdigit():
            return frozenset((int(text),))
        case And(items):
            known = [ids for item in items if (ids := event_ids(item)) is not None]
            return frozenset.intersection(*known) if known else None
        case Or(items):
            several = [event_ids(item) for item in items]
            return None if None in several else frozenset().union(*(ids for ids in several if ids is not None))
        case _:
            return None


def reason_of(error: BaseException) -> str:
    """`error` as the reason of a failure."""
    if isinstance(error, RecursionError):
        return "the condition is nested too deeply"
    if isinstance(error, KeyError):
        return f"the plan names {error}, which is not there"
    return str(error) or type(error).__name__


Scans = tuple[tuple[str, Expr], ...]
_Selection = tuple[tuple[int, ...] | None, Scans, tuple[str, ...]]
"""What becomes a target: its path, its scans with their conditions, what it brings."""


def _selections(plan: Relation) -> Iterator[_Selection]:
    if isinstance(plan, Correlate):
        from simulator.engine.tails import leaves  # here, because worker processes need no DuckDB

        for leaf in leaves(plan):
            yield leaf.path, tuple(_scans(leaf.source)), tuple(sorted(leaf.columns))
    else:
        yield None, tuple(_scans(plan)), ()


def _planned(
    planner: Planner, reads: dict[int, set[str]], scans: Sequence[tuple[str, Expr]]
) -> tuple[tuple[str, int], ...]:
    """Conditions as numbers, with the fields that each reads put into `reads`. A rule often asks the same of several
    tables: that is one condition."""
    known: list[tuple[Expr, int]] = []
    planned: list[tuple[str, int]] = []
    for pattern, expr in scans:
        number = next((number for other, number in known if other is expr or other == expr), None)
        if number is None:
            fields = _reads(expr, set())
            number = planner.add(expr)
            reads[number] = fields
            known.append((expr, number))
        planned.append((pattern, number))
    return tuple(planned)


def _reads(expr: Expr, names: set[str]) -> set[str]:
    """Adds the fields that `expr` reads to `names`. Raises what its patterns and networks raise when they are read, so
    that whether a rule can run does not depend on the events."""
    match expr:
        case Like():
            names.add(expr.field)
        case And(items) | Or(items):
            for item in items:
                _reads(item, names)
        case Not(item):
            _reads(item, names)
        case Const():
            pass
        case FieldPair(left, right):
            names.update((left, right))
        case Test():
            raise ValueError("a computed value cannot be tested on events, only on rows")
        case _:
            names.add(expr.field)
            if isinstance(expr, Regex):
                compile_regex(expr.pattern, expr.flags)
            elif isinstance(expr, Cidr):
                read_network(expr.network)
    return names


def _scans(relation: Relation) -> Iterator[tuple[str, Expr]]:
    match relation:
        case Scan(tables):
            yield tables, Const(True)
        case Filter(source, where):
            for pattern, expr in _scans(source):
                yield pattern, where if expr == Const(True) else And((expr, where))
        case Union(sources):
            for source in sources:
                yield from _scans(source)
        case Correlate():
            raise ValueError("a correlation can stand only at the top of a rule or as a branch of another correlation")
        case _:
            raise ValueError(f"{type(relation).__name__} stands below Read, where there are only events")
