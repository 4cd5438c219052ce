"""The proxy as a whole: started and stopped on a loopback address, spoken to by the standard library."""

from __future__ import annotations

import importlib.util
import socket
import ssl
import time
import urllib.request
from pathlib import Path

import pytest

from simulator.lab.impersonators import Cloud
from simulator.lab.proxy import MissingExtra, Proxy, require_extra
from simulator.lab.recording import Connection, Exchange


def test_without_the_extra_the_lab_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"needs mitmproxy and docker: pip install 'sparring\[lab\]'"):
        require_extra()


def test_what_it_listens_on() -> None:
    led = Proxy("172.30.0.1", ports={8000: "https"})
    assert led.modes() == [
        "regular@172.30.0.1:8080",
        "reverse:http://lab.invalid@172.30.0.1:80",
        "reverse:https://lab.invalid@172.30.0.1:443",
        "reverse:https://lab.invalid@172.30.0.1:8000",
        "dns@172.30.0.1:53",
    ]
    assert Proxy("172.30.0.1", transparent=False).modes() == ["regular@172.30.0.1:8080"]


def test_an_upload_through_it(tmp_path: Path) -> None:
    pytest.importorskip("mitmproxy", reason="the extra `lab` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Proxy("127.0.0.1", transparent=False, proxy_port=port) as proxy:
        folder = proxy.folder
        assert folder is not None
        assert folder.stat().st_mode & 0o077 == 0
        proxy.otherwise(Cloud({"dav.example.org": "webdav"}))
        trusted = ssl.create_default_context(cadata=proxy.certificate)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({"https": f"http://127.0.0.1:{port}"}),
            urllib.request.HTTPSHandler(context=trusted),
        )
        asked = urllib.request.Request("https://dav.example.org/a.txt", b"hello", method="PUT")
        with opener.open(asked, timeout=20) as answer:
            assert answer.status == 201
        with opener.open("https://dav.example.org/a.txt", timeout=20) as answer:
            assert answer.read() == b"hello"
        time.sleep(0.2)
        seen = proxy.recorder.take("127.0.0.1", time.time())
    assert [(one.method, one.status) for one in seen if isinstance(one, Exchange)] == [
        ("CONNECT", 200),
        ("PUT", 201),
        ("CONNECT", 200),
        ("GET", 200),
    ]
    assert [one.name for one in seen if isinstance(one, Connection)] == ["dav.example.org"] * 2
    assert not folder.exists()
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_a_port_that_cannot_be_had_is_told() -> None:
    pytest.importorskip("mitmproxy", reason="the extra `lab` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(Exception, match="proxy cannot start"),
            Proxy("127.0.0.1", transparent=False, proxy_port=port),
        ):
            pass
