"""Dropbox's HTTP interface: tokens, listings, uploads whole and in sessions.

Source: https://www.dropbox.com/developers/documentation/http/documentation, and for `content_hash`
https://www.dropbox.com/developers/reference/content-hash.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from time import gmtime, strftime
from typing import Any, Final

from simulator.lab.exchange import Request, Response, as_json, ranged

_BLOCK: Final = 4 << 20


def content_hash(body: bytes) -> str:
    """SHA-256 of the SHA-256s of each 4 MiB."""
    blocks = (body[start : start + _BLOCK] for start in range(0, len(body), _BLOCK))
    return hashlib.sha256(b"".join(hashlib.sha256(block).digest() for block in blocks)).hexdigest()


@dataclass(slots=True)
class Dropbox:
    """One account's files and folders, paths in lower case as keys."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    folders: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: dict[str, bytes] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """One call, by its path below /2."""
        if request.path in ("/oauth2/token", "/1/oauth2/token"):
            return as_json({"access_token": "sl.lab", "token_type": "bearer", "expires_in": 14400})
        call = request.path.removeprefix("/2/")
        argument = _argument(request)
        match call:
            case "users/get_current_account":
                name = {"display_name": "Lab", "given_name": "Lab", "surname": "", "familiar_name": "Lab"}
                return as_json({"account_id": "dbid:lab", "name": name, "email": "lab@example.org"})
            case "users/get_space_usage":
                return as_json({"used": 0, "allocation": {".tag": "individual", "allocated": 2 << 30}})
            case "files/list_folder":
                return self._list(argument)
            case "files/list_folder/continue":
                return as_json({"entries": [], "cursor": "lab", "has_more": False})
            case "files/get_metadata":
                found = self._find(argument)
                return as_json(found) if found else _failed("path/not_found/")
            case "files/create_folder_v2":
                return self._make(argument)
            case "files/delete_v2":
                return self._delete(argument)
            case "files/download":
                return self._download(request, argument)
            case "files/upload":
                return as_json(self._keep(argument, request.body, request.time))
            case "files/upload_session/start":
                number = f"pid_upload_session:{len(self.sessions):06}"
                self.sessions[number] = request.body
                return as_json({"session_id": number})
            case "files/upload_session/append_v2" | "files/upload_session/finish":
                return self._continue(request, argument, finish=call.endswith("finish"))
            case "files/upload_session/finish_batch" | "files/upload_session/finish_batch_v2":
                return self._batch(request, argument, v2=call.endswith("v2"))
            case _:
                return Response(400, f"Unknown API function: {call}".encode())

    def _list(self, argument: dict[str, Any]) -> Response:
        path = str(argument.get("path", "")).lower().rstrip("/")
        if path and path not in self.folders:
            return _failed("path/not_found/")
        everything = {**self.folders, **self.files}
        deep = bool(argument.get("recursive"))
        inside = [one for key, one in sorted(everything.items()) if _inside(key, path, deep)]
        return as_json({"entries": inside, "cursor": "lab", "has_more": False})

    def _find(self, argument: dict[str, Any]) -> dict[str, Any] | None:
        path = str(argument.get("path", "")).lower()
        return self.files.get(path) or self.folders.get(path)

    def _make(self, argument: dict[str, Any]) -> Response:
        path = str(argument.get("path", ""))
        if path.lower() in self.folders:
            return _failed("path/conflict/folder/")
        return as_json({"metadata": self._folder(path)})

    def _folder(self, path: str) -> dict[str, Any]:
        made = {".tag": "folder", "name": path.rpartition("/")[2], "path_display": path, "path_lower": path.lower()}
        return self.folders.setdefault(path.lower(), made | {"id": f"id:{len(self.folders):06}f"})

    def _delete(self, argument: dict[str, Any]) -> Response:
        found = self._find(argument)
        if found is None:
            return _failed("path_lookup/not_found/")
        for key in [key for key in (*self.files, *self.folders) if _inside(key, found["path_lower"], True)]:
            self.files.pop(key, None)
            self.folders.pop(key, None)
        self.files.pop(found["path_lower"], None)
        self.folders.pop(found["path_lower"], None)
        return as_json({"metadata": found})

    def _download(self, request: Request, argument: dict[str, Any]) -> Response:
        path = str(argument.get("path", "")).lower()
        if path not in self.files:
            return _failed("path/not_found/")
        about = (("Dropbox-API-Result", json.dumps(self.files[path])),)
        return ranged(self.contents[path], request.header("range"), about)

    def _continue(self, request: Request, argument: dict[str, Any], *, finish: bool) -> Response:
        cursor = argument.get("cursor") or {}
        number = str(cursor.get("session_id", ""))
        have = self.sessions.get(number)
        if have is None:
            return _failed("lookup_failed/not_found/" if finish else "not_found/")
        if int(cursor.get("offset", 0)) != len(have):
            error = {".tag": "incorrect_offset", "correct_offset": len(have)}
            return as_json({"error_summary": "incorrect_offset/.", "error": error}, 409)
        self.sessions[number] = have + request.body
        if not finish:
            return Response(200, b"null", (("Content-Type", "application/json"),))
        return as_json(self._keep(argument.get("commit") or {}, self.sessions.pop(number), request.time))

    def _batch(self, request: Request, argument: dict[str, Any], *, v2: bool) -> Response:
        made: list[dict[str, Any]] = []
        for entry in argument.get("entries", []):
            body = self.sessions.pop(str(entry["cursor"]["session_id"]), None)
            if body is None:
                made.append({".tag": "failure", "failure": {".tag": "lookup_failed"}})
            else:
                made.append(self._keep(entry["commit"], body, request.time) | {".tag": "success"})
        return as_json({"entries": made} | ({} if v2 else {".tag": "complete"}))

    def _keep(self, commit: dict[str, Any], body: bytes, time: float) -> dict[str, Any]:
        path = str(commit.get("path", "/upload.bin"))
        for end in [i for i, letter in enumerate(path) if letter == "/" and i]:
            self._folder(path[:end])
        stamp = strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(time))
        about = {
            ".tag": "file",
            "name": path.rpartition("/")[2],
            "path_display": path,
            "path_lower": path.lower(),
            "id": f"id:{len(self.files):06}",
            "client_modified": commit.get("client_modified") or stamp,
            "server_modified": stamp,
            "rev": f"{len(self.contents) + 1:015x}",
            "size": len(body),
            "is_downloadable": True,
            "content_hash": content_hash(body),
        }
        self.files[path.lower()], self.contents[path.lower()] = about, body
        return about


def _argument(request: Request) -> dict[str, Any]:
    """The argument of a call: in a header beside content, else the body."""
    raw = request.header("dropbox-api-arg")
    try:
        given = json.loads(raw) if raw else request.json()
    except ValueError:
        given = None
    return given if isinstance(given, dict) else {}


def _inside(key: str, folder: str, deep: bool) -> bool:
    rest = key.removeprefix(f"{folder}/") if key.startswith(f"{folder}/") else ""
    return bool(rest) and (deep or "/" not in rest)


def _failed(summary: str) -> Response:
    tags = [tag for tag in summary.split("/") if tag]
    error: dict[str, Any] = {".tag": tags[0]}
    if len(tags) > 1:
        error[tags[0]] = {".tag": tags[1]}
    return as_json({"error_summary": f"{summary}..", "error": error}, 409)
