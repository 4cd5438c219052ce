from __future__ import annotations

from itertools import product

import polars as pl

from simulator.score import BlindSpot
from simulator.score.variations import Scoped, blind_spots, recalls

BINARIES, VERBS, CONFIGURATIONS = ("default", "renamed"), ("copy", "move", "sync"), ("file", "environment")
INSTANCES = list(product(BINARIES, VERBS, CONFIGURATIONS)) * 4
"""48 instances: every combination of three dimensions four times."""
VARIATIONS = pl.DataFrame(
    [
        (at, name, value)
        for at, of in enumerate(INSTANCES)
        for name, value in zip(("binary", "verb", "conf"), of, strict=True)
    ],
    schema={"instance_id": pl.UInt64, "dimension": pl.String, "value": pl.String},
    orient="row",
)


def spots(*caught: int) -> tuple[BlindSpot, ...]:
    scoped = Scoped(
        pl.DataFrame({"rule": ["r"], "scope": [0]}),
        pl.DataFrame({"scope": 0, "instance_id": range(len(INSTANCES))}, schema_overrides={"instance_id": pl.UInt64}),
        pl.DataFrame(
            {"rule": ["r"] * len(caught), "instance_id": caught}, schema={"rule": pl.String, "instance_id": pl.UInt64}
        ),
    )
    return blind_spots(scoped, VARIATIONS, recalls(scoped, VARIATIONS)).get("r", ())


def where(*, renamed: bool = True, moved: bool = True, both: bool = True) -> list[int]:
    """Instances caught by a rule that may be blind to renamed binaries, to `move`, or to both together."""
    return [
        at
        for at, (binary, verb, _) in enumerate(INSTANCES)
        if (renamed or binary != "renamed")
        and (moved or verb != "move")
        and (both or (binary, verb) != ("renamed", "move"))
    ]


def test_a_rule_that_catches_all_or_nothing_has_no_blind_spot() -> None:
    assert spots(*range(len(INSTANCES))) == spots() == ()


def test_one_blind_value_explains_the_pairs_it_is_in() -> None:
    assert spots(*where(renamed=False)) == (BlindSpot((("binary", "renamed"),), 24),)


def test_two_blind_values() -> None:
    found = spots(*where(renamed=False, moved=False))
    assert found == (BlindSpot((("binary", "renamed"),), 24), BlindSpot((("verb", "move"),), 16))


def test_a_pair_of_which_neither_value_is_blind() -> None:
    assert spots(*where(both=False)) == (BlindSpot((("binary", "renamed"), ("verb", "move")), 8),)


def test_what_may_be_chance_is_no_blind_pair() -> None:
    # One in four of everything is caught: to miss all eight of a pair by chance has (3/4)^8 = 10 %.
    assert not any(len(spot.values) == 2 and spot.n <= 8 for spot in spots(*range(0, 48, 4)))


def test_two_instances_are_too_few() -> None:
    few = INSTANCES[:12]
    scoped = Scoped(
        pl.DataFrame({"rule": ["r"], "scope": [0]}),
        pl.DataFrame({"scope": 0, "instance_id": [0, 1, 2]}, schema_overrides={"instance_id": pl.UInt64}),
        pl.DataFrame({"rule": ["r"], "instance_id": [0]}, schema_overrides={"instance_id": pl.UInt64}),
    )
    assert [of[1] for of in few[:3]] == ["copy", "copy", "move"]
    assert blind_spots(scoped, VARIATIONS, recalls(scoped, VARIATIONS)) == {}
