"""What a regular expression means: PCRE2's syntax, read into a small tree in which nothing is left to the engine.

Sigma says PCRE, so this is PCRE2 (10.43) on Unicode text in its default mode: `\\d \\w \\s \\b` and POSIX classes are
ASCII, `.` is anything but a line feed, `$` and `\\Z` also stand before a final line feed, `\\v` and `\\h` are classes.
Ignoring case is Unicode simple case folding (`k` also finds the Kelvin sign, `ß` finds `ẞ` but not `ss`), resolved here
into sets of characters, as are flags and escapes: the tree is free of flags, so every engine prints and reads it alike.
Where PCRE2 and Python differ on a line feed at the end, `(?m)^` also stands after it, as in Python and RE2.

Refused, as no rule needs them: recursion, conditionals, branch reset, callouts, verbs, `\\C`, `\\X`.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

from simulator.engine.regex_chars import ANYTHING, CLASSES, DOWN, LINE_FEED, POSIX, Range, both_cases, merged, others
from simulator.engine.regex_tree import Anchor, Around, Back, Chars, Choice, Group, Node, Repeat, Sequence, resolved
from simulator.errors import SparringError

MAX_LENGTH = 65_535
"""Characters in a pattern; PCRE2's own default limit."""
MAX_DEPTH = 150
MAX_REPEAT = 65_535

_HEX = frozenset("0123456789abcdefABCDEF")
_CONTROLS = {"a": 7, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9}
_OCTAL = frozenset("01234567")


class InvalidRegex(SparringError):
    """The pattern breaks the syntax or uses what no engine here can do; the message says what, and where in it."""


@dataclass(frozen=True, slots=True)
class _Flags:
    i: bool = False
    m: bool = False
    s: bool = False
    x: bool = False
    U: bool = False


