"""Operators over tables of events.

Every relation yields rows, and every row carries its evidence: the ids of the events behind it. A filter's row has one,
a correlation's has all that made it fire.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from simulator.ir.scalar import Expr, Op


@dataclass(frozen=True, slots=True)
class Scan:
    """All events of the tables whose name matches `tables`: a name (`sysmon.process_creation`) or a pattern in which
    `*` stands for any text (`security.*`)."""

    tables: str


@dataclass(frozen=True, slots=True)
class Filter:
    """The rows of `source` for which `where` is true (unknown counts as not true)."""

    source: Relation
    where: Expr


@dataclass(frozen=True, slots=True)
class Union:
    """All rows of all sources. One event is one row, though several sources give it."""

    sources: tuple[Relation, ...]


class CorrelationKind(Enum):
    """Sigma specification 2.1, correlation rule types."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"
    VALUE_SUM = "value_sum"
    VALUE_AVG = "value_avg"
    VALUE_PERCENTILE = "value_percentile"
    VALUE_MEDIAN = "value_median"


@dataclass(frozen=True, slots=True)
class Branch:
    """One of the rules that a correlation builds on: `name` as the condition calls it, its rows, and for each of the
    correlation's group-by fields (in order) what this branch's events call it."""

    name: str
    source: Relation
    by: tuple[str, ...]
    fields: tuple[str, ...] = ()
    """What this branch calls the correlation's `fields`, in the same order."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """`measure op value`, e.g. count >= 10. Several hold together (Sigma allows `gte: 1` with `lte: 5`)."""

    op: Op
    value: float | int


@dataclass(frozen=True, slots=True)
class Correlate:
    """Rows of `branches` that belong together by equal `by` values within `span` microseconds (both ends included).

    Values are compared as text, exactly; a list is its texts joined by `, `. Rows with a missing group value, without a
    time, or lacking what the kind measures (any of `fields`; for the numeric kinds a finite number) take no part. A row
    that several branches give (same evidence, group and values) is one row of each of them.

    For each group, in order of (time, evidence), the window is the `span` that ends with (and includes) each row; as
    soon as the condition holds for a window it fires once with all rows of the window as evidence, and those rows take
    part in no later firing. A condition that further rows could undo (a threshold other than >= and >, or a `not` in
    `requires`) is judged on whole windows instead: one begins with the first row, takes in all rows up to `span` later,
    is judged once, and the next begins with the row after it. So `count < 3` speaks of windows with one or two rows; a
    time without any row has no window.

    EVENT_COUNT: number of rows; VALUE_COUNT: number of distinct tuples of `fields`; VALUE_SUM, _AVG, _MEDIAN,
    _PERCENTILE: over the numbers in `fields[0]`, exactly, percentiles interpolated linearly between neighbours (the
    median is the 50th); TEMPORAL: every branch has a row in the window; TEMPORAL_ORDERED: the branches have rows in the
    order given (equal times count as in order). For the temporal kinds thresholds, when given, replace "every branch"
    by the number of branches that have rows (in order).
    `requires`, when given, replaces "every branch" of the temporal kinds by a condition over branch names
    (Sigma's extended correlation condition): nested tuples `("and", …)`, `("or", …)`, `("not", x)` and names. Of the
    ordered kind the branches that make it true must have rows in order; a name under `not` must have none at all.

    A firing is itself a row: its evidence is that of all its rows, its time, host, user and table are those of the last
    event in it, and its fields are the group's values under the names in `by`.
    """

    kind: CorrelationKind
    branches: tuple[Branch, ...]
    by: tuple[str, ...]
    span: int
    thresholds: tuple[Threshold, ...] = ()
    percentile: int | None = None
    requires: Requirement | None = None


Requirement = str | tuple["Requirement", ...]
Relation = Scan | Filter | Union | Correlate


def tables_of(relation: Relation) -> tuple[str, ...]:
    """The tables and table patterns that a plan reads, each once, in order of first mention."""
    match relation:
        case Scan(tables):
            return (tables,)
        case Filter(source):
            return tables_of(source)
        case Union(sources):
            return tuple(dict.fromkeys(name for source in sources for name in tables_of(source)))
        case Correlate(branches=branches):
            return tuple(dict.fromkeys(name for branch in branches for name in tables_of(branch.source)))
