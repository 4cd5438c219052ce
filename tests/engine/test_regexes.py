"""Regular expressions mean what PCRE means by them, on either engine, and never hang."""

from __future__ import annotations

import re
import sys
import time
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.engine.regex_chars import both_cases
from simulator.engine.regex_syntax import MAX_DEPTH, MAX_LENGTH, parse
from simulator.engine.regexes import (
    SEARCH_SECONDS,
    InvalidRegex,
    RegexTimeout,
    backtracking_matcher,
    compile_regex,
    linear_matcher,
    literals_required,
)
from simulator.engine.text import fold

MEANING = [
    # pattern, flags, texts that match, texts that do not
    ("a", "", ["a", "xax"], ["", "A"]),
    ("", "", ["", "x"], []),
    ("a$", "", ["a", "a\n", "ba\n"], ["a\nb", "a\n\n", "a\r\n"]),
    (r"a\Z", "", ["a", "a\n"], ["a\nb"]),
    (r"a\z", "", ["a"], ["a\n"]),
    ("(?m)a$", "", ["a", "a\nb"], ["ab"]),
    ("a$|b", "", ["a\n", "bc"], ["ac"]),
    ("(a$)?b", "", ["b"], ["a"]),
    ("^a", "", ["ab"], ["b\na"]),
    ("^a", "m", ["b\na"], ["ba"]),
    (r"\Aa", "m", ["ab"], ["b\na"]),
    ("a.b", "", ["a b", "a\rb", "a\u2028b"], ["a\nb", "ab"]),
    ("a.b", "s", ["a\nb"], ["ab"]),
    (r"a\Nb", "s", ["a b"], ["a\nb"]),
    (r"^\d+$", "", ["12"], ["٣", ""]),
    (r"^\w$", "", ["a", "_", "7"], ["é", "ß", "-"]),
    (r"^\W$", "", ["é", "-"], ["a"]),
    (r"^\s$", "", [" ", "\t", "\v", "\f", "\r"], ["\u00a0", "x"]),
    (r"^[\s]$", "", ["\v"], ["\u00a0"]),
    (r"^\S\z", "", ["\u00a0", "x"], ["\v", "\n"]),
    (r"^[^\S]$", "", [" "], ["x"]),
    (r"^\h\z", "", ["\u00a0", "\t"], ["\n"]),
    (r"^\v\z", "", ["\n", "\u2028", "\x85"], ["\t"]),
    (r"^\R\z", "", ["\r\n", "\n", "\x85"], ["x", "\n\r"]),
    (r"\bé", "", ["aé"], ["é", " é"]),
    (r"\ba\b", "", ["a", "é a!"], ["ab"]),
    (r"\B", "", ["ab", "é", ""], ["1ß1"]),
    (r"^[[:alpha:]]+$", "", ["aZ"], ["é", "1"]),
    (r"^[[:^digit:]x]+$", "", ["é", "x"], ["1"]),
    (r"^\p{Lu}$", "", ["A", "É"], ["a"]),
    (r"^\P{Lu}\z", "", ["a"], ["A"]),
    (r"^[\p{Lu}1]$", "", ["É", "1"], ["2"]),
    ("k", "i", ["K", "\u212a"], []),
    ("[a-z]", "i", ["\u017f", "\u212a", "Q"], ["1", "é"]),
    ("^i$", "i", ["I"], ["İ", "ı"]),
    ("^ß$", "i", ["ẞ", "ß"], ["ss", "SS"]),
    ("^σ+$", "i", ["Σςσ"], ["s"]),
    ("^[^k]$", "i", ["x"], ["\u212a", "K"]),
    ("^[à-é]$", "i", ["É", "á"], ["e"]),
    ("a(?i)b|c", "", ["aB", "C"], ["AB"]),
    ("(a(?i)b)c", "", ["aBc"], ["aBC"]),
    ("(?i:a)b", "", ["Ab"], ["AB"]),
    ("(?i)a(?-i)b", "", ["Ab"], ["AB"]),
    ("(?s).(?-s).", "", ["\na"], ["\n\n"]),
    ("(?x) a b # c\n d", "", ["abd"], ["a b d"]),
    (r"(?x)a\ b[ ]c", "", ["a b c"], ["abc"]),
    ("(?x)a +", "", ["aa"], [""]),
    (r"\Q.*\E+", "", [".*", ".**"], ["."]),
    (r"\Qa", "", ["a"], ["Q"]),
    (r"\x41\x{1F600}\x5", "", ["A😀\x05"], ["A😀5"]),
    (r"\101\0\e\cA", "", ["A\0\x1b\x01"], []),
    (r"\u0041", "", ["A"], []),
    (r"[\b]", "", ["\b"], ["b"]),
    (r"[]a]", "", ["]"], ["b"]),
    (r"[^]a]", "", ["b", "\n"], ["]"]),
    (r"[\w.-]", "", ["-"], ["+"]),
    (r"[\w-.]", "", ["-"], ["+"]),
    (r"[a-]", "", ["-"], ["b"]),
    (r"[[]", "", ["["], ["]"]),
    (r"[&&||~~]", "", ["&", "~"], ["a"]),
    (r"[\s\S]", "", ["\n", "x"], [""]),
    (r"[^\s\S]", "", [], ["x", ""]),
    ("a{2}{3}", "", ["aaaaaa"], ["aaaaa"]),
    ("^a{,2}$", "", ["", "aa"], ["aaa"]),
    ("a{e}", "", ["a{e}"], ["a"]),
    ("a{,}b{", "", ["a{,}b{"], ["b"]),
    ("a{1", "", ["a{1"], ["a"]),
    ("{a", "", ["{a"], ["a"]),
    (r"(a)(b)\2\1", "", ["abba"], ["abab"]),
    (r"(?<x>a)\k<x>(?P=x)\g{-1}\g1", "", ["aaaaa"], ["aaaa"]),
    (r"(?i)(a)\1", "", ["aA"], ["ab"]),
    (r"(?=a)\w(?!b)", "", ["ac", "a"], ["ab"]),
    (r"(?<!c)md(?<=d)", "", ["md", "xmd"], ["cmd"]),
    (r"(?>a+)ab", "", [], ["aaab"]),
    (r"a++ab", "", [], ["aaab"]),
    (r"x$\n", "", ["x\n"], ["x", "x\ny"]),
    (r"a\Kb", "", ["ab"], ["b"]),
    ("a(?#nothing)b", "", ["ab"], []),
    ("(?U)a+b", "", ["aab"], ["b"]),
    ("a{1001}", "", ["a" * 1001], ["a" * 1000]),
    ("\u202e|\x00", "", ["\x00", "\u202e"], ["0"]),
]


