"""Texts: their characters (code points), case, parts and neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sqlglot import exp

from simulator.engine.functions.model import Function
from simulator.engine.functions.templates import chained, sql
from simulator.engine.text import as_term, fold

LONGEST = 1_000_000
"""Characters that a text may have that is made by repeating."""


def _substring(text: str, start: int, length: int) -> str:
    start, length = max(start, 0), max(length, 0)
    return text[start : start + length]


def _folded(relate: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    return lambda text, part: relate(fold(text), fold(part))


def _repeat(text: str, times: int) -> str | None:
    return text * max(times, 0) if len(text) * times <= LONGEST else None


def _padding(text: str, width: int, fill: str) -> str | None:
    """What has to be added to `text`."""
    lacking = width - len(text)
    if lacking <= 0 or not fill:
        return ""
    return (fill * (lacking // len(fill) + 1))[:lacking] if width <= LONGEST else None


def _pad_start(text: str, width: int, fill: str) -> str | None:
    padding = _padding(text, width, fill)
    return None if padding is None else padding + text


def _pad_end(text: str, width: int, fill: str) -> str | None:
    padding = _padding(text, width, fill)
    return None if padding is None else text + padding


def _replace(text: str, part: str, by: str) -> str | None:
    if not part:
        return text
    return text.replace(part, by) if len(text) + text.count(part) * len(by) <= LONGEST + len(text) else None


_GLOB = re.compile(r"\*+|\?|[^*?]+")


def matches_parts(text: str, parts: Sequence[str], many: str, one: str) -> bool:
    """Whether all of `text` is made of `parts`: texts as they are, `many` (or several) for any text, `one` for one
    character. Takes the first place of what follows a `many`, which is enough; nothing is tried twice, but for runs of
    texts and `one` between two `many`."""
    runs: list[list[str]] = [[]]
    for part in parts:
        if part[0] == many:
            runs.append([])
        else:
            runs[-1].append(part)
    sizes = [sum(map(len, run)) for run in runs]
    if len(runs) == 1:
        return len(text) == sizes[0] and _at(text, 0, runs[0], one)
    end = len(text) - sizes[-1]
    if end < sizes[0] or not _at(text, 0, runs[0], one) or not _at(text, end, runs[-1], one):
        return False
    place = sizes[0]
    for run, size in zip(runs[1:-1], sizes[1:-1], strict=True):
        if len(run) == 1 and run[0] != one:
            place = text.find(run[0], place, end)
        else:
            place = next((at for at in range(place, end - size + 1) if _at(text, at, run, one)), -1)
        if place < 0:
            return False
        place += size
    return True


def _at(text: str, place: int, run: Sequence[str], one: str) -> bool:
    for part in run:
        if part != one and not text.startswith(part, place):
            return False
        place += len(part)
    return True


def _glob(text: str, glob: str) -> bool:
    return matches_parts(text, _GLOB.findall(glob), "*", "?")


def _character(code: int) -> str:
    return chr(code) if 0 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""


_CLAMPED = "CASE WHEN {0} < 0 THEN 0 WHEN {0} > 2147483646 THEN 2147483646 ELSE {0} END"

TEXTS = (
    Function("length", len, sql("length(_0)")),
    Function("byte_length", lambda text: len(text.encode("utf-8", "replace")), sql("strlen(_0)")),
    Function("lower", str.lower),
    Function("upper", str.upper),
    Function("fold", fold),
    Function(
        "concat",
        lambda *texts: "".join(texts),
        lambda args, _kinds, _kind: chained("_0 || _1", args) if args else exp.Literal.string(""),
    ),
    Function(
        "substring",
        _substring,
        sql(f"substring(_0, {_CLAMPED.format('_1')} + 1, {_CLAMPED.format('_2')})"),
    ),
    Function(
        "left",
        lambda text, count: text[: max(count, 0)],
        sql(f"substring(_0, 1, {_CLAMPED.format('_1')})"),
    ),
    Function("right", lambda text, count: text[max(len(text) - max(count, 0), 0) :]),
    Function("equal_folded", _folded(lambda text, part: text == part)),
    Function("contains", lambda text, part: part in text, sql("contains(_0, _1)")),
    Function("contains_folded", _folded(lambda text, part: part in text)),
    Function("starts_with", str.startswith, sql("starts_with(_0, _1)")),
    Function("starts_with_folded", _folded(str.startswith)),
    Function("ends_with", str.endswith, sql("ends_with(_0, _1)")),
    Function("ends_with_folded", _folded(str.endswith)),
    Function("has_term", lambda text, part: as_term(part, text, False)),
    Function("has_term_folded", lambda text, part: as_term(part, text, True)),
    Function("glob_matches", _glob),
    Function("glob_matches_folded", _folded(_glob)),
    Function("index_of", str.find, sql("CASE WHEN _1 = '' THEN 0 * length(_0) ELSE strpos(_0, _1) - 1 END")),
    Function("index_of_from", lambda text, part, start: text.find(part, max(start, 0))),
    Function("last_index_of", str.rfind),
    Function("count_of", lambda text, part: text.count(part) if part else 0),
    Function("replace", _replace),
    Function("split", lambda text, separator: text.split(separator) if separator else [text]),
    Function("split_at_space", str.split),
    Function("join", lambda texts, separator: separator.join(texts)),
    Function("trim", str.strip),
    Function("trim_start", str.lstrip),
    Function("trim_end", str.rstrip),
    Function("trim_space", str.strip),
    Function("trim_space_start", str.lstrip),
    Function("trim_space_end", str.rstrip),
    Function("reverse", lambda text: text[::-1]),
    Function("repeat", _repeat),
    Function("pad_start", _pad_start),
    Function("pad_end", _pad_end),
    Function("to_code_points", lambda text: [ord(char) for char in text]),
    Function("from_code_points", lambda codes: "".join(map(_character, codes))),
)
