"""Every function of the IR has an entry, and no other."""

from __future__ import annotations

import pytest

from simulator.engine import functions
from simulator.ir import AGGREGATES, FUNCTIONS, RANKINGS


@pytest.mark.parametrize(
    ("meanings", "entries"),
    [
        (FUNCTIONS, functions.FUNCTIONS),
        (AGGREGATES, functions.AGGREGATES),
        (RANKINGS, functions.RANKINGS),
    ],
    ids=["functions", "aggregates", "rankings"],
)
def test_each_meaning_has_one_entry(meanings: dict[str, str], entries: dict[str, object]) -> None:
    assert set(meanings) == set(entries)


def test_no_theme_repeats_a_name() -> None:
    names = [function.name for theme in functions._THEMES for function in theme]
    assert sorted(names) == sorted(set(names))
    assert all("__" not in name for name in (*FUNCTIONS, *AGGREGATES)), "it separates names from kinds in DuckDB"
