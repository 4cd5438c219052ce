"""The sensors outside a container: the connector's packets, and looking at /proc."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator.lab.recording import Started
from simulator.lab.watching import EXEC, EXIT, FORK, Event, Watch, Watching, connector, look, parse_events


def packet(what: int, *numbers: int) -> bytes:
    body = struct.pack("=IIQ", what, 0, 0) + struct.pack(f"={len(numbers)}I", *numbers)
    body += b"\0" * (40 - len(body))
    head = struct.pack("=IHHII", 36 + len(body), 3, 0, 0, 0) + struct.pack("=IIIIHH", 1, 1, 0, 0, len(body), 0)
    return head + body


def test_forks_execs_and_exits_of_processes_not_of_threads() -> None:
    told = packet(FORK, 10, 10, 20, 20) + packet(FORK, 10, 10, 21, 10) + packet(EXEC, 20, 20)
    told += packet(EXIT, 21, 10, 0, 17) + packet(EXIT, 20, 20, 0, 17)
    assert list(parse_events(told)) == [Event(FORK, 20, 10), Event(EXEC, 20), Event(EXIT, 20)]
    assert list(parse_events(told[:50])) == []


def process(proc: Path, pid: int, parent: int, *arguments: str, group: str = "0::/docker/abc123") -> None:
    folder = proc / str(pid)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cmdline").write_bytes(b"".join(one.encode() + b"\0" for one in arguments))
    (folder / "cgroup").write_text(group)
    (folder / "exe").unlink(missing_ok=True)
    (folder / "exe").symlink_to(f"/usr/bin/{arguments[0]}")
    (folder / "stat").write_text(f"{pid} (a) b) S {parent} 0 0")


def test_only_the_containers_processes_are_told(tmp_path: Path) -> None:
    watch = Watch("abc123", tmp_path)
    process(tmp_path, 7, 1, "bash", "run.sh")
    process(tmp_path, 8, 7, "rclone", "copy")
    process(tmp_path, 9, 1, "sshd", group="0::/system.slice")
    watch.look_around(1)
    watch.look_around(2)
    process(tmp_path, 7, 1, "curl", "-T")
    for name in ("cmdline", "cgroup", "exe", "stat"):
        (tmp_path / "8" / name).unlink()
    (tmp_path / "8").rmdir()
    watch.look_around(3)
    assert watch.observations() == (
        Started(1, 7, 1, "/usr/bin/bash", ("bash", "run.sh"), 3),
        Started(1, 8, 7, "/usr/bin/rclone", ("rclone", "copy"), 3),
        Started(3, 7, 1, "/usr/bin/curl", ("curl", "-T"), 0),
    )


@pytest.mark.skipif(not Path("/proc/self/cgroup").exists(), reason="no Linux /proc here")
def test_a_real_process_is_seen() -> None:
    mine = look(os.getpid())
    assert mine is not None
    assert mine.parent == os.getppid()
    watch = Watch("")
    with Watching(watch) as watching:
        time.sleep(0.1)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.4)"])
        child.wait()
        time.sleep(0.2)
    assert watching.sensor in ("connector", "proc")
    (seen,) = [one for one in watch.observations() if isinstance(one, Started) and one.pid == child.pid]
    assert seen.arguments[1:] == ("-c", "import time; time.sleep(0.4)")
    assert seen.ended > seen.time


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may ask the kernel")
def test_the_kernel_tells_root() -> None:
    told = connector()
    if told is None:
        pytest.skip("this kernel has no process connector, or not in this namespace")
    with told:
        subprocess.run(["true"], check=True)
        seen: set[int] = set()
        with contextlib.suppress(TimeoutError):
            while EXEC not in seen:
                seen |= {event.what for event in parse_events(told.recv(65536))}
    assert EXEC in seen


def test_a_forked_copy_is_no_start(tmp_path: Path) -> None:
    watch = Watch("abc123", tmp_path)
    process(tmp_path, 7, 1, "bash", "run.sh")
    watch.look_around(1)
    process(tmp_path, 8, 7, "bash", "run.sh")
    watch.look_around(2)
    process(tmp_path, 8, 7, "rclone", "copy")
    watch.look_around(3)
    assert [(one.time, one.pid) for one in watch.observations() if isinstance(one, Started)] == [(1, 7), (3, 8)]
