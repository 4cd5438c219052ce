"""Commands, one by one.

Sources: the pages below https://www.elastic.co/docs/reference/query-languages/esql/commands/processing-commands; for
DISSECT and GROK https://www.elastic.co/docs/reference/query-languages/esql/esql-process-data-with-dissect-grok
"""

from __future__ import annotations

from typing import Any

import pytest

from simulator.errors import InvalidRule, LocatedError, UnsupportedRule
from simulator.languages.embedded import whole
from simulator.languages.esql import compile_query
from simulator.tables import Column, Table
from tests.languages.esql.running import TEST, row, run

ROWS = [
    {"n": 1, "m": 3, "s": "b", "many": ["x", "y"]},
    {"n": 2, "m": None, "s": "a", "many": None},
    {"n": 3, "m": 1, "s": "c", "many": ["z"]},
]


def names(query: str) -> list[str]:
    return list(run(query, ROWS)[0])


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ("KEEP s, n", ["s", "n"]),
        ("KEEP n, m, n | DROP m", ["n"]),
        ("EVAL x.a = 1, x.b = 2 | KEEP x.*, n", ["x.a", "x.b", "n"]),
        ("KEEP n, s | EVAL n = n + 1", ["s", "n"]),
        ("KEEP n, m, s | RENAME n AS k", ["k", "m", "s"]),
        ("KEEP n, m, s | RENAME n AS k, k AS l", ["l", "m", "s"]),
        ("KEEP n, m, s | RENAME k = n", ["k", "m", "s"]),
        ("KEEP n, m, s | RENAME n AS m", ["m", "s"]),
        ("EVAL q1 = 1, q2 = 2 | KEEP n, q* | DROP *2", ["n", "q1"]),
        ("KEEP n, *m* | KEEP *", ["n", "message", "m", "many", "numbers", "process.name", "@timestamp"]),
        ("KEEP n | EVAL `n + 1` = n + 1, n * 2", ["n", "n + 1", "n * 2"]),
    ],
)
def test_columns(commands: str, expected: list[str]) -> None:
    found = names(f"FROM test | {commands}")
    assert sorted(found) == sorted(expected) if "*m*" in commands else found == expected


def test_a_full_name_wins_over_a_pattern_and_a_pattern_over_a_star() -> None:
    query = "ROW first_name = 1, last_name = 2, emp_no = 3 | KEEP *, first*, first_name"
    assert list(row(query)) == ["last_name", "emp_no", "first_name"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("m", [3, 1, 2]),  # nulls last ascending
        ("m DESC", [2, 1, 3]),  # and first descending
        ("m NULLS FIRST", [2, 3, 1]),
        ("m DESC NULLS LAST", [1, 3, 2]),
        ("s", [2, 1, 3]),
        ("many DESC", [2, 3, 1]),
        ("n % 2, s DESC", [2, 3, 1]),
    ],
)
def test_sort(keys: str, expected: list[int]) -> None:
    assert [one["n"] for one in run(f"FROM test | SORT {keys} | KEEP n", ROWS)] == expected


def test_limit_takes_the_rows_in_the_order_of_the_last_sort() -> None:
    query = "FROM test | SORT n DESC | EVAL n = -n | WHERE n < 0 | KEEP n | LIMIT 2"
    assert [one["n"] for one in run(query, ROWS)] == [-3, -2]


