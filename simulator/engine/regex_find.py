"""All matches of a regular expression in a text, with what its groups captured.

As `regexes`: RE2 where it can, else the `regex` module, which is stopped after SEARCH_SECONDS for the whole text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Any

import re2
import regex

from simulator.engine.regex_syntax import InvalidRegex, parse_named
from simulator.engine.regex_tree import Anchor, Choice, Group, Node, Repeat, Sequence, unrolled_size
from simulator.engine.regexes import (
    MAX_UNROLLED,
    MEMORY,
    SEARCH_SECONDS,
    NotLinear,
    RegexTimeout,
    backtracking_text,
    linear_text,
)

__all__ = ["Finder", "Found", "compile_finder"]


@dataclass(frozen=True, slots=True)
class Found:
    """A match: what stands between the match before and this one, and the texts of group 0 (the whole), 1, 2 …, None
    for a group that took no part."""

    before: str
    groups: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Finder:
    """A pattern that is looked for in texts; `names` are the numbers of its named groups."""

    names: Mapping[str, int]
    groups: int
    _compiled: Any
    _linear: bool

    def first(self, text: str) -> Found | None:
        """The first match."""
        return next((found for found in self.pieces(text) if isinstance(found, Found)), None)

    def matches(self, text: str) -> list[Found]:
        """All matches, without overlaps, as in Perl. May raise RegexTimeout."""
        return [found for found in self.pieces(text) if isinstance(found, Found)]

    def pieces(self, text: str) -> Iterator[Found | str]:
        """All matches, and at the end the text after the last. May raise RegexTimeout."""
        until = monotonic() + SEARCH_SECONDS
        whole: Any = text.encode("utf-8", "replace") if self._linear else text
        done = start = 0
        while start <= len(whole):
            match = self._search(whole, start, until)
            if match is None:
                break
            groups = (match.group(), *match.groups())
            yield Found(self._text(whole[done : match.start()]), tuple(map(self._text_or_none, groups)))
            done = match.end()
            start = done if match.end() > match.start() else self._after(whole, done)
        yield self._text(whole[done:])

    def _search(self, whole: Any, start: int, until: float) -> Any:
        if self._linear:
            return self._compiled.search(whole, start)
        try:
            return self._compiled.search(whole, start, timeout=max(until - monotonic(), 0.001))
        except TimeoutError:
            raise RegexTimeout(
                f"a regular expression took longer than {SEARCH_SECONDS:g} seconds on a text of {len(whole)} characters"
            ) from None
        except MemoryError:
            raise RegexTimeout("a regular expression ran out of memory") from None

    def _after(self, whole: Any, place: int) -> int:
        """The next place where a character begins."""
        place += 1
        while self._linear and place < len(whole) and whole[place] & 0xC0 == 0x80:
            place += 1
        return place

    def _text(self, part: Any) -> str:
        return part.decode("utf-8", "replace") if self._linear else str(part)

    def _text_or_none(self, part: Any) -> str | None:
        return None if part is None else self._text(part)


@lru_cache(maxsize=4096)
def compile_finder(pattern: str, flags: str = "") -> Finder:
    """The finder of `pattern` under `flags` (letters out of `imsx`). Raises InvalidRegex."""
    tree, names = parse_named(pattern, flags)
    try:
        if _has_end(tree):
            raise NotLinear  # on RE2 the end of a text is a match of a line feed
        options = re2.Options()
        options.max_mem = MEMORY
        options.log_errors = False
        compiled = re2.compile(linear_text(tree, True, True).encode(), options)
        return Finder(names, compiled.groups, compiled, True)
    except (NotLinear, re2.error):
        pass
    if unrolled_size(tree) > MAX_UNROLLED:
        raise InvalidRegex(f"regular expression: more than {MAX_UNROLLED} parts when its repeats are written out")
    try:
        slow = regex.compile(backtracking_text(tree), regex.V0)
    except (regex.error, OverflowError, RecursionError, MemoryError) as error:
        raise InvalidRegex(f"regular expression: {error}") from None
    return Finder(names, slow.groups, slow, False)


def _has_end(node: Node) -> bool:
    match node:
        case Anchor(kind):
            return kind == "Z"
        case Sequence(items) | Choice(items):
            return any(map(_has_end, items))
        case Group(_, item) | Repeat(item):
            return _has_end(item)
        case _:
            return False
