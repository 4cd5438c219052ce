"""What is read for the rules of a run."""

import pytest

from simulator.engine.resolve import event_ids, resolve
from simulator.errors import Location
from simulator.ir import And, Const, Filter, IsNull, Like, Not, Or, Rule, Scan, Wild


def is_event(number: str) -> Like:
    return Like("EventID", (number,))


def says(word: str) -> Like:
    return Like("_text", (Wild.ANY, word, Wild.ANY))


@pytest.mark.parametrize(
    ("expr", "ids"),
    [
        (is_event("4688"), {4688}),
        (And((is_event("1"), says("x"))), {1}),
        (And((Or((is_event("1"), is_event("2"))), is_event("2"))), {2}),
        (Or((is_event("1"), And((is_event("2"), says("x"))))), {1, 2}),
        (Or((is_event("1"), says("x"))), None),
        (Or(()), set()),
        (Not(is_event("1")), None),
        (Like("EventID", ("46", Wild.ANY)), None),
        (IsNull("EventID"), None),
        (Const(True), None),
    ],
)
def test_the_event_ids_that_a_condition_needs(expr, ids):
    assert event_ids(expr) == ids


def rule(name: str, pattern: str, expr) -> Rule:
    return Rule(name, name, "sigma", Filter(Scan(pattern), expr), Location(name))


def test_the_text_is_wanted_only_of_events_that_some_rule_looks_at():
    narrow = rule("narrow", "security.*", And((is_event("4727"), says("admins"))))
    other = rule("other", "security.*", And((is_event("4728"), says("admins"))))
    wide = rule("wide", "security.*", says("mimikatz"))
    demand = resolve([narrow, other]).demand
    assert demand.text_events == {"security.*": {4727, 4728}}
    assert resolve([narrow, wide]).demand.text_events == {}
    assert not demand.text_wanted("security.other", 4624)
