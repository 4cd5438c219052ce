"""An HTTP exchange as impersonators see it: plain values, no library's types."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks. Header names are lower case, `path` is as sent (percent-encoded), without the query."""

    method: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    scheme: str = "https"
    port: int = 443
    time: float = 0.0
    """Seconds since 1970."""

    @property
    def plain_path(self) -> str:
        """The path with its escapes undone."""
        return unquote(self.path)

    def parameter(self, name: str, otherwise: str = "") -> str:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), otherwise)

    def asks(self, name: str) -> bool:
        """Whether the query names a parameter, with or without a value."""
        return any(key == name for key, _ in self.query)

    def header(self, name: str, otherwise: str = "") -> str:
        """A header's value by its lower-case name."""
        return self.headers.get(name, otherwise)

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body or b"null")
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Response:
    """What the service answers. The length of the body is added by whoever sends it."""

    status: int
    body: bytes = b""
    headers: Headers = ()


class Service(Protocol):
    """A service that exists only in the lab. State is its own; time comes with the request."""

    def answer(self, request: Request) -> Response:
        """What the real service would answer, as far as its public protocol says."""


def request(method: str, url: str, body: bytes | str = b"", *, time: float = 0.0, **headers: str) -> Request:
    """A request by URL, for scripts of an exchange; `_` in header names stands for `-`."""
    scheme, _, rest = url.partition("://")
    where, slash, tail = rest.partition("/")
    path, _, query = tail.partition("?")
    host, _, port = where.partition(":")
    return Request(
        method=method,
        host=host.lower(),
        path=(slash or "/") + path,
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers={name.lower().replace("_", "-"): value for name, value in headers.items()},
        body=body.encode() if isinstance(body, str) else body,
        scheme=scheme,
        port=int(port) if port else 443 if scheme == "https" else 80,
        time=time,
    )


def as_json(value: object, status: int = 200, headers: Headers = ()) -> Response:
    """An answer in JSON."""
    return Response(status, json.dumps(value).encode(), (("Content-Type", "application/json"), *headers))


def as_text(value: str, status: int = 200, headers: Headers = ()) -> Response:
    """An answer in plain text."""
    return Response(status, value.encode(), (("Content-Type", "text/plain; charset=utf-8"), *headers))


def as_xml(value: str, status: int = 200, headers: Headers = ()) -> Response:
    """An answer in XML; `value` is what stands below the declaration."""
    whole = '<?xml version="1.0" encoding="UTF-8"?>\n' + value
    return Response(status, whole.encode(), (("Content-Type", "application/xml"), *headers))


def ranged(body: bytes, wanted: str, headers: Headers = ()) -> Response:
    """A whole body, or the one range of it that a `Range` header asks for (RFC 9110, section 14)."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted.strip())
    if not found or found[0] == "bytes=-":
        return Response(200, body, (*headers, ("Accept-Ranges", "bytes")))
    first, last = found[1], found[2]
    start = int(first) if first else max(0, len(body) - int(last))
    stop = min(len(body), int(last) + 1) if first and last else len(body)
    if start >= stop:
        return Response(416, b"", (("Content-Range", f"bytes */{len(body)}"),))
    place = ("Content-Range", f"bytes {start}-{stop - 1}/{len(body)}")
    return Response(206, body[start:stop], (*headers, ("Accept-Ranges", "bytes"), place))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form: its field, the name of the file where it is one, and its content."""

    name: str
    filename: str | None
    content: bytes


def form_parts(request: Request) -> tuple[Part, ...]:
    """The parts of a `multipart/form-data` body (RFC 7578), or the fields of a urlencoded one; else nothing."""
    kind = request.header("content-type")
    if kind.lower().startswith("application/x-www-form-urlencoded"):
        fields = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        return tuple(Part(name, None, value.encode()) for name, value in fields)
    return tuple(
        Part(_word(head, "name") or "", _word(head, "filename"), content)
        for head, content in multipart(kind, request.body)
    )


def multipart(kind: str, body: bytes) -> tuple[tuple[str, bytes], ...]:
    """The parts of any multipart body: the text of each one's headers, and its content."""
    found = re.search(r'boundary="?([^";]+)"?', kind)
    if not found:
        return ()
    mark = b"--" + found[1].encode()
    made: list[tuple[str, bytes]] = []
    for piece in body.split(mark)[1:]:
        if piece.startswith(b"--"):
            break
        head, gap, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if gap:
            made.append((head.decode("utf-8", "replace"), content.removesuffix(b"\r\n")))
    return tuple(made)


def _word(head: str, name: str) -> str | None:
    found = re.search(rf'\b{name}="([^"]*)"', head)
    return found[1] if found else None
