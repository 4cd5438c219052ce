"""The sieve: all targets that read a table, in one shared pass over each batch of it.

First every guard literal of every target is looked for at once (`grams`). That gives pairs of target and row; a target
without a pair costs nothing. Then each live target's condition is evaluated on its own few rows, part by part, on
shrinking sets of rows; each check looks at each distinct value among them once, for all targets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa

from simulator.engine.columns import Bools, Coded, Ints, Scan, nothing, spread
from simulator.engine.columns import positions as positions_of
from simulator.engine.conditions import Conditions
from simulator.engine.grams import LiteralIndex
from simulator.engine.guards import SAMPLE_ROWS, Sample, choose
from simulator.engine.passes import All, Any, Check, Graph, Node, Null, PairCheck
from simulator.engine.resolve import reason_of
from simulator.engine.values import CheckTest, compile_pair
from simulator.engine.workers import without_collecting
from simulator.ir import FieldPair, Missing

Selected = tuple[int, Ints]
"""A target's number and the rows of a batch that it selects, ascending."""


class TableSieve:
    """All conditions on one table. `wanted` are targets' numbers with the numbers of their conditions; an event is
    selected for a target by any of the target's conditions."""

    def __init__(self, conditions: Conditions, wanted: Sequence[tuple[int, int]]) -> None:
        self.failures: dict[int, str] = {}
        self._conditions = conditions
        self._targets: dict[int, list[int]] = {}
        pairs = dict.fromkeys(wanted)
        for target, condition in pairs:
            self._targets.setdefault(condition, []).append(target)
        several = Counter(target for target, _ in pairs)
        self._joined = frozenset(target for target, count in several.items() if count > 1)
        self._graph = Graph()
        self._roots: dict[int, int] = {}
        self._tests: dict[int, CheckTest | Exception] = {}
        self._order = _Order(self._graph.nodes)
        self._sampled = -1

    def select(self, batch: pa.RecordBatch) -> list[Selected]:
        """The rows that each target selects, for targets that select any. A target that breaks is in `failures`."""
        if not batch.num_rows or not self._targets:
            return []
        if self._sampled < min(batch.num_rows, SAMPLE_ROWS):
            with without_collecting():
                self._prepare(batch)
        selected: list[Selected] = []
        guarded, live = self._candidates(batch)
        whole = _Rows(batch, self._graph, self._tests, self._order)
        if len(live) * 2 > batch.num_rows:
            few, place = whole, None
        else:
            few = _Rows(batch.take(positions_of(live)), self._graph, self._tests, self._order)
            place = np.zeros(batch.num_rows, np.int64)
            place[live] = np.arange(len(live))
        for condition, rows in guarded:
            self._try(condition, rows, few, rows if place is None else place[rows], selected)
        everywhere = np.arange(batch.num_rows)
        for condition in self._unguarded:
            self._try(condition, everywhere, whole, everywhere, selected)
        return _each_once(selected, self._joined) if self._joined else selected

    def _try(self, condition: int, rows: Ints, among: _Rows, positions: Ints, selected: list[Selected]) -> None:
        if condition not in self._targets:
            return
        try:
            found = rows[among.holds(self._root(condition), positions)]
        except Exception as error:  # noqa: BLE001 - whatever breaks one rule must not stop the others
            # Its targets have failed, now and for all batches to come.
            self.failures.update((target, reason_of(error)) for target in self._targets.pop(condition))
        else:
            if len(found):
                selected.extend((target, found) for target in self._targets[condition])

    def _root(self, condition: int) -> int:
        """The condition's node, made when first asked for: most conditions never are."""
        if condition not in self._roots:
            self._roots[condition] = self._graph.add(self._conditions.open(condition))
        return self._roots[condition]

    def _prepare(self, batch: pa.RecordBatch) -> None:
        """Chooses guards by a sample of `batch`, and what is looked for in each field."""
        self._sampled = min(batch.num_rows, SAMPLE_ROWS)
        sample = Sample(batch)
        literals = self._conditions.literals
        guards = choose(self._conditions, np.array(sorted(self._targets), np.int64), sample)
        self._unguarded = guards.unguarded.tolist()
        order = np.argsort(guards.literals, kind="stable")
        chosen, owners = guards.literals[order], guards.conditions[order]
        distinct, first, counts = np.unique(chosen, return_index=True, return_counts=True)
        fields = literals.fields[distinct]
        self._indexes = {}
        for field in np.unique(fields).tolist():
            here = np.flatnonzero(fields == field)
            index = LiteralIndex(
                literals.anchors[distinct[here]],
                literals.texts.only(distinct[here]),
                sample.seen(literals.names[field]),
            )
            self._indexes[literals.names[field]] = (index, first[here], counts[here], owners)

    def _candidates(self, batch: pa.RecordBatch) -> tuple[list[tuple[int, Ints]], Ints]:
        """Each root with a guard hit and the rows of its hits; and all rows with any hit."""
        keys: list[Ints] = []
        for field, (index, first, counts, roots) in self._indexes.items():
            if field not in batch.schema.names:
                continue
            column = Scan(batch.column(field))
            rows, probes = column.rows(*index.scan(column.folded))
            hit = roots[spread(first[probes], counts[probes])]
            keys.append(hit * batch.num_rows + np.repeat(rows, counts[probes]))
        if not keys:
            return [], np.zeros(0, np.int64)
        pairs = np.unique(np.concatenate(keys))
        roots_hit, rows = np.divmod(pairs, batch.num_rows)
        cuts = np.flatnonzero(np.diff(roots_hit)) + 1
        starts = [0, *cuts.tolist()] if len(pairs) else []
        ends = [*cuts.tolist(), len(pairs)]
        guarded = [(int(roots_hit[start]), rows[start:end]) for start, end in zip(starts, ends, strict=False)]
        return guarded, np.flatnonzero(_marked(rows, batch.num_rows))


