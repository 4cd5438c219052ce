"""Conditions over selections, and the same rules as pySigma itself understands them."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    SigmaCondition,
)
from sigma.rule import SigmaDetection, SigmaDetections

from simulator.errors import Location
from simulator.ir import And, Const, Expr, Like, Not, Or
from simulator.languages.sigma.detection import Detection
from simulator.languages.sigma.document import Document
from tests.languages.sigma.reading import where

A, B, C = (Like(name, ("x",)) for name in "abc")
SELECTIONS = "sel_a: {a: x}\nsel_b: {b: x}\nother: {c: x}\n_hidden: {d: x}\n"

CASES = {
    "sel_a": A,
    "sel_a and sel_b": And((A, B)),
    "sel_a or sel_b and other": Or((A, And((B, C)))),
    "(sel_a or sel_b) and other": And((Or((A, B)), C)),
    "not sel_a": Not(A),
    "not not sel_a": A,
    "sel_a and not (sel_b or other)": And((A, Not(Or((B, C))))),
    "1 of sel_*": Or((A, B)),
    "any of sel_*": Or((A, B)),
    "all of sel_*": And((A, B)),
    "1 of them": Or((A, B, C)),
    "all of them": And((A, B, C)),
    "1 of *_a": A,
    "all of sel_* and not 1 of oth*": And((A, B, Not(C))),
    "sel_a and sel_a": A,
    "1 of _hid*": Like("d", ("x",)),
    "sel_a and (sel_b and other)": And((A, B, C)),
}


@pytest.mark.parametrize("condition", CASES)
def test_condition(tmp_path, condition):
    assert where(tmp_path, f"{SELECTIONS}condition: {condition}\n") == CASES[condition]


def test_several_conditions_are_alternatives(tmp_path):
    assert where(tmp_path, f"{SELECTIONS}condition: [sel_a, not sel_b]\n") == Or((A, Not(B)))


NAMES = ["sel_a", "sel_b", "other", "_hidden", "notable"]
DEFINITIONS = {name: {name: "x"} for name in NAMES}
conditions = st.recursive(
    st.sampled_from([*NAMES, "1 of sel_*", "all of sel_*", "any of them", "all of them", "1 of *o*", "all of _*"]),
    lambda inner: st.one_of(
        inner.map("not {}".format),
        inner.map("({})".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
    ),
    max_leaves=8,
)


def truth(expr: Expr, facts: dict[str, bool]) -> bool:
    match expr:
        case Const(value):
            return value
        case And(items):
            return all(truth(item, facts) for item in items)
        case Or(items):
            return any(truth(item, facts) for item in items)
        case Not(item):
            return not truth(item, facts)
        case Like(field):
            return facts[field]
    raise AssertionError(expr)


def theirs(node: object, facts: dict[str, bool]) -> bool:
    match node:
        case ConditionAND():
            return all(theirs(arg, facts) for arg in node.args)
        case ConditionOR():
            return any(theirs(arg, facts) for arg in node.args)
        case ConditionNOT():
            return not theirs(node.args[0], facts)
        case ConditionFieldEqualsValueExpression():
            return facts[node.field]
    raise AssertionError(node)


@given(conditions)
def test_conditions_mean_what_pysigma_says(text):
    value = {"detection": {**DEFINITIONS, "condition": text}}
    document = Document("rule.yml", "", 0, value, Location("rule.yml"))
    ours = Detection(document, ("detection",), value["detection"], {}).condition()
    made = {name: SigmaDetection.from_definition(given) for name, given in DEFINITIONS.items()}
    parsed = SigmaCondition(text, SigmaDetections(made, [text])).parsed
    for values in product((False, True), repeat=len(NAMES)):
        facts = dict(zip(NAMES, values, strict=True))
        assert truth(ours, facts) == theirs(parsed, facts)
