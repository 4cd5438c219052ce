"""The table of what runs says what the parser and the lowering do."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.errors import UnsupportedRule
from simulator.languages.capability import State
from simulator.languages.kusto import CAPABILITIES
from tests.languages.kusto.running import compiled


def test_every_construct_is_there_once():
    names = Counter((entry.kind, entry.name) for entry in CAPABILITIES)
    assert [name for name, times in names.items() if times > 1] == []
    assert all(entry.note for entry in CAPABILITIES if entry.state is not State.FULL)


OPERATORS = {
    "scan": "scan with (step a: true;)",
    "fork": "fork (count)",
    "facet": "facet by s",
    "reduce": "reduce by s",
    "top-nested": "top-nested 3 of s by count()",
}


@pytest.mark.parametrize("entry", [one for one in CAPABILITIES if one.kind == "operator"], ids=lambda one: one.name)
def test_operators_that_do_not_run_say_so(entry):
    if entry.state is not State.NONE:
        return
    with pytest.raises(UnsupportedRule, match=f"the operator {entry.name} is not supported"):
        compiled(f"T | {OPERATORS.get(entry.name, entry.name)}")


@pytest.mark.parametrize(
    "name", [one.name for one in CAPABILITIES if one.kind == "function" and one.state is State.NONE]
)
def test_functions_that_do_not_run_say_so(name):
    with pytest.raises(UnsupportedRule, match="is not supported"):
        compiled(f"T | extend x = {name}(s, n)")