class _Order:
    """In which order to look at the parts of a node: simple checks first, negations late, nested conditions last."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = nodes
        self._sorted: dict[int, list[int]] = {}

    def of(self, number: int, items: Sequence[int]) -> list[int]:
        """The parts `items` of node `number`, in order."""
        if number not in self._sorted:
            self._sorted[number] = sorted(items, key=self._weight)
        return self._sorted[number]

    def _weight(self, item: int) -> tuple[int, int]:
        match self._nodes[item]:
            case Check(_, leaves, negated):
                return int(negated), len(leaves)
            case All() | Any():
                return 2, 0
            case _:
                return 0, 0


class _Rows:
    """Some rows of a batch, with what has been found out about their values."""

    def __init__(
        self, batch: pa.RecordBatch, graph: Graph, tests: dict[int, CheckTest | Exception], order: _Order
    ) -> None:
        self._batch = batch
        self._graph = graph
        self._tests = tests
        self._order = order
        self._columns: dict[str, Coded] = {}
        self._truths: dict[int, np.ndarray] = {}

    def holds(self, number: int, positions: Ints) -> Bools:
        """Whether node `number` is true at each of `positions`."""
        match self._graph.nodes[number]:
            case Check() as check:
                return self._check(number, check, positions)
            case All(items):
                kept = np.arange(len(positions))
                for item in self._order.of(number, items):
                    kept = kept[self.holds(item, positions[kept])]
                    if not len(kept):
                        break
                return _marked(kept, len(positions))
            case Any(items):
                left, truth = np.arange(len(positions)), np.zeros(len(positions), bool)
                for item in self._order.of(number, items):
                    found = self.holds(item, positions[left])
                    truth[left[found]] = True
                    left = left[~found]
                    if not len(left):
                        break
                return truth
            case Null(field, negated):
                present = self._column(field).present(positions)
                return present if negated else ~present
            case PairCheck(leaf, negated):
                return self._pair(leaf, negated, positions)

    def _column(self, field: str) -> Coded:
        if field not in self._columns:
            known = field in self._batch.schema.names
            self._columns[field] = Coded(self._batch.column(field) if known else nothing(self._batch.num_rows))
        return self._columns[field]

    def _check(self, number: int, check: Check, positions: Ints) -> Bools:
        column = self._column(check.field)
        codes, owners = column.at(positions)
        truths = self._truths.get(number)
        if truths is None:
            truths = self._truths[number] = np.full(len(column.values) + 1, -1, np.int8)
            truths[-1] = 0
        truth = truths[codes]
        unknown = truth < 0
        if unknown.any():
            values, test = column.values, self._test(number, check)
            new = np.flatnonzero(_marked(codes[unknown], len(values)))
            of = column.folded if test.folded else values
            truths[new] = test.many([of[code] for code in new.tolist()])
            truth = truths[codes]
        passed = truth > 0
        if owners is not None:
            passed = _marked(owners[passed], len(positions))
        if check.negated:
            passed = ~passed
            if check.unless_missing:
                passed &= column.present(positions)
        return passed

    def _test(self, number: int, check: Check) -> CheckTest:
        test = self._tests.get(number)
        if test is None:
            try:
                test = CheckTest(check.leaves)
            except Exception as error:  # noqa: BLE001 - kept, so that every rule with this check says why
                test = error
            self._tests[number] = test
        if isinstance(test, Exception):
            raise test
        return test

    def _pair(self, leaf: FieldPair, negated: bool, positions: Ints) -> Bools:
        """Row by row; lists relate when any element does with any."""
        relate = lru_cache(maxsize=1 << 16)(compile_pair(leaf))
        left, right = (_values(self._column(field), positions) for field in (leaf.left, leaf.right))
        unless_missing = leaf.missing is Missing.UNKNOWN
        truth = np.zeros(len(positions), bool)
        for place, (some, others) in enumerate(zip(left, right, strict=True)):
            holds = any(relate(one, other) for one in some for other in others)
            truth[place] = (not holds and not (unless_missing and not (some and others))) if negated else holds
        return truth


def _each_once(selected: Sequence[Selected], joined: frozenset[int]) -> list[Selected]:
    """Targets of several conditions have one entry each, with the rows of all of them."""
    rows: dict[int, list[Ints]] = {}
    for target, found in selected:
        if target in joined:
            rows.setdefault(target, []).append(found)
    alone = [pair for pair in selected if pair[0] not in joined]
    return alone + [(target, np.unique(np.concatenate(found))) for target, found in rows.items()]


def _values(column: Coded, positions: Ints) -> list[list[object]]:
    codes, owners = column.at(positions)
    values: list[list[object]] = [[] for _ in range(len(positions))]
    places = range(len(positions)) if owners is None else owners.tolist()
    for place, code in zip(places, codes.tolist(), strict=True):
        if code >= 0:
            values[place].append(column.values[code])
    return values


def _marked(places: Ints, length: int) -> Bools:
    truth = np.zeros(length, bool)
    truth[places] = True
    return truth
