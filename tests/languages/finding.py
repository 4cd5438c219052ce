"""Which events a query of Elastic's languages finds in a few events, by the engine and by the reference alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from simulator.detect import detect
from simulator.engine import reference
from simulator.errors import Location
from simulator.ir import Relation, Rule
from simulator.languages import eql, kuery
from simulator.languages.embedded import whole
from simulator.tables import Column, Table, Type
from simulator.tables.memory import FrameSource
from tests.engine.memory import START, frame

TABLE = "elastic.test"
COLUMNS = {
    "event.category": Type.TEXTS,
    "event.type": Type.TEXTS,
    "process.name": Type.TEXT,
    "process.command_line": Type.TEXT,
    "process.args": Type.TEXTS,
    "process.args_count": Type.INTEGER,
    "process.parent.args_count": Type.INTEGER,
    "process.pid": Type.INTEGER,
    "process.trusted": Type.BOOLEAN,
    "process.start": Type.TIME,
    "score": Type.REAL,
    "source.ip": Type.TEXT,
    "host.ip": Type.TEXTS,
    "user.id": Type.TEXT,
    "message": Type.TEXT,
    "file.path": Type.TEXT,
}
SCHEMAS = {TABLE: Table(TABLE, "Test", tuple(Column(n, k) for n, k in COLUMNS.items()), "made up", open=True)}


def typed(rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows as a table with the columns' own kinds; `at` is the second of a row, if it is not its number."""
    made = frame([{name: value for name, value in row.items() if name != "at"} for row in rows])
    for name in made.column_names:
        if (kind := COLUMNS.get(name)) is not None:
            values = pa.array([row.get(name) for row in rows], kind.arrow)
            made = made.set_column(made.column_names.index(name), name, values)
    if any("at" in row for row in rows):
        times = [START.timestamp() + float(str(row.get("at", n))) for n, row in enumerate(rows)]
        moments = pa.array([round(one * 1_000_000) for one in times], pa.timestamp("us", "UTC"))
        made = made.set_column(made.column_names.index("_time"), "_time", moments)
    return made


def evidence(plan: Relation, rows: Sequence[Mapping[str, object]]) -> list[tuple[int, ...]]:
    """The evidence of each alert: numbers of rows, from 1."""
    rule = Rule("r", "r", "test", plan, Location("r"), name="test/r")
    frames = {TABLE: typed(rows)}
    alerts = detect([rule], FrameSource(frames), workers=1)
    assert not alerts.failures, alerts.failures
    found = [tuple(sorted(events)) for events in alerts.table["events"].to_pylist()]
    assert sorted(found) == sorted(tuple(sorted(alert.evidence.events)) for alert in plainly(rule, frames))
    return found


def plainly(rule: Rule, frames: Mapping[str, pa.Table]) -> list[reference.Alert]:
    """The alerts of the reference evaluator."""
    events = [
        (name, {column: value for column, value in row.items() if value is not None})
        for name, made in frames.items()
        for row in made.to_pylist()
    ]
    return reference.alerts(rule, events)


def by_eql(query: str, rows: Sequence[Mapping[str, object]]) -> list[tuple[int, ...]]:
    """What an EQL query finds."""
    return evidence(eql.compile_query(whole("q.eql", query), SCHEMAS, indices=["logs-test-*"]).plan, rows)


def by_kuery(query: str, rows: Sequence[Mapping[str, object]]) -> list[tuple[int, ...]]:
    """What a Kibana query finds."""
    return evidence(kuery.compile_query(whole("q.kuery", query), SCHEMAS, indices=["logs-test-*"]).plan, rows)


def single(found: Sequence[tuple[int, ...]]) -> list[int]:
    """The events of alerts that have one each."""
    assert all(len(one) == 1 for one in found), found
    return sorted(one[0] for one in found)
