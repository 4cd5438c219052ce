"""Telegram's Bot API. Source: https://core.telegram.org/bots/api (methods, results, the limit of 50 MB)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.lab.exchange import Request, Response, as_json, form_parts

_LARGEST: Final = 50 * 1000 * 1000
_PATH: Final = re.compile(r"/bot(?P<number>\d+):(?P<secret>[A-Za-z0-9_-]{30,})/(?P<method>[A-Za-z]+)")
_FILES: Final = {"senddocument": "document", "sendphoto": "photo", "sendvideo": "video", "sendaudio": "audio"}


@dataclass(slots=True)
class Telegram:
    """All chats of all bots."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    received: list[tuple[str, int]] = field(default_factory=list)
    """Name and size of each file."""

    def answer(self, request: Request) -> Response:
        """One method of the Bot API."""
        found = _PATH.fullmatch(request.path)
        if found is None:
            wrong_token = request.path.startswith("/bot")
            return _failed(401, "Unauthorized") if wrong_token else _failed(404, "Not Found")
        bot = {"id": int(found["number"]), "is_bot": True, "first_name": "bot", "username": f"bot{found['number']}_bot"}
        match found["method"].lower():
            case "getme":
                return _done(bot | {"can_join_groups": True, "supports_inline_queries": False})
            case "getupdates":
                return _done([])
            case "setwebhook" | "deletewebhook" | "sendchataction":
                return _done(True)
            case "sendmessage" | "senddocument" | "sendphoto" | "sendvideo" | "sendaudio" as method:
                return self._send(request, bot, method)
            case _:
                return _failed(404, "Not Found")

    def _send(self, request: Request, bot: dict[str, Any], method: str) -> Response:
        fields, files = _fields(request)
        if not fields.get("chat_id"):
            return _failed(400, "Bad Request: chat_id is empty")
        message: dict[str, Any] = {
            "message_id": len(self.messages) + 1,
            "from": bot,
            "chat": {"id": fields["chat_id"], "type": "private"},
            "date": int(request.time),
        }
        kind = _FILES.get(method)
        if kind is None:
            if not fields.get("text"):
                return _failed(400, "Bad Request: message text is empty")
            message["text"] = fields["text"]
        elif kind in files:
            name, content = files[kind]
            if len(content) > _LARGEST:
                return _failed(413, "Request Entity Too Large")
            self.received.append((name, len(content)))
            about = {"file_id": f"BQAC{len(self.received):08}", "file_unique_id": f"AgAD{len(self.received):04}"}
            message[kind] = about | {"file_name": name, "file_size": len(content)}
        else:
            return _failed(400, f"Bad Request: there is no {kind} in the request")
        if "caption" in fields:
            message["caption"] = fields["caption"]
        self.messages.append(message)
        return _done(message)


def _fields(request: Request) -> tuple[dict[str, str], dict[str, tuple[str, bytes]]]:
    """Fields and files of a call, however they were passed: query, form or JSON."""
    fields = dict(request.query)
    files: dict[str, tuple[str, bytes]] = {}
    if request.header("content-type").lower().startswith("application/json"):
        given = request.json()
        fields |= {key: str(value) for key, value in given.items()} if isinstance(given, dict) else {}
    for part in form_parts(request):
        if part.filename is None:
            fields[part.name] = part.content.decode("utf-8", "replace")
        else:
            files[part.name] = (part.filename, part.content)
    return fields, files


def _done(result: object) -> Response:
    return as_json({"ok": True, "result": result}, headers=(("Server", "nginx/1.18.0"),))


def _failed(status: int, description: str) -> Response:
    body = json.dumps({"ok": False, "error_code": status, "description": description}).encode()
    return Response(status, body, (("Content-Type", "application/json"), ("Server", "nginx/1.18.0")))
