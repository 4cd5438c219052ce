"""How what a container did is shown: as the same act on the Windows host of the scenario.

The lab's programs run on Linux, most scenarios happen on Windows. Names of programs and paths are translated, by the
scenario's own table; arguments, their order, times, bytes, names on the network and user agents stay as recorded.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SHELLS: Final = frozenset(("bash", "sh", "dash"))
_ELSEWHERE: Final = "C:\\Program Files\\Git\\usr\\bin"
"""Where a Unix program is on a Windows host that has it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Tables of translation; with `windows` false everything stays as it is."""

    windows: bool
    programs: Mapping[str, str]
    """Base name of a program -> the path it is shown under."""
    software: Mapping[str, tuple[str | None, str | None]]
    """Base name of a program -> its entry in fixtures/software.yaml, and the version that is shown."""
    paths: tuple[tuple[str, str], ...]
    """Folders and files -> how they are shown, the longest first."""
    console: str = ""
    """The command line of the console that the container's shell stands for."""
    hidden: bool = False
    """Whether that shell is not shown at all: what it starts was started by a program that is always there."""

    def image(self, path: str) -> str:
        """Where a program is shown to be."""
        if not self.windows:
            return path
        name = base_name(path)
        return self.programs.get(name) or f"{_ELSEWHERE}\\{name}.exe"

    def text(self, original: str) -> str:
        """A text with the paths in it translated."""
        if not self.windows:
            return original
        for ours, theirs in self.paths:
            pattern = re.compile(re.escape(ours) + r"(?=$|[/\s\"',:;=])(?P<rest>(?:/[^\s\"',;]*)?)")
            to = theirs.strip('"')
            original = "".join(_replaced(pattern, to, original))
        return original

    def command_line(self, image: str, arguments: Sequence[str]) -> str:
        """The command line of a process, by Windows' rules of quoting; the program is quoted always."""
        if not self.windows:
            return " ".join(arguments)
        rest = subprocess.list2cmdline([self.text(one) for one in arguments[1:]])
        line = f'"{self.image(image)}"'
        return f"{line} {rest}" if rest else line


def _replaced(pattern: re.Pattern[str], to: str, text: str) -> Iterator[str]:
    """The pieces of a text in which every match stands for a path that begins with `to`."""
    end = 0
    for found in pattern.finditer(text):
        yield text[end : found.start()]
        yield to + found["rest"].replace("/", "\\")
        end = found.end()
    yield text[end:]


def base_name(path: str) -> str:
    """The last part of a path, without the version that Debian puts behind an interpreter's name."""
    name = path.rpartition("/")[2]
    return "python3" if re.fullmatch(r"python3\.\d+", name) else name
