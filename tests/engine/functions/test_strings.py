"""Texts as Kusto looks at them. Cases of Microsoft Learn's pages: "extract_all()", "indexof()", "ipv4_compare()" …"""

from __future__ import annotations

import pytest

from tests.engine.functions.harness import B, Case, D, I, T, cases, check

EVERY = [
    cases(
        "has_word",
        (T, T),
        B,
        ("North America", "America", True),
        ("North America", "america", False),
        ("NorthAmerica", "America", False),
        ("cmd.exe", ".exe", True),
        ("cmd.exe2", ".exe", False),
        ("x", "", True),
    ),
    cases("has_word_prefix", (T, T), B, ("North America", "Ame", True), ("North America", "rica", False)),
    cases("has_word_suffix", (T, T), B, ("North America", "rica", True), ("North America", "Ame", False)),
    cases("has_any_word", (T, D), B, ("a B c", '["x","b"]', True), ("a B c", '["x"]', False), ("abc", "[]", False)),
    cases("has_all_words", (T, D), B, ("a B c", '["A","b"]', True), ("a B c", '["a","x"]', False), ("abc", "[]", True)),
    cases("has_any_index", (T, D), I, ("this is an example", '["no","IS"]', 1), ("x", '["y"]', -1)),
    cases("null_if_empty", (T,), T, ("", None), ("x", "x")),
    cases("regex_groups", (T, T), D, ("a=1;", "^(a)=(\\d)(x)?", '["a","1",""]'), ("b", "a", None), ("x", "(", None)),
    cases(
        "regex_extract_groups",
        (T, T, D),
        D,
        ("82b8be2d-dfa7", "([\\da-f]{2})", "[]", '["82","b8","be","2d","df","a7"]'),
        ("A1 B2", "(\\w)(\\d)", "[]", '[["A","1"],["B","2"]]'),
        ("A1 B2", "(\\w)(\\d)", "[2]", '["1","2"]'),
        ("A1 B2", "(?P<first>\\w)(\\d)", '["first"]', '["A","B"]'),
        ("A1", "\\w\\d", "[]", '["A1"]'),
        ("A1", "(x)", "[]", None),
    ),
    cases("regex_index", (T, T), I, ("abc1", "\\d", 3), ("abc", "\\d", -1)),
    cases("regex_quote", (T,), T, ("a.b", "a\\.b")),
    cases("trim_regex_start", (T, T), T, ("--x--", "[-]+", "x--"), ("x", "y", "x")),
    cases("trim_regex_end", (T, T), T, ("--x--", "[-]+", "--x"), ("x", "(", None)),
    cases(
        "substring_either_end", (T, I, I), T, ("123456", -2, 2, "56"), ("123456", 1, 9, "23456"), ("ABCD", 0, 2, "AB")
    ),
    cases(
        "text_index",
        (T, T, I, I, I),
        I,
        ("abcdefgabcdefg", "cde", 0, -1, 1, 2),
        ("abcdefgabcdefg", "cde", 0, 10, 2, -1),
        ("abcdefgabcdefg", "cde", 1, -1, 2, 9),
        ("abcdefgabcdefg", "cde", 0, -1, -1, 9),
        ("abc", "c", -1, -1, 1, 2),
    ),
    cases(
        "replace_texts", (T, D, D), T, ("A is B", '["A","B"]', '["C","D"]', "C is D"), ("aXb", '["X"]', '[""]', "ab")
    ),
    cases(
        "translate", (T, T, T), T, ("krasp", "otsku", "spark", "kusto"), ("abc", "x", "ab", "xx"), ("a", "", "ab", "b")
    ),
    cases("repeat_text", (T, I, T), T, ("ab", 3, "-", "ab-ab-ab"), ("a", -1, "", None), ("a", 0, "", "")),
    cases("compare_texts", (T, T), I, ("ABC", "ABC", 0), ("abcde", "ABC", 1), ("abc", "abcde", -1)),
    cases("is_ascii", (T,), B, ("abc", True), ("ä", False)),
    cases("text_of_code_points", (D,), T, ("[75,117,115,116,111]", "Kusto"), ("[-1]", "")),
    cases("ip_in_any", (T, D), B, ("10.1.2.3", '["192.168.0.0/16","10.0.0.0/8"]', True), ("x", '["10.0.0.0/8"]', None)),
    cases(
        "ip_compare",
        (T, T, I),
        I,
        ("192.168.1.1", "192.168.1.1", 32, 0),
        ("192.168.1.1/24", "192.168.1.255/24", 32, 0),
        ("192.168.1.1", "192.168.1.255", 24, 0),
        ("192.168.1.1", "192.168.1.255", 32, -1),
        ("x", "1.1.1.1", 32, None),
    ),
    cases("ip_match", (T, T, I), B, ("192.168.1.1/24", "192.168.1.255", 32, True), ("::1", "::2", 128, False)),
    cases("ip_full_version_6", (T,), T, ("127.0.0.1", "0000:0000:0000:0000:0000:ffff:7f00:0001"), ("x", None)),
    cases(
        "ip_network_version_6", (T, I), T, ("fe80::85d:e82c:9446:7994", 64, "fe80:0000:0000:0000:0000:0000:0000:0000")
    ),
    cases("ip_number_of_network", (T, I), I, ("127.0.0.1", 24, 2130706432), ("x", 24, None)),
    cases("ip_suffix", (T,), I, ("192.168.1.1/24", 24), ("192.168.1.1", 32), ("x", None)),
    cases("has_ip", (T, D), B, ("at 127.0.0.1: x", '["127.0.0.1"]', True), ("127.0.0.12", '["127.0.0.1"]', False)),
    cases("has_ip_prefix", (T, D), B, ("at 127.0.0.1: x", '["127.0."]', True), ("at 127.0.0.1", '["10."]', False)),
]


@pytest.mark.parametrize("some", EVERY, ids=lambda some: some[0].name)
def test_cases(some: list[Case]) -> None:
    check(some)
