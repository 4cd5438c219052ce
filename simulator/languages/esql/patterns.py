"""ES|QL's text patterns: LIKE as globs, RLIKE (Lucene's regular expressions) and Java's as PCRE.

Sources: https://www.elastic.co/docs/reference/query-languages/esql/functions-operators/operators (LIKE, RLIKE),
https://www.elastic.co/docs/reference/query-languages/query-dsl/regexp-syntax (Lucene's syntax).
"""

from __future__ import annotations

import re

from simulator.ir import Glob, Wild


def like_glob(pattern: str) -> Glob:
    """`*` is any text, `?` one character; a backslash makes the next character plain."""
    parts, at = list[str | Wild](), 0
    while at < len(pattern):
        one = pattern[at]
        part: str | Wild = one
        if one == "\\" and at + 1 < len(pattern):
            at += 1
            part = pattern[at]
        elif one == "*":
            part = Wild.ANY
        elif one == "?":
            part = Wild.ONE
        at += 1
        last = parts[-1] if parts else None
        if isinstance(part, str) and isinstance(last, str):
            parts[-1] = last + part
        elif not (part is Wild.ANY and last is Wild.ANY):
            parts.append(part)
    return tuple(parts)


def glob_text(glob: Glob) -> str | None:
    """The text that a glob without wildcards stands for."""
    if not glob:
        return ""
    return glob[0] if len(glob) == 1 and isinstance(glob[0], str) else None


_PLAIN = re.compile(r"[A-Za-z0-9_ ]")


class LuceneError(ValueError):
    """A regular expression that Lucene would not take; `at` is the place in it."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at


def lucene_regex(pattern: str) -> str:
    """Lucene's regular expression as PCRE for the whole text. ES|QL switches all of Lucene's optional operators on that
    have a meaning for text: `~` (complement), `&` (intersection) and `<1-9>` are refused, `#` is the empty language,
    `@` any text. The rest: `.` is any character (line breaks too), no anchors, no lazy or possessive quantifiers, no
    look-around; `\\d \\w \\s` and their capitals are classes, any other escaped character stands for itself."""
    out, at, depth = list[str](), 0, 0
    while at < len(pattern):
        one = pattern[at]
        if one == "\\":
            if at + 1 == len(pattern):
                raise LuceneError(at, "ends with a backslash")
            out.append(_escaped(pattern[at + 1]))
            at += 2
        elif one == "[":
            text, at = _class(pattern, at)
            out.append(text)
        elif one == '"':
            end = pattern.find('"', at + 1)
            if end < 0:
                raise LuceneError(at, 'has a " without its other half')
            out.append(f"(?:{re.escape(pattern[at + 1 : end])})")
            at = end + 1
        elif one in "~&<":
            raise LuceneError(at, f"uses Lucene's operator {one!r}")
        elif one in "^$":
            out.append("\\" + one)
            at += 1
        elif one == "@":
            out.append(".*")
            at += 1
        elif one == "#":
            out.append("(?!)")
            at += 1
        elif one == "(":
            depth += 1
            out.append("(?:)" if pattern.startswith("()", at) else "(?:")
            at += 2 if out[-1] == "(?:)" else 1
            depth -= out[-1] == "(?:)"
        else:
            depth -= one == ")"
            if depth < 0:
                raise LuceneError(at, "has a closing bracket too many")
            if one in "?*+" and out and out[-1] in ("*", "+", "?"):
                out[-1] = _twice(out, one)
            else:
                out.append(one if one in ".|?*+(){}," or _PLAIN.match(one) else re.escape(one))
            at += 1
    if depth:
        raise LuceneError(len(pattern), "has an opening bracket too many")
    return f"^(?:{''.join(out)})\\z"


def _twice(out: list[str], one: str) -> str:
    """Quantifiers one after the other: in Lucene the second repeats the first, it is not lazy or possessive."""
    return "*" if "*" in (out[-1], one) or out[-1] != one else one


def _escaped(one: str) -> str:
    return f"\\{one}" if one in "dDwWsS" or not _PLAIN.match(one) else re.escape(one)


def _class(pattern: str, at: int) -> tuple[str, int]:
    end = at + 1
    negated = pattern.startswith("^", end)
    end += negated
    parts = list[str]()
    while True:
        if end >= len(pattern):
            raise LuceneError(at, "has a class without its closing bracket")
        one = pattern[end]
        if one == "]" and parts:
            break
        if one == "\\" and end + 1 < len(pattern):
            parts.append(_escaped(pattern[end + 1]))
            end += 2
        elif one == "-" and parts and pattern[end + 1 : end + 2] not in ("]", ""):
            parts.append("-")
            end += 1
        else:
            parts.append(one if _PLAIN.match(one) else f"\\{one}" if ord(one) < 128 else one)
            end += 1
    return f"[{'^' if negated else ''}{''.join(parts)}]", end + 1
