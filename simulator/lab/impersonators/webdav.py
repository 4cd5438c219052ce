"""WebDAV (RFC 4918), classes 1 and 2 as far as clients that upload need it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Final
from urllib.parse import quote, unquote, urlsplit
from xml.sax.saxutils import escape

from simulator.lab.exchange import Request, Response, as_xml, ranged

_ALLOWED: Final = "OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK"


@dataclass(slots=True)
class WebDav:
    """A tree of folders and files; paths without a slash at the end. Everybody is let in."""

    folders: set[str] = field(default_factory=lambda: {""})
    files: dict[str, tuple[bytes, float]] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """One method on one resource."""
        path = request.plain_path.rstrip("/")
        match request.method:
            case "OPTIONS":
                return Response(200, headers=(("DAV", "1, 2"), ("Allow", _ALLOWED), ("MS-Author-Via", "DAV")))
            case "PROPFIND":
                return self._propfind(request, path)
            case "GET" | "HEAD":
                return self._get(request, path)
            case "PUT":
                return self._put(request, path)
            case "MKCOL":
                return self._make(path)
            case "DELETE":
                return self._delete(path)
            case "MOVE" | "COPY":
                return self._move(request, path)
            case "PROPPATCH":
                return as_xml(f'<D:multistatus xmlns:D="DAV:">{_state(path, False, "")}</D:multistatus>', 207)
            case "LOCK":
                return self._lock(path)
            case "UNLOCK":
                return Response(204)
            case _:
                return Response(405, headers=(("Allow", _ALLOWED),))

    def _propfind(self, request: Request, path: str) -> Response:
        if path not in self.folders and path not in self.files:
            return Response(404)
        shown = [path]
        if path in self.folders and request.header("depth", "1") != "0":
            shown += sorted(one for one in {*self.folders, *self.files} if one and _parent(one) == path)
        states = "".join(self._described(one) for one in shown)
        return as_xml(f'<D:multistatus xmlns:D="DAV:">{states}</D:multistatus>', 207)

    def _described(self, path: str) -> str:
        if path in self.folders:
            return _state(path, True, "<D:resourcetype><D:collection/></D:resourcetype>")
        body, time = self.files[path]
        return _state(
            path,
            False,
            f"<D:resourcetype/><D:getcontentlength>{len(body)}</D:getcontentlength>"
            f"<D:getlastmodified>{formatdate(time, usegmt=True)}</D:getlastmodified>"
            f"<D:getetag>{_etag(body)}</D:getetag>",
        )

    def _get(self, request: Request, path: str) -> Response:
        if path not in self.files:
            return Response(405 if path in self.folders else 404)
        body, time = self.files[path]
        headers = (("ETag", _etag(body)), ("Last-Modified", formatdate(time, usegmt=True)))
        return ranged(body, request.header("range"), headers)

    def _put(self, request: Request, path: str) -> Response:
        if _parent(path) not in self.folders:
            return Response(409)
        new = path not in self.files
        self.files[path] = (request.body, request.time)
        return Response(201 if new else 204, headers=(("ETag", _etag(request.body)),))

    def _make(self, path: str) -> Response:
        if path in self.folders or path in self.files:
            return Response(405)
        if _parent(path) not in self.folders:
            return Response(409)
        self.folders.add(path)
        return Response(201)

    def _delete(self, path: str) -> Response:
        if path not in self.folders and path not in self.files:
            return Response(404)
        inside = f"{path}/"
        self.folders -= {one for one in self.folders if one == path or one.startswith(inside)}
        for one in [one for one in self.files if one == path or one.startswith(inside)]:
            del self.files[one]
        return Response(204)

    def _move(self, request: Request, path: str) -> Response:
        target = unquote(urlsplit(request.header("destination")).path).rstrip("/")
        if path not in self.files and path not in self.folders:
            return Response(404)
        if _parent(target) not in self.folders:
            return Response(409)
        new = target not in self.files and target not in self.folders
        for one in [one for one in self.files if one == path or one.startswith(f"{path}/")]:
            self.files[target + one.removeprefix(path)] = self.files[one]
        self.folders |= {target + o.removeprefix(path) for o in self.folders if o == path or o.startswith(f"{path}/")}
        if request.method == "MOVE":
            self._delete(path)
        return Response(201 if new else 204)

    def _lock(self, path: str) -> Response:
        token = f"opaquelocktoken:{hashlib.sha256(path.encode()).hexdigest()[:32]}"
        held = (
            "<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:exclusive/></D:lockscope>"
            f"<D:depth>0</D:depth><D:locktoken><D:href>{token}</D:href></D:locktoken></D:activelock>"
        )
        text = f'<D:prop xmlns:D="DAV:"><D:lockdiscovery>{held}</D:lockdiscovery></D:prop>'
        return as_xml(text, 200, (("Lock-Token", f"<{token}>"),))


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


def _state(path: str, folder: bool, properties: str) -> str:
    href = quote(path + ("/" if folder else ""))
    return (
        f"<D:response><D:href>{escape(href)}</D:href><D:propstat><D:prop>{properties}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )
