"""The verb: rules and events in, alerts out."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time

import pyarrow as pa
import pytest

from simulator.detect import detect
from simulator.engine.alerts import ALERT_SCHEMA, Alerts, Failure
from simulator.errors import StreamError, UsageError
from simulator.ir import (
    And,
    Branch,
    Const,
    Correlate,
    CorrelationKind,
    Expr,
    Filter,
    IsNull,
    Like,
    Not,
    Op,
    Or,
    Regex,
    Ruleset,
    Scan,
    Threshold,
    Union,
    Wild,
)
from simulator.tables.memory import FrameSource
from tests.engine.memory import START, Broken, frame, rule, source

ANY = Wild.ANY
ROWS = [
    {"Image": "C:\\Windows\\System32\\WHOAMI.exe", "CommandLine": "whoami /all"},
    {"Image": "C:\\tools\\rclone.exe", "CommandLine": "rclone copy D:\\ mega:x"},
    {"Image": None, "CommandLine": ""},
    {"Image": "C:\\Windows\\System32\\cmd.exe", "CommandLine": "cmd /c 100% _x_"},
    {"Image": "C:\\tools\\rclone.exe", "CommandLine": None},
]
RCLONE = Like("Image", (ANY, "\\RCLONE.exe"))


def fired(alerts: Alerts) -> list[tuple[str, list[int]]]:
    return [(row["rule"], row["events"]) for row in alerts.table.select(["rule", "events"]).to_pylist()]


@pytest.mark.parametrize(
    ("where", "events"),
    [
        (RCLONE, [2, 5]),
        (And((RCLONE, Not(IsNull("CommandLine")))), [2]),
        (Not(Like("Image", (ANY, "e"))), [3]),
        (Like("CommandLine", ()), [3]),
        (Like("CommandLine", (ANY, "%", ANY)), [4]),
        (Like("CommandLine", (ANY, "_x_")), [4]),
        (Like("CommandLine", (ANY, "_all")), []),
        (IsNull("Nowhere"), [1, 2, 3, 4, 5]),
        (Not(Like("Nowhere", ("x",))), [1, 2, 3, 4, 5]),
        (Regex("CommandLine", r"c\w+y D"), [2]),
        (Const(False), []),
        (Or(()), []),
        (And(()), [1, 2, 3, 4, 5]),
    ],
)
def test_every_selected_event_is_one_alert(where: Expr, events: list[int]) -> None:
    assert fired(detect([rule("r", where)], source(ROWS))) == [("r", [event]) for event in events]


def test_an_alert_says_what_when_where_and_why() -> None:
    alerts = detect(Ruleset((rule("rclone", RCLONE),)), source(ROWS))
    assert alerts.table.schema == ALERT_SCHEMA
    assert alerts.table.slice(0, 1).to_pylist() == [
        {
            "rule": "rclone", "title": "Rclone", "path": "rclone.yml", "level": "high",
            "table": "sysmon.process_creation", "time": START.replace(second=1), "host": "host1", "user": "anna",
            "events": [2], "files": None, "records": None,
        }
    ]  # fmt: skip


def test_imported_events_are_named_by_file_and_record() -> None:
    events = (
        frame(ROWS).append_column("_file", pa.array(["a.evtx"] * 5)).append_column("_record", pa.array(range(9, 14)))
    )
    alerts = detect([rule("rclone", RCLONE)], FrameSource({"sysmon.process_creation": events}))
    assert alerts.table.select(["files", "records"]).to_pylist() == [
        {"files": ["a.evtx"], "records": [10]},
        {"files": ["a.evtx"], "records": [13]},
    ]


def test_an_event_reached_twice_is_one_alert() -> None:
    plan = Union((Filter(Scan("sysmon.*"), RCLONE), Filter(Scan("sysmon.process_creation"), Not(IsNull("Image")))))
    assert fired(detect([rule("twice", plan)], source(ROWS))) == [("twice", [event]) for event in (1, 2, 4, 5)]


def test_silent_rules_and_rules_of_absent_tables_give_no_alerts() -> None:
    rules = [rule("silent", RCLONE, silent=True), rule("elsewhere", RCLONE, table="proxy.http")]
    alerts = detect(rules, source(ROWS))
    assert fired(alerts) == []
    assert alerts.failures == ()
    assert alerts.reading.passed_over == 5


def test_nothing_depends_on_workers_or_parts() -> None:
    rules = [rule("b", Not(IsNull("CommandLine"))), rule("a", RCLONE), rule("c", Const(True))]
    runs = [
        detect(rules, source(ROWS * 50, part_rows=rows), workers=workers)
        for rows, workers in ((1000, 1), (7, 1), (60, 2), (13, 2))
    ]
    for other in runs[1:]:
        assert other.table.equals(runs[0].table)
        assert other.reading == runs[0].reading
    times = runs[0].table["time"].to_pylist()
    assert times == sorted(times)
    assert runs[0].reading.events == {"sysmon.process_creation": 250}


def test_a_correlation_fires_with_its_evidence() -> None:
    branch = Branch("base", Filter(Scan("sysmon.process_creation"), Not(IsNull("CommandLine"))), ("_user",))
    plan = Correlate(CorrelationKind.EVENT_COUNT, (branch,), ("_user",), 60_000_000, (Threshold(Op.GE, 3),))
    for workers in (1, 2):
        assert fired(detect([rule("many", plan)], source(ROWS), workers=workers)) == [("many", [1, 2, 3])]


def test_a_rule_that_breaks_is_a_failure_and_stops_no_other() -> None:
    deep: Expr = RCLONE
    for _ in range(5_000):
        deep = And((deep, Or((deep, Const(False)))))
    bad = Regex("Image", "((")
    above = Filter(Correlate(CorrelationKind.EVENT_COUNT, (), (), 1), Const(True))
    rules = [rule("bad", bad), rule("deep", deep), rule("above", above), rule("good", RCLONE)]
    for workers in (1, 2):
        alerts = detect(rules, source(ROWS), workers=workers)
        assert fired(alerts) == [("good", [2]), ("good", [5])]
        assert {failure.rule for failure in alerts.failures} == {"bad", "deep", "above"}
        assert Failure("deep", "the condition is nested too deeply") in alerts.failures


def test_a_regex_that_would_run_for_ever_is_a_failure() -> None:
    rows = [*ROWS, {"Image": "x", "CommandLine": "a" * 60 + "!"}]
    alerts = detect([rule("slow", Regex("CommandLine", r"^(a|aa)+\1b$")), rule("good", RCLONE)], source(rows))
    assert [failure.rule for failure in alerts.failures] == ["slow"]
    assert fired(alerts) == [("good", [2]), ("good", [5])]


def test_huge_values_and_huge_rules_are_only_large() -> None:
    rows = [{"Image": "x", "CommandLine": "ab " * 3_500_000 + "needle-in-it"}, *ROWS]
    literals = tuple(Like("CommandLine", (ANY, f"word{number:06d}", ANY)) for number in range(100_000))
    many = Or((*literals, Like("CommandLine", (ANY, "NEEDLE-in", ANY))))
    stars = Like("CommandLine", (ANY, "a", ANY, "b", Wild.ONE, "a", ANY, "zz", ANY, "zzz", ANY))
    alerts = detect([rule("many", many), rule("stars", stars), rule("not-many", Not(many))], source(rows))
    assert fired(alerts) == [("many", [1]), *(("not-many", [event]) for event in range(2, 7))]


def test_broken_records_are_counted() -> None:
    reading = detect([rule("r", RCLONE)], Broken()).reading
    assert (reading.rejected, reading.passed_over, reading.examples[0].record) == (2, 6, 7)


def test_a_worker_that_dies_is_an_error_and_no_hang() -> None:
    with pytest.raises(StreamError, match="worker process died"):
        detect([rule("r", RCLONE)], Broken("dies"), workers=2)


def test_what_reading_raises_reaches_the_caller() -> None:
    for workers in (1, 2):
        with pytest.raises(OSError, match="disk gone"):
            detect([rule("r", RCLONE)], Broken("raises"), workers=workers)


def test_no_workers_is_a_wrong_call() -> None:
    with pytest.raises(UsageError, match="at least 1"):
        detect([], source(ROWS), workers=0)


def test_progress_ends_at_the_whole() -> None:
    told: list[tuple[int, int]] = []
    detect([rule("r", RCLONE)], source(ROWS), progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1] > 0


def test_a_script_without_a_main_guard_can_use_workers(tmp_path: pytest.TempPathFactory) -> None:
    script = tmp_path / "script.py"  # type: ignore[operator]
    script.write_text(
        textwrap.dedent("""
        from simulator.detect import detect
        from tests.engine.memory import rule, source
        from simulator.ir import Const
        print(detect([rule("r", Const(True))], source([{"a": "b"}] * 5), workers=2).table.num_rows)
        """)
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env={"PYTHONPATH": "."}, check=True)
    assert done.stdout == "5\n"


def test_an_interrupt_ends_all_processes() -> None:
    script = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs of some shells ignore it
from simulator.detect import detect
from simulator.ir import Const
from tests.engine.memory import Broken, rule
print("started", flush=True)
detect([rule("r", Const(True))], Broken("sleeps"), workers=2)
"""
    running = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stdout.readline() == b"started\n"
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    # The pipes end only when the workers, which inherit them, have ended too.
    _, complaint = running.communicate(timeout=60)
    assert running.returncode != 0
    assert b"KeyboardInterrupt" in complaint
