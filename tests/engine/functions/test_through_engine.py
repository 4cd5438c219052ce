"""All cases of functions and aggregates once more, as plans that the engine runs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from simulator.engine import rows
from simulator.ir import Aggregate, Call, Extend, Field, Key, Literal, Measure, Project, Rows, Sort
from simulator.tables import Column, Type
from simulator.tables.memory import FrameSource
from tests.engine.functions import test_aggregates, test_basics, test_every, test_vendors
from tests.engine.functions.harness import Case, Grouped, Signature, same

EVERY: list[Case] = [
    *test_basics.CONDITIONS,
    *test_basics.NUMBERS,
    *test_basics.CONVERSIONS,
    *test_basics.TEXTS,
    *(case for theme in (*test_every.THEMES.values(), *test_vendors.THEMES.values()) for case in theme),
]
SIGNATURES = list(dict.fromkeys(case.signature for case in EVERY))
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return (value - EPOCH) // dt.timedelta(microseconds=1)
    return value


def constant(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def columns(*kinds: Type) -> tuple[Column, ...]:
    return (Column("place", Type.INTEGER), *(Column(f"c{n}", kind) for n, kind in enumerate(kinds)))


@pytest.mark.parametrize("signature", SIGNATURES, ids=lambda s: f"{s.name}-{'-'.join(k.value for k in s.kinds)}")
def test_functions_of_columns_and_of_literals(signature: Signature) -> None:
    some = [case for case in EVERY if case.signature == signature]
    given = Rows(columns(*signature.kinds), tuple((n, *map(constant, case.args)) for n, case in enumerate(some)))
    fields = tuple(Field(f"c{n}") for n in range(len(signature.kinds)))
    call = Call(signature.name, fields, signature.kind)
    of_literals = tuple((f"l{n}", Call(signature.name, _literals(case), signature.kind)) for n, case in enumerate(some))
    plan = Project(
        Sort(Extend(given, of_literals), (Key(Field("place")),)),
        (("found", call), *((name, Field(name)) for name, _ in of_literals)),
    )
    table = rows(plan, FrameSource({}))
    wrong = [
        f"{case.name}{case.args!r}: {plain(found)!r}, of literals {plain(literal)!r}, not {case.expected!r}"
        for case, found, literal in zip(
            some, table["found"].to_pylist(), [table[f"l{n}"][0].as_py() for n in range(len(some))], strict=True
        )
        if not same(plain(found), case.expected) or not same(plain(literal), case.expected)
    ]
    assert not wrong, "\n".join(wrong)


def _literals(case: Case) -> tuple[Literal, ...]:
    return tuple(Literal(constant(arg), kind) for arg, kind in zip(case.args, case.kinds, strict=True))


@pytest.mark.parametrize(
    "case", [*test_aggregates.CASES, *test_vendors.AGGREGATES], ids=lambda c: f"{c.name}-{c.kind.value}"
)
def test_aggregates_of_columns(case: Grouped) -> None:
    given = Rows(columns(*case.kinds), tuple((n, *map(constant, row)) for n, row in enumerate(case.rows)))
    args = tuple(Field(f"c{n}") for n in range(len(case.kinds)))
    measure = Measure("found", case.name, args, case.kind, distinct=case.distinct, order=(Key(Field("place")),))
    found = rows(Aggregate(given, (), (measure,), always=True), FrameSource({}))["found"].to_pylist()
    assert [same(plain(value), case.expected) for value in found] == [True], found
