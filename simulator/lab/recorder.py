"""Collects what the proxy sees, by the address of the client that did it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from simulator.lab.recording import Connection, Exchange, Lookup, Observation

SECOND: Final = 1_000_000


def microseconds(seconds: float) -> int:
    """Seconds since 1970 as microseconds."""
    return round(seconds * SECOND)


@dataclass(slots=True)
class Recorder:
    """Observations by client address. Connections are open until `closed`; what is open at the end counts, too."""

    _seen: dict[str, list[Observation]] = field(default_factory=dict)
    _open: dict[tuple[str, int], Connection] = field(default_factory=dict)

    def note(self, client: str, observation: Lookup | Exchange) -> None:
        """A look-up or an exchange; an exchange's bytes are also its connection's, until the kernel says better."""
        self._seen.setdefault(client, []).append(observation)
        if isinstance(observation, Exchange):
            self._change(client, observation.source_port, observation.bytes_out, observation.bytes_in)

    def opened(self, client: str, source_port: int, port: int, time: float) -> None:
        """A client has connected to `port`."""
        self._open[client, source_port] = Connection(microseconds(time), 0, source_port, port, 0, 0)

    def hello(self, client: str, source_port: int, name: str | None, alpn: tuple[str, ...]) -> None:
        """A TLS client hello came: the server's name and the protocols it offers."""
        known = self._open.get((client, source_port))
        if known is not None:
            self._open[client, source_port] = replace(known, name=name, alpn=alpn, tls=known.tls or "hello")

    def secured(self, client: str, source_port: int, version: str | None) -> None:
        """The TLS handshake is done."""
        known = self._open.get((client, source_port))
        if known is not None:
            self._open[client, source_port] = replace(known, tls=version)

    def closed(self, client: str, source_port: int, time: float, counted: tuple[int, int] | None = None) -> None:
        """A connection is over; `counted` are bytes from and to the client as the kernel counted them."""
        known = self._open.pop((client, source_port), None)
        if known is None:
            return
        done = replace(known, duration=max(0, microseconds(time) - known.time))
        if counted is not None:
            done = replace(done, bytes_out=max(counted[0], 0), bytes_in=max(counted[1], 0))
        self._seen.setdefault(client, []).append(done)

    def take(self, client: str, time: float) -> tuple[Observation, ...]:
        """Everything of one client, in order of time; its open connections end now."""
        for address, source_port in list(self._open):
            if address == client:
                self.closed(client, source_port, time)
        return tuple(sorted(self._seen.pop(client, []), key=lambda one: one.time))

    def _change(self, client: str, source_port: int, out: int, back: int) -> None:
        known = self._open.get((client, source_port))
        if known is not None:
            more = replace(known, bytes_out=known.bytes_out + out, bytes_in=known.bytes_in + back)
            self._open[client, source_port] = more
