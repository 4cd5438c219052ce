"""Third stage: for each target a guard, a set of literals of which at least one stands in every event it selects.

The guard is chosen for rarity, judged by a sample of the table's own events, so that the sieve looks for few literals
and looks closer at few events. The choice affects speed only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from simulator.engine.columns import Folded, Scan, nothing, positions
from simulator.engine.grams import LOW, STRIDED, WORD, Anchor, Longs, Words, can_seek, ends_of, word
from simulator.engine.passes import All, Any, Check, Node
from simulator.engine.regexes import InvalidRegex, literals_required
from simulator.engine.text import fold
from simulator.ir import Like, Regex, Wild

SAMPLE_ROWS = 1024
RARE = 0.0005
"""A guard that so few events pass is good enough: no rarer one is looked for."""
_SAMPLE_BYTES = 1 << 16


class Probe(NamedTuple):
    """A literal (folded, UTF-8) that stands in a field."""

    field: str
    anchor: Anchor
    literal: bytes


class Guard(NamedTuple):
    """One of `probes` stands in every event that the node selects; about `rate` of all events pass."""

    rate: float
    probes: tuple[Probe, ...]


class Sample:
    """What some of a table's events hold: how rare literals are there."""

    def __init__(self, rows: pa.RecordBatch) -> None:
        step = max(1, rows.num_rows // SAMPLE_ROWS)
        self.rows = rows.take(positions(np.arange(0, rows.num_rows, step)))
        self._fields: dict[str, _FieldSample] = {}

    def field(self, name: str) -> _FieldSample:
        """The sample of one field."""
        if name not in self._fields:
            known = name in self.rows.schema.names
            array = self.rows.column(name) if known else nothing(self.rows.num_rows)
            self._fields[name] = _FieldSample(Scan(array).folded)
        return self._fields[name]

    def rate(self, probe: Probe) -> float:
        """About which part of all events has the literal where it should be."""
        return self.field(probe.field).rate(probe)


class _FieldSample:
    def __init__(self, texts: Folded) -> None:
        self._count = len(texts.starts)
        firsts, lasts, longs = ends_of(texts)
        self._firsts, self._lasts = _by_width(firsts, False), _by_width(lasts, True)
        self._data = texts.data[:_SAMPLE_BYTES]
        self._scale = len(texts.data) / len(self._data)
        self.words = _counts(longs[: len(self._data)].astype(np.uint32))

    def rate(self, probe: Probe) -> float:
        literal = probe.literal
        width = min(len(literal), 8)
        match probe.anchor:
            case Anchor.WHOLE:
                seen: float = self._lasts[8].get(int.from_bytes(literal[-8:].rjust(8, b"\0"), "little"), 0)
            case Anchor.TAIL:
                seen = self._lasts[width].get(int.from_bytes(literal[-width:].rjust(8, b"\0"), "little"), 0)
            case Anchor.HEAD:
                seen = self._firsts[width].get(int.from_bytes(literal[:width], "little"), 0)
            case Anchor.INNER if len(literal) < WORD:
                seen = self._data.count(literal) * self._scale + 3.0
            case Anchor.INNER:
                # Words side by side overlap; every third, and the last, say enough.
                get, last = self.words.get, len(literal) - WORD
                seen = min([get(word(literal[at : at + WORD]), 0) for at in (*range(0, last, 3), last)])
                seen = seen * self._scale + (0.2 if len(literal) >= STRIDED else 2.0)
        return (seen + 0.2) / (self._count + 1)


def _by_width(longs: Longs, last: bool) -> list[dict[int, int]]:
    """By number of bytes kept (of the last, or of the first): how many texts have each."""
    kept = [longs & (~LOW[8 - width] if last else LOW[width]) for width in range(9)]
    return [_counts(some) for some in kept]


class Chooser:
    """Guards of the nodes of one graph. `known` are those looked at so far; None where no literal is required."""

    def __init__(self, nodes: Sequence[Node], rate: Callable[[Probe], float]) -> None:
        self._nodes = nodes
        self._rate = rate
        self.known: dict[int, Guard | None] = {}

    def guard(self, number: int) -> Guard | None:
        """The best guard of a node, or one that is rare enough."""
        if number not in self.known:
            self.known[number] = self._find(self._nodes[number])
        return self.known[number]

    def _find(self, node: Node) -> Guard | None:
        match node:
            case Check(field, leaves, negated=False):
                return _any_of(_of_leaf(field, leaf, self._rate) for leaf in leaves)
            case All(items):
                best: Guard | None = None
                for item in sorted(items, key=self._effort):
                    guard = self.guard(item)
                    if guard is not None and (best is None or guard.rate < best.rate):
                        best = guard
                        if best.rate < RARE:
                            break
                return best
            case Any(items):
                return _any_of(self.guard(item) for item in items)
            case _:
                return None

    def _effort(self, item: int) -> int:
        """How much there is to look at in a part of a node."""
        match self._nodes[item]:
            case Check(_, leaves):
                return len(leaves)
            case All(items) | Any(items):
                return 8 * len(items)
            case _:
                return 0


def _any_of(guards: Iterable[Guard | None]) -> Guard | None:
    rate = 0.0
    probes: list[Probe] = []
    for guard in guards:
        if guard is None:
            return None
        rate += guard.rate
        probes.extend(guard.probes)
    return Guard(rate, tuple(dict.fromkeys(probes)))


def _of_leaf(field: str, leaf: object, rate: Callable[[Probe], float]) -> Guard | None:
    match leaf:
        case Like(_, glob):
            probes = _of_glob(field, glob)
            return min((Guard(rate(probe), (probe,)) for probe in probes), key=lambda guard: guard.rate, default=None)
        case Regex(_, pattern, flags):
            try:
                required = literals_required(pattern, flags)
            except InvalidRegex:
                return None
            if not required:
                return None
            inner = [Probe(field, Anchor.INNER, fold(text).encode()) for text in sorted(required)]
            if not all(can_seek(Anchor.INNER, probe.literal) for probe in inner):
                return None
            return Guard(sum(rate(probe) for probe in inner), tuple(inner))
        case _:
            return None


def _of_glob(field: str, glob: Sequence[str | Wild]) -> list[Probe]:
    """Every literal of the glob that can be looked for."""
    if not glob:
        return [Probe(field, Anchor.WHOLE, b"")]
    probes = []
    for index, part in enumerate(glob):
        if isinstance(part, Wild):
            continue
        first, last = index == 0, index == len(glob) - 1
        anchor = (Anchor.WHOLE if last else Anchor.HEAD) if first else Anchor.TAIL if last else Anchor.INNER
        literal = fold(part).encode()
        if can_seek(anchor, literal):
            probes.append(Probe(field, anchor, literal))
    return probes


def _counts(words: Words | Longs) -> dict[int, int]:
    distinct, counts = np.unique(words, return_counts=True)
    return dict(zip(distinct.tolist(), counts.tolist(), strict=True))
