"""The rule IR evaluated one event at a time: slow, plain, and meant to be seen to be right.

Nothing here is shared with the fast path but what a value's text, number, time or address is (`text`) and what a
regular expression means (`regexes`). Property tests hold sieve and tails to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from fractions import Fraction
from itertools import combinations
from math import isfinite
from typing import cast

from simulator.engine.regexes import compile_regex
from simulator.engine.text import (
    as_term,
    compares,
    elements,
    fold,
    inside,
    joined_text,
    read_network,
    read_number,
    read_time,
    text_of,
    texts_of,
    time_part,
)
from simulator.ir import (
    And,
    Branch,
    Case,
    Cidr,
    Compare,
    Const,
    Correlate,
    CorrelationKind,
    Expr,
    FieldPair,
    Filter,
    Glob,
    IsNull,
    Leaf,
    Like,
    Missing,
    Not,
    Op,
    Or,
    Pair,
    Regex,
    Relation,
    Requirement,
    Scan,
    Term,
    Test,
    TimePart,
    Union,
    Wild,
)

Event = Mapping[str, object]


def holds(expr: Expr, event: Event) -> bool | None:
    """Whether `expr` is true of `event` (column name -> value); None when that is unknown."""
    match expr:
        case Const(value):
            return value
        case Not(item):
            found = holds(item, event)
            return None if found is None else not found
        case And(items):
            all_found = [holds(item, event) for item in items]
            return False if False in all_found else None if None in all_found else True
        case Or(items):
            all_found = [holds(item, event) for item in items]
            return True if True in all_found else None if None in all_found else False
        case IsNull(field):
            return not elements(event.get(field))
        case FieldPair(left, right, relation, case, missing):
            lefts, rights = texts_of(event.get(left)), texts_of(event.get(right))
            if not lefts or not rights:
                return None if missing is Missing.UNKNOWN else False
            return any(_related(a, relation, b, case) for a in lefts for b in rights)
        case Test():
            raise NotImplementedError
        case Like() | Regex() | Cidr() | Compare() | TimePart() | Term():
            values = elements(event.get(expr.field))
            if not values:
                return None if expr.missing is Missing.UNKNOWN else False
            return any(_holds_for(expr, value) for value in values)


def glob_matches(glob: Glob, text: str, case: Case) -> bool:
    """Whether the whole of `text` matches `glob`: follows every position that the parts so far can end at."""
    text = fold(text) if case is Case.FOLD else text
    ends = {0}
    for part in glob:
        if part is Wild.ANY:
            ends = {later for end in ends for later in range(end, len(text) + 1)}
        elif isinstance(part, Wild):
            ends = {end + 1 for end in ends if end < len(text)}
        else:
            literal = fold(part) if case is Case.FOLD else part
            ends = {end + len(literal) for end in ends if text.startswith(literal, end)}
    return len(text) in ends


def _holds_for(leaf: Leaf, value: object) -> bool:
    match leaf:
        case Like(_, glob, case, _):
            return glob_matches(glob, text_of(value), case)
        case Regex(_, pattern, flags, _):
            return compile_regex(pattern, flags).search(text_of(value))
        case Cidr(_, network, _):
            return inside(text_of(value), read_network(network))
        case Compare(_, op, bound, _):
            number = read_number(value)
            return number is not None and compares(number, op, bound)
        case Term(_, text, case, start, end):
            return as_term(text, text_of(value), case is Case.FOLD, start, end)
        case TimePart(_, unit, op, bound, _):
            time = read_time(value)
            return time is not None and compares(time_part(time, unit), op, bound)
        case _:
            raise AssertionError(leaf)


def _related(left: str, relation: Pair, right: str, case: Case) -> bool:
    if case is Case.FOLD:
        left, right = fold(left), fold(right)
    match relation:
        case Pair.EQUALS:
            return left == right
        case Pair.CONTAINS:
            return right in left
        case Pair.STARTS:
            return left.startswith(right)
        case Pair.ENDS:
            return left.endswith(right)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row of a rule's result: the ids of the events behind it in order of (time, id), and of the last of them the
    time, host, user and table."""

    events: tuple[int, ...]
    time: datetime | None
    host: str | None
    user: str | None
    table: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of any relation: the fields that predicates see, and the evidence as (table, event) pairs in order."""

    fields: Event
    evidence: tuple[tuple[str, Event], ...]

    @property
    def events(self) -> tuple[int, ...]:
        return tuple(cast(int, event["_event_id"]) for _, event in self.evidence)

    @property
    def time(self) -> datetime | None:
        return cast("datetime | None", self.evidence[-1][1].get("_time"))


_EARLIEST = datetime.min.replace(tzinfo=UTC)


def matches(relation: Relation, events: Iterable[tuple[str, Event]]) -> list[Evidence]:
    """All rows of `relation` over `events` (table name, event with `_event_id`, `_time`, `_host`, `_user`), in order of
    (time, events)."""
    found = []
    for row in _rows(relation, list(events)):
        table, last = row.evidence[-1]
        host, user = cast("str | None", last.get("_host")), cast("str | None", last.get("_user"))
        found.append(Evidence(row.events, row.time, host, user, table))
    return sorted(found, key=lambda evidence: (evidence.time or _EARLIEST, evidence.events))


def _rows(relation: Relation, events: Sequence[tuple[str, Event]]) -> list[_Row]:
    match relation:
        case Scan(tables):
            return [_Row(event, ((table, event),)) for table, event in events if fnmatchcase(table, tables)]
        case Filter(source, where):
            return [row for row in _rows(source, events) if holds(where, row.fields) is True]
        case Union(sources):
            every = [row for source in sources for row in _rows(source, events)]
            return list({row.events: row for row in reversed(every)}.values())
        case Correlate():
            return _firings(relation, events)
        case _:
            raise NotImplementedError(type(relation).__name__)


@dataclass(slots=True)
class _Member:
    """A row that takes part in a correlation: what it contributes to the measure, and the branches that give it."""

    row: _Row
    time: datetime
    value: tuple[str, ...] | Fraction
    branches: set[int]


_NUMERIC = {
    CorrelationKind.VALUE_SUM,
    CorrelationKind.VALUE_AVG,
    CorrelationKind.VALUE_MEDIAN,
    CorrelationKind.VALUE_PERCENTILE,
}
_TEMPORAL = {CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED}


def _firings(node: Correlate, events: Sequence[tuple[str, Event]]) -> list[_Row]:
    groups: dict[tuple[str, ...], dict[object, _Member]] = {}
    for index, branch in enumerate(node.branches):
        for row in _rows(branch.source, events):
            key = _texts(row, branch.by)
            value = _value(node, branch, row)
            if key is None or value is None or row.time is None:
                continue
            members = groups.setdefault(key, {})
            member = members.setdefault((row.events, value), _Member(row, row.time, value, set()))
            member.branches.add(index)
    result: list[_Row] = []
    for key, group in groups.items():
        ordered = sorted(group.values(), key=lambda member: (member.time, member.row.events, member.value))
        windows = _whole_windows(node, ordered) if _can_be_undone(node) else _earliest_windows(node, ordered)
        result.extend(_firing(node, key, window) for window in windows)
    return result


def _earliest_windows(node: Correlate, members: list[_Member]) -> list[list[_Member]]:
    """Each window that ends with a row and fulfils the condition, its rows used up."""
    windows = []
    unused: list[_Member] = []
    for member in members:
        unused = [*unused, member]
        window = [other for other in unused if member.time - other.time <= _span(node)]
        if _fulfilled(node, window):
            windows.append(window)
            unused = []
    return windows


def _whole_windows(node: Correlate, members: list[_Member]) -> list[list[_Member]]:
    """Windows one after the other, each begun by the first row after the last one; those that fulfil the condition."""
    windows = []
    rest = members
    while rest:
        window = [member for member in rest if member.time - rest[0].time <= _span(node)]
        if _fulfilled(node, window):
            windows.append(window)
        rest = rest[len(window) :]
    return windows


def _span(node: Correlate) -> timedelta:
    return timedelta(microseconds=node.span)


def _firing(node: Correlate, key: tuple[str, ...], window: list[_Member]) -> _Row:
    evidence = {event["_event_id"]: (table, event) for member in window for table, event in member.row.evidence}
    ordered = sorted(evidence.values(), key=lambda item: (item[1]["_time"], item[1]["_event_id"]))
    return _Row(dict(zip(node.by, key, strict=True)), tuple(ordered))


def _texts(row: _Row, names: tuple[str, ...]) -> tuple[str, ...] | None:
    texts = [joined_text(row.fields.get(name)) for name in names]
    return None if None in texts else tuple(cast("list[str]", texts))


def _value(node: Correlate, branch: Branch, row: _Row) -> tuple[str, ...] | Fraction | None:
    """What `row` contributes to the measure, or None when it lacks it."""
    if node.kind is CorrelationKind.VALUE_COUNT:
        return _texts(row, branch.fields)
    if node.kind in _NUMERIC:
        number = read_number(joined_text(row.fields.get(branch.fields[0])))
        return Fraction(number) if number is not None and isfinite(number) else None
    return ()


def _can_be_undone(node: Correlate) -> bool:
    def negates(requires: Requirement) -> bool:
        return not isinstance(requires, str) and (requires[0] == "not" or any(map(negates, requires[1:])))

    falling = any(threshold.op not in (Op.GE, Op.GT) for threshold in node.thresholds)
    return falling or (node.requires is not None and negates(node.requires))


def _fulfilled(node: Correlate, window: list[_Member]) -> bool:
    names = [branch.name for branch in node.branches]
    present = set().union(*(member.branches for member in window))
    if node.kind in _TEMPORAL:
        ordered = node.kind is CorrelationKind.TEMPORAL_ORDERED
        possible = [choice for choice in _subsets(present) if _in_order(choice, window)] if ordered else [present]
        if node.requires is not None:
            has = {names[index] for index in present}
            if not any(_required(node.requires, {names[i] for i in choice}, has) for choice in possible):
                return False
        elif not node.thresholds and set(range(len(names))) not in possible:
            return False
        measure: float | Fraction = max(map(len, possible))
    else:
        measure = _measure(node, [member.value for member in window])
    return all(compares(cast(float, measure), threshold.op, threshold.value) for threshold in node.thresholds)


def _subsets(present: set[int]) -> Iterator[set[int]]:
    return (set(chosen) for size in range(len(present) + 1) for chosen in combinations(sorted(present), size))


def _in_order(choice: set[int], window: list[_Member]) -> bool:
    """Whether the branches in `choice` have rows in the order of the branches: take the earliest that still fits."""
    time = _EARLIEST
    for index in sorted(choice):
        times = [member.time for member in window if index in member.branches and member.time >= time]
        if not times:
            return False
        time = min(times)
    return True


def _required(requires: Requirement, chosen: set[str], present: set[str], negated: bool = False) -> bool:
    """Whether the condition holds; names count when chosen, names under `not` when absent from the window."""
    if isinstance(requires, str):
        return requires not in present if negated else requires in chosen
    results = [_required(item, chosen, present, negated ^ (requires[0] == "not")) for item in requires[1:]]
    if requires[0] == "not":
        return results[0]
    return all(results) if (requires[0] == "and") is not negated else any(results)


def _measure(node: Correlate, values: list[tuple[str, ...] | Fraction]) -> int | Fraction:
    if node.kind is CorrelationKind.EVENT_COUNT:
        return len(values)
    if node.kind is CorrelationKind.VALUE_COUNT:
        return len(set(values))
    numbers = sorted(cast("list[Fraction]", values))
    if node.kind is CorrelationKind.VALUE_SUM:
        return sum(numbers, Fraction())
    if node.kind is CorrelationKind.VALUE_AVG:
        return sum(numbers, Fraction()) / len(numbers)
    percent = 50 if node.kind is CorrelationKind.VALUE_MEDIAN else (node.percentile or 0)
    place = Fraction(percent, 100) * (len(numbers) - 1)
    low, high = numbers[int(place)], numbers[min(int(place) + 1, len(numbers) - 1)]
    return low + (high - low) * (place - int(place))
