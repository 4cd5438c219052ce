from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.score import Ratio
from simulator.score.intervals import at_prevalence, f1, garwood, wilson

COUNTS = st.integers(0, 500)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I,
    # method 3 (score without continuity correction).
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == Ratio(hits / n, pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5), n)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Garwood 1936, as tabulated in Ulm, American Journal of Epidemiology 131, 1990: exact limits of a Poisson count.
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_garwood_as_published(count: int, low: float, high: float) -> None:
    rate = garwood(count, 1.0, 1.0)
    assert (rate.low, rate.value, rate.high) == (pytest.approx(low, abs=6e-4), count, pytest.approx(high, abs=6e-4))


def test_f1_is_always_the_same_and_never_certain() -> None:
    assert f1(10, 0, 10, 0, 0) == f1(10, 0, 10, 0, 0) != f1(10, 0, 10, 0, 1)
    assert f1(10, 0, 10, 0, 0).low < 0.95 < f1(1000, 0, 1000, 0, 0).low
    assert f1(0, 5, 0, 5, 0).value == 0


@given(tp=COUNTS, fp=COUNTS, caught=COUNTS, missed=COUNTS)
def test_intervals_hold_their_values(tp: int, fp: int, caught: int, missed: int) -> None:
    if tp + fp == 0 or caught + missed == 0:
        return
    for ratio in (wilson(tp, tp + fp), f1(tp, fp, caught, missed, 0), garwood(fp, 3.0, 1000.0)):
        assert 0 <= ratio.low <= ratio.value + 1e-12
        assert ratio.value <= ratio.high + 1e-12
    precision = wilson(tp, tp + fp)
    assert at_prevalence(precision, 1.0).value == pytest.approx(precision.value)
    assert (
        at_prevalence(precision, 0.1).value <= precision.value + 1e-12 <= at_prevalence(precision, 10.0).value + 2e-12
    )
