"""What the whole rule set made of each scenario and technique: an instance is caught when any rule caught it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from simulator.score.evidence import Evidence
from simulator.score.intervals import wilson
from simulator.score.model import Measure, ScenarioScore, Spread, SpreadMeasure, TechniqueScore, Unmeasured
from simulator.score.spread import seconds_to_detect, spreads
from simulator.score.truth import Scenario, Truth


def scenario_scores(truth: Truth, found: Evidence) -> tuple[ScenarioScore, ...]:
    """One score for each scenario of the truth: malicious ones first, then by id."""
    caught = found.caught.join(truth.attacks, on="instance_id")
    first = caught.group_by("scenario", "instance_id").agg(pl.col("start").first(), pl.col("time").min())
    true_cases = found.alerts.filter("true").select("case").unique()
    false = found.noise.join(true_cases, on="case", how="anti")
    tally = _Tally(
        caught=dict(first.group_by("scenario").len().iter_rows()),
        seconds=spreads(seconds_to_detect(first, "scenario")),
        catchers=_rules(caught),
        noisy=_rules(false),
        false_cases=dict(false.group_by("scenario").agg(pl.col("case").n_unique()).iter_rows()),
    )
    ordered = sorted(truth.scenarios.values(), key=lambda one: (not one.malicious, one.id))
    return tuple(tally.of(one, truth.counts.get(one.id, 0)) for one in ordered)


def technique_scores(scenarios: tuple[ScenarioScore, ...]) -> tuple[TechniqueScore, ...]:
    """One score for each technique that a malicious scenario plays, by id."""
    attacks = [one for one in scenarios if one.label == "malicious" and one.instances]
    scores = []
    for technique in sorted({name for one in attacks for name in one.techniques}):
        of = [one for one in attacks if technique in one.techniques]
        n, caught = sum(one.instances for one in of), sum(one.caught or 0 for one in of)
        rules = tuple(sorted({rule for one in of for rule in one.rules}))
        ids = tuple(one.id for one in of)
        scores.append(TechniqueScore(technique, ids, n, caught, n - caught, wilson(caught, n), rules))
    return tuple(scores)


@dataclass(frozen=True, slots=True)
class _Tally:
    """Counts by scenario."""

    caught: Mapping[str, int]
    seconds: Mapping[str, Spread]
    catchers: Mapping[str, tuple[str, ...]]
    noisy: Mapping[str, tuple[str, ...]]
    false_cases: Mapping[str, int]

    def of(self, scenario: Scenario, n: int) -> ScenarioScore:
        """The score of one scenario with `n` instances."""
        malicious = scenario.malicious
        caught = self.caught.get(scenario.id, 0)
        benign = Unmeasured("a benign scenario is not to be caught")
        recall: Measure = benign
        seconds: SpreadMeasure = benign
        if malicious:
            recall = wilson(caught, n) if n else Unmeasured("the stream holds no instance of it")
            seconds = self.seconds.get(scenario.id) or Unmeasured("no instance was caught by an alert with a time")
        return ScenarioScore(
            id=scenario.id,
            title=scenario.title,
            label=scenario.label,
            techniques=scenario.techniques,
            instances=n,
            caught=caught if malicious else None,
            missed=n - caught if malicious else None,
            recall=recall,
            time_to_detect_seconds=seconds,
            rules=(self.catchers if malicious else self.noisy).get(scenario.id, ()),
            false_cases=None if malicious else self.false_cases.get(scenario.id, 0),
        )


def _rules(rows: pl.DataFrame) -> dict[str, tuple[str, ...]]:
    grouped = rows.group_by("scenario").agg(pl.col("rule").unique().sort())
    return {scenario: tuple(rules) for scenario, rules in grouped.iter_rows()}
