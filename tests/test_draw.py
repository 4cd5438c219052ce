"""Keyed draws: a value depends on its own row and name and on nothing else, and follows its distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulator import draw

IDS = draw.mix(np.arange(50_000, dtype=np.uint64), "rows")


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=50), st.randoms())
def test_a_value_does_not_depend_on_its_neighbours(ids, random):
    whole = draw.uniform(np.array(ids, np.uint64), "bytes")
    order = list(range(len(ids)))
    random.shuffle(order)
    shuffled = draw.uniform(np.array([ids[i] for i in order], np.uint64), "bytes")
    assert [whole[i] for i in order] == list(shuffled)


def test_names_are_paths_not_joined_text():
    assert draw.key("a", "bc") != draw.key("ab", "c")
    assert draw.key("1", 1) == draw.key(1, "1")


def test_values_are_the_same_on_every_machine_and_version():
    ids = np.array([0, 1, 2**63], np.uint64)
    assert draw.mix(ids, "fixed").tolist() == [5723638930955583261, 1610653901352088150, 2325335227715320431]
    assert draw.integers(ids, 1, 6, "die").tolist() == [5, 3, 6]


@pytest.mark.parametrize(
    ("sample", "distribution"),
    [
        (draw.uniform(IDS, "u"), stats.uniform()),
        (draw.normal(IDS, "n"), stats.norm()),
        (draw.lognormal(IDS, 12.0, 1.4, "l"), stats.lognorm(1.4, scale=12.0)),
    ],
    ids=["uniform", "normal", "lognormal"],
)
def test_draws_follow_their_distribution(sample, distribution):
    assert stats.kstest(sample, distribution.cdf).pvalue > 1e-3


def test_two_names_are_independent():
    assert abs(np.corrcoef(draw.uniform(IDS, "a"), draw.uniform(IDS, "b"))[0, 1]) < 0.02


def test_choice_follows_its_weights():
    counts = np.bincount(draw.choice(IDS, [1, 0, 3], "c"), minlength=3)
    assert counts[1] == 0
    assert stats.chisquare(counts[[0, 2]], [len(IDS) / 4, len(IDS) * 3 / 4]).pvalue > 1e-3


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 60.0])
def test_poisson_has_its_mean_and_variance(mean):
    sample = draw.poisson(IDS, mean, "p")
    assert sample.mean() == pytest.approx(mean, abs=4 * np.sqrt(max(mean, 1e-9) / len(IDS)) + 1e-12)
    assert sample.var() == pytest.approx(mean, rel=0.05, abs=1e-12)


def test_children_know_their_parent_and_differ():
    parent, ordinal, ids = draw.children(IDS[:4], np.array([2, 0, 3, 1]), "step")
    assert parent.tolist() == [0, 0, 2, 2, 2, 3]
    assert ordinal.tolist() == [0, 1, 0, 1, 2, 0]
    assert len(set(ids.tolist())) == 6
    _, _, alone = draw.children(IDS[2:3], np.array([3]), "step")
    assert alone.tolist() == ids[2:5].tolist()
