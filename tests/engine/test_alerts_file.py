from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.engine.alerts import ALERT_SCHEMA, Alerts, Failure, Reading
from simulator.engine.alerts_file import read_alerts, write_alerts
from simulator.errors import Location, StreamError
from simulator.ir import Branch, Case, Correlate, CorrelationKind, Filter, Like, Missing, Rule, Scan, Union, tables_of
from simulator.tables import Rejected

ROW = {
    "rule": "r1",
    "title": "Rclone",
    "path": "rules/rclone.yml",
    "level": "high",
    "table": "sysmon.process_creation",
    "time": dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC),
    "host": "WS01",
    "user": None,
    "events": [7, 9],
    "files": None,
    "records": None,
}


def alerts() -> Alerts:
    where = Like("Image", ("x",), Case.FOLD, Missing.FALSE)
    plan = Union((Filter(Scan("sysmon.process_creation"), where), Filter(Scan("security.*"), where)))
    rules = (
        Rule(
            "r1",
            "Rclone",
            "sigma",
            plan,
            Location("rules/rclone.yml", 1, 1),
            "high",
            ("T1567.002",),
            name="sigma/rclone",
        ),
        Rule("r2", "Base", "sigma", Scan("proxy.web"), Location("rules/base.yml", 3, 1), silent=True),
    )
    reading = Reading({"sysmon.process_creation": 10}, 4, 1, (Rejected("a.evtx", 3, "cut short"),))
    return Alerts(pa.Table.from_pylist([ROW], schema=ALERT_SCHEMA), rules, reading, (Failure("r2", "no such column"),))


def test_what_is_written_is_read_back_but_for_the_plans(tmp_path: Path) -> None:
    written = alerts()
    write_alerts(written, tmp_path / "new" / "alerts.parquet")
    read = read_alerts(tmp_path / "new" / "alerts.parquet")
    assert read.table.equals(written.table)
    assert (read.reading, read.failures) == (written.reading, written.failures)
    for before, after in zip(written.rules, read.rules, strict=True):
        assert tables_of(after.plan) == tables_of(before.plan)
        for name in ("id", "title", "language", "location", "level", "techniques", "silent", "name"):
            assert getattr(after, name) == getattr(before, name)
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["alerts.parquet"]


def test_a_run_without_rules_or_alerts_is_still_a_file(tmp_path: Path) -> None:
    write_alerts(Alerts(ALERT_SCHEMA.empty_table(), (), Reading()), tmp_path / "alerts.parquet")
    assert read_alerts(tmp_path / "alerts.parquet").table.num_rows == 0


def test_files_that_hold_no_alerts_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(StreamError, match="cannot read"):
        read_alerts(tmp_path / "missing.parquet")
    (tmp_path / "text.parquet").write_text("hello")
    with pytest.raises(StreamError, match="cannot read"):
        read_alerts(tmp_path / "text.parquet")
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(StreamError, match="not one of alerts"):
        read_alerts(tmp_path / "other.parquet")
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"sparring": '{"format": 2}'}), tmp_path / "n.parquet")
    with pytest.raises(StreamError, match="format 2"):
        read_alerts(tmp_path / "n.parquet")
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"sparring": '{"format": 1}'}), tmp_path / "d.parquet")
    with pytest.raises(StreamError, match="damaged"):
        read_alerts(tmp_path / "d.parquet")


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "alerts.parquet").mkdir()
    with pytest.raises(StreamError, match="cannot write"):
        write_alerts(alerts(), tmp_path / "alerts.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["alerts.parquet"]


def test_a_correlation_reads_the_tables_of_its_branches() -> None:
    branches = (Branch("a", Scan("x"), ()), Branch("b", Scan("y"), ()), Branch("c", Scan("x"), ()))
    assert tables_of(Correlate(CorrelationKind.TEMPORAL, branches, (), 1)) == ("x", "y")
