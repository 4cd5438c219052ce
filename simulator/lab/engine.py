"""Docker: an internal network without a route out, containers with nothing but what they need, and nothing left behind.

Everything that is made carries the label `org.sparring.lab`, with the number of the lab that made it and of its
process. A lab that starts first removes what is left of labs whose process is gone, their fences and folders, too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final

from simulator.errors import UsageError
from simulator.lab import fence, folders
from simulator.lab.plan import Run
from simulator.lab.proxy import PROXY_PORT
from simulator.lab.script import boot, environment

LABEL: Final = "org.sparring.lab"
_TMPFS: Final = "rw,nosuid,nodev,uid=1000,gid=1000,mode=0755"
LIMITS: Final[Mapping[str, Any]] = {
    "mem_limit": "1g",
    "memswap_limit": "1g",
    "nano_cpus": 2_000_000_000,
    "pids_limit": 512,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "read_only": True,
    "privileged": False,
    "user": "1000:1000",
    "ipc_mode": "private",
    "tmpfs": {"/lab": f"{_TMPFS},exec,size=768m", "/tmp": f"{_TMPFS},size=64m", "/etc/ssl/certs": f"{_TMPFS},size=4m"},  # noqa: S108
}
"""What a container may: nothing as root, no capability, no new privileges, a read-only root, memory for its files."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A container that has ended: its exit status, the trace on its standard output, what the commands said."""

    status: int
    trace: str
    said: str
    timed_out: bool


def labels(name: str) -> dict[str, str]:
    """The labels of what a lab called `name` makes in this process."""
    return {LABEL: name, f"{LABEL}.owner": _me()}


def _me() -> str:
    """This machine and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def connect() -> Any:
    """Docker's client. Raises UsageError where no engine answers."""
    from simulator.lab.proxy import require_extra

    require_extra()
    import docker

    try:
        client = docker.from_env(timeout=60)
        client.ping()
    except Exception as error:
        raise UsageError(f"no Docker engine answers: {error}") from error
    return client


def remains(client: Any, alive: Any = None) -> dict[str, list[Any]]:
    """What labs that are gone have left: containers, networks, volumes. `alive` says whether an owner still runs."""
    running = alive or _alive
    found: dict[str, list[Any]] = {}
    for kind in ("containers", "networks", "volumes"):
        more = {"all": True} if kind == "containers" else {}
        every = getattr(client, kind).list(filters={"label": LABEL}, **more)
        found[kind] = [one for one in every if not running(_owner(one))]
    return found


def sweep(client: Any, alive: Any = None) -> int:
    """Remove what labs that are gone have left; gives how many things that were."""
    found = remains(client, alive)
    running = alive or _alive
    others = _unfence(lambda owner: not running(_parsed(owner)))
    others += folders.remove_left(lambda process: running((socket.gethostname(), process)))
    for container in found["containers"]:
        with contextlib.suppress(Exception):
            container.remove(force=True, v=True)
    for one in (*found["networks"], *found["volumes"]):
        with contextlib.suppress(Exception):
            one.remove()
    return sum(map(len, found.values())) + others


def _unfence(gone: Any) -> int:
    """Take down the fences of owners that are gone, where that can be done."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        return fence.take_down(gone) if fence.possible() else 0
    return 0


def _owner(thing: Any) -> tuple[str, int]:
    """The host and process that made a thing, from its label."""
    labels = thing.attrs.get("Labels") or (thing.attrs.get("Config") or {}).get("Labels") or {}
    return _parsed(str(labels.get(f"{LABEL}.owner", "")))


def _parsed(owner: str) -> tuple[str, int]:
    host, _, number = owner.rpartition(":")
    return host, int(number) if number.isdigit() else 0


def _alive(owner: tuple[str, int]) -> bool:
    """Whether the process that made something still runs. What another host made is left to that host."""
    host, number = owner
    if host and host != socket.gethostname():
        return True
    if not number:
        return False
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass(slots=True)
class Engine:
    """The lab's part of Docker: one network, and the containers on it. A context manager; whatever ends the block, by
    an exception, Ctrl-C or SIGTERM, all of it is removed."""

    client: Any
    ports: Collection[int] = ()
    """Ports of the gateway that are the lab's besides the usual ones."""
    fenced: bool = False
    """Whether this machine's own services are out of reach."""
    name: str = field(default_factory=lambda: f"sparring-lab-{uuid.uuid4().hex[:8]}")
    swept: int = 0
    gateway: str = ""
    _network: Any = None
    _before: Any = None

    @property
    def labels(self) -> dict[str, str]:
        """The labels of everything this lab makes."""
        return labels(self.name)

    def __enter__(self) -> Engine:
        self.swept = sweep(self.client)
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGTERM, _terminate)
        try:
            self._network = self.client.networks.create(
                self.name,
                driver="bridge",
                internal=True,
                labels=self.labels,
                enable_ipv6=False,
                options={"com.docker.network.bridge.enable_icc": "false"},
            )
            self._network.reload()
            self.gateway = self._network.attrs["IPAM"]["Config"][0]["Gateway"]
            self._fence()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _undisturbed():
            for container in self.client.containers.list(all=True, filters={"label": f"{LABEL}={self.name}"}):
                with contextlib.suppress(Exception):
                    container.remove(force=True, v=True)
            if self._network is not None:
                with contextlib.suppress(Exception):
                    self._network.remove()
            if self.fenced:
                _unfence(lambda owner: owner == _me())
            if self._before is not None:
                signal.signal(signal.SIGTERM, self._before)

    def _fence(self) -> None:
        bridge = f"br-{str(self._network.id)[:12]}"
        if fence.possible() and Path(f"/sys/class/net/{bridge}").is_dir():
            fence.put_up(bridge, _me(), {53, 80, 443, PROXY_PORT, *self.ports})
            self.fenced = True

    def start(self, run: Run, image: str, certificate: str, *, traced: bool = True) -> Any:
        """Create a container for a run, not yet started; `traced` says whether strace watches it from inside."""
        script = boot(run, traced=traced)
        return self.container(image, ["bash", "-c", script], dict(environment(run, self.gateway, certificate)))

    def container(self, image: str, command: list[str], variables: Mapping[str, str]) -> Any:
        """Create a container on the lab's network."""
        return self.client.containers.create(
            image,
            command,
            environment=dict(variables),
            labels=self.labels,
            network=self.name,
            dns=[self.gateway],
            dns_opt=["ndots:0"],
            detach=True,
            **LIMITS,
        )

    def address(self, container: Any) -> str:
        """The address of a container that has been started."""
        container.reload()
        return str(container.attrs["NetworkSettings"]["Networks"][self.name]["IPAddress"])

    def finish(self, container: Any, seconds: float) -> Finished:
        """Wait for a container, read what it said, and remove it."""
        deadline, timed_out, status = time.monotonic() + seconds, False, -1
        while True:
            container.reload()
            if container.status in ("exited", "dead"):
                status = int(container.attrs["State"]["ExitCode"])
                break
            if time.monotonic() > deadline:
                timed_out = True
                with contextlib.suppress(Exception):
                    container.kill()
                break
            time.sleep(0.1)
        trace = container.logs(stdout=True, stderr=False).decode("utf-8", "replace")
        said = container.logs(stdout=False, stderr=True).decode("utf-8", "replace")
        container.remove(force=True, v=True)
        return Finished(status, trace, said, timed_out)


def _terminate(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Within this, Ctrl-C and SIGTERM wait: what is being removed is removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
