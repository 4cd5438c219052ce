"""Scenarios and tool models as they are once read: plain frozen data, every name in them known to exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.scenario.values import Value

if TYPE_CHECKING:
    from simulator.scenario.laboratory import Lab


@dataclass(frozen=True, slots=True)
class Case:
    """One value of a dimension: its name, and what the names it sets stand for (the dimension's own among them)."""

    name: str
    tags: tuple[str, ...]
    weight: float
    sets: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of variation. `name` is what steps call it, `title` what the truth calls it (`rclone.verb`)."""

    name: str
    title: str
    per: str | None
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Delay:
    """How long after what: the end (or start) of `of`, or of the step before."""

    value: Value
    of: str | None = None
    from_start: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens. `what` is process, use, write, lookup, connect, request, script, cmdlet or session.

    `fields` are its values by name, `choices` those that are plain words (resolver, protocol, integrity, session).
    """

    name: str
    what: str
    fields: Mapping[str, Value]
    choices: Mapping[str, str | None]
    by: str | None = None
    after: Delay | None = None
    when: Mapping[str, frozenset[str]] | None = None
    chance: float | None = None
    times: Value | None = None
    every: Value | None = None
    account: str | None = None
    parameters: tuple[tuple[str, Value], ...] = ()
    """Of a cmdlet, in order of binding."""
    use: Use | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A call of a tool model. `presets` are bundles given inline: parameter -> field -> value."""

    tool: Tool
    invocation: Invocation
    arguments: Mapping[str, Value]
    presets: Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Invocation:
    """One thing a tool does."""

    name: str
    process: Step | None
    steps: tuple[Step, ...]
    parameters: Mapping[str, Value | None]
    """Parameters and their defaults; None where one must be given."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What a program does, whoever runs it."""

    name: str
    path: str
    software: str | None
    presets: Mapping[str, Mapping[str, Mapping[str, Value]]]
    dimensions: tuple[Dimension, ...]
    lets: Mapping[str, Value]
    invocations: Mapping[str, Invocation]


@dataclass(frozen=True, slots=True)
class Where:
    """Which hosts and users come into question; an empty tuple is all."""

    systems: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    software: tuple[str, ...] = ()
    who: str = "owner"
    user_roles: tuple[str, ...] = ()
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Occurs:
    """How often and when. `mean` (Poisson) or `exactly` count per host and day, `instances` in the whole stream."""

    instances: int | None
    mean: float
    exactly: int | None
    at: str
    window: tuple[int, int]
    """For `at: window`: microseconds after local midnight; the second may exceed a day."""
    days: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who does what, how often, in which variations."""

    id: str
    path: str
    sha256: str
    title: str
    label: str
    technique: str | None
    expect: Mapping[str, tuple[str, ...]]
    where: Where
    occurs: Occurs
    own: tuple[Dimension, ...]
    """Dimensions of the scenario itself."""
    dimensions: tuple[Dimension, ...]
    """All dimensions in play: its own, and those of the tools it uses that it does not set itself."""
    lets: Mapping[str, Value]
    steps: tuple[Step, ...]
    lab: Lab | None = None
    """How real tools do the same; None where nobody has said."""
