"""Elastic's ES|QL: words -> grammar -> AST -> plan."""

from simulator.languages.esql.load import load
from simulator.languages.esql.lower import compile_query

__all__ = ["compile_query", "load"]
