"""A GitHub-like host: git's smart HTTP protocol for pushes, LFS's batch interface, and the storage behind it.

Sources: https://git-scm.com/docs/http-protocol and /protocol-common (packet lines, report-status);
https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md and locking.md. Packs are kept, not unpacked: a clone of
what was pushed is refused, which is said in the answer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.lab.exchange import Request, Response, as_json, as_text, ranged

_NOBODY: Final = "0" * 40
_LFS: Final = "application/vnd.git-lfs+json"
_STORAGE: Final = "github-cloud.s3.amazonaws.com"
_CAN: Final = "report-status delete-refs ofs-delta agent=git/github-lab"


@dataclass(slots=True)
class Repository:
    """What was pushed to one repository."""

    refs: dict[str, str] = field(default_factory=dict)
    packs: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class GitHub:
    """All repositories, and the large files of all of them by hash."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """One request of git, of LFS, or to the storage."""
        if request.host == _STORAGE or "/alambic/media/" in request.path:
            return self._storage(request)
        if request.host.startswith(("api.", "gist.")):
            return self._interface(request)
        found = re.fullmatch(
            r"/(?P<name>[^/]+/[^/]+?)(?:\.git)?/(?P<what>info/refs|info/lfs/.*|git-[a-z-]+)", request.path
        )
        if found is None:
            return as_text("Not Found", 404)
        repository = self.repositories.setdefault(found["name"], Repository())
        match found["what"]:
            case "info/refs":
                return _advertise(repository, request.parameter("service"))
            case "git-receive-pack":
                return _receive(repository, request.body)
            case "git-upload-pack":
                return as_text("the lab keeps packs as they come and cannot serve them again", 501)
            case lfs:
                return self._lfs(request, lfs.removeprefix("info/lfs/"))

    def _lfs(self, request: Request, call: str) -> Response:
        kind = (("Content-Type", _LFS),)
        if call == "objects/batch":
            asked = request.json() or {}
            upload = asked.get("operation") == "upload"
            made = [self._action(one, upload=upload) for one in asked.get("objects", [])]
            answer = as_json({"transfer": "basic", "objects": made, "hash_algo": "sha256"})
            return Response(200, answer.body, kind)
        if call.startswith("objects/verify") or call == "verify":
            return Response(200, headers=kind)
        if call == "locks/verify":
            return Response(200, b'{"ours":[],"theirs":[]}', kind)
        if call == "locks":
            return Response(200, b'{"locks":[]}', kind)
        return as_json({"message": "Not Found"}, 404)

    def _action(self, one: dict[str, Any], *, upload: bool) -> dict[str, Any]:
        key = str(one["oid"])
        made: dict[str, Any] = {"oid": key, "size": one["size"], "authenticated": True}
        where = {"href": f"https://{_STORAGE}/alambic/media/{key}", "expires_in": 900}
        if upload:
            self.sizes[key] = int(one["size"])
            return made if key in self.objects else made | {"actions": {"upload": where}}
        if key not in self.objects:
            return made | {"error": {"code": 404, "message": "Object does not exist"}}
        return made | {"actions": {"download": where}}

    def _storage(self, request: Request) -> Response:
        key = request.path.rpartition("/")[2]
        if request.method == "PUT":
            if hashlib.sha256(request.body).hexdigest() != key:
                return as_text("the content is not that of the address", 400)
            self.objects[key] = request.body
            return Response(200, headers=(("ETag", f'"{key[:32]}"'),))
        if key not in self.objects:
            return as_text("", 404)
        return ranged(self.objects[key], request.header("range"))

    def _interface(self, request: Request) -> Response:
        """The REST interface: contents and gists can be written, the rest is not there."""
        found = re.fullmatch(r"/repos/(?P<name>[^/]+/[^/]+)/contents/(?P<path>.+)", request.path)
        if found and request.method == "PUT":
            return as_json({"content": {"path": found["path"]}, "commit": {"sha": _NOBODY}}, 201)
        if request.path == "/gists" and request.method == "POST":
            number = hashlib.sha256(request.body).hexdigest()[:32]
            return as_json({"id": number, "html_url": f"https://gist.github.com/{number}"}, 201)
        return as_json({"message": "Not Found", "documentation_url": "https://docs.github.com/rest"}, 404)


def packet(text: str | bytes) -> bytes:
    """A packet line: four digits of length, and what they count."""
    raw = text.encode() if isinstance(text, str) else text
    return f"{len(raw) + 4:04x}".encode() + raw


FLUSH: Final = b"0000"


def _advertise(repository: Repository, service: str) -> Response:
    if service not in ("git-receive-pack", "git-upload-pack"):
        return as_text("Please upgrade your git client.", 403)
    can = _CAN if service == "git-receive-pack" else "agent=git/github-lab"
    lines = [f"{sha} {name}" for name, sha in sorted(repository.refs.items())] or [f"{_NOBODY} capabilities^{{}}"]
    first, others = lines[0], lines[1:]
    body = packet(f"# service={service}\n") + FLUSH + packet(f"{first}\0{can}\n")
    body += b"".join(packet(f"{line}\n") for line in others) + FLUSH
    kind = f"application/x-{service}-advertisement"
    return Response(200, body, (("Content-Type", kind), ("Cache-Control", "no-cache")))


def _receive(repository: Repository, body: bytes) -> Response:
    """Take the commands and the pack of a push, and report."""
    kind = (("Content-Type", "application/x-git-receive-pack-result"), ("Cache-Control", "no-cache"))
    if body == FLUSH:
        return Response(200, b"", kind)
    report, end = [packet("unpack ok\n")], 0
    for position, line in _packets(body):
        end = position
        found = re.match(rb"([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n]+)", line)
        if not found:
            continue
        new, name = found[2].decode(), found[3].decode()
        if new == _NOBODY:
            repository.refs.pop(name, None)
        else:
            repository.refs[name] = new
        report.append(packet(f"ok {name}\n"))
    pack = body[end:].removeprefix(FLUSH)
    if pack:
        repository.packs.append(pack)
    return Response(200, b"".join(report) + FLUSH, kind)


def _packets(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The packet lines up to the first flush, each with the position after it."""
    position = 0
    while (size := int(body[position : position + 4] or b"0", 16)) > 4:
        yield position + size, body[position + 4 : position + size]
        position += size
