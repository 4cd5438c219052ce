"""Google Drive, version 3: tokens, listings, uploads simple, multipart and resumable.

Source: https://developers.google.com/workspace/drive/api/guides/manage-uploads and the reference of `files`.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from time import gmtime, strftime
from typing import Any, Final

from simulator.lab.exchange import Request, Response, as_json, multipart, ranged

_FOLDER: Final = "application/vnd.google-apps.folder"
_ROOT: Final = "0ALabRootFolder0000"


@dataclass(slots=True)
class Drive:
    """One account's files by id."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    pending: dict[str, tuple[str | None, dict[str, Any], bytes]] = field(default_factory=dict)
    """Resumable uploads: the file they replace, its metadata, what has come so far."""

    def answer(self, request: Request) -> Response:
        """One call."""
        if request.path in ("/token", "/oauth2/v4/token", "/o/oauth2/token"):
            return as_json({"access_token": "ya29.lab", "expires_in": 3599, "token_type": "Bearer"})
        if request.path.startswith("/upload/drive/v3/files"):
            return self._upload(request)
        if request.path == "/drive/v3/about":
            quota = {"limit": str(15 << 30), "usage": "0", "usageInDrive": "0", "usageInDriveTrash": "0"}
            return as_json({"user": {"emailAddress": "lab@example.org"}, "storageQuota": quota})
        found = re.fullmatch(r"/drive/v3/files(?:/(?P<id>[^/]+))?", request.path)
        if found is None:
            return _failed(404, "Not Found")
        return self._file(request, found["id"]) if found["id"] else self._files(request)

    def _files(self, request: Request) -> Response:
        if request.method == "POST":
            return as_json(self._keep(None, request.json() or {}, None, request.time))
        words = re.findall(r"'([^']+)' in parents", request.parameter("q"))
        names = re.findall(r"name\s*=\s*'((?:[^'\\]|\\.)*)'", request.parameter("q"))
        wanted = {_ROOT if one == "root" else one for one in words}
        shown = [
            one
            for one in self.files.values()
            if (not wanted or wanted & set(one["parents"])) and (not names or one["name"] in names)
        ]
        return as_json({"kind": "drive#fileList", "incompleteSearch": False, "files": shown})

    def _file(self, request: Request, number: str) -> Response:
        if number in ("root", _ROOT):
            return as_json({"id": _ROOT, "name": "My Drive", "mimeType": _FOLDER, "parents": []})
        if number == "generateIds":
            return as_json({"ids": [self._next()]})
        if number not in self.files:
            return _failed(404, f"File not found: {number}.")
        match request.method:
            case "DELETE":
                self.files.pop(number)
                self.contents.pop(number, None)
                return Response(204)
            case "PATCH":
                return as_json(self._keep(number, request.json() or {}, None, request.time))
            case _ if request.parameter("alt") == "media":
                return ranged(self.contents.get(number, b""), request.header("range"))
            case _:
                return as_json(self.files[number])

    def _upload(self, request: Request) -> Response:
        number = request.path.removeprefix("/upload/drive/v3/files").strip("/") or None
        if number is not None and number not in self.files:
            return _failed(404, f"File not found: {number}.")
        if request.asks("upload_id"):
            return self._resume(request, request.parameter("upload_id"))
        match request.parameter("uploadType"):
            case "multipart":
                parts = multipart(request.header("content-type"), request.body)
                about = _object(parts[0][1]) if len(parts) == 2 else None
                if about is None:
                    return _failed(400, "Malformed multipart body.")
                return as_json(self._keep(number, about, parts[1][1], request.time))
            case "resumable":
                upload = f"ABLab{len(self.pending):06}"
                self.pending[upload] = (number, request.json() or {}, b"")
                where = f"https://{request.host}{request.path}?uploadType=resumable&upload_id={upload}"
                return Response(200, headers=(("Location", where), ("X-GUploader-UploadID", upload)))
            case _:
                return as_json(self._keep(number, {"name": "Untitled"}, request.body, request.time))

    def _resume(self, request: Request, upload: str) -> Response:
        if upload not in self.pending:
            return _failed(404, "Upload not found.")
        number, about, have = self.pending[upload]
        have += request.body
        total = request.header("content-range").rpartition("/")[2]
        if total not in ("", "*") and len(have) < int(total):
            self.pending[upload] = (number, about, have)
            return Response(308, headers=(("Range", f"bytes=0-{len(have) - 1}"),) if have else ())
        del self.pending[upload]
        return as_json(self._keep(number, about, have, request.time))

    def _next(self) -> str:
        return f"1Lab{len(self.files):028}"

    def _keep(self, number: str | None, about: dict[str, Any], body: bytes | None, time: float) -> dict[str, Any]:
        key = number or about.get("id") or self._next()
        stamp = strftime("%Y-%m-%dT%H:%M:%S.000Z", gmtime(time))
        made: dict[str, Any] = {
            "kind": "drive#file",
            "parents": [_ROOT],
            "mimeType": "application/octet-stream",
            "createdTime": stamp,
            "modifiedTime": stamp,
            "trashed": False,
        }
        made |= self.files.get(key, {}) | about | {"id": key}
        made["parents"] = [_ROOT if one == "root" else one for one in made["parents"]]
        if body is not None:
            digest = hashlib.md5(body).hexdigest()  # noqa: S324
            made |= {"size": str(len(body)), "md5Checksum": digest}
            self.contents[key] = body
        self.files[key] = made
        return made


def _object(raw: bytes) -> dict[str, Any] | None:
    """A JSON object; None for anything else."""
    try:
        made = json.loads(raw or b"{}")
    except ValueError:
        return None
    return made if isinstance(made, dict) else None


def _failed(status: int, message: str) -> Response:
    reason = {404: "notFound", 400: "badRequest"}[status]
    errors = [{"domain": "global", "reason": reason, "message": message}]
    return as_json({"error": {"code": status, "message": message, "errors": errors}}, status)
