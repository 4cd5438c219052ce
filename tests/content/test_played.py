"""The bundled content played and held against the bundled rules: the first thing a newcomer sees has to make sense."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pytest
import yaml

from simulator.content import content
from simulator.dataset import Stream
from simulator.detect import detect
from simulator.languages import load_rules
from simulator.score import score
from simulator.score.model import RuleScore, Scorecard
from simulator.simulate import simulate

pytestmark = pytest.mark.slow

SCENARIOS = {
    path.stem: path for room in ("malicious", "benign") for path in (content("scenarios") / room).glob("*.yaml")
}
MALICIOUS = sorted(name for name, path in SCENARIOS.items() if path.parent.name == "malicious")

HOST = {"sysmon.process_creation", "security.process_creation"}
WIRE = {"sysmon.dns_query", "sysmon.network_connection", "proxy.http"}
LEAVES = {
    "rclone-to-mega": HOST | WIRE | {"sysmon.file_event", "powershell.script_block", "dns_client.query"},
    "rclone-to-s3": HOST | WIRE | {"sysmon.file_event"},
    "telegram-from-powershell": HOST | WIRE | {"powershell.script_block", "powershell.module"},
    "telegram-from-python": HOST | WIRE | {"sysmon.file_event"},
    "code-tunnel-by-intruder": HOST | WIRE | {"sysmon.file_event"},
    "dev-tunnel-by-intruder": HOST | WIRE | {"sysmon.file_event"},
    "megasync-upload": HOST | WIRE | {"sysmon.file_event"},
    "megacmd-upload": HOST | WIRE,
    "curl-to-file-sharing": HOST | WIRE | {"sysmon.file_event"},
    "curl-to-telegram": {"sysmon.process_creation", "sysmon.dns_query", "proxy.http"},
    "powershell-upload": HOST | WIRE | {"powershell.script_block", "powershell.module"},
    "restic-to-rest-server": HOST | WIRE | {"sysmon.file_event"},
}
"""Where each attack has to show: on the host and on the wire."""


@dataclass(frozen=True)
class Played:
    """One run of everything bundled."""

    stream: Stream
    card: Scorecard
    tables: pl.DataFrame
    """How many events each scenario left in each table: scenario, label, table, len."""
    fired: frozenset[tuple[str, str]]
    """Pairs of rule name and scenario that it fired on, benign ones too."""

    def rule(self, name: str) -> RuleScore:
        (found,) = [one for one in self.card.rules if one.name == name]
        return found


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    stream = simulate(out=tmp_path_factory.mktemp("content") / "stream")
    # The stream has the raw logs alone; rules over vendors' tables are played in tests of their own.
    rules = [rule for rule in load_rules([content("detections")]).rules if rule.language == "sigma"]
    alerts = detect(rules, stream)
    assert alerts.failures == ()
    names = pl.DataFrame([(rule.id, rule.name) for rule in alerts.rules], schema=["rule", "name"], orient="row")
    evidence = pl.DataFrame(alerts.table.select(["rule", "events"])).explode("events").rename({"events": "event_id"})
    fired = evidence.lazy().join(_events(stream), on="event_id").join(names.lazy(), on="rule")
    pairs = fired.select("name", "scenario").unique().collect().rows()
    return Played(stream, score(alerts, stream), _tables(stream), frozenset(pairs))


def _events(stream: Stream) -> pl.LazyFrame:
    """event_id, scenario and label of every event."""
    labels = pl.scan_parquet(stream.path / "truth" / "labels*").select("event_id", "instance_id")
    instances = pl.scan_parquet(stream.path / "truth" / "instances*").select("instance_id", "scenario", "label")
    return labels.join(instances, on="instance_id")


def _tables(stream: Stream) -> pl.DataFrame:
    events = _events(stream)
    found = [
        pl.scan_parquet(stream.path / "events" / name / "*.parquet")
        .select(pl.col("_event_id").alias("event_id"), table=pl.lit(name))
        .join(events, on="event_id")
        .group_by("scenario", "label", "table")
        .len()
        for name in stream.tables()
    ]
    return pl.concat(found).collect()


def test_every_log_source_has_a_large_benign_majority(played: Played) -> None:
    shares = played.tables.group_by("table").agg(
        benign=pl.col("len").filter(pl.col("label") == "benign").sum() / pl.col("len").sum()
    )
    assert len(shares) == 9
    assert shares.filter(pl.col("benign") < 0.75).rows() == []


def test_the_size_is_that_of_an_ordinary_run(played: Played) -> None:
    assert 200_000 < played.tables["len"].sum() < 450_000


@pytest.mark.parametrize("scenario", MALICIOUS)
def test_an_attack_shows_on_host_and_wire(played: Played, scenario: str) -> None:
    shown = set(played.tables.filter(pl.col("scenario") == scenario)["table"])
    assert LEAVES[scenario] <= shown


def test_every_benign_scenario_happens(played: Played) -> None:
    assert set(played.tables["scenario"]) == set(SCENARIOS)


def test_no_rule_is_dead(played: Played) -> None:
    assert [one.title for one in played.card.rules if one.alerts == 0] == []


def test_every_rule_is_expected_somewhere_and_catches_something(played: Played) -> None:
    assert [(one.title, one.scope.by) for one in played.card.rules if one.scope.by != "expect"] == []
    assert [one.title for one in played.card.rules if one.caught == 0] == []


@pytest.mark.parametrize("scenario", MALICIOUS)
def test_expected_rules_catch_each_scenario(played: Played, scenario: str) -> None:
    """At most one rule in three may miss a whole scenario by chance, and none may name one it never could catch."""
    wanted = yaml.safe_load(SCENARIOS[scenario].read_text(encoding="utf-8"))["expect"]["caught_by"]
    missed = [name for name in wanted if (name, scenario) not in played.fired]
    assert len(missed) * 3 <= len(wanted), missed


def test_rules_differ(played: Played) -> None:
    """Some catch everything, some miss the variations, some drown in look-alikes, some are good."""
    recall = {one.name.removeprefix("sigma/"): one.caught / (one.caught + one.missed) for one in played.card.rules}
    precision = {one.name.removeprefix("sigma/"): one.tp / max(1, one.tp + one.fp) for one in played.card.rules}
    assert recall["rclone-execution"] == 1
    assert recall["mega-dns-sysmon"] == 1
    assert recall["rclone-image-name"] < 0.7
    assert recall["mega-connection"] < 0.6
    assert recall["rclone-config-in-dot-config"] < 0.5
    assert precision["curl-upload-flags"] < 0.4
    assert precision["telegram-dns"] < 0.6
    assert precision["proxy-large-upload"] < 0.7
    assert precision["code-tunnel-unusual-place"] == 1
    assert precision["curl-upload-any-spelling"] > 0.8
    assert recall["curl-upload-any-spelling"] > 0.9


def test_a_blind_spot_has_the_name_of_the_variation(played: Played) -> None:
    by = {(one.dimension, one.value): one for one in played.rule("sigma/rclone-image-name").recall_by_variation}
    assert by["binary", "default"].caught == by["binary", "default"].n
    assert by["binary", "renamed"].caught == 0


@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - set(MALICIOUS)))
def test_rules_stay_silent_where_a_benign_scenario_says_so(played: Played, scenario: str) -> None:
    silent = (yaml.safe_load(SCENARIOS[scenario].read_text(encoding="utf-8")).get("expect") or {}).get("silent", [])
    assert [name for name in silent if (name, scenario) in played.fired] == []
