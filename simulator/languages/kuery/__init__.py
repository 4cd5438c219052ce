"""The Kibana Query Language: grammar -> AST -> plan."""

from simulator.languages.kuery.capability import CAPABILITIES
from simulator.languages.kuery.load import load
from simulator.languages.kuery.lower import compile_query, condition
from simulator.languages.kuery.lucene import compile_query as compile_lucene
from simulator.languages.kuery.lucene import condition as lucene_condition

__all__ = ["CAPABILITIES", "compile_lucene", "compile_query", "condition", "load", "lucene_condition"]
