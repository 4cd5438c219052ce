"""The Kibana Query Language, case by case.

Sources: https://www.elastic.co/docs/reference/query-languages/kql (K), the grammar and translation of Kibana's
kbn-es-query (G), and https://www.elastic.co/docs/reference/text-analysis/analysis-standard-tokenizer (A).
"""

from __future__ import annotations

import pytest

from simulator.ir import Filter, Read, Scan
from simulator.languages import kuery
from simulator.languages.embedded import whole
from tests.languages.finding import SCHEMAS, by_kuery, single

ROWS = [
    {
        "process.name": "cmd.exe",
        "process.args": ["cmd.exe", "/C", "who am i"],
        "process.pid": 23,
        "process.trusted": True,
        "source.ip": "10.1.2.3",
        "message": "The quick brown-fox runs System.IO.Compression at 10:15",
        "process.start": 1_772_438_400_000_000,
        "user.id": "23",
    },
    {
        "process.name": "CMD.EXE",
        "process.args": ["x"],
        "process.pid": 230,
        "process.trusted": False,
        "source.ip": "::1",
        "message": "quick runs Brown",
        "user.id": "and",
    },
    {"process.name": "foo bar", "process.pid": 7, "file.path": 'C:\\a "b" (c):d', "message": ""},
    {"process.name": "cmd*", "file.path": "C:\\temp\\x"},
    {"message": None},
]

CASES = [
    ("", [1, 2, 3, 4, 5]),
    ("  *  ", [1, 2, 3, 4, 5]),
    # Keyword fields: the whole value, case counts (K: match a term)
    ("process.name: cmd.exe", [1]),
    ('process.name : "cmd.exe"', [1]),
    ("process.name:cmd", []),
    ("process.name: foo bar", [3]),
    ("not process.name: cmd.exe", [2, 3, 4, 5]),
    ("process.args: (x or y)", [2]),
    ("process.args: who am i", [1]),
    # Multi-fields
    ("process.name.caseless: cmd.exe", [1, 2]),
    ("process.name.keyword: cmd.exe", [1]),
    ("process.name.text: foo", [3]),
    # Exists (K: filter for documents where a field exists)
    ("process.name: *", [1, 2, 3, 4]),
    ("not process.name: *", [5]),
    ("process.args: (* and not x)", [1]),
    # Wildcards (K): only outside quotation marks, only `*`
    ("process.name: cmd*", [1, 4]),
    ('process.name: "cmd*"', [4]),
    ("process.name: cmd\\*", [4]),
    ("process.name: *o*a*", [3]),
    ("process.name: cmd?exe", []),
    # A name with wildcards is any field so named
    ("process.*: 23", [1]),
    ("*.name: cmd.exe", [1]),
    # Numbers, booleans
    ("process.pid: 23", [1]),
    ('process.pid: "23"', [1]),
    ("process.pid: nonsense", []),
    ("user.id: 23", [1]),
    ("process.trusted: true", [1]),
    ("process.trusted: (true or false)", [1, 2]),
    ("not process.trusted: true", [2, 3, 4, 5]),
    # Ranges (K: query within a range)
    ("process.pid > 23", [2]),
    ("process.pid >= 23", [1, 2]),
    ("process.pid < 23", [3]),
    ("process.pid <= 23", [1, 3]),
    ("not process.pid > 23", [1, 3, 4, 5]),
    # Addresses
    ("source.ip: 10.0.0.0/8", [1]),
    ('source.ip: ("10.0.0.0/8" or "::1")', [1, 2]),
    # Text fields (K: unquoted words in any order, quoted ones as a phrase; A: words)
    ("message: quick", [1, 2]),
    ("message: QUICK", [1, 2]),
    ("message: fox nothing", [1]),
    ('message: "quick brown"', [1]),
    ('message: "brown fox"', [1]),
    ('message: "brown quick"', []),
    ('message: "quick  RUNS"', [2]),
    ("message: qui", []),
    ("message: qui*", [1, 2]),
    ("message: *ick", [1, 2]),
    ("message: System.IO.Compression", [1]),
    ("message: Compression", []),
    ("message: *Compression", [1]),
    ('message: "10 15"', [1]),
    ("message: nothing", []),
    # and binds tighter than or; not tighter than both; any case (K: combining)
    ("process.pid: 7 or process.pid: 23 and process.name: x", [3]),
    ("(process.pid: 7 OR process.pid: 23) AND NOT process.name: x", [1, 3]),
    ("process.args: (x or (cmd.exe and /C))", [1, 2]),
    ("process.name: (cmd.exe or not cmd*)", [1, 2, 3, 5]),
    # Escapes (K: special characters; G)
    ('file.path: "C:\\\\a \\"b\\" (c):d"', [3]),
    ('file.path: C\\:\\\\a \\"b\\" \\(c\\)\\:d', [3]),
    ("user.id: \\and", [2]),
    ('user.id: "and"', [2]),
    ('file.path: "C:\\\\temp\\\\x"', [4]),
    ('process.name: "\\u0063md.exe"', [1]),
    # A value of any field
    ("cmd.exe", [1]),
    ('"who am i"', [1]),
    ("brown", [1, 2]),
    # Nested fields are flat here
    ("process:{ name: cmd.exe and pid: 23 }", [1]),
    ("process:{ name: cmd.exe and pid: 7 }", []),
]


@pytest.mark.parametrize(("query", "expected"), CASES, ids=[query for query, _ in CASES])
def test_conditions(query: str, expected: list[int]) -> None:
    rows = [
        {**row, "_text": "\n".join("\n".join(v) if isinstance(v, list) else str(v) for v in row.values() if v)}
        for row in ROWS
    ]
    assert single(by_kuery(query, rows)) == expected


@pytest.mark.parametrize(("query", "_expected"), CASES, ids=[query for query, _ in CASES])
def test_they_run_in_the_sieve(query: str, _expected: list[int]) -> None:
    plan = kuery.compile_query(whole("q.kuery", query), SCHEMAS, indices=["logs-test-*"]).plan
    assert isinstance(plan, Filter)
    assert plan.source == Scan("elastic.test")


ON_ROWS = [
    # Dates and date math (K: date range queries)
    ('process.start >= "2026-03-02"', [1]),
    ('process.start < "2026-03-02T08:00:00Z"', []),
    ('@timestamp >= "2026-03-02T08:00:03Z"', [4, 5]),
    ("@timestamp < now-2s", [1, 2, 3]),
    ("@timestamp >= now/d", [1, 2, 3, 4, 5]),
    ("@timestamp > now/d", []),
    # Texts in order
    ("user.id > 1a", [1, 2]),
    ("not user.id > 1a", [3, 4, 5]),
]


@pytest.mark.parametrize(("query", "expected"), ON_ROWS, ids=[query for query, _ in ON_ROWS])
def test_conditions_on_rows(query: str, expected: list[int]) -> None:
    plan = kuery.compile_query(whole("q.kuery", query), SCHEMAS, indices=["logs-test-*"]).plan
    assert isinstance(plan, Filter)
    assert isinstance(plan.source, Read)
    assert single(by_kuery(query, ROWS)) == expected
