"""EQL's words: https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.errors import InvalidRule, UnsupportedRule
from simulator.languages.embedded import Query

_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_TOKEN = re.compile(
    r'''
    (?P<raw>"""(?:(?!""").)*"{3,5})
  | (?P<old>\?"(?:\\"|[^"\r\n])*")
  | (?P<text>"(?:\\.|[^"\\\r\n])*")
  | (?P<number>(?:\d+\.\d*|(?<![\w`])\.\d+|\d+)(?:[Ee][+-]?\d+)?)
  | (?P<quoted>`(?:[^`]|``)*`)
  | (?P<folded>[A-Za-z_]\w*~)
  | (?P<name>[A-Za-z_@]\w*)
  | (?P<symbol>!\[|==|!=|<=|>=|[:<>=+\-*/%.,()\[\]|?!])
    ''',
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(u\{\{?[0-9a-fA-F]{1,8}\}?\}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "\\": "\\", '"': '"', "'": "'"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word. `kind` is text, number, name, quoted (a name in backticks), folded (a name and `~`), symbol or end;
    `value` is what it means."""

    kind: str
    value: str
    at: int
    width: int


def invalid(query: Query, at: int, message: str, width: int = 1) -> InvalidRule:
    """What is wrong with a query, shown."""
    return InvalidRule(query.at(at), f"{message}\n{query.shown(at, width)}")


def unsupported(query: Query, at: int, message: str, width: int = 1) -> UnsupportedRule:
    """A construct that cannot run, shown."""
    return UnsupportedRule(query.at(at), f"{message}\n{query.shown(at, width)}")


def tokens(query: Query) -> list[Token]:
    """All words of a query, and an end. Raises InvalidRule at what is no word."""
    found: list[Token] = []
    text, at = query.text, 0
    while True:
        if space := _SPACE.match(text, at):
            at = space.end()
        if at >= len(text):
            found.append(Token("end", "", at, 1))
            return found
        match = _TOKEN.match(text, at)
        if match is None:
            raise _no_word(query, at)
        kind, written = str(match.lastgroup), match[0]
        width = len(written)
        if kind == "old":
            raise unsupported(query, at, 'a raw string ?"…" is of an older EQL; write """…"""', width)
        found.append(Token("text" if kind == "raw" else kind, _meaning(query, kind, written, at), at, width))
        at = match.end()


def _no_word(query: Query, at: int) -> InvalidRule:
    match query.text[at]:
        case "'":
            return invalid(query, at, "strings stand in double quotes, not in single ones")
        case '"':
            return invalid(query, at, "the string does not end on its line")
        case "/" if query.text.startswith("/*", at):
            return invalid(query, at, "the comment does not end", 2)
        case "`":
            return invalid(query, at, "the name in backticks does not end")
        case other:
            return invalid(query, at, f"unexpected character {other!r}")


def _meaning(query: Query, kind: str, written: str, at: int) -> str:
    match kind:
        case "raw":
            return written[3:-3]
        case "text":
            return _unescaped(query, written, at)
        case "quoted":
            return written[1:-1].replace("``", "`")
        case "folded":
            return written[:-1]
        case _:
            return written


def _unescaped(query: Query, written: str, at: int) -> str:
    def one(match: re.Match[str]) -> str:
        escape = match[1]
        if len(escape) > 1:
            code = int(escape.strip("u{}"), 16)
            if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                raise invalid(query, at + match.start(), "no such Unicode character", len(match[0]))
            return chr(code)
        if escape not in _ESCAPES:
            raise invalid(query, at + 1 + match.start(), f"unknown escape \\{escape}", 2)
        return _ESCAPES[escape]

    return _ESCAPE.sub(one, written[1:-1])
