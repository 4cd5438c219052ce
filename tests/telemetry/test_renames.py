"""A file that is renamed, as each sensor has it: recorded in the lab of rclone, which writes its configuration so."""

from __future__ import annotations

import polars as pl

from simulator.telemetry.render import render
from tests.telemetry.worlds import actions, world

MADE = r"C:\Tools\rclone.conf836691737"
KEPT = r"C:\Tools\rclone.conf"


def rendered(table: str) -> pl.DataFrame:
    rows = actions("write", {"path": MADE}, {"path": KEPT, "previous": MADE, "time": 1_772_452_834_567_892})
    return render({"write": rows}, world(), [table])[table].sort("_time", "_action_id")


def test_sysmon_knows_files_that_are_made_only() -> None:
    assert rendered("sysmon.file_event")["TargetFilename"].to_list() == [MADE]


def test_defender_has_both_names() -> None:
    events = rendered("defender.DeviceFileEvents")
    assert events.select("ActionType", "FileName", "PreviousFileName", "PreviousFolderPath").rows() == [
        ("FileCreated", "rclone.conf836691737", None, None),
        ("FileRenamed", "rclone.conf", "rclone.conf836691737", MADE),
    ]


def test_elastic_calls_it_a_change() -> None:
    events = rendered("elastic.endpoint.events.file")
    assert events.select("event.action", "event.type", "file.name").rows() == [
        ("creation", ["creation"], "rclone.conf836691737"),
        ("rename", ["change"], "rclone.conf"),
    ]
