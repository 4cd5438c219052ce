"""A reader of tokens: what both parsers (expressions, commands) share."""

from __future__ import annotations

from simulator.errors import InvalidRule, UnsupportedRule
from simulator.languages.embedded import Query
from simulator.languages.esql.lexer import Kind, Token, tokens

MAX_DEPTH = 60
"""Deeper parentheses and calls are refused: no query has them, and Python's stack has an end."""


class Reader:
    """The tokens of a query and the place up to which they are read."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.tokens = tokens(query)
        self.place = 0
        self.depth = 0
        self.wildcards = False

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.place]

    @property
    def last(self) -> Token:
        """The token read last."""
        return self.tokens[max(self.place - 1, 0)]

    def ahead(self, steps: int = 1) -> Token:
        """The token `steps` after the next."""
        return self.tokens[min(self.place + steps, len(self.tokens) - 1)]

    def take(self) -> Token:
        """The next token, which then is read."""
        token = self.token
        self.place = min(self.place + 1, len(self.tokens) - 1)
        return token

    def is_word(self, *words: str) -> bool:
        """Whether the next token is one of the `words` (lower case)."""
        return self.token.kind is Kind.WORD and self.token.value.lower() in words

    def is_sign(self, *signs: str) -> bool:
        """Whether the next token is one of the `signs`."""
        return self.token.kind is Kind.SIGN and self.token.value in signs

    def word(self, *words: str) -> bool:
        """Reads one of the `words` if it comes next."""
        if found := self.is_word(*words):
            self.take()
        return found

    def sign(self, *signs: str) -> bool:
        """Reads one of the `signs` if it comes next."""
        if found := self.is_sign(*signs):
            self.take()
        return found

    def need_word(self, *words: str) -> Token:
        """The next token, which must be one of `words`."""
        if not self.is_word(*words):
            raise self.wrong(" or ".join(word.upper() for word in words))
        return self.take()

    def need_sign(self, sign: str) -> Token:
        """The next token, which must be `sign`."""
        if not self.is_sign(sign):
            raise self.wrong(f"`{sign}`")
        return self.take()

    def wrong(self, expected: str) -> InvalidRule:
        """The error that something else stands where `expected` should."""
        token = self.token
        found = "the query ends" if token.kind is Kind.END else f"{self.query.text[token.at : token.end]!r} stands"
        return self.invalid(token.at, token.end, f"expected {expected} where {found}")

    def invalid(self, at: int, end: int, message: str) -> InvalidRule:
        """An error about the text from `at` to `end`."""
        return InvalidRule(self.query.at(at), f"{message}\n{self.query.shown(at, end - at)}")

    def unsupported(self, at: int, end: int, message: str) -> UnsupportedRule:
        """A construct that cannot run, from `at` to `end`."""
        return UnsupportedRule(self.query.at(at), f"{message}\n{self.query.shown(at, end - at)}")
