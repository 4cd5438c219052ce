"""What a function's entry is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from simulator.tables import Type

Sql = Callable[[Sequence[exp.Expression], Sequence[Type], Type], exp.Expression]
"""From the arguments as DuckDB expressions, their kinds, and the kind of the result, to the call's expression."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the values of one row.

    `python` gets plain values: TEXT and DYNAMIC str (DYNAMIC is JSON text), INTEGER and SPAN int, REAL float, BOOLEAN
    bool, TIME int (microseconds since 1970, UTC), lists as lists; it gives the same. It is called with nulls only where
    `nulls` is set; otherwise a null argument gives null without a call. `kinds` asks for two more arguments: the kinds
    of the arguments, as a tuple, and the kind of the result.
    """

    name: str
    python: Callable[..., Any]
    sql: Sql | None = None
    nulls: bool = False
    kinds: bool = False
