"""mitmproxy as a library: a master with the four addons that a proxy needs and ours, in a thread of its own.

mitmproxy's other addons are left out: none of them could ask anybody outside. Its CA is made in a folder that only
this user can read and that goes with the proxy.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from simulator.errors import UsageError
from simulator.lab import folders
from simulator.lab.dns import Zone
from simulator.lab.impersonators import Cloud
from simulator.lab.recorder import Recorder

PROXY_PORT: Final = 8080
_START_SECONDS: Final = 20.0


class MissingExtra(UsageError):
    """The lab's own dependencies are not installed."""


class AddressTaken(UsageError):
    """Somebody else listens on the ports of this address."""


def require_extra() -> None:
    """Raise MissingExtra unless mitmproxy and Docker's SDK are here."""
    from importlib.util import find_spec

    missing = [name for name in ("mitmproxy", "docker") if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"the lab needs {' and '.join(missing)}: pip install 'sparring[lab]' (Python 3.12 or newer)")


@dataclass(slots=True)
class Proxy:
    """The lab's Internet on one address. Use as a context manager.

    `ports` are further ports of the address and the scheme spoken there. Raises UsageError where a port cannot be had.
    """

    address: str
    recorder: Recorder = field(default_factory=Recorder)
    ports: Mapping[int, str] = field(default_factory=dict)
    transparent: bool = True
    """Also listen on 80, 443 and 53, where clients are led by the lab's DNS."""
    proxy_port: int = PROXY_PORT
    certificate: str = ""
    """The CA's certificate (PEM) once the proxy runs; its key never leaves the folder."""
    folder: Path | None = None
    """Where the CA is, while the proxy runs."""
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _master: Any = None
    _addon: Any = None
    _failure: list[str] = field(default_factory=list)
    _up: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Proxy:
        try:
            self.folder = folders.make()
            self._thread = threading.Thread(target=self._run, name="lab proxy", daemon=True)
            self._thread.start()
            if not self._up.wait(_START_SECONDS) or self._failure:
                taken = any("already in use" in one for one in self._failure)
                kind = AddressTaken if taken else UsageError
                raise kind(f"the lab's proxy cannot start: {'; '.join(self._failure) or 'no answer'}")
            self.certificate = (self.folder / "mitmproxy-ca-cert.pem").read_text(encoding="ascii")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._master is not None:
            self._loop.call_soon_threadsafe(self._master.shutdown)
        if self._thread is not None:
            self._thread.join(timeout=10)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def otherwise(self, cloud: Cloud) -> None:
        """From now on everybody lives in this cloud."""
        self._addon.cloud = cloud

    def modes(self) -> list[str]:
        """What mitmproxy is to listen on."""
        made = [f"regular@{self.address}:{self.proxy_port}"]
        if self.transparent:
            led = {80: "http", 443: "https", **self.ports}
            made += [f"reverse:{scheme}://lab.invalid@{self.address}:{port}" for port, scheme in sorted(led.items())]
            made.append(f"dns@{self.address}:53")
        return made

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 - told to whoever waits for the start
            self._failure.append(str(error))
        finally:
            self._up.set()

    async def _serve(self) -> None:
        from mitmproxy import options
        from mitmproxy.addons import core, next_layer, proxyserver, tlsconfig
        from mitmproxy.master import Master

        from simulator.lab.addon import Lab

        self._loop = asyncio.get_running_loop()
        settings = options.Options(confdir=str(self.folder), mode=self.modes())
        self._master = Master(settings)
        self._addon = Lab(self.recorder, Zone(self.address))
        server = proxyserver.Proxyserver()
        self._master.addons.add(core.Core(), server, next_layer.NextLayer(), tlsconfig.TlsConfig(), self._addon)
        settings.update(connection_strategy="lazy", upstream_cert=False, keep_host_header=True, websocket=False)
        self._master.addons.add(_Running(self._listening, server))
        umask = os.umask(0o077)
        try:
            await self._master.run()
        finally:
            # mitmproxy leaves its sockets to the end of the process; this one goes on.
            await server.servers.update([])
            os.umask(umask)

    def _listening(self, server: Any) -> None:
        self._failure += [str(one.last_exception) for one in server.servers if one.last_exception is not None]
        self._up.set()


class _Running:
    """Tells when mitmproxy listens."""

    def __init__(self, then: Any, server: Any) -> None:
        self.then, self.server = then, server

    async def running(self) -> None:
        """mitmproxy's event: everything is up."""
        for _ in range(100):
            if all(one.is_running or one.last_exception is not None for one in self.server.servers):
                break
            await asyncio.sleep(0.05)
        self.then(self.server)
