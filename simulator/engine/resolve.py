"""First stage: rules become targets, each saying which events of which tables it selects, and together what to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from simulator.engine.alerts import Failure
from simulator.engine.conditions import Conditions, Planner
from simulator.engine.regexes import compile_regex
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
from simulator.tables import Demand

_TEXT = "_text"


@dataclass(frozen=True, slots=True)
class Target:
    """Events that one rule, or one leaf of one rule's correlation, selects.

    `rule` is the rule's number in the run. `path` is None when every selected event is an alert, else the leaf's path
    in the correlation. `scans` pairs each table pattern with the number of the condition that must hold there; `bring`
    names the columns that the correlation needs of each event.
    """

    rule: int
    path: tuple[int, ...] | None
    scans: tuple[tuple[str, int], ...]
    bring: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """The targets of all rules that can run, their conditions, what to read for them, and the rules that cannot run."""

    targets: tuple[Target, ...]
    conditions: Conditions
    demand: Demand
    failures: tuple[Failure, ...]


def resolve(rules: Sequence[Rule]) -> Resolved:
    """Targets and demand of `rules`; silent rules have none. A plan that nothing here can execute is a failure."""
    targets: list[Target] = []
    planner = Planner()
    reads: dict[int, set[str]] = {}
    columns: dict[str, set[str]] = {}
    text_events: dict[str, frozenset[int] | None] = {}
    failures: list[Failure] = []
    for number, rule in enumerate(rules):
        if rule.silent:
            continue
        try:
            selections = tuple(_selections(rule.plan))
            found = [Target(number, path, _planned(planner, reads, scans), bring) for path, scans, bring in selections]
        except (RecursionError, ValueError, SparringError) as error:
            failures.append(Failure(rule.id, reason_of(error)))
            continue
        targets.extend(found)
        for target, (_, scans, _) in zip(found, selections, strict=True):
            for (pattern, condition), (_, expr) in zip(target.scans, scans, strict=True):
                columns.setdefault(pattern, set()).update(target.bring, reads[condition])
                if _TEXT in reads[condition]:
                    ids, known = event_ids(expr), text_events.get(pattern, frozenset())
                    text_events[pattern] = None if ids is None or known is None else ids | known
    demand = Demand(
        {pattern: frozenset(names) for pattern, names in columns.items()},
        {pattern: ids for pattern, ids in text_events.items() if ids is not None},
    )
    return Resolved(tuple(targets), planner.finish(), demand, tuple(failures))


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
    return str(error) or type(error).__name__


_Selection = tuple[tuple[int, ...] | None, tuple[tuple[str, Expr], ...], tuple[str, ...]]
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