@pytest.mark.parametrize(("pattern", "flags", "found", "not_found"), MEANING)
def test_what_a_pattern_means(pattern: str, flags: str, found: list[str], not_found: list[str]) -> None:
    tree = parse(pattern, flags)
    for matcher in filter(None, (compile_regex(pattern, flags), linear_matcher(tree), backtracking_matcher(tree))):
        assert [text for text in found if not matcher.search(text)] == []
        assert [text for text in not_found if matcher.search(text)] == []


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "a group that is never closed at character 1"),
        ("a)", "a parenthesis that closes nothing at character 2"),
        ("[a", "brackets that are never closed at character 1"),
        ("*a", "nothing to repeat at character 1"),
        ("a|+", "nothing to repeat at character 3"),
        ("{2}", "nothing to repeat"),
        ("a**", "a repetition of a repetition"),
        ("a{3,2}", "impossible repeat count"),
        ("a{99999}", "impossible repeat count"),
        ("[b-a]", "a range that runs backwards"),
        ("a\\", "it ends too early"),
        (r"\y", r"unknown escape \\y at character 1"),
        (r"\C", "unknown escape"),
        (r"(a)\2", "there is no group '2' at character 4"),
        (r"\k<x>", "there is no group 'x'"),
        ("(?<x>a)(?<x>b)", "two groups are called 'x'"),
        ("(?R)", "a kind of group that is not supported"),
        ("(?(1)a)", "a kind of group that is not supported"),
        ("(?L)a", "a kind of group that is not supported"),
        ("(*FAIL)", "verbs are not supported"),
        (r"\x{110000}", "no such character"),
        ("\ud800", "no such character"),
        ("[[:nope:]]", "'nope' is no POSIX class"),
        (r"\p{Nonsense}", "unknown property"),
        ("(" * (MAX_DEPTH + 1), "nested more than"),
        ("a" * (MAX_LENGTH + 1), "longer than"),
    ],
)
def test_what_no_engine_can_do_is_said(pattern: str, message: str) -> None:
    with pytest.raises(InvalidRegex, match=message):
        compile_regex(pattern)


def test_unknown_flags_are_refused() -> None:
    with pytest.raises(InvalidRegex, match="unknown flags 'g'"):
        compile_regex("a", "g")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "(?:a?){40}a{40}", "((a*)*)*b"])
def test_what_makes_others_hang_runs_in_linear_time(pattern: str) -> None:
    begin = time.process_time()
    compile_regex(pattern).search("a" * 100_000 + "!")
    assert time.process_time() - begin < SEARCH_SECONDS


