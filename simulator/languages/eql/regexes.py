"""Lucene's regular expressions in PCRE2's syntax.

They match whole values, `.` is any character, `^` and `$` are plain characters, `@` is any text, `#` none at all,
`"…"` literal text; `~` (complement), `&` (intersection) and `<1-9>` (numbers) have no counterpart.
Source: https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax.
"""

from __future__ import annotations

_CLASSES = frozenset("dDsSwW")
_QUOTE = frozenset('\\^$.|?*+()[]{}/-#@&~<>"')


class Unwritable(ValueError):
    """A pattern that cannot be said, or is none; `at` is the place in it. `valid` says that Lucene would take it."""

    def __init__(self, at: int, message: str, *, valid: bool = False) -> None:
        super().__init__(message)
        self.at = at
        self.message = message
        self.valid = valid


def to_pcre(pattern: str) -> str:
    """The same in PCRE2's syntax, for whole values (flag `s` is to be set). Raises Unwritable."""
    made: list[str] = []
    at = 0
    opened: list[int] = []
    atom, repeated = -1, False  # where in `made` the last thing begins that can be repeated, and whether it was
    while at < len(pattern):
        char = pattern[at]
        if char not in "*+?{()|":
            atom, repeated = len(made), False
        match char:
            case "\\":
                at += 1
                if at >= len(pattern):
                    raise Unwritable(at - 1, "the pattern ends with a backslash")
                made.append(_escaped(pattern[at]))
            case "[":
                at, written = _char_class(pattern, at)
                made.append(written)
            case '"':
                end = pattern.find('"', at + 1)
                if end < 0:
                    raise Unwritable(at, 'the quotation opened by `"` does not end')
                made.append("(?:" + "".join(map(_literal, pattern[at + 1 : end])) + ")")
                at = end
            case "@":
                made.append(".*")
            case "#":
                made.append("(?!)")
            case "~":
                raise Unwritable(at, "`~` (complement) in a regular expression", valid=True)
            case "&":
                raise Unwritable(at, "`&` (intersection) in a regular expression", valid=True)
            case "<":
                raise Unwritable(at, "`<…>` (a range of numbers) in a regular expression", valid=True)
            case "(":
                opened.append(len(made))
                atom = -1
                made.append("(?:")
                if pattern.startswith("?", at + 1):
                    raise Unwritable(at, "`(?` is not part of Lucene's regular expressions")
            case ")":
                if not opened:
                    raise Unwritable(at, "`)` without `(`")
                atom, repeated = opened.pop(), False
                made.append(")")
            case "*" | "+" | "?" | "{":
                if atom < 0:
                    raise Unwritable(at, f"nothing stands before `{char}`")
                if repeated:  # `a*+` repeats `a*`; PCRE2 would read it as something else
                    made[atom:] = ["(?:", *made[atom:], ")"]
                at, written = _repeat(pattern, at)
                made.append(written)
                repeated = True
            case "|":
                atom = -1
                made.append(char)
            case ".":
                made.append(char)
            case _:
                made.append(_literal(char))
        at += 1
    if opened:
        raise Unwritable(len(pattern) - 1, "`(` without `)`")
    return rf"\A(?:{''.join(made)})\z"


def _repeat(pattern: str, at: int) -> tuple[int, str]:
    if pattern[at] != "{":
        return at, pattern[at]
    end = pattern.find("}", at)
    body = pattern[at + 1 : end] if end > 0 else ""
    low, comma, high = body.partition(",")
    if not low.isdigit() or not (high.isdigit() or high == ""):
        raise Unwritable(at, "expected {n}, {n,} or {n,m}")
    return end, f"{{{low}{comma}{high}}}"


def _escaped(char: str) -> str:
    return f"\\{char}" if char in _CLASSES else _literal(char)


def _literal(char: str) -> str:
    return f"\\{char}" if char in _QUOTE else char


def _char_class(pattern: str, start: int) -> tuple[int, str]:
    """A bracket expression: where it ends, and how it is written. No bracket is special inside it but the last."""
    at = start + 1
    made = ["["]
    if pattern.startswith("^", at):
        made.append("^")
        at += 1
    first = True
    while at < len(pattern):
        char = pattern[at]
        if char == "]" and not first:
            return at, "".join(made) + "]"
        if char == "\\":
            at += 1
            if at >= len(pattern):
                break
            made.append(f"\\{pattern[at]}" if pattern[at] in _CLASSES or pattern[at] in "\\]^-[" else pattern[at])
        elif char == "-":
            made.append("-" if not first and at + 1 < len(pattern) and pattern[at + 1] != "]" else "\\-")
        else:
            made.append(f"\\{char}" if char in "[]^" else char)
        first = False
        at += 1
    raise Unwritable(start, "`[` without `]`")
