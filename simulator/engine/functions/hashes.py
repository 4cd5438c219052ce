"""Hashes of texts."""

from __future__ import annotations

import hashlib
import zlib

from simulator.engine.functions.model import Function
from simulator.engine.functions.templates import sql


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


HASHES = (
    Function("md5", lambda text: hashlib.md5(_bytes(text), usedforsecurity=False).hexdigest(), sql("md5(_0)")),
    Function("sha1", lambda text: hashlib.sha1(_bytes(text), usedforsecurity=False).hexdigest(), sql("sha1(_0)")),
    Function("sha256", lambda text: hashlib.sha256(_bytes(text)).hexdigest(), sql("sha256(_0)")),
    Function("sha512", lambda text: hashlib.sha512(_bytes(text)).hexdigest()),
    Function("crc32", lambda text: zlib.crc32(_bytes(text))),
)
