"""Operators over tables of events.

Every relation yields rows, and every row carries its evidence: the ids of the events behind it. A filter's row has one,
a correlation's has all that made it fire.

Below `Read` there are events: `Scan`, `Filter` and `Union` over the raw columns of tables, which the sieve runs. `Read`
makes rows of them, with columns of declared kinds, and above it stand the operators of the query languages. Their rows
have no names that nobody declared: what a relation's rows hold is `simulator.ir.columns_of`. Evidence goes through all
of them: a row made of several rows has the evidence of all of them, each event once.

Rows have no order but what an operator's own `order` says. Where an order leaves rows equal, the time of their last
event decides (no time comes first), then their evidence (compared event by event, in order of time and id), then their
values, column by column in the order of `columns_of` (ascending, nulls last), so that every executor gives the same.
This is also the order of rows where none was asked for ("default: time, evidence").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from simulator.ir.scalar import Expr, Op
from simulator.ir.values import Plain, Value
from simulator.tables import Column, Type


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


@dataclass(frozen=True, slots=True)
class Read:
    """Events as rows: of each event of `source` (made of Scan, Filter and Union) the named columns, as the kinds given.

    A column that an event lacks is null. A value of another kind is converted as `engine.text` reads it (text of a
    number, number in a text, ISO 8601 time in a text, several values as a list, one value as a list of one, a list as
    its texts joined by `, `); what cannot be read as its kind is null (NaN too). `_event_id`, `_time`, `_host`, `_user`
    may be named like any other. A leaf predicate above that looks at a column of `Read` as it is may be asked of the
    event's own value instead, before it is converted.
    """

    source: Relation
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A constant table. Its rows have no evidence. Values as in `Literal`."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Plain, ...], ...]


Named = tuple[str, Value]
"""A column to be made."""


@dataclass(frozen=True, slots=True)
class Extend:
    """Columns added to, or put in the place of, those of `source`. All values see the source's row, not each other."""

    source: Relation
    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """Exactly these columns, in this order."""

    source: Relation
    columns: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order. Texts compare by code point, false before true, lists by their elements."""

    value: Value
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A column `name` of `kind`: an aggregate function of `ir.functions.AGGREGATES` over those rows of a group for
    which `where` holds. Null arguments do not count unless the function says otherwise. `distinct` takes each
    combination of arguments once. `order` matters to the functions that say so."""

    name: str
    function: str
    args: tuple[Value, ...]
    kind: Type
    where: Expr | None = None
    distinct: bool = False
    order: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One row for each combination of `by` (nulls are equal to each other), with the columns of `by` and `measures`.
    Without `by` there is one row in all; over no rows, that one only if `always`."""

    source: Relation
    by: tuple[Named, ...]
    measures: tuple[Measure, ...]
    always: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """All rows of `source` with `measures` added, each over some rows of the same `by` values: from `preceding` rows
    before to `following` rows after in `order` (None: to the end; a negative number counts the other way). Besides
    aggregates the functions of `simulator.ir.functions.RANKINGS`. A row keeps its own evidence alone; with `gather`, it
    has that of its frame."""

    source: Relation
    by: tuple[Value, ...]
    order: tuple[Key, ...]
    measures: tuple[Measure, ...]
    preceding: int | None = None
    following: int | None = None
    gather: bool = False


class JoinKind(Enum):
    """Which rows a join gives. SEMI and ANTI give rows of the left side alone."""

    INNER = "inner"
    LEFT = "left"
    RIGHT = "right"
    FULL = "full"
    SEMI = "semi"
    ANTI = "anti"


@dataclass(frozen=True, slots=True)
class Join:
    """Pairs of rows that are equal by every pair of `on` (left value, right value, of one kind; null equals nothing,
    unless `nulls_equal`). No `on` at all pairs every row with every row.

    `right` and `left` say which columns the result has and what each side calls them: (name in the result, name in
    the side). A name that both give is the left's value, or where that is null, the right's.
    """

    kind: JoinKind
    left_source: Relation
    right_source: Relation
    on: tuple[tuple[Value, Value], ...]
    left: tuple[tuple[str, str], ...]
    right: tuple[tuple[str, str], ...] = ()
    nulls_equal: bool = False


@dataclass(frozen=True, slots=True)
class Concat:
    """All rows of all sources, as often as they come. `columns` are those of the result: each is taken from every
    source that has it (of that kind), and null in the others."""

    sources: tuple[Relation, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Sort:
    """The rows in order. Of use below a `Limit` that has no order of its own, and at the top, for whoever looks at
    rows. Filter, Extend, Project and Limit keep the order of their source; all others lose it."""

    source: Relation
    order: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """The first `count` rows in `order` (without one, in that of the source), of each combination of `by` (all rows
    are one group without; nulls are equal). Its rows are in that order. SQL's top, Kusto's `top`, Splunk's `dedup`,
    `arg_max(…, *)`."""

    source: Relation
    count: int
    order: tuple[Key, ...] = ()
    by: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Explode:
    """A row for each element of the list or DYNAMIC array in `column`, which then holds the element (DYNAMIC of
    DYNAMIC). A row whose value is null or empty goes, or with `keep_empty` stays, with null (and a null index). A
    DYNAMIC object gives one row for each key, holding an object of that key alone; any other single DYNAMIC stays as it
    is. `index` names an INTEGER column for the element's place, from 0."""

    source: Relation
    column: str
    keep_empty: bool = False
    index: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence or sample: its rows, and its join values in the sequence's order, compared as `=` of
    their kinds; a row in which any is null, or that has no time, takes no part. `missing`: no such row may come
    between the neighbours."""

    source: Relation
    by: tuple[Value, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Elastic EQL's `sequence`: rows of the steps one after the other, for each combination of join values.

    Rows are taken in order of (`_time` of their last event, evidence). Each row is offered to the latest step first. A
    row that fits step n > 0 moves the partial sequence that stands at step n - 1 on to n, in the place of the one
    that stood at n; a row that fits step 0 begins one, in place of the one that stood there. One row can be in several
    steps of different partials, never twice in one. A partial is dropped when a row of `until` with its values comes
    (a row that is in a step and in `until` is first taken by the step), or when the row that would go on with it is
    more than `maxspan` microseconds later than its first. Steps that are `missing` are left out of this and then
    forbid whole sequences: those with rows of such a step between (in time, both ends excluded) its neighbours; at the
    start, those with such a row before the first row and no more than `maxspan` before the last; at the end, after the
    last row and no more than `maxspan` after the first. Where steps are missing at both ends, only a row before and a
    row after that are no more than `maxspan` apart forbid. (So Elasticsearch's TumblingWindow does.)

    Each whole sequence is a row: columns `key0`, `key1` … of the join values (of the first step that is not `missing`),
    evidence of all of its rows. Source: https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
    """

    steps: tuple[Step, ...]
    maxspan: int | None = None
    until: Step | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """Elastic EQL's `sample`: for each combination of join values that every step has, one row, made of a row of each
    step, no row (by its evidence) twice: of all such choices that with the first row of the first step, then the first
    of the second, and so on. Columns as of `Sequence`."""

    steps: tuple[Step, ...]


Relation = (
    Scan
    | Filter
    | Union
    | Correlate
    | Read
    | Rows
    | Extend
    | Project
    | Aggregate
    | Window
    | Join
    | Concat
    | Sort
    | Limit
    | Explode
    | Sequence
    | Sample
)
