"""Kusto text to tokens.

Microsoft Learn: "String data type", "Timespan data type", "Datetime data type", "Entity names", "Comments" (Kusto Query
Language reference).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from simulator.errors import InvalidRule
from simulator.languages.embedded import Query


class Sort(Enum):
    """What a token is."""

    NAME = "name"
    TEXT = "text"
    LONG = "long"
    REAL = "real"
    SPAN = "timespan"
    TYPED = "typed literal"
    """`datetime(2024-01-01)`: its value is the pair (type, what stands in the parentheses)."""
    MARK = "mark"
    END = "end of the query"


@dataclass(frozen=True, slots=True)
class Token:
    """A token: `text` as written, `value` as meant, `at` where it starts."""

    sort: Sort
    text: str
    at: int
    value: object = None

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.at + len(self.text)


TYPED = frozenset(
    ("datetime", "date", "time", "timespan", "guid", "int", "long", "real", "double", "decimal", "bool", "boolean")
)
"""Types whose name followed by parentheses is a literal. (`uint`, `float` and others are not Kusto's.)"""

_SPAN_UNITS = {
    "d": 86_400_000_000, "day": 86_400_000_000, "days": 86_400_000_000,
    "h": 3_600_000_000, "hr": 3_600_000_000, "hrs": 3_600_000_000, "hour": 3_600_000_000, "hours": 3_600_000_000,
    "m": 60_000_000, "min": 60_000_000, "mins": 60_000_000, "minute": 60_000_000, "minutes": 60_000_000,
    "s": 1_000_000, "sec": 1_000_000, "secs": 1_000_000, "second": 1_000_000, "seconds": 1_000_000,
    "ms": 1_000, "milli": 1_000, "millis": 1_000, "millisec": 1_000, "millisecond": 1_000, "milliseconds": 1_000,
    "micro": 1, "micros": 1, "microsec": 1, "microsecond": 1, "microseconds": 1,
    "nano": 0.001, "nanos": 0.001, "nanosec": 0.001, "nanosecond": 0.001, "nanoseconds": 0.001,
    "tick": 0.1, "ticks": 0.1,
}  # fmt: skip

_SPACE = re.compile(r"(?:[\s\u200b\ufeff]|//[^\n]*)+")
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_]*")
_DIGIT_NAME = re.compile(r"[0-9]+[A-Za-z_][A-Za-z0-9_]*")
_HEX = re.compile(r"0[xX][0-9a-fA-F]+")
_NUMBER = re.compile(r"(\d+\.\d+|\d+\.(?![.\w])|\d+)([eE][+-]?\d+)?")
_UNIT = re.compile(r"[A-Za-z]+")
_NEGATED = re.compile(
    r"!(?:between|contains_cs|contains|endswith_cs|endswith|hasprefix_cs|hasprefix|hassuffix_cs|hassuffix|has_cs|has_all"
    r"|has_any|has|in~|in|startswith_cs|startswith)(?![A-Za-z0-9_])"
)
_MARKS = re.compile(r"=>|==|=~|!~|!=|<>|<=|>=|\.\.|[-+*/%=<>()\[\]{}|,;:.?@!]")
_VERBATIM = {'"': re.compile(r'"(?:[^"\n]|"")*"'), "'": re.compile(r"'(?:[^'\n]|'')*'")}
_QUOTED = {'"': re.compile(r'"(?:[^"\\\n]|\\.)*"'), "'": re.compile(r"'(?:[^'\\\n]|\\.)*'")}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))", re.DOTALL)
_ODD_ESCAPE = re.compile(r"(?:[^\\]|\\[\\'\"ntrabfv0-7xuU])*?(\\[^\\'\"ntrabfv0-7xuU])")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def tokens(query: Query) -> list[Token]:
    """All tokens of a query, the end among them. Raises InvalidRule where no token can be."""
    return _Lexer(query).run()


