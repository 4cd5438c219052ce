"""The engine: rules in the IR over tables of events give alerts. It knows nothing of languages, streams or the truth.

`run` is the way through; docs/architecture.md has a map of the stages. `rows` shows the rows of one plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from simulator.ir import Relation, Rule
    from simulator.tables import Source


def rows(
    rule: Rule | Relation, source: Source, now: int | None = None, workers: int | None = 1, evidence: bool = False
) -> pa.Table:
    """All rows of a rule's plan over `source`, with their columns, in the plan's order (else by time and evidence).

    There is one run, at `now` (microseconds since 1970; by default just after the last event), whatever the rule's
    schedule says. With `evidence` a further column `_events` has the ids of the events behind each row. Raises
    TailError where the plan cannot be run.
    """
    from simulator.engine.asked import ask  # here, because whoever imports the engine need not want DuckDB

    return ask(rule, source, now, workers, evidence)
