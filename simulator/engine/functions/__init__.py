"""How the functions of the IR run: each name of `simulator.ir.functions` has one entry, in the module of its theme.

`python` is the meaning, plain and slow; the reference evaluator runs it. `sql` builds the same for DuckDB as a sqlglot
expression; where it is None the tails call `python` from DuckDB. The tests hold the two to each other.
"""

from __future__ import annotations

from simulator.engine.functions.conditions import CONDITIONS
from simulator.engine.functions.model import Function

FUNCTIONS: dict[str, Function] = {function.name: function for function in (*CONDITIONS,)}

__all__ = ["FUNCTIONS", "Function"]
