"""Any other web service that takes what it is sent: webhooks, a company's own portals, package repositories."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.lab.exchange import Request, Response, as_json, as_text, ranged


@dataclass(slots=True)
class Web:
    """Keeps what is put, gives it back, and says thanks for the rest."""

    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def answer(self, request: Request) -> Response:
        """One request."""
        place = (request.host, request.path)
        match request.method:
            case "PUT":
                new = place not in self.kept
                self.kept[place] = request.body
                return Response(201 if new else 204)
            case "POST":
                return as_text("ok") if request.host == "hooks.slack.com" else as_json({"ok": True})
            case "GET" | "HEAD" if place in self.kept:
                return ranged(self.kept[place], request.header("range"))
            case "GET" | "HEAD" if request.path in ("/", "/health"):
                return as_text("ok")
            case _:
                return as_text("", 404)
