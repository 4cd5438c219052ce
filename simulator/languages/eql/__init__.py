"""Elastic's Event Query Language: words -> grammar -> AST -> plan."""

from simulator.languages.eql.capability import CAPABILITIES
from simulator.languages.eql.load import load
from simulator.languages.eql.lower import compile_query

__all__ = ["CAPABILITIES", "compile_query", "load"]
