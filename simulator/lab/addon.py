"""The mitmproxy addon: answers every request by an impersonator, tells the recorder, and lets nothing go upstream.

It sets `flow.response` itself, so mitmproxy never needs a server; should anything ask for one all the same,
`server_connect` kills that connection before it is made.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import time
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import IPv4Address
from typing import Any, Final

from mitmproxy import ctx, dns, http

from simulator.lab.dns import Zone, type_name
from simulator.lab.exchange import Request, Response
from simulator.lab.impersonators import Cloud
from simulator.lab.recorder import Recorder, microseconds
from simulator.lab.recording import Exchange, Lookup

_LOG: Final = logging.getLogger(__name__)
REFUSED: Final = "the lab forwards nothing"


class Lab:
    """The addon. `cloud` is the outside world: that of the scenario which is being run."""

    def __init__(self, recorder: Recorder, zone: Zone, cloud: Cloud | None = None) -> None:
        self.recorder = recorder
        self.zone = zone
        self.cloud = cloud or Cloud()
        self.meters = Meters()

    # Names are mitmproxy's events: https://docs.mitmproxy.org/stable/api/events.html

    def client_connected(self, client: Any) -> None:
        """A client has connected."""
        if client.transport_protocol == "tcp":
            address, port = client.peername[:2]
            self.meters.begin(client)
            self.recorder.opened(address, port, client.sockname[1], client.timestamp_start or time.time())

    def client_disconnected(self, client: Any) -> None:
        """A client has gone."""
        if client.transport_protocol == "tcp":
            address, port = client.peername[:2]
            self.recorder.closed(address, port, client.timestamp_end or time.time(), self.meters.end(client))

    def tls_clienthello(self, data: Any) -> None:
        """What the client says before TLS begins."""
        hello, (address, port) = data.client_hello, data.context.client.peername[:2]
        alpn = tuple(one.decode("latin-1") for one in hello.alpn_protocols)
        self.recorder.hello(address, port, hello.sni, alpn)

    def tls_start_client(self, data: Any) -> None:
        """TLS begins: HTTP/2 is offered only where the real service does. Comes after mitmproxy's own set-up."""
        settings = data.ssl_conn.get_app_data() if data.ssl_conn is not None else None
        if settings is not None and not self.cloud.http2(data.conn.sni or ""):
            settings["http2"] = False

    def tls_established_client(self, data: Any) -> None:
        """The client accepted our certificate."""
        address, port = data.conn.peername[:2]
        self.recorder.secured(address, port, data.conn.tls_version)

    def server_connect(self, data: Any) -> None:
        """Nothing is forwarded: whatever would be connected to is not."""
        data.server.error = REFUSED

    def dns_request(self, flow: dns.DNSFlow) -> None:
        """Answer a question with the lab's own address."""
        question = flow.request.question
        if question is None:
            flow.response = flow.request.fail(dns.response_codes.FORMERR)
            return
        kind = type_name(question.type)
        found = self.zone.addresses(question.name, kind)
        records = [dns.ResourceRecord.A(question.name, IPv4Address(one)) for one in found]
        flow.response = flow.request.succeed(records)
        now = microseconds(flow.timestamp_start or time.time())
        self.recorder.note(flow.client_conn.peername[0], Lookup(now, question.name, kind, found))

    def http_connect(self, flow: http.HTTPFlow) -> None:
        """A client asks the proxy for a tunnel: it is granted, and ends here."""
        self._note(flow, 200, 0, None)

    def request(self, flow: http.HTTPFlow) -> None:
        """Answer a request."""
        asked = _request(flow)
        cloud = self.cloud
        try:
            made = cloud.answer(asked)
        except Exception:  # noqa: BLE001 - a tool gets an answer whatever it sent
            _LOG.exception("an impersonator failed on %s %s", asked.method, asked.host)
            made = Response(500, b"the lab's impersonator failed\n")
        flow.response = _response(asked, made)
        self._note(flow, made.status, _size(flow.response), cloud.service_of(asked.host))

    def _note(self, flow: http.HTTPFlow, status: int, back: int, service: str | None) -> None:
        request = flow.request
        begun, now = request.timestamp_start, time.time()
        address, port = flow.client_conn.peername[:2]
        name, to = _where(flow)
        self.recorder.note(
            address,
            Exchange(
                time=microseconds(begun),
                duration=max(0, microseconds(now) - microseconds(begun)),
                source_port=port,
                method=request.method,
                scheme="https" if request.method == "CONNECT" else request.scheme,
                name=name,
                port=to,
                path="" if request.method == "CONNECT" else request.path,
                user_agent=request.headers.get("user-agent"),
                referrer=request.headers.get("referer"),
                bytes_out=_size(request),
                bytes_in=back,
                payload=len(request.raw_content or b""),
                status=status,
                version=request.http_version,
                service=service,
            ),
        )


