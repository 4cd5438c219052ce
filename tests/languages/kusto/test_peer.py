"""The same queries through `duckdb-kql` (PyPI, MIT), on the subset that it supports: same rows, or a named reason.

Its values are compared as JSON-like plain values; rows without an order are compared as multisets.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import Any

import duckdb
import pytest

from tests.languages.kusto.running import run

duckdb_kql = pytest.importorskip("duckdb_kql", reason="duckdb-kql is not installed")

TABLE = """datatable(k: string, s: string, n: long, r: real, at: datetime, d: dynamic)[
    'a', 'cmd.exe /c whoami', 1, 0.5, datetime(2026-03-02 08:00:00), dynamic({"x": 1, "y": ["p", "q"]}),
    'a', 'CMD.EXE', 2, 1.5, datetime(2026-03-02 08:40:00), dynamic({"x": 2, "y": []}),
    'b', 'powershell -enc AAA', 3, 2.5, datetime(2026-03-02 09:10:00), dynamic({"x": 3, "y": ["r"]}),
    'b', '', 4, -1.0, datetime(2026-03-03 00:00:00), dynamic({}),
    'c', 'curl http://a.example/x?y=1', 5, 10.25, datetime(2026-03-03 23:59:59), dynamic({"x": "five"})
]"""
OTHER = "datatable(k: string, m: long)['a', 10, 'b', 20, 'b', 30, 'z', 40]"

QUERIES = [
    "| where s has 'cmd'",
    "| where s has 'CMD.exe'",
    "| where s !has 'cmd' | project n",
    "| where s contains 'SHELL' | project n",
    "| where s contains_cs 'SHELL' | project n",
    "| where s startswith 'cmd' | project n",
    "| where s startswith_cs 'cmd' | project n",
    "| where s endswith 'exe' | project n",
    "| where s =~ 'cmd.exe' | project n",
    "| where s == 'cmd.exe' | project n",
    "| where s !~ 'cmd.exe' | project n",
    "| where s in~ ('CMD.exe', '') | project n",
    "| where k in ('a', 'c') | project n",
    "| where k !in ('a', 'c') | project n",
    "| where s has_any ('curl', 'enc') | project n",
    "| where s has_all ('curl', 'http') | project n",
    "| where s matches regex @'c\\w+l' | project n",
    "| where s hasprefix 'power' | project n",
    "| where isempty(s) | project n",
    "| where n between (2 .. 4) and r > 0 | project n",
    "| where at between (datetime(2026-03-02 08:30) .. 1h) | project n",
    "| extend t = n * 2 + 1, q = n / 2, m = n % 2 | project t, q, m",
    "| extend h = bin(at, 1h) | summarize c = count() by h | sort by h asc",
    "| summarize count(), sum(n), avg(r), min(n), max(r) by k | sort by k asc",
    "| summarize dcount(k), countif(n > 2), sumif(n, k == 'a')",
    "| summarize arg_max(n, s) by k | sort by k asc",
    "| summarize arg_min(r, n, s)",
    "| summarize make_list(n) by k | sort by k asc",
    "| top 2 by n",
    "| sort by r asc | project r",
    "| distinct k | sort by k asc",
    "| count",
    "| project x = toint(d.x), y = array_length(d.y), z = tostring(d.y[0])",
    "| mv-expand y = d.y to typeof(string) | project n, y",
    "| parse s with head ' ' tail | project head, tail",
    "| extend a = iff(n > 2, 'big', 'small'), b = case(n == 1, 'one', n == 2, 'two', 'many') | project a, b",
    "| extend a = split(s, ' ')[0], b = substring(s, 1, 3) | project tostring(a), b",
    "| extend c = strlen(s), e = toupper(k) | project c, e",
    "| extend a = extract(@'(\\w+)\\.exe', 1, s), b = replace_string(s, 'cmd', 'x') | project a, b",
    "| extend a = strcat(k, '-', n), b = tostring(n), c = indexof(s, 'e') | project a, b, c",
    "| project startofday(at), dayofmonth(at), datetime_diff('hour', at, datetime(2026-03-02))",
    f"| join kind=inner ({OTHER}) on k | project n, m",
    f"| join kind=leftouter ({OTHER}) on k | project n, m",
    f"| join kind=leftanti ({OTHER}) on k | project n",
    f"| join kind=leftsemi ({OTHER}) on k | project n",
    f"| lookup ({OTHER}) on k | project n, m",
    f"| project k | union ({OTHER} | project k) | summarize count() by k | sort by k asc",
    "| sort by n asc | extend p = prev(n), q = next(n), i = row_number(), c = row_cumsum(n) | project p, q, i, c",
]


def plain(value: Any) -> Any:
    """A value in a form that both sides can have."""
    match value:
        case dt.datetime():
            return value.replace(tzinfo=None).isoformat()
        case float():
            return round(value, 9) if value != int(value) else int(value)
        case str() if value[:1] in '[{"':
            try:
                return json.dumps(json.loads(value), sort_keys=True)
            except ValueError:
                return value
        case list() | dict():
            return json.dumps(value, sort_keys=True)
        case None:
            return ""  # a missing text is the empty text, and both sides may show it as null
        case _:
            return value


def theirs(query: str) -> list[tuple[Any, ...]]:
    connection = duckdb_kql.connect()
    try:
        return [tuple(map(plain, row)) for row in duckdb_kql.query(connection, query).fetchall()]
    finally:
        connection.close()


@pytest.mark.parametrize("step", QUERIES)
def test_the_same_rows(step: str) -> None:
    query = f"{TABLE}\n{step}"
    try:
        other = theirs(query)
    except (duckdb_kql.errors.KqlError, duckdb.Error) as error:
        pytest.skip(f"duckdb-kql cannot run it: {str(error).splitlines()[0][:120]}")
    ours = [tuple(map(plain, row.values())) for row in run(query)]
    if "sort by" in step or "top" in step:
        assert ours == other
    else:
        assert Counter(ours) == Counter(other)
