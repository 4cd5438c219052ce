"""The Kibana Query Language: grammar -> AST -> plan."""

from simulator.languages.kuery.capability import CAPABILITIES
from simulator.languages.kuery.load import load
from simulator.languages.kuery.lower import compile_query, condition

__all__ = ["CAPABILITIES", "compile_query", "condition", "load"]
