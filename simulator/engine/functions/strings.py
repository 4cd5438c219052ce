"""Texts as Kusto looks at them: words, pieces, groups of regular expressions, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any

from simulator.engine.functions.json_ import read, write
from simulator.engine.functions.model import Function
from simulator.engine.regex_find import compile_finder
from simulator.engine.regexes import InvalidRegex
from simulator.engine.text import as_term, inside, read_address, read_network


def _word(start: bool, end: bool) -> Callable[[str, str], bool]:
    """Whether a text has a word: at its edges that are letters or digits it must not go on."""

    def run(text: str, word: str) -> bool:
        return not word or as_term(word, text, False, start and word[0].isalnum(), end and word[-1].isalnum())

    return run


@lru_cache(maxsize=256)
def _listed(words: str) -> tuple[str, ...]:
    """The words of an array, folded; the same array is asked for row after row."""
    found = read(words)
    items = found if isinstance(found, list) else [found] if isinstance(found, str) else []
    flat = [inner for item in items for inner in (item if isinstance(item, list) else [item])]
    return tuple(str(item).casefold() for item in flat if item is not None)


_HAS = _word(True, True)


def _words(text: str, words: str) -> Iterator[bool]:
    folded = text.casefold()
    return (word in folded and _HAS(folded, word) for word in _listed(words))


def _any_index(text: str, words: str) -> int:
    return next((place for place, one in enumerate(_words(text, words)) if one), -1)


def _valid(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, null for what is no pattern."""

    def run(*args: Any) -> Any:
        try:
            return function(*args)
        except InvalidRegex:
            return None

    return run


def _groups(text: str, pattern: str) -> str | None:
    found = compile_finder(pattern, "").first(text)
    return None if found is None else write([group or "" for group in found.groups[1:]])


def _extract_groups(text: str, pattern: str, groups: str) -> str | None:
    """One group: an array of its texts; several: an array of arrays. Without groups in the pattern the whole match."""
    finder = compile_finder(pattern, "")
    wanted = read(groups)
    if isinstance(wanted, list) and wanted:
        places = [one if isinstance(one, int) else finder.names.get(str(one), -1) for one in wanted]
    else:
        places = list(range(1, finder.groups + 1)) or [0]
    places = [place for place in places if 0 <= place <= finder.groups]
    rows = [[found.groups[place] or "" for place in places] for found in finder.matches(text)]
    if not rows or not places:
        return None
    return write([row[0] for row in rows] if len(places) == 1 else rows)


def _trim(start: bool) -> Callable[[str, str], str]:
    def run(text: str, pattern: str) -> str:
        anchored = rf"\A(?:{pattern})" if start else rf"(?:{pattern})\z"
        found = compile_finder(anchored, "").first(text)
        if found is None or not found.groups[0]:
            return text
        size = len(found.groups[0])
        return text[size:] if start else text[:-size]

    return run


def _regex_index(text: str, pattern: str) -> int:
    found = compile_finder(pattern, "").first(text)
    return -1 if found is None else len(found.before)


def _substring(text: str, start: int, length: int) -> str:
    start = max(start + len(text), 0) if start < 0 else start
    return text[start : start + max(length, 0)]


def _index(text: str, part: str, start: int, length: int, which: int) -> int | None:
    if which == 0 or start > len(text):
        return -1 if start > len(text) else None
    start = max(start + len(text), 0) if start < 0 else start
    end = len(text) if length < 0 else min(start + length, len(text))
    places: list[int] = []
    at = text.find(part, start, end)
    while at >= 0 and len(places) < max(which, 1_000_000 if which < 0 else which):
        places.append(at)
        at = text.find(part, at + 1, end)
    if which < 0:
        return places[which] if -which <= len(places) else -1
    return places[which - 1] if which <= len(places) else -1


def _replace_texts(text: str, parts: str, by: str) -> str | None:
    old, new = read(parts), read(by)
    if not isinstance(old, list):
        return None
    for place, part in enumerate(old):
        one = new[place] if isinstance(new, list) and place < len(new) else new if isinstance(new, str) else ""
        text = text.replace(str(part), str(one)) if part else text
    return text


def _translate(searched: str, by: str, text: str) -> str:
    """Characters of `searched` become those at the same place of `by`, whose last stands for all further ones."""
    if not searched:
        return text
    table = {ord(sign): (by[min(place, len(by) - 1)] if by else None) for place, sign in enumerate(searched)}
    return text.translate(table)


def _repeat(text: str, count: int, between: str) -> str | None:
    return between.join([text] * count) if count >= 0 and count * (len(text) + len(between)) <= 1_000_000 else None


def _code_points_text(points: str) -> str | None:
    found = read(points)
    if not isinstance(found, list):
        return None
    return "".join(
        chr(one) for one in found if isinstance(one, int) and 0 <= one < 0x110000 and not 0xD800 <= one < 0xE000
    )