def test_mv_expand() -> None:
    found = run("FROM test | MV_EXPAND many | SORT n, many | KEEP n, many", ROWS)
    assert [(one["n"], one["many"]) for one in found] == [(1, "x"), (1, "y"), (2, None), (3, "z")]
    kept = run('FROM test | MV_EXPAND many | WHERE many IN ("y", "z") | SORT n | KEEP n', ROWS)
    assert [one["n"] for one in kept] == [1, 3]


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        (
            "2023-01-23T12:15:00.000Z - some text - 127.0.0.1",
            "%{date} - %{msg} - %{ip}",
            {"date": "2023-01-23T12:15:00.000Z", "msg": "some text", "ip": "127.0.0.1"},
        ),
        ("WARN     rest", "%{level->} %{msg}", {"level": "WARN", "msg": "rest"}),
        ("[a]b", "[%{x}]%{y}", {"x": "a", "y": "b"}),
        ("a,b,c", "%{x},%{},%{z}", {"x": "a", "z": "c"}),
        ("a,b,c", "%{x},%{?skipped},%{z}", {"x": "a", "z": "c"}),
        ("john jacob smith", "%{+name} %{+name} %{+name}", {"name": "johnjacobsmith"}),
        ("john jacob smith", "%{+name/2} %{+name/3} %{+name/1}", {"name": "smithjohnjacob"}),
        ("no delimiter", "%{a}=%{b}", {"a": None, "b": None}),
        ("k=v=w", "%{k}=%{v}", {"k": "k", "v": "v=w"}),
    ],
)
def test_dissect(text: str, pattern: str, expected: dict[str, Any]) -> None:
    found = row(f'ROW line = "{text}" | DISSECT line """{pattern}""" | DROP line')
    assert found == expected


def test_dissect_joins_parts_by_the_separator_and_replaces_columns() -> None:
    assert row('ROW a = "x y" | DISSECT a "%{+a} %{+a}" APPEND_SEPARATOR="-"') == {"a": "x-y"}


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        (
            "2023-01-23T12:15:00.000Z 127.0.0.1 some.email@foo.com 42",
            "%{TIMESTAMP_ISO8601:date} %{IP:ip} %{EMAILADDRESS:email} %{NUMBER:num:int}",
            {"date": "2023-01-23T12:15:00.000Z", "ip": "127.0.0.1", "email": "some.email@foo.com", "num": 42},
        ),
        ("id=17;", "id=(?<my.id>[0-9]+)", {"my.id": "17"}),
        ("a b c", "%{WORD:w} %{WORD:w} %{WORD:w}", {"w": ["a", "b", "c"]}),
        ("nothing", "%{INT:x:int}", {"x": None}),
        ("x=1.5", "x=%{NUMBER:x:float}", {"x": 1.5}),
        (
            "curl https://a.example:8443/p",
            "%{URIPROTO:proto}://%{URIHOST:host}",
            {"proto": "https", "host": "a.example:8443"},
        ),
        ("GET /index.html?x=1", "%{WORD:verb} %{URIPATHPARAM:path}", {"verb": "GET", "path": "/index.html?x=1"}),
        ("fe80::1 up", "%{IP:ip} %{GREEDYDATA:rest}", {"ip": "fe80::1", "rest": "up"}),
        ("::1", "%{IPV6:ip}", {"ip": "::1"}),
        ("level (a|b)", r"level \((?<x>[a-z|()]+)\)", {"x": "a|b"}),
        ("C:\\\\Temp\\\\x.exe", "%{WINPATH:path}", {"path": "C:\\Temp\\x.exe"}),
        ("00-14-22-01-23-45", "%{MAC:mac}", {"mac": "00-14-22-01-23-45"}),
        ("Jan  2 03:04:05 host sshd[77]: hi", "%{SYSLOGBASE} %{GREEDYDATA:msg}", {"msg": "hi", "process.pid": 77}),
        ("10/Oct/2000:13:55:36 -0700", "%{HTTPDATE:when}", {"when": "10/Oct/2000:13:55:36 -0700"}),
        ('say "hello world"', "say %{QS:what}", {"what": '"hello world"'}),
    ],
)
def test_grok(text: str, pattern: str, expected: dict[str, Any]) -> None:
    quoted = text.replace('"', '\\"')
    found = row(f'ROW a = "{quoted}" | GROK a """{pattern}""" | DROP a')
    assert {name: found[name] for name in expected} == expected


def test_grok_takes_the_first_pattern_that_fits() -> None:
    assert row('ROW a = "x=5" | GROK a "y=%{INT:n:int}", "x=%{INT:n:int}" | KEEP n') == {"n": 5}


