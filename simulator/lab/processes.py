"""What processes in a container do: starts with arguments, parents and times, files opened for writing, connections.

Three sensors, the first that can be had is used: `strace` inside the container, which every engine allows for one's own
children and which misses nothing; the kernel's process connector (netlink) where the lab is root on the engine's own
kernel; and looking at /proc again and again, which misses what is quick. This module holds what they have in common and
the reading of strace's output; `watching` has the other two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from simulator.lab.recording import Connected, Observation, Started, Wrote, merged

STRACE: Final = (
    "strace", "-f", "-qq", "-ttt", "-y", "-s", "65535", "--seccomp-bpf", "-e",
    "trace=execve,execveat,clone,clone3,fork,vfork,openat,open,creat,rename,renameat,renameat2,connect,exit_group",
    "-e", "signal=none",
)  # fmt: skip
"""How programs are traced: only the calls that are read below, others run at full speed."""

_LINE: Final = re.compile(r"(?P<task>\d+)\s+(?P<time>\d+\.\d+) (?P<rest>.*)")
_RESUMED: Final = re.compile(r"<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)")
_CALL: Final = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+|\?)(?:<(?P<path>[^>]*)>)?.*")
_UNFINISHED: Final = "<unfinished ...>"
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_PORT: Final = re.compile(r"sin6?_port=htons\((\d+)\)")
_UNINTERESTING: Final = ("/dev/", "/proc/", "/sys/")
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "f": "\f"}
_FORKS: Final = frozenset(("clone", "clone3", "fork", "vfork"))


@dataclass(frozen=True, slots=True)
class Call:
    """A system call that is over. A task is a thread; `time` is when it began."""

    task: int
    time: int
    name: str
    arguments: str
    result: int | None
    """None where it never returned."""
    path: str = ""
    """Of the file that was opened."""

    @property
    def failed(self) -> bool:
        """Whether it gave an error."""
        return self.result is not None and self.result < 0


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls in strace's output, those that were interrupted by others put together again."""
    begun: dict[int, tuple[int, str]] = {}
    for line in lines:
        found = _LINE.fullmatch(line.rstrip("\n"))
        if found is None:
            continue
        task, time, rest = int(found["task"]), round(float(found["time"]) * 1_000_000), found["rest"]
        if rest.endswith(_UNFINISHED):
            begun[task] = time, rest.removesuffix(_UNFINISHED)
            if rest.startswith("exit_group("):
                yield Call(task, time, "exit_group", "", None)
            continue
        if resumed := _RESUMED.fullmatch(rest):
            time, start = begun.pop(task, (time, f"{resumed['call']}("))
            rest = start + resumed["rest"]
        if call := _CALL.fullmatch(rest):
            result = None if call["result"] == "?" else int(call["result"])
            yield Call(task, time, call["name"], call["arguments"], result, call["path"] or "")


@dataclass(slots=True)
class Trace:
    """Which process each task belongs to, which process started which, and what they did."""

    observations: list[Observation] = field(default_factory=list)
    process: dict[int, int] = field(default_factory=dict)
    parent: dict[int, int] = field(default_factory=dict)
    running: dict[int, int] = field(default_factory=dict)
    """For each process, where its last start is in `observations`."""

    def forked(self, call: Call) -> None:
        """A task made another: a thread of the same process, or a process of its own."""
        if call.failed or not call.result:
            return
        mine = self.process.setdefault(call.task, call.task)
        if "CLONE_THREAD" in call.arguments:
            self.process[call.result] = mine
        else:
            self.process[call.result] = call.result
            self.parent[call.result] = mine

    def did(self, call: Call) -> None:
        """A task did something else."""
        process = self.process.setdefault(call.task, call.task)
        match call.name:
            case "execve" | "execveat" if not call.failed:
                self._started(process, call)
            case "openat" | "open" | "creat" if not call.failed and _writes(call):
                if call.path.startswith("/") and not call.path.startswith(_UNINTERESTING):
                    self.observations.append(Wrote(call.time, process, _unescaped(call.path)))
            case "rename" | "renameat" | "renameat2" if not call.failed:
                self._renamed(process, call)
            case "connect" if port := _PORT.search(call.arguments):
                self.observations.append(Connected(call.time, process, int(port[1])))
            case "exit_group":
                self._ended(process, call.time)

    def _started(self, process: int, call: Call) -> None:
        self._ended(process, call.time)
        strings = [_unescaped(one) for one in _STRING.findall(call.arguments.rsplit("], ", 1)[0])]
        if strings:
            self.running[process] = len(self.observations)
            parent = self.parent.get(process, 0)
            self.observations.append(Started(call.time, process, parent, strings[0], tuple(strings[1:])))

    def _renamed(self, process: int, call: Call) -> None:
        """Only with full paths: tools that mind where their files are use them."""
        names = [_unescaped(one) for one in _STRING.findall(call.arguments)]
        if len(names) == 2 and all(name.startswith("/") for name in names):
            self.observations.append(Wrote(call.time, process, names[1], names[0]))

    def _ended(self, process: int, time: int) -> None:
        at = self.running.pop(process, None)
        if at is not None:
            started = self.observations[at]
            assert isinstance(started, Started)
            self.observations[at] = replace(started, ended=time)


def read_strace(lines: Iterable[str]) -> tuple[Observation, ...]:
    """What processes did, from strace's output, in order of time."""
    done, trace = list(calls(lines)), Trace()
    # A child may be seen to act before its parent's call returns: who started whom is learnt first.
    for call in done:
        if call.name in _FORKS:
            trace.forked(call)
    for call in sorted(done, key=lambda one: one.time):
        if call.name not in _FORKS:
            trace.did(call)
    return merged(trace.observations)


def _writes(call: Call) -> bool:
    return call.name == "creat" or bool(re.search(r"\bO_CREAT\b|\bO_TRUNC\b", call.arguments))


def _unescaped(text: str) -> str:
    """A text of strace's as it was: C's escapes, bytes beyond ASCII as octal numbers."""
    if "\\" not in text:
        return text
    raw = re.sub(r"\\([0-7]{1,3}|.)", _escape, text)
    return raw.encode("latin-1", "replace").decode("utf-8", "replace")


def _escape(found: re.Match[str]) -> str:
    code = found[1]
    return chr(int(code, 8)) if code[0] in "01234567" else _ESCAPES.get(code, code)
