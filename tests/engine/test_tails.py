"""Tails against the reference evaluator, and against cases worked out by hand."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from datetime import UTC, datetime

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine import tails
from simulator.engine.reference import Evidence, matches
from simulator.engine.tails import FIRINGS, Path, TailError, leaves, run_tail
from simulator.engine.text import joined_text
from simulator.ir import Branch, Correlate, CorrelationKind, Op, Relation, Scan, Threshold
from tests.engine.strategies import correlations, events, numbered, rule_of, scans

Events = Sequence[tuple[str, dict[str, object]]]


def candidates(node: Correlate, stream: Events) -> dict[Path, pa.Table]:
    """What the sieve would bring, by the reference evaluator."""
    by_id = {event["_event_id"]: (table, event) for table, event in stream}
    tables = {}
    for leaf in leaves(node):
        rows = [by_id[evidence.events[0]] for evidence in matches(leaf.source, stream)]
        columns = {
            "_event_id": pa.array([event["_event_id"] for _, event in rows], pa.int64()),
            "_time": pa.array([event["_time"] for _, event in rows], pa.timestamp("us", tz="UTC")),
            "_host": pa.array([event.get("_host") for _, event in rows], pa.string()),
            "_user": pa.array([event.get("_user") for _, event in rows], pa.string()),
            "_table": pa.array([table for table, _ in rows], pa.string()),
        }
        for name in leaf.columns - set(columns):
            columns[name] = pa.array([joined_text(event.get(name)) for _, event in rows], pa.string())
        tables[leaf.path] = pa.table(columns)
    return tables


def fired(node: Correlate, stream: Events) -> list[Evidence]:
    """The firings as the reference evaluator words them."""
    table = run_tail(rule_of(node), node, candidates(node, stream))
    assert table.schema.equals(FIRINGS)
    return [
        Evidence(tuple(row["events"]), row["time"], row["host"], row["user"], row["table"]) for row in table.to_pylist()
    ]


SCANS: st.SearchStrategy[Relation] = scans
STREAMS = st.lists(events, min_size=2, max_size=25)


@given(correlations(SCANS), STREAMS)
def test_tails_fire_as_the_reference_does(node: Correlate, stream: list[dict[str, object]]) -> None:
    assert fired(node, numbered(stream)) == matches(node, numbered(stream))


@st.composite
def dense(draw: st.DrawFn) -> tuple[Correlate, list[dict[str, object]]]:
    """Few groups, few seconds, many rows: windows that fire again and again, with ties."""
    kind = draw(st.sampled_from(CorrelationKind))
    fields = () if "temporal" in kind.value or kind is CorrelationKind.EVENT_COUNT else ("Number",)
    names = ("sysmon.process_creation", "sysmon.dns_query", "security.other")[: draw(st.integers(1, 3))]
    branches = tuple(Branch(name, Scan(name), ("_host",), fields) for name in names)
    limits = st.builds(Threshold, st.sampled_from((Op.GE, Op.GE, Op.GT, *Op)), st.integers(0, 6))
    thresholds = draw(st.lists(limits, min_size=0 if "temporal" in kind.value else 1, max_size=2))
    span = draw(st.integers(0, 12)) * 1_000_000
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "_table": st.sampled_from(("sysmon.process_creation", "sysmon.dns_query", "security.other")),
                    "_time": st.integers(0, 30).map(lambda second: datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)),
                    "_host": st.sampled_from("ab"),
                    "_user": st.none(),
                    "Number": st.none() | st.sampled_from((0, 1, 2, 3, 1.5, "2", "2.0", "-1", "x")),
                }
            ),
            max_size=40,
        )
    )
    return Correlate(kind, branches, ("h",), span, tuple(thresholds), 75), rows


@given(dense())
def test_crowded_windows_fire_as_the_reference_does(case: tuple[Correlate, list[dict[str, object]]]) -> None:
    node, stream = case
    assert fired(node, numbered(stream)) == matches(node, numbered(stream))


def test_evidence_names_files_and_records_where_the_source_has_them() -> None:
    node = Correlate(CorrelationKind.EVENT_COUNT, (Branch("a", Scan("t"), ()),), (), 10_000_000, (Threshold(Op.GE, 2),))
    rows = pa.table(
        {
            "_event_id": pa.array([5, 3, 9], pa.int64()),
            "_time": pa.array([datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC) for second in (2, 1, 9)]),
            "_host": ["h5", "h3", None],
            "_user": ["u5", "u3", None],
            "_table": ["t", "t", "t"],
            "_file": ["b.evtx", "a.evtx", "c.evtx"],
            "_record": pa.array([50, None, 90], pa.int64()),
        }
    )
    assert run_tail(rule_of(node), node, {(0,): rows}).to_pylist() == [
        {
            "events": [3, 5],
            "time": datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC),
            "host": "h5",
            "user": "u5",
            "table": "t",
            "files": ["a.evtx", "b.evtx"],
            "records": [None, 50],
        }
    ]


def test_nothing_comes_of_no_candidates() -> None:
    node = Correlate(
        CorrelationKind.EVENT_COUNT, (Branch("a", Scan("t"), ("x",)),), ("x",), 1_000_000, (Threshold(Op.LT, 5),)
    )
    assert run_tail(rule_of(node), node, {}).num_rows == 0


def test_names_that_only_differ_in_case_are_different_columns() -> None:
    node = Correlate(
        CorrelationKind.VALUE_COUNT, (Branch("a", Scan("t"), ("x",), ("X",)),), ("g",), 10**7, (Threshold(Op.GE, 2),)
    )
    stream = [
        ("t", {"_event_id": n, "_time": datetime(2026, 1, 1, 0, 0, n, tzinfo=UTC), "x": "same", "X": f"v{n}"})
        for n in range(2)
    ]
    assert [evidence.events for evidence in fired(node, stream)] == [(0, 1)]


def test_leaves_of_nested_correlations_are_found_by_path() -> None:
    inner = Correlate(
        CorrelationKind.TEMPORAL, (Branch("p", Scan("p"), ("x",)), Branch("q", Scan("q"), ("y",))), ("g",), 1
    )
    node = Correlate(CorrelationKind.TEMPORAL, (Branch("r", Scan("r"), ("z",)), Branch("i", inner, ("g",))), ("g",), 1)
    assert [(leaf.path, leaf.source, leaf.columns) for leaf in leaves(node)] == [
        ((0,), Scan("r"), {"z"}),
        ((1, 0), Scan("p"), {"x"}),
        ((1, 1), Scan("q"), {"y"}),
    ]


def test_a_correlation_that_needs_too_much_memory_fails_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tails.SETTINGS, "memory_limit", "3MB")
    node = Correlate(
        CorrelationKind.VALUE_COUNT, (Branch("a", Scan("t"), ("x",), ("v",)),), ("x",), 10**9, (Threshold(Op.GE, 2),)
    )
    many = 200_000
    rows = pa.table(
        {
            "_event_id": pa.array(range(many), pa.int64()),
            "_time": pa.array(range(many), pa.timestamp("us", tz="UTC")),
            "x": pa.array([f"group {n}" for n in range(many)]),
            "v": pa.array([f"value {n}" for n in range(many)]),
        }
    )
    with pytest.raises(TailError, match="rule rule-0: the correlation failed: Out of Memory"):
        run_tail(rule_of(node), node, {(0,): rows})


def test_queries_cannot_reach_files_or_change_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    """Nothing of a rule or an event becomes a query's text; were it otherwise, there would be nothing to reach."""
    tried = []

    def try_out(database: duckdb.DuckDBPyConnection, *_: object) -> pa.Table:
        for query in (f"SELECT * FROM read_text('{tmp_path}/*')", "SET enable_external_access = true"):
            with pytest.raises(duckdb.Error):
                database.execute(query)
            tried.append(query)
        return tails.FIRINGS.empty_table()

    (tmp_path / "secret").write_text("x")
    monkeypatch.setattr(tails, "_fire", try_out)
    node = Correlate(CorrelationKind.EVENT_COUNT, (Branch("a", Scan("t"), ()),), (), 10**7, (Threshold(Op.GE, 1),))
    event = {"_event_id": 1, "_time": datetime(2026, 1, 1, tzinfo=UTC), "_host": "h"}
    fired(node, [("t", event)])
    assert len(tried) == 2
