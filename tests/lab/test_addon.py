"""The addon against mitmproxy's own test tools: no network anywhere."""

from __future__ import annotations

import pytest

pytest.importorskip("mitmproxy", reason="the extra `lab` is not installed")

from mitmproxy import dns
from mitmproxy.proxy import server_hooks
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import taddons, tflow, tutils

from simulator.lab.addon import REFUSED, Lab
from simulator.lab.dns import Zone
from simulator.lab.impersonators import Cloud
from simulator.lab.recorder import Recorder
from simulator.lab.recording import Connection, Exchange, Lookup

CLIENT = "127.0.0.1"


@pytest.fixture
def lab() -> Lab:
    return Lab(Recorder(), Zone("172.30.0.1"), Cloud({"dav.example.org": "webdav"}))


def flow(url: str, method: str = "GET", body: bytes = b"", agent: str = "curl/7.88.1", mode: str = "regular"):
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    made = tflow.tflow(
        req=tutils.treq(
            method=method.encode(),
            scheme=scheme.encode(),
            host=host,
            port=443,
            authority=b"",
            path=(slash + path).encode(),
            content=body,
            headers=((b"host", host.encode()), (b"user-agent", agent.encode())),
        )
    )
    made.client_conn.peername = (CLIENT, 40000)
    made.client_conn.sockname = ("172.30.0.1", 443)
    made.client_conn.proxy_mode = ProxyMode.parse(mode)
    return made


def test_an_upload_is_answered_and_told(lab: Lab) -> None:
    with taddons.context(lab):
        put = flow("https://b.s3.eu-central-1.amazonaws.com/a.txt", "PUT", b"hello", "rclone/v1.66.0")
        lab.request(put)
        head = flow("https://b.s3.eu-central-1.amazonaws.com/a.txt", "HEAD")
        lab.request(head)
    assert put.response.status_code == 200
    assert (head.response.status_code, head.response.headers["content-length"], head.response.raw_content) == (
        200,
        "5",
        b"",
    )
    first, second = lab.recorder.take(CLIENT, 0)
    assert isinstance(first, Exchange)
    assert (first.method, first.name, first.path, first.user_agent, first.status, first.payload, first.service) == (
        "PUT",
        "b.s3.eu-central-1.amazonaws.com",
        "/a.txt",
        "rclone/v1.66.0",
        200,
        5,
        "s3",
    )
    assert first.bytes_out > first.payload
    assert isinstance(second, Exchange)
    assert second.payload == 0


def test_where_clients_are_led_by_dns_the_host_header_counts(lab: Lab) -> None:
    led = flow("https://dav.example.org/", "OPTIONS", mode="reverse:https://lab.invalid@443")
    led.request.host = "lab.invalid"
    led.request.headers["host"] = "dav.example.org"
    with taddons.context(lab):
        lab.request(led)
    assert led.response.headers["DAV"] == "1, 2"
    (told,) = lab.recorder.take(CLIENT, 0)
    assert (told.name, told.port, told.service) == ("dav.example.org", 443, "webdav")


def test_names_that_nobody_plays(lab: Lab) -> None:
    asked = flow("https://example.org/")
    with taddons.context(lab):
        lab.request(asked)
    assert asked.response.status_code == 404
    assert b"no such service: example.org" in asked.response.content


def test_another_scenario_has_another_cloud(lab: Lab) -> None:
    lab.cloud = Cloud()
    asked = flow("https://dav.example.org/", "OPTIONS")
    with taddons.context(lab):
        lab.request(asked)
    assert asked.response.status_code == 404


def test_an_impersonator_that_fails_is_an_answer(lab: Lab) -> None:
    class Broken(Cloud):
        def answer(self, request):
            raise RuntimeError("broken")

    lab.cloud = Broken()
    asked = flow("https://file.io/")
    with taddons.context(lab):
        lab.request(asked)
    assert asked.response.status_code == 500


def test_tunnels_through_the_proxy_are_told_with_their_agent(lab: Lab) -> None:
    tunnel = flow("https://file.io/", "CONNECT", agent="Go-http-client/1.1")
    with taddons.context(lab):
        lab.http_connect(tunnel)
    assert tunnel.response is None
    (told,) = lab.recorder.take(CLIENT, 0)
    assert (told.method, told.name, told.user_agent, told.path) == ("CONNECT", "file.io", "Go-http-client/1.1", "")


def test_nothing_is_forwarded(lab: Lab) -> None:
    data = server_hooks.ServerConnectionHookData(client=tflow.tclient_conn(), server=tflow.tserver_conn())
    lab.server_connect(data)
    assert data.server.error == REFUSED


@pytest.mark.parametrize(
    ("name", "kind", "answers"),
    [("api.telegram.org", dns.types.A, 1), ("api.telegram.org", dns.types.AAAA, 0), ("single", dns.types.A, 0)],
)
def test_every_name_is_at_the_lab(lab: Lab, name: str, kind: int, answers: int) -> None:
    asked = tflow.tdnsflow(req=tutils.tdnsreq(questions=[dns.Question(name, kind, dns.classes.IN)]))
    asked.client_conn.peername = (CLIENT, 40000)
    lab.dns_request(asked)
    assert asked.response.response_code == dns.response_codes.NOERROR
    assert [str(record.ipv4_address) for record in asked.response.answers] == ["172.30.0.1"] * answers
    (told,) = lab.recorder.take(CLIENT, 0)
    assert isinstance(told, Lookup)
    assert (told.name, len(told.addresses)) == (name, answers)


def test_connections_are_told_with_server_name_and_bytes(lab: Lab) -> None:
    client = tflow.tclient_conn()
    client.peername, client.sockname = (CLIENT, 40000), ("172.30.0.1", 443)
    client.timestamp_start, client.timestamp_end = 1000.0, 1002.5
    with taddons.context(lab):
        lab.client_connected(client)
        lab.recorder.hello(CLIENT, 40000, "file.io", ("h2",))
        lab.recorder.secured(CLIENT, 40000, "TLSv1.3")
        lab.request(flow("https://file.io/", "PUT", b"12345"))
        lab.client_disconnected(client)
    connection, exchange = lab.recorder.take(CLIENT, 0)
    if isinstance(connection, Exchange):
        connection, exchange = exchange, connection
    assert isinstance(connection, Connection)
    assert (connection.name, connection.alpn, connection.tls, connection.port) == ("file.io", ("h2",), "TLSv1.3", 443)
    assert connection.duration == 2_500_000
    assert connection.bytes_out == exchange.bytes_out
