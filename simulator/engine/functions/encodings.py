"""Encodings: Base64, hexadecimal, URLs."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qsl, quote, unquote

from simulator.engine.functions.model import Function, one_of


def _decoded(text: str, encoding: str) -> str | None:
    text = "".join(text.split())
    if not text.isascii():
        return None
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True).decode(
            encoding, "replace"
        )
    except (binascii.Error, ValueError):
        return None


def _hex_decoded(text: str) -> str | None:
    try:
        return bytes.fromhex(text).decode("utf-8", "replace") if text.isalnum() or not text else None
    except ValueError:
        return None


_URL = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?"
    r"(?://(?:(?P<user>[^/?#@:]*)(?::(?P<password>[^/?#@]*))?@)?"
    r"(?:\[(?P<six>[^\]/?#]*)\]|(?P<host>[^/?#:]*))(?::(?P<port>[0-9]*))?(?=[/?#]|\Z))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:\#(?P<fragment>.*))?",
    re.DOTALL,
)
_PARTS = ("scheme", "user", "password", "host", "port", "path", "query", "fragment")


def url_part(url: str, part: str) -> str | None:
    """A part of `url` as it stands there (RFC 3986, appendix B); None when it has none."""
    found = _URL.fullmatch(url)
    if found is None or part not in _PARTS:
        return None
    return (found["six"] or found["host"] or None) if part == "host" else found[part] or None


def _parameter(url: str, name: str) -> str | None:
    query = url_part(url, "query")
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace") if query is not None else []
    return next((value for key, value in pairs if key == name), None)


ENCODINGS = (
    Function("base64_encode", lambda text: base64.b64encode(text.encode("utf-8", "replace")).decode()),
    Function("base64_decode", lambda text: _decoded(text, "utf-8")),
    Function("base64_decode_utf16", lambda text: _decoded(text, "utf-16-le")),
    Function("hex_encode", lambda text: text.encode("utf-8", "replace").hex()),
    Function("hex_decode", _hex_decoded),
    Function("to_hex", lambda value: f"{value & (2**64 - 1):x}"),
    Function("url_encode", lambda text: quote(text.encode("utf-8", "replace"), safe="")),
    Function("url_decode", lambda text: unquote(text, errors="replace")),
    Function("url_decode_plus", lambda text: unquote(text.replace("+", " "), errors="replace")),
    Function("url_part", url_part, fault=one_of(1, _PARTS)),
    Function("url_parameter", _parameter),
)
