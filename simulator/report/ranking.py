"""Which rules a report shows, and in which order."""

from __future__ import annotations

from simulator.score import Measure, Ratio, RuleScore, Scorecard


def worth_showing(scorecard: Scorecard) -> list[RuleScore]:
    """Rules that fired, failed or ought to have fired; the best first, what has no F1 last."""
    return sorted((rule for rule in scorecard.rules if _says_something(rule)), key=_rank)


def stayed_silent(scorecard: Scorecard) -> list[RuleScore]:
    """The other rules: silent on a stream that holds nothing they are meant for; by title."""
    return sorted((rule for rule in scorecard.rules if not _says_something(rule)), key=lambda rule: rule.title)


def _says_something(rule: RuleScore) -> bool:
    return bool(rule.alerts or rule.failure or rule.scope.by != "unmeasured")


def _rank(rule: RuleScore) -> tuple[bool, float, float, int, str]:
    return (bool(rule.failure), -_value(rule.f1), -_value(rule.recall), rule.fp or 0, rule.title)


def _value(measure: Measure) -> float:
    return measure.value if isinstance(measure, Ratio) else -1.0
