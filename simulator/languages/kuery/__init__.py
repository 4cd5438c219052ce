"""The Kibana Query Language: grammar -> AST -> plan."""

from simulator.languages.kuery.load import load
from simulator.languages.kuery.lower import compile_query

__all__ = ["compile_query", "load"]
