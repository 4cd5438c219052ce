"""Ratios and rates with 95 % intervals.

Wilson: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
Garwood: F. Garwood, "Fiducial limits for the Poisson distribution", Biometrika 28, 1936.
F1: C. Goutte and E. Gaussier, "A probabilistic interpretation of precision, recall and F-score", ECIR 2005, with
Rubin's Bayesian bootstrap (Annals of Statistics 9, 1981) and Jeffreys' prior.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from simulator.score.model import Ratio

CONFIDENCE = 0.95
_DRAWS = 4000


@lru_cache(maxsize=4096)
def wilson(hits: int, n: int) -> Ratio:
    """`hits / n` with Wilson's score interval; `n` is at least 1."""
    from scipy.special import ndtri

    z = float(ndtri((1 + CONFIDENCE) / 2))
    share, widening = hits / n, 1 + z * z / n
    centre = (share + z * z / (2 * n)) / widening
    half = z / widening * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return Ratio(share, max(0.0, centre - half) if hits else 0.0, min(1.0, centre + half) if hits < n else 1.0, n)


@lru_cache(maxsize=4096)
def garwood(count: int, exposure: float, per: float) -> Ratio:
    """`count` events in `exposure` as a rate `per` so much exposure, with Garwood's exact Poisson interval.

    `n` of the result is the exposure, rounded.
    """
    from scipy.special import gammaincinv

    tail = (1 - CONFIDENCE) / 2
    # Half the quantile of chi-squared with 2k degrees of freedom is the quantile of the gamma distribution of shape k.
    low = float(gammaincinv(count, tail)) if count else 0.0
    high = float(gammaincinv(count + 1, 1 - tail))
    scale = per / exposure
    return Ratio(count * scale, low * scale, high * scale, round(exposure))


@lru_cache(maxsize=4096)
def f1(tp: int, fp: int, caught: int, missed: int, seed: int) -> Ratio:
    """The harmonic mean of precision by case and recall by instance.

    The interval resamples cases and instances (Bayesian bootstrap, Jeffreys' prior), always in the same way for the
    same counts and seed, and holds the value itself. A plain bootstrap would have no width where nothing was missed.
    """
    precision, recall = tp / (tp + fp), caught / (caught + missed)
    value = float(_harmonic(precision, recall))
    generator = np.random.default_rng((seed, tp, fp, caught, missed))
    drawn = _harmonic(
        generator.beta(tp + 0.5, fp + 0.5, _DRAWS),
        generator.beta(caught + 0.5, missed + 0.5, _DRAWS),
    )
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return Ratio(value, min(float(low), value), max(float(high), value), tp + fp + caught + missed)


def at_prevalence(precision: Ratio, weight: float) -> Ratio:
    """`precision` where attacks are `weight` times as frequent as they were, innocent behaviour being the same.

    True cases are weighted, false ones are not. The weighting rises with precision, so it carries the interval over.
    """

    def weighted(value: float) -> float:
        return value * weight / (value * weight + (1 - value))

    return Ratio(weighted(precision.value), weighted(precision.low), weighted(precision.high), precision.n)


def _harmonic(precision: npt.ArrayLike, recall: npt.ArrayLike) -> npt.NDArray[np.float64]:
    p, r = np.asarray(precision, dtype=np.float64), np.asarray(recall, dtype=np.float64)
    total = p + r
    mean: npt.NDArray[np.float64] = np.divide(2 * p * r, total, out=np.zeros_like(total), where=total > 0)
    return mean
