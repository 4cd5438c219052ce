"""The services that the lab plays, by host name, and the cloud that holds one of each.

Decisions only: a request goes in, a response comes out, nothing is sent anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from simulator.lab.exchange import Request, Response, Service, as_text
from simulator.lab.impersonators.drive import Drive
from simulator.lab.impersonators.dropbox import Dropbox
from simulator.lab.impersonators.git import GitHub
from simulator.lab.impersonators.mega import Mega
from simulator.lab.impersonators.restic_server import ResticServer
from simulator.lab.impersonators.s3 import S3
from simulator.lab.impersonators.sharing import ANSWERS, FileSharing
from simulator.lab.impersonators.telegram import Telegram
from simulator.lab.impersonators.tunnels import DevTunnels
from simulator.lab.impersonators.web import Web
from simulator.lab.impersonators.webdav import WebDav


@dataclass(frozen=True, slots=True)
class Impersonated:
    """A service: the names it answers to (patterns with `*`), how one is made, and whether it speaks HTTP/2."""

    name: str
    hosts: tuple[str, ...]
    make: Callable[[], Service]
    http2: bool = True


SERVICES: tuple[Impersonated, ...] = (
    Impersonated("telegram", ("api.telegram.org",), Telegram),
    Impersonated(
        "github",
        ("github.com", "api.github.com", "gist.github.com", "lfs.github.com", "github-cloud.s3.amazonaws.com"),
        GitHub,
    ),
    Impersonated(
        "s3", ("s3.amazonaws.com", "s3.*.amazonaws.com", "*.s3.amazonaws.com", "*.s3.*.amazonaws.com"), S3, False
    ),
    Impersonated(
        "dropbox", ("api.dropboxapi.com", "content.dropboxapi.com", "api.dropbox.com", "notify.dropboxapi.com"), Dropbox
    ),
    Impersonated("drive", ("www.googleapis.com", "oauth2.googleapis.com", "drive.googleapis.com"), Drive),
    Impersonated("mega", ("g.api.mega.co.nz", "eu.api.mega.co.nz", "*.userstorage.mega.co.nz", "mega.nz"), Mega),
    Impersonated("file-sharing", tuple(p for one in ANSWERS for p in (one, f"*.{one}")), FileSharing),
    Impersonated(
        "dev-tunnels",
        ("*.tunnels.api.visualstudio.com", "*.devtunnels.ms", "login.microsoftonline.com"),
        DevTunnels,
    ),
    Impersonated("slack", ("hooks.slack.com",), Web),
    Impersonated("restic-server", (), ResticServer),
    Impersonated("webdav", (), WebDav),
    Impersonated("web", (), Web),
)
"""All services. Those without names of their own answer only where a scenario says so (`lab.answers`)."""

BY_NAME: Mapping[str, Impersonated] = {service.name: service for service in SERVICES}


@dataclass(slots=True)
class Cloud:
    """The whole outside world of a lab. `routes` are a scenario's own: host pattern -> name of a service."""

    routes: Mapping[str, str] = field(default_factory=dict)
    running: dict[str, Service] = field(default_factory=dict)

    def service_of(self, host: str) -> str | None:
        """The name of the service that answers for a host; None where there is none."""
        lower = host.lower().rstrip(".")
        for pattern, name in self.routes.items():
            if fnmatchcase(lower, pattern.lower()):
                return name
        for service in SERVICES:
            if any(fnmatchcase(lower, pattern) for pattern in service.hosts):
                return service.name
        return None

    def http2(self, host: str) -> bool:
        """Whether who answers for a host speaks HTTP/2. S3 does not, and so GitHub's storage in S3 does not either:
        clients open more connections to them."""
        name = self.service_of(host)
        return name is None or (BY_NAME[name].http2 and not host.endswith("amazonaws.com"))

    def service(self, name: str) -> Service:
        """The one running service of that name."""
        if name not in self.running:
            self.running[name] = BY_NAME[name].make()
        return self.running[name]

    def answer(self, request: Request) -> Response:
        """What the outside world answers. It never asks anybody else."""
        name = self.service_of(request.host)
        if name is None:
            return as_text(f"no such service: {request.host} does not exist in this lab\n", 404)
        return self.service(name).answer(request)
