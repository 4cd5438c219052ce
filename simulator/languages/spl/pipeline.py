"""From the text of a search to its commands: cut at pipes, and each command read by its own grammar."""

from __future__ import annotations

import re

from simulator.errors import nearest
from simulator.languages.spl.ast import Command, Pipeline
from simulator.languages.spl.cursor import Cursor, closing_quote
from simulator.languages.spl.grammar import GRAMMARS, Reader
from simulator.languages.spl.names import words
from simulator.languages.spl.source import Source

MAX_DEPTH = 12
_WORD = re.compile(r"[A-Za-z_]\w*")
GENERATING = words(
    "tstats mstats from datamodel inputlookup makeresults multisearch union inputcsv metadata loadjob "
    "rest dbinspect eventcount mcatalog savedsearch gentimes walklex"
)
"""Commands that begin a search, after a pipe."""


def parse(source: Source) -> Pipeline:
    """Read a whole search. Raises InvalidRule, or UnsupportedRule for a command that nobody knows."""
    return _Parser(source).pipeline(0, len(source.text), 0)


class _Parser:
    def __init__(self, source: Source) -> None:
        self.source = source

    def pipeline(self, start: int, end: int, depth: int) -> Pipeline:
        if depth > MAX_DEPTH:
            raise self.source.invalid(start, "subsearches are nested too deeply")
        commands: list[Command] = []
        for place, (from_, to) in enumerate(self._cut(start, end)):
            cursor = Cursor(self.source, from_, to)
            if cursor.done:
                if place:
                    raise cursor.invalid("a command is missing here", at=min(from_, len(self.source.text) - 1))
                continue
            commands.append(self._command(cursor, first=not commands and not place, depth=depth))
        if not commands:
            raise self.source.invalid(start, "the search is empty")
        return Pipeline(tuple(commands), start)

    def _cut(self, start: int, end: int) -> list[tuple[int, int]]:
        text = self.source.text
        parts: list[tuple[int, int]] = []
        at, begin, brackets = start, start, list[int]()
        while at < end:
            char = text[at]
            if char == "\\":
                at += 2
                continue
            if char == '"':
                close = closing_quote(text, at, end)
                if close >= end:
                    raise self.source.invalid(at, "this text has no closing quote")
                at = close
            elif char == "[":
                brackets.append(at)
            elif char == "]":
                if not brackets:
                    raise self.source.invalid(at, "this bracket was not opened")
                brackets.pop()
            elif char == "|" and not brackets:
                parts.append((begin, at))
                begin = at + 1
            at += 1
        if brackets:
            raise self.source.invalid(brackets[-1], "this bracket is not closed")
        parts.append((begin, end))
        return parts if self.source.text[begin:end].strip() or len(parts) == 1 else parts[:-1]

    def _command(self, cursor: Cursor, *, first: bool, depth: int) -> Command:
        cursor.space()
        start = cursor.at
        match = cursor.match(_WORD)
        name = match[0].lower() if match else ""
        follows = cursor.text[cursor.at : cursor.at + 1]
        reader = Reader(cursor, lambda begin, end: self.pipeline(begin, end, depth + 1))
        if first:
            known = name in GRAMMARS and (name == "search" or depth > 0 or name in GENERATING)
            if not known or follows in ("=", "*", ".", ":"):
                cursor.at = start
                return GRAMMARS["search"](reader, "search", start)
        if name not in GRAMMARS:
            if not name:
                raise cursor.invalid(f"expected a command, found {cursor.found()}")
            hint = nearest(name, GRAMMARS)
            raise self.source.unsupported(start, f"the command {name!r} is not supported{hint}", len(name))
        command = GRAMMARS[name](reader, name, start)
        cursor.finish()
        return command
