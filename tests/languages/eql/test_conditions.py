"""EQL's conditions, case by case.

Sources: https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax (S), eql-function-ref (F), and the
translations that Elasticsearch's own tests fix, x-pack/plugin/eql/src/test/resources/querytranslator_tests.txt (T).
"""

from __future__ import annotations

import pytest

from simulator.ir import Filter, Scan
from simulator.languages import eql
from simulator.languages.embedded import whole
from tests.languages.finding import SCHEMAS, by_eql, single

PROCESS = ["process"]
ROWS = [
    {
        "event.category": PROCESS,
        "event.type": ["start"],
        "process.name": "cmd.exe",
        "process.args": ["cmd.exe", "/C", "whoami"],
        "process.args_count": 3,
        "process.pid": 4,
        "process.trusted": True,
        "source.ip": "10.1.2.3",
        "host.ip": ["10.1.2.3", "fe80::1"],
        "score": 1.5,
    },
    {
        "event.category": ["network", "process"],
        "event.type": ["start", "info"],
        "process.name": "CMD.EXE",
        "process.args": ["CMD.EXE"],
        "process.args_count": 1,
        "process.pid": 40,
        "process.trusted": False,
        "source.ip": "::1",
        "host.ip": ["192.168.0.7"],
        "score": 3.0,
    },
    {"event.category": PROCESS, "process.name": "", "process.args": [], "process.pid": 400},
    {"event.category": ["file"], "process.name": "cmd*.exe", "file.path": "C:\\a\\b.txt"},
    {"event.category": PROCESS, "process.name": None},
]

CASES = [
    # Event categories (S: basic syntax)
    ("process where true", [1, 2, 3, 5]),
    ("any where true", [1, 2, 3, 4, 5]),
    ('"file" where true', [4]),
    ("Process where true", []),
    # Comparisons (S: comparison operators); `==` tells case and knows no wildcards
    ('any where process.name == "cmd.exe"', [1]),
    ('any where process.name == "cmd*.exe"', [4]),
    ('any where process.name != "cmd.exe"', [2, 3, 4, 5]),
    ('any where not process.name == "cmd.exe"', [2, 3, 4, 5]),
    ('any where "cmd.exe" == process.name', [1]),
    ('any where process.name == ""', [3]),
    ("any where process.pid == 4", [1]),
    ("any where process.pid > 4", [2, 3]),
    ("any where 40 >= process.pid", [1, 2]),
    ("any where score == 3", [2]),
    ("any where score < 1.75", [1]),
    # T: notFilter: the negation of a range is true of events without the field
    ("any where not (process.pid > 4)", [1, 4, 5]),
    ('any where not (process.pid > 4 and process.name : "cmd.exe")', [1, 3, 4, 5]),
    # `:` does not tell case and has wildcards (S: wildcards)
    ('any where process.name : "cmd.exe"', [1, 2]),
    ('any where process.name : "cm?.e*"', [1, 2]),
    ('any where process.name : ("x", "CMD*")', [1, 2, 4]),
    ('any where process.name : "*"', [1, 2, 3, 4]),
    ('any where not process.name : "cmd*"', [3, 5]),
    # like, in, regex and their forms without case (S: pattern comparison, lookup operators)
    ('any where process.name like "cmd*"', [1, 4]),
    ('any where process.name like~ ("CMD*", "x")', [1, 2, 4]),
    ('any where process.name in ("cmd.exe", "x")', [1]),
    ('any where process.name in~ ("CMD.exe")', [1, 2]),
    ('any where process.name in~ ("cmd*")', []),
    ('any where process.name not in ("cmd.exe")', [2, 3, 4, 5]),
    ("any where process.pid in (4, 400)", [1, 3]),
    ('any where process.name regex "cmd.{4}"', [1]),
    ('any where process.name regex "cmd"', []),
    ('any where process.name regex~ ("x", "c[l-n]d\\\\.exe")', [1, 2]),
    # Null and missing (S: check if a field exists)
    ("any where process.name == null", [5]),
    ("any where process.name != null", [1, 2, 3, 4]),
    ("any where ?no.such.field == null", [1, 2, 3, 4, 5]),
    ("any where ?no.such.field != null", []),
    ('any where ?no.such.field != "x"', [1, 2, 3, 4, 5]),
    ("any where null == null", [1, 2, 3, 4, 5]),
    # Lists match when any element does; their negation when none does
    ('any where process.args == "whoami"', [1]),
    ('any where process.args : "WHO*"', [1]),
    ('any where process.args : "cmd.exe" and process.args : "/c"', [1]),
    ('any where not process.args : "cmd.exe"', [3, 4, 5]),
    ('any where event.type == "info"', [2]),
    ("any where process.args == null", [3, 4, 5]),
    ("any where length(process.args) == 2", [1]),
    # Booleans, alone or compared (T: fieldNoEquals, fieldEqualsTrue)
    ("any where process.trusted", [1]),
    ("any where process.trusted == true", [1]),
    ("any where process.trusted == false", [2]),
    ("any where process.trusted != true", [2, 3, 4, 5]),
    # Addresses
    ('any where source.ip == "10.1.2.3"', [1]),
    ('any where source.ip == "0:0:0:0:0:0:0:1"', [2]),
    ('any where cidrMatch(source.ip, "10.0.0.0/8")', [1]),
    ('any where cidrmatch(host.ip, "172.16.0.0/12", "fe80::/10")', [1]),
    ('any where not cidrMatch(source.ip, "10.0.0.0/8")', [2, 3, 4, 5]),
    ('any where cidrMatch(source.ip, "10.0.0.0/8") == false', [2, 3, 4, 5]),
    # Functions that are conditions (F); `~` does not tell case
    ('any where startsWith(process.name, "cmd")', [1, 4]),
    ('any where startsWith~(process.name, "cmd")', [1, 2, 4]),
    ('any where endsWith(process.name, ".exe")', [1, 4]),
    ('any where endswith~(process.name, ".exe") == true', [1, 2, 4]),
    ('any where stringContains(process.name, "md")', [1, 4]),
    ('any where stringContains~(process.name, "MD*")', [4]),
    ('any where stringContains(process.name, "")', []),
    ("any where startsWith(process.name, null)", []),
    ('any where wildcard~(process.name, "*.EXE", "x")', [1, 2, 4]),
    # length as a pattern, of every size
    ("any where length(process.name) == 7", [1, 2]),
    ("any where length(process.name) > 7", [4]),
    ("any where length(process.name) < 7", [3]),
    ("any where length(process.name) <= 7", [1, 2, 3]),
    ("any where length(process.name) >= 8", [4]),
    ("any where length(process.name) != 7", [3, 4]),
    ("any where length(process.name) > 0", [1, 2, 4]),
    ("any where 7 < length(process.name)", [4]),
    # Functions and columns of one event against each other
    ("any where startsWith(string(source.ip), host.ip)", [1]),
    ("any where endswith(string(source.ip), string(host.ip))", [1]),
    ("any where process.args == process.name", [1, 2]),
    # Strings (S: escapes, raw strings)
    ('any where file.path == "C:\\\\a\\\\b.txt"', [4]),
    ('any where file.path == """C:\\a\\b.txt"""', [4]),
    ('any where process.name == "\\u{63}md.exe"', [1]),
    ('any where `process.name` == "cmd.exe" // a comment\n /* another */', [1]),
    ('any where process.`name` == "cmd.exe"', [1]),
    # Logic: `and` binds tighter than `or`
    ('any where process.pid == 4 or process.pid == 40 and process.name == "x"', [1]),
    ("any where (process.pid == 4 or process.pid == 40) and not false", [1, 2]),
]


