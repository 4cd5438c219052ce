"""Splunk's .conf files: stanzas of `name = value`, a backslash at the end of a line goes on in the next.

Source: https://docs.splunk.com/Documentation/Splunk/latest/Admin/Aboutconfigurationfiles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_STANZA = re.compile(r"\[([^\]]*)\]\s*")
_SETTING = re.compile(r"([^\s=#][^=]*?)\s*=\s*(.*)", re.DOTALL)


@dataclass(slots=True)
class Stanza:
    """A stanza: its settings, and the line each value begins in (and the column)."""

    name: str
    line: int
    values: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """For each line of a value, where it begins."""


def stanzas(text: str) -> Iterator[Stanza]:
    """The stanzas of a file, in order."""
    stanza: Stanza | None = None
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        first = at
        line = lines[at]
        whole = [line]
        while whole[-1].endswith("\\") and at + 1 < len(lines):
            at += 1
            whole[-1] = whole[-1][:-1]
            whole.append(lines[at])
        at += 1
        if match := _STANZA.fullmatch(line.strip()):
            if stanza is not None:
                yield stanza
            stanza = Stanza(match[1].strip(), first + 1)
            continue
        setting = _SETTING.fullmatch("\n".join(whole))
        if stanza is None or setting is None or line.lstrip().startswith("#"):
            continue
        key = setting[1].strip()
        stanza.values[key] = setting[2]
        column = len(whole[0]) - len(setting[2].split("\n")[0]) + 1
        stanza.places[key] = ((first + 1, column), *((first + 1 + n, 1) for n in range(1, setting[2].count("\n") + 1)))
    if stanza is not None:
        yield stanza
