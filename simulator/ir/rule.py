"""A rule: a plan with a name, and what came of reading a folder of rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from simulator.errors import Location
from simulator.ir.relational import Relation, Threshold


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the SIEM runs the rule and what each run sees; times in microseconds.

    A run at time t sees the events of which `t - delay - lookback <= _time < t - delay` (no lower bound without a
    `lookback`). Runs are at `offset + n * every` since 1970, from the first after the stream's first event to the first
    that sees its last (of all events that are read, by whatever rule). A run's rows are alerts when their number
    compares with every threshold (default: any row is). A row whose events have all been in one alert of the same rule
    before, is a repetition and no alert; a row without events is one when the run before gave such a row too. Rules
    without a schedule whose plans have row operators know repetitions as well: their rows come in order of time and
    evidence. An alert's time is that of its run, or without a schedule, that of its last event (of the run, if it has
    no events).
    """

    every: int
    lookback: int | None = None
    delay: int = 0
    offset: int = 0
    thresholds: tuple[Threshold, ...] = ()
    source: str = ""
    """Where this schedule comes from: `rule` (its file says so) or `default`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One detection, compiled.

    `techniques` are ATT&CK ids in upper case (`T1567.002`). `silent` rules give no alerts of their own (the base rules
    of a correlation, unless it asks for them). `location` is where the rule's file names it.
    """

    id: str
    title: str
    language: str
    plan: Relation
    location: Location
    level: str = ""
    techniques: tuple[str, ...] = ()
    description: str = ""
    false_positives: tuple[str, ...] = ()
    silent: bool = False
    schedule: Schedule | None = None
    """None: the rule sees every event as it comes (plans over single events), or everything in one run at the end."""
    name: str = ""
    """A short name other content may use for the rule, e.g. `sigma/rclone-execution`: language and file stem."""


class Status(Enum):
    """What came of reading one file or rule."""

    OK = "ok"
    UNSUPPORTED = "unsupported"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a rule (or part of a file) cannot run, and where. A `warning` does not stop it from running."""

    status: Status
    location: Location
    message: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """One file that was read: what it is, in which language, what came of it."""

    path: str
    kind: str
    """`rule`, `scenario`, `tool`, `world`, `placeholders` or `unknown`."""
    language: str
    status: Status
    problems: tuple[Problem, ...] = ()
    rules: int = 0


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Compiled rules and the files they came from."""

    rules: tuple[Rule, ...]
    files: tuple[Checked, ...] = field(default=())

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems of all files, in order."""
        return tuple(problem for file in self.files for problem in file.problems)
