"""Sites that take files from anybody and answer with a link.

Sources: the sites' own usage pages (https://transfer.sh, https://0x0.st, https://file.io, https://temp.sh,
https://bashupload.com, https://catbox.moe/tools.php, https://gofile.io/api, https://filebin.net).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from simulator.lab.exchange import Request, Response, as_json, as_text, form_parts, ranged


@dataclass(frozen=True, slots=True)
class Upload:
    """A file somebody gave away."""

    site: str
    name: str
    content: bytes
    key: str

    @property
    def link(self) -> str:
        """Where it can be fetched."""
        return f"https://{self.site}/{self.key}/{self.name}"


def _text(upload: Upload) -> Response:
    return as_text(f"{upload.link}\n")


def _transfer(upload: Upload) -> Response:
    return as_text(
        upload.link, headers=(("X-Url-Delete", f"{upload.link}/delete"), ("Server", "Transfer.sh HTTP Server"))
    )


def _null(upload: Upload) -> Response:
    ending = upload.name.rpartition(".")[2] or "bin"
    return as_text(f"https://{upload.site}/{upload.key[:4]}.{ending}\n")


def _file_io(upload: Upload) -> Response:
    about = {"success": True, "status": 200, "key": upload.key, "name": upload.name, "size": len(upload.content)}
    return as_json(about | {"link": f"https://file.io/{upload.key}", "maxDownloads": 1, "autoDelete": True})


def _gofile(upload: Upload) -> Response:
    about = {"downloadPage": f"https://gofile.io/d/{upload.key}", "code": upload.key, "fileName": upload.name}
    return as_json({"status": "ok", "data": about | {"md5": hashlib.md5(upload.content).hexdigest()}})  # noqa: S324


def _filebin(upload: Upload) -> Response:
    return as_json({"bin": {"id": upload.key}, "file": {"filename": upload.name, "bytes": len(upload.content)}}, 201)


ANSWERS: Final[Mapping[str, Callable[[Upload], Response]]] = {
    "transfer.sh": _transfer,
    "0x0.st": _null,
    "x0.at": _null,
    "file.io": _file_io,
    "gofile.io": _gofile,
    "filebin.net": _filebin,
    "temp.sh": _text,
    "bashupload.com": _text,
    "catbox.moe": _text,
    "oshi.at": _text,
}
"""What each site says to an upload, by its domain."""


@dataclass(slots=True)
class FileSharing:
    """All files on all sites."""

    uploads: list[Upload] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """Take an upload, give a download, or show the page."""
        site = next((one for one in ANSWERS if request.host == one or request.host.endswith(f".{one}")), "temp.sh")
        if request.method in ("PUT", "POST"):
            return self._take(request, site)
        for upload in self.uploads:
            if upload.site == request.host and request.plain_path.startswith(f"/{upload.key}"):
                return ranged(upload.content, request.header("range"))
        return (
            as_text(f"{site}: share files from the command line\n")
            if request.path == "/"
            else as_text("not found\n", 404)
        )

    def _take(self, request: Request, site: str) -> Response:
        file = next((part for part in form_parts(request) if part.filename is not None), None)
        name = file.filename if file and file.filename else request.plain_path.rpartition("/")[2] or "upload.bin"
        content = file.content if file else request.body
        if not content:
            return as_text("nothing was uploaded\n", 400)
        key = hashlib.sha256(f"{name}{len(self.uploads)}".encode()).hexdigest()[:8]
        upload = Upload(request.host, name, content, key)
        self.uploads.append(upload)
        return ANSWERS[site](upload)
