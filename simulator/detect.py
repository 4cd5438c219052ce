"""The second verb: rules over events give alerts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.engine.alerts import Alerts
from simulator.engine.run import run
from simulator.ir import Rule, Ruleset
from simulator.tables import Source
from simulator.telemetry.translate import translated


def detect(
    rules: Ruleset | Sequence[Rule],
    source: Source,
    *,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Alerts:
    """All alerts of `rules` over `source`, in order of (time, rule, events), the same for any number of workers.

    Logs of Windows, Sysmon and a proxy are also read as tables of Defender, Sentinel, Elastic, Splunk and the CIM where
    rules ask for these and the source has none of that vendor's: see `simulator.telemetry.translate`.

    `workers` is how many processes read; None means what the machine has and the source is worth. `progress` is
    told the bytes done and the bytes in all. Silent rules give no alerts. A rule that cannot be executed, or breaks on
    these events, is in `failures` and has no alerts: that is not "no match". Raises UsageError for a number of workers
    below 1 and StreamError where events cannot be read at all; single broken records are counted in `reading`.
    """
    wanted = rules.rules if isinstance(rules, Ruleset) else tuple(rules)
    return run(wanted, translated(source), workers=workers, progress=progress)
