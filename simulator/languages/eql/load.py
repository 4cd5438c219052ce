"""Bare .eql files."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.languages import bare
from simulator.languages.context import Context
from simulator.languages.eql.lower import compile_query
from simulator.languages.files import Loaded, RuleFile


def load(files: Sequence[RuleFile], context: Context) -> Loaded:
    """One rule of each file, over all Elastic tables."""
    return bare.load("eql", files, lambda query: compile_query(query, context.tables))
