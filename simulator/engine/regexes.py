"""Regular expressions: one meaning, two engines, no hang.

`regex_syntax` says what a pattern means; here its tree is printed in the dialect of an engine. RE2 runs all that it
can, in time linear in the text. What it cannot (back references, look-around, atomic groups, `\\B`, `$` in
mid-pattern, very large patterns) runs on the `regex` module, which backtracks and is therefore stopped after
SEARCH_SECONDS.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import re2
import regex

from simulator.engine.regex_chars import ANYTHING, Range
from simulator.engine.regex_literals import required
from simulator.engine.regex_syntax import InvalidRegex, parse
from simulator.engine.regex_tree import (
    Anchor,
    Around,
    Back,
    Chars,
    Choice,
    Group,
    Node,
    Repeat,
    Sequence,
    unrolled_size,
)
from simulator.errors import SparringError

__all__ = ["SEARCH_SECONDS", "InvalidRegex", "Linear", "Matcher", "RegexTimeout", "compile_regex", "literals_required"]

SEARCH_SECONDS = 2.0
"""The longest that one search may take on the backtracking engine."""

MEMORY = 8 << 20
"""Bytes that RE2 may use for one pattern, its automaton included; beyond them it gets slower, or gives up compiling."""

MAX_UNROLLED = 200_000
"""Parts of a pattern on the backtracking engine, which writes repeats out: about 300 bytes each."""


class RegexTimeout(SparringError):
    """One search took longer than SEARCH_SECONDS."""


class Matcher(Protocol):
    """A compiled pattern."""

    def search(self, text: str) -> bool:
        """Whether the pattern is found anywhere in `text`. May raise RegexTimeout."""


@lru_cache(maxsize=16384)
def compile_regex(pattern: str, flags: str = "") -> Matcher:
    """The matcher of `pattern` under `flags` (letters out of `imsx`). Raises InvalidRegex."""
    tree = parse(pattern, flags)
    return linear_matcher(tree) or backtracking_matcher(tree)


@lru_cache(maxsize=16384)
def literals_required(pattern: str, flags: str = "", shortest: int = 3) -> frozenset[str] | None:
    """Case-folded texts of which at least one is in the case-folded text of every match, each of `shortest` characters
    or more; None when no such set is known. Raises InvalidRegex."""
    return required(parse(pattern, flags), shortest)


class Linear:
    """A pattern on RE2; `printed` is the pattern as RE2 writes it, flags and all, so that several can be joined."""

    __slots__ = ("_compiled", "printed")

    def __init__(self, printed: str) -> None:
        self.printed = printed
        options = re2.Options()
        options.max_mem = MEMORY
        options.log_errors = False
        options.never_capture = True
        self._compiled = re2.compile(printed.encode(), options)

    def search(self, text: str) -> bool:
        """Whether the pattern is found anywhere in `text`."""
        return self._compiled.search(text.encode("utf-8", "replace")) is not None


class _Backtracking:
    __slots__ = ("_compiled",)

    def __init__(self, printed: str) -> None:
        self._compiled = regex.compile(printed, regex.V0)

    def search(self, text: str) -> bool:
        try:
            return self._compiled.search(text, timeout=SEARCH_SECONDS) is not None
        except TimeoutError:
            raise RegexTimeout(
                f"a regular expression took longer than {SEARCH_SECONDS:g} seconds on a text of {len(text)} characters"
            ) from None
        except MemoryError:
            raise RegexTimeout("a regular expression ran out of memory") from None


def linear_matcher(tree: Node) -> Matcher | None:
    """`tree` on RE2, or None when RE2 cannot run it."""
    try:
        return Linear(linear_text(tree, True))
    except (NotLinear, re2.error):
        return None


def backtracking_matcher(tree: Node) -> Matcher:
    """`tree` on the `regex` module. Raises InvalidRegex when that cannot run it either."""
    if unrolled_size(tree) > MAX_UNROLLED:
        raise InvalidRegex(f"regular expression: more than {MAX_UNROLLED} parts when its repeats are written out")
    try:
        return _Backtracking(backtracking_text(tree))
    except (regex.error, OverflowError, RecursionError, MemoryError) as error:
        raise InvalidRegex(f"regular expression: {error}") from None


class NotLinear(Exception):
    """RE2 has nothing that means the same."""


def linear_text(node: Node, last: bool, capture: bool = False) -> str:
    """`node` as RE2 writes it; `last` says that nothing can follow it in a match. Raises NotLinear."""
    match node:
        case Chars():
            return _chars(node)
        case Anchor("Z"):
            if not last:
                raise NotLinear
            return r"\n?\z"
        case Anchor("B"):
            raise NotLinear  # RE2 also finds one between the bytes of a character
        case Anchor("^" | "$" as kind):
            return f"(?m:{kind})"
        case Anchor(kind):
            return f"\\{kind}"
        case Sequence(items):
            return "".join(
                linear_text(item, last and index == len(items) - 1, capture) for index, item in enumerate(items)
            )
        case Choice(items):
            return f"(?:{'|'.join(linear_text(item, last, capture) for item in items)})"
        case Group(_, item):
            return f"({'' if capture else '?:'}{linear_text(item, last, capture)})"
        case Repeat(item, least, most, mode) if mode != "+":
            return f"(?:{linear_text(item, last and most == 1, capture)}){_times(least, most)}"
        case _:
            raise NotLinear


_WORD = "[0-9A-Z_a-z]"
_EDGES = {
    "A": r"\A",
    "z": r"\Z",
    "Z": r"(?=\n?\Z)",
    "^": "(?m:^)",
    "$": "(?m:$)",
    "b": f"(?:(?<!{_WORD})(?={_WORD})|(?<={_WORD})(?!{_WORD}))",
    "B": f"(?:(?<!{_WORD})(?!{_WORD})|(?<={_WORD})(?={_WORD}))",
}


def backtracking_text(node: Node) -> str:
    """`node` as the `regex` module writes it."""
    match node:
        case Chars():
            return _chars(node)
        case Anchor(kind):
            return _EDGES[kind]
        case Sequence(items):
            return "".join(backtracking_text(item) for item in items)
        case Choice(items):
            return f"(?:{'|'.join(backtracking_text(item) for item in items)})"
        case Group(_, item):
            return f"({backtracking_text(item)})"
        case Repeat(item, least, most, mode):
            return f"(?:{backtracking_text(item)}){_times(least, most)}{mode}"
        case Around(opening, item):
            return f"{opening}{backtracking_text(item)})"
        case Back(group, ignore_case):
            return f"(?i:\\g<{group}>)" if ignore_case else f"\\g<{group}>"


def _times(least: int, most: int | None) -> str:
    match least, most:
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case 0, 1:
            return "?"
        case _:
            return f"{{{least},{'' if most is None else most}}}"


_SURROGATES = (0xD800, 0xDFFF)


def _chars(node: Chars) -> str:
    ranges = node.ranges
    if len(ranges) == 1 and not node.properties:
        low, high = ranges[0]
        if (low, high) == ANYTHING and not node.negated:
            return "(?s:.)"
        if low == high and not node.negated:
            return _escaped(low)
    inside = "".join(_printed(part) for low_high in ranges for part in _storable(low_high))
    return f"[{'^' if node.negated else ''}{inside}{''.join(node.properties)}]"


def _storable(whole: Range) -> list[Range]:
    """`whole` without surrogates, which UTF-8 cannot hold."""
    low, high = whole
    if high < _SURROGATES[0] or low > _SURROGATES[1]:
        return [whole]
    parts = [(low, _SURROGATES[0] - 1), (_SURROGATES[1] + 1, high)]
    return [(first, last) for first, last in parts if first <= last]


def _printed(part: Range) -> str:
    low, high = part
    return _escaped(low) if low == high else f"{_escaped(low)}-{_escaped(high)}"


def _escaped(code: int) -> str:
    char = chr(code)
    if code > 127 or char.isalnum() or char == "_":
        return char
    return f"\\x{code:02x}"
