"""restic's REST server, both versions of its interface.

Source: https://restic.readthedocs.io/en/stable/100_references.html#rest-backend.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from simulator.lab.exchange import Request, Response, ranged

_KINDS: Final = ("data", "keys", "locks", "snapshots", "index")
_V1: Final = "application/vnd.x.restic.rest.v1"
_V2: Final = "application/vnd.x.restic.rest.v2"


@dataclass(slots=True)
class ResticServer:
    """Repositories by path: their blobs, and under `config` their configuration."""

    blobs: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """(repository, `<kind>/<name>` or `config`) -> content."""

    def answer(self, request: Request) -> Response:
        """One operation on a repository."""
        words = [word for word in request.path.split("/") if word]
        if request.method == "POST" and request.parameter("create") == "true":
            return Response(200)
        if words and words[-1] == "config":
            return self._blob(request, "/".join(words[:-1]), "config")
        if words and words[-1] in _KINDS:
            return self._list(request, "/".join(words[:-1]), words[-1])
        if len(words) >= 2 and words[-2] in _KINDS:
            return self._blob(request, "/".join(words[:-2]), f"{words[-2]}/{words[-1]}")
        return Response(404)

    def _blob(self, request: Request, repository: str, name: str) -> Response:
        match request.method:
            case "POST":
                self.blobs[repository, name] = request.body
                return Response(200)
            case "DELETE":
                self.blobs.pop((repository, name), None)
                return Response(200)
            case _ if (repository, name) in self.blobs:
                return ranged(self.blobs[repository, name], request.header("range"))
            case _:
                return Response(404)

    def _list(self, request: Request, repository: str, kind: str) -> Response:
        names = [
            (name.rpartition("/")[2], len(body))
            for (of, name), body in sorted(self.blobs.items())
            if of == repository and name.startswith(f"{kind}/")
        ]
        if _V2 in request.header("accept"):
            return Response(
                200, json.dumps([{"name": n, "size": s} for n, s in names]).encode(), (("Content-Type", _V2),)
            )
        return Response(200, json.dumps([name for name, _ in names]).encode(), (("Content-Type", _V1),))
