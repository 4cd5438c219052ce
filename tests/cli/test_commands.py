"""The commands and what they print for scripts (docs/json.md)."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from simulator.cli.main import main
from tests.cli.test_hard_to_break import RULE, event

SCENARIOS = ["rclone-to-mega", "rclone-nightly-backup"]
SMALL = ["--hosts", "12", "--days", "1", "--workers", "1"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a rule, a stream, and the alerts of the one on the other."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "rule.yml").write_text(RULE)
    assert call("simulate", *SCENARIOS, *SMALL, "--out", folder / "stream") == 0
    out = folder / "alerts.parquet"
    assert call("detect", folder / "rule.yml", "--on", folder / "stream", "--out", out, "--json") == 0
    return folder


def call(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    return int(stop.value.code or 0)


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_detect_prints_one_object_per_alert(folder, capsys):
    assert call("detect", folder / "rule.yml", "--on", folder / "stream", "--json") == 0
    alerts = printed(capsys)
    assert len(alerts) > 10
    for alert in alerts:
        assert set(alert) >= {"rule", "title", "path", "level", "table", "time", "host", "user", "events"}
        assert alert["rule"] == "6f0e2b0a-5f0e-4c0b-9a53-0d6a6f0e2b0a"
        assert alert["path"] == str(folder / "rule.yml")
        assert alert["table"] in ("sysmon.process_creation", "security.process_creation")
        assert alert["time"].endswith("+00:00")
    ids = pl.read_parquet(folder / "stream" / "truth" / "labels.parquet")["event_id"]
    assert set(ids) >= {event for alert in alerts for event in alert["events"]}


def test_alerts_on_imported_logs_name_file_and_record(tmp_path, folder, capsys):
    log = tmp_path / "log.jsonl"
    log.write_text(event(7, "notepad") + "\n" + event(8, "rclone copy") + "\n")
    assert call("detect", folder / "rule.yml", "--on", log, "--json") == 0
    (alert,) = printed(capsys)
    assert alert["events"] == [{"file": str(log), "record": 2}]
    assert (alert["host"], alert["user"], alert["time"]) == ("WS-1", "ann", "2026-03-02T10:00:00+00:00")


def test_score_prints_the_documented_scorecard(folder, capsys):
    assert call("score", folder / "alerts.parquet", "--on", folder / "stream", "--json") == 0
    (card,) = printed(capsys)
    (rule,) = card["rules"]
    assert card["schema"] == 1
    assert rule["cases"] == rule["tp"] + rule["fp"] > 0
    for name in ("precision", "recall", "f1", "alert_precision", "false_alarms_per_1000_hosts_per_day"):
        assert set(rule[name]) >= {"value", "low", "high", "n"} or set(rule[name]) == {"unmeasured"}, name
    assert set(rule) >= {"id", "alerts", "caught", "missed", "scope"}


def test_check_prints_one_object_per_file(tmp_path, folder, capsys):
    (tmp_path / "slip.yml").write_text(RULE.replace("contains", "contain"))
    (tmp_path / "good.yml").write_text(RULE)
    assert call("check", tmp_path, "--json") == 1
    good, slip = printed(capsys)
    assert (good["kind"], good["language"], good["status"], good["problems"]) == ("rule", "sigma", "ok", [])
    assert slip["status"] == "invalid"
    assert (slip["line"], slip["column"]) == (6, 17)
    assert "contains" in slip["message"]
    assert call("check", tmp_path / "good.yml", "--json") == 0


def test_check_tells_what_only_the_executor_refuses(tmp_path, capsys):
    names = [f"step_{number}" for number in range(20)]
    pairs = zip(names[::2], names[1::2], strict=True)
    base = RULE.split("\n", 2)[2]
    documents = [
        f"title: {name}\nname: {name}\nid: 6f0e2b0a-5f0e-4c0b-9a53-{number:012d}\n{base}"
        for number, name in enumerate(names)
    ]
    documents.append(f"""\
title: Too many ways
id: 6f0e2b0a-5f0e-4c0b-9a53-999999999999
correlation:
  type: temporal_ordered
  rules: [{", ".join(names)}]
  group-by: [Computer]
  timespan: 5m
  condition: {" and ".join(f"({left} or {right})" for left, right in pairs)}
""")
    path = tmp_path / "steps.yml"
    path.write_text("---\n".join(documents))
    assert call("check", path, "--json") == 0
    (checked,) = printed(capsys)
    assert checked["status"] == "unsupported"
    assert "256 combinations" in checked["message"]
    assert path.read_text().splitlines()[checked["line"] - 1] == "title: Too many ways"
    assert call("check", path, "--strict") == 1


def test_export_is_read_back(tmp_path, folder, capsys):
    assert call("export", folder / "stream", "--format", "jsonl", "--out", tmp_path / "out", "--json") == 0
    files = [Path(one["path"]) for one in printed(capsys)]
    assert files
    assert all(file.is_file() for file in files)
    assert call("detect", folder / "rule.yml", "--on", folder / "stream", "--json") == 0
    from_stream = printed(capsys)
    assert call("detect", folder / "rule.yml", "--on", tmp_path / "out", "--json") == 0
    from_export = printed(capsys)
    assert sorted((a["time"], a["host"], a["table"]) for a in from_stream) == sorted(
        (a["time"], a["host"], a["table"]) for a in from_export
    )


def test_run_leaves_stream_alerts_scorecard_and_report(tmp_path, folder, capsys):
    out = tmp_path / "out"
    for _ in range(2):  # A second run replaces the first.
        assert call("run", *SCENARIOS, *SMALL, "--rules", folder / "rule.yml", "--out", out, "--json") == 0
        (card,) = printed(capsys)
        assert card == json.loads((out / "scorecard.json").read_text())
    names = sorted(path.name for path in out.iterdir())
    assert names == ["alerts.parquet", "report.html", "scorecard.json", "stream"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_run_touches_no_folder_that_is_not_its_own(tmp_path, folder):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("years of work")
    assert call("run", *SCENARIOS, *SMALL, "--out", tmp_path / "precious") == 2
    assert (tmp_path / "precious" / "thesis.txt").read_text() == "years of work"


def test_a_table_that_its_data_declares(tmp_path, capsys):
    data = tmp_path / "Flows_CL.jsonl"
    data.write_text('{"TimeGenerated": "2026-03-02T10:00:00Z", "Computer": "A", "Bytes": 7}\n', encoding="utf-8")
    rule = tmp_path / "r.kql"
    rule.write_text("Flows_CL | where Bytes > 6", encoding="utf-8")
    assert call("detect", rule, "--on", data, "--schemas", data, "--json") == 0
    (alert,) = printed(capsys)
    assert (alert["table"], alert["host"]) == ("kusto.Flows_CL", "A")
