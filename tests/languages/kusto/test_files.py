"""Rule files: bare queries and Sentinel's analytic rules, found in mixed folders; errors that point into the query."""

from __future__ import annotations

import pytest

from simulator.ir import Op, Status, Threshold
from simulator.languages import load_rules
from simulator.tables import Column, Table

MINUTE = 60_000_000

ANALYTIC = """\
id: 0b1ed2c8-2a43-4cf9-8c1f-5b8f3c0e2f11
name: Upload by Curl
description: |
  'Curl is told to send a file.'
severity: Medium
queryFrequency: 15m
queryPeriod: 1h
triggerOperator: gt
triggerThreshold: 2
tactics:
  - Exfiltration
relevantTechniques:
  - T1567
  - t1567.002
query: |
  DeviceProcessEvents
  | where TimeGenerated > ago(1h)
  | where FileName =~ "curl.exe"
  | project TimeGenerated, DeviceName, Command = ProcessCommandLine
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: HostName
        columnName: DeviceName
version: 1.0.0
kind: Scheduled
"""

SIGMA = """\
title: Curl
logsource: {category: process_creation, product: windows}
detection:
  selection: {Image|endswith: curl.exe}
  condition: selection
"""


def load(tmp_path, **files):
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (tmp_path / f"{stem}.{suffix}").write_text(text)
    return load_rules([tmp_path])


def test_an_analytic_rule(tmp_path):
    (rule,) = load(tmp_path, curl_yaml=ANALYTIC).rules
    assert (rule.name, rule.language, rule.level) == ("kusto/curl", "kusto", "medium")
    assert (rule.id, rule.title) == ("0b1ed2c8-2a43-4cf9-8c1f-5b8f3c0e2f11", "Upload by Curl")
    assert rule.description == "Curl is told to send a file."
    assert rule.techniques == ("T1567", "T1567.002")
    assert rule.schedule is not None
    assert (rule.schedule.every, rule.schedule.lookback) == (15 * MINUTE, 60 * MINUTE)
    assert rule.schedule.thresholds == (Threshold(Op.GT, 2),)
    assert rule.schedule.source == "rule"


def test_a_near_real_time_rule_runs_every_minute(tmp_path):
    text = "\n".join(line for line in ANALYTIC.split("\n") if not line.startswith(("queryF", "queryP", "trigger")))
    (rule,) = load(tmp_path, curl_yaml=text.replace("kind: Scheduled", "kind: NRT")).rules
    assert rule.schedule is not None
    assert (rule.schedule.every, rule.schedule.lookback) == (MINUTE, MINUTE)


@pytest.mark.parametrize(
    ("query", "hours"),
    [
        ("DeviceEvents | where ActionType == 'x'", None),
        ("DeviceEvents | where Timestamp > ago(5m)", 1 / 12),
        ("DeviceEvents | where Timestamp > ago(30m)", 1 / 6),
        ("DeviceEvents | where Timestamp > ago(1h)", 1),
        ("DeviceEvents | where Timestamp > ago(12h)", 3),
        ("DeviceEvents | where Timestamp > ago(1d)", 12),
        ("DeviceEvents | where Timestamp > ago(30d)", 24),
        ("let Window = 30d; DeviceEvents | where Timestamp > ago(Window) | where Timestamp > now() - 4h", 1),
        ("DeviceEvents | where Timestamp < now()", 1),
    ],
)
def test_a_bare_query_that_reads_the_clock_runs_as_often_as_its_shortest_look_back_wants(tmp_path, query, hours):
    (rule,) = load(tmp_path, hunt_kql=f"// Something Odd\n{query}").rules
    assert (rule.name, rule.title) == ("kusto/hunt", "Something Odd")
    if hours is None:
        assert rule.schedule is None
    else:
        assert rule.schedule is not None
        found = (rule.schedule.every, rule.schedule.lookback, rule.schedule.source)
        assert found == (hours * 60 * MINUTE, None, "default")


def test_a_mixed_folder(tmp_path):
    ruleset = load(
        tmp_path, curl_yaml=ANALYTIC, sigma_yml=SIGMA, hunt_kusto="DeviceEvents | take 1", notes_yaml="query: x"
    )
    assert sorted(rule.name for rule in ruleset.rules) == ["kusto/curl", "kusto/hunt", "sigma/sigma"]
    assert all(file.status is Status.OK for file in ruleset.files)


