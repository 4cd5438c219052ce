"""The sieve says of every event what the reference evaluator says, on generated rules and events."""

from __future__ import annotations

import datetime as dt
import pickle
from itertools import pairwise

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine import reference
from simulator.engine.conditions import Planner
from simulator.engine.sieve import TableSieve
from simulator.engine.text import texts_of
from simulator.ir import (
    And,
    Case,
    Cidr,
    Compare,
    Const,
    Expr,
    FieldPair,
    IsNull,
    Like,
    Missing,
    Not,
    Op,
    Or,
    Pair,
    Regex,
    TimePart,
    Unit,
    Wild,
)

PIECES = (
    "powershell", "PowerShell.EXE", "\\", "C:\\Windows\\", "straße", "STRASSE", "ſ", "K", "k", "İ", "ı", "%", "_", "*",
    "?", " -enc ", "-ENC", ".exe", "a", "A", "b", " ", "é", "É", "ΣΑΣ", "σας", "\n", "1", "10", "1.5", "-7", "1e3",
    "10.0.0.7", "::ffff:10.0.0.9", "2026-11-23 19:47:00.123", "true", "𐐀", "𐐨", "x" * 9, "\0",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
TEXT_FIELDS = ("Image", "CommandLine", "User", "Company")
times = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC))
COLUMNS: dict[str, tuple[pa.DataType, st.SearchStrategy[object]]] = {
    "Image": (pa.string(), texts),
    "CommandLine": (pa.large_string(), texts),
    "User": (pa.dictionary(pa.int32(), pa.string()), texts),
    "Company": (pa.dictionary(pa.int8(), pa.string()), texts),
    "EventID": (pa.int64(), st.integers(-8, 11)),
    "Port": (pa.float64(), st.floats()),
    "Flag": (pa.bool_(), st.booleans()),
    "_time": (pa.timestamp("us", tz="UTC"), times),
    "Args": (pa.list_(pa.string()), st.lists(st.none() | texts, max_size=3)),
    "Codes": (pa.list_(pa.int64()), st.lists(st.integers(0, 11), max_size=3)),
}
fields = st.sampled_from((*COLUMNS, "Absent"))
missing = st.sampled_from(Missing)


def _glob(parts: list[str | Wild]) -> tuple[str | Wild, ...]:
    merged: list[str | Wild] = []
    for part in parts:
        if part == "":
            continue
        if isinstance(part, str) and merged and isinstance(merged[-1], str) and not isinstance(merged[-1], Wild):
            merged[-1] += part
        else:
            merged.append(part)
    return tuple(merged)


patterns = st.sampled_from(
    (
        "power.*exe",
        "^C:\\\\",
        "(?i)STRASSE",
        "a|b",
        "\\d+",
        "[kK]$",
        "(powershell|straße).?",
        "x{3,}",
        ".",
        "é",
        "^$",
        "in",
    )
)
others = st.one_of(
    st.builds(Regex, fields, patterns, st.sampled_from(("", "i", "s", "im")), missing),
    st.builds(Cidr, fields, st.sampled_from(("10.0.0.0/8", "10.0.0.8/30", "::/0", "fe80::/10")), missing),
    st.builds(Compare, fields, st.sampled_from(Op), st.sampled_from((-7, 0, 1, 1.5, 10, 1000)), missing),
    st.builds(IsNull, fields),
    st.builds(FieldPair, fields, fields, st.sampled_from(Pair), st.sampled_from(Case), missing),
    st.builds(TimePart, fields, st.sampled_from(Unit), st.sampled_from(Op), st.integers(0, 59), missing),
    st.builds(Const, st.booleans()),
)


