"""Queries inside files: where a character of the query stands in the file that holds it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from simulator.errors import Location


@dataclass(frozen=True, slots=True)
class Query:
    """A query's text and, for each of its lines, where that line's first character stands in the file (line and column,
    from 1)."""

    path: str
    text: str
    lines: tuple[tuple[int, int], ...]

    def at(self, offset: int) -> Location:
        """The place in the file of the character at `offset` (the end of the text is a place, too)."""
        lengths = [len(line) + 1 for line in self.text.split("\n")]
        starts = [0, *accumulate(lengths)]
        number = min(max(bisect_right(starts, offset) - 1, 0), len(lengths) - 1)
        line, column = self.lines[number]
        return Location(self.path, line, column + offset - starts[number])

    def shown(self, offset: int, width: int = 1) -> str:
        """The line of the query around `offset`, and carets under the `width` characters there."""
        begin = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        line = self.text[begin : end if end >= 0 else len(self.text)]
        carets = "^" * max(1, min(width, len(line) - (offset - begin)))
        return f"{line.expandtabs(1)}\n{' ' * (offset - begin)}{carets}"


def whole(path: str, text: str) -> Query:
    """A file that is nothing but a query."""
    return Query(path, text, tuple((number, 1) for number in range(1, text.count("\n") + 2)))


def inside(path: str, file: str, query: str, line: int) -> Query:
    """`query` as it stands in the text of `file` from `line` on: a YAML block, a TOML string. Each of its lines is
    looked for from where the last was found; a line that the file spells differently (escapes, folding) has the place
    of the line before it."""
    written = file.split("\n")
    at, places = max(line - 1, 0), list[tuple[int, int]]()
    column = 0
    for one in query.split("\n"):
        wanted = one.strip()
        found = next(
            ((n, c) for n in range(at, len(written)) if (c := written[n].find(wanted, column if n == at else 0)) >= 0),
            None,
        ) if wanted else None  # fmt: skip
        if found is None:
            places.append(places[-1] if places else (line, 1))
            continue
        at, column = found[0], found[1] + len(wanted)
        indent = len(one) - len(one.lstrip())
        places.append((at + 1, max(found[1] + 1 - indent, 1)))
    return Query(path, query, tuple(places))