@pytest.mark.parametrize("pattern", [r"(?=(a+)+$)b|(a+)+\z(?!x)", r"((a|aa)+)\1!$"])
def test_a_search_that_takes_too_long_is_stopped(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.engine.regexes.SEARCH_SECONDS", 0.2)
    begin = time.process_time()
    with pytest.raises(RegexTimeout, match=r"took longer than 0\.2 seconds on a text of 5001 characters"):
        compile_regex(pattern).search("a" * 5000 + "!")
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    "pattern", ["(" * 150 + ")" * 150, "a{1000}" * 1000, "(((a{100}){100}){100}){100}", "(a|b" * 100]
)
def test_large_patterns_are_compiled_or_refused_in_time(pattern: str) -> None:
    begin = time.process_time()
    with suppress(InvalidRegex, RegexTimeout):
        compile_regex(pattern).search("a" * 1000)
    assert time.process_time() - begin < 3 * SEARCH_SECONDS


def test_text_that_is_no_utf8_is_searched_all_the_same() -> None:
    assert compile_regex("b").search("a\ud800b")
    assert compile_regex(r"(b)\1").search("a\ud800bb")


def test_ignoring_case_agrees_with_case_folding() -> None:
    """All that equal a character when case is ignored fold to the same text: required literals depend on it."""
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code <= 0xDFFF:
            continue
        for low, high in both_cases(code, code) if code < 0x250 or 0x370 <= code < 0x400 or code > 0x1E00 else []:
            assert low == high
            assert fold(chr(low)) == fold(chr(code))
        if code > 0x3000:
            break


ALPHABET = "aAbkK1_- \n\\ßẞς\u212aİı."
texts = st.text(ALPHABET, max_size=12)
_ATOMS = st.sampled_from(
    (
        *("a", "b", "K", "s", "i", "ß", "σ", "1", "-", " ", ".", "^", "$", "ab", "kelvin", "a1b", r"\x41"),
        *(r"\d", r"\w", r"\s", r"\W", r"\S", r"\b", r"\B", r"\n", r"\\", r"\."),
        *("[a-k]", "[^a]", r"[\w-]", r"[^\s1]", "[ßi]"),
    )
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "{2,}", "+?"])).map(
            lambda x: f"(?:{x[0]}){x[1]}"
        ),
        inner.map(lambda item: f"(?i:{item})"),
        inner.map(lambda item: f"({item})"),
    )


patterns = st.recursive(_ATOMS, _grown, max_leaves=8)
flag_sets = st.sampled_from(["", "i", "m", "s", "im", "ims"])


@given(patterns, flag_sets, st.lists(texts, max_size=6))
@example("(?:a$|b)$", "", ["a\n"])
def test_both_engines_agree(pattern: str, flags: str, candidates: list[str]) -> None:
    tree = parse(pattern, flags)
    linear, backtracking = linear_matcher(tree), backtracking_matcher(tree)
    for text in candidates if linear else []:
        assert linear.search(text) == backtracking.search(text), text  # type: ignore[union-attr]


@given(patterns, st.sampled_from(["", "m", "s"]), st.lists(texts, max_size=6))
def test_without_ignoring_case_it_is_what_python_means(pattern: str, flags: str, candidates: list[str]) -> None:
    pattern = pattern.replace("(?i:", "(?:")
    ours = compile_regex(pattern, flags)
    theirs = re.compile(f"(?a{flags}){pattern}")
    for text in filter(None, candidates):  # before 3.14 Python's \B is not found in an empty text
        assert ours.search(text) == (theirs.search(text) is not None), text


@given(patterns, flag_sets, st.lists(texts, max_size=6), st.integers(1, 3))
def test_every_match_has_one_of_the_required_literals(
    pattern: str, flags: str, candidates: list[str], shortest: int
) -> None:
    literals = literals_required(pattern, flags, shortest)
    if literals is None:
        return
    assert literals
    assert min(map(len, literals)) >= shortest
    for text in [*candidates, *literals, *(literal.upper() for literal in literals)]:
        if compile_regex(pattern, flags).search(text):
            assert any(literal in fold(text) for literal in literals), text


@pytest.mark.parametrize(
    ("pattern", "flags", "literals"),
    [
        ("powershell", "", {"powershell"}),
        (r"Net\s+User", "", {"user"}),
        (r"\\(?:System32|SysWOW64)\\", "", {"\\system32\\", "\\syswow64\\"}),
        (r"(?i)straße", "", {"strasse"}),
        (r"[kK]elvin", "", {"kelvin"}),
        (r"https?://\d", "", {"http://", "https://"}),
        (r"foo(bar|baz)+quuxx?", "", {"quux", "quuxx"}),
        (r"(?:foo)?bar", "", {"bar", "foobar"}),
        (r"(?=foo)\w", "", None),
        (r"foo|\d", "", None),
        (r"\d+", "", None),
        (r"ab", "", None),
        (r"", "", None),
        (r"(abc)\1", "", {"abc"}),
        (r"(?x) a b c # d", "", {"abc"}),
        (r"abc{0}", "", None),
    ],
)
def test_required_literals(pattern: str, flags: str, literals: set[str] | None) -> None:
    found = literals_required(pattern, flags)
    assert (None if found is None else set(found)) == literals
