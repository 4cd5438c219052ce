"""Pieces of texts. Cases of EQL's functions: https://www.elastic.co/docs/reference/query-languages/eql/eql-function-ref."""

from __future__ import annotations

import pytest

from tests.engine.functions.harness import B, Case, I, R, T, cases, check

PATH = "C:\\Windows\\System32\\cmd.exe"
END = 1 << 31

EVERY = [
    cases(
        "slice",
        (T, I, I),
        T,
        ("start regsvr32.exe", 6, END, "regsvr32.exe"),
        ("start regsvr32.exe", 0, 5, "start"),
        ("start regsvr32.exe", 6, 14, "regsvr32"),
        ("start regsvr32.exe", -4, END, ".exe"),
        ("start regsvr32.exe", -4, -1, ".ex"),
        ("abc", 2, 1, ""),
        ("abc", 9, END, ""),
        (None, 0, 1, None),
    ),
    cases(
        "position",
        (T, T, I, B),
        I,
        ("subdomain.example.com", "d", 0, False, 3),
        ("subdomain.example.com", "D", 0, False, None),
        ("subdomain.example.com", "D", 4, True, None),
        ("subdomain.example.com", "D", 0, True, 3),
        ("subdomain.example.com", ".", 9, False, 9),
        ("subdomain.example.com", ".", 10, False, 17),
        ("subdomain.example.com", ".", -6, False, 9),
        ("", "", 0, False, 0),
        ("subdomain.example.com", "", 10, False, 10),
        ("subdomain.example.com", ".", 30, False, None),
    ),
    cases(
        "text_between",
        (T, T, T, B, B),
        T,
        (PATH, "System32\\", ".exe", False, False, "cmd"),
        (PATH, "system32\\", ".exe", False, False, ""),
        (PATH, "system32\\", ".exe", False, True, "cmd"),
        (PATH, "\\", "\\", False, False, "Windows"),
        (PATH, "\\", "\\", True, False, "Windows\\System32"),
        ("", "", "", False, False, ""),
    ),
    cases(
        "number_in_base",
        (T, I),
        R,
        ("1337", 0, 1337.0),
        ("42.5", 0, 42.5),
        ("deadbeef", 16, 3735928559.0),
        ("0xdeadbeef", 0, 3735928559.0),
        ("0xdeadbeef", 16, 3735928559.0),
        ("  -1337 ", 0, -1337.0),
        ("x", 0, None),
    ),
]


@pytest.mark.parametrize("every", EVERY, ids=lambda every: every[0].name)
def test_cases(every: list[Case]) -> None:
    check(every)