def test_errors_point_into_the_query(tmp_path):
    broken = ANALYTIC.replace('=~ "curl.exe"', '=~ "curl.exe" and')
    (file,) = load(tmp_path, curl_yaml=broken).files
    (problem,) = file.problems
    assert file.status is Status.INVALID
    assert (problem.location.line, problem.location.column) == (19, 3)
    assert problem.message.split("\n")[1:] == [
        "| project TimeGenerated, DeviceName, Command = ProcessCommandLine",
        "^",
    ]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("DeviceEvents | scan with (step a: true;)", Status.UNSUPPORTED, "the operator scan is not supported"),
        ("DeviceEvents | evaluate pivot(ActionType)", Status.UNSUPPORTED, "the plugin pivot is not supported"),
        ("DeviceEvents | invoke Ours()", Status.UNSUPPORTED, "invoke Ours: the function is not the query's own"),
        ("DeviceEvents | extend x = series_stats(y)", Status.UNSUPPORTED, "the function series_stats is not supported"),
        ("DeviceEvents | wher x", Status.INVALID, "there is no operator 'wher', did you mean 'where'?"),
        ("DeviceEvents | where FileName == 'x", Status.INVALID, "the text that begins here has no end on its line"),
        ("DeviceEvents | where A == 'x\\d'", Status.INVALID, "there is no escape '\\\\d'; write the text as @'...' or"),
        ("DeviceEvents | project A = 1 | where B == 1", Status.INVALID, "there is no column named 'B' here"),
        ("DeviceEvents | summarize count() by A | project Count_", Status.INVALID, "there is no column named 'Count_'"),
        ("DeviceEvents | where count() > 1", Status.INVALID, "the aggregate count stands only in summarize"),
        ("DeviceEvents\n\nDeviceInfo", Status.INVALID, "found `DeviceInfo`, expected"),
        ("print 1; print 2", Status.UNSUPPORTED, "a query with several results is not supported"),
        ("let x = 1;", Status.INVALID, "the query has no statement that gives rows"),
        ("let f = (x: long) { x }; print f()", Status.INVALID, "f needs an argument for x"),
        ("print " + "(" * 300 + "1" + ")" * 300, Status.INVALID, "is nested deeper than"),
    ],
)
def test_what_does_not_run_is_named_and_placed(tmp_path, query, status, said):
    (file,) = load(tmp_path, hunt_kql=query).files
    assert file.status is status
    problem = next(one for one in file.problems if not one.warning)
    assert problem.message.startswith(said)
    assert problem.location.line


def warnings(ruleset):
    return [problem.message for file in ruleset.files for problem in file.problems if problem.warning]


def test_columns_that_the_vendor_does_not_document_are_warned_of(tmp_path):
    query = (
        "DeviceNetworkEvents | where RemoteUrll has 'x' and BytesSent > 5 | summarize sum(BytesReceived) by DeviceName"
    )
    ruleset = load(tmp_path, hunt_kql=query)
    assert len(ruleset.rules) == 1
    assert warnings(ruleset) == [
        "DeviceNetworkEvents has no column 'RemoteUrll', did you mean 'RemoteUrl'?",
        "DeviceNetworkEvents has no column 'BytesSent'",
        "DeviceNetworkEvents has no column 'BytesReceived'",
    ]


def test_a_table_that_nobody_knows_is_warned_of_once(tmp_path):
    ruleset = load(tmp_path, hunt_kql="DeviceNetworkEvent | union DeviceNetworkEvent | where Anything == 1")
    (said,) = warnings(ruleset)
    assert said == "no schema of a table 'DeviceNetworkEvent' is known, did you mean 'DeviceNetworkEvents'?"


def test_a_declared_table_is_known(tmp_path):
    (tmp_path / "a.kql").write_text("Ours_CL | where Name == 'x'")
    ours = Table("kusto.Ours_CL", "Ours", (Column("Name"),), "ours")
    ruleset = load_rules([tmp_path], tables={"kusto.Ours_CL": ours})
    assert len(ruleset.rules) == 1
    assert warnings(ruleset) == []


def test_entities_of_columns_that_are_not_there_are_warned_of(tmp_path):
    text = ANALYTIC.replace("columnName: DeviceName", "columnName: Devicename")
    ruleset = load(tmp_path, curl_yaml=text)
    assert warnings(ruleset) == ["the query gives no column 'Devicename', did you mean 'DeviceName'?"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("queryFrequency: often", "queryFrequency is 'often', expected a length of time such as 1h"),
        ("triggerOperator: about", "'about' is none of"),
        ("kind: Fusion", "rules of kind Fusion are not supported"),
        ("query: 5", "a rule needs a query, as text"),
    ],
)
def test_a_broken_header(tmp_path, changed, said):
    key = changed.partition(":")[0]
    lines = [line for line in ANALYTIC.split("\n") if not line.startswith(f"{key}:")]
    if key == "query":
        lines = [line for line in lines if not line.startswith(("  Device", "  |"))]
    (file,) = load(tmp_path, curl_yaml="\n".join([*lines, changed])).files
    assert file.status is not Status.OK
    assert file.problems[0].message.startswith(said)
