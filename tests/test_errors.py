"""Errors point at their place and at the nearest name."""

import pickle

import pytest

from simulator.errors import InvalidRule, InvalidScenario, Location, SparringError, UsageError, nearest


@pytest.mark.parametrize(
    ("location", "text"),
    [(Location("a.yml", 3, 7), "a.yml:3:7"), (Location("a.yml"), "a.yml")],
)
def test_locations_print_as_editors_read_them(location, text):
    assert str(location) == text
    assert str(InvalidRule(location, "no title")) == f"{text}: no title"


def test_exit_codes_tell_a_wrong_call_from_a_wrong_answer():
    assert (UsageError.exit_code, SparringError.exit_code) == (2, 1)


def test_the_nearest_name_is_offered_only_when_it_is_near():
    assert nearest("endwith", ["endswith", "startswith"]) == ", did you mean 'endswith'?"
    assert nearest("zzz", ["endswith"]) == ""


def test_a_located_error_survives_the_way_from_a_worker() -> None:
    error = InvalidScenario(Location("f.yaml", 3, 5), "is wrong")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == "f.yaml:3:5: is wrong"
    assert again.location == error.location
