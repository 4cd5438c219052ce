"""Formats. Cases of Microsoft Learn's pages: "parse_url()", "parse_path()", "parse_command_line()", "parse_xml()"."""

from __future__ import annotations

import json

import pytest

from tests.engine.functions.harness import D, R, Signature, T, by_python, cases, check


def told(name: str, *args: object) -> object:
    """What a function of texts gives, read as JSON."""
    (found,) = by_python(Signature(name, (T, D) if name == "key_values" else (T,) * len(args), D), [args])
    return None if found is None else json.loads(found)


def test_url_parts():
    found = told("url_parts", "scheme://username:password@host:1234/this/is/a/path?k1=v1&k2=v2#fragment")
    assert found == {
        "Scheme": "scheme", "Host": "host", "Port": "1234", "Path": "/this/is/a/path", "Username": "username",
        "Password": "password", "Query Parameters": {"k1": "v1", "k2": "v2"}, "Fragment": "fragment",
    }  # fmt: skip
    assert told("url_parts", "no address") is None
    assert told("url_parts", "http://x:99999999/") is None
    assert told("url_query_parts", "k1=v1&k2=") == {"Query Parameters": {"k1": "v1", "k2": ""}}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"C:\temp\file.txt", ("", "C:", r"C:\temp", "temp", "file.txt", "txt", "")),
        (r"temp\file.txt", ("", "", "temp", "temp", "file.txt", "txt", "")),
        ("file://C:/temp/file.txt:some.exe", ("file", "C:", "C:/temp", "temp", "file.txt", "txt", "some.exe")),
        (
            r"\\shared\users\temp\file.txt.gz",
            ("", r"\\shared", r"\\shared\users\temp", "temp", "file.txt.gz", "gz", ""),
        ),
        ("/usr/lib/temp/file.txt", ("", "", "/usr/lib/temp", "temp", "file.txt", "txt", "")),
    ],
)
def test_path_parts(path, expected):
    assert tuple(told("path_parts", path).values()) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('echo "hello world!"', ["echo", "hello world!"]),
        (r'"C:\Program Files\x.exe" /a  -b=\"q\"', [r"C:\Program Files\x.exe", "/a", '-b="q"']),
        (r"a\\b c\ ", [r"a\\b", "c\\"]),
        ('x ""', ["x", ""]),
        ("  ", None),
    ],
)
def test_command_line_parts(line, expected):
    assert told("command_line_parts", line, "windows") == expected


def test_csv_fields():
    assert told("csv_fields", 'aa,"b,b",cc') == ["aa", "b,b", "cc"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a><b>1</b><b>2</b></a>", {"a": {"b": ["1", "2"]}}),
        ('<?xml version="1.0"?><e id="7">x &amp; y</e>', {"e": {"@id": "7", "#text": "x & y"}}),
        ("<d><Data Name='n'>v</Data><Empty/></d>", {"d": {"Data": {"@Name": "n", "#text": "v"}, "Empty": None}}),
        ("<a><![CDATA[<x>]]></a>", {"a": "<x>"}),
        ("<a><b></a>", None),
        ("plain", None),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', None),
        ("<a>" * 500 + "</a>" * 500, None),
    ],
)
def test_xml(text, expected):
    assert told("xml_to_json", text) == expected


def test_key_values():
    def parsed(text: str, *how: str) -> object:
        return told("key_values", text, json.dumps(how))

    assert parsed("a=1 b=2", " ", "=", "", "", "false") == {"a": "1", "b": "2"}
    assert parsed('a: 1, b: "x, y"', ", ", ": ", '"', "", "false") == {"a": "1", "b": "x, y"}
    assert parsed(r'src=10.1.1.123 msg="a \"b\""', " ", "=", '"', "\\", "false") == {
        "src": "10.1.1.123",
        "msg": 'a "b"',
    }
    assert parsed("name=John Doe phone=555 5555", " ", "=", "", "", "true") == {"name": "John Doe", "phone": "555 5555"}


def test_version_number():
    check(cases("version_number", (T,), R, ("1.0.0.0", 1e24), ("20.04.0", 2.000000004e25), ("x", None)))
