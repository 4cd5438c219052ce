"""The capability tables name what the languages know, and nothing else."""

from __future__ import annotations

import re

from simulator.languages import elastic, eql, kuery
from simulator.languages.capability import State
from simulator.languages.elastic.load import TYPES
from simulator.languages.eql.calls import ARGUMENTS


def names(table: tuple, kind: str, *states: State) -> set[str]:
    return {
        name.strip()
        for entry in table
        if entry.kind == kind and entry.state in states
        for name in entry.name.split(",")
    }


def test_functions_of_eql() -> None:
    listed = {re.sub("~$", "", name).lower() for name in names(eql.CAPABILITIES, "function", State.FULL, State.LIMITED)}
    assert listed == set(ARGUMENTS)


def test_rule_types() -> None:
    assert names(elastic.CAPABILITIES, "rule type", *State) == set(TYPES)


def test_every_limit_says_which() -> None:
    for table in (eql.CAPABILITIES, kuery.CAPABILITIES, elastic.CAPABILITIES):
        for entry in table:
            assert entry.note or entry.state is not State.LIMITED, entry
