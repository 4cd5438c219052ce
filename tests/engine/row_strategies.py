"""Random plans over rows, of every operator, over small tables with ties, nulls, lists and absent columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from simulator.ir import (
    Aggregate,
    And,
    Call,
    Case,
    Compare,
    Concat,
    Explode,
    Expr,
    Extend,
    Field,
    FieldPair,
    Filter,
    IsNull,
    Join,
    JoinKind,
    Key,
    Like,
    Limit,
    Literal,
    Lookup,
    Measure,
    Missing,
    Not,
    Now,
    Op,
    Or,
    Pair,
    Project,
    Read,
    Regex,
    Relation,
    Rows,
    Sample,
    Scan,
    Schedule,
    Sort,
    Step,
    Term,
    Test,
    Threshold,
    Truth,
    Union,
    Value,
    Wild,
    Window,
    columns_of,
)
from simulator.ir import (
    Sequence as SequenceNode,
)
from simulator.tables import Column, Type
from simulator.tables.memory import FrameSource

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SECOND = 1_000_000
TABLES = ("one", "two")
SCHEMA: dict[str, Type] = {
    "g": Type.TEXT,
    "h": Type.TEXT,
    "n": Type.INTEGER,
    "r": Type.REAL,
    "b": Type.BOOLEAN,
    "when": Type.TIME,
    "gs": Type.TEXTS,
    "ns": Type.INTEGERS,
    "d": Type.DYNAMIC,
}
COLUMNS = tuple(Column(name, kind) for name, kind in SCHEMA.items())
SYSTEM = (Column("_time", Type.TIME), Column("_host"), Column("_event_id", Type.INTEGER))

words = st.sampled_from(("a", "A", "b", "ab", "ß", "SS", ""))
moments = st.integers(0, 9).map(lambda seconds: START + timedelta(seconds=seconds))
_PLAIN: dict[Type, st.SearchStrategy[Any]] = {
    Type.TEXT: words,
    Type.INTEGER: st.integers(-2, 3),
    Type.REAL: st.sampled_from((0.0, 0.5, 1.0, -1.5)),
    Type.BOOLEAN: st.booleans(),
    Type.TIME: st.integers(0, 9).map(lambda seconds: int(START.timestamp() + seconds) * SECOND),
    Type.SPAN: st.integers(-3, 3).map(lambda seconds: seconds * SECOND),
    Type.DYNAMIC: st.sampled_from(("1", '"a"', "[1,2]", '["a",null]', '{"x":1,"y":[]}', "{}", "[]", "true")),
    Type.TEXTS: st.lists(words, max_size=3).map(tuple),
    Type.INTEGERS: st.lists(st.integers(0, 2), max_size=3).map(tuple),
    Type.REALS: st.lists(st.sampled_from((0.5, 1.0)), max_size=2).map(tuple),
}
_RAW: dict[str, st.SearchStrategy[Any]] = {
    name: moments if kind is Type.TIME else _PLAIN[kind].map(lambda v: list(v) if isinstance(v, tuple) else v)
    for name, kind in SCHEMA.items()
}
events = st.fixed_dictionaries(
    {"_table": st.sampled_from(TABLES), "_time": moments | st.none(), "_host": st.sampled_from(("x", "y"))},
    optional={name: st.none() | values for name, values in _RAW.items()},
)
streams = st.lists(events, max_size=10)


def numbered(stream: Sequence[Mapping[str, object]]) -> list[tuple[str, dict[str, object]]]:
    """Table and event, with ids that do not rise with time."""
    return [
        (str(event["_table"]), {"_user": None, **event, "_event_id": (7 * place) % 31})
        for place, event in enumerate(stream)
    ]


def source_of(stream: Sequence[Mapping[str, object]]) -> FrameSource:
    """The same events as a source; a column that no event of a table has is absent."""
    frames = {}
    for table in sorted({str(event["_table"]) for event in stream}):
        rows = [event for name, event in numbered(stream) if name == table]
        names = [name for name in SCHEMA if any(name in row for row in rows)]
        columns: dict[str, Any] = {"_event_id": pa.array([row["_event_id"] for row in rows], pa.int64())}
        columns["_time"] = pa.array([row["_time"] for row in rows], pa.timestamp("us", tz="UTC"))
        columns |= {name: pa.array([row[name] for row in rows], pa.string()) for name in ("_host", "_user")}
        columns |= {name: pa.array([row.get(name) for row in rows], SCHEMA[name].arrow) for name in names}
        frames[table] = pa.table(columns)
    return FrameSource(frames, 4)


Kinds = Mapping[str, Type]


def _of(kinds: Kinds, *wanted: Type) -> list[str]:
    return [name for name, kind in kinds.items() if kind in wanted]


@st.composite
def literals(draw: st.DrawFn, kind: Type) -> Literal:
    return Literal(draw(st.none() | _PLAIN[kind]), kind)


@st.composite
def values(draw: st.DrawFn, kinds: Kinds, kind: Type, depth: int = 2) -> Value:
    """A value of `kind`, mostly a column."""
    names = _of(kinds, kind)
    if names and draw(st.integers(0, 2)):
        return Field(draw(st.sampled_from(names)))
    if not depth or draw(st.booleans()):
        return Now() if kind is Type.TIME and draw(st.booleans()) else draw(literals(kind))
    inner = values(kinds, kind, depth - 1)
    calls: list[st.SearchStrategy[Value]] = [
        st.tuples(values(kinds, Type.BOOLEAN, depth - 1), inner, inner).map(lambda args: Call("if", args, kind)),
        st.tuples(inner, inner).map(lambda args: Call("coalesce", args, kind)),
    ]
    match kind:
        case Type.BOOLEAN:
            calls.append(predicates(kinds, depth - 1).map(Truth))
            other = draw(st.sampled_from((Type.TEXT, Type.INTEGER, Type.TIME)))
            pair = st.tuples(values(kinds, other, depth - 1), values(kinds, other, depth - 1))
            calls.append(st.tuples(st.sampled_from(("less", "equal")), pair).map(lambda a: Call(a[0], a[1], kind)))
        case Type.INTEGER:
            calls.append(st.tuples(inner, inner).map(lambda args: Call("add", args, kind)))
            calls.append(values(kinds, Type.TEXT, depth - 1).map(lambda arg: Call("length", (arg,), kind)))
        case Type.TEXT:
            calls.append(st.tuples(inner, inner).map(lambda args: Call("concat", args, kind)))
            calls.append(inner.map(lambda arg: Call("lower", (arg,), kind)))
        case Type.TIME:
            span = literals(Type.SPAN)
            calls.append(st.tuples(inner, span).map(lambda args: Call("add", args, kind)))
    return draw(st.one_of(calls))


@st.composite
def globs(draw: st.DrawFn) -> tuple[str | Wild, ...]:
    word = draw(words)
    shapes: tuple[tuple[str | Wild, ...], ...] = (
        (word,),
        (word, Wild.ANY),
        (Wild.ANY, word),
        (Wild.ANY, word, Wild.ANY),
    )
    return tuple(part for part in draw(st.sampled_from(shapes)) if part != "")


@st.composite
def predicates(draw: st.DrawFn, kinds: Kinds, depth: int = 2) -> Expr:
    """Leaves over the columns there are, combined, and computed values."""
    if not kinds:
        return Test(draw(literals(Type.BOOLEAN)))
    names, missing = st.sampled_from(sorted(kinds)), st.sampled_from(Missing)
    inner = st.lists(predicates(kinds, depth - 1), max_size=3).map(tuple) if depth else None
    choices: list[st.SearchStrategy[Expr]] = [
        st.builds(Like, names, globs(), st.sampled_from(Case), missing),
        st.builds(Compare, names, st.sampled_from(Op), st.sampled_from((0, 1, 0.5)), missing),
        st.builds(IsNull, names),
        st.builds(FieldPair, names, names, st.sampled_from(Pair), st.sampled_from(Case), missing),
        st.builds(Term, names, st.sampled_from(("a", "1")), st.sampled_from(Case), missing=missing),
        st.builds(Regex, names, st.sampled_from(("^a", "[0-9]")), st.sampled_from(("", "i")), missing),
    ]
    if inner is not None:
        choices += [inner.map(And), inner.map(Or), predicates(kinds, depth - 1).map(Not)]
        choices.append(values(kinds, Type.BOOLEAN, 1).map(Test))
    return draw(st.one_of(choices))


@st.composite
def keys(draw: st.DrawFn, kinds: Kinds) -> tuple[Key, ...]:
    if not kinds:
        return ()
    names = st.sampled_from(sorted(kinds)).map(Field)
    return tuple(draw(st.lists(st.builds(Key, names, st.booleans(), st.booleans()), max_size=2)))


@st.composite
def some_fields(draw: st.DrawFn, kinds: Kinds, most: int = 2) -> tuple[Value, ...]:
    if not kinds:
        return ()
    return tuple(Field(name) for name in draw(st.lists(st.sampled_from(sorted(kinds)), max_size=most, unique=True)))


LISTS = {kind.element: kind for kind in Type if kind.element}


@st.composite
def measures(draw: st.DrawFn, kinds: Kinds, name: str, window: bool) -> Measure:
    singles = {n: k for n, k in kinds.items() if k.element is None}
    numbers = {n: k for n, k in kinds.items() if k in (Type.INTEGER, Type.REAL, Type.SPAN)}
    where = draw(st.none() | predicates(kinds, 1))
    distinct, order = draw(st.booleans()), draw(keys(kinds))
    ranked = draw(st.sampled_from(("row_number", "previous", "next"))) if window and draw(st.booleans()) else ""
    if ranked == "row_number":
        return Measure(name, ranked, (), Type.INTEGER)
    if not singles:
        return Measure(name, "count", (), Type.INTEGER, where)
    column = draw(st.sampled_from(sorted(singles)))
    kind, arg = singles[column], Field(column)
    if ranked:
        return Measure(name, ranked, (arg, Literal(draw(st.integers(1, 2)), Type.INTEGER)), kind)
    if numbers and draw(st.integers(0, 3)) == 0:
        column = draw(st.sampled_from(sorted(numbers)))
        if numbers[column] is Type.REAL and draw(st.booleans()):
            return Measure(name, "average", (Field(column),), Type.REAL, where)
        return Measure(name, "sum", (Field(column),), numbers[column], where, distinct)
    function = draw(
        st.sampled_from(
            ("count", "minimum", "maximum", "distinct_count", "list", "any", "last", "at_maximum", "at_minimum")
        )
    )
    match function:
        case "count" | "distinct_count":
            return Measure(name, function, (arg,), Type.INTEGER, where, distinct)
        case "list":
            if kind not in LISTS:
                return Measure(name, "any", (arg,), kind, where, distinct, order)
            return Measure(name, "list", (arg,), LISTS[kind], where, distinct, order)
        case "at_maximum" | "at_minimum":
            key = Field(draw(st.sampled_from(sorted(singles))))
            return Measure(name, function, (arg, key), kind, where)
        case _:
            return Measure(name, function, (arg,), kind, where, distinct, order)


@st.composite
def reads(draw: st.DrawFn) -> Relation:
    scan = Scan(draw(st.sampled_from((*TABLES, "*"))))
    below: Relation = scan
    if draw(st.booleans()):
        below = Filter(scan, Like("g", draw(globs())))
    if draw(st.integers(0, 5)) == 0:
        below = Union((below, Filter(Scan("two"), IsNull("h"))))
    names = draw(st.lists(st.sampled_from((*COLUMNS, *SYSTEM)), min_size=1, max_size=6, unique=True))
    return Read(below, tuple(names))


@st.composite
def constants(draw: st.DrawFn) -> Relation:
    columns = tuple(draw(st.lists(st.sampled_from(COLUMNS[:5]), min_size=1, max_size=2, unique=True)))
    row = st.tuples(*(st.none() | _PLAIN[column.type] for column in columns))
    return Rows(columns, tuple(draw(st.lists(row, max_size=2))))


@st.composite
def plans(draw: st.DrawFn, depth: int = 3) -> Relation:
    """A plan over rows, `depth` operators deep."""
    if not depth or draw(st.integers(0, 5)) == 0:
        return draw(st.one_of(reads(), reads(), reads(), constants()))
    source = draw(plans(depth - 1))
    kinds = columns_of(source)
    fresh = f"x{depth}"
    match draw(st.sampled_from(_OPERATORS)):
        case "filter":
            return Filter(source, draw(predicates(kinds)))
        case "extend":
            kind = draw(st.sampled_from((Type.TEXT, Type.INTEGER, Type.BOOLEAN, Type.TIME)))
            value: Value = draw(values(kinds, kind))
            if draw(st.integers(0, 4)) == 0:
                other = draw(plans(1))
                found = columns_of(other)
                if found:
                    column = draw(st.sampled_from(sorted(found)))
                    value = Lookup(other, column, found[column])
            name = draw(st.sampled_from((fresh, *kinds)))
            return Extend(source, ((name, value),))
        case "project":
            chosen = draw(st.lists(st.sampled_from(sorted(kinds)), max_size=4)) if kinds else []
            named = {draw(st.sampled_from((name, f"{name}'"))): Field(name) for name in chosen}
            return Project(source, (*named.items(), (fresh, draw(values(kinds, Type.TEXT)))))
        case "aggregate":
            by = tuple((draw(st.sampled_from((f.name, f"{f.name}'"))), f) for f in draw(some_fields(kinds)))
            several = tuple(draw(measures(kinds, f"{fresh}m{n}", False)) for n in range(draw(st.integers(0, 3))))
            return Aggregate(source, by, several, draw(st.booleans()))
        case "window":
            several = tuple(draw(measures(kinds, f"{fresh}m{n}", True)) for n in range(draw(st.integers(0, 2))))
            edges = st.none() | st.integers(0, 2)
            by, order = draw(some_fields(kinds)), draw(keys(kinds))
            return Window(source, by, order, several, draw(edges), draw(edges), draw(st.booleans()))
        case "join":
            return draw(joins(source, draw(plans(depth - 1))))
        case "concat":
            other = draw(plans(depth - 1))
            theirs = columns_of(other)
            every = {**theirs, **kinds}
            agreed = {n: k for n, k in every.items() if theirs.get(n, k) is k and kinds.get(n, k) is k}
            return Concat((source, other), tuple(Column(n, k) for n, k in agreed.items()))
        case "sort":
            return Sort(source, draw(keys(kinds)))
        case "limit":
            return Limit(source, draw(st.integers(0, 3)), draw(keys(kinds)), draw(some_fields(kinds)))
        case "explode":
            names = _of(kinds, Type.TEXTS, Type.INTEGERS, Type.DYNAMIC)
            if not names:
                return source
            return Explode(source, draw(st.sampled_from(names)), draw(st.booleans()), draw(st.none() | st.just(fresh)))
        case _:
            return draw(sequences())


_OPERATORS = [
    "filter",
    "filter",
    "extend",
    "project",
    "aggregate",
    "aggregate",
    "window",
    "join",
    "join",
    "concat",
    "sort",
    "limit",
    "explode",
    "sequence",
]


@st.composite
def joins(draw: st.DrawFn, left: Relation, right: Relation) -> Relation:
    ours, theirs = columns_of(left), columns_of(right)
    kind = draw(st.sampled_from(JoinKind))
    pairs = [(Field(a), Field(b)) for a in sorted(ours) for b in sorted(theirs) if ours[a] is theirs[b]]
    on = tuple(draw(st.lists(st.sampled_from(pairs), max_size=2))) if pairs else ()
    one_side = kind in (JoinKind.SEMI, JoinKind.ANTI)
    taken = {name: draw(st.sampled_from(sorted(ours))) for name in sorted(ours)[:3]}
    given = {} if one_side else {name: name for name in sorted(theirs)[:3]}
    given = {name: inner for name, inner in given.items() if name not in taken or ours[taken[name]] is theirs[inner]}
    return Join(kind, left, right, on, tuple(taken.items()), tuple(given.items()), draw(st.booleans()))


@st.composite
def sequences(draw: st.DrawFn) -> Relation:
    """Sequences and samples over one or two columns that all steps have."""
    names = draw(st.lists(st.sampled_from(("g", "n", "_host")), max_size=2, unique=True))
    columns = tuple(column for column in (*COLUMNS, *SYSTEM) if column.name in (*names, "h"))

    def step(missing: bool = False) -> Step:
        read = Read(Scan(draw(st.sampled_from((*TABLES, "*")))), columns)
        source = Filter(read, draw(predicates({"h": Type.TEXT}, 1))) if draw(st.booleans()) else read
        return Step(source, tuple(map(Field, names)), missing)

    if draw(st.integers(0, 3)) == 0:
        return Sample(tuple(step() for _ in range(draw(st.integers(2, 3)))))
    missing = draw(st.lists(st.booleans(), min_size=2, max_size=4))
    missing[draw(st.integers(0, len(missing) - 1))] = False
    maxspan = draw(st.none() | st.integers(0, 4).map(lambda seconds: seconds * SECOND))
    until = step() if draw(st.booleans()) else None
    return SequenceNode(tuple(map(step, missing)), maxspan, until)


schedules = st.builds(
    Schedule,
    st.integers(1, 4).map(lambda seconds: seconds * SECOND),
    st.none() | st.integers(1, 8).map(lambda seconds: seconds * SECOND),
    st.sampled_from((0, SECOND)),
    st.sampled_from((0, SECOND // 2)),
    st.sampled_from(((), (), (Threshold(Op.GT, 1),), (Threshold(Op.LE, 2),))),
)


@st.composite
def recent(draw: st.DrawFn) -> Relation:
    """Rows of the last few seconds before the run."""
    read = Read(Scan(draw(st.sampled_from((*TABLES, "*")))), (*COLUMNS, *SYSTEM))
    span = Literal(draw(st.integers(0, 6)) * SECOND, Type.SPAN)
    past = Call("subtract", (Now(), span), Type.TIME)
    column = Field(draw(st.sampled_from(("_time", "when"))))
    less = Test(Call("less", draw(st.sampled_from(((past, column), (column, past)))), Type.BOOLEAN))
    plan: Relation = Filter(read, draw(st.sampled_from((less, Not(less)))))
    if draw(st.booleans()):
        count = Measure("count", "count", (), Type.INTEGER)
        plan = Aggregate(plan, (("g", Field("g")),) if draw(st.booleans()) else (), (count,), draw(st.booleans()))
    return replace(plan)
