"""MEGA's interface, as far as it can be answered honestly.

Commands are JSON arrays posted to `/cs?id=<n>`, answered by an array with one result each, errors by negative numbers
(public in MEGA's SDK: include/mega/types.h). A log-in needs the account's password on the server's side to make a
session that the client can decrypt, which nobody has published a server for: it is refused as MEGA refuses an unknown
account, with ENOENT. Whoever needs more than look-ups, agents and refused log-ins should use another service.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from simulator.lab.exchange import Request, Response, as_json, as_text

EARGS: Final = -2
ENOENT: Final = -9
ESID: Final = -15

_WITHOUT_SESSION: Final[dict[str, Any]] = {
    "us0": {"v": 1},
    "us": ENOENT,
    "up": ENOENT,
    "wpv": 0,
    "gmf": [],
}
"""What each command gives to a client that is not logged in; all others give ESID."""


@dataclass(slots=True)
class Mega:
    """Counts what it was asked."""

    commands: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """The results of the commands in one request."""
        if request.host.endswith(".userstorage.mega.co.nz") or "userstorage" in request.host:
            return as_text(str(ESID), 200)
        if request.path != "/cs":
            return as_text("", 404)
        asked = request.json()
        if not isinstance(asked, list):
            return as_json(EARGS)
        return as_json([self._one(command) for command in asked])

    def _one(self, command: Any) -> Any:
        name = command.get("a") if isinstance(command, dict) else None
        if not isinstance(name, str):
            return EARGS
        self.commands.append(name)
        return _WITHOUT_SESSION.get(name, ESID)
