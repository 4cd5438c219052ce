"""Every error Sparring raises on purpose, and where in a file it points.

SparringError                 something the user can mend; the CLI prints it and exits with `exit_code`
├── UsageError                the call was wrong: a path that does not exist, an option out of range (exit 2)
├── LocatedError              something in a file is wrong; prints as file:line:col (exit 1)
│   ├── InvalidRule           the rule breaks its language's own specification
│   ├── UnsupportedRule       valid, but uses what Sparring or its executor cannot do
│   └── InvalidScenario       a scenario, tool model or world breaks its schema or names what does not exist
└── StreamError               a stream or log cannot be read or written (exit 1)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file. Lines and columns count from 1; 0 means unknown."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


class SparringError(Exception):
    """Base of all errors that carry a message for the user rather than a traceback."""

    exit_code = 1


class UsageError(SparringError):
    """The call itself was wrong."""

    exit_code = 2


class StreamError(SparringError):
    """A stream or a log file cannot be read or written."""


class LocatedError(SparringError):
    """Something in a file is wrong; `str()` gives `file:line:col: message`."""

    def __init__(self, location: Location, message: str) -> None:
        super().__init__(f"{location}: {message}")
        self.location = location
        self.message = message

    def __reduce__(self) -> tuple[type[LocatedError], tuple[Location, str]]:
        """So that it arrives whole from a worker process."""
        return type(self), (self.location, self.message)


class InvalidRule(LocatedError):
    """The rule breaks its language's specification."""


class UnsupportedRule(LocatedError):
    """The rule is valid but uses a construct that cannot be executed; the message names the construct."""


class InvalidScenario(LocatedError):
    """A scenario, tool model or world file is wrong."""


def nearest(name: str, known: Iterable[str]) -> str:
    """`", did you mean 'x'?"` for the known name most like `name`, or an empty string when none is near."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f", did you mean {found[0]!r}?" if found else ""
