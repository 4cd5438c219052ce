"""The third verb: alerts x truth -> scorecard. How each number is computed is in docs/numbers.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from simulator.engine.alerts import Alerts, Reading
from simulator.ir import Rule, tables_of
from simulator.score import evidence
from simulator.score.comparison import comparisons
from simulator.score.evidence import Evidence
from simulator.score.intervals import CONFIDENCE, at_prevalence, f1, garwood, wilson
from simulator.score.model import (
    BlindSpot,
    Measure,
    Noise,
    RuleScore,
    ScenarioCatch,
    Scope,
    Scorecard,
    Spread,
    SpreadMeasure,
    Unmeasured,
    VariationRecall,
)
from simulator.score.ruleset import scenario_scores, technique_scores
from simulator.score.scope import scopes
from simulator.score.spread import bytes_before, seconds_to_detect, spreads
from simulator.score.truth import LabelledStream, Truth, truth_of
from simulator.score.variations import Scoped, blind_spots, recall_by_variation, recalls

BASE_RATE = 0.01
"""Attacks per 1,000 hosts per day at which precision is restated: about four a year where 1,000 hosts are watched."""
TOP_NOISE = 5
"""How many benign scenarios are named per rule."""


def score(alerts: Alerts, stream: LabelledStream, *, base_rate: float = BASE_RATE, seed: int = 0) -> Scorecard:
    """Hold `alerts` against the truth of the stream they were found on.

    `base_rate` is in attacks (instances of what a rule is meant to catch) per 1,000 hosts per day; `seed` is that of
    the bootstrap behind the interval of F1. Raises UsageError where the alerts were found on another stream, and
    StreamError where its truth is damaged.
    """
    truth = truth_of(stream)
    found = evidence.join(alerts, truth)
    rules = tuple({rule.id: rule for rule in alerts.rules if not rule.silent}.values())
    facts = _facts(rules, truth, found, stream)
    failures = {failure.rule: failure.reason for failure in alerts.failures}
    scored = tuple(_rule(rule, truth, facts, failures.get(rule.id, ""), base_rate, seed) for rule in rules)
    per_scenario = scenario_scores(truth, found)
    return Scorecard(
        stream=_about(stream.manifest, truth, base_rate, seed),
        rules=scored,
        scenarios=per_scenario,
        techniques=technique_scores(per_scenario),
        reading=_reading(alerts.reading),
        comparisons=comparisons(rules, facts.scope, truth, found),
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """Everything that is counted per rule, by rule id."""

    scope: Mapping[str, Scope]
    alerts: Mapping[str, tuple[int, int]]
    """All alerts, and the true ones."""
    cases: Mapping[str, tuple[int, int]]
    """All cases, and the true ones."""
    caught: Mapping[str, Mapping[str, int]]
    """Instances caught, by malicious scenario."""
    seconds: Mapping[str, Spread]
    bytes_out: Mapping[str, Spread]
    variations: Mapping[str, tuple[VariationRecall, ...]]
    blind: Mapping[str, tuple[BlindSpot, ...]]
    noise: Mapping[str, tuple[Noise, ...]]


def _facts(rules: tuple[Rule, ...], truth: Truth, found: Evidence, stream: LabelledStream) -> _Facts:
    scope = scopes(rules, truth, stream)
    scoped, hits = _scoped(scope, truth.attacks, found)
    by_value = recalls(scoped, truth.variations)
    by_alert = found.alerts.group_by("rule").agg(pl.len(), pl.col("true").sum())
    by_case = found.alerts.group_by("rule", "case").agg(pl.col("true").any())
    return _Facts(
        scope=scope,
        alerts={rule: (n, true) for rule, n, true in by_alert.iter_rows()},
        cases={rule: (n, true) for rule, n, true in by_case.group_by("rule").agg(pl.len(), pl.sum("true")).iter_rows()},
        caught=_caught(found, truth.attacks),
        seconds=spreads(seconds_to_detect(hits)),
        bytes_out=spreads(bytes_before(hits, truth.transfers)) if truth.transfers is not None else {},
        variations=recall_by_variation(by_value),
        blind=blind_spots(scoped, truth.variations, by_value),
        noise=_noise(found, truth),
    )


def _scoped(scope: Mapping[str, Scope], attacks: pl.DataFrame, found: Evidence) -> tuple[Scoped, pl.DataFrame]:
    """Rules with their scopes; and what was caught in scope as rule, instance_id, time, start."""
    numbers = {where.scenarios: number for number, where in enumerate(scope.values()) if where.scenarios}
    rows = [(number, scenario) for scenarios, number in numbers.items() for scenario in scenarios]
    rules = [(rule, numbers[where.scenarios]) for rule, where in scope.items() if where.scenarios]
    number_of = pl.DataFrame(rules, schema={"rule": pl.String, "scope": pl.Int64}, orient="row")
    scenarios_of = pl.DataFrame(rows, schema={"scope": pl.Int64, "scenario": pl.String}, orient="row")
    hits = (
        found.caught.join(number_of, on="rule")
        .join(attacks, on="instance_id")
        .join(scenarios_of, on=["scope", "scenario"], how="semi")
        .select("rule", "instance_id", "time", "start")
    )
    members = scenarios_of.join(attacks, on="scenario").select("scope", "instance_id")
    return Scoped(number_of, members, hits.select("rule", "instance_id")), hits


def _caught(found: Evidence, attacks: pl.DataFrame) -> dict[str, dict[str, int]]:
    counted = found.caught.join(attacks, on="instance_id").group_by("rule", "scenario").len()
    caught: dict[str, dict[str, int]] = {}
    for rule, scenario, n in counted.iter_rows():
        caught.setdefault(rule, {})[scenario] = n
    return caught


def _noise(found: Evidence, truth: Truth) -> dict[str, tuple[Noise, ...]]:
    """Scenarios in the evidence of false cases; an alert that is false within a true case misled nobody."""
    true_cases = found.alerts.filter("true").select("case").unique()
    counted = (
        found.noise.join(true_cases, on="case", how="anti")
        .group_by("rule", "scenario")
        .agg(
            pl.col("case").n_unique().alias("cases"),
            pl.col("alert").n_unique().alias("alerts"),
            pl.col("host").n_unique().alias("hosts"),
        )
        .sort(["rule", "cases", "alerts", "scenario"], descending=[False, True, True, False])
        .group_by("rule", maintain_order=True)
        .head(TOP_NOISE)
    )
    noise: dict[str, list[Noise]] = {}
    for rule, scenario, cases, alerts, hosts in counted.iter_rows():
        title = truth.scenarios[scenario].title if scenario in truth.scenarios else scenario
        noise.setdefault(rule, []).append(Noise(scenario, title, cases, alerts, hosts))
    return {rule: tuple(rows) for rule, rows in noise.items()}


def _rule(rule: Rule, truth: Truth, facts: _Facts, failure: str, base_rate: float, seed: int) -> RuleScore:
    scope = Scope("unmeasured", reason=f"the rule could not run: {failure}") if failure else facts.scope[rule.id]
    alerts, alert_tp = facts.alerts.get(rule.id, (0, 0))
    cases, tp = facts.cases.get(rule.id, (0, 0))
    caught_by_scenario = facts.caught.get(rule.id, {})
    n = sum(truth.counts[name] for name in scope.scenarios)
    caught = sum(caught_by_scenario.get(name, 0) for name in scope.scenarios)
    precision = _precision(tp, cases, scope, truth, failure)
    recall: Measure = wilson(caught, n) if n else Unmeasured(scope.reason)
    known, scoped = truth.known and not failure, bool(n)
    return RuleScore(
        id=rule.id,
        title=rule.title,
        path=rule.location.path,
        language=rule.language,
        level=rule.level,
        name=rule.name,
        techniques=rule.techniques,
        tables=tables_of(rule.plan),
        alerts=alerts,
        cases=cases,
        tp=tp if known else None,
        fp=cases - tp if known else None,
        alert_tp=alert_tp if known else None,
        alert_fp=alerts - alert_tp if known else None,
        caught=caught if scoped else None,
        missed=n - caught if scoped else None,
        scope=scope,
        precision=precision,
        alert_precision=_precision(alert_tp, alerts, scope, truth, failure),
        recall=recall,
        f1=_f1(precision, recall, tp, cases - tp, caught, n - caught, seed),
        false_alarms_per_1000_hosts_per_day=_false_alarms(cases - tp, truth, failure),
        precision_at_base_rate=_restated(precision, n, truth, scope, base_rate),
        time_to_detect_seconds=_spread(facts.seconds.get(rule.id), scope, "no instance in scope was caught"),
        bytes_out_before_alert=_bytes(facts.bytes_out.get(rule.id), truth, scope),
        recall_by_variation=facts.variations.get(rule.id, ()) if scoped else (),
        blind_spots=facts.blind.get(rule.id, ()) if scoped else (),
        noise=facts.noise.get(rule.id, ()) if known else (),
        by_scenario=tuple(
            ScenarioCatch(name, caught_by_scenario.get(name, 0), truth.counts[name], name in scope.scenarios)
            for name in sorted({*scope.scenarios, *caught_by_scenario})
        ),
        failure=failure,
    )


def _precision(true: int, n: int, scope: Scope, truth: Truth, failure: str) -> Measure:
    if failure:
        return Unmeasured(f"the rule could not run: {failure}")
    if not truth.known:
        return Unmeasured("there is no truth beside these logs")
    if not n:
        return Unmeasured("no alerts")
    if not truth.benign:
        return Unmeasured("the stream holds no benign instance, so no alert can be false")
    if not true and scope.by == "unmeasured":
        return Unmeasured(f"the stream holds nothing the rule is known to be meant for: {scope.reason}")
    return wilson(true, n)


def _f1(precision: Measure, recall: Measure, tp: int, fp: int, caught: int, missed: int, seed: int) -> Measure:
    if isinstance(recall, Unmeasured):
        return recall
    if isinstance(precision, Unmeasured):
        return Unmeasured(f"precision is unmeasured: {precision.unmeasured}")
    return f1(tp, fp, caught, missed, seed)


def _false_alarms(fp: int, truth: Truth, failure: str) -> Measure:
    if failure:
        return Unmeasured(f"the rule could not run: {failure}")
    if not truth.known:
        return Unmeasured("there is no truth beside these logs")
    if not truth.benign or truth.host_days <= 0:
        return Unmeasured("the stream holds no exposure: no benign instance, or no hosts and days in its manifest")
    return garwood(fp, truth.host_days, 1000.0)


def _restated(precision: Measure, n: int, truth: Truth, scope: Scope, base_rate: float) -> Measure:
    if isinstance(precision, Unmeasured):
        return precision
    if not n:
        return Unmeasured(scope.reason)
    if truth.host_days <= 0:
        return Unmeasured("the manifest names no hosts and days, so the rate of attacks is unknown")
    return at_prevalence(precision, base_rate / (1000 * n / truth.host_days))


def _spread(found: Spread | None, scope: Scope, otherwise: str) -> SpreadMeasure:
    return found or Unmeasured(scope.reason if scope.by == "unmeasured" else otherwise)


def _bytes(found: Spread | None, truth: Truth, scope: Scope) -> SpreadMeasure:
    if truth.known and truth.transfers is None and scope.by != "unmeasured":
        return Unmeasured("the truth does not say when bytes left")
    return _spread(found, scope, "no instance in scope that was caught sends bytes out")


def _about(manifest: Mapping[str, Any], truth: Truth, base_rate: float, seed: int) -> dict[str, Any]:
    names = ("world", "seed", "hosts", "days", "start", "events")
    return {name: manifest[name] for name in names if name in manifest} | {
        "instances": {"malicious": truth.attacks.height, "benign": truth.benign},
        "confidence": CONFIDENCE,
        "base_rate_per_1000_hosts_per_day": base_rate,
        "bootstrap_seed": seed,
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "events": dict(reading.events),
        "passed_over": reading.passed_over,
        "total": reading.total,
        "rejected": reading.rejected,
        "examples": [{"file": one.file, "record": one.record, "reason": one.reason} for one in reading.examples],
    }
