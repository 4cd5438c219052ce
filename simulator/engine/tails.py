"""Correlations over the few rows that the sieve lets through.

Contract (being built): a correlation's leaves are the branches, at any depth, whose source is not itself a correlation.
`leaves(node)` lists them, each with its path (branch indexes from the outermost correlation inwards, e.g. `(1, 0)` is
the first branch of the correlation that is the second branch), its relation, and the columns it must bring.

`run_tail(rule, node, candidates)` takes, by path, one table of candidate rows per leaf (absent or empty: no rows):

    _event_id int64, _time timestamp[us, UTC], _host, _user, _table text, `_file` text and `_record` int64 where the
    source has them, and the leaf's columns as text (`text.joined_text` of the value; null: missing).

It gives one row per firing, ordered by (time, events): `events list<int64>` ascending in (time, event id), `time`,
`host`, `user`, `table` of the last of them, and `files`, `records` parallel to `events` (null where there are none).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from simulator.ir import Correlate, Relation, Rule

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A branch whose rows the sieve finds: where in the correlation, what it selects, which columns it must bring."""

    path: Path
    source: Relation
    columns: frozenset[str]


def leaves(node: Correlate, path: Path = ()) -> Iterator[Leaf]:
    """All leaves of a correlation, depth first."""
    for index, branch in enumerate(node.branches):
        here = (*path, index)
        if isinstance(branch.source, Correlate):
            yield from leaves(branch.source, here)
        else:
            yield Leaf(here, branch.source, frozenset((*branch.by, *branch.fields)))


def run_tail(rule: Rule, node: Correlate, candidates: Mapping[Path, pa.Table]) -> pa.Table:
    """The firings of `node` over `candidates`; see the module's docstring."""
    raise NotImplementedError
