"""The rule IR: what every rule language is lowered to and every executor reads.

Frozen, slotted dataclasses. `scalar` decides about one event, `relational` about tables of events, `rule` wraps a plan
with its name. Each node says its own semantics (case, missing values, wildcards), so that no executor guesses.
"""

from simulator.ir.relational import (
    Branch,
    Correlate,
    CorrelationKind,
    Filter,
    Relation,
    Requirement,
    Scan,
    Threshold,
    Union,
)
from simulator.ir.rule import Checked, Problem, Rule, Ruleset, Status
from simulator.ir.scalar import (
    And,
    Case,
    Cidr,
    Compare,
    Const,
    Expr,
    FieldPair,
    Glob,
    IsNull,
    Leaf,
    Like,
    Missing,
    Not,
    Op,
    Or,
    Pair,
    Regex,
    TimePart,
    Unit,
    Wild,
    fields_of,
)

__all__ = [
    "And", "Branch", "Case", "Checked", "Cidr", "Compare", "Const", "Correlate", "CorrelationKind", "Expr", "FieldPair", "Filter", "Glob",
    "IsNull", "Leaf", "Like", "Missing", "Not", "Op", "Or", "Pair", "Problem", "Regex", "Relation", "Requirement", "Rule", "Ruleset", "Scan",
    "Status", "Threshold", "TimePart", "Union", "Unit", "Wild", "fields_of",
]  # fmt: skip
