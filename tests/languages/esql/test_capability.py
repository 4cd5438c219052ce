"""The list of what ES|QL can do is that of the code."""

from __future__ import annotations

from simulator.languages.capability import State
from simulator.languages.esql import aggregates, functions, parse
from simulator.languages.esql.capability import CAPABILITIES, LIMITS, NOTES
from simulator.languages.esql.conditions import CONDITION_FUNCTIONS


def test_every_function_is_listed_once() -> None:
    names = [one.name for one in CAPABILITIES if one.kind in ("function", "command")]
    assert len(names) == len(set(names))
    assert {name.upper() for name in (*functions.FUNCTIONS, *functions.NOT_RUN, *CONDITION_FUNCTIONS)} <= set(names)


def test_limits_and_notes_are_of_functions_that_run() -> None:
    known = {*functions.FUNCTIONS, *aggregates.AGGREGATES, *CONDITION_FUNCTIONS}
    assert set(LIMITS) | set(NOTES) <= known
    assert not set(LIMITS) & set(NOTES)


def test_what_runs_is_not_said_not_to() -> None:
    assert not set(functions.FUNCTIONS) & set(functions.NOT_RUN)
    never = {"sample"}  # it is read, so that its error can tell SAMPLE 1 from the rest
    stopped = {one.name.lower() for one in CAPABILITIES if one.kind == "command" and one.state is State.NONE}
    assert stopped & set(parse.COMMANDS) <= never
