from itertools import combinations
from math import prod

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario.covering import covering, pairs


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_every_pair_of_values_of_every_two_dimensions_occurs(sizes: list[int]) -> None:
    rows = covering(tuple(sizes))
    assert all(0 <= value < size for row in rows for value, size in zip(row, sizes, strict=True))
    found = {pair for row in rows for pair in pairs(row)}
    wanted = {
        (a, i, b, j) for a, b in combinations(range(len(sizes)), 2) for i in range(sizes[a]) for j in range(sizes[b])
    }
    assert found == wanted
    assert {row[0] for row in rows} == set(range(sizes[0]))
    assert len(rows) <= prod(sizes)


def test_it_is_small() -> None:
    # Thirteen two-valued dimensions need at least 6 rows (Kleitman and Spencer 1973); all combinations would be 8,192.
    assert len(covering((2,) * 13)) <= 14


def test_the_first_row_is_the_plain_case() -> None:
    assert covering((3, 2, 4))[0] == (0, 0, 0)


def test_without_dimensions_there_is_one_way() -> None:
    assert covering(()) == ((),)
