"""Text fields as Elasticsearch's standard analyser cuts them, as regular expressions over the whole text.

Words are runs of letters, digits and `_`; between letters also `.`, `:` and `'` join, between digits `.`, `,`, `;` and
`'` do (Unicode Standard Annex 29, rules WB6, WB7, WB11, WB12); all of it in lower case. A phrase is its words in
order with nothing but breaks between. Source: https://www.elastic.co/docs/reference/text-analysis/analysis-standard-tokenizer.
Ideographs, which the analyser cuts one by one, are taken as letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from simulator.ir import Wild

_TOKEN = re.compile(
    r"(?:(?<=[^\W\d_])[.:'’](?=[^\W\d_])|(?<=\d)[.,;'’](?=\d)|[\w])+",
    re.UNICODE,
)
_START = r"(?<![\p{L}\p{N}\p{M}_])"
_END = r"(?![\p{L}\p{N}\p{M}_])"
_BEFORE = {True: r"(?<!\p{L}[.:'’])", False: r"(?<!\p{Nd}[.,;'’])"}
_AFTER = {True: r"(?![.:'’]\p{L})", False: r"(?![.,;'’]\p{Nd})"}
_ANY = {Wild.ANY: r"[\p{L}\p{N}\p{M}_.:'’]*", Wild.ONE: r"[\p{L}\p{N}\p{M}_.:'’]"}
_JOINERS = {True: ".:'’", False: ".,;'’"}


def words(text: str) -> list[str]:
    """The words of a text."""
    return _TOKEN.findall(text)


def phrase(found: Sequence[str]) -> str:
    """A pattern (flag `i`) for texts in which these words follow each other."""
    made = [_start(found[0])]
    for place, word in enumerate(found):
        if place:
            made.append(_gap(found[place - 1][-1], word[0]))
        made.append(_quoted(word))
    return "".join([*made, _end(found[-1])])


def pattern(parts: Sequence[str | Wild]) -> str | None:
    """A pattern (flag `i`) for texts with a word that matches `parts`; None when no word can."""
    texts = [part for part in parts if isinstance(part, str)]
    if any(re.search(r"[^\w.:'’,;]", text) for text in texts):
        return None
    first, last = parts[0], parts[-1]
    start = _start(first) if isinstance(first, str) else _START
    end = _end(last) if isinstance(last, str) else _END
    return start + "".join(_quoted(part) if isinstance(part, str) else _ANY[part] for part in parts) + end


def _quoted(text: str) -> str:
    return re.sub(r"([\\^$.|?*+()\[\]{}/#\-])", r"\\\1", text)


def _start(word: str) -> str:
    joined = _BEFORE.get(word[0].isalpha()) if word[0] != "_" else None
    return _START + (joined or "")


def _end(word: str) -> str:
    joined = _AFTER.get(word[-1].isalpha()) if word[-1] != "_" else None
    return (joined or "") + _END


def _gap(before: str, after: str) -> str:
    """What may stand between two words: at least one character that is none of a word's, and no lone joiner."""
    outside = r"[^\p{L}\p{N}\p{M}_]"
    if before.isalpha() and after.isalpha():
        joiners = _JOINERS[True]
    elif before.isdigit() and after.isdigit():
        joiners = _JOINERS[False]
    else:
        return outside + "+"
    return rf"(?:{outside}{{2,}}|[^\p{{L}}\p{{N}}\p{{M}}_{joiners}])"