def test_grok_of_several_values() -> None:
    assert row('ROW a = ["x=5", "x=6"] | GROK a "x=%{INT:n}" | KEEP n') == {"n": ["5", "6"]}


OWNERS = Table("elastic.owners", "Whose", (Column("s"), Column("owner")), "this test")


def joined(query: str, warned: int = 0) -> list[dict[str, Any]]:
    compiled = compile_query(whole("q.esql", query), {TEST.name: TEST})
    assert len([one for one in compiled.warnings if "not declared" in one.message]) == warned
    return run(query, ROWS, owners=[{"s": "a", "owner": "anna"}, {"s": "b", "owner": "ben"}])


def test_lookup_join() -> None:
    found = joined("FROM test | LOOKUP JOIN owners ON s | SORT n | KEEP n, owner", warned=1)
    assert [one["owner"] for one in found] == ["ben", "anna", None]


def test_lookup_join_on_two_names() -> None:
    found = joined("FROM test | RENAME s AS who | LOOKUP JOIN owners ON who == s | SORT n | KEEP n, owner", warned=1)
    assert [one["owner"] for one in found] == ["ben", "anna", None]


def test_enrich() -> None:
    query = "FROM test | ENRICH who ON s WITH boss = owner | SORT n | KEEP n, boss"
    found = run(query, ROWS, enrich__who=[{"s": "c", "owner": "carl"}])
    assert [one["boss"] for one in found] == [None, None, ["carl"]]


def test_enrich_puts_all_that_fits_into_one_row() -> None:
    query = "FROM test | ENRICH who ON s WITH owner | WHERE n == 1 | KEEP n, owner"
    people = [{"s": "b", "owner": "ben"}, {"s": "b", "owner": "bea"}]
    assert run(query, ROWS, enrich__who=people) == [{"n": 1, "owner": ["ben", "bea"]}]


def test_lookup_join_puts_each_that_fits_into_a_row_of_its_own() -> None:
    people = [{"s": "b", "owner": "ben"}, {"s": "b", "owner": "bea"}]
    found = run("FROM test | LOOKUP JOIN owners ON s | WHERE n == 1 | SORT owner | KEEP owner", ROWS, owners=people)
    assert [one["owner"] for one in found] == ["bea", "ben"]


def test_what_is_extracted_of_the_source_is_a_field() -> None:
    query = 'FROM test METADATA _source | EVAL x = JSON_EXTRACT(_source, "process.name") | KEEP x | LIMIT 1'
    assert run(query, [{"process.name": "a.exe"}]) == [{"x": "a.exe"}]


MODEL = 'COMPLETION answer = CONCAT("is it bad: ", s) WITH { "inference_id": "model-1" }'


def test_completion_takes_declared_answers() -> None:
    answers = [{"prompt": "is it bad: a", "completion": "verdict=TP"}, {"prompt": None, "completion": "verdict=FP"}]
    found = run(f"FROM test | {MODEL} | SORT n | KEEP answer", ROWS, **{"inference__model-1": answers})
    assert [one["answer"] for one in found] == ["verdict=FP", "verdict=TP", "verdict=FP"]


def test_completion_without_answers_is_null_and_warned_of() -> None:
    compiled = compile_query(whole("q.esql", f"FROM test | {MODEL}"), {TEST.name: TEST})
    assert any("elastic.inference.model-1" in one.message for one in compiled.warnings)
    assert {one["answer"] for one in run(f"FROM test | {MODEL} | KEEP answer", ROWS)} == {None}


def test_fork() -> None:
    found = run("FROM test | FORK (WHERE n == 1) (WHERE n > 1 | EVAL x = n) | SORT n | KEEP n, x, _fork", ROWS)
    assert [(one["n"], one["x"], one["_fork"]) for one in found] == [
        (1, None, "fork1"),
        (2, 2, "fork2"),
        (3, 3, "fork2"),
    ]


def test_metadata_and_timestamp() -> None:
    found = run("FROM test METADATA _id, _index | SORT @timestamp DESC | LIMIT 1 | KEEP _id, n", ROWS)
    assert found == [{"_id": "3", "n": 3}]


