"""Splunk's Search Processing Language: macros -> grammar -> lowering; and the files its searches stand in.

`searches`, `evals` and `grammar` read the text, `pipeline` cuts it into commands; `reading`, `shaping`, `stats`,
`texts` and `joining` lower one group of commands each, over the rows that `frame` describes. Subset and semantics are
in docs/languages.md.
"""

from __future__ import annotations

from simulator.languages.spl.documents import sniff
from simulator.languages.spl.load import load
from simulator.languages.spl.lower import compile_query

__all__ = ["compile_query", "load", "sniff"]
