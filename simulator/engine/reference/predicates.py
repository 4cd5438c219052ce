"""Predicates of one event or row."""

from __future__ import annotations

from collections.abc import Callable

from simulator.engine.reference.model import Event
from simulator.engine.regexes import compile_regex
from simulator.engine.text import (
    as_term,
    compares,
    elements,
    fold,
    inside,
    read_network,
    read_number,
    read_time,
    text_of,
    texts_of,
    time_part,
)
from simulator.ir import (
    And,
    Case,
    Cidr,
    Compare,
    Const,
    Expr,
    FieldPair,
    Glob,
    IsNull,
    Leaf,
    Like,
    Missing,
    Not,
    Or,
    Pair,
    Regex,
    Term,
    Test,
    TimePart,
    Value,
    Wild,
)


def holds(expr: Expr, event: Event, test: Callable[[Value], bool | None] | None = None) -> bool | None:
    """Whether `expr` is true of `event` (column name -> value); None when that is unknown. `test` gives the BOOLEAN
    values of `Test` predicates, which only rows have."""
    match expr:
        case Const(value):
            return value
        case Not(item):
            found = holds(item, event, test)
            return None if found is None else not found
        case And(items):
            all_found = [holds(item, event, test) for item in items]
            return False if False in all_found else None if None in all_found else True
        case Or(items):
            all_found = [holds(item, event, test) for item in items]
            return True if True in all_found else None if None in all_found else False
        case IsNull(field):
            return not elements(event.get(field))
        case FieldPair(left, right, relation, case, missing):
            lefts, rights = texts_of(event.get(left)), texts_of(event.get(right))
            if not lefts or not rights:
                return None if missing is Missing.UNKNOWN else False
            return any(_related(a, relation, b, case) for a in lefts for b in rights)
        case Test(value):
            if test is None:
                raise ValueError("values are computed of rows, not of events")
            return test(value)
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
