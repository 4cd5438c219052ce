"""What sensors of the lab saw of one run, as plain observations, and their file: one JSON object a line.

No content is kept, only sizes: a recording is safe to share. Times are microseconds since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson

from simulator.errors import Location, StreamError

FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Lookup:
    """A name was asked for; `addresses` are what the lab said."""

    time: int
    name: str
    query_type: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """A transport connection to the lab. Bytes are payload bytes, TLS included; `name` is the TLS server name."""

    time: int
    duration: int
    source_port: int
    port: int
    bytes_out: int
    bytes_in: int
    name: str | None = None
    alpn: tuple[str, ...] = ()
    tls: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """An HTTP request and its answer. Bytes are those of the message, head and body; `payload` is what was uploaded."""

    time: int
    duration: int
    source_port: int
    method: str
    scheme: str
    name: str
    port: int
    path: str
    user_agent: str | None
    referrer: str | None
    bytes_out: int
    bytes_in: int
    payload: int
    status: int
    version: str
    service: str | None = None
    """Which impersonated service answered; None for a CONNECT to the proxy, or where nobody did."""


@dataclass(frozen=True, slots=True)
class Started:
    """A program was executed. Pids are the container's; `ended` is 0 where nobody saw it end."""

    time: int
    pid: int
    parent: int
    image: str
    arguments: tuple[str, ...]
    ended: int = 0


@dataclass(frozen=True, slots=True)
class Wrote:
    """A file was created or opened for writing; or renamed, where `previous` is the name it had."""

    time: int
    pid: int
    path: str
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """A process asked for a connection to `port`: what says whose a connection is."""

    time: int
    pid: int
    port: int


Observation = Lookup | Connection | Exchange | Started | Wrote | Connected

_KINDS: Final[Mapping[str, type[Any]]] = {
    "lookup": Lookup,
    "connection": Connection,
    "exchange": Exchange,
    "started": Started,
    "wrote": Wrote,
    "connected": Connected,
}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
Kind = TypeVar("Kind", Lookup, Connection, Exchange, Started, Wrote, Connected)


@dataclass(frozen=True, slots=True)
class Recording:
    """One run of one scenario: who was played, and everything that was seen, in order of time."""

    scenario: str
    number: int
    """Which instance of the scenario was run."""
    seed: int
    hosts: int
    """Seed and size of the world that the instance is from."""
    start: int
    end: int
    sensor: str
    """How processes were watched: `strace`, `connector`, `proc`."""
    status: int
    """The exit status of the commands."""
    commands: tuple[str, ...] = ()
    tools: Mapping[str, str] = field(default_factory=dict)
    """Versions of the programs in the image."""
    observations: tuple[Observation, ...] = ()

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """The observations of one kind."""
        return tuple(one for one in self.observations if isinstance(one, kind))


def merged(*groups: Iterable[Observation]) -> tuple[Observation, ...]:
    """Observations of several sensors in order of time."""
    return tuple(sorted((one for group in groups for one in group), key=lambda one: (one.time, _NAMES[type(one)])))


def write_recording(recording: Recording, path: Path) -> None:
    """Write a recording; the first line says what it is of. Raises StreamError."""
    about = {one.name: getattr(recording, one.name) for one in fields(recording) if one.name != "observations"}
    lines = [{"format": FORMAT, **about}, *({"kind": _NAMES[type(o)], **asdict(o)} for o in recording.observations)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines))
    except OSError as error:
        raise StreamError(f"cannot write {path}: {error.strerror}") from error


def read_recording(path: Path) -> Recording:
    """Read what `write_recording` wrote. Raises StreamError with the line that is wrong."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise StreamError(f"cannot read {path}: {error.strerror}") from error
    at = 1
    try:
        about = orjson.loads(lines[0])
        if about.pop("format") != FORMAT:
            raise ValueError("another format")
        about["commands"] = tuple(about["commands"])
        made: list[Observation] = []
        for number, line in enumerate(lines[1:], 2):
            at = number
            raw = orjson.loads(line)
            kind = _KINDS[raw.pop("kind")]
            made.append(kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in raw.items()}))
        return Recording(**about, observations=tuple(made))
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise StreamError(f"{Location(str(path), at, 1)}: is no recording of the lab: {error}") from error


def recordings_below(paths: Iterable[Path]) -> tuple[Recording, ...]:
    """All recordings in files and folders, in order of path. Raises StreamError where there is none."""
    files = [f for path in paths for f in ([path] if path.is_file() else sorted(path.rglob("*.recording.jsonl")))]
    if not files:
        raise StreamError("no recording (*.recording.jsonl) found")
    return tuple(read_recording(file) for file in files)
