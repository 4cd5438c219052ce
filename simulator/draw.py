"""Keyed random streams: every random value is a pure function of (seed, names, row identity).

There is no generator state. A row has a 64-bit identity, and `uniform(ids, "bytes")` mixes that identity with the
hash of the name. So a value depends on nothing but its own row and its own name: adding a scenario, changing the
chunk size or using more workers changes no other value. The mixer is the finaliser of SplitMix64 (Steele, Lea and
Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), which passes BigCrush when fed with hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_GAMMA = np.uint64(0x9E3779B97F4A7C15)


@lru_cache(maxsize=1 << 16)
def key(*names: str | int) -> np.uint64:
    """A 64-bit key for a path of names, e.g. `key(seed, "rclone-to-mega", "upload")`."""
    text = "\x1f".join(str(name) for name in names).encode()
    return np.uint64(int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little"))


def mix(ids: Ids, *names: str | int) -> Ids:
    """Identities derived from `ids` under a name: independent of `ids` and of every other name's."""
    with np.errstate(over="ignore"):
        z = (np.asarray(ids, dtype=np.uint64) ^ key(*names)) + _GAMMA
        z = (z ^ (z >> np.uint64(30))) * _M1
        z = (z ^ (z >> np.uint64(27))) * _M2
        mixed: Ids = z ^ (z >> np.uint64(31))
        return mixed


def combine(left: Ids, right: Ids) -> Ids:
    """One identity for each pair, e.g. a host's identity and a day's."""
    with np.errstate(over="ignore"):
        return mix(np.asarray(left, np.uint64) * _GAMMA + np.asarray(right, np.uint64), "combine")


def uniform(ids: Ids, *names: str | int) -> Floats:
    """One float in [0, 1) for each row."""
    fraction: Floats = (mix(ids, *names) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return fraction


def integers(ids: Ids, low: int, high: int, *names: str | int) -> Ints:
    """One integer in [low, high] for each row."""
    whole: Ints = np.floor(uniform(ids, *names) * (high - low + 1)).astype(np.int64) + low
    return whole


def normal(ids: Ids, *names: str | int) -> Floats:
    """One standard normal for each row, by inversion."""
    from scipy.special import ndtri  # Not at the top: it takes longer to import than all of Sparring.

    inverse: Floats = ndtri(np.clip(uniform(ids, *names), 1e-12, 1 - 1e-12))
    return inverse


def lognormal(ids: Ids, median: float | Floats, sigma: float | Floats, *names: str | int) -> Floats:
    """One log-normal value for each row with that median and that sigma of the logarithm."""
    value: Floats = median * np.exp(sigma * normal(ids, *names))
    return value


def choice(ids: Ids, weights: Sequence[float] | Floats | int, *names: str | int) -> Ints:
    """An index for each row, from `range(weights)` or in proportion to a list of weights."""
    if isinstance(weights, int):
        return integers(ids, 0, weights - 1, *names)
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    index: Ints = np.searchsorted(edges, uniform(ids, *names) * edges[-1], side="right").astype(np.int64)
    return np.minimum(index, len(edges) - 1)


def poisson(ids: Ids, mean: float | Floats, *names: str | int) -> Ints:
    """A Poisson count for each row, by inversion (exact up to a count of 1,000)."""
    u = uniform(ids, *names)
    mean = np.broadcast_to(np.asarray(mean, dtype=np.float64), u.shape)
    count = np.zeros(u.shape, dtype=np.int64)
    term = np.exp(-mean)
    total = term.copy()
    for k in range(1, 1001):
        more = u >= total
        if not more.any():
            break
        count[more] = k
        term = term * mean / k
        total = total + term
    return count


def children(ids: Ids, counts: Ints, *names: str | int) -> tuple[Ints, Ints, Ids]:
    """Rows for a step that happens `counts` times for each row.

    Gives the index of the parent row, the ordinal within the parent (from 0), and the child's own identity.
    """
    parent = np.repeat(np.arange(len(ids), dtype=np.int64), counts)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    ordinal = np.arange(len(parent), dtype=np.int64) - starts
    return parent, ordinal, combine(mix(ids, *names)[parent], ordinal.astype(np.uint64))
