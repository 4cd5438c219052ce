"""The rule IR evaluated one event and one row at a time: slow, plain, and meant to be seen to be right.

Nothing here is shared with the fast path but what a value's text, number, time or address is (`text`), what a regular
expression means (`regexes`) and what the functions' Python says (`functions`). Property tests hold sieve and tails to
it.
"""

from simulator.engine.reference.evaluator import matches, rows
from simulator.engine.reference.model import Event, Evidence, Row
from simulator.engine.reference.predicates import glob_matches, holds
from simulator.engine.reference.runs import Alert, alerts

__all__ = ["Alert", "Event", "Evidence", "Row", "alerts", "glob_matches", "holds", "matches", "rows"]