@pytest.mark.parametrize(("query", "expected"), CASES, ids=[query for query, _ in CASES])
def test_conditions_on_events(query: str, expected: list[int]) -> None:
    assert single(by_eql(query, ROWS)) == expected


@pytest.mark.parametrize(("query", "_expected"), CASES, ids=[query for query, _ in CASES])
def test_they_run_in_the_sieve(query: str, _expected: list[int]) -> None:
    plan = eql.compile_query(whole("q.eql", query), SCHEMAS, indices=["logs-test-*"]).plan
    assert isinstance(plan, Filter)
    assert plan.source == Scan("elastic.test")


COMPUTED = [
    # Arithmetic (S: math operators); whole numbers divide to whole ones
    ("any where process.args_count + 1 == 4", [1]),
    ("any where process.pid - process.args_count == 1", [1]),
    ("any where 2 * process.args_count > 3", [1]),
    ("any where 4 / process.args_count == 1", [1]),
    ("any where 4.0 / process.args_count == 1", []),
    ("any where process.pid % 3 == 1", [1, 2, 3]),
    ("any where -process.pid < -39", [2, 3]),
    ("any where add(process.args_count, 0.5) == 3.5", [1]),
    ("any where modulo(process.pid, -3) == 1", [1, 2, 3]),
    ("any where process.pid > process.args_count", [1, 2]),
    # Functions of texts (F)
    ('any where substring(process.name, 0, 3) == "cmd"', [1, 4]),
    ('any where substring(process.name, -4) : ".exe"', [1, 2, 4]),
    ('any where concat(process.name, ":", process.pid) == "cmd.exe:4"', [1]),
    ('any where indexOf(process.name, ".") == 3', [1, 2]),
    ('any where indexOf(process.name, "x") == null', [2, 3, 5]),
    ('any where indexOf~(process.name, "X") != null', [1, 2, 4]),
    ('any where between(file.path, "\\\\", ".") == "a\\\\b"', [4]),
    ("any where number(string(process.pid)) == 40", [2]),
    ('any where string(score) == "1.5"', [1]),
    ("any where startswith~(process.name, substring(process.name, 0, 2))", [1, 2, 3, 4]),
    # Missing in, missing out: neither equal nor different
    ('any where substring(file.path, 0, 1) != "D"', [4]),
    # Texts in order
    ('any where process.name >= "cmd"', [1, 4]),
    ('any where not process.name >= "cmd"', [2, 3, 5]),
]


@pytest.mark.parametrize(("query", "expected"), COMPUTED, ids=[query for query, _ in COMPUTED])
def test_conditions_on_computed_values(query: str, expected: list[int]) -> None:
    assert single(by_eql(query, ROWS)) == expected


def test_pipes() -> None:
    assert single(by_eql("any where process.pid > 0 | head 2", ROWS)) == [1, 2]
    assert single(by_eql("any where process.pid > 0 | tail 2", ROWS)) == [2, 3]
    assert single(by_eql("any where process.pid > 0 | tail 2 | head 1", ROWS)) == [2]
