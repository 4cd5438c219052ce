"""What cannot run is said with the rule's place."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import get_args

import pytest

import simulator.ir as ir
from simulator.engine.capability import EXECUTORS, FAST, MAX_BRANCHES, REFERENCE, Executor, State, require
from simulator.errors import InvalidRule, UnsupportedRule
from simulator.ir import (
    Aggregate,
    Branch,
    Call,
    Cidr,
    Correlate,
    CorrelationKind,
    Expr,
    Extend,
    Field,
    Filter,
    Lookup,
    Measure,
    Not,
    Op,
    Read,
    Regex,
    Relation,
    Scan,
    Schedule,
    Test,
    Threshold,
    Truth,
    Union,
)
from simulator.tables import Column, Type
from tests.engine.strategies import rule_of

AT_LEAST = (Threshold(Op.GE, 2),)
COUNT = Correlate(CorrelationKind.EVENT_COUNT, (Branch("a", Scan("t"), ("x",)),), ("g",), 1, AT_LEAST)
SUM = replace(COUNT, kind=CorrelationKind.VALUE_SUM)
DEEP: Expr = Regex("f", "x")
for _ in range(200):
    DEEP = Not(DEEP)
MANY = tuple(Branch(f"b{n}", Scan("t"), ()) for n in range(MAX_BRANCHES + 1))
PAIRS = tuple(("or", f"b{2 * n}", f"b{2 * n + 1}") for n in range(10))


def test_every_node_of_the_ir_has_a_known_state() -> None:
    nodes = {*get_args(ir.Expr), *get_args(ir.Relation)}
    for executor in EXECUTORS:
        assert set(executor.nodes) == nodes
        assert all((support.note != "") == (support.state is State.LIMITED) for support in executor.nodes.values())


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (Filter(COUNT, Regex("f", "x")), "a correlation inside a filter"),
        (Union((COUNT,)), "a correlation inside a filter"),
        (Filter(Scan("t"), DEEP), "nested more than"),
        (Correlate(CorrelationKind.TEMPORAL, MANY, (), 1), "more than 62 rules"),
        (
            Correlate(CorrelationKind.TEMPORAL_ORDERED, MANY[:20], (), 1, requires=("and", *PAIRS)),
            "more than 256 combinations",
        ),
    ],
)
def test_what_is_not_supported(plan: Relation, message: str) -> None:
    with pytest.raises(UnsupportedRule, match=r"^test\.yml:1:1: .*" + message):
        require(rule_of(plan))


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (Filter(Scan("t"), Regex("f", "(")), "field f: regular expression: a group that is never closed"),
        (Filter(Scan("t"), Cidr("f", "10.0.0.0/99")), "field f: .*10.0.0.0/99"),
        (replace(COUNT, branches=()), "no rule"),
        (replace(COUNT, branches=COUNT.branches * 2), "the same name"),
        (replace(COUNT, by=()), "group-by field"),
        (replace(COUNT, thresholds=()), "a condition is missing"),
        (replace(COUNT, requires="a"), "only temporal kinds"),
        (replace(COUNT, thresholds=(Threshold(Op.GE, inf),)), "no finite number"),
        (replace(COUNT, span=-1), "negative"),
        (SUM, "exactly one field"),
        (replace(COUNT, kind=CorrelationKind.VALUE_COUNT), "values to count"),
        (
            replace(SUM, kind=CorrelationKind.VALUE_PERCENTILE, branches=(Branch("a", Scan("t"), ("x",), ("n",)),)),
            "from 0 to 100, found None",
        ),
        (replace(COUNT, kind=CorrelationKind.TEMPORAL, requires=("and", "a", "z")), "names 'z'"),
    ],
)
def test_what_is_wrong_for_everybody(plan: Relation, message: str) -> None:
    for executor in EXECUTORS:
        with pytest.raises(InvalidRule, match=r"^test\.yml:1:1: .*" + message):
            require(rule_of(plan), executor)


READ = Read(Scan("t"), (Column("n", Type.INTEGER),))
N = Field("n")


@pytest.mark.parametrize(
    ("plan", "error", "message"),
    [
        (Filter(READ, Test(Call("no such thing", (N,), Type.BOOLEAN))), UnsupportedRule, "no function no such thing"),
        (Filter(READ, Test(Call("less", (N,), Type.BOOLEAN))), InvalidRule, "the function less with 1 arguments"),
        (Extend(READ, (("x", Field("m")),)), InvalidRule, "a column that is not there: 'm'"),
        (Extend(Scan("t"), (("x", N),)), UnsupportedRule, "Extend over events that nothing reads"),
        (Read(READ, ()), UnsupportedRule, "read a second time"),
        (Aggregate(READ, (), (Measure("x", "guess", (), Type.REAL),)), UnsupportedRule, "no aggregate guess"),
        (Aggregate(READ, (), (Measure("x", "row_number", (), Type.REAL),)), UnsupportedRule, "no aggregate row_number"),
        (Extend(READ, (("x", Lookup(Scan("t"), "n", Type.TEXT)),)), UnsupportedRule, "a look-up in events"),
        (Filter(READ, DEEP), UnsupportedRule, "nested more than"),
        (Filter(READ, Test(Truth(Regex("n", "(")))), InvalidRule, "a group that is never closed"),
    ],
)
def test_what_rows_cannot_do(plan: Relation, error: type[Exception], message: str) -> None:
    for executor in EXECUTORS:
        with pytest.raises(error, match=r"^test\.yml:1:1: .*" + message):
            require(rule_of(plan), executor)


def test_a_schedule_that_never_runs() -> None:
    with pytest.raises(InvalidRule, match="never runs"):
        require(replace(rule_of(READ), schedule=Schedule(0)))


def test_what_can_run_passes() -> None:
    nested = replace(COUNT, branches=(Branch("inner", COUNT, ("g",)),))
    require(rule_of(nested), FAST)
    require(rule_of(Filter(nested, Regex("g", "x"))), REFERENCE)


def test_a_node_that_an_executor_does_not_list_is_unsupported() -> None:
    with pytest.raises(UnsupportedRule, match="only scans: nothing here runs Filter"):
        require(rule_of(Filter(Scan("t"), Regex("f", "x"))), Executor("only scans", {Scan: FAST.nodes[Scan]}))
