"""The rows of one plan, for people and tests."""

from __future__ import annotations

from contextlib import closing

import pyarrow as pa

from simulator.engine.resolve import resolve_plans
from simulator.engine.row_plans import plan_rows
from simulator.engine.row_tails import Database, Tails, rows_of
from simulator.engine.run import candidates_of, read
from simulator.engine.tails import TailError
from simulator.ir import Relation, Rule
from simulator.tables import Source


def ask(
    rule: Rule | Relation, source: Source, now: int | None = None, workers: int | None = 1, evidence: bool = False
) -> pa.Table:
    """See `simulator.engine.rows`."""
    plan = rule.plan if isinstance(rule, Rule) else rule
    resolved = resolve_plans([(0, "rows", plan_rows(plan))])
    if resolved.failures:
        raise TailError(resolved.failures[0].reason)
    outcomes = read(resolved, source, workers)
    for outcome in outcomes:
        for reason in outcome.failures.values():
            raise TailError(reason)
    candidates = candidates_of(resolved, outcomes, now)
    tail = resolved.tails[0]
    with closing(Database()) as database:
        found = rows_of(Tails(candidates, database), tail.plan, tail.targets)
    if not evidence:
        return found.drop_columns(["_events"])
    return found