def _likes(events: list[dict[str, object]]) -> st.SearchStrategy[Like]:
    """Globs cut out of the events' own values, in another case, so that many of them match."""
    seen = [(name, text) for event in events for name, value in event.items() for text in texts_of(value) if text]

    @st.composite
    def like(draw: st.DrawFn) -> Like:
        name, text = draw(st.sampled_from(seen)) if seen else ("Image", "nothing")
        cuts = sorted(draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=4)))
        parts: list[str | Wild] = [Wild.ANY]
        for start, end in pairwise(cuts):
            parts += [draw(st.sampled_from((str, str.upper, str.lower, str.swapcase)))(text[start:end])]
            if draw(st.booleans()):
                parts += draw(st.sampled_from(([Wild.ANY], [Wild.ONE], [Wild.ANY, Wild.ONE], [])))
        parts = parts[1:] if cuts[0] == 0 and draw(st.booleans()) else parts
        parts = parts if cuts[-1] == len(text) and draw(st.booleans()) else [*parts, Wild.ANY]
        return Like(draw(st.just(name) | fields), _glob(parts), draw(st.sampled_from(Case)), draw(missing))

    return like()


def _rules(events: list[dict[str, object]]) -> st.SearchStrategy[list[Expr]]:
    likes = _likes(events)
    one = st.recursive(
        st.one_of(likes, likes, likes, others),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4).map(lambda items: And(tuple(items))),
            st.lists(inner, max_size=4).map(lambda items: Or(tuple(items))),
            st.builds(Not, inner),
        ),
        max_leaves=8,
    )
    return st.lists(one, min_size=1, max_size=6)


event = st.fixed_dictionaries({name: st.none() | values for name, (_, values) in COLUMNS.items()})


@settings(max_examples=300, deadline=None)
@given(st.data(), st.lists(event, min_size=1, max_size=6))
def test_sieve_agrees_with_the_reference(data: st.DataObject, events: list[dict[str, object]]) -> None:
    rules = data.draw(_rules(events))
    batch = _batch(events)
    sieve = _sieve(rules)
    selected = {target: rows.tolist() for target, rows in sieve.select(batch)}
    for number, rule in enumerate(rules):
        expected = [row for row, event in enumerate(events) if reference.holds(rule, event) is True]
        assert selected.get(number, []) == expected
    assert not sieve.failures


@settings(max_examples=60, deadline=None)
@given(st.data(), st.lists(event, min_size=1, max_size=6), st.integers(1, 40))
def test_guards_learnt_from_one_batch_do_for_another(
    data: st.DataObject, events: list[dict[str, object]], repeated: int
) -> None:
    """Guards are chosen by what the first batch holds; in the second the same events stand among many others."""
    rules = data.draw(_rules(events))
    first, second = _batch(events[:1]), _batch(events * repeated)
    sieve = _sieve(rules)
    sieve.select(pa.concat_batches([first] * 1024))
    selected = dict(sieve.select(second))
    for number, rule in enumerate(rules):
        expected = [row for row, event in enumerate(events) if reference.holds(rule, event) is True]
        rows = (np.array(expected, np.int64) + np.arange(repeated)[:, None] * len(events)).ravel()
        assert selected.get(number, np.zeros(0, np.int64)).tolist() == rows.tolist()


def _sieve(rules: list[Expr]) -> TableSieve:
    """Sent to another process and back, as it is in a run with workers."""
    planner = Planner()
    wanted = [(number, planner.add(rule)) for number, rule in enumerate(rules)]
    return TableSieve(pickle.loads(pickle.dumps(planner.finish())), wanted)


def _batch(events: list[dict[str, object]]) -> pa.RecordBatch:
    columns = {
        name: _with_duplicates(events, name, kind)
        if pa.types.is_dictionary(kind)
        else pa.array([event[name] for event in events], kind)
        for name, (kind, _) in COLUMNS.items()
    }
    return pa.RecordBatch.from_pydict(columns)


def _with_duplicates(events: list[dict[str, object]], name: str, kind: pa.DictionaryType) -> pa.DictionaryArray:
    """As readers encode that do not compare values: each event has a value of its own, though some are equal; nulls
    stand among the values or the indices; and there is a value of no row."""
    places = {id(event): place for place, event in enumerate(events)}
    values = {places[id(event)]: event[name] for event in events}
    number = {place: position for position, place in enumerate(values)}
    indices = [
        None if event[name] is None and row % 2 else number[places[id(event)]] for row, event in enumerate(events)
    ]
    dictionary = pa.array([*values.values(), "of no row"], kind.value_type)
    return pa.DictionaryArray.from_arrays(pa.array(indices, kind.index_type), dictionary)
