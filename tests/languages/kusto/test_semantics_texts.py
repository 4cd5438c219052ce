"""Operators of texts.

Microsoft Learn: "String operators", "The case-insensitive has string operator", "has_any operator", "has_all operator",
"in operator", "in~ operator", "matches regex operator", "Null values" (texts are never null).
"""

from __future__ import annotations

import pytest

from tests.languages.kusto.running import column, folded, value

OPERATORS = [
    # Both sides equal, by case and without (String operators: `==`, `=~`)
    ("==", "cmd.exe", "cmd.exe", True),
    ("==", "CMD.exe", "cmd.exe", False),
    ("!=", "CMD.exe", "cmd.exe", True),
    ("=~", "CMD.exe", "cmd.EXE", True),
    ("!~", "CMD.exe", "cmd.EXE", False),
    ("=~", "CMD.exe ", "cmd.exe", False),
    # Terms are runs of letters and digits: `has` finds whole ones ("What is a term?")
    ("has", "North America", "america", True),
    ("has", "NorthAmerica", "america", False),
    ("has_cs", "North America", "america", False),
    ("has_cs", "North America", "America", True),
    ("!has", "NorthAmerica", "america", True),
    ("!has_cs", "North America", "america", True),
    ("has", "a_tunnel_b", "tunnel", True),  # an underscore ends a term
    ("has", "tunnel2", "tunnel", False),
    ("has", "C:\\x\\cmd.exe /c", "cmd.exe", True),
    ("has", "C:\\x\\cmd.exe2 /c", "cmd.exe", False),
    ("has", "C:\\x\\cmd.exe", ".exe", True),  # what is looked for begins with a mark: any text may stand before
    ("has", "run --data=x", "--data", True),
    ("has", "run --database", "--data", False),
    ("has", "anything", "", True),
    ("hasprefix", "North America", "ame", True),
    ("hasprefix", "North America", "rica", False),
    ("hasprefix_cs", "North America", "ame", False),
    ("!hasprefix", "North America", "ame", False),
    ("hassuffix", "North America", "RICA", True),
    ("hassuffix", "North America", "Ame", False),
    ("hassuffix_cs", "North America", "RICA", False),
    ("!hassuffix_cs", "North America", "RICA", True),
    # Anywhere, at the start, at the end
    ("contains", "FabriKam", "BRik", True),
    ("contains_cs", "FabriKam", "BRik", False),
    ("contains_cs", "FabriKam", "Kam", True),
    ("!contains", "Fabrikam", "xyz", True),
    ("!contains_cs", "Fabrikam", "Kam", True),
    ("contains", "100%_", "%_", True),
    ("contains", "100%_", "0_", False),  # no wildcards
    ("startswith", "Fabrikam", "fab", True),
    ("startswith_cs", "Fabrikam", "fab", False),
    ("!startswith", "Fabrikam", "kam", True),
    ("!startswith_cs", "Fabrikam", "fab", True),
    ("endswith", "Fabrikam", "Kam", True),
    ("endswith_cs", "Fabrikam", "Kam", False),
    ("!endswith", "Fabrikam", "brik", True),
    ("!endswith_cs", "Fabrikam", "brik", True),
    ("matches regex", "Fabrikam", "b.*k", True),
    ("matches regex", "Fabrikam", "B.*k", False),
    ("matches regex", "Fabrikam", "(?i)B.*K", True),
    ("matches regex", "Fabrikam", "^kam", False),
]


def quoted(text: str) -> str:
    return "@'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize(("operator", "text", "wanted", "expected"), OPERATORS)
def test_an_operator_over_a_column(operator, text, wanted, expected):
    assert value(f"s {operator} {quoted(wanted)}", {"s": text}) is expected
    found = column(f"T | where s {operator} {quoted(wanted)} | project s", [{"s": text}, {"s": None}])
    assert (text in found) is expected


@pytest.mark.parametrize(("operator", "text", "wanted", "expected"), OPERATORS)
def test_an_operator_over_a_computed_text(operator, text, wanted, expected):
    assert value(f"strcat(s, '') {operator} {quoted(wanted)}", {"s": text}) is expected


@pytest.mark.parametrize(("operator", "text", "wanted", "expected"), OPERATORS)
def test_an_operator_over_two_columns(operator, text, wanted, expected):
    assert value(f"s {operator} u", {"s": text, "u": wanted}) is expected


@pytest.mark.parametrize(("operator", "text", "wanted", "expected"), OPERATORS)
def test_an_operator_over_constants(operator, text, wanted, expected):
    assert folded(f"{quoted(text)} {operator} {quoted(wanted)}") is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("s in ('a', 'B')", ["a"]),
        ("s !in ('a', 'B')", ["A", "b", "", ""]),
        ("s in~ ('a', 'B')", ["a", "A", "b"]),
        ("s !in~ ('a', 'B')", ["", ""]),
        ("s in (dynamic(['a', ['b', 'A']]))", ["a", "A", "b"]),  # nested arrays are taken apart
        ("s in ('a', '')", ["a", "", ""]),
        ("s in ((T | where s == 'a' | project s))", ["a"]),
        ("s !in (T | where s == 'a' | project s)", ["A", "b", "", ""]),
        ("s in~ (T | where s == 'a' | project s)", ["a", "A"]),
        ("s has_any ('x', 'B')", ["b"]),
        ("s has_any (dynamic(['x', 'B']))", ["b"]),
        ("s has_all ('a', 'A')", ["a", "A"]),
        ("s has_all ('a', 'b')", []),
        ("not(s has_any ('x', 'B'))", ["a", "A", "", ""]),
    ],
)
def test_lists(condition, expected):
    rows = [{"s": "a"}, {"s": "A"}, {"s": "b"}, {"s": ""}, {"s": None}]
    assert column(f"T | where {condition} | project s", rows) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("s == ''", True),
        ("s != ''", False),
        ("s =~ ''", True),
        ("s != 'a'", True),
        ("s == 'a'", False),
        ("isempty(s)", True),
        ("isnotempty(s)", False),
        ("isnull(s)", False),
        ("isnotnull(s)", True),
        ("s has 'a'", False),
        ("s !has 'a'", True),
        ("s contains ''", True),
        ("s !contains 'a'", True),
        ("s matches regex '^$'", True),
        ("s in ('')", True),
        ("s !in ('a')", True),
        ("strlen(s) == 0", True),
        ("strcat('<', s, '>') == '<>'", True),
        ("tolower(s) == ''", True),
        ("tolower(s) != 'a'", True),
        ("s == u", True),
        ("s has_any ('a', 'b')", False),
    ],
)
def test_a_missing_text_is_the_empty_text(condition, expected):
    assert value(condition, {"n": 1}) is expected
    assert value(condition, {"n": 1, "s": None}) is expected
    assert value(condition, {"n": 1, "s": ""}) is expected
    assert bool(column(f"T | where {condition} | project n", [{"n": 1}])) is expected


def test_lower_case_on_the_left_is_understood():
    rows = [{"s": "CMD.exe"}, {"s": "cmd.exe"}]
    assert len(column("T | where tolower(s) == 'cmd.exe'", rows)) == 2
    assert column("T | where tolower(s) == 'CMD.exe'", rows) == []
    assert column("T | where toupper(s) contains_cs 'cmd'", rows) == []


def test_any_column():
    rows = [{"s": "x", "u": "curl http"}, {"s": "y", "u": None}, {"s": "curly", "u": ""}]
    assert column("T | where * has 'curl' | project s", rows) == ["x"]
    assert column("search in (T) 'curl' | project s", rows) == ["x"]
