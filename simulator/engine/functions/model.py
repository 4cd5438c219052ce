"""What a function's entry is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from simulator.tables import Type

Sql = Callable[[Sequence[exp.Expression], Sequence[Type], Type], "exp.Expression | None"]
"""From the arguments as DuckDB expressions, their kinds, and the kind of the result, to the call's expression; None
where SQL has nothing for these kinds, so that the Python runs."""


Fault = Callable[..., "str | None"]
"""What is wrong with a call, if anything, from its arguments: plain values of literals, `...` for all others. So that a
pattern that is none, say, is an error of the rule before anything runs."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the values of one row.

    `python` gets plain values: TEXT and DYNAMIC str (DYNAMIC is JSON text), INTEGER and SPAN int, REAL float, BOOLEAN
    bool, TIME int (microseconds since 1970, UTC), lists as lists; it gives the same. It is called with nulls only where
    `nulls` is set; otherwise a null argument gives null without a call. `kinds` asks for two more arguments: the kinds
    of the arguments, as a tuple, and the kind of the result. It need not care whether its result fits its kind: who
    calls it makes null of what does not (`calls.evaluate`, `calls.aggregate`), and of OverflowError.

    `sql` gets and gives DuckDB values of these types: TEXT and DYNAMIC VARCHAR, INTEGER, SPAN and TIME BIGINT (a TIME
    is microseconds since 1970 here too, so no time zone can get in), REAL DOUBLE, BOOLEAN BOOLEAN, lists VARCHAR[],
    BIGINT[] or DOUBLE[]. Where `nulls` is not set, a null argument must give null, as DuckDB's own functions mostly do
    (but not `least`, `greatest` and `list_contains`).
    """

    name: str
    python: Callable[..., Any]
    sql: Sql | None = None
    nulls: bool = False
    kinds: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A measure as an aggregate's `sql` sees it: the arguments, their kinds, the result's kind, the whole order of the
    rows (ties settled), and `over`, which must be put around every DuckDB aggregate function in the answer: it adds the
    measure's condition, and in a window its frame. E.g. `TryCast(ask.over(exp.Sum(this=ask.args[0])), BIGINT)`."""

    args: Sequence[exp.Expression]
    kinds: Sequence[Type]
    kind: Type
    order: Sequence[exp.Expression]
    over: Callable[[exp.Expression], exp.Expression]


AggregateSql = Callable[[Ask], "exp.Expression | None"]
"""The measure as a DuckDB expression; None where SQL has nothing for these kinds, so that the Python runs."""


@dataclass(frozen=True, slots=True)
class Aggregator:
    """An aggregate function's entry (`ir.functions.AGGREGATES`).

    `python` gets the rows that count, as a list of tuples of plain values (see `Function`), in order: those for which
    the measure's `where` holds, with `distinct` each combination of values at its first place only, and without `nulls`
    only those without a null among the arguments. `kinds` asks for two more arguments as in `Function`. `sql` builds
    the same for DuckDB; where it is None, or rows must be distinct (unless `plain`: order and place do not matter, so
    that DuckDB's DISTINCT is the same), the tails gather the rows and call `python`.
    """

    name: str
    python: Callable[..., Any]
    sql: AggregateSql | None = None
    nulls: bool = False
    kinds: bool = False
    plain: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """A function that only windows have (`ir.functions.RANKINGS`). `python` gets the arguments of all rows of the row's
    group in the window's order, and the place of the row among them. `sql` gives DuckDB's window function, without its
    OVER, for the arguments; none of them minds the frame. Nulls pass."""

    name: str
    python: Callable[[list[tuple[Any, ...]], int], Any]
    sql: Callable[[Sequence[exp.Expression]], exp.Expression]


def one_of(place: int, choices: Collection[str]) -> Fault:
    """The argument at `place` must be one of `choices`."""

    def fault(*args: object) -> str | None:
        if args[place] is ... or args[place] in choices:
            return None
        return f"expected one of {', '.join(choices)}, not {args[place]!r}"

    return fault
