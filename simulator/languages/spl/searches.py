"""Search expressions: the conditions of the `search` command and of the `where` of `tstats`.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Search: what is in parentheses first, then
NOT, then OR, then AND, which need not be written.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.languages.spl.ast import All, Any, Comparison, Inner, Negated, Pipeline, Search, Words
from simulator.languages.spl.cursor import Cursor, unescaped

ParseInner = Callable[[int, int], Pipeline]

_OP = re.compile(r"\s*(!=|<=|>=|==|=|<|>)")
_FIELD = re.compile(r"[^\s,|()\[\]\"'=<>!`]+")
_VALUE = re.compile(r'(?:\\"|[^\s|()\[\],"])+')
_LONE = re.compile(r"[^\s|()\[\]\",]+")
_DIRECTIVE = re.compile(r"(TERM|CASE|PREFIX)\s*\(", re.IGNORECASE)
_IN = re.compile(r"\s+IN\s*(?=\()", re.IGNORECASE)
MAX_DEPTH = 100


class Searching:
    """Reads one search expression. `stops` are words (lower case) that end it."""

    def __init__(self, cursor: Cursor, inner: ParseInner, stops: tuple[str, ...] = ()) -> None:
        self.cursor = cursor
        self.inner = inner
        self.stops = stops
        self.depth = 0

    def expression(self) -> Search:
        """Terms joined by AND, written or not."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.cursor.invalid("this search is nested too deeply")
        items: list[Search] = []
        while not self._over():
            if self.cursor.keyword("and") or self.cursor.take(","):
                continue
            items.append(self._either())
        self.depth -= 1
        return items[0] if len(items) == 1 else All(tuple(items))

    def _over(self) -> bool:
        if self.cursor.done or self.cursor.peek() == ")":
            return True
        here = self.cursor.at
        stopped = bool(self.stops and self.depth == 1 and self.cursor.keyword(*self.stops))
        self.cursor.at = here
        return stopped

    def _either(self) -> Search:
        items = [self._term()]
        while not self._over() and self.cursor.keyword("or"):
            items.append(self._term())
        return items[0] if len(items) == 1 else Any(tuple(items))

    def _term(self) -> Search:
        cursor = self.cursor
        if cursor.keyword("not"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise cursor.invalid("this search is nested too deeply")
            item = self._term()
            self.depth -= 1
            return Negated(item)
        if cursor.take("("):
            stops, self.stops = self.stops, ()
            found = self.expression()
            self.stops = stops
            cursor.expect(")")
            return found
        cursor.space()
        start = cursor.at
        if block := cursor.block():
            return Inner(self.inner(*block), start)
        if directive := cursor.match(_DIRECTIVE):
            end = cursor.text.find(")", cursor.at, cursor.end)
            if end < 0:
                raise cursor.invalid("this parenthesis is not closed", at=cursor.at - 1)
            text = cursor.text[cursor.at : end].strip().strip('"')
            cursor.at = end + 1
            return Words(text, start, exact=directive[1].upper() == "CASE")
        return self._comparison(start)

    def _comparison(self, start: int) -> Search:
        cursor = self.cursor
        if cursor.peek() in ('"', "'"):
            raw = cursor.quoted_raw()
            name: str = cursor.need_field() if raw is None else unescaped(raw)
            quoted = True
        else:
            match = cursor.match(_FIELD)
            if match is None:
                raise cursor.invalid(f"expected a search term, found {cursor.found()}")
            name, quoted = match[0], False
        if (values := self._values(name, start)) is not None:
            return values
        after = _OP.match(cursor.text, cursor.at, cursor.end)
        if after is None:
            if not quoted:
                cursor.at = start
                lone = cursor.match(_LONE)
                name = lone[0] if lone else name
            return Words(name, start)
        cursor.at = after.end()
        return Comparison(name, "=" if after[1] == "==" else after[1], self._value(), start)

    def _values(self, name: str, start: int) -> Search | None:
        """`name IN (value, …)`, if that is what stands here."""
        cursor = self.cursor
        found = _IN.match(cursor.text, cursor.at, cursor.end)
        if found is None:
            return None
        cursor.at = found.end() + 1
        items: list[Search] = []
        while not cursor.take(")"):
            if cursor.done:
                raise cursor.invalid("this list of values is not closed", at=found.end())
            if cursor.take(","):
                continue
            here = cursor.at
            items.append(Comparison(name, "=", self._value(), here))
        if not items:
            raise cursor.invalid("a list of values must have one", at=found.end())
        return Any(tuple(items))

    def _value(self) -> str:
        cursor = self.cursor
        if cursor.peek() == '"':
            raw = cursor.quoted_raw()
            assert raw is not None
            return _value(raw)
        match = cursor.match(_VALUE)
        if match is None:
            if cursor.done or cursor.peek() in ")":
                return ""
            raise cursor.invalid(f"expected a value, found {cursor.found()}")
        found = match[0]
        if cursor.at < cursor.end and cursor.text[cursor.at] == '"':
            # A bare value that runs on into a quoted text: `a"b c"`.
            raw = cursor.quoted_raw()
            return _value(found) + _value(raw or "")
        return _value(found)


def _value(raw: str) -> str:
    """A value with `\\\\` as a backslash and `\\"` as a quote. An asterisk is a wildcard even after a backslash."""
    return unescaped(raw)
