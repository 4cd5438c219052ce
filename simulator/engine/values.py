"""What a check says of single values: leaves compiled to plain functions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from ahocorasick_rs import AhoCorasick

from simulator.engine.passes import ValueLeaf
from simulator.engine.regexes import Linear, compile_regex
from simulator.engine.text import (
    Network,
    as_term,
    compares,
    fold,
    read_address,
    read_network,
    read_number,
    read_time,
    text_of,
    time_part,
)
from simulator.ir import Case, Cidr, Compare, FieldPair, Glob, Like, Pair, Regex, Term, TimePart, Wild

Test = Callable[[object], bool]
"""Whether a single value (text, number, boolean, time) passes."""
TextTest = Callable[[str], bool]

_MANY = 48
"""From so many contained texts on, one automaton beats looking for each by itself; from so many values on, one call
into Arrow beats searching each."""
_JOINED_LENGTH = 4000
"""Longer patterns are not joined: RE2 keeps to its memory by getting slower."""


class CheckTest:
    """Whether any of `leaves` holds for a value. Raises InvalidRegex and ValueError (a bad network) when made, and
    RegexTimeout when called."""

    def __init__(self, leaves: Sequence[ValueLeaf]) -> None:
        globs = _folded_globs(leaves)
        self.folded = len(globs) == len(leaves)
        self._test: Callable[[Any], bool] = compile_globs(globs) if self.folded else compile_check(leaves)
        self._joined = None if self.folded else _joined_regex(leaves)

    def many(self, values: Sequence[object]) -> Sequence[bool]:
        """What the test says of each value; where it is `folded`, of each value's text under case folding."""
        if self._joined is not None and len(values) >= _MANY and isinstance(values[0], str):
            texts = pa.array(values, pa.large_string())
            return [bool(found) for found in pc.match_substring_regex(texts, self._joined).to_pylist()]
        return list(map(self._test, values))


def _folded_globs(leaves: Sequence[ValueLeaf]) -> list[Glob]:
    return [
        tuple(part if isinstance(part, Wild) else fold(part) for part in leaf.glob)
        for leaf in leaves
        if isinstance(leaf, Like) and leaf.case is Case.FOLD
    ]


def _joined_regex(leaves: Sequence[ValueLeaf]) -> str | None:
    """One pattern for Arrow, which searches a whole array with RE2 at once; None when not all leaves run there."""
    printed = []
    for leaf in leaves:
        matcher = compile_regex(leaf.pattern, leaf.flags) if isinstance(leaf, Regex) else None
        if not isinstance(matcher, Linear):
            return None
        printed.append(f"(?:{matcher.printed})")
    joined = "|".join(printed)
    return joined if len(joined) <= _JOINED_LENGTH else None


def compile_check(leaves: Sequence[ValueLeaf]) -> Test:
    """The test that passes a value when any of `leaves` holds."""
    exact = [leaf.glob for leaf in leaves if isinstance(leaf, Like) and leaf.case is Case.EXACT]
    folded = _folded_globs(leaves)
    tests = [_other(leaf) for leaf in leaves if not isinstance(leaf, Like | Cidr)]
    if networks := [read_network(leaf.network) for leaf in leaves if isinstance(leaf, Cidr)]:
        tests.append(_on_text(_inside_any(networks)))
    if folded:
        tests.insert(0, _on_folded(compile_globs(folded)))
    if exact:
        tests.insert(0, _on_text(compile_globs(exact)))
    return tests[0] if len(tests) == 1 else lambda value: any(test(value) for test in tests)


def compile_pair(pair: FieldPair) -> Callable[[object, object], bool]:
    """Whether the texts of two values relate as `pair` says."""
    relate: Callable[[str, str], bool]
    match pair.relation:
        case Pair.EQUALS:
            relate = str.__eq__
        case Pair.CONTAINS:
            relate = str.__contains__
        case Pair.STARTS:
            relate = str.startswith
        case Pair.ENDS:
            relate = str.endswith
    if pair.case is Case.FOLD:
        return lambda left, right: relate(fold(text_of(left)), fold(text_of(right)))
    return lambda left, right: relate(text_of(left), text_of(right))


def compile_globs(globs: Sequence[Glob]) -> TextTest:
    """The test that passes a text when any of `globs` matches all of it, character by character."""
    wholes: set[str] = set()
    heads: list[str] = []
    tails: list[str] = []
    inners: list[str] = []
    tests: list[TextTest] = []
    for glob in globs:
        match glob:
            case ():
                wholes.add("")
            case (str(text),):
                wholes.add(text)
            case (str(text), Wild.ANY):
                heads.append(text)
            case (Wild.ANY, str(text)):
                tails.append(text)
            case (Wild.ANY, str(text), Wild.ANY):
                inners.append(text)
            case _:
                tests.append(_pattern(glob))
    if wholes:
        tests.append(wholes.__contains__)
    if heads:
        tests.append(_starts(tuple(heads)))
    if tails:
        tests.append(_ends(tuple(tails)))
    if inners:
        tests.append(_contains(inners))
    return tests[0] if len(tests) == 1 else lambda text: any(test(text) for test in tests)


