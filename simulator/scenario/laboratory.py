"""The `lab` section of a scenario: how real tools do the same in the lab (docs/lab.md). The simulator passes it over.

Everything that is text is a template over the names of the scenario, so that the lab runs the very instance that the
simulator would have played: the same host, user, variation and sampled values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from simulator.documents import Trail
from simulator.scenario.read import Context, condition
from simulator.scenario.values import Value

REACH: Final = ("transparent", "proxy")


@dataclass(frozen=True, slots=True)
class Offered:
    """Files that are there before anything runs: `count` of them, `{n}` in the path is the number of each.

    They hold `text`, or else `size` bytes that mean nothing.
    """

    path: str
    size: Value | None
    text: Value | None
    count: int


@dataclass(frozen=True, slots=True)
class Command:
    """A line for the container's shell, and when it is run: dimension -> names of its values."""

    run: Value
    when: Mapping[str, frozenset[str]] | None


@dataclass(frozen=True, slots=True)
class Lab:
    """What a scenario is in the lab."""

    image: str
    reach: str
    """How the outside is reached: `transparent` (names lead to the lab) or `proxy` (the environment names a proxy)."""
    files: tuple[Offered, ...]
    answers: tuple[tuple[Value, str], ...]
    """Patterns of host names, and the service that answers for each."""
    ports: Mapping[int, str]
    """Further ports that names lead to, and the scheme spoken there."""
    environment: Mapping[str, Value]
    prepare: tuple[Command, ...]
    """What has happened before anybody watches."""
    commands: tuple[Command, ...]
    shell: str
    """Which console the container's shell stands for; `none`: it is not shown."""
    console: Value | None
    """The command line that console is shown with, where it is not the usual one."""
    started_by: str | None
    """Which of the programs that are always there it is shown to be started by."""
    volume: str | None
    """What the scenario's name `bytes` stands for: `total`, all that is sent, or `each` upload."""
    programs: Mapping[str, Value]
    """Names of programs, and the path each is shown under."""
    paths: Mapping[str, Value]
    """Folders and files of the container, and what each is shown as."""


def read_lab(context: Context, raw: Mapping[str, Any]) -> Lab:
    """The section, which has passed the schema. Raises InvalidScenario."""
    reader = context.reader

    def values(key: str) -> dict[str, Value]:
        return {name: reader.value(item, ("lab", key, name)) for name, item in (raw.get(key) or {}).items()}

    return Lab(
        image=raw.get("image", "tools"),
        reach=raw.get("reach", "transparent"),
        files=tuple(_offered(context, one, i) for i, one in enumerate(raw.get("files") or [])),
        answers=tuple(
            (reader.value(pattern, ("lab", "answers", pattern)), name)
            for pattern, name in (raw.get("answers") or {}).items()
        ),
        ports={int(port): scheme for port, scheme in (raw.get("ports") or {}).items()},
        environment=values("environment"),
        prepare=tuple(
            _command(context, item, ("lab", "prepare", i)) for i, item in enumerate(raw.get("prepare") or [])
        ),
        commands=tuple(_command(context, item, ("lab", "commands", i)) for i, item in enumerate(raw["commands"])),
        shell=raw.get("shell", "cmd"),
        console=reader.value(raw["console"], ("lab", "console")) if "console" in raw else None,
        started_by=raw.get("started_by"),
        volume=raw.get("volume"),
        programs=values("programs"),
        paths=values("paths"),
    )


def _offered(context: Context, raw: Mapping[str, Any], number: int) -> Offered:
    at = ("lab", "files", number)
    if ("bytes" in raw) == ("text" in raw):
        raise context.document.wrong(at, "a file needs either 'bytes' or 'text'")
    size = context.reader.number(raw["bytes"], (*at, "bytes")) if "bytes" in raw else None
    text = context.reader.value(raw["text"], (*at, "text")) if "text" in raw else None
    return Offered(raw["path"], size, text, int(raw.get("count", 1)))


def _command(context: Context, raw: str | Mapping[str, Any], at: Trail) -> Command:
    if isinstance(raw, str):
        return Command(context.reader.value(raw, at), None)
    when = condition(context, raw["when"], (*at, "when")) if "when" in raw else None
    return Command(context.reader.value(raw["run"], (*at, "run")), when)
