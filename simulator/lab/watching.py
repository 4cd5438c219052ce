"""Watching processes from outside a container, where strace cannot run inside: on the engine's own kernel only.

The process connector (netlink, linux/cn_proc.h) tells root of every fork, exec and exit the moment it happens; what a
process is, is then read from /proc. Without it /proc is looked through again and again, which misses what is quick.
Neither sees files being written, nor who asked for a connection. Which processes are a container's is told by their
control group. Pids are the host's.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from simulator.lab.recording import Observation, Started

_NETLINK_CONNECTOR: Final = 11
_CN_IDX_PROC: Final = 1
_LISTEN, _IGNORE = 1, 2
_HEAD: Final = struct.Struct("=IHHII" + "IIIIHH")
"""nlmsghdr and cn_msg."""
FORK, EXEC, EXIT = 0x1, 0x2, 0x80000000


@dataclass(frozen=True, slots=True)
class Event:
    """What the connector tells: `what` is FORK, EXEC or EXIT; of a fork `pid` is the child and `parent` who made it."""

    what: int
    pid: int
    parent: int = 0


def parse_events(packet: bytes) -> Iterator[Event]:
    """The events in a packet of the connector; threads coming and going are left out."""
    position = 0
    while position + _HEAD.size + 16 <= len(packet):
        size = struct.unpack_from("=I", packet, position)[0]
        if size < _HEAD.size:
            return
        body = position + _HEAD.size
        what = struct.unpack_from("=I", packet, body)[0]
        # After the kind come the processor and a time of 8 bytes; then pids, each with its thread group.
        numbers = struct.unpack_from("=4I", packet + b"\0" * 16, body + 16)
        if what == FORK and numbers[2] == numbers[3]:
            yield Event(FORK, numbers[3], numbers[1])
        elif what == EXEC:
            yield Event(EXEC, numbers[1])
        elif what == EXIT and numbers[0] == numbers[1]:
            yield Event(EXIT, numbers[1])
        position += (size + 3) & ~3


@dataclass(frozen=True, slots=True)
class Look:
    """A process as /proc has it."""

    pid: int
    parent: int
    image: str
    arguments: tuple[str, ...]
    group: str


def look(pid: int, proc: Path = Path("/proc")) -> Look | None:
    """A process; None where it is gone or is none of ours to see."""
    folder = proc / str(pid)
    try:
        arguments = (folder / "cmdline").read_bytes().split(b"\0")[:-1]
        group = (folder / "cgroup").read_text()
        image = str((folder / "exe").readlink())
        status = (folder / "stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return Look(pid, int(status[1]), image, tuple(one.decode("utf-8", "replace") for one in arguments), group)


@dataclass(slots=True)
class Watch:
    """What a container's processes did, put together from looks. `container` is its id."""

    container: str
    proc: Path = Path("/proc")
    _seen: list[Started] = field(default_factory=list)
    _running: dict[int, int] = field(default_factory=dict)

    def executed(self, pid: int, now: int) -> None:
        """A process may have executed something."""
        found = look(pid, self.proc)
        if found is None or self.container not in found.group or not found.arguments:
            return
        at = self._running.get(pid)
        if at is not None:
            same = (self._seen[at].image, self._seen[at].arguments) == (found.image, found.arguments)
            if same:
                return
            self.ended(pid, now)
        self._running[pid] = len(self._seen)
        self._seen.append(Started(now, pid, found.parent, found.image, found.arguments))

    def ended(self, pid: int, now: int) -> None:
        """A process has ended."""
        at = self._running.pop(pid, None)
        if at is not None:
            self._seen[at] = replace(self._seen[at], ended=now)

    def look_around(self, now: int) -> None:
        """Go through all of /proc once."""
        here = {int(one.name) for one in self.proc.iterdir() if one.name.isdigit()}
        for pid in sorted(here):
            if pid in self._running or not self._copy(pid):
                self.executed(pid, now)
        for pid in set(self._running) - here:
            self.ended(pid, now)

    def _copy(self, pid: int) -> bool:
        """Whether a process still is a copy of its parent: forked, and about to execute something else."""
        found = look(pid, self.proc)
        at = None if found is None else self._running.get(found.parent)
        if found is None or at is None:
            return False
        return (self._seen[at].image, self._seen[at].arguments) == (found.image, found.arguments)

    def observations(self) -> tuple[Observation, ...]:
        """Every start that was seen."""
        return tuple(self._seen)


def _microseconds() -> int:
    return round(time.time() * 1e6)


def connector() -> socket.socket | None:
    """A socket on which the kernel tells of processes; None where it does not."""
    try:
        made = socket.socket(getattr(socket, "AF_NETLINK"), socket.SOCK_DGRAM, _NETLINK_CONNECTOR)  # noqa: B009
    except (OSError, AttributeError):
        return None
    try:
        made.bind((0, _CN_IDX_PROC))
        made.send(_subscription(_LISTEN))
        made.settimeout(0.2)
    except OSError:
        made.close()
        return None
    return made


def _subscription(operation: int) -> bytes:
    size = _HEAD.size + 4
    return _HEAD.pack(size, 3, 0, 0, os.getpid(), _CN_IDX_PROC, 1, 0, 0, 4, 0) + struct.pack("=I", operation)


@dataclass(slots=True)
class Watching:
    """Watches a container from when it is entered until it is left; `sensor` is what it watches by."""

    watch: Watch
    sensor: str = ""
    every: float = 0.004
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Watching:
        told = connector()
        self.sensor = "connector" if told is not None else "proc"
        self._thread = threading.Thread(target=self._listen, args=(told,), name="lab watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _listen(self, told: socket.socket | None) -> None:
        if told is None:
            while not self._stop.is_set():
                self.watch.look_around(_microseconds())
                self._stop.wait(self.every)
            return
        with told:
            while not self._stop.is_set():
                with contextlib.suppress(TimeoutError, OSError):
                    for event in parse_events(told.recv(65536)):
                        if event.what == EXEC:
                            self.watch.executed(event.pid, _microseconds())
                        elif event.what == EXIT:
                            self.watch.ended(event.pid, _microseconds())
            with contextlib.suppress(OSError):
                told.send(_subscription(_IGNORE))
