"""EQL's sequences and samples, case by case.

Source: https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax: sequences, maxspan, missing events, by,
optional by fields, until, runs, samples, and how sequence queries handle matches.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.languages.finding import by_eql

Rows = Sequence[dict[str, object]]


def letters(written: str, **more: object) -> list[dict[str, object]]:
    """An event for each word `A`, `A@5` (at a second), `A/x` (of the user x), `A/` (of nobody); all in category `a`."""
    rows = []
    for place, word in enumerate(written.split()):
        name, _, time = word.partition("@")
        name, slash, user = name.partition("/")
        row: dict[str, object] = {"event.category": ["a"], "process.name": name, "user.id": "u" if not slash else user}
        row["user.id"] = row["user.id"] or None
        rows.append({**row, "at": float(time or place), **more})
    return rows


A, B, C = (f'[a where process.name == "{name}"]' for name in "ABC")

CASES = [
    ("two steps", f"sequence {A} {B}", "A B", [(1, 2)]),
    ("something between", f"sequence {A} {B}", "A x B", [(1, 3)]),
    ("the other way round", f"sequence {A} {B}", "B A", []),
    ("the latest first step wins", f"sequence {A} {B}", "A A B", [(2, 3)]),
    ("each is used once", f"sequence {A} {B}", "A B B", [(1, 2)]),
    ("again and again", f"sequence {A} {B}", "A B A B", [(1, 2), (3, 4)]),
    ("three steps", f"sequence {A} {B} {C}", "A B C", [(1, 2, 3)]),
    # How sequence queries handle matches: a pending sequence is overwritten by a newer one in the same state
    ("overwritten while pending", f"sequence {A} {B} {C}", "A B A B C", [(3, 4, 5)]),
    ("an older one goes on", f"sequence {A} {B} {C}", "A B A C", [(1, 2, 4)]),
    # Ties in time: in the order of the events
    ("equal times", f"sequence {A} {B}", "A@1 B@1", [(1, 2)]),
    ("equal times, the other way round", f"sequence {A} {B}", "B@1 A@1", []),
    # maxspan: both ends included
    ("within maxspan", f"sequence with maxspan=5s {A} {B}", "A@0 B@5", [(1, 2)]),
    ("beyond maxspan", f"sequence with maxspan=5s {A} {B}", "A@0 B@5.5", []),
    ("maxspan counts from the first", f"sequence with maxspan=5s {A} {B} {C}", "A@0 B@4 C@6", []),
    # by
    ("by the same value", f"sequence by user.id {A} {B}", "A/x A/y B/x", [(1, 3)]),
    ("by different values", f"sequence by user.id {A} {B}", "A/x B/y", []),
    ("null is no join key", f"sequence by user.id {A} {B}", "A/ B/", []),
    ("an optional key may be null", f"sequence by ?user.id {A} {B}", "A/ B/", [(1, 2)]),
    ("null is not a value", f"sequence by ?user.id {A} {B}", "A/ B/x", []),
    ("an optional key that no event has", f"sequence by ?no.such, user.id {A} {B}", "A/x B/x", [(1, 2)]),
    ("keys of each step", f"sequence {A} by user.id {B} by process.name", "A/B B/x", [(1, 2)]),
    # until (the three lines of the documentation's example)
    ("until: A, B", f"sequence by user.id {A} {B} until {C}", "A B", [(1, 2)]),
    ("until: A, B, C", f"sequence by user.id {A} {B} until {C}", "A B C", [(1, 2)]),
    ("until: A, C, B", f"sequence by user.id {A} {B} until {C}", "A C B", []),
    ("until of another key", f"sequence by user.id {A} {B} until {C}", "A/x C/y B/x", [(1, 3)]),
    # runs
    ("runs", f"sequence {A} with runs=3 {B}", "A A A B", [(1, 2, 3, 4)]),
    ("too few runs", f"sequence {A} with runs=3 {B}", "A A B", []),
    ("runs alone", f"sequence {A} with runs=2", "A A A A", [(1, 2), (2, 3), (3, 4)]),
    # Missing events
    ("nothing between", f'sequence with maxspan=9s {A} ![a where process.name == "C"] {B}', "A B", [(1, 2)]),
    ("something forbidden between", f"sequence with maxspan=9s {A} !{C} {B}", "A C B", []),
    ("missing at the end", f"sequence with maxspan=5s {A} !{C}", "A@0 C@6", [(1,)]),
    ("not missing at the end", f"sequence with maxspan=5s {A} !{C}", "A@0 C@4", []),
    ("missing at the start", f"sequence with maxspan=5s !{C} {A}", "C@0 A@6", [(2,)]),
    ("not missing at the start", f"sequence with maxspan=5s !{C} {A}", "C@2 A@6", []),
    ("missing of another key", f"sequence by user.id with maxspan=9s {A} !{C} {B}", "A/x C/y B/x", [(1, 3)]),
    # Samples: unordered, one of each
    ("a sample", f"sample by user.id {A} {B}", "B/x A/x", [(1, 2)]),
    ("a sample needs all", f"sample by user.id {A} {B}", "B/x A/y", []),
    ("a sample takes no event twice", f"sample by user.id {A} {A}", "A/x", []),
    ("a sample for each key", f"sample by user.id {A} {B}", "A/x A/y B/y B/x", [(1, 4), (2, 3)]),
    # head
    ("head of sequences", f"sequence {A} {B} | head 1", "A B A B", [(1, 2)]),
]


@pytest.mark.parametrize(("query", "events", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_series(query: str, events: str, expected: list[tuple[int, ...]]) -> None:
    assert sorted(by_eql(query, letters(events))) == expected


def test_a_key_with_several_values_joins_by_each() -> None:
    rows = letters("A B")
    rows[0]["host.ip"] = ["10.0.0.1", "10.0.0.2"]
    rows[1]["host.ip"] = ["10.0.0.2"]
    assert by_eql(f"sequence by host.ip {A} {B}", rows) == [(1, 2)]
    assert by_eql(f"sequence {A} by host.ip {B} by user.id", rows) == []


def test_computed_conditions_in_steps() -> None:
    rows = letters("A B", **{"process.pid": 12})
    query = f"sequence by user.id [a where process.pid + 1 == 13] {B}"
    assert by_eql(query, rows) == [(1, 2)]
