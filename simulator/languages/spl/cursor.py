"""Reading SPL from left to right: words, quoted texts, field names, options."""

from __future__ import annotations

import re

from simulator.errors import InvalidRule, UnsupportedRule
from simulator.languages.spl.source import Source

_SPACE = re.compile(r"\s*")
_OPTION = re.compile(r"([A-Za-z_][\w-]*)\s*=\s*")
_BARE = re.compile(r"[^\s,|()\[\]\"=]+")
_FIELD = re.compile(r"[^\s,|()\[\]\"'=<>!`]+")
_VALUE = re.compile(r"[^\s|\[\],\"]+")


class Cursor:
    """A place in a part of a search. All offsets are in the text of `source`."""

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.text = source.text
        self.at = start
        self.end = end

    def space(self) -> None:
        """Go past white space."""
        found = _SPACE.match(self.text, self.at, self.end)
        assert found is not None
        self.at = found.end()

    @property
    def done(self) -> bool:
        """Whether nothing but white space is left."""
        self.space()
        return self.at >= self.end

    def peek(self, size: int = 1) -> str:
        """The next characters after white space, fewer at the end."""
        self.space()
        return self.text[self.at : min(self.at + size, self.end)]

    def take(self, mark: str) -> bool:
        """Whether the next characters after white space are `mark`; goes past it."""
        if self.peek(len(mark)) != mark:
            return False
        self.at += len(mark)
        return True

    def expect(self, mark: str) -> None:
        """Go past `mark`. Raises InvalidRule where something else stands."""
        if not self.take(mark):
            raise self.invalid(f"expected {mark!r}, found {self.found()}")

    def found(self) -> str:
        """What stands here, for messages."""
        self.space()
        if self.at >= self.end:
            return "the end"
        match = re.compile(r"[\w.]+|.").match(self.text, self.at, self.end)
        return repr(match[0] if match else "")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The pattern's match right here after white space; goes past it."""
        self.space()
        found = pattern.match(self.text, self.at, self.end)
        if found is not None:
            self.at = found.end()
        return found

    def keyword(self, *words: str) -> str:
        """The one of `words` (lower case) that stands here as a whole word in any case, or an empty string."""
        self.space()
        for word in words:
            end = self.at + len(word)
            if self.text[self.at : end].lower() == word and end <= self.end:
                after = self.text[end : end + 1] if end < self.end else ""
                if not (after.isalnum() or after in ("_", ".", ":", "=")):
                    self.at = end
                    return word
        return ""

    def quoted(self) -> str | None:
        """The text in double quotes that begins here, with its escapes resolved, or None. `\\"` is a quote, `\\\\` a
        backslash; any other backslash is itself."""
        raw = self.quoted_raw()
        return None if raw is None else unescaped(raw)

    def quoted_raw(self) -> str | None:
        """As `quoted`, with its escapes as they are written."""
        if self.peek() != '"':
            return None
        start = at = self.at + 1
        while at < self.end:
            if self.text[at] == "\\":
                at += 2
                continue
            if self.text[at] == '"':
                self.at = at + 1
                return self.text[start:at]
            at += 1
        raise self.invalid("this text has no closing quote", at=start - 1)

    def field(self) -> str | None:
        """A field name, bare or in double or single quotes, or None."""
        if self.peek() == '"':
            return self.quoted()
        if self.peek() == "'":
            end = self.text.find("'", self.at + 1, self.end)
            if end < 0:
                raise self.invalid("this field name has no closing quote")
            name = self.text[self.at + 1 : end]
            self.at = end + 1
            return name
        found = self.match(_FIELD)
        return found[0] if found else None

    def need_field(self, what: str = "a field name") -> str:
        """A field name. Raises InvalidRule where there is none."""
        name = self.field()
        if name is None:
            raise self.invalid(f"expected {what}, found {self.found()}")
        return name

    def fields(self, *stops: str) -> list[str]:
        """Field names separated by commas or white space, up to what is none or one of the words `stops`."""
        names: list[str] = []
        while not self.done:
            here = self.at
            if stops and self.keyword(*stops):
                self.at = here
                break
            name = self.field()
            if name is None:
                break
            names.append(name)
            while self.take(","):
                pass
        return names

    def word(self) -> str | None:
        """A bare word, or None."""
        found = self.match(_BARE)
        return found[0] if found else None

    def value(self) -> str:
        """The value of an option: quoted or up to the next white space, comma or bracket."""
        quoted = self.quoted()
        if quoted is not None:
            return quoted
        if self.peek() == "'":
            return self.need_field()
        found = self.match(_VALUE)
        if found is None:
            raise self.invalid(f"expected a value, found {self.found()}")
        return found[0]

    def options(self, *names: str) -> dict[str, str]:
        """Options `name=value` that stand here, of the names given (any if none is given), in lower case."""
        found: dict[str, str] = {}
        while not self.done:
            here = self.at
            match = self.match(_OPTION)
            if match is None or (names and match[1].lower() not in names):
                self.at = here
                break
            found[match[1].lower()] = self.value()
            self.take(",")
        return found

    def block(self) -> tuple[int, int] | None:
        """The inside of the square brackets that begin here, or None."""
        if self.peek() != "[":
            return None
        start, depth, at = self.at + 1, 0, self.at
        while at < self.end:
            char = self.text[at]
            if char == "\\":
                at += 2
                continue
            if char == '"':
                at = closing_quote(self.text, at, self.end)
            elif char == "[":
                depth += 1
            elif char == "]":
                depth -= 1
                if not depth:
                    self.at = at + 1
                    return start, at
            at += 1
        raise self.invalid("this bracket is not closed")

    def rest(self) -> str:
        """All that is left."""
        self.space()
        text = self.text[self.at : self.end]
        self.at = self.end
        return text.strip()

    def finish(self) -> None:
        """Raises InvalidRule unless nothing is left."""
        if not self.done:
            raise self.invalid(f"did not expect {self.found()} here")

    def invalid(self, message: str, at: int | None = None, width: int = 1) -> InvalidRule:
        """An error at `at`, or right here."""
        return self.source.invalid(self.at if at is None else at, message, width)

    def unsupported(self, message: str, at: int | None = None, width: int = 1) -> UnsupportedRule:
        """A construct that cannot run, at `at` or right here."""
        return self.source.unsupported(self.at if at is None else at, message, width)


def unescaped(raw: str) -> str:
    """Quoted text with `\\"` as a quote and `\\\\` as a backslash."""
    return re.sub(r'\\(["\\])', r"\1", raw)


def closing_quote(text: str, start: int, end: int) -> int:
    """Where the quote that opens at `start` closes, or `end`."""
    at = start + 1
    while at < end:
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == '"':
            return at
        at += 1
    return end
