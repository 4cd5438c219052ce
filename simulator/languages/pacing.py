"""How often a query is run that asks for the time, when nothing says how often.

As Microsoft Defender paces custom detections by how far they look back: every hour over four hours, every three hours
over twelve, every twelve over two days, once a day over more; and every ten or five minutes, as often as Sentinel and
Elastic run a rule, where it looks back less than an hour
(https://learn.microsoft.com/defender-xdr/custom-detection-rules, "Rule frequency"). The shortest look-back of the query
decides, so that no run leaves a gap; a query that names none is run every hour.
"""

from __future__ import annotations

from simulator.ir import Relation, Schedule, looks_back, reads_clock

_MINUTE = 60_000_000
_HOUR = 60 * _MINUTE
PACES = (
    (0, _HOUR),
    (10 * _MINUTE - 1, 5 * _MINUTE),
    (_HOUR - 1, 10 * _MINUTE),
    (4 * _HOUR, _HOUR),
    (12 * _HOUR, 3 * _HOUR),
    (48 * _HOUR, 12 * _HOUR),
)
"""Looking back at most so far, a query is run so often (microseconds); one that names no look-back, every hour."""
SLOWEST = 24 * _HOUR


def default_schedule(plan: Relation) -> Schedule | None:
    """The schedule of a query whose file has none; None where the query does not ask for the time. Each run sees all
    that the query's own conditions let it see."""
    if not reads_clock(plan):
        return None
    shortest = min(looks_back(plan), default=0)
    return Schedule(next((every for most, every in PACES if shortest <= most), SLOWEST), source="default")
