"""Random expressions, events and correlations, leaning towards what engines get wrong.

Values come from a small pool, so that rules and events meet: letters whose case folding is unusual, wildcards and
backslashes as plain characters, `%` and `_`, numbers as text, empty text, line feeds, nulls, lists.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from hypothesis import strategies as st

from simulator.errors import Location
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
    Like,
    Missing,
    Not,
    Op,
    Or,
    Pair,
    Regex,
    Relation,
    Requirement,
    Rule,
    Scan,
    Threshold,
    TimePart,
    Union,
    Unit,
    Wild,
)
from simulator.tables.memory import FrameSource

TEXT_FIELDS = ("Image", "CommandLine", "User")
FIELDS = (*TEXT_FIELDS, "Number", "Real", "Flag", "When", "Tags", "Absent")
TABLES = ("sysmon.process_creation", "sysmon.dns_query", "security.other")
TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(TEXT_FIELDS, pa.string()),
    "Number": pa.int64(),
    "Real": pa.float64(),
    "Flag": pa.bool_(),
    "When": pa.timestamp("us", tz="UTC"),
    "Tags": pa.list_(pa.string()),
}

LETTERS = "aAbB1\\*?%_ .\n-ßẞİıΣσςK\u212asſé\u0307😀"
WORDS = (
    "",
    "-",
    "cmd.exe",
    "C:\\Windows\\CMD.EXE",
    "\\\\host\\share\\*",
    "100%_sure",
    "STRASSE straße",
    "ΟΔΟΣ οδος",
    "\u212aelvin kelvin",
    "İstanbul i\u0307",
    "two\nlines",
    "4688",
    "-1.5",
    "1e3",
    "007",
    "0x10",
    "true",
    "10.1.2.3",
    "::ffff:10.1.2.3",
    "fe80::1",
    "2026-01-31 23:59:59.123",
    "null",
)

texts = st.sampled_from(WORDS) | st.text(LETTERS, max_size=6)
times = st.integers(0, 40).map(
    lambda seconds: datetime(2026, 1, 31, 23, 59, 30, tzinfo=UTC) + timedelta(seconds=seconds)
)
_VALUES: dict[str, st.SearchStrategy[object]] = {
    **dict.fromkeys(TEXT_FIELDS, texts),
    "Number": st.sampled_from((0, 1, -1, 4688, 2**53 + 1)) | st.integers(-9, 9),
    "Real": st.sampled_from((0.0, -0.0, 1.5, 1e16, 0.1, float("inf"), float("nan"))),
    "Flag": st.booleans(),
    "When": times,
    "Tags": st.lists(st.none() | texts, max_size=3),
}

events = st.fixed_dictionaries(
    {
        "_table": st.sampled_from(TABLES),
        "_time": times,
        "_host": st.sampled_from(("h1", "H1", "h2")),
        "_user": st.none() | st.sampled_from(("u1", "u2")),
    },
    optional={name: st.none() | values for name, values in _VALUES.items()},
)
streams = st.lists(events, max_size=25)
"""Events without ids; `numbered` gives them some."""


def numbered(stream: list[dict[str, object]]) -> list[tuple[str, dict[str, object]]]:
    """What the reference evaluator reads: table and event, with ids that do not rise with time."""
    return [
        (str(event["_table"]), {"_event_id": (7 * index) % 1009, **event, "_text": whole_text(event)})
        for index, event in enumerate(stream)
    ]


def whole_text(event: dict[str, object]) -> str:
    """The whole event as text: for these tests, its text fields, one to a line."""
    return "\n".join(str(event[name]) for name in TEXT_FIELDS if event.get(name) is not None)


def source_of(stream: list[dict[str, object]], part_rows: int = 7) -> FrameSource:
    """The same events as a source; a field that no event of a table has is no column of it."""
    frames = {}
    for table in sorted({str(event["_table"]) for event in stream}):
        rows = [event for name, event in numbered(stream) if name == table]
        names = {name for row in rows for name in row} & set(TYPES)
        columns = {name: pa.array([row.get(name) for row in rows], TYPES[name]) for name in sorted(names)}
        system = {
            "_event_id": pa.array([row["_event_id"] for row in rows], pa.int64()),
            "_time": pa.array([row["_time"] for row in rows], pa.timestamp("us", tz="UTC")),
            "_host": pa.array([row["_host"] for row in rows], pa.string()),
            "_user": pa.array([row["_user"] for row in rows], pa.string()),
            "_text": pa.array([row["_text"] for row in rows], pa.string()),
        }
        frames[table] = pa.table(system | columns)
    return FrameSource(frames, part_rows)


def merged(parts: list[str | Wild]) -> Glob:
    """A glob as the IR wants it: no empty literals, no two in a row."""
    glob: list[str | Wild] = []
    for part in parts:
        if isinstance(part, str) and glob and isinstance(glob[-1], str):
            glob[-1] += part
        elif part != "":
            glob.append(part)
    return tuple(glob)


@st.composite
def globs(draw: st.DrawFn) -> Glob:
    """Whole words, pieces of words between wildcards, and anything else."""
    word = draw(texts)
    start = draw(st.integers(0, len(word)))
    end = draw(st.integers(start, len(word)))
    piece = word[start:end]
    shapes: list[list[str | Wild]] = [
        [word],
        [word.swapcase()],
        [piece, Wild.ANY],
        [Wild.ANY, piece],
        [Wild.ANY, piece.upper(), Wild.ANY],
        [word[:start], Wild.ONE, word[start + 1 :]],
        [word[:start], Wild.ANY, word[end:]],
        [Wild.ANY, word[:start], Wild.ANY, word[end:], Wild.ANY],
    ]
    wild: st.SearchStrategy[list[str | Wild]] = st.lists(st.sampled_from((Wild.ANY, Wild.ONE)) | texts, max_size=4)
    return merged(draw(st.sampled_from(shapes) | wild))


PATTERNS = (
    r"cmd",
    r"^cmd\.exe$",
    r"\\(windows|system32)\\.*\.exe",
    r"a+b?",
    r"\d{2,}",
    r"^$",
    r"lines$",
    r"two.lines",
    r"(?i)KELVIN",
    r"(?i)straße",
    r"σ|ς",
    r"[^a-z]\s",
    r"(a)\1",
    r"(?<!c)md",
    r"\w\W",
    r"(?:stra|cmd)(?:ss|\.)e",
)
field_names = st.sampled_from((*FIELDS, "_text"))
missings = st.sampled_from(Missing)
cases = st.sampled_from(Case)
patterns = st.sampled_from(PATTERNS) | texts.map(re.escape)

leaves: st.SearchStrategy[Expr] = st.one_of(
    st.builds(Like, field_names, globs(), cases, missings),
    st.builds(Like, field_names, globs(), cases, missings),
    st.builds(Regex, field_names, patterns, st.sampled_from(("", "i", "s", "im")), missings),
    st.builds(
        Cidr,
        field_names,
        st.sampled_from(("10.0.0.0/8", "10.1.2.3", "fe80::/10", "::/0", "::ffff:10.0.0.0/104")),
        missings,
    ),
    st.builds(
        Compare, field_names, st.sampled_from(Op), st.sampled_from((0, 1, 4688, -1.5, 1000, 2**53, 16, 1e16)), missings
    ),
    st.builds(IsNull, field_names),
    st.builds(FieldPair, field_names, field_names, st.sampled_from(Pair), cases, missings),
    st.builds(
        TimePart,
        field_names,
        st.sampled_from(Unit),
        st.sampled_from(Op),
        st.sampled_from((0, 1, 5, 31, 59, 2026)),
        missings,
    ),
    st.builds(Const, st.booleans()),
)


def _combined(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    several = st.lists(inner, max_size=4).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, inner))


expressions = st.recursive(leaves, _combined, max_leaves=8)
scans = st.sampled_from((*TABLES, "sysmon.*", "*", "security.*", "none.such")).map(Scan)
filters: st.SearchStrategy[Relation] = st.builds(Filter, scans, expressions)
selections: st.SearchStrategy[Relation] = filters | st.lists(filters, min_size=1, max_size=3).map(tuple).map(Union)

_NUMERIC = (
    CorrelationKind.VALUE_SUM,
    CorrelationKind.VALUE_AVG,
    CorrelationKind.VALUE_MEDIAN,
    CorrelationKind.VALUE_PERCENTILE,
)
_TEMPORAL = (CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED)
GROUPS = ("_host", "_user", "User", "Tags", "Flag")
NAMES = "pqrs"


def _requirements(names: str) -> st.SearchStrategy[Requirement]:
    return st.recursive(
        st.sampled_from(names),
        lambda inner: st.one_of(
            st.tuples(st.just("and"), inner, inner),
            st.tuples(st.just("or"), inner, inner),
            st.tuples(st.just("not"), inner),
        ),
        max_leaves=4,
    )


@st.composite
def correlations(draw: st.DrawFn, sources: st.SearchStrategy[Relation], depth: int = 1) -> Correlate:
    """Correlations of all kinds; a branch may be a correlation of its own, `depth` levels deep."""
    kind = draw(st.sampled_from(CorrelationKind))
    by = tuple(draw(st.lists(st.sampled_from(("g", "h")), max_size=2, unique=True)))
    names = NAMES[: draw(st.integers(1, 4 if kind in _TEMPORAL else 2))]
    width = 1 if kind in _NUMERIC else draw(st.integers(1, 2)) if kind is CorrelationKind.VALUE_COUNT else 0
    value_names = ("Number", "Real", "Image", "Flag") if kind in _NUMERIC else ("Image", "Tags", "Number")
    branches = []
    for name in names:
        inner = draw(correlations(sources, depth - 1)) if depth and draw(st.integers(0, 4)) == 0 else None
        columns = (*inner.by, "nothing") if inner else GROUPS
        branches.append(
            Branch(
                name,
                inner or draw(sources),
                tuple(draw(st.sampled_from(columns)) for _ in by),
                tuple(draw(st.sampled_from(columns if inner else value_names)) for _ in range(width)),
            )
        )
    limits = st.builds(Threshold, st.sampled_from(Op), st.sampled_from((0, 1, 1.5, 2, 3, 5)))
    least = 0 if kind in _TEMPORAL else 1
    return Correlate(
        kind,
        tuple(branches),
        by,
        draw(st.sampled_from((0, 1, 3, 10, 100))) * 1_000_000,
        tuple(draw(st.lists(limits, min_size=least, max_size=2))),
        draw(st.sampled_from((0, 5, 50, 95, 100))) if kind is CorrelationKind.VALUE_PERCENTILE else None,
        draw(st.none() | _requirements(names)) if kind in _TEMPORAL else None,
    )


def rule_of(plan: Relation, number: int = 0) -> Rule:
    """`plan` as a rule."""
    return Rule(f"rule-{number}", f"Rule {number}", "test", plan, Location("test.yml", 1, 1))
