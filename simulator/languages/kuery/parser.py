"""The grammar of the Kibana Query Language: https://www.elastic.co/docs/reference/query-languages/kql.

`and`, `or` and `not` are words in any case with blanks around them; unquoted values may have blanks inside; a backslash
makes the characters `\\ ( ) : < > " * { }` and the three words plain.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.errors import InvalidRule
from simulator.ir import Wild
from simulator.languages.embedded import Query
from simulator.languages.kuery.ast import Is, Logical, Negation, Nested, Node, Range, Word

_SPACE = re.compile(r"[ \t\r\n\u00a0]*")
_JOIN = {word: re.compile(rf"[ \t\r\n\u00a0]+{word}(?=[ \t\r\n\u00a0])", re.IGNORECASE) for word in ("and", "or")}
_NOT = re.compile(r"not(?=[ \t\r\n\u00a0])", re.IGNORECASE)
_KEYWORD = re.compile(r"[ \t\r\n\u00a0]+(?:and|or)[ \t\r\n\u00a0]|[ \t\r\n\u00a0]*\bnot[ \t\r\n\u00a0]", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|((?i:and|or|not))|([\\():<>\"*{}])|([trn]))")
_SPECIAL = frozenset('\\():<>"*{}')
_OPERATORS = ("<=", ">=", "<", ">")
_BLANKS = {"t": "\t", "r": "\r", "n": "\n"}


def parse(query: Query) -> Node | None:
    """The query's meaning as written, None for an empty one (which matches everything). Raises InvalidRule."""
    parser = _Parser(query)
    parser.space()
    if parser.at == len(query.text):
        return None
    node = parser.joined("or", parser.statement)
    parser.space()
    if parser.at < len(query.text):
        raise parser.unexpected("expected `and`, `or` or the end of the query")
    return node


class _Parser:
    """Recursive descent over the characters."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.text = query.text
        self.at = 0

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def unexpected(self, wanted: str) -> InvalidRule:
        found = f"found {self.text[self.at]!r}" if self.at < len(self.text) else "the query ends"
        return InvalidRule(self.query.at(self.at), f"{wanted}, {found}\n{self.query.shown(self.at)}")

    def joined(self, word: str, inner: Callable[[], Node]) -> Node:
        """inner (word inner)*, where `and` binds tighter than `or`."""
        items = [self.joined("and", inner) if word == "or" else inner()]
        while match := _JOIN[word].match(self.text, self.at):
            self.at = match.end()
            self.space()
            items.append(self.joined("and", inner) if word == "or" else inner())
        return items[0] if len(items) == 1 else Logical(word, tuple(items))

    def negated(self) -> bool:
        if match := _NOT.match(self.text, self.at):
            self.at = match.end()
            self.space()
            return True
        return False

    def group(self, close: str, inner: Callable[[], Node]) -> Node:
        """What stands between brackets, after the opening one."""
        start = self.at
        self.at += 1
        self.space()
        node = self.joined("or", inner)
        self.space()
        if self.at >= len(self.text):
            opened = self.text[start]
            raise InvalidRule(self.query.at(start), f"`{opened}` is not closed\n{self.query.shown(start)}")
        if self.text[self.at] != close:
            raise self.unexpected(f"expected `{close}`")
        self.at += 1
        return node

    def statement(self) -> Node:
        """[not] ( query ) | field: value | field < value | field: { query } | value"""
        if self.negated():
            return Negation(self.statement())
        if self.text.startswith("(", self.at):
            return self.group(")", self.statement)
        first = self.word("a field or a value")
        after = self.at
        self.space()
        if operator := next((one for one in _OPERATORS if self.text.startswith(one, self.at)), None):
            self.at += len(operator)
            self.space()
            return Range(first, operator, self.word("a value"))
        if not self.text.startswith(":", self.at):
            self.at = after
            return Is(None, first)
        self.at += 1
        self.space()
        if self.text.startswith("{", self.at):
            return Nested(first, self.group("}", self.statement))
        return self.values(first)

    def values(self, field: Word) -> Node:
        """[not] ( values ) | value"""
        if self.text.startswith("(", self.at):
            return self.group(")", lambda: self.listed(field))
        return Is(field, self.word("a value"))

    def listed(self, field: Word) -> Node:
        if self.negated():
            return Negation(self.listed(field))
        return self.values(field)

    def word(self, wanted: str) -> Word:
        """A quoted or unquoted literal."""
        start = self.at
        word = self.quoted() if self.text.startswith('"', start) else self.unquoted()
        if word is None:
            self.at = start
            raise self.unexpected(f"expected {wanted}")
        return word

    def quoted(self) -> Word:
        start = self.at
        at, made = start + 1, list[str]()
        while at < len(self.text) and self.text[at] != '"':
            escape = _ESCAPED.match(self.text, at)
            if escape and (escape[1] or escape[4] or escape[3] in ("\\", '"')):
                made.append(_plain(escape))
                at = escape.end()
            else:
                made.append(self.text[at])
                at += 1
        if at >= len(self.text):
            raise InvalidRule(self.query.at(start), f"the quotation does not end\n{self.query.shown(start)}")
        self.at = at + 1
        text = "".join(made)
        return Word((text,) if text else (), True, start, self.at - start)

    def unquoted(self) -> Word | None:
        start = self.at
        at, made = start, list[str | Wild]()
        while at < len(self.text):
            char = self.text[at]
            if char == "*":
                made.append(Wild.ANY)
                at += 1
            elif char == "\\" and (escape := _ESCAPED.match(self.text, at)):
                made.append(_plain(escape))
                at = escape.end()
            elif char in _SPECIAL or ((at == start or char.isspace()) and _KEYWORD.match(self.text, at)):
                break
            else:
                made.append(char)
                at += 1
        self.at = at
        parts = _trimmed(made)
        return Word(parts, False, start, len(self.text[start:at].rstrip())) if parts else None


def _plain(escape: re.Match[str]) -> str:
    code, keyword, special, blank = escape.groups()
    if code is not None:
        return chr(int(code, 16))
    return str(keyword or special or _BLANKS[blank])


def _trimmed(parts: list[str | Wild]) -> tuple[str | Wild, ...]:
    """Neighbouring texts as one, blanks at both ends dropped."""
    made: list[str | Wild] = []
    for part in parts:
        if isinstance(part, Wild):
            if not (made and made[-1] is Wild.ANY):
                made.append(part)
        elif made and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    if made and isinstance(made[0], str):
        made[0] = made[0].lstrip()
    if made and isinstance(made[-1], str):
        made[-1] = made[-1].rstrip()
    return tuple(part for part in made if part != "")
