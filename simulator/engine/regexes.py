"""Regular expressions: one meaning, two engines, no hang. (The real engines follow within minutes; this is the API.)"""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import re2

from simulator.errors import SparringError


class InvalidRegex(SparringError):
    """The pattern breaks the syntax or uses what no engine here can do; the message says what and where in it."""


class RegexTimeout(SparringError):
    """One search took longer than allowed."""


class Matcher(Protocol):
    """A compiled pattern."""

    def search(self, text: str) -> bool:
        """Whether the pattern is found anywhere in `text`. May raise RegexTimeout."""


class _Re2:
    def __init__(self, pattern: str) -> None:
        self._compiled = re2.compile(pattern)

    def search(self, text: str) -> bool:
        return self._compiled.search(text) is not None


@lru_cache(maxsize=16384)
def compile_regex(pattern: str, flags: str = "") -> Matcher:
    """The matcher of `pattern` under `flags` (letters out of `ims`). Raises InvalidRegex."""
    try:
        return _Re2(f"(?{flags}:{pattern})" if flags else pattern)
    except re2.error as error:
        raise InvalidRegex(str(error)) from error


def literals_required(pattern: str, flags: str = "") -> frozenset[str] | None:
    """Texts of which at least one is in the case-folded text of every match; None when none can be named."""
    return None
