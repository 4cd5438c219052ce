"""Dev tunnels: a relay that lets a host register and drops what it sends.

Source: https://learn.microsoft.com/azure/developer/dev-tunnels/security (names and ports) and the open SDK's contracts
(https://github.com/microsoft/dev-tunnels). No bytes are passed on: the relay's WebSocket is accepted by its handshake
alone and closed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from simulator.lab.exchange import Request, Response, as_json, as_text


@dataclass(slots=True)
class DevTunnels:
    """The tunnels that were registered."""

    tunnels: dict[str, dict[str, object]] = field(default_factory=dict)
    dropped: int = 0
    """Bytes that were accepted and thrown away."""

    def answer(self, request: Request) -> Response:
        """Register, describe or relay."""
        self.dropped += len(request.body)
        if request.header("upgrade").lower() == "websocket":
            return Response(503, b"", (("Connection", "close"), ("Retry-After", "3600")))
        if request.host == "login.microsoftonline.com":
            return as_json({"error": "authorization_pending"}, 400)
        words = [word for word in request.path.split("/") if word]
        if words[:1] != ["tunnels"] and words[:3] != ["api", "v1", "tunnels"]:
            return as_text("", 200)
        if request.method in ("POST", "PUT"):
            name = words[-1] if words[-1] != "tunnels" else hashlib.sha256(request.body).hexdigest()[:8]
            about: dict[str, object] = {"tunnelId": name, "clusterId": "euw", "endpoints": [], "ports": []}
            self.tunnels[name] = about
            return as_json(about, 201)
        if request.method == "GET" and words[-1] == "tunnels":
            return as_json({"value": list(self.tunnels.values())})
        known = self.tunnels.get(words[-1])
        return as_json(known) if known else as_json({"title": "Tunnel not found."}, 404)
