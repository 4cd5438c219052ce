"""The text of a search after its macros are expanded and its comments taken out, and where each character came from."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.errors import InvalidRule, UnsupportedRule
from simulator.ir import Problem, Status
from simulator.languages.embedded import Query


@dataclass(frozen=True, slots=True)
class Source:
    """`text` is what is parsed; `origin[n]` is the offset in `query` that its n-th character comes from (of a macro's
    text: the macro's call). There is one more origin than there are characters."""

    query: Query
    text: str
    origin: tuple[int, ...]

    def invalid(self, offset: int, message: str, width: int = 1) -> InvalidRule:
        """The error for something that is no SPL, at `offset` of the text."""
        place = self.origin[min(offset, len(self.text))]
        return InvalidRule(self.query.at(place), f"{message}\n{self.query.shown(place, width)}")

    def unsupported(self, offset: int, message: str, width: int = 1) -> UnsupportedRule:
        """The error for a construct that cannot run, at `offset` of the text."""
        place = self.origin[min(offset, len(self.text))]
        return UnsupportedRule(self.query.at(place), f"{message}\n{self.query.shown(place, width)}")

    def warning(self, offset: int, message: str) -> Problem:
        """Something that the rule's author should know, at `offset` of the text."""
        place = self.origin[min(offset, len(self.text))]
        return Problem(Status.INVALID, self.query.at(place), message, warning=True)


def plain(query: Query) -> Source:
    """The query as it is written."""
    return Source(query, query.text, tuple(range(len(query.text) + 1)))


def without_comments(source: Source) -> Source:
    """The text with comments (between three backticks each) as spaces. Raises InvalidRule for one that does not end."""
    text, at = source.text, 0
    while (start := text.find("```", at)) >= 0:
        end = text.find("```", start + 3)
        if end < 0:
            raise source.invalid(start, "this comment does not end", 3)
        text = text[:start] + " " * (end + 3 - start) + text[end + 3 :]
        at = end + 3
    return Source(source.query, text, source.origin)
