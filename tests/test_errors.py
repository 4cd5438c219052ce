"""Errors point at their place and at the nearest name."""

import pytest

from simulator.errors import InvalidRule, Location, SparringError, UsageError, nearest


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
