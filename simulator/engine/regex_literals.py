"""Which literal texts a match cannot do without: the cheap test in front of a regular expression.

For each part of a pattern two things are tracked: all the folded texts it can match, while they are few (`exact`),
and a set of folded texts of which any match holds at least one (`needed`). Folding works character by character, so
the folding of a concatenation is the concatenation of the foldings. Look-around and anchors consume nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.engine.regex_tree import Anchor, Around, Back, Chars, Choice, Group, Node, Repeat, Sequence

_MOST_TEXTS = 32
_MOST_LETTERS = 4
"""A set of more characters ends a literal: its texts would be many, and hardly rarer."""
_MOST_CHARS = 64
"""A literal longer than this filters no better than its beginning, and repeats could grow without end."""


@dataclass(frozen=True, slots=True)
class _Known:
    exact: frozenset[str] | None
    needed: frozenset[str] | None

    def demand(self) -> frozenset[str] | None:
        """The better of what is known: what every match holds one of."""
        return _better(self.needed, None if self.exact is None or "" in self.exact else self.exact)


_NOTHING = _Known(None, None)
_EMPTY = _Known(frozenset(("",)), None)


def required(tree: Node, shortest: int) -> frozenset[str] | None:
    """Folded texts of at least `shortest` characters of which every match holds one, or None."""
    found = _known(tree).demand()
    return found if found and min(map(len, found)) >= shortest else None


def _better(a: frozenset[str] | None, b: frozenset[str] | None) -> frozenset[str] | None:
    """The set whose shortest text is longer; of equals the smaller set."""
    if a is None or b is None:
        return a or b
    return max((a, b), key=lambda texts: (min(map(len, texts)), -len(texts), sorted(texts)))


def _known(node: Node) -> _Known:
    match node:
        case Chars():
            return _of_chars(node)
        case Anchor():
            return _EMPTY
        case Around(opening, item):
            return _known(item) if opening == "(?>" else _EMPTY
        case Back():
            return _NOTHING
        case Group(_, item):
            return _known(item)
        case Sequence(items):
            return _of_sequence(items)
        case Choice(items):
            return _of_choice([_known(item) for item in items])
        case Repeat(item, least, most, _):
            return _of_repeat(_known(item), least, most)


def _of_chars(node: Chars) -> _Known:
    if node.negated or node.properties or sum(high - low + 1 for low, high in node.ranges) > _MOST_TEXTS:
        return _NOTHING
    texts = frozenset(chr(code).casefold() for low, high in node.ranges for code in range(low, high + 1))
    return _Known(texts, None) if len(texts) <= _MOST_LETTERS else _NOTHING


def _of_choice(items: list[_Known]) -> _Known:
    exact: frozenset[str] | None = frozenset()
    needed: frozenset[str] | None = frozenset()
    for item in items:
        exact = None if exact is None or item.exact is None else exact | item.exact
        demand = item.demand()
        needed = None if needed is None or demand is None else needed | demand
    if exact is not None and len(exact) > _MOST_TEXTS:
        exact = None
    return _Known(exact, needed)


def _of_sequence(items: tuple[Node, ...]) -> _Known:
    whole = True
    run: frozenset[str] = frozenset(("",))
    needed: frozenset[str] | None = None
    for item in items:
        known = _known(item)
        joined = _product(run, known.exact) if known.exact is not None else None
        if joined is not None:
            run = joined
            continue
        whole = False
        needed = _better(_better(needed, _Known(run, None).demand()), known.needed)
        run = known.exact if known.exact is not None else frozenset(("",))
    return _Known(run if whole else None, _better(needed, _Known(run, None).demand()))


def _of_repeat(item: _Known, least: int, most: int | None) -> _Known:
    if item.exact is not None and most is not None and most <= _MOST_TEXTS:
        step = item.exact
        run: frozenset[str] | None = frozenset(("",))
        total: frozenset[str] | None = run if least == 0 else frozenset()
        for count in range(1, most + 1):
            run = _product(run, step) if run is not None else None
            if run is None or total is None:
                total = None
                break
            total = total | run if count >= least else total
        if total is not None and len(total) <= _MOST_TEXTS:
            return _Known(total, None)
    return _Known(None, item.demand()) if least else _NOTHING


def _product(left: frozenset[str], right: frozenset[str]) -> frozenset[str] | None:
    if len(left) * len(right) > _MOST_TEXTS:
        return None
    joined = frozenset(a + b for a in left for b in right)
    return joined if max(map(len, joined), default=0) <= _MOST_CHARS else None
