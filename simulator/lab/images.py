"""The images of the lab, built from Debian packages on any base: a registry's, or a root file system by debootstrap."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.errors import UsageError, nearest
from simulator.lab import folders
from simulator.lab.engine import labels

REGISTRY_BASE: Final = "debian:bookworm-slim"
LOCAL_BASE: Final = "sparring-lab-base:bookworm"
VERSION: Final = 2
"""Rises whenever an image changes, so that old ones are not taken for new ones."""
_SUITE: Final = "bookworm"


@dataclass(frozen=True, slots=True)
class Image:
    """An image: its Debian packages, what pip adds, and the programs whose versions are told."""

    name: str
    packages: tuple[str, ...]
    pip: tuple[str, ...] = ()
    programs: Mapping[str, str] | None = None

    @property
    def traced(self) -> bool:
        """Whether strace is in it."""
        return "strace" in self.packages

    @property
    def tag(self) -> str:
        """What Docker calls it."""
        return f"sparring-lab-{self.name}:{VERSION}"


IMAGES: Mapping[str, Image] = {
    image.name: image
    for image in (
        Image(
            "tools",
            ("bash", "ca-certificates", "curl", "git", "git-lfs", "megatools", "p7zip-full", "python3-requests",
             "rclone", "restic", "strace", "wget"),
            programs={"rclone": "rclone", "restic": "restic", "curl": "curl", "git": "git", "git-lfs": "git-lfs",
                      "python3-requests": "python3-requests", "wget": "wget", "megatools": "megatools",
                      "7z": "p7zip-full"},
        ),
        Image("aws", ("awscli", "bash", "ca-certificates", "strace"), programs={"aws": "awscli"}),
    )
}  # fmt: skip
"""All images by name. One has most tools, so that one download serves most scenarios; the AWS CLI is large."""


def image(name: str) -> Image:
    """An image by its name. Raises UsageError."""
    if name not in IMAGES:
        raise UsageError(f"the lab has no image called {name!r}{nearest(name, IMAGES)}")
    return IMAGES[name]


def dockerfile(wanted: Image, base: str) -> str:
    """How an image is built."""
    lines = [
        f"FROM {base}",
        "RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "
        + " ".join(wanted.packages)
        + " && apt-get clean && rm -rf /var/lib/apt/lists/*",
    ]
    if wanted.pip:
        lines.append("RUN python3 -m pip install --no-cache-dir --break-system-packages " + " ".join(wanted.pip))
    lines.append('LABEL org.sparring.lab.image="' + wanted.name + '"')
    return "\n".join(lines) + "\n"


def build(client: Any, wanted: Image, base: str, say: Callable[[str], None]) -> None:
    """Build an image on a base that the engine has or can fetch. The build uses the machine's own network."""
    raw = dockerfile(wanted, base).encode()
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(raw)
        archive.addfile(entry, io.BytesIO(raw))
    context.seek(0)
    say(f"building the image {wanted.tag} on {base}")
    try:
        client.images.build(
            fileobj=context, custom_context=True, tag=wanted.tag, rm=True, forcerm=True, network_mode="host"
        )
    except Exception as error:
        raise UsageError(f"the image {wanted.tag} cannot be built: {error}") from error


def ensure(client: Any, names: set[str], base: str | None, say: Callable[[str], None]) -> None:
    """Build those of the images that the engine does not have.

    `base` names the base; without it that of an earlier debootstrap, then the registry's, then one made by debootstrap.
    """
    missing = [one for one in map(image, sorted(names)) if not has(client, one.tag)]
    if not missing:
        return
    chosen = base or find_base(client, say)
    for one in missing:
        build(client, one, chosen, say)


def has(client: Any, tag: str) -> bool:
    """Whether the engine has an image."""
    return any(tag in (one.tags or ()) for one in client.images.list())


def find_base(client: Any, say: Callable[[str], None]) -> str:
    """A base: one made earlier, the registry's, or one that debootstrap makes now. Raises UsageError."""
    if has(client, LOCAL_BASE):
        return LOCAL_BASE
    if has(client, REGISTRY_BASE):
        return REGISTRY_BASE
    try:
        say(f"fetching {REGISTRY_BASE}")
        client.images.pull(*REGISTRY_BASE.split(":"))
    except Exception as error:  # noqa: BLE001 - any reason is one to help oneself
        say(f"no registry ({type(error).__name__}): making a base by debootstrap")
        debootstrap(client)
        return LOCAL_BASE
    return REGISTRY_BASE


def debootstrap(client: Any, mirror: str = "http://deb.debian.org/debian") -> None:
    """Make a root file system of Debian and import it as LOCAL_BASE. Needs root and the program debootstrap."""
    if shutil.which("debootstrap") is None:
        raise UsageError("no base image: no registry is reachable and there is no debootstrap; give one with --base")
    folder = folders.make()
    try:
        root = folder / "root"
        command = ["debootstrap", "--variant=minbase", "--include=ca-certificates", _SUITE, str(root), mirror]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise UsageError(f"debootstrap failed: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
        archive = folder / "root.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add(root, arcname=".")
        repository, _, tag = LOCAL_BASE.partition(":")
        client.images.import_image_from_file(str(archive), repository=repository, tag=tag)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def versions(client: Any, wanted: Image) -> dict[str, str]:
    """The versions of an image's programs, as dpkg has them."""
    names = list((wanted.programs or {}).values())
    if not names:
        return {}
    command = ["dpkg-query", "-W", "-f", "${Package}=${Version}\n", *names]
    container = client.containers.create(
        wanted.tag, command, labels=labels("versions"), network_mode="none", read_only=True, cap_drop=["ALL"]
    )
    try:
        container.start()
        container.wait(timeout=60)
        said = container.logs(stdout=True, stderr=False).decode()
    finally:
        container.remove(force=True, v=True)
    return dict(line.split("=", 1) for line in said.split() if "=" in line)
