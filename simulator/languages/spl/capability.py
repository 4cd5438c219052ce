"""What of SPL runs, as data: docs/languages.md is made of it."""

from __future__ import annotations

from simulator.languages.capability import Entry, State
from simulator.languages.spl.functions import EVAL, UNSUPPORTED_FUNCTIONS
from simulator.languages.spl.grammar import GRAMMARS, IGNORED, REFUSED
from simulator.languages.spl.lower import HANDLERS
from simulator.languages.spl.reading import BEGINS
from simulator.languages.spl.stats import STATS

_LIMITS = {
    "bin": "with span=",
    "bucket": "with span=",
    "chart": "by one field",
    "dedup": "not consecutive=, keepevents=",
    "extract": "fields are extracted already: changes nothing",
    "kv": "fields are extracted already: changes nothing",
    "foreach": "eval over fields known by name; mode=wildcard",
    "from": "data models and lookup tables",
    "head": "not with a condition",
    "inputlookup": "files beside the rules; a collection is empty",
    "iplocation": "the fields it makes are null",
    "join": "not with where",
    "lookup": "files beside the rules; else the fields it gives are null",
    "makeresults": "count=",
    "mstats": "metrics as fields of events; not over wildcards",
    "addinfo": "info_min_time is 0",
    "addtotals": "of rows",
    "replace": "no wildcard in the new text",
    "rex": "not offset_field=; mode=sed with one s/…/…/",
    "streamstats": "current=, window=",
    "timechart": "with span=, not by a field; no rows for empty spans",
    "transaction": "cut by pauses alone; what breaks maxspan, startswith, endswith goes",
    "tstats": "not prestats=, not by wildcards; summariesonly= and allow_old_summaries= change nothing",
    "union": "of subsearches",
    "multisearch": "of subsearches",
    "fromjson": "fields that later commands name",
    "spath": "without path=: fields that later commands name",
    "xmlkv": "fields that later commands name",
    "convert": "ctime, mktime, num, auto, none, rmcomma",
}

_SAME = {"datamodel": "from", "bucket": "bin", "discretize": "bin"}


def _command(name: str) -> Entry:
    if name in REFUSED:
        return Entry("command", name, State.NONE, REFUSED[name])
    if name in IGNORED:
        return Entry("command", name, State.LIMITED, "changes no rows; what it writes or sends goes nowhere")
    known = _SAME.get(name, name)
    if known not in HANDLERS and known not in BEGINS:
        return Entry("command", name, State.NONE, "not supported")
    return Entry("command", name, State.LIMITED if name in _LIMITS else State.FULL, _LIMITS.get(name, ""))


_COMMANDS = tuple(_command(name) for name in sorted(GRAMMARS))

_SEARCH = (
    Entry("search term", 'word, "phrase", TERM(), CASE()', State.FULL, "in the event's text, as whole terms"),
    Entry("search term", "field=value, !=, <, <=, >, >=, IN ()", State.FULL, "any case, `*`, networks, numbers"),
    Entry("search term", "AND, OR, NOT, ( )", State.FULL, "OR binds tighter than AND"),
    Entry("search term", "[ subsearch ]", State.LIMITED, "rows are matched by equal values; not as search terms"),
    Entry("search term", "index=", State.LIMITED, "a stream has no indexes: only says which table is meant"),
    Entry("search term", "earliest=, latest=", State.FULL, "of the run's own time"),
    Entry("search term", "eventtype=, tag=", State.LIMITED, "event types of the Windows add-ons; else a field"),
    Entry("search term", "`macro(arguments)`", State.LIMITED, "not macros that are eval expressions"),
)

_FUNCTIONS = tuple(
    Entry("eval function", name, State.LIMITED if entry.note else State.FULL, entry.note)
    for name, entry in EVAL.items()
) + tuple(Entry("eval function", name, State.NONE, why) for name, why in UNSUPPORTED_FUNCTIONS.items())

_STATISTICS = (
    *(Entry("statistical function", name) for name in STATS),
    Entry("statistical function", "perc95, p95, exactperc95, upperperc95", State.FULL, "exact, by nearest rank"),
    Entry("statistical function", "sparkline", State.NONE, "not supported"),
    Entry("statistical function", "rate, per_second …", State.NONE, "not supported"),
)

_FILES = (
    Entry("file", "security_content YAML", State.FULL, "searches, macros, lookups, by their shape"),
    Entry("file", "savedsearches.conf, macros.conf, transforms.conf", State.FULL, "stanzas"),
    Entry("file", ".spl", State.FULL, "one search"),
)

CAPABILITIES: tuple[Entry, ...] = (*_FILES, *_SEARCH, *_COMMANDS, *_FUNCTIONS, *_STATISTICS)
"""Everything, by kind."""
