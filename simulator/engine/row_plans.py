"""Plans over rows, made ready: what the sieve finds, and what is left to do with the rows it finds.

Filters move down (`push`), columns that nobody needs go (`prune`). A plan of which then nothing but events is left
becomes a plan over events, and never reaches DuckDB. Of the others every `Read` becomes a leaf: events that the sieve
selects, with the columns they bring. Conditions of a leaf that compare a time with the clock or a constant are bounds:
under a schedule they say which runs see the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from simulator.engine.prune import NONE, Pruner, only_events
from simulator.engine.push import Pusher
from simulator.engine.simplify import conjunction, conjuncts
from simulator.engine.text import compares
from simulator.ir import (
    Call,
    Concat,
    Correlate,
    Expr,
    Field,
    Filter,
    Join,
    Literal,
    Not,
    Now,
    Read,
    Relation,
    Rows,
    Rule,
    Sample,
    Scan,
    Schedule,
    Sequence,
    Test,
    Union,
    Value,
    columns_of,
    within,
)
from simulator.tables import Column, Type


@dataclass(frozen=True, slots=True)
class Bound:
    """The time in `column` is at least (or with `upper`, at most) `moment` microseconds: after the run's time, if
    `clock`, else after 1970."""

    column: str
    moment: int
    clock: bool
    upper: bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """What one `Read` (known by its `id`) takes: events, the columns they bring, and bounds of their times."""

    read: Read
    source: Relation
    columns: tuple[Column, ...]
    bounds: tuple[Bound, ...] = ()

    @property
    def number(self) -> int:
        """How queries know the `Read`."""
        return id(self.read)


@dataclass(frozen=True, slots=True)
class RowPlan:
    """A plan over rows and its leaves. With `each` a row of it is an event, and nothing is left but the bounds."""

    plan: Relation
    leaves: tuple[Leaf, ...]
    each: bool = False


def over_events(plan: Relation) -> bool:
    """Whether a plan has no operators over rows."""
    match plan:
        case Scan():
            return True
        case Filter(source):
            return over_events(source)
        case Union(sources):
            return all(map(over_events, sources))
        case _:
            return False


def plan_alerts(rule: Rule) -> Relation | RowPlan:
    """What finds the alerts of `rule`: a plan over events (or a correlation), or a plan over rows."""
    plan = rule.plan
    if isinstance(plan, Correlate):
        return plan
    counted = rule.schedule is not None and counts_rows(rule.schedule)
    if over_events(plan):
        if not counted:
            return plan
        plan = Read(plan, ())
    plan = Pruner().prune(Pusher().push(plan), NONE, False)
    if not counted:
        if (events := only_events(plan)) is not None:
            return events
        planned = _with_leaves(plan)
        each = isinstance(planned.plan, Read)
        return replace(planned, each=each)
    return _with_leaves(plan)


def plan_rows(plan: Relation) -> RowPlan:
    """What finds the rows of `plan`, with all their columns."""
    if over_events(plan):
        plan = Read(plan, (Column("_event_id", Type.INTEGER), Column("_time", Type.TIME), Column("_host")))
    return _with_leaves(Pruner().prune(Pusher().push(plan), frozenset(columns_of(plan)), True))


def counts_rows(schedule: Schedule) -> bool:
    """Whether it matters how many rows a run has, beyond there being any."""
    return not all(
        compares(1, threshold.op, threshold.value) and compares(10**9, threshold.op, threshold.value)
        for threshold in schedule.thresholds
    )


def _with_leaves(plan: Relation) -> RowPlan:
    """`plan` with the bounds of its leaves taken out of their filters."""
    leaves: dict[int, Leaf] = {}
    changed = _bounded(plan, leaves, {})
    for node in within(changed):
        if isinstance(node, Read) and id(node) not in leaves:
            leaves[id(node)] = Leaf(node, node.source, node.columns)
    return RowPlan(changed, tuple(leaves.values()))


def _bounded(plan: Relation, leaves: dict[int, Leaf], known: dict[int, Relation]) -> Relation:
    """Takes bounds out of filters right above reads, through operators of one source and the plain ones of several."""
    if id(plan) in known:
        return known[id(plan)]
    changed: Relation = plan
    match plan:
        case Filter(Read() as read, where):
            kinds = {column.name: column.type for column in read.columns}
            bounds: list[Bound] = []
            rest: list[Expr] = []
            for part in conjuncts(where):
                bound = _bound_of(part, kinds)
                if bound is None:
                    rest.append(part)
                else:
                    bounds.append(bound)
            if bounds:
                own = Read(read.source, read.columns)
                leaves[id(own)] = Leaf(own, read.source, read.columns, tuple(bounds))
                changed = Filter(own, conjunction(rest)) if rest else own
        case _:
            changed = _with_sources(plan, lambda source: _bounded(source, leaves, known))
    known[id(plan)] = changed
    return changed


def _with_sources(plan: Relation, change: Callable[[Relation], Relation]) -> Relation:
    """`plan` with each relation that it takes rows from changed."""
    match plan:
        case Read() | Scan() | Rows() | Union() | Correlate():
            return plan
        case Concat(sources):
            return replace(plan, sources=tuple(map(change, sources)))
        case Join(left_source=left, right_source=right):
            return replace(plan, left_source=change(left), right_source=change(right))
        case Sequence(steps, _, until):
            changed = tuple(replace(step, source=change(step.source)) for step in steps)
            return replace(plan, steps=changed, until=until and replace(until, source=change(until.source)))
        case Sample(steps):
            return Sample(tuple(replace(step, source=change(step.source)) for step in steps))
        case _:
            return replace(plan, source=change(plan.source))


def _bound_of(part: Expr, kinds: Mapping[str, Type]) -> Bound | None:
    match part:
        case Test(Call("less", (left, right))):
            return _compared(left, right, 1, kinds)
        case Not(Test(Call("less", (left, right)))):
            return _compared(right, left, 0, kinds)
        case _:
            return None


def _compared(small: Value, great: Value, gap: int, kinds: Mapping[str, Type]) -> Bound | None:
    """The bound that `small + gap <= great` is."""
    if isinstance(small, Field) and kinds[small.name] is Type.TIME and (at := _moment(great)) is not None:
        return Bound(small.name, at[0] - gap, at[1], True)
    if isinstance(great, Field) and kinds[great.name] is Type.TIME and (at := _moment(small)) is not None:
        return Bound(great.name, at[0] + gap, at[1], False)
    return None


def _moment(value: Value) -> tuple[int, bool] | None:
    """A time that is the same for all rows: microseconds, and whether after the run's time."""
    match value:
        case Now():
            return 0, True
        case Literal(int(moment), Type.TIME):
            return moment, False
        case Call("add" | "subtract" as way, (time, Literal(int(span), Type.SPAN)), Type.TIME):
            found = _moment(time)
            return None if found is None else (found[0] + (span if way == "add" else -span), found[1])
        case _:
            return None
