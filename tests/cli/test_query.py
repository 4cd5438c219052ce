"""`sparring query` and `--tables`: looking at the rows of one rule."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.test_commands import SCENARIOS, SMALL, call, printed

TABLES = "elastic.endpoint.events.process"
QUERY = 'process where process.pe.original_file_name : "rclone.exe"'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("query")
    assert call("simulate", *SCENARIOS, *SMALL, "--tables", TABLES, "--out", folder / "stream") == 0
    (folder / "rclone.eql").write_text(QUERY)
    return folder


def test_only_the_tables_asked_for_are_rendered(folder):
    assert [path.name for path in (folder / "stream" / "events").iterdir()] == [TABLES]


def test_a_table_that_nobody_renders_is_a_wrong_call(folder, capsys):
    assert call("simulate", *SCENARIOS, *SMALL, "--tables", "elastc.*", "--out", folder / "other") == 2
    assert "'elastc.*'" in capsys.readouterr().err
    assert not (folder / "other").exists()


def test_rows_and_the_events_behind_them(folder, capsys):
    out = folder / "rows.parquet"
    assert call("query", folder / "rclone.eql", "--on", folder / "stream", "--out", out, "--json") == 0
    rows = printed(capsys)
    assert len(rows) > 5
    assert all(len(row["_events"]) == 1 for row in rows)
    assert pq.read_table(out).num_rows == len(rows)


def test_rows_as_a_table(folder, capsys):
    assert call("query", folder / "rclone.eql", "--on", folder / "stream", "--limit", 1) == 0
    assert "rows, the first 1 shown" in capsys.readouterr().out


def test_a_file_without_a_rule_is_a_wrong_call(folder, capsys):
    (folder / "broken.eql").write_text("process where")
    assert call("query", folder / "broken.eql", "--on", folder / "stream") == 2
    assert "no rule that can run" in capsys.readouterr().err
