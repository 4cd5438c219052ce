"""When a search runs: from its file's cron schedule and time range, or as ESCU deploys searches.

A search over single events (no statistics, no joins, no clock) needs no schedule: it sees every event as it comes. For
the others the default is that of contentctl's deployments for ESCU: every hour, from -70m@m to -10m@m
(https://github.com/splunk/contentctl, `deployments`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.ir import (
    Extend,
    Filter,
    Op,
    Project,
    Read,
    Relation,
    Scan,
    Schedule,
    Sort,
    Threshold,
    Union,
    reads_clock,
    within,
)
from simulator.languages.spl.times import span

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
DEFAULT = Schedule(every=HOUR, lookback=60 * MINUTE, delay=10 * MINUTE, source="default")

_EVENTWISE = (Scan, Union, Filter, Read, Extend, Project, Sort)
_RELATIVE = re.compile(r"-(\d+[a-z]+)(@[a-z]+\d?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Timing:
    """What a file says of a search's runs, as it is written."""

    cron: str = ""
    earliest: str = ""
    latest: str = ""
    thresholds: tuple[Threshold, ...] = ()


def needed(plan: Relation) -> bool:
    """Whether it matters when the search runs."""
    return reads_clock(plan) or not all(isinstance(node, _EVENTWISE) for node in within(plan))


def schedule(plan: Relation, timing: Timing | None) -> Schedule | None:
    """The search's schedule. None where it needs none, whatever the file says, unless that counts rows."""
    if not needed(plan) and not (timing and timing.thresholds):
        return None
    if timing is None or not (timing.cron or timing.earliest):
        return DEFAULT
    ran = every(timing.cron) if timing.cron else (HOUR, 0)
    back, ahead = _ago(timing.earliest), _ago(timing.latest)
    if ran is None or (timing.earliest and back is None):
        return DEFAULT
    delay = ahead or 0
    lookback = None if back is None else max(back - delay, MINUTE)
    return Schedule(ran[0], lookback, delay, ran[1], timing.thresholds, "rule")


def _ago(text: str) -> int | None:
    """How long ago a time modifier is, its snapping aside; None for the beginning of time and what is no such thing."""
    if text.strip().lower() in ("now", "now()"):
        return 0
    found = _RELATIVE.fullmatch(text.strip())
    return span(found[1]) if found else None


def every(cron: str) -> tuple[int, int] | None:
    """How often a cron schedule runs, and its first run in the day, both in microseconds; None for one that is not
    regular."""
    parts = cron.split()
    if len(parts) != 5 or parts[2:] != ["*", "*", "*"]:
        return None
    minutes, hours = parts[:2]
    if match := re.fullmatch(r"(?:\*|(\d+)(?:-59)?)/(\d+)", minutes):
        step = int(match[2])
        regular = hours == "*" and step and 60 % step == 0
        return (step * MINUTE, int(match[1] or 0) * MINUTE) if regular else None
    if minutes == "*":
        return (MINUTE, 0) if hours == "*" else None
    if not minutes.isdigit():
        return None
    offset = int(minutes) * MINUTE
    if hours == "*":
        return HOUR, offset
    if match := re.fullmatch(r"(?:\*|(\d+)(?:-23)?)/(\d+)", hours):
        step = int(match[2])
        return (step * HOUR, int(match[1] or 0) * HOUR + offset) if step and 24 % step == 0 else None
    return (DAY, int(hours) * HOUR + offset) if hours.isdigit() else None


_RELATIONS = {
    "greater than": Op.GT,
    "less than": Op.LT,
    "equal to": Op.EQ,
    "not equal to": Op.NE,
}


def thresholds(kind: str, relation: str, quantity: str) -> tuple[Threshold, ...]:
    """`counttype`, `relation` and `quantity` of savedsearches.conf: how many results make an alert."""
    if kind.strip().lower() != "number of events" or relation.strip().lower() not in _RELATIONS:
        return ()
    return (Threshold(_RELATIONS[relation.strip().lower()], int(quantity)),) if quantity.strip().isdigit() else ()
