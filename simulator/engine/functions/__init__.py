"""How the functions of the IR run: each name of `simulator.ir.functions` has one entry, in the module of its theme.

`python` is the meaning, plain and slow; the reference evaluator runs it. `sql` builds the same for DuckDB as a sqlglot
expression; where it is None, DuckDB calls `python`. The tests hold the two to each other.

A result is null where it does not fit its kind: INTEGER and SPAN have 64 bits, REALs are finite, TIMEs lie in the years
1 to 9999, no text is longer than a million characters by padding or repeating.
"""

from __future__ import annotations

from simulator.engine.functions.addresses import ADDRESSES
from simulator.engine.functions.aggregates import AGGREGATES as _AGGREGATES
from simulator.engine.functions.calendars import CALENDARS
from simulator.engine.functions.clock import CLOCK
from simulator.engine.functions.conditions import CONDITIONS
from simulator.engine.functions.conversions import CONVERSIONS
from simulator.engine.functions.dissect import DISSECT
from simulator.engine.functions.dynamic import DYNAMICS
from simulator.engine.functions.encodings import ENCODINGS
from simulator.engine.functions.formats import FORMATS
from simulator.engine.functions.hashes import HASHES
from simulator.engine.functions.json_ import JSON
from simulator.engine.functions.lists import LISTS
from simulator.engine.functions.loose import LOOSE, LOOSE_AGGREGATES
from simulator.engine.functions.mathematics import MATHEMATICS
from simulator.engine.functions.model import Aggregator, Function, Ranking
from simulator.engine.functions.multivalues import ELEMENTS, MULTIVALUES
from simulator.engine.functions.numbers import NUMBERS
from simulator.engine.functions.pieces import PIECES
from simulator.engine.functions.rankings import RANKINGS as _RANKINGS
from simulator.engine.functions.regexps import REGEXPS
from simulator.engine.functions.statistics import STATISTICS
from simulator.engine.functions.strings import STRINGS
from simulator.engine.functions.texts import TEXTS
from simulator.engine.functions.times import TIMES

_THEMES: tuple[tuple[Function, ...], ...] = (
    CONDITIONS,
    NUMBERS,
    CONVERSIONS,
    TEXTS,
    PIECES,
    REGEXPS,
    LISTS,
    CLOCK,
    HASHES,
    ENCODINGS,
    ADDRESSES,
    JSON,
    DYNAMICS,
    TIMES,
    STRINGS,
    FORMATS,
    MULTIVALUES,
    DISSECT,
    CALENDARS,
    MATHEMATICS,
    LOOSE,
)

FUNCTIONS: dict[str, Function] = {function.name: function for theme in _THEMES for function in theme}
_GROUPS: tuple[tuple[Aggregator, ...], ...] = (_AGGREGATES, STATISTICS, ELEMENTS, LOOSE_AGGREGATES)

AGGREGATES: dict[str, Aggregator] = {function.name: function for theme in _GROUPS for function in theme}
RANKINGS: dict[str, Ranking] = {function.name: function for function in _RANKINGS}

__all__ = ["AGGREGATES", "FUNCTIONS", "RANKINGS", "Aggregator", "Function", "Ranking"]
