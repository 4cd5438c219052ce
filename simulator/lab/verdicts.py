"""What rules make of the same instances, played and recorded: the last word on whether a tool model is true enough."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.detect import detect
from simulator.ir import Ruleset
from simulator.lab.recording import Recording
from simulator.lab.streams import Played, planned, recorded, simulated, tables_for, write_stream
from simulator.scenario.model import Scenario
from simulator.world import World


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule fires on an instance as the model plays it, and as it was recorded."""

    scenario: str
    number: int
    rule: str
    model: bool
    tool: bool


def verdicts(
    world: World, recordings: Sequence[Recording], scenarios: Mapping[str, Scenario], ruleset: Ruleset
) -> list[Verdict]:
    """Every rule on every recorded instance, on both sides. Each instance has a stream of its own: rules that count
    over hosts shall not add up what several did."""
    made: list[Verdict] = []
    for one in recordings:
        run = planned(world, one, scenarios)
        sides = (simulated(world, run, one), recorded(world, run, one))
        model, real = (_fired(world, [side], ruleset) for side in sides)
        made += [
            Verdict(run.scenario.id, run.number, rule.name, rule.id in model, rule.id in real)
            for rule in ruleset.rules
            if not rule.silent
        ]
    return made


def _fired(world: World, played: Sequence[Played], ruleset: Ruleset) -> set[str]:
    """The ids of the rules that fire."""
    with tempfile.TemporaryDirectory(prefix="sparring-verdicts-") as folder:
        stream = write_stream(Path(folder) / "stream", world, played, {}, tables=tables_for(ruleset))
        alerts = detect(ruleset, stream, workers=1)
        return {str(rule) for rule in alerts.table["rule"].to_pylist()}
