"""Looking for many literals in many texts at once, by four-byte keys.

What an Aho-Corasick automaton does byte by byte, this does in vectors. A literal of seven or more bytes, wherever it
occurs, covers a whole four-byte word at an address divisible by four, at one of four offsets into the literal; so it is
enough to look up every fourth position's word in one table of keys, taking for each offset class the literal's rarest
word. Measured: 0.4 ns per byte whatever the number of literals, where an automaton takes 4 to 10.
Literals tied to the start or end of a text need one lookup per text. What the keys let through is compared with
the first and last eight bytes of the literal; the sieve's evaluation then decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import cast

import numpy as np
import numpy.typing as npt

from simulator.engine.columns import PAD, Bools, Folded, Ints, spread

Words = npt.NDArray[np.uint32]
Longs = npt.NDArray[np.uint64]

WORD = 4
STRIDED = 2 * WORD - 1
"""From this length on a literal covers an aligned word wherever it occurs."""

_BLOCK = 1 << 15
_FACTOR = np.uint32(0x9E3779B1)
_MIX = np.uint64(0x9E3779B97F4A7C15)
LOW = np.array([(1 << (8 * n)) - 1 for n in range(8)] + [(1 << 64) - 1], np.uint64)
"""By number of bytes: a mask of so many low bytes."""


class Anchor(IntEnum):
    """Where in a text a literal must stand."""

    WHOLE = 0
    HEAD = 1
    TAIL = 2
    INNER = 3


class Tally:
    """About how often each of many words was seen: sometimes a word counts for another."""

    def __init__(self, words: Words) -> None:
        bits = min(18, max(8, (4 * len(words)).bit_length()))
        self._shift = np.uint32(32 - bits)
        self._counts = np.bincount((words * _FACTOR) >> self._shift, minlength=1 << bits).astype(np.int32)

    def of(self, words: Words) -> Ints:
        """How often each of `words` was seen."""
        counts: Ints = self._counts[(words * _FACTOR) >> self._shift].astype(np.int64)
        return counts


def words_at(data: bytes, places: Ints) -> Words:
    """The four bytes at each of `places` as a number."""
    words: Words = np.ndarray((len(data) - WORD + 1,), "<u4", data, strides=(1,))
    return words[places]


def can_seek(anchor: Anchor, literal: bytes) -> bool:
    """Whether there is a key for this literal at all."""
    return anchor is Anchor.WHOLE or len(literal) >= (2 if anchor is Anchor.INNER else 1)


def ends_of(texts: Folded) -> tuple[Longs, Longs, Longs]:
    """The first eight and the last eight bytes of each text, without what lies beyond it, and all eight-byte pieces."""
    longs: Longs = np.ndarray((len(texts.data) - 7,), "<u8", texts.data, strides=(1,))
    held = np.minimum(texts.ends - texts.starts, 8)
    return longs[texts.starts] & LOW[held], longs[texts.ends - 8] & ~LOW[8 - held], longs


def mixed(longs: Longs) -> Words:
    """Eight bytes as four, such that different ones rarely become the same."""
    return ((longs * _MIX) >> np.uint64(32)).astype(np.uint32)


class Keys:
    """A set of words, each with the entries it leads to."""

    def __init__(self, words: Words, entries: Ints) -> None:
        order = np.argsort(words, kind="stable")
        self._entries = entries[order]
        self._words, self._first, self._counts = np.unique(words[order], return_index=True, return_counts=True)
        bits = min(22, max(12, int(len(self._words) * 48).bit_length()))
        self._shift = np.uint32(32 - bits)
        self._known = np.zeros(1 << bits, bool)
        self._known[(self._words * _FACTOR) >> self._shift] = True

    def __len__(self) -> int:
        return len(self._words)

    def find(self, words: Words) -> tuple[Ints, Ints]:
        """Where in `words` a key stands, and the entry it leads to, for each such pair."""
        found: list[Ints] = []
        scratch = np.empty(min(_BLOCK, len(words)), np.uint32)
        for start in range(0, len(words), _BLOCK):
            block = words[start : start + _BLOCK]
            hashed = np.multiply(block, _FACTOR, out=scratch[: len(block)])
            hashed >>= self._shift
            found.append(np.flatnonzero(self._known[hashed]) + start)
        at = np.concatenate(found) if found else np.zeros(0, np.int64)
        seen = words[at]
        slot = np.searchsorted(self._words, seen)
        slot[slot == len(self._words)] = 0
        same = self._words[slot] == seen
        at, slot = at[same], slot[same]
        counts = self._counts[slot]
        return np.repeat(at, counts), self._entries[spread(self._first[slot], counts)]


class LiteralIndex:
    """Which of many literals stand where they should in which texts."""

    def __init__(self, anchors: Ints, literals: Folded, seen: Tally | None = None) -> None:
        """`anchors` and `literals` are of the same length; `seen` tells which words are rare."""
        self._lengths = literals.ends - literals.starts
        short = np.minimum(self._lengths, 8)
        self._first_mask, self._last_shift = LOW[short], ((8 - short) * 8).astype(np.uint64)
        self._firsts, high, _ = ends_of(literals)
        self._lasts = high >> self._last_shift
        inner = anchors == Anchor.INNER
        strided = self._lengths >= STRIDED
        widths = np.where(inner, np.where(strided, STRIDED, np.minimum(self._lengths, WORD)), short)
        widths[anchors == Anchor.WHOLE] = 8
        self._anchored: dict[tuple[Anchor, int], Keys] = {}
        self._inner: list[_InnerKeys] = []
        for place in np.unique(anchors * 16 + widths).tolist():
            anchor, width = Anchor(place // 16), place % 16
            members = np.flatnonzero((anchors == anchor) & (widths == width))
            if anchor is Anchor.INNER:
                self._inner.append(_InnerKeys(width, members, literals, seen))
            else:
                ends = self._firsts if anchor is Anchor.HEAD else high
                self._anchored[anchor, width] = Keys(mixed(ends[members]), members)

    def scan(self, texts: Folded) -> tuple[Ints, Ints]:
        """Pairs of a text's number and a literal's number; the literal very likely stands there, and where it stands
        it is always found. Pairs may repeat."""
        firsts, lasts, longs = ends_of(texts)
        found: list[tuple[Ints, Ints]] = []
        for (anchor, width), keys in self._anchored.items():
            if anchor is Anchor.HEAD:
                text, probe = keys.find(mixed(firsts & LOW[width]))
            else:
                text, probe = keys.find(mixed(lasts & ~LOW[8 - width]))
            found.append(self._confirm(anchor, texts, longs, text, probe))
        ascii_only = self._inner and texts.data.isascii()
        for inner in self._inner:
            if not (ascii_only and inner.beyond_ascii):
                for at, probe, offset in inner.find(texts.data):
                    found.append(self._place(texts, longs, at - offset, probe))
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate([pair[0] for pair in found]), np.concatenate([pair[1] for pair in found])

    def _confirm(self, anchor: Anchor, texts: Folded, longs: Longs, text: Ints, probe: Ints) -> tuple[Ints, Ints]:
        lengths, wanted = texts.ends[text] - texts.starts[text], self._lengths[probe]
        fits = lengths == wanted if anchor is Anchor.WHOLE else lengths >= wanted
        text, probe, wanted = text[fits], probe[fits], wanted[fits]
        start = texts.starts[text] if anchor is Anchor.HEAD else texts.ends[text] - wanted
        same = self._same(probe, start, longs)
        return text[same], probe[same]

    def _place(self, texts: Folded, longs: Longs, start: Ints, probe: Ints) -> tuple[Ints, Ints]:
        inside = (start >= PAD) & (start + self._lengths[probe] <= len(texts.data) - PAD)
        probe, start = probe[inside], start[inside]
        same = self._same(probe, start, longs)
        probe, start = probe[same], start[same]
        text = texts.owner(start)
        whole = (start >= texts.starts[text]) & (start + self._lengths[probe] <= texts.ends[text])
        return text[whole], probe[whole]

    def _same(self, probe: Ints, start: Ints, longs: Longs) -> Bools:
        same = (longs[start] & self._first_mask[probe]) == self._firsts[probe]
        end = start + self._lengths[probe] - 8
        same_end: Bools = (longs[end] >> self._last_shift[probe]) == self._lasts[probe]
        return cast(Bools, same & same_end)


class _InnerKeys:
    """Keys of literals that may stand anywhere: words at every fourth place for long ones (`width` is STRIDED), else
    pieces of `width` bytes at every place."""

    def __init__(self, width: int, probes: Ints, literals: Folded, seen: Tally | None) -> None:
        starts, ends = literals.starts[probes], literals.ends[probes]
        lengths = ends - starts
        self.beyond_ascii = not any(
            literals.data[start:end].isascii() for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        )
        self._shifts = range(1) if width == STRIDED else range(WORD)
        size = min(width, WORD)
        self._mask = np.uint32(int(LOW[size]))
        # One key per literal and offset class; in each, its rarest word.
        step = WORD if width == STRIDED else 1
        classes = np.tile(np.arange(step), len(probes))
        counts = (np.repeat(lengths - size, step) - classes) // step + 1
        offsets = np.repeat(classes, counts) + step * spread(np.zeros_like(counts), counts)
        words = words_at(literals.data, np.repeat(np.repeat(starts, step), counts) + offsets) & self._mask
        ranked = (seen.of(words) if seen else np.zeros(len(words), np.int64)) << 32 | offsets
        self._offsets = np.minimum.reduceat(ranked, np.cumsum(counts) - counts) & 0xFFFFFFFF
        self._probes = np.repeat(probes, step)
        keys = words_at(literals.data, np.repeat(starts, step) + self._offsets) & self._mask
        self._keys = Keys(keys, np.arange(len(keys)))

    def find(self, data: bytes) -> Iterator[tuple[Ints, Ints, Ints]]:
        """Places where a key stands, the literal it is of, and how far into the literal."""
        for shift in self._shifts:
            words: Words = np.frombuffer(data, "<u4", (len(data) - shift) // WORD, shift)
            if self._mask != LOW[WORD]:
                words = words & self._mask
            at, entry = self._keys.find(words)
            yield at * WORD + shift, self._probes[entry], self._offsets[entry]
