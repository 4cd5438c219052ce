"""What a language is told beside the files: values for placeholders, and which tables with which columns there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.ir import Problem, Relation
from simulator.tables import TABLES, Table

Placeholders = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Context:
    """`placeholders` are values for Sigma's `expand` by name. `tables` are all tables that are known, by name: those of
    `simulator.tables`, and those that a stream or a schema file declares."""

    placeholders: Placeholders = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=lambda: TABLES)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query as a plan, and what its author should know although it runs."""

    plan: Relation
    warnings: tuple[Problem, ...] = ()
