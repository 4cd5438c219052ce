"""Elastic's rule types beyond a plain query, as plans over what the query finds.

Source: https://www.elastic.co/docs/solutions/security/detect-and-alert/about-detection-rules (rule types) and the
detections API. Fields with several values count with each of them, events without a value do not take part, as in the
aggregations that Elastic builds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.ir import (
    Aggregate,
    Call,
    Compare,
    Concat,
    Explode,
    Expr,
    Extend,
    Field,
    Filter,
    IsNull,
    Join,
    JoinKind,
    Key,
    Limit,
    Literal,
    Measure,
    Now,
    Op,
    Read,
    Relation,
    Test,
    Value,
    Window,
)
from simulator.languages.ecs import Fields
from simulator.languages.elastic.document import Document
from simulator.languages.elastic.header import before
from simulator.languages.predicates import all_of, any_of, negated
from simulator.tables import SYSTEM_COLUMNS, Column, Type


def with_columns(plan: Relation, columns: Sequence[Column]) -> Relation:
    """The rows of a filter over events, with these columns and those that the filter reads itself."""
    match plan:
        case Filter(Read(source, read), where):
            known = {column.name: column for column in (*read, *columns)}
            return Filter(Read(source, tuple(known.values())), where)
        case Filter(Filter() as inner, where):
            return Filter(with_columns(inner, columns), where) if reads(inner) else _read(plan, columns)
        case Extend(source, named):
            return Extend(with_columns(source, columns), named)
        case Filter(Extend() as source, where):
            return Filter(with_columns(source, columns), where)
        case Read(source, read):
            known = {column.name: column for column in (*read, *columns)}
            return Read(source, tuple(known.values()))
        case _:
            return _read(plan, columns)


def reads(plan: Relation) -> bool:
    """Whether a chain of filters stands over rows, not over events."""
    match plan:
        case Read():
            return True
        case Filter(source) | Extend(source):
            return reads(source)
        case _:
            return False


def _read(plan: Relation, columns: Sequence[Column]) -> Relation:
    known = {column.name: column for column in (*SYSTEM_COLUMNS, *columns)}
    return Read(plan, tuple(known.values()))


def columns(document: Document, key: str, names: Sequence[str], known: Fields) -> tuple[Column, ...]:
    """The columns that field names mean."""
    found = []
    for name in names:
        column, _, _ = known.column(name)
        found.append(Column(column, known.use(column, document.at(key))))
    return tuple(dict.fromkeys(found))


def exploded(rows: Relation, every: Sequence[Column]) -> Relation:
    """A row for each value of the columns that have several."""
    for column in every:
        if column.type.element is not None:
            rows = Explode(rows, column.name, keep_empty=True)
    return rows


def threshold(document: Document, plan: Relation, known: Fields) -> Relation:
    """Groups of at least `value` events with equal fields and `cardinality` different values of another field."""
    given = document.rule.get("threshold")
    if not isinstance(given, dict) or not isinstance(given.get("value"), int):
        raise document.invalid("threshold", "expected `threshold` with a whole number as `value`")
    field = given.get("field", [])
    names = [field] if isinstance(field, str) else field
    spread = given.get("cardinality", [])
    spread = [spread] if isinstance(spread, dict) else spread
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names) or not isinstance(spread, list):
        raise document.invalid("threshold", "expected field names in `field` and a list in `cardinality`")
    by = columns(document, "threshold", [one for one in names if one], known)
    measures = [Measure("count", "distinct_count", (Field("_event_id"),), Type.INTEGER)]
    where: list[Expr] = [Compare("count", Op.GE, given["value"])]
    counted: list[Column] = []
    for number, one in enumerate(spread):
        if not isinstance(one, dict) or not isinstance(one.get("field"), str) or not isinstance(one.get("value"), int):
            raise document.invalid("threshold", "expected `field` and `value` in `cardinality`")
        column = columns(document, "threshold", [one["field"]], known)[0]
        counted.append(column)
        name = f"cardinality{number or ''}"
        measures.append(Measure(name, "distinct_count", (Field(column.name),), Type.INTEGER))
        where.append(Compare(name, Op.GE, one["value"]))
    rows = exploded(with_columns(plan, (*by, *counted)), tuple(dict.fromkeys((*by, *counted))))
    if by:
        rows = Filter(rows, all_of(negated(IsNull(column.name)) for column in by))
    groups = tuple((column.name, Field(column.name)) for column in by)
    return Filter(Aggregate(rows, groups, tuple(measures)), all_of(where))


def new_terms(document: Document, plan: Relation, known: Fields) -> Relation:
    """Events whose combination of values was not seen in the history window before them.

    Elastic asks at each run which combinations of the run's own events are not in the history before it. Here each
    event is asked for the time of the one before it with the same values: the same but for the few minutes of a run's
    look-back, and one pass instead of one for each run.
    """
    given = document.rule.get("new_terms")
    if isinstance(given, dict):
        names = given.get("value")
        starts = given.get("history_window_start", [])
        start = starts[0].get("value") if isinstance(starts, list) and starts and isinstance(starts[0], dict) else None
    else:
        names, start = document.rule.get("new_terms_fields"), document.rule.get("history_window_start")
    if not isinstance(names, list) or not names or not all(isinstance(one, str) for one in names):
        raise document.invalid("new_terms", "expected field names of new terms")
    asked = Document(document.path, document.text, {"history_window_start": start})
    if start is None or not (history := before(asked, "history_window_start", 0)):
        raise document.invalid("history_window_start", "expected the start of the history, such as now-7d")
    keys = columns(document, "new_terms", names, known)
    rows = exploded(with_columns(plan, keys), keys)
    rows = Filter(rows, all_of(negated(IsNull(column.name)) for column in keys))
    previous = Measure("#previous", "previous", (Field("_time"), Literal(1, Type.INTEGER)), Type.TIME)
    seen = Window(rows, tuple(Field(column.name) for column in keys), (Key(Field("_time")),), (previous,))
    since = Call("subtract", (Field("_time"), Literal(history, Type.SPAN)), Type.TIME)
    long_ago = Call("coalesce", (Call("less", (Field("#previous"), since), Type.BOOLEAN), _FALSE), Type.BOOLEAN)
    return Filter(seen, any_of((IsNull("#previous"), Test(long_ago))))


_FALSE = Literal(False, Type.BOOLEAN)


def threat_match(
    document: Document, plan: Relation, known: Fields, indicators: Relation, theirs: Fields, lookback: int
) -> Relation:
    """Events of the last `lookback` microseconds that share values with an indicator, by any group of `threat_mapping`
    whose entries are all equal."""
    mapping = document.rule.get("threat_mapping")
    if not isinstance(mapping, list) or not mapping:
        raise document.invalid("threat_mapping", "expected a list of mappings in `threat_mapping`")
    found: list[Relation] = []
    for group in mapping:
        entries = group.get("entries") if isinstance(group, dict) else None
        if not isinstance(entries, list) or not entries:
            raise document.invalid("threat_mapping", "expected `entries` in `threat_mapping`")
        pairs = [_pair(document, entry) for entry in entries]
        left = columns(document, "threat_mapping", [ours for ours, _ in pairs], known)
        right = columns(document, "threat_mapping", [other for _, other in pairs], theirs)
        events = exploded(with_columns(plan, left), left)
        since = Call("subtract", (Now(), Literal(lookback, Type.SPAN)), Type.TIME)
        recent = Call("not", (Call("less", (Field("_time"), since), Type.BOOLEAN),), Type.BOOLEAN)
        on = tuple((_text(known.column(ours)[0], left), _text(theirs.column(other)[0], right)) for ours, other in pairs)
        kept = tuple((column.name, column.name) for column in SYSTEM_COLUMNS)
        wanted = exploded(with_columns(indicators, right), right)
        found.append(Join(JoinKind.SEMI, Filter(events, Test(recent)), wanted, on, kept))
    rows = found[0] if len(found) == 1 else Concat(tuple(found), SYSTEM_COLUMNS)
    return Limit(rows, 1, (), (Field("_event_id"),))


def _pair(document: Document, entry: object) -> tuple[str, str]:
    match entry:
        case Mapping() if entry.get("negate"):
            raise document.unsupported("threat_mapping", "a negated entry in `threat_mapping`")
        case {"field": str(ours), "value": str(theirs)}:
            return ours, theirs
        case _:
            raise document.invalid("threat_mapping", "expected `field` and `value` in each entry")


def _text(name: str, columns: Sequence[Column]) -> Value:
    kind = next(column.type for column in columns if column.name == name)
    kind = kind.element or kind
    return Field(name) if kind is Type.TEXT else Call("to_text", (Field(name),), Type.TEXT)
