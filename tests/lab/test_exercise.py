"""Exercises: plans, run sheets, and what is said of them afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from simulator.cli.main import cli
from simulator.errors import InvalidScenario, StreamError, UsageError
from simulator.lab.debrief import Firing, debrief, firings_of
from simulator.lab.exercise import Exercise, play_exercise, read_exercise, run_sheet
from simulator.lab.siem import match, parse_time, read_alerts
from simulator.lab.streams import Played

PLAN = """
exercise: spring-drill
about: Two attacks among the ordinary.
start: 2026-03-02T09:00Z
items:
  - {at: "00:20", scenario: git-push}
  - {at: "00:00", scenario: rclone-nightly-backup}
  - {at: "00:30", scenario: rclone-to-s3, instance: 3, count: 2, every: "00:10"}
  - {at: "00:10:30", scenario: curl-to-telegram, note: Keep the archive.}
"""
NINE = 1_772_442_000_000_000
MINUTE = 60_000_000


def plan(tmp_path: Path, text: str = PLAN) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    return read_exercise(plan(tmp_path_factory.mktemp("plan")))


@pytest.fixture(scope="module")
def played(drill: Exercise) -> list[Played]:
    return play_exercise(drill)


def test_steps_are_in_order_of_time_and_each_is_an_instance(drill: Exercise) -> None:
    assert [(step.number, step.scenario.id, (step.start - NINE) // 1_000_000) for step in drill.steps] == [
        (1, "rclone-nightly-backup", 0),
        (2, "curl-to-telegram", 630),
        (3, "git-push", 1200),
        (4, "rclone-to-s3", 1800),
        (5, "rclone-to-s3", 2400),
    ]
    assert len({step.instance for step in drill.steps}) == 5


def test_the_same_plan_gives_the_same_instances(drill: Exercise, tmp_path: Path) -> None:
    again = read_exercise(plan(tmp_path))
    assert [(s.instance, s.host, s.user) for s in again.steps] == [(s.instance, s.host, s.user) for s in drill.steps]


def test_what_is_played_begins_when_the_plan_says(drill: Exercise, played: list[Played]) -> None:
    for step, one in zip(drill.steps, played, strict=True):
        assert one.truth["instance_id"] == step.instance
        assert one.truth["start"] == step.start
        for frame in one.actions.values():
            assert frame["time"].min() >= step.start
            assert set(frame["instance_id"]) == {step.instance}


def test_the_run_sheet_has_times_places_and_commands(drill: Exercise, played: list[Played]) -> None:
    sheet = run_sheet(drill, played)
    assert "# Run sheet: spring-drill" in sheet
    assert "## 2. 09:10:30 curl sends an archive to a Telegram bot" in sheet
    assert "- Keep the archive." in sheet
    curl = next(line for line in sheet.splitlines() if "curl.exe" in line)
    assert curl.startswith("09:1")
    assert "https://api.telegram.org/bot" in curl
    for step in drill.steps:
        assert f"on `{step.host}` as `{step.user}`; instance `{step.instance}`" in sheet


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('at: "00:20"', 'at: "20 past"'), "HH:MM"),
        (("scenario: git-push", "scenario: git-pull"), "git-pull"),
        (("2026-03-02T09:00Z", "2026-03-02T09:00"), "a time in UTC"),
        (("2026-03-02T09:00Z", "2026-13-40T09:00Z"), "expected a time"),
        (("instance: 3", "instance: 30"), "only 26 instances"),
        (("items:", "rooms: 3\nitems:"), "rooms"),
        (("exercise: spring-drill", "exercise: Spring Drill"), "lower-case"),
    ],
)
def test_mistakes_in_a_plan_have_a_place(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(InvalidScenario, match=message) as caught:
        read_exercise(plan(tmp_path, PLAN.replace(*change)))
    assert caught.value.location.line > 0


def test_an_instance_happens_once(tmp_path: Path) -> None:
    twice = PLAN + '  - {at: "02:00", scenario: rclone-to-s3, instance: 4}\n'
    with pytest.raises(InvalidScenario, match="each may happen once"):
        read_exercise(plan(tmp_path, twice))


def test_debriefing_says_what_was_caught_missed_and_lost(drill: Exercise, played: list[Played]) -> None:
    backup, telegram, push, first, second = (step.instance for step in drill.steps)
    firings = [
        Firing("b", drill.steps[3].start + 9 * MINUTE, first),
        Firing("a", drill.steps[3].start + 5 * MINUTE, first),
        Firing("a", drill.steps[3].start + 6 * MINUTE, first),
        Firing("a", NINE + 1, backup),
        Firing("noise", NINE + 2, None),
    ]
    card = debrief(drill, played, firings, "hand")
    assert [(one.number, one.rules, one.missed) for one in card.steps] == [
        (1, ("a",), False),
        (2, (), True),
        (3, (), False),
        (4, ("a", "b"), False),
        (5, (), True),
    ]
    caught = card.steps[3]
    assert caught.first_alert == drill.steps[3].start + 5 * MINUTE
    assert 0 < (caught.bytes_before_alert or 0) < caught.bytes_out
    assert card.unrelated == 1
    alerts = [(one.step, one.text) for one in card.timeline if one.what == "alert"]
    assert alerts == [(1, "a"), (None, "noise"), (4, "a (2 alerts)"), (4, "b")]
    assert [one.time for one in card.timeline] == sorted(one.time for one in card.timeline)
    said = card.to_json()
    assert (said["attacks"], said["missed"], said["unrelated_alerts"]) == (3, 2, 1)
    assert said["steps"][0]["instance"] == backup
    assert said["steps"][0]["start"] == "2026-03-02T09:00:00+00:00"
    assert {telegram, push, second} == {card.steps[n].instance for n in (1, 2, 4)}


def test_alerts_of_the_engine_become_firings() -> None:
    alerts = pl.DataFrame(
        {"rule": ["r1", "r2"], "time": [1, 2], "events": [[10, 11], [12]]},
        schema={"rule": pl.String, "time": pl.Datetime("us", "UTC"), "events": pl.List(pl.Int64)},
    )
    labels = pl.DataFrame({"event_id": [10, 11], "instance_id": [7, 8]})
    assert sorted(firings_of(alerts, labels, {"r1": "sigma/r1"}), key=lambda one: (one.time, one.instance or 0)) == [
        Firing("sigma/r1", 1, 7),
        Firing("sigma/r1", 1, 8),
        Firing("r2", 2, None),
    ]
    assert firings_of(alerts.clear(), labels, {}) == []


def exports(time: str, seconds: float, host: str, user: str) -> dict[str, str]:
    """The same alert as several products export it."""
    short = host.split(".")[0].lower()
    elastic = {"@timestamp": time, "host": {"name": host}}
    return {
        "splunk.csv": f'_time,search_name,dest,user\n"{time}",Upload,{short},{user}\n',
        "splunk.json": json.dumps({"result": {"_time": str(seconds), "savedsearch_name": "Upload", "host": short}}),
        "sentinel.json": json.dumps([{"TimeGenerated": time, "AlertName": "Upload", "CompromisedEntity": host}]),
        "graph.json": json.dumps(
            {"value": [{"createdDateTime": time, "title": "Upload", "host": short, "user": f"X\\{user}"}]}
        ),
        "elastic.ndjson": json.dumps({"_source": elastic | {"kibana.alert.rule.name": "Upload"}}) + "\n",
        "hits.json": json.dumps({"hits": {"hits": [{"_source": elastic | {"rule": {"name": "Upload"}}}]}}),
    }


@pytest.mark.parametrize("name", exports("", 0, "", ""))
def test_exports_of_siems_are_matched(name: str, drill: Exercise, played: list[Played], tmp_path: Path) -> None:
    step = drill.steps[1]
    when = step.start + 2 * MINUTE
    stamp = datetime.fromtimestamp(when / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = tmp_path / name
    path.write_text(exports(stamp, when / 1e6, step.host, step.user)[name])
    assert match(drill, played, read_alerts(path), 0) == [Firing("Upload", when, step.instance)]


def test_alerts_are_about_whoever_was_at_it(drill: Exercise, played: list[Played]) -> None:
    backup, telegram = drill.steps[0], drill.steps[1]

    def about(host: str | None, user: str | None, minutes: float, slack: int = 0) -> int | None:
        time = str(round(NINE + minutes * MINUTE))
        (one,) = match(drill, played, [{"time": time, "rule": "r", "host": host, "user": user}], slack)
        return one.instance

    assert about(backup.host, None, 0.2) == backup.instance
    assert about(telegram.host, "somebody.else", 12) is None
    assert about("other-host", None, 0.2) is None
    assert about(None, None, 0.2) is None
    assert about(None, telegram.user.upper(), 12) == telegram.instance
    assert about(telegram.host, None, 600) is None
    assert about(telegram.host, None, 600, slack=600 * MINUTE) == telegram.instance


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-02T09:00:00Z", NINE),
        ("2026-03-02 10:00:00+01:00", NINE),
        ("2026-03-02 09:00:00 UTC", NINE),
        ("1772442000", NINE),
        ("1772442000.5", NINE + 500_000),
        ("1772442000000", NINE),
        ("1772442000000000", NINE),
    ],
)
def test_times_as_siems_write_them(text: str, time: int) -> None:
    assert parse_time(text) == time


def test_what_is_no_export(tmp_path: Path) -> None:
    with pytest.raises(StreamError, match="is no time"):
        parse_time("yesterday")
    odd = tmp_path / "odd.csv"
    odd.write_text("When,What\n2026-03-02T09:00Z,Upload\n")
    with pytest.raises(StreamError, match=r"has no time; it has When, What. Name the column with --field time="):
        read_alerts(odd)
    assert read_alerts(odd, {"time": "When", "rule": "What"})[0]["rule"] == "Upload"
    with pytest.raises(UsageError, match="no field called 'place'"):
        read_alerts(odd, {"place": "x"})
    broken = tmp_path / "broken.json"
    broken.write_text('{"time": 1, "rule": "r"}\n{"b"\n')
    with pytest.raises(StreamError, match="2:1"):
        read_alerts(broken)


def test_the_command_plays_scores_and_writes(tmp_path: Path) -> None:
    path = plan(
        tmp_path, PLAN.replace('  - {at: "00:30", scenario: rclone-to-s3, instance: 3, count: 2, every: "00:10"}\n', "")
    )
    rules = Path(__file__).parents[2] / "detections" / "sigma"
    out = tmp_path / "out"
    arguments = ["lab", "exercise", str(path), "--rules", str(rules / "telegram-dns.yml"), "--out", str(out)]
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "1 of 1 attacks caught by the alerts of our engine" in done.output
    assert "sigma/telegram-dns" in done.output
    assert json.loads((out / "exercise.json").read_text())["missed"] == 0
    assert (out / "run-sheet.md").is_file()
    assert (out / "stream" / "manifest.json").is_file()
    export = tmp_path / "alerts.csv"
    export.write_text("time,rule,host\n2026-03-02T09:00:30Z,Backup,fs-01\n2026-03-02T09:01:00Z,Odd,nobody\n")
    told = CliRunner().invoke(cli, [*arguments, "--alerts", str(export), "--json"], catch_exceptions=False)
    said = json.loads(told.output.splitlines()[-1])
    assert (said["missed"], said["unrelated_alerts"]) == (1, 1)
    assert said["steps"][0]["rules"] == ["Backup"]
    sheet = CliRunner().invoke(cli, ["lab", "exercise", str(path), "--sheet"], catch_exceptions=False)
    assert sheet.output.startswith("# Run sheet")
