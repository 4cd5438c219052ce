"""What the lab makes in Docker, and that it removes it: against a Docker of plain objects."""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import dataclass, field

import pytest

from simulator.lab import fence, folders
from simulator.lab.engine import LABEL, LIMITS, Engine, remains, sweep
from simulator.lab.images import IMAGES, dockerfile, image


@pytest.fixture(autouse=True)
def _only_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine may have real labs running: their fences and folders are none of these tests' business."""
    monkeypatch.setattr(fence, "possible", lambda: False)
    monkeypatch.setattr(folders, "remove_left", lambda _: 0)


@dataclass
class Thing:
    """A container, network or volume."""

    shelf: list[Thing]
    labels: dict[str, str]
    attrs: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.attrs = {"Labels": self.labels, "IPAM": {"Config": [{"Gateway": "172.30.0.1"}]}}
        self.shelf.append(self)

    def remove(self, **_: object) -> None:
        self.shelf.remove(self)

    def reload(self) -> None:
        pass

    id = "0123456789abcdef"


class Shelf:
    def __init__(self) -> None:
        self.things: list[Thing] = []
        self.made: list[dict[str, object]] = []

    def create(self, *_: object, labels: dict[str, str], **more: object) -> Thing:
        self.made.append(more)
        return Thing(self.things, labels)

    def list(self, filters: dict[str, str], **_: object) -> list[Thing]:
        key, _, value = filters["label"].partition("=")
        return [one for one in self.things if key in one.labels and (not value or one.labels[key] == value)]


class Docker:
    def __init__(self) -> None:
        self.containers, self.networks, self.volumes = Shelf(), Shelf(), Shelf()

    @property
    def everything(self) -> list[Thing]:
        return [*self.containers.things, *self.networks.things, *self.volumes.things]


def left_by(docker: Docker, process: int, host: str | None = None) -> None:
    owner = {LABEL: "sparring-lab-old", f"{LABEL}.owner": f"{host or socket.gethostname()}:{process}"}
    for shelf in (docker.containers, docker.networks, docker.volumes):
        Thing(shelf.things, owner)


def test_network_has_no_route_out_and_all_is_removed() -> None:
    docker = Docker()
    with Engine(docker) as engine:
        assert docker.networks.made[0]["internal"] is True
        assert engine.gateway == "172.30.0.1"
        engine.container("image", ["true"], {})
        assert len(docker.everything) == 2
        assert all(one.labels[LABEL] == engine.name for one in docker.everything)
    assert docker.everything == []


def test_containers_may_do_nothing_they_need_not() -> None:
    docker = Docker()
    with Engine(docker) as engine:
        engine.container("image", ["true"], {"A": "1"})
    made = docker.containers.made[0]
    assert made["cap_drop"] == ["ALL"]
    assert made["security_opt"] == ["no-new-privileges"]
    assert made["read_only"] is True
    assert made["privileged"] is False
    assert made["user"] == "1000:1000"
    assert made["network"] == engine.name
    assert made["dns"] == [engine.gateway]
    assert {"mem_limit", "pids_limit", "nano_cpus"} <= made.keys()
    assert not {"volumes", "mounts", "ports", "devices", "cap_add"} & (made.keys() | LIMITS.keys())


def interrupted(docker: Docker, how: type[BaseException] | None) -> None:
    with Engine(docker) as engine:
        engine.container("image", ["true"], {})
        if how is not None:
            raise how
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("how", [KeyboardInterrupt, RuntimeError])
def test_ctrl_c_and_errors_leave_nothing(how: type[BaseException]) -> None:
    docker = Docker()
    with pytest.raises(how):
        interrupted(docker, how)
    assert docker.everything == []


def test_being_told_to_stop_leaves_nothing() -> None:
    docker = Docker()
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        interrupted(docker, None)
    assert docker.everything == []
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_a_crash_left_is_found_by_its_label() -> None:
    docker = Docker()
    left_by(docker, 2**22 + 1)
    with Engine(docker) as engine:
        assert engine.swept == 3
        assert [one.labels[LABEL] for one in docker.everything] == [engine.name]
    assert docker.everything == []


def test_labs_that_still_run_are_left_alone() -> None:
    docker = Docker()
    left_by(docker, os.getpid())
    left_by(docker, 2**22 + 1, host="another-machine")
    assert sum(map(len, remains(docker).values())) == 0
    assert sweep(docker, alive=lambda owner: owner[0] == "another-machine") == 3


def test_images_are_debians_packages_on_any_base() -> None:
    text = dockerfile(image("tools"), "some/base:1")
    assert text.startswith("FROM some/base:1\n")
    for package in ("rclone", "restic", "curl", "wget", "python3-requests", "git-lfs", "megatools", "strace"):
        assert package in text
    assert "awscli" in dockerfile(IMAGES["aws"], "x")