class _Lexer:
    def __init__(self, query: Query) -> None:
        self.query = query
        self.text = query.text
        self.at = 0
        self.found: list[Token] = []

    def wrong(self, at: int, message: str, width: int = 1) -> InvalidRule:
        return InvalidRule(self.query.at(at), f"{message}\n{self.query.shown(at, width)}")

    def run(self) -> list[Token]:
        while True:
            if space := _SPACE.match(self.text, self.at):
                self.at = space.end()
            if self.at >= len(self.text):
                self.found.append(Token(Sort.END, "", len(self.text)))
                return self.found
            token = self.next()
            self.found.append(token)
            self.at = token.end

    def next(self) -> Token:
        text, at = self.text, self.at
        first = text[at]
        if first.isdigit():
            return self.number()
        if string := self.string():
            return string
        if name := _NAME.match(text, at):
            word = name[0]
            if word in TYPED and (token := self.typed(name.end(), word)):
                return token
            if word == "in" and text.startswith("~", name.end()):
                return Token(Sort.MARK, "in~", at)
            return Token(Sort.NAME, word, at)
        if first == "!" and (negated := _NEGATED.match(text, at)):
            return Token(Sort.MARK, negated[0], at)
        if mark := _MARKS.match(text, at):
            return Token(Sort.MARK, mark[0], at)
        raise self.wrong(at, f"the character {first!r} cannot stand here")

    def number(self) -> Token:
        text, at = self.text, self.at
        if found := _HEX.match(text, at):
            return Token(Sort.LONG, found[0], at, int(found[0], 16))
        found = _NUMBER.match(text, at)
        assert found is not None  # it starts with a digit
        unit = None if found[2] else _UNIT.match(text, found.end())
        if unit and unit[0] in _SPAN_UNITS and not re.match(r"[0-9_]", text[unit.end() : unit.end() + 1]):
            value = round(float(found[1]) * _SPAN_UNITS[unit[0]])
            return Token(Sort.SPAN, text[at : unit.end()], at, value)
        if odd := _DIGIT_NAME.match(text, at):
            return Token(Sort.NAME, odd[0], at)
        if found[2] or "." in found[1]:
            return Token(Sort.REAL, found[0], at, float(found[0]))
        return Token(Sort.LONG, found[0], at, int(found[0]))

    def string(self) -> Token | None:
        text, at = self.text, self.at
        start = at + 1 if text[at] in "hH" and text[at + 1 : at + 2] in ("'", '"', "@", "`", "~") else at
        for fence in ("```", "~~~"):
            if text.startswith(fence, start):
                end = text.find(fence, start + 3)
                if end < 0:
                    raise self.wrong(at, f"the text that {fence} begins has no end", 3)
                return Token(Sort.TEXT, text[at : end + 3], at, text[start + 3 : end])
        verbatim = text.startswith("@", start)
        start += verbatim
        quote = text[start : start + 1]
        if quote not in ("'", '"') or not quote:
            return None
        found = (_VERBATIM if verbatim else _QUOTED)[quote].match(text, start)
        if found is None:
            raise self.wrong(at, "the text that begins here has no end on its line")
        inner = found[0][1:-1]
        if not verbatim and (odd := _ODD_ESCAPE.match(inner)):
            spot = start + 1 + odd.start(1)
            raise self.wrong(
                spot, f"there is no escape {odd[1]!r}; write the text as @{quote}...{quote} or double the backslash", 2
            )
        value = inner.replace(quote * 2, quote) if verbatim else unescaped(inner)
        return Token(Sort.TEXT, text[at : found.end()], at, value)

    def typed(self, after: int, word: str) -> Token | None:
        """A literal such as `datetime(…)`; None where parameters or an expression follow."""
        opening = re.compile(r"\s*\(").match(self.text, after)
        if not opening:
            return None
        close = self.text.find(")", opening.end())
        if close < 0:
            return None
        inner = self.text[opening.end() : close]
        if "(" in inner:
            return None
        return Token(Sort.TYPED, self.text[self.at : close + 1], self.at, (word, inner.strip()))


def unescaped(text: str) -> str:
    """A text between quotes as it is meant; an escape that Kusto does not have stands for itself."""

    def one(match: re.Match[str]) -> str:
        short, long, hexadecimal, octal, other = match.groups()
        if code := short or long or hexadecimal:
            number = int(code, 16)
            return chr(number) if number < 0x110000 else match[0]
        if octal:
            return chr(int(octal, 8))
        return _ESCAPES.get(other, other if other in "\\\"'" else match[0])

    return _ESCAPE.sub(one, text)