class _Parser:
    def __init__(self, pattern: str) -> None:
        self.text = pattern
        self.at = 0
        self.depth = 0
        self.groups = 0
        self.names: dict[str, int] = {}
        self.awaited: list[tuple[int, str]] = []

    def fail(self, message: str, at: int | None = None) -> InvalidRegex:
        return InvalidRegex(f"regular expression: {message} at character {(self.at if at is None else at) + 1}")

    def peek(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def take(self, text: str) -> bool:
        if self.peek(text):
            self.at += len(text)
            return True
        return False

    def next(self) -> str:
        if self.at >= len(self.text):
            raise self.fail("it ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def until(self, end: str) -> str:
        stop = self.text.find(end, self.at)
        if stop < 0:
            raise self.fail(f"{end!r} is missing")
        found, self.at = self.text[self.at : stop], stop + len(end)
        return found

    def choice(self, flags: _Flags) -> Node:
        """Alternatives up to the end or a closing parenthesis; flags set in one hold in those after it too."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(f"groups are nested more than {MAX_DEPTH} deep")
        branches: list[Node] = []
        items: list[Node] = []
        while True:
            if self.at >= len(self.text) or self.peek(")"):
                branches.append(Sequence(tuple(items)))
                self.depth -= 1
                return branches[0] if len(branches) == 1 else Choice(tuple(branches))
            if self.take("|"):
                branches.append(Sequence(tuple(items)))
                items = []
            elif flags.x and (self.text[self.at] in " \t\n\v\f\r" or self.peek("#")):
                if self.next() == "#":
                    self.at = (self.text.find("\n", self.at) + 1) or len(self.text)
            elif self.take("(?#"):
                self.until(")")
            elif (changed := self.flag_setting(flags)) is not None:
                flags = changed
            else:
                items.extend(self.repeated(self.atom(flags), flags))

    def flag_setting(self, flags: _Flags) -> _Flags | None:
        """The flags after `(?ims-x)` here, or None when there is no such thing (then nothing is consumed)."""
        start = self.at
        if self.take("(?") and (changed := self.flag_letters(flags)) is not None and self.take(")"):
            return changed
        self.at = start
        return None

    def flag_letters(self, flags: _Flags) -> _Flags | None:
        if self.take("^"):
            flags = _Flags(U=flags.U)
        on = True
        while self.at < len(self.text) and self.text[self.at] not in ":)":
            letter = self.next()
            if letter == "-" and on:
                on = False
            elif letter in "imsxU":
                flags = replace(flags, **{letter: on})
            else:
                return None
        return flags

    def repeated(self, atom: tuple[Node, ...], flags: _Flags) -> tuple[Node, ...]:
        """`atom` with the quantifiers after it; of several nodes (a quoted text) they concern the last."""
        while True:
            while flags.x and self.at < len(self.text) and self.text[self.at] in " \t\n\v\f\r":
                self.at += 1
            start = self.at
            bounds = self.quantifier()
            if bounds is None:
                return atom
            if not atom:
                raise self.fail("nothing to repeat", start)
            mode = "+" if self.take("+") else "?" if self.take("?") else ""
            if flags.U and mode != "+":
                mode = "" if mode else "?"
            if self.at < len(self.text) and self.text[self.at] in "*+?":
                raise self.fail("a repetition of a repetition")
            atom = (*atom[:-1], Repeat(atom[-1], *bounds, mode))

    def quantifier(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(sign):
                return bounds
        start = self.at
        if not self.take("{"):
            return None
        low = self.digits()
        comma = self.take(",")
        high = self.digits() if comma else low
        if not self.take("}") or not (low or high):
            self.at = start
            return None
        least, most = int(low or 0), int(high) if high else None
        if least > MAX_REPEAT or (most or 0) > MAX_REPEAT or (most is not None and most < least):
            raise self.fail("impossible repeat count", start)
        return least, most

    def digits(self) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in "0123456789" and self.at - start < 6:
            self.at += 1
        return self.text[start : self.at]

    def atom(self, flags: _Flags) -> tuple[Node, ...]:
        start = self.at
        char = self.next()
        match char:
            case "(":
                return (self.group(flags),)
            case "[":
                return (self.bracket(flags, start),)
            case ".":
                return (Chars((ANYTHING,)) if flags.s else Chars((LINE_FEED,), negated=True),)
            case "^":
                return (Anchor("^" if flags.m else "A"),)
            case "$":
                return (Anchor("$" if flags.m else "Z"),)
            case "\\":
                return self.escape(flags, start)
            case "*" | "+" | "?":
                raise self.fail("nothing to repeat", start)
            case "{":
                self.at = start
                if self.quantifier() is not None:
                    raise self.fail("nothing to repeat", start)
                self.at = start + 1
        return (self.char(ord(char), flags, start),)

    def char(self, code: int, flags: _Flags, start: int) -> Chars:
        if 0xD800 <= code <= 0xDFFF or code > sys.maxunicode:
            raise self.fail("no such character", start)
        return Chars(merged(both_cases(code, code)) if flags.i else ((code, code),))

    def group(self, flags: _Flags) -> Node:
        start = self.at - 1
        if self.peek("*"):
            raise self.fail("verbs are not supported", start)
        number = 0
        opening = "("
        if self.take("?"):
            opening = next((text for text in ("<=", "<!", "=", "!", ">") if self.take(text)), "")
            if not opening:
                if name := self.name():
                    opening = "("
                    if name in self.names:
                        raise self.fail(f"two groups are called {name!r}", start)
                    self.names[name] = self.groups + 1
                elif self.take("P="):
                    self.awaited.append((start, self.until(")")))
                    return Back(-len(self.awaited), flags.i)
                elif (inner := self.flag_letters(flags)) is not None and self.take(":"):
                    flags = inner
                else:
                    raise self.fail("a kind of group that is not supported", start)
        if opening == "(":
            self.groups += 1
            number = self.groups
        item = self.choice(flags)
        if not self.take(")"):
            raise self.fail("a group that is never closed", start)
        return Group(number, item) if number else Around(f"(?{opening}", item) if opening else item

    def name(self) -> str:
        for begin, end in (("P<", ">"), ("<", ">"), ("'", "'")):
            if self.take(begin):
                name = self.until(end)
                if not name.isidentifier():
                    raise self.fail(f"{name!r} is no group name")
                return name
        return ""

    def escape(self, flags: _Flags, start: int) -> tuple[Node, ...]:
        char = self.next()
        match char:
            case "A" | "z" | "Z" | "b" | "B":
                return (Anchor(char),)
            case "G":
                return (Anchor("A"),)
            case "K" | "E":
                return ()
            case "Q":
                stop = self.text.find("\\E", self.at)
                stop = len(self.text) if stop < 0 else stop
                quoted, self.at = self.text[self.at : stop], min(stop + 2, len(self.text))
                return tuple(self.char(ord(letter), flags, start) for letter in quoted)
            case "N":
                return (Chars((LINE_FEED,), negated=True),)
            case "R":
                pair = Sequence((Chars(((13, 13),)), Chars((LINE_FEED,))))
                return (Around("(?>", Choice((pair, Chars(DOWN)))),)
            case "p" | "P":
                return (Chars((), (self.property(char),)),)
            case "k":
                close = {"<": ">", "'": "'", "{": "}"}.get(self.next())
                if close is None:
                    raise self.fail("a group name is missing", start)
                self.awaited.append((start, self.until(close)))
                return (Back(-len(self.awaited), flags.i),)
            case "g":
                number = self.until("}") if self.take("{") else self.digits()
                if number.startswith("-") and number[1:].isdecimal():
                    number = str(self.groups + 1 - int(number[1:]))
                if not number:
                    raise self.fail("a group number is missing", start)
                self.awaited.append((start, number))
                return (Back(-len(self.awaited), flags.i),)
            case _ if char.lower() in CLASSES:
                return (Chars(CLASSES[char.lower()], negated=char.isupper()),)
            case _ if char in "123456789":
                self.at -= 1
                digits = self.digits()
                if len(digits) == 1 or int(digits) <= self.groups:
                    self.awaited.append((start, digits))
                    return (Back(-len(self.awaited), flags.i),)
                self.at = start + 2
        return (self.char(self.code(char, start), flags, start),)

    def code(self, char: str, start: int) -> int:
        """The code point of a one-character escape whose letter was just read."""
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char in _OCTAL:
            self.at -= 1
            return int(self.some(_OCTAL, 3), 8)
        if char == "c":
            return ord(self.next().upper()) ^ 64
        if char == "x" and self.take("{"):
            digits = self.until("}")
            if not digits or len(digits) > 8 or not _HEX.issuperset(digits):
                raise self.fail("hexadecimal digits are missing", start)
            return int(digits, 16)
        if char == "x":
            return int(self.some(_HEX, 2) or "0", 16)
        if char == "u" and len(digits := self.some(_HEX, 4)) == 4:
            return int(digits, 16)
        if char.isascii() and char.isalnum():
            raise self.fail(f"unknown escape \\{char}", start)
        return ord(char)

    def some(self, alphabet: frozenset[str], most: int) -> str:
        start = self.at
        while self.at < len(self.text) and self.at - start < most and self.text[self.at] in alphabet:
            self.at += 1
        return self.text[start : self.at]

    def property(self, letter: str) -> str:
        name = self.until("}") if self.take("{") else self.next()
        negated = (letter == "P") != name.startswith("^")
        name = name.removeprefix("^")
        if not name.replace("_", "").isalpha() or not name.isascii():
            raise self.fail(f"{name!r} is no Unicode property")
        return f"\\{'P' if negated else 'p'}{{{name}}}"

    def bracket(self, flags: _Flags, start: int) -> Chars:
        negated = self.take("^")
        ranges: list[Range] = []
        properties: list[str] = []
        first = True
        while first or not self.peek("]"):
            first = False
            low = self.member(ranges, properties, start)
            if low is None:
                continue
            high = low
            back = self.at
            if self.take("-"):
                if self.peek("]"):
                    self.at = back
                elif (end := self.member(ranges, properties, start)) is None:
                    ranges.append((45, 45))
                else:
                    high = end
            if high < low:
                raise self.fail("a range that runs backwards", back)
            ranges.extend(both_cases(low, high) if flags.i else ((low, high),))
        self.at += 1
        return Chars(merged(ranges), tuple(properties), negated)

    def member(self, ranges: list[Range], properties: list[str], start: int) -> int | None:
        """The next character in brackets; a class is added to `ranges` or `properties` and gives None."""
        if self.at >= len(self.text):
            raise self.fail("brackets that are never closed", start)
        at = self.at
        char = self.next()
        if char == "[" and self.peek(":") and (stop := self.text.find(":]", self.at)) > 0:
            name = self.text[self.at + 1 : stop]
            if name.removeprefix("^").isalpha():
                found = POSIX.get(name.removeprefix("^"))
                if found is None:
                    raise self.fail(f"{name!r} is no POSIX class", at)
                self.at = stop + 2
                ranges.extend(others(found) if name.startswith("^") else found)
                return None
        if char != "\\":
            return self.char(ord(char), _Flags(), at).ranges[0][0]
        letter = self.next()
        if letter in "pP":
            properties.append(self.property(letter))
            return None
        if letter.lower() in CLASSES:
            found = CLASSES[letter.lower()]
            ranges.extend(others(found) if letter.isupper() else found)
            return None
        if letter == "E":
            return None
        code = 8 if letter == "b" else self.code(letter, at)
        return self.char(code, _Flags(), at).ranges[0][0]


def parse(pattern: str, flags: str = "") -> Node:
    """The tree of `pattern` under `flags` (letters out of `imsx`). Raises InvalidRegex."""
    return parse_named(pattern, flags)[0]


def parse_named(pattern: str, flags: str = "") -> tuple[Node, dict[str, int]]:
    """The tree of `pattern`, and the numbers of its named groups. Raises InvalidRegex."""
    if len(pattern) > MAX_LENGTH:
        raise InvalidRegex(f"regular expression: longer than {MAX_LENGTH} characters")
    if not set(flags) <= set("imsx"):
        raise InvalidRegex(f"regular expression: unknown flags {flags!r}, expected letters out of 'imsx'")
    parser = _Parser(pattern)
    tree = parser.choice(_Flags(**dict.fromkeys(flags, True)))
    if parser.at < len(pattern):
        raise parser.fail("a parenthesis that closes nothing")
    targets = [parser.names.get(name, int(name) if name.isdecimal() else 0) for _, name in parser.awaited]
    for (at, name), target in zip(parser.awaited, targets, strict=True):
        if not 1 <= target <= parser.groups:
            raise parser.fail(f"there is no group {name!r}", at)
    return (resolved(tree, targets) if targets else tree), parser.names
