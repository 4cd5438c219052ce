"""What a benchmark reports, and how it is printed."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, and where there is a bar, whether it is a most or a least. `figure` is None when it could not
    be measured; then the title says why."""

    title: str
    figure: float | None
    most: float | None = None
    least: float | None = None

    def line(self) -> str:
        """One line of the table: title, figure, bar, and whether it is met."""
        measured = "unmeasured" if self.figure is None else f"{self.figure:,.2f}"
        bar = f"<= {self.most:g}" if self.most is not None else f">= {self.least:g}" if self.least is not None else ""
        return f"{self.title:<66}{measured:>14}   {bar:<8}{self._verdict()}".rstrip()

    def _verdict(self) -> str:
        if self.figure is None or (self.most is None and self.least is None):
            return ""
        met = (self.most is None or self.figure <= self.most) and (self.least is None or self.figure >= self.least)
        return "met" if met else "MISSED"


HEADING = f"{'':<66}{'measured':>14}   bar"


def cpu() -> float:
    """CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def best(action: Callable[[], object], times: int = 2) -> float:
    """The least CPU seconds of several runs: others on the machine only ever add to it."""
    taken = []
    for _ in range(times):
        before = cpu()
        action()
        taken.append(cpu() - before)
    return min(taken)


def peak_memory(workers: int = 0) -> float:
    """The most MiB held so far by this process, and with `workers`, as many of its largest ended child on top."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    held += workers * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return held / (1 << (20 if sys.platform == "darwin" else 10))