def _where(flow: http.HTTPFlow) -> tuple[str, int]:
    """The name and port a client means: of its Host header where it was led here, else of the request."""
    request = flow.request
    if flow.client_conn.proxy_mode.type_name != "reverse":
        return request.host, request.port
    name = request.host_header or flow.client_conn.sni or request.host
    host, _, port = name.partition(":")
    return host.lower(), int(port) if port.isdigit() else int(flow.client_conn.sockname[1])


def _request(flow: http.HTTPFlow) -> Request:
    request = flow.request
    name, port = _where(flow)
    path, _, _ = request.path.partition("?")
    headers: Mapping[str, str] = {key.lower(): value for key, value in request.headers.items(multi=False)}
    return Request(
        method=request.method,
        host=name.lower(),
        path=path,
        query=tuple(request.query.items(multi=True)),
        headers=headers,
        body=request.raw_content or b"",
        scheme=request.scheme,
        port=port,
        time=request.timestamp_start,
    )


def _response(asked: Request, made: Response) -> http.Response:
    """mitmproxy's response; the body of an answer to HEAD is left out, its length is not."""
    headers = [(name.encode(), value.encode("utf-8")) for name, value in made.headers]
    headers.append((b"Content-Length", str(len(made.body)).encode()))
    if made.status in (204, 304):
        headers.pop()
    response = http.Response.make(made.status, b"" if asked.method == "HEAD" else made.body, http.Headers(headers))
    if asked.method == "HEAD":
        response.headers["Content-Length"] = str(len(made.body))
    return response


def _size(message: Any) -> int:
    """Bytes of a message in HTTP/1.1's form: its first line, its headers and its body."""
    head = sum(len(name) + len(value) + 4 for name, value in message.headers.fields) + 2
    line = len(message.path) + len(message.method) + 12 if hasattr(message, "path") else 15 + len(message.reason or "")
    return int(head + line + len(message.raw_content or b""))


class Meters:
    """Bytes of connections as Linux counts them. A second handle on each socket is kept until it has been read: when a
    client is gone, mitmproxy has closed its own already."""

    def __init__(self) -> None:
        self._sockets: dict[str, socket.socket] = {}

    def begin(self, client: Any) -> None:
        """A client has connected."""
        with suppress(Exception):
            for handler in ctx.master.addons.get("proxyserver").connections.values():
                if handler.client is client:
                    number = handler.transports[client].writer.get_extra_info("socket").fileno()
                    self._sockets[client.id] = socket.socket(fileno=os.dup(number))

    def end(self, client: Any) -> tuple[int, int] | None:
        """Bytes received from and sent to a client; None where nobody can say."""
        sock = self._sockets.pop(client.id, None)
        if sock is None:
            return None
        with sock, suppress(OSError, AttributeError, struct.error):
            info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            # tcpi_bytes_acked and tcpi_bytes_received lie at 120 and 128 (linux/tcp.h since 4.1).
            acked, received = struct.unpack_from("QQ", info, 120)
            return received, acked
        return None
