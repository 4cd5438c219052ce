"""Kusto (KQL): queries, and Microsoft Sentinel's analytic rules around them.

`lexer` and `parse*` make the syntax tree of `ast`; `lower_*` makes relations of it: `lower_rows` tables and pipelines,
`steps` finds the code of each operator, `lower_values` and `lower_predicates` expressions, `functions*` and
`aggregates` calls; `knowledge` gathers what a query shows about columns that nobody declared; `compile` puts it
together. `load` and `sentinel` read files; `capability` lists what runs.
"""

from simulator.languages.kusto.capability import CAPABILITIES
from simulator.languages.kusto.compile import compile_query
from simulator.languages.kusto.load import BARE, load
from simulator.languages.kusto.sentinel import sniff

__all__ = ["BARE", "CAPABILITIES", "compile_query", "load", "sniff"]