def _in_any(text: str, networks: str) -> bool | None:
    found = read(networks)
    flat = (
        [inner for item in found for inner in (item if isinstance(item, list) else [item])]
        if isinstance(found, list)
        else []
    )
    if read_address(text) is None:
        return None
    for one in flat:
        try:
            if inside(text, read_network(str(one))):
                return True
        except ValueError:
            continue
    return False


def _prefixed(text: str, suffix: int) -> tuple[int, int] | None:
    """An address, or the network it may be given with, as its first bits; both of version 6."""
    address, _, given = text.strip().partition("/")
    found = read_address(address)
    if found is None:
        return None
    width = 32 if found.version == 4 else 128
    bits = min(int(given) if given.isdigit() else width, suffix if width == 128 or suffix <= 32 else 32, width)
    return (int(found) >> (width - bits) << (width - bits)) + (0 if width == 128 else 0xFFFF << 32), bits


def _compare(left: str, right: str, suffix: int) -> int | None:
    one, other = _prefixed(left, suffix), _prefixed(right, suffix)
    if one is None or other is None:
        return None
    bits = min(one[1], other[1], suffix)
    first, second = (_prefixed(text, bits) for text in (left, right))
    assert first is not None
    assert second is not None
    return (first[0] > second[0]) - (first[0] < second[0])


def _match(left: str, right: str, suffix: int) -> bool | None:
    found = _compare(left, right, suffix)
    return None if found is None else found == 0


def _written_out(address: int) -> str:
    """An IPv6 address with all its digits; by hand, since Python 3.13 and later end mapped ones in decimals."""
    digits = f"{address:032x}"
    return ":".join(digits[place : place + 4] for place in range(0, 32, 4))


def _full_six(text: str) -> str | None:
    """All eight groups written out; a version 4 address as one of version 6."""
    found = read_address(text.partition("/")[0])
    if found is None:
        return None
    if found.version == 4:
        found = ip_address(f"::ffff:{found}")
    return _written_out(int(found))


def _network_six(text: str, bits: int) -> str | None:
    found = _full_six(text)
    if found is None or not 0 <= bits <= 128:
        return None
    whole = int(IPv6Address(found))
    return _written_out(whole >> (128 - bits) << (128 - bits))


def _number_of_network(text: str, bits: int) -> int | None:
    found = read_address(text.partition("/")[0])
    if found is None or found.version != 4 or not 0 <= bits <= 32:
        return None
    return int(found) >> (32 - bits) << (32 - bits)


def _suffix(text: str) -> int | None:
    address, slash, bits = text.partition("/")
    found = read_address(address)
    if found is None or found.version != 4:
        return None
    return (int(bits) if bits.isdigit() and int(bits) <= 32 else None) if slash else 32


_IP = re.compile(r"(?<![0-9A-Za-z.])(?:\d{1,3}\.){3}\d{1,3}(?![0-9A-Za-z]|\.\d)")


def _has_ip(text: str, wanted: str) -> bool:
    found = read(wanted)
    there = {str(read_address(one)) for one in _IP.findall(text) if read_address(one) is not None}
    return any(str(read_address(str(one))) in there for one in found) if isinstance(found, list) else False


def _has_ip_prefix(text: str, wanted: str) -> bool:
    found = read(wanted)
    there = [one for one in _IP.findall(text) if read_address(one) is not None]
    return any(one.startswith(str(start)) for one in there for start in found) if isinstance(found, list) else False


STRINGS = (
    Function("has_word", _word(True, True)),
    Function("has_word_prefix", _word(True, False)),
    Function("has_word_suffix", _word(False, True)),
    Function("has_any_word", lambda text, words: any(_words(text, words))),
    Function("has_all_words", lambda text, words: all(_words(text, words))),
    Function("has_any_index", _any_index),
    Function("null_if_empty", lambda text: text or None),
    Function("regex_groups", _valid(_groups)),
    Function("regex_extract_groups", _valid(_extract_groups)),
    Function("regex_index", _valid(_regex_index)),
    Function("regex_quote", re.escape),
    Function("trim_regex_start", _valid(_trim(True))),
    Function("trim_regex_end", _valid(_trim(False))),
    Function("substring_either_end", _substring),
    Function("text_index", _index),
    Function("replace_texts", _replace_texts),
    Function("translate", _translate),
    Function("repeat_text", _repeat),
    Function("compare_texts", lambda left, right: (left > right) - (left < right)),
    Function("is_ascii", str.isascii),
    Function("text_of_code_points", _code_points_text),
    Function("ip_in_any", _in_any),
    Function("ip_compare", _compare),
    Function("ip_match", _match),
    Function("ip_full_version_6", _full_six),
    Function("ip_network_version_6", _network_six),
    Function("ip_number_of_network", _number_of_network),
    Function("ip_suffix", _suffix),
    Function("has_ip", _has_ip),
    Function("has_ip_prefix", _has_ip_prefix),
)
