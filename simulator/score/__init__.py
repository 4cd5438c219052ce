"""Verb 3: alerts x truth -> verdicts, intervals, scorecard."""

from simulator.score.examples import Example, examples
from simulator.score.model import (
    BlindSpot,
    Comparison,
    Dispute,
    LanguageCatch,
    Measure,
    Noise,
    Ratio,
    RuleScore,
    ScenarioCatch,
    ScenarioScore,
    Scope,
    Scorecard,
    Spread,
    SpreadMeasure,
    TechniqueScore,
    Unmeasured,
    VariationRecall,
)
from simulator.score.scoring import score
from simulator.score.truth import LabelledStream, WithTransfers

__all__ = [
    "BlindSpot",
    "Comparison",
    "Dispute",
    "Example",
    "LabelledStream",
    "LanguageCatch",
    "Measure",
    "Noise",
    "Ratio",
    "RuleScore",
    "ScenarioCatch",
    "ScenarioScore",
    "Scope",
    "Scorecard",
    "Spread",
    "SpreadMeasure",
    "TechniqueScore",
    "Unmeasured",
    "VariationRecall",
    "WithTransfers",
    "examples",
    "score",
]
