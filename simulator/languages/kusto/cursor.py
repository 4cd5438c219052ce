"""A place in the tokens of a query, and the small steps every part of the parser takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from simulator.errors import InvalidRule, UnsupportedRule
from simulator.languages.embedded import Query
from simulator.languages.kusto.ast import Expr
from simulator.languages.kusto.lexer import Sort, Token, tokens
from simulator.tables import Type

MAX_DEPTH = 120
"""How deep expressions may be nested (Python's own stack bears no more by far)."""

TYPES: dict[str, Type] = {
    "string": Type.TEXT, "guid": Type.TEXT, "uuid": Type.TEXT, "uniqueid": Type.TEXT,
    "long": Type.INTEGER, "int": Type.INTEGER, "real": Type.REAL, "double": Type.REAL, "decimal": Type.REAL,
    "bool": Type.BOOLEAN, "boolean": Type.BOOLEAN, "datetime": Type.TIME, "date": Type.TIME,
    "timespan": Type.SPAN, "time": Type.SPAN, "dynamic": Type.DYNAMIC,
}  # fmt: skip
"""Microsoft Learn: "Scalar data types". A guid is text here, a decimal a real."""


class Cursor:
    """Reads tokens one after the other."""

    def __init__(self, query: Query, pipeline: Callable[[Cursor], Expr]) -> None:
        self.query = query
        self.tokens = tokens(query)
        self.place = 0
        self.depth = 0
        self.searching = False
        """Whether `column: word` may stand here."""
        self.pipeline = pipeline
        """Parses rows or a value, as they stand in parentheses."""

    def look(self, ahead: int = 0) -> Token:
        """The token that comes, or one after it."""
        return self.tokens[min(self.place + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        """The next token, passing it."""
        token = self.look()
        self.place = min(self.place + 1, len(self.tokens) - 1)
        return token

    def sees(self, *texts: str, ahead: int = 0) -> bool:
        """Whether one of these marks or words comes."""
        token = self.look(ahead)
        return token.text in texts and token.sort in (Sort.MARK, Sort.NAME)

    def skip(self, *texts: str) -> Token | None:
        """Passes one of these, if it comes."""
        return self.take() if self.sees(*texts) else None

    def need(self, *texts: str) -> Token:
        """Passes one of these. Raises InvalidRule when something else comes."""
        if not self.sees(*texts):
            raise self.unexpected(" or ".join(f"`{text}`" for text in texts))
        return self.take()

    def name(self, what: str = "a name") -> Token:
        """Passes a name, plain or as `['name']`; its text is in `value`."""
        token = self.look()
        if token.sort is Sort.NAME:
            self.take()
            return Token(Sort.NAME, token.text, token.at, token.text)
        if self.sees("[") and self.look(1).sort is Sort.TEXT and self.sees("]", ahead=2):
            self.take()
            inner = self.take()
            self.take()
            return Token(Sort.NAME, inner.text, token.at, inner.value)
        if token.sort is Sort.TYPED and isinstance(token.value, tuple):  # a column called `time` before parentheses
            raise self.unexpected(what)
        raise self.unexpected(what)

    def kind(self) -> Type:
        """Passes the name of a type."""
        token = self.look()
        if token.sort is Sort.NAME and token.text in TYPES:
            self.take()
            return TYPES[token.text]
        raise self.unexpected("a type such as `string`")

    def unexpected(self, wanted: str) -> InvalidRule:
        """The error that something else than `wanted` comes."""
        token = self.look()
        found = f"`{token.text}`" if token.text else "the end of the query"
        return self.invalid(token.at, f"found {found}, expected {wanted}", len(token.text))

    def invalid(self, at: int, message: str, width: int = 1) -> InvalidRule:
        """The error that the query is wrong at an offset."""
        return InvalidRule(self.query.at(at), f"{message}\n{self.query.shown(at, width)}")

    def unsupported(self, at: int, message: str, width: int = 1) -> UnsupportedRule:
        """The error that what stands at an offset cannot run."""
        return UnsupportedRule(self.query.at(at), f"{message}\n{self.query.shown(at, width)}")

    def deeper(self, at: int) -> None:
        """Goes one level down. Raises InvalidRule where that is too deep."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.invalid(at, f"is nested deeper than {MAX_DEPTH} levels")

    def closing(self, start: int) -> int:
        """The place after the bracket that closes the one at place `start`; the end when none does."""
        depth = 0
        for place in range(start, len(self.tokens)):
            token = self.tokens[place]
            if token.sort is Sort.MARK:
                depth += (token.text in "([{") - (token.text in ")]}")
                if depth == 0:
                    return place + 1
        return len(self.tokens) - 1

    def listed(self, item: Callable[[], Expr], ends: Iterable[str] = ()) -> tuple[Expr, ...]:
        """Items with commas between; none before one of `ends`."""
        if self.sees(*ends):
            return ()
        found = [item()]
        while self.skip(","):
            if self.sees(*ends):  # a comma too many at the end is borne
                break
            found.append(item())
        return tuple(found)
