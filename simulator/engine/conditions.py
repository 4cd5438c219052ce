"""Second stage: all conditions of a run in a few arrays, made once, cheap to send to other processes.

Of each condition a tree says which literals its events must hold: under `RAREST` one part may be chosen, since every
part is required; under `SUM` all parts are needed, since any of them may be what an event holds. The conditions
themselves are opened only when an event holds such literals.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.engine.columns import PAD, Folded, Ints
from simulator.engine.grams import Anchor, can_seek
from simulator.engine.regexes import InvalidRegex, literals_required
from simulator.engine.text import fold
from simulator.ir import (
    And,
    Cidr,
    Compare,
    Const,
    Expr,
    FieldPair,
    Glob,
    IsNull,
    Like,
    Not,
    Or,
    Regex,
    Term,
    Test,
    TimePart,
    Wild,
)

_WHOLE, _HEAD, _TAIL, _INNER = (int(anchor) for anchor in (Anchor.WHOLE, Anchor.HEAD, Anchor.TAIL, Anchor.INNER))


class Kind(IntEnum):
    """What stands at a node of a tree of literals."""

    LITERAL = 0
    RAREST = 1
    SUM = 2


@dataclass(frozen=True, slots=True)
class Literals:
    """Distinct literals, folded, as UTF-8; each with its field (a number in `names`) and its `Anchor`."""

    names: tuple[str, ...]
    fields: Ints
    anchors: Ints
    texts: Folded


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees by number. The first `nodes` have the parts `children[first:first + count]`, the others are
    the literals in order. `heights` is 0 for literals, else one more than that of the highest part."""

    nodes: int
    kinds: npt.NDArray[np.int8]
    heights: npt.NDArray[np.int16]
    first: Ints
    counts: Ints
    children: Ints


class Conditions:
    """The conditions of a run by number. `roots` has the tree's root of each, -1 where no literal is required, and
    `begin[i]:begin[i + 1]` are the nodes of its tree."""

    def __init__(
        self, exprs: Sequence[Expr | bytes], literals: Literals, trees: Trees, roots: Ints, begin: Ints
    ) -> None:
        self._exprs = exprs
        self.literals = literals
        self.trees = trees
        self.roots = roots
        self.begin = begin

    def open(self, number: int) -> Expr:
        """The condition itself. Raises RecursionError where it is nested too deeply to be sent to this process."""
        held = self._exprs[number]
        if not isinstance(held, bytes):
            return held
        if not held:
            raise RecursionError
        expr: Expr = pickle.loads(held)  # noqa: S301 - from our own parent process
        return expr

    def __reduce__(self) -> tuple[Any, ...]:
        packed = tuple(expr if isinstance(expr, bytes) else _packed(expr) for expr in self._exprs)
        return Conditions, (packed, self.literals, self.trees, self.roots, self.begin)


