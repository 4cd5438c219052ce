"""Sets of characters in regular expressions: ranges of code points, PCRE2's classes, and what case-blindness adds."""

from __future__ import annotations

import sys
from functools import cache

Range = tuple[int, int]
"""The first and the last code point."""

_DIGIT: tuple[Range, ...] = ((48, 57),)
_WORD: tuple[Range, ...] = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: tuple[Range, ...] = ((9, 13), (32, 32))
_ACROSS: tuple[Range, ...] = (
    *((code, code) for code in (9, 0x20, 0xA0, 0x1680, 0x180E)),
    (0x2000, 0x200A),
    *((code, code) for code in (0x202F, 0x205F, 0x3000)),
)
DOWN: tuple[Range, ...] = ((10, 13), (0x85, 0x85), (0x2028, 0x2029))
CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE, "h": _ACROSS, "v": DOWN}
POSIX: dict[str, tuple[Range, ...]] = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": _DIGIT,
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": _SPACE,
    "upper": ((65, 90),),
    "word": _WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
LINE_FEED: Range = (10, 10)
ANYTHING: Range = (0, sys.maxunicode)


@cache
def _case_table() -> dict[int, tuple[int, ...]]:
    """Code points beyond ASCII, and ASCII ones related to them, with all that equal them when case is ignored."""
    classes: dict[str, list[int]] = {}
    for code in range(0x1F000):  # no cased letters lie beyond
        char = chr(code)
        folded, lowered = char.casefold(), char.lower()
        classes.setdefault(folded if len(folded) == 1 else lowered if len(lowered) == 1 else char, []).append(code)
    return {code: tuple(codes) for codes in classes.values() if len(codes) > 1 for code in codes}


def both_cases(low: int, high: int) -> list[Range]:
    """All code points that equal one from `low` to `high` when case is ignored, as ranges."""
    found = [(low, high)]
    if high < 128:
        for first, last, shift in ((65, 90, 32), (97, 122, -32)):
            if max(low, first) <= min(high, last):
                found.append((max(low, first) + shift, min(high, last) + shift))
        for letters, sign in (("Kk", 0x212A), ("Ss", 0x17F)):
            if any(low <= ord(letter) <= high for letter in letters):
                found.append((sign, sign))
        return found
    return found + [(twin, twin) for code, twins in _case_table().items() if low <= code <= high for twin in twins]


def merged(ranges: list[Range] | tuple[Range, ...]) -> tuple[Range, ...]:
    """The same code points as sorted ranges that neither touch nor overlap."""
    result: list[Range] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return tuple(result)


def others(ranges: tuple[Range, ...]) -> tuple[Range, ...]:
    """All code points that are not in `ranges`."""
    edges = [-1, *(edge for low_high in merged(ranges) for edge in low_high), sys.maxunicode + 1]
    return tuple((a + 1, b - 1) for a, b in zip(edges[::2], edges[1::2], strict=True) if a + 1 <= b - 1)
