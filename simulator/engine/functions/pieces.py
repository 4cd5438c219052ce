"""Pieces of texts and numbers in them, as Elastic's EQL takes them."""

from __future__ import annotations

import re

from simulator.engine.functions.model import Function
from simulator.engine.text import read_number


def _slice(text: str, start: int, end: int) -> str:
    return text[start:end]


def _position(text: str, part: str, start: int, fold: bool) -> int | None:
    start = max(start, 0)
    if start > len(text):
        return None
    if fold:
        text, part = text.lower(), part.lower()
    found = text.find(part, start)
    return None if found < 0 else found


def _between(text: str, left: str, right: str, greedy: bool, fold: bool) -> str:
    seen = text.lower() if fold else text
    if fold:
        left, right = left.lower(), right.lower()
    begin = seen.find(left)
    if begin < 0:
        return ""
    begin += len(left)
    end = seen.rfind(right, begin) if greedy else seen.find(right, begin)
    return "" if end < 0 else text[begin:end]


def _number(text: str, base: int) -> float | None:
    stripped = text.strip()
    hexadecimal = re.match(r"[+-]?0[xX]", stripped) is not None
    if base in (0, 10) and not hexadecimal:
        found = read_number(stripped)
        return None if found is None else float(found)
    try:
        return float(int(stripped, 16 if hexadecimal and base == 0 else base))
    except (ValueError, OverflowError):
        return None


PIECES = (
    Function("slice", _slice),
    Function("position", _position),
    Function("text_between", _between),
    Function("number_in_base", _number),
)
