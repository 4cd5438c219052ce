"""From a query's text to its plan."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.errors import InvalidRule, LocatedError, UnsupportedRule, nearest
from simulator.ir import Problem, Status
from simulator.languages.context import Compiled
from simulator.languages.embedded import Query
from simulator.languages.kusto import ast
from simulator.languages.kusto.knowledge import Knowledge
from simulator.languages.kusto.lower_predicates import predicate
from simulator.languages.kusto.lower_rows import finished, rows
from simulator.languages.kusto.lower_values import bind, tabular, value
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Env, Frame
from simulator.languages.kusto.parse import parse
from simulator.tables import Table

_PASSES = 40
"""Times that a query is looked through for columns that nobody declared; each finds at least one more."""


def compile_query(query: Query, tables: Mapping[str, Table]) -> Compiled:
    """The plan of a query over the known `tables`. Raises InvalidRule or UnsupportedRule."""
    script = parse(query)
    if len(script.results) > 1:
        raise UnsupportedRule(query.at(script.results[1].at), "a query with several results is not supported")
    knowledge = Knowledge()
    for _ in range(_PASSES):
        knowledge.changed = False
        low = Lowering(query, tables, knowledge, value, predicate, rows)
        try:
            frame = _lowered(low, script)
        except RecursionError:
            raise InvalidRule(query.at(0), "is nested too deeply") from None
        except LocatedError:
            if not knowledge.changed:  # otherwise what has just been learnt may mend it
                raise
            continue
        if not knowledge.changed:
            break
    else:
        raise UnsupportedRule(query.at(0), "the kinds of its columns cannot be found out")
    warnings = (*low.warnings.values(), *_columns(query, tables, knowledge))
    return Compiled(
        finished(frame).relation, tuple(sorted(warnings, key=lambda one: (one.location.line, one.location.column)))
    )


def _lowered(low: Lowering, script: ast.Script) -> Frame:
    env = Env()
    for let in script.lets:
        env = Env(env, {let.name: bind(let.value, env)})
    result = script.results[0]
    if not tabular(result, env):
        raise low.unsupported(result.at, "a query whose result is a single value is not supported")
    return rows(low, result, env)


def _columns(query: Query, tables: Mapping[str, Table], knowledge: Knowledge) -> list[Problem]:
    """Warnings of columns that a table's vendor does not document."""
    found: list[Problem] = []
    for (table, column), at in knowledge.places.items():
        known = tables.get(table)
        if known is None or known.open or column in known.names:
            continue
        name = table.partition(".")[2]
        message = f"{name} has no column {column!r}{nearest(column, known.names)}"
        found.append(Problem(Status.INVALID, query.at(at), message, warning=True))
    return found