def _starts(heads: tuple[str, ...]) -> TextTest:
    return lambda text: text.startswith(heads)


def _ends(tails: tuple[str, ...]) -> TextTest:
    return lambda text: text.endswith(tails)


def _contains(inners: list[str]) -> TextTest:
    if len(inners) == 1:
        only = inners[0]
        return lambda text: only in text
    if len(inners) < _MANY:
        return lambda text: any(inner in text for inner in inners)
    automaton = AhoCorasick(inners)
    return lambda text: bool(automaton.find_matches_as_indexes(text))


def _pattern(glob: Glob) -> TextTest:
    """A glob of several parts. Each stretch between two `*` is looked for once, leftmost first: no backtracking."""
    stretches = [
        "".join("." if part is Wild.ONE else re.escape(str(part)) for part in group)
        for is_any, group in groupby(glob, lambda part: part is Wild.ANY)
        if not is_any
    ]
    if Wild.ANY not in glob:
        whole = re.compile("".join(stretches), re.DOTALL)
        return lambda text: whole.fullmatch(text) is not None
    first = re.compile(stretches.pop(0), re.DOTALL) if glob[0] is not Wild.ANY else None
    last, width = None, 0
    if glob[-1] is not Wild.ANY:
        last = re.compile(stretches.pop(), re.DOTALL)
        ending = list(reversed(glob))
        width = sum(1 if part is Wild.ONE else len(str(part)) for part in ending[: ending.index(Wild.ANY)])
    middle = [re.compile(stretch, re.DOTALL) for stretch in stretches]

    def test(text: str) -> bool:
        position, end = 0, len(text)
        if first is not None:
            if (found := first.match(text)) is None:
                return False
            position = found.end()
        if last is not None:
            end -= width
            if end < position or last.match(text, end) is None:
                return False
        for stretch in middle:
            if (found := stretch.search(text, position, end)) is None:
                return False
            position = found.end()
        return True

    return test


def _on_folded(test: TextTest) -> Test:
    return lambda value: test((value if isinstance(value, str) else text_of(value)).casefold())


def _on_text(test: TextTest) -> Test:
    return lambda value: test(value if isinstance(value, str) else text_of(value))


def _inside_any(networks: Sequence[Network]) -> TextTest:
    """Whether a text is an address in one of `networks`: ranges of numbers in order, and the common spelling of IPv4
    read by hand, ten times as fast as `ipaddress` does it."""
    ranges = {4: _ranges(networks, 4), 6: _ranges(networks, 6)}

    def test(text: str) -> bool:
        octets = text.split(".")
        try:
            a, b, c, d = octets
            version, number = 4, _OCTETS[a] << 24 | _OCTETS[b] << 16 | _OCTETS[c] << 8 | _OCTETS[d]
        except (ValueError, KeyError):
            if (address := read_address(text)) is None:
                return False
            version, number = address.version, int(address)
        firsts, lasts = ranges[version]
        place = bisect_right(firsts, number) - 1
        return place >= 0 and number <= lasts[place]

    return test


_OCTETS = {str(number): number for number in range(256)}


def _ranges(networks: Sequence[Network], version: int) -> tuple[list[int], list[int]]:
    """First and last addresses of the networks of one version, in order, those inside others left out."""
    pairs = sorted(
        (int(network.network_address), -int(network.broadcast_address))
        for network in networks
        if network.version == version
    )
    firsts: list[int] = []
    lasts: list[int] = []
    for first, negative_last in pairs:
        if not lasts or -negative_last > lasts[-1]:
            firsts.append(first)
            lasts.append(-negative_last)
    return firsts, lasts


def _other(leaf: Regex | Compare | TimePart | Term) -> Test:
    match leaf:
        case Regex(_, pattern, flags):
            return _on_text(compile_regex(pattern, flags).search)
        case Compare(_, op, wanted):

            def compare(value: object) -> bool:
                number = read_number(value)
                return number is not None and compares(number, op, wanted)

            return compare
        case Term(_, text, case, start, end):
            return _on_text(lambda value: as_term(text, value, case is Case.FOLD, start, end))
        case TimePart(_, unit, op, part):

            def compare_part(value: object) -> bool:
                when = read_time(value)
                return when is not None and compares(time_part(when, unit), op, part)

            return compare_part
