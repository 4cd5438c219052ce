"""Requests in parts: ranges, forms, queries."""

from __future__ import annotations

import pytest

from simulator.lab.exchange import form_parts, ranged, request


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("", 200, b"0123456789"),
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=0-99", 206, b"0123456789"),
        ("bytes=10-", 416, b""),
        ("bytes=-", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
    ],
)
def test_ranges(asked: str, status: int, body: bytes) -> None:
    answer = ranged(b"0123456789", asked)
    assert (answer.status, answer.body) == (status, body)


def test_forms_in_both_encodings() -> None:
    plain = request("POST", "https://x.example/", "a=1&b=%20", content_type="application/x-www-form-urlencoded")
    assert [(part.name, part.content) for part in form_parts(plain)] == [("a", b"1"), ("b", b" ")]
    body = b'--q\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\n\r\n\r\n--\x00\r\n--q--\r\n'
    (part,) = form_parts(request("POST", "https://x.example/", body, content_type="multipart/form-data; boundary=q"))
    assert (part.name, part.filename, part.content) == ("f", "x.bin", b"\r\n--\x00")
    assert form_parts(request("POST", "https://x.example/", b"raw")) == ()


def test_queries_and_paths() -> None:
    asked = request("GET", "http://X.example:8000/a%20b?uploads&n=1&n=2")
    assert (asked.host, asked.port, asked.scheme, asked.path, asked.plain_path) == (
        "x.example",
        8000,
        "http",
        "/a%20b",
        "/a b",
    )
    assert (asked.asks("uploads"), asked.parameter("n"), asked.parameter("m", "-")) == (True, "1", "-")
