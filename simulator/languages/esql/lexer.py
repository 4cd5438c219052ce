"""ES|QL's words: what the text of a query is made of.

Source: https://www.elastic.co/docs/reference/query-languages/esql/esql-syntax (identifiers, literals, comments).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from simulator.errors import InvalidRule
from simulator.languages.embedded import Query


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted name"
    TEXT = "text"
    INTEGER = "integer"
    REAL = "number"
    SIGN = "sign"
    PARAMETER = "parameter"
    END = "end of the query"


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its kind, where it stands, its value (of a text without quotes and escapes), and whether space stands
    before it."""

    kind: Kind
    at: int
    end: int
    value: str
    spaced: bool


_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*(?:[^*/]|\*(?!/)|/(?!\*))*\*/)+")
_WORD = re.compile(r"[A-Za-z_@][A-Za-z0-9_@]*")
_NUMBER = re.compile(r"(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?")
_SIGN = re.compile(r"==|!=|<=|>=|=~|::|[-+*/%<>=:,.()\[\]{}|;]")
_PARAMETER = re.compile(r"\?\??\w*")
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", '"': '"', "\\": "\\"}


def tokens(query: Query) -> list[Token]:
    """The tokens of `query`, END last. Raises InvalidRule."""
    text, at, found = query.text, 0, list[Token]()
    while at < len(text):
        spaced = False
        if space := _SPACE.match(text, at):
            at, spaced = space.end(), True
            continue_at = at
            if continue_at >= len(text):
                break
        token = _one(query, at, spaced or bool(space))
        found.append(token)
        at = token.end
    found.append(Token(Kind.END, len(text), len(text), "", True))
    return found


def _one(query: Query, at: int, spaced: bool) -> Token:
    text = query.text
    if text.startswith('"""', at):
        end = text.find('"""', at + 3)
        if end < 0:
            raise InvalidRule(query.at(at), f'the text that begins here has no closing """\n{query.shown(at, 3)}')
        while text.startswith('"', end + 3):  # quotes before the closing three belong to the text
            end += 1
        return Token(Kind.TEXT, at, end + 3, text[at + 3 : end], spaced)
    if text[at] == '"':
        return _text(query, at, spaced)
    if text[at] == "`":
        end = at + 1
        while True:
            end = text.find("`", end)
            if end < 0:
                raise InvalidRule(query.at(at), f"the name that begins here has no closing `\n{query.shown(at)}")
            if not text.startswith("``", end):
                break
            end += 2
        return Token(Kind.QUOTED, at, end + 1, text[at + 1 : end].replace("``", "`"), spaced)
    if text.startswith("/*", at):
        raise InvalidRule(query.at(at), f"the comment that begins here has no end\n{query.shown(at, 2)}")
    if number := _NUMBER.match(text, at):
        kind = Kind.INTEGER if number[0].isdigit() else Kind.REAL
        return Token(kind, at, number.end(), number[0], spaced)
    for kind, pattern in ((Kind.WORD, _WORD), (Kind.SIGN, _SIGN), (Kind.PARAMETER, _PARAMETER)):
        if found := pattern.match(text, at):
            return Token(kind, at, found.end(), found[0], spaced)
    raise InvalidRule(query.at(at), f"{text[at]!r} is nothing that ES|QL knows\n{query.shown(at)}")


def _text(query: Query, at: int, spaced: bool) -> Token:
    text, found, end = query.text, list[str](), at + 1
    while True:
        if end >= len(text) or text[end] in "\r\n":
            raise InvalidRule(query.at(at), f'the text that begins here has no closing "\n{query.shown(at)}')
        if text[end] == '"':
            return Token(Kind.TEXT, at, end + 1, "".join(found), spaced)
        if text[end] == "\\":
            escape = text[end + 1 : end + 2]
            if escape not in _ESCAPES:
                message = f'\\{escape} is no escape; ES|QL has \\t \\n \\r \\" and \\\\, or use three quotes'
                raise InvalidRule(query.at(end), f"{message}\n{query.shown(end, 2)}")
            found.append(_ESCAPES[escape])
            end += 2
        else:
            found.append(text[end])
            end += 1