class Planner:
    """Gathers conditions, and then gives all of them as `Conditions`."""

    def __init__(self) -> None:
        self._exprs: list[Expr] = []
        self._roots: list[int] = []
        self._begin: list[int] = [0]
        self._names: dict[str, int] = {}
        self._literals: dict[tuple[int, int, str], int] = {}
        self._kinds: list[int] = []
        self._heights: list[int] = []
        self._first: list[int] = []
        self._counts: list[int] = []
        self._children: list[int] = []

    def add(self, expr: Expr) -> int:
        """The number of the condition `expr`. Raises RecursionError where it is nested too deeply."""
        try:
            root = self._required(expr, True)
            if root is not None and root < 0:
                root = self._node(Kind.SUM, [root])
        except RecursionError:
            kept = self._begin[-1]
            for column in (self._kinds, self._heights, self._first, self._counts):
                del column[kept:]
            raise
        self._exprs.append(expr)
        self._roots.append(-1 if root is None else root)
        self._begin.append(len(self._kinds))
        return len(self._roots) - 1

    def finish(self) -> Conditions:
        """All conditions added so far."""
        literals = list(self._literals)
        folded = [text.encode("utf-8", "surrogatepass") for _, _, text in literals]
        bounds = PAD + np.cumsum([0, *map(len, folded)])
        padding = bytes(PAD)
        texts = Folded(b"".join((padding, *folded, padding)), bounds[:-1], bounds[1:], bounds, None)
        nodes, children = len(self._kinds), np.array(self._children, np.int64)
        nothing = [0] * len(literals)
        trees = Trees(
            nodes,
            np.array(self._kinds + nothing, np.int8),
            np.array(self._heights + nothing, np.int16),
            np.array(self._first, np.int64),
            np.array(self._counts, np.int64),
            np.where(children < 0, nodes - 1 - children, children),
        )
        described = Literals(
            tuple(self._names),
            np.array([field for field, _, _ in literals], np.int64),
            np.array([anchor for _, anchor, _ in literals], np.int64),
            texts,
        )
        return Conditions(
            self._exprs, described, trees, np.array(self._roots, np.int64), np.array(self._begin, np.int64)
        )

    def _node(self, kind: Kind, parts: Sequence[int]) -> int:
        """A new node; of its parts, those below zero are literals: -1 the first, -2 the second."""
        heights = self._heights
        self._first.append(len(self._children))
        self._counts.append(len(parts))
        self._children.extend(parts)
        heights.append(1 + max([heights[part] if part >= 0 else 0 for part in parts], default=0))
        self._kinds.append(kind)
        return len(heights) - 1

    def _join(self, kind: Kind, parts: Sequence[int]) -> int:
        return parts[0] if len(parts) == 1 else self._node(kind, parts)

    def _required(self, expr: Expr, positive: bool) -> int | None:
        """The tree of what every event must hold for which `expr` is true, or with `positive` false, is false."""
        match expr:
            case Like(field, glob):
                return self._of_glob(field, glob) if positive else None
            case And(items) | Or(items):
                parts: list[int] = []
                conjunction = isinstance(expr, And) == positive
                for item in items:
                    part = self._required(item, positive)
                    if part is not None:
                        parts.append(part)
                    elif not conjunction:
                        return None
                if conjunction:
                    return self._join(Kind.RAREST, parts) if parts else None
                return self._join(Kind.SUM, parts)
            case Not(item):
                return self._required(item, not positive)
            case Const(value):
                return None if value == positive else self._node(Kind.SUM, [])
            case Regex(field, pattern, flags):
                return self._of_regex(field, pattern, flags) if positive else None
            case Term(field, text):
                return self._of_glob(field, (Wild.ANY, text, Wild.ANY)) if positive and text else None
            case IsNull() | FieldPair() | Cidr() | Compare() | TimePart() | Test():
                return None

    def _literal(self, field: str, anchor: int, text: str) -> int:
        key = (self._names.setdefault(field, len(self._names)), anchor, text)
        return -1 - self._literals.setdefault(key, len(self._literals))

    def _of_glob(self, field: str, glob: Glob) -> int | None:
        match glob:
            case (Wild.ANY, str(text), Wild.ANY) if len(text) > 1:
                return self._literal(field, _INNER, fold(text))
            case ():
                return self._literal(field, _WHOLE, "")
        parts = []
        last = len(glob) - 1
        for index, part in enumerate(glob):
            if not isinstance(part, Wild):
                anchor = (_WHOLE if index == last else _HEAD) if index == 0 else _TAIL if index == last else _INNER
                folded = fold(part)
                if anchor != _INNER or can_seek(Anchor.INNER, folded.encode("utf-8", "surrogatepass")):
                    parts.append(self._literal(field, anchor, folded))
        return self._join(Kind.RAREST, parts) if parts else None

    def _of_regex(self, field: str, pattern: str, flags: str) -> int | None:
        try:
            required = [fold(text) for text in sorted(literals_required(pattern, flags) or ())]
        except InvalidRegex:
            return None
        if not required or not all(can_seek(Anchor.INNER, text.encode("utf-8", "surrogatepass")) for text in required):
            return None
        return self._join(Kind.SUM, [self._literal(field, _INNER, text) for text in required])


def _packed(expr: Expr) -> bytes:
    """`expr` as bytes, or none at all where it is nested too deeply."""
    target = io.BytesIO()
    pickler = pickle.Pickler(target, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    try:
        pickler.dump(expr)
    except RecursionError:
        return b""
    return target.getvalue()


# What dataclasses do by themselves takes several times as long.
_REDUCERS: dict[type, Any] = {
    And: lambda expr: (And, (expr.items,)),
    Or: lambda expr: (Or, (expr.items,)),
    Not: lambda expr: (Not, (expr.item,)),
    Like: lambda expr: (Like, (expr.field, expr.glob, expr.case, expr.missing)),
}
