"""Python and SQL of every function that has SQL agree on arguments of any kind of content."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.engine.functions.addresses import ADDRESSES
from simulator.engine.functions.aggregates import AGGREGATES
from simulator.engine.functions.clock import CLOCK
from simulator.engine.functions.conditions import CONDITIONS
from simulator.engine.functions.conversions import CONVERSIONS
from simulator.engine.functions.encodings import ENCODINGS
from simulator.engine.functions.hashes import HASHES
from simulator.engine.functions.json_ import JSON
from simulator.engine.functions.lists import LISTS
from simulator.engine.functions.numbers import NUMBERS
from simulator.engine.functions.regexps import REGEXPS
from simulator.engine.functions.statistics import STATISTICS
from simulator.engine.functions.templates import FIRST_TIME, LAST_TIME
from simulator.engine.functions.texts import TEXTS
from simulator.tables import Type
from tests.engine.functions.harness import (
    IS,
    RS,
    SPAN,
    TIME,
    TS,
    B,
    D,
    Grouped,
    I,
    R,
    Signature,
    T,
    check_aggregates_agree,
    check_agreement,
)

TEXT = st.one_of(
    st.sampled_from(["", "a", "A", "abc", "0x1F", "12", "-1.5", "1e3", "true", "ß", "é", "%", "_", "\U0001f600", " "]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
    st.text("abAB", max_size=5),
)
INTEGER = st.one_of(st.integers(-5, 5), st.integers(-(2**63), 2**63 - 1), st.sampled_from([2**63 - 1, -(2**63)]))
REAL = st.one_of(st.integers(-8, 8).map(lambda n: n / 2), st.floats(allow_nan=False, allow_infinity=False))
VALUES: dict[Type, st.SearchStrategy[Any]] = {
    Type.TEXT: TEXT,
    Type.INTEGER: INTEGER,
    Type.REAL: REAL,
    Type.BOOLEAN: st.booleans(),
    Type.TIME: st.one_of(st.integers(FIRST_TIME, LAST_TIME), st.integers(-(10**12), 10**15)),
    Type.SPAN: INTEGER,
    Type.DYNAMIC: st.sampled_from(["1", '"a"', '{"a":1}', "[1,2]"]),
    Type.TEXTS: st.lists(TEXT, max_size=4),
    Type.INTEGERS: st.lists(INTEGER, max_size=4),
    Type.REALS: st.lists(REAL, max_size=4),
}

SIGNATURES = [
    *(Signature("if", (B, kind, kind), kind) for kind in (T, I, TS)),
    Signature("coalesce", (T, T, T), T),
    *(Signature(name, (kind, kind), B) for name in ("equal", "less") for kind in (T, I, R, B, TIME, TS, IS)),
    Signature("and", (B, B, B), B),
    Signature("or", (B, B, B), B),
    Signature("not", (B,), B),
    Signature("is_null", (T,), B),
    *(Signature(name, (kind, kind), kind) for name in ("add", "subtract", "multiply") for kind in (I, R)),
    *(Signature(name, (SPAN, SPAN), SPAN) for name in ("add", "subtract")),
    *(Signature(name, (TIME, SPAN), TIME) for name in ("add", "subtract")),
    Signature("subtract", (TIME, TIME), SPAN),
    Signature("multiply", (SPAN, I), SPAN),
    Signature("divide", (R, R), R),
    Signature("divide", (SPAN, SPAN), R),
    *(Signature(name, (R,), R) for name in ("floor", "ceiling", "truncate", "negate", "absolute")),
    *(Signature(name, (I,), I) for name in ("negate", "absolute", "sign", "bits_not")),
    Signature("sign", (R,), I),
    *(
        Signature(name, (I, I), I)
        for name in ("round_down_to", "divide_integers", "remainder", "bits_and", "bits_or", "bits_xor")
    ),
    *(Signature(name, (kind, kind, kind), kind) for name in ("minimum_of", "maximum_of") for kind in (T, I, R, TIME)),
    *(Signature("to_text", (kind,), T) for kind in (T, I, R, B, TIME, SPAN, D, TS)),
    *(Signature("to_integer", (kind,), I) for kind in (T, R, B, TIME, SPAN)),
    *(Signature("to_real", (kind,), R) for kind in (T, I)),
    Signature("to_time", (I,), TIME),
    Signature("to_span", (I,), SPAN),
    *(Signature("to_boolean", (kind,), B) for kind in (T, I, R)),
    Signature("to_list", (T, T), TS),
    Signature("length", (T,), I),
    Signature("byte_length", (T,), I),
    Signature("concat", (T, T, T), T),
    Signature("substring", (T, I, I), T),
    Signature("left", (T, I), T),
    *(Signature(name, (T, T), B) for name in ("contains", "starts_with", "ends_with")),
    Signature("index_of", (T, T), I),
    Signature("element_at", (TS, I), T),
    Signature("list_length", (TS,), I),
    Signature("list_contains", (TS, T), B),
    *(Signature(name, (TS, TS), B) for name in ("list_overlaps", "list_contains_all")),
    *(Signature(name, (kind,), kind) for name in ("list_sort", "list_reverse") for kind in (TS, IS, RS)),
    *(Signature(name, (TS,), T) for name in ("list_minimum", "list_maximum")),
    Signature("list_sum", (IS,), I),
    Signature("bin_time", (TIME, SPAN, TIME), TIME),
    *(Signature(name, (T,), T) for name in ("md5", "sha1", "sha256")),
]
OURS = (
    CONDITIONS,
    NUMBERS,
    CONVERSIONS,
    TEXTS,
    REGEXPS,
    LISTS,
    CLOCK,
    HASHES,
    ENCODINGS,
    ADDRESSES,
    JSON,
)
"""The general themes. Those of one language are held to Python by their own tests."""


def test_every_general_function_with_sql_is_here() -> None:
    general = {function.name for theme in OURS for function in theme if function.sql is not None}
    assert general <= {signature.name for signature in SIGNATURES}


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda s: f"{s.name}-{'-'.join(k.value for k in s.kinds)}")
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_functions(signature: Signature, data: st.DataObject) -> None:
    row = st.tuples(*(st.one_of(st.none(), VALUES[kind], VALUES[kind], VALUES[kind]) for kind in signature.kinds))
    check_agreement(signature, data.draw(st.lists(row, min_size=5, max_size=40)))


AGGREGATED = [
    *(Grouped("count", kinds, I, ()) for kinds in ((), (T,))),
    Grouped("sum", (I,), I, ()),
    *(Grouped(name, (kind,), kind, ()) for name in ("minimum", "maximum", "any", "last") for kind in (T, I, R, B, TS)),
    *(Grouped("distinct_count", kinds, I, ()) for kinds in ((T,), (I, T))),
    Grouped("list", (T,), TS, ()),
    *(Grouped(name, (T, kind), T, ()) for name in ("at_maximum", "at_minimum") for kind in (T, I)),
    Grouped("distinct_sorted", (T,), TS, ()),
    *(Grouped(name, (I,), I, ()) for name in ("all_bits", "any_bits")),
]


@pytest.mark.parametrize("case", AGGREGATED, ids=lambda c: f"{c.name}-{'-'.join(k.value for k in c.kinds)}")
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.booleans())
def test_aggregates(case: Grouped, data: st.DataObject, distinct: bool) -> None:
    row = st.tuples(*(st.one_of(st.none(), VALUES[kind], VALUES[kind]) for kind in case.kinds))
    rows = tuple(data.draw(st.lists(row, max_size=12)))
    check_aggregates_agree(Grouped(case.name, case.kinds, case.kind, rows, distinct=distinct and bool(case.kinds)))


HALVES = st.integers(-(10**6), 10**6).map(lambda n: n / 2)
OF_REALS = [
    "sum",
    "average",
    "median",
    "deviation_sample",
    "deviation_population",
    "variance_sample",
    "variance_population",
]


@pytest.mark.parametrize("name", OF_REALS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.one_of(st.none(), HALVES)), max_size=12), st.booleans())
def test_aggregates_of_reals(name: str, rows: list[tuple[float | None]], distinct: bool) -> None:
    check_aggregates_agree(Grouped(name, (R,), R, tuple(rows), distinct=distinct))


def test_every_general_aggregate_with_sql_is_here() -> None:
    general = {entry.name for entry in (*AGGREGATES, *STATISTICS) if entry.sql is not None}
    assert general <= {case.name for case in AGGREGATED} | set(OF_REALS)
