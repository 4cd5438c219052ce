"""Guards: the rarest literals that a condition requires, chosen for all conditions at once."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pyarrow as pa
import pytest

from simulator.engine.conditions import Planner
from simulator.engine.guards import Sample, choose
from simulator.engine.sieve import TableSieve
from simulator.ir import And, Const, Expr, IsNull, Like, Not, Or, Regex, Wild

ROWS = pa.RecordBatch.from_pydict(
    {"Image": ["C:\\Windows\\cmd.exe"] * 99 + ["C:\\Tools\\rclone.exe"], "Text": ["copy the files"] * 100}
)


def contains(text: str, field: str = "Image") -> Expr:
    return Like(field, (Wild.ANY, text, Wild.ANY))


RARE, COMMON, OFTEN = contains("rclone"), contains("Windows"), contains("copy the", "Text")


@pytest.mark.parametrize(
    ("condition", "guard"),
    [
        (RARE, {"rclone"}),
        (And((COMMON, RARE, OFTEN)), {"rclone"}),
        (Or((COMMON, RARE)), {"windows", "rclone"}),
        (And((OFTEN, Or((RARE, contains("restic"))))), {"rclone", "restic"}),
        (Not(Or((Not(RARE), COMMON))), {"rclone"}),
        (Like("Image", (Wild.ANY, "cmd.exe", Wild.ANY, "rclone", Wild.ANY)), {"rclone"}),
        (Regex("Image", "(?:rclone|restic)\\.exe"), {"rclone.exe", "restic.exe"}),
        (And((COMMON, Const(False))), set()),
        (Or((RARE, IsNull("Text"))), None),
        (Not(RARE), None),
        (Const(True), None),
    ],
)
def test_the_rarest_literals_guard(condition: Expr, guard: set[str] | None) -> None:
    planner = Planner()
    planner.add(OFTEN)
    number = planner.add(condition)
    conditions = planner.finish()
    guards = choose(conditions, np.array([number]), Sample(ROWS))
    texts = conditions.literals.texts
    chosen = {texts.data[texts.starts[at] : texts.ends[at]].decode() for at in guards.literals.tolist()}
    assert guards.unguarded.tolist() == ([number] if guard is None else [])
    assert chosen == (guard or set())
    assert set(guards.conditions.tolist()) <= {number}


def test_a_target_with_several_conditions_selects_each_row_once() -> None:
    planner = Planner()
    wanted = [(7, planner.add(COMMON)), (7, planner.add(OFTEN)), (8, planner.add(RARE))]
    selected = dict(TableSieve(planner.finish(), wanted).select(ROWS))
    assert {target: rows.tolist() for target, rows in selected.items()} == {7: list(range(100)), 8: [99]}


def _deep(levels: int) -> Expr:
    expr = RARE
    for _ in range(levels):
        expr = And((COMMON, Not(Not(expr))))
    return expr


def test_a_condition_too_deep_to_plan_leaves_nothing_behind() -> None:
    planner = Planner()
    with pytest.raises(RecursionError):
        planner.add(_deep(5000))
    assert planner.add(RARE) == 0
    assert dict(TableSieve(planner.finish(), [(0, 0)]).select(ROWS))[0].tolist() == [99]


def test_a_condition_too_deep_to_send_fails_alone() -> None:
    planner = Planner()
    planner.add(RARE)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        planner.add(_deep(1000))
    finally:
        sys.setrecursionlimit(limit)
    sieve = TableSieve(pickle.loads(pickle.dumps(planner.finish())), [(0, 0), (1, 1)])
    assert {target: rows.tolist() for target, rows in sieve.select(ROWS)} == {0: [99]}
    assert sieve.failures == {1: "the condition is nested too deeply"}
