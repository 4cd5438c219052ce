"""Third stage: for each condition a guard, a set of literals of which at least one stands in every event it selects.

The guard is chosen for rarity, judged by a sample of the table's own events, so that the sieve looks for few literals
and looks closer at few events. The choice affects speed only. It is made for all conditions at once, level by level
through their trees.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from simulator.engine.columns import Folded, Ints, Scan, nothing, positions, spread
from simulator.engine.conditions import Conditions, Kind, Literals
from simulator.engine.grams import LOW, STRIDED, WORD, Anchor, Longs, Tally, ends_of, mixed, words_at

SAMPLE_ROWS = 1024
_SAMPLE_BYTES = 1 << 16

Floats = npt.NDArray[np.float64]


class Guards(NamedTuple):
    """Pairs of a literal and a condition that it guards; and the conditions that have no guard."""

    literals: Ints
    conditions: Ints
    unguarded: Ints


class Sample:
    """What some of a table's events hold: how rare literals are there."""

    def __init__(self, rows: pa.RecordBatch) -> None:
        step = max(1, rows.num_rows // SAMPLE_ROWS)
        self.rows = rows.take(positions(np.arange(0, rows.num_rows, step)))
        self._fields: dict[str, _FieldSample] = {}

    def seen(self, name: str) -> Tally:
        """How often each word was seen in a field."""
        return self._field(name).words

    def rates(self, literals: Literals, numbers: Ints) -> Floats:
        """About which part of all events has each of the literals `numbers` where it should be."""
        found = np.empty(len(numbers))
        fields = literals.fields[numbers]
        for field in np.unique(fields):
            here = np.flatnonzero(fields == field)
            found[here] = self._field(literals.names[field]).rates(literals, numbers[here])
        return found

    def _field(self, name: str) -> _FieldSample:
        if name not in self._fields:
            known = name in self.rows.schema.names
            array = self.rows.column(name) if known else nothing(self.rows.num_rows)
            if pa.types.is_dictionary(array.type):
                array = cast("pa.DictionaryArray[Any, Any]", array).dictionary_decode()  # to count rows, not values
            self._fields[name] = _FieldSample(Scan(array).folded)
        return self._fields[name]


class _FieldSample:
    def __init__(self, texts: Folded) -> None:
        self._count = len(texts.starts)
        firsts, lasts, longs = ends_of(texts)
        self._data = texts.data[:_SAMPLE_BYTES]
        self._scale = len(texts.data) / len(self._data)
        self._firsts = Tally(np.concatenate([_ends(firsts & LOW[width], width) for width in range(1, 9)]))
        self._lasts = Tally(np.concatenate([_ends(lasts & ~LOW[8 - width], width) for width in range(1, 9)]))
        self.words = Tally(longs[: len(self._data)].astype(np.uint32))

    def rates(self, literals: Literals, numbers: Ints) -> Floats:
        anchors = literals.anchors[numbers]
        starts, ends = literals.texts.starts[numbers], literals.texts.ends[numbers]
        lengths = ends - starts
        chosen = Folded(literals.texts.data, starts, ends, starts, None)
        firsts, lasts, _ = ends_of(chosen)
        widths = np.where(anchors == Anchor.WHOLE, 8, np.minimum(lengths, 8))
        seen = np.where(
            anchors == Anchor.HEAD, self._firsts.of(_ends(firsts, widths)), self._lasts.of(_ends(lasts, widths))
        ).astype(np.float64)
        inner = anchors == Anchor.INNER
        for place in np.flatnonzero(inner & (lengths < WORD)):
            seen[place] = self._data.count(chosen.data[starts[place] : ends[place]]) * self._scale + 3.0
        if len(long := np.flatnonzero(inner & (lengths >= WORD))):
            # Words side by side overlap; every third, and the last, say enough.
            last = lengths[long] - WORD
            counts = (last + 2) // 3 + 1
            offsets = np.minimum(3 * spread(np.zeros_like(counts), counts), np.repeat(last, counts))
            words = words_at(chosen.data, np.repeat(starts[long], counts) + offsets)
            least = np.minimum.reduceat(self.words.of(words), np.cumsum(counts) - counts)
            seen[long] = least * self._scale + np.where(lengths[long] >= STRIDED, 0.2, 2.0)
        return (seen + 0.2) / (self._count + 1)


def _ends(longs: Longs, widths: Ints | int) -> npt.NDArray[np.uint32]:
    """First or last bytes of texts as words that tell widths apart."""
    return mixed(longs ^ (np.asarray(widths, np.uint64) << np.uint64(56)))


def choose(conditions: Conditions, wanted: Ints, sample: Sample) -> Guards:
    """Guards of the conditions `wanted`. A condition that can never be true has a guard without literals."""
    trees, roots = conditions.trees, conditions.roots[wanted]
    begin = conditions.begin[wanted]
    nodes = spread(begin, conditions.begin[wanted + 1] - begin)
    guarded = roots >= 0
    edges = trees.children[spread(trees.first[nodes], trees.counts[nodes])]
    literals = np.unique(edges[edges >= trees.nodes])
    rates = np.zeros(len(trees.kinds))
    rates[literals] = sample.rates(conditions.literals, literals - trees.nodes)
    heights = trees.heights[nodes]
    levels = range(1, int(heights.max(initial=0)) + 1)
    for height in levels:
        here = nodes[(heights == height) & (trees.counts[nodes] > 0)]
        for kind, reduce in ((Kind.RAREST, np.minimum), (Kind.SUM, np.add)):
            some = here[trees.kinds[here] == kind]
            if len(some):
                counts = trees.counts[some]
                of_parts = rates[trees.children[spread(trees.first[some], counts)]]
                rates[some] = reduce.reduceat(of_parts, np.cumsum(counts) - counts)
    chosen, owners = roots[guarded], wanted[guarded]
    found: list[tuple[Ints, Ints]] = []
    for height in reversed(levels):
        here = trees.heights[chosen] == height
        some, of = chosen[here], owners[here]
        counts = trees.counts[some]
        parts = trees.children[spread(trees.first[some], counts)]
        parents = np.repeat(np.arange(len(some)), counts)
        # The rarest part is the first of its parent when parts are in order of parents, then of rates.
        order = np.lexsort((rates[parts], parents))
        first = np.zeros(len(parts), bool)
        first[order[np.unique(parents[order], return_index=True)[1]]] = True
        kept = first | (trees.kinds[some][parents] == Kind.SUM)
        parts, parents = parts[kept], parents[kept]
        is_literal = parts >= trees.nodes
        found.append((parts[is_literal] - trees.nodes, of[parents[is_literal]]))
        chosen = np.concatenate((chosen[~here], parts[~is_literal]))
        owners = np.concatenate((owners[~here], of[parents[~is_literal]]))
    nobody = np.zeros(0, np.int64)
    return Guards(
        np.concatenate([nobody, *(pair[0] for pair in found)]),
        np.concatenate([nobody, *(pair[1] for pair in found)]),
        wanted[~guarded],
    )
