"""Our own recordings of real tools, against the tool models and the bundled rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from simulator.content import content
from simulator.dataset import Stream
from simulator.detect import detect
from simulator.lab.calibrate import Facet, calibrate
from simulator.lab.recording import Connection, Exchange, Recording, recordings_below
from simulator.lab.streams import planned, recorded, scenarios_of, tables_for, world_of, write_stream
from simulator.lab.verdicts import verdicts
from simulator.languages import load_rules
from simulator.scenario.model import Scenario
from simulator.score import score
from simulator.world import World

RECORDINGS = recordings_below([content("fixtures") / "recordings"])

EXPLAINED = {
    ("rclone-to-s3", "rclone-user-agent"),
    ("rclone-nightly-backup", "rclone-user-agent"),
    ("rclone-nightly-backup", "many-uploads-in-an-hour"),
}
"""(scenario, rule without its language): verdicts that differ, and docs/lab.md says why."""


@pytest.fixture(scope="module")
def world() -> World:
    return world_of(RECORDINGS)


@pytest.fixture(scope="module")
def scenarios() -> Mapping[str, Scenario]:
    return scenarios_of(RECORDINGS)


@pytest.fixture(scope="module")
def facets(world: World, scenarios: Mapping[str, Scenario]) -> Sequence[Facet]:
    return calibrate(world, RECORDINGS, scenarios)


@pytest.fixture(scope="module")
def stream(world: World, scenarios: Mapping[str, Scenario], tmp_path_factory: pytest.TempPathFactory) -> Stream:
    played = [recorded(world, planned(world, one, scenarios), one) for one in RECORDINGS]
    out = tmp_path_factory.mktemp("lab") / "stream"
    return write_stream(out, world, played, {}, tables=tables_for(load_rules([content("detections") / "sigma"])))


def test_each_lab_tool_is_recorded() -> None:
    assert {one.scenario for one in RECORDINGS} == {
        "rclone-to-s3",
        "rclone-nightly-backup",
        "restic-to-rest-server",
        "restic-nightly-backup",
        "curl-to-file-sharing",
        "curl-to-telegram",
        "telegram-from-python",
        "git-push",
        "chatops-bot",
        "chatops-slack-webhook",
    }
    assert {one.status for one in RECORDINGS} == {0}
    assert {one.sensor for one in RECORDINGS} == {"strace"}


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda one: one.scenario)
def test_bytes_on_the_wire_are_more_than_what_was_uploaded(recording: Recording) -> None:
    sent = sum(one.payload for one in recording.of(Exchange))
    wire = sum(one.bytes_out for one in recording.of(Connection))
    assert 0 < sent < wire < 1.1 * sent + 20_000


@pytest.mark.slow
def test_models_and_tools_get_the_same_verdicts(world: World, scenarios: Mapping[str, Scenario]) -> None:
    """From every bundled rule of every language, but for what docs/lab.md explains."""
    ruleset = load_rules([content("detections")])
    found = verdicts(world, RECORDINGS, scenarios, ruleset)
    assert len(found) == len(RECORDINGS) * sum(not rule.silent for rule in ruleset.rules)
    differing = {(one.scenario, one.rule.partition("/")[2]) for one in found if one.model != one.tool}
    assert differing <= EXPLAINED
    assert any(one.model and one.tool for one in found)


def test_what_is_explained_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "lab.md").read_text(encoding="utf-8")
    for _, rule in EXPLAINED:
        assert f"`{rule}`" in page


@pytest.mark.parametrize(
    ("program", "what"),
    [
        ("rclone.exe", "requests"),
        ("rclone.exe", "order of methods"),
        ("rclone.exe", "number of requests"),
        ("rclone.exe", "flags"),
        ("restic.exe", "requests"),
        ("restic.exe", "order of methods"),
        ("restic.exe", "user agents"),
        ("curl.exe", "requests"),
        ("curl.exe", "user agents"),
        ("python.exe", "user agents"),
        ("python.exe", "started by"),
        ("git-remote-https.exe", "started by"),
        ("git-remote-https.exe", "requests"),
    ],
)
def test_models_do_what_the_tools_do(facets: Sequence[Facet], program: str, what: str) -> None:
    mine = [one for one in facets if (one.program, one.what) == (program, what)]
    assert mine
    assert [one for one in mine if one.agrees is False] == []


def test_a_wrong_model_is_told(world: World, scenarios: Mapping[str, Scenario]) -> None:
    """The same recordings, with another user agent and a request that never was."""
    from dataclasses import replace

    (one,) = [r for r in RECORDINGS if r.scenario == "curl-to-telegram"]
    (exchange,) = one.of(Exchange)
    others = tuple(o for o in one.observations if o is not exchange)
    odd = replace(exchange, user_agent="wget/1", method="PUT", path="/x?a=1")
    wrong = {
        f.what for f in calibrate(world, [replace(one, observations=(*others, odd))], scenarios) if f.agrees is False
    }
    assert {"user agents", "requests", "order of methods"} <= wrong


def test_a_recording_is_a_stream_like_any_other(stream: Stream) -> None:
    ruleset = load_rules([content("detections") / "sigma"])
    card = score(detect(ruleset, stream, workers=1), stream)
    caught = {one.id: one.caught for one in card.scenarios if one.label == "malicious"}
    assert caught == dict.fromkeys(caught, 1)
    assert len(caught) == 5
    assert stream.manifest["instances"] == len(RECORDINGS)


def test_actions_belong_to_the_process_that_did_them(stream: Stream) -> None:
    def rows(table: str) -> pl.DataFrame:
        return pl.concat([pl.DataFrame(b) for b in stream.scan(table, ["Image", "ProcessGuid"])])

    started = set(rows("sysmon.process_creation")["ProcessGuid"])
    for table in ("sysmon.network_connection", "sysmon.file_event", "sysmon.dns_query"):
        assert set(rows(table)["ProcessGuid"]) <= started, table
    talkers = {re.split(r"[\\/]", image)[-1] for image in rows("sysmon.network_connection")["Image"]}
    assert "cmd.exe" not in talkers
    assert {"rclone.exe", "curl.exe", "git-remote-https.exe", "git-lfs.exe"} <= talkers
