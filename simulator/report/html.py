"""report.html: one page that needs nothing else, with every text of events and rules escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simulator.report import words
from simulator.report.ranking import stayed_silent, worth_showing
from simulator.score import Example, Measure, Ratio, RuleScore, Scorecard, Spread, Unmeasured
from simulator.whole import whole_file

Examples = Mapping[str, Sequence[Example]]
"""Alerts to show with their events, by rule id."""


def write_html(scorecard: Scorecard, path: Path, examples: Examples | None = None) -> None:
    """Write report.html to `path`, whole or not at all. Raises StreamError where that fails."""
    page = render(scorecard, examples).encode("utf-8", "replace")
    with whole_file(path) as partial:
        partial.write_bytes(page)


def render(scorecard: Scorecard, examples: Examples | None = None) -> str:
    """The page: HTML with its own style, a script to sort tables, and a policy that lets nothing else run or load."""
    environment = _environment()
    source = environment.loader.get_source  # type: ignore[union-attr]
    script, style = (source(environment, name)[0] for name in ("sort.js", "style.css"))
    shown = worth_showing(scorecard)
    attacks = [one for one in scorecard.scenarios if one.label == "malicious"]
    innocents = sorted(
        (one for one in scorecard.scenarios if one.false_cases), key=lambda one: (-(one.false_cases or 0), one.id)
    )
    return environment.get_template("report.html.j2").render(
        card=scorecard,
        shown=shown,
        silent=stayed_silent(scorecard),
        attacks=attacks,
        innocents=innocents,
        matrix=_matrix(shown, [one.id for one in attacks]),
        unmeasured=_unmeasured(shown),
        several=len({rule.language for rule in shown}) > 1,
        languages=sorted({one.language for row in scorecard.comparisons for one in row.languages}),
        titles={rule.id: rule.title for rule in scorecard.rules},
        facts=words.facts(scorecard),
        tiles=_tiles(scorecard),
        examples=examples or {},
        style=Markup(style),  # noqa: S704 (our own file)
        script=Markup(script),  # noqa: S704 (our own file)
        script_hash="sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        duration=words.duration,
        size=words.size,
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("simulator.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    environment.tests["measured"] = lambda measure: isinstance(measure, Ratio | Spread)
    environment.filters |= {
        "clean": lambda text: words.clean(str(text)),
        "dispute": words.dispute,
        "count": words.count,
        "findings": words.findings,
        "grade": lambda measure: words.grade(measure.value),
        "interval": words.interval,
        "median_duration": words.median_duration,
        "number": words.number,
        "percent": words.percent,
        "sortable": lambda measure: measure.value if isinstance(measure, Ratio) else "",
        "spoken": words.ratio,
    }
    return environment


def _matrix(rules: Sequence[RuleScore], attacks: Sequence[str]) -> list[dict[str, Any]]:
    """One row for each rule that catches or ought to catch something, with a cell or None for each attack."""
    rows = []
    for number, rule in enumerate(rules, 1):
        if rule.by_scenario:
            cells = {row.scenario: row for row in rule.by_scenario}
            rows.append(
                {
                    "number": number,
                    "title": rule.title,
                    "language": rule.language,
                    "cells": [cells.get(name) for name in attacks],
                }
            )
    return rows


def _unmeasured(rules: Sequence[RuleScore]) -> dict[str, list[str]]:
    reasons: dict[str, list[str]] = {}
    for rule in rules:
        if isinstance(rule.recall, Unmeasured):
            reasons.setdefault(rule.recall.unmeasured, []).append(rule.title)
    return reasons


def _tiles(scorecard: Scorecard) -> list[dict[str, str]]:
    techniques = [one for one in scorecard.scenarios if one.label == "malicious" and one.instances]
    instances, caught = sum(one.instances for one in techniques), sum(one.caught or 0 for one in techniques)
    measured = [rule for rule in scorecard.rules if isinstance(rule.recall, Ratio)]
    sharp = sum(_at_least(rule.precision, 0.9) and _at_least(rule.recall, 0.9) for rule in measured)
    blind = sum(bool(rule.blind_spots) for rule in measured)
    return [
        {"value": f"{caught:,} of {instances:,}", "label": "attacks caught by any rule"},
        {"value": f"{sharp} of {len(measured)}", "label": "rules with precision and recall of 90 % or more"},
        {"value": str(blind), "label": "rules with a blind spot"},
        {"value": f"{sum(rule.fp or 0 for rule in scorecard.rules):,}", "label": "false cases in all"},
        {"value": f"{scorecard.reading['total']:,}", "label": "events read"},
    ]


def _at_least(measure: Measure, least: float) -> bool:
    return isinstance(measure, Ratio) and measure.value >= least