@pytest.mark.parametrize(
    ("query", "error", "line", "column", "message"),
    [
        ("FROM test | FROB x", InvalidRule, 1, 13, "no command"),
        ("FROM test\n| SHOW INFO", UnsupportedRule, 2, 3, "SHOW cannot run"),
        ("FROM test | CHANGE_POINT n", UnsupportedRule, 1, 13, "CHANGE_POINT cannot run"),
        ("FROM test | SAMPLE 0.5", UnsupportedRule, 1, 13, "at random"),
        ("FROM test | WHERE n = 1", InvalidRule, 1, 21, "`==`"),
        ("FROM test | WHERE n ==", InvalidRule, 1, 23, "the query ends"),
        ('FROM test | WHERE s == "a', InvalidRule, 1, 24, "no closing"),
        (r'FROM test | WHERE s == "\d"', InvalidRule, 1, 25, "no escape"),
        ("FROM test | WHERE n > ?limit", UnsupportedRule, 1, 23, "query parameter"),
        ('FROM test | DISSECT s "%{a}%{b}"', InvalidRule, 1, 23, "delimiter"),
        ('FROM test | GROK s "%{NOPE:a}"', InvalidRule, 1, 20, "no pattern"),
        ("FROM test | LIMIT n", InvalidRule, 1, 19, "whole number"),
        ('FROM test | WHERE s RLIKE "~a"', UnsupportedRule, 1, 27, "operator '~'"),
        ("FROM test | EVAL x = 1 /* no end", InvalidRule, 1, 24, "comment"),
        ('FROM test | KEEP n | WHERE s == "a"', InvalidRule, 1, 28, "no column 's'"),
        ('SET time_zone = "+05:00"; FROM test', UnsupportedRule, 1, 5, "setting 'time_zone'"),
        ("FROM (FROM test)", UnsupportedRule, 1, 6, "subquery"),
        ("", InvalidRule, 1, 1, "FROM or ROW"),
        ("FROM test | WHERE " + "(" * 100 + "n", InvalidRule, 1, 79, "nested too deeply"),
    ],
)
def test_errors_point_into_the_query(
    query: str, error: type[LocatedError], line: int, column: int, message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        compile_query(whole("q.esql", query), {TEST.name: TEST})
    assert (caught.value.location.line, caught.value.location.column) == (line, column)


def test_a_field_that_a_closed_table_lacks_is_warned_of_and_read_all_the_same() -> None:
    compiled = compile_query(whole("q.esql", 'FROM test\n| WHERE proces.name == "x"'), {TEST.name: TEST})
    (warning,) = compiled.warnings
    assert "process.name" in warning.message
    assert warning.location.line == 2
    assert run('FROM test | WHERE extra == "x" | KEEP extra', [{"extra": "x"}]) == [{"extra": "x"}]


def test_an_index_that_nobody_knows_is_one_warning_and_its_fields_are_what_the_query_makes_of_them() -> None:
    query = 'FROM logs-acme.audit-* | WHERE acme.count > 3 AND acme.who == "x" | KEEP acme.*'
    compiled = compile_query(whole("q.esql", query), {})
    assert len(compiled.warnings) == 1
    found = run(query, **{"acme__audit": [{"acme.count": 4, "acme.who": "x"}, {"acme.count": 3, "acme.who": "x"}]})
    assert found == [{"acme.count": 4, "acme.who": "x"}]


def test_syntax_in_all_its_forms() -> None:
    query = '''
    // a comment
    set unmapped_fields = "nullify";
    from "test", /* another */ .other-*:nothing metadata _id
    | where `n` >= 1 and not s in ("zz") and @timestamp > now() - 100 years
    | eval a = """say "hi" \\d""", b = 1e3, c = .5, d = [1, 2], e = -n
    | limit 1 | keep a, b, c, d, e
    '''
    (found,) = run(query.replace(".other-*:nothing", "test"), ROWS)
    assert found == {"a": 'say "hi" \\d', "b": 1000.0, "c": 0.5, "d": [1, 2], "e": -1}
