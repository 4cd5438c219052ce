"""To whom and when: `where` and `occurs`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from simulator.scenario.covering import pairs
from simulator.world import DAY, HOUR, build_world
from tests.scenario.staging import played, world

STEPS = "steps:\n  - a: {write: {path: x}, by: explorer}\n"


def truth(tmp_path: Path, body: str = "", **head: str) -> pl.DataFrame:
    _, found = played(tmp_path, body + STEPS, **head)
    return found


def local(found: pl.DataFrame) -> pl.DataFrame:
    """Microseconds after local midnight, and the local weekday (0 is Monday), of each instance."""
    stage = world()
    offset = stage.hosts["utc_offset"].to_numpy()[found["host"]]
    moment = found["start"].to_numpy() + offset
    return found.with_columns(clock=pl.Series(moment % DAY), weekday=pl.Series((moment // DAY + 3) % 7))


def test_a_fixed_number_of_instances_each_with_its_own_identity(tmp_path: Path) -> None:
    found = truth(tmp_path, occurs="{instances: 250}")
    assert len(found) == 250
    assert found["instance_id"].is_unique().all()
    assert found["instance_id"].min() > 0


@pytest.mark.parametrize(
    ("where", "column", "values"),
    [
        ("{host: {role: file-server}}", "role", {"file-server"}),
        ("{host: {role: [file-server, backup-server], os: windows}}", "role", {"file-server", "backup-server"}),
        ("{host: {os: windows}}", "os", {"windows"}),
    ],
)
def test_hosts_are_those_asked_for(tmp_path: Path, where: str, column: str, values: set[str]) -> None:
    found = truth(tmp_path, f"where: {where}\n", occurs="{instances: 60}")
    assert set(world().hosts[column].gather(found["host"])) == values


def test_software_must_be_installed(tmp_path: Path) -> None:
    found = truth(tmp_path, "where: {host: {software: outlook}}\n", occurs="{instances: 60}")
    having = set(world().installed.filter(software="outlook")["host"])
    assert set(found["host"]) <= having


@pytest.mark.parametrize(
    ("who", "check"),
    [
        ("{who: owner}", lambda w, h, u: w.hosts["owner"][h] == u),
        ("{who: service}", lambda w, h, u: w.hosts["service"][h] == u),
        ("{who: system}", lambda w, h, u: u == 0),
        ("{who: network-service}", lambda w, h, u: u == 2),
        ("{who: any, role: developer}", lambda w, h, u: w.users["role"][u] == "developer"),
        ("{role: employee}", lambda w, h, u: w.users["role"][u] == "employee" and w.hosts["owner"][h] == u),
    ],
)
def test_users_are_those_asked_for(tmp_path: Path, who: str, check) -> None:  # type: ignore[no-untyped-def]
    found = truth(tmp_path, f"where: {{user: {who}}}\n", occurs="{instances: 40}")
    assert len(found) == 40
    assert all(check(world(), host, user) for host, user in found.select("host", "user").iter_rows())


def test_a_where_that_nobody_meets_gives_no_instances(tmp_path: Path) -> None:
    assert truth(tmp_path, "where: {host: {role: workstation}, user: {role: backup-operator}}\n").is_empty()


def test_a_share_of_hosts_is_always_the_same_hosts(tmp_path: Path) -> None:
    stage = build_world(1, 400, 2)
    head = {"occurs": "{per_host_per_day: {exactly: 1}}", "label": "benign"}
    body = "where: {share: 0.25}\n" + STEPS
    _, found = played(tmp_path, body, in_world=stage, **head)
    hosts = Counter(found["host"].to_list())
    assert len(hosts) == pytest.approx(100, abs=30)
    assert set(hosts.values()) == {2}


def test_counts_per_day_are_exact_or_poisson(tmp_path: Path) -> None:
    stage = build_world(1, 100, 10)
    _, exact = played(tmp_path, STEPS, in_world=stage, label="benign", occurs="{per_host_per_day: {exactly: 2}}")
    assert set(exact["host"].value_counts()["count"]) == {20}
    _, drawn = played(tmp_path, STEPS, in_world=stage, label="benign", occurs="{per_host_per_day: 3}")
    counts = Counter(drawn.with_columns(day=pl.col("start") // DAY)["host"].to_list())
    per_host = np.array(list(counts.values()))
    # 100 hosts, ten days of a mean of 3: mean 30 and variance 30 per host.
    assert per_host.mean() == pytest.approx(30, abs=1.7)
    assert per_host.var() == pytest.approx(30, rel=0.5)


def test_office_hours_are_those_of_the_user(tmp_path: Path) -> None:
    found = local(truth(tmp_path, label="benign", occurs="{per_user_per_day: 20, at: office-hours}"))
    users = world().users
    opens, closes = (users[name].gather(found["user"]) for name in ("office_start", "office_end"))
    assert ((found["clock"] >= opens) & (found["clock"] <= closes)).all()
    assert set(found["weekday"]) <= set(range(5))


def test_a_window_may_pass_midnight(tmp_path: Path) -> None:
    found = local(truth(tmp_path, occurs='{instances: 300, at: "22:30-01:15"}'))
    clock = found["clock"]
    assert ((clock >= 22.5 * HOUR) | (clock < 1.25 * HOUR)).all()
    assert (clock < 1.25 * HOUR).any()


def test_weekends_are_weekends(tmp_path: Path) -> None:
    stage = build_world(1, 20, 14)
    _, found = played(tmp_path, STEPS, in_world=stage, label="benign", occurs="{per_host_per_day: 5, days: weekends}")
    offset = stage.hosts["utc_offset"].to_numpy()[found["host"]]
    assert set(((found["start"].to_numpy() + offset) // DAY + 3) % 7) == {5, 6}


VARY = """\
vary:
  a: [x, y, z]
  b: {p: {tags: [t.p]}, q: q}
  c: {m: {value: 1, weight: 5}, n: {value: 2, tags: [t.n, t.more]}}
"""


def test_every_pair_of_variations_occurs_when_instances_suffice(tmp_path: Path) -> None:
    found = truth(tmp_path, VARY, occurs="{instances: 9}")
    rows = [json.loads(text) for text in found["variation"]]
    names = {"a": "xyz", "b": "pq", "c": "mn"}
    coded = [[names[d].index(row[d]) for d in names] for row in rows]
    assert len({pair for row in coded for pair in pairs(row)}) == 3 * 2 + 3 * 2 + 2 * 2
    for row, tags in zip(rows, found["tags"], strict=True):
        assert set(tags) == ({"t.p"} if row["b"] == "p" else set()) | ({"t.n", "t.more"} if row["c"] == "n" else set())


def test_benign_variations_keep_their_weights(tmp_path: Path) -> None:
    found = truth(tmp_path, VARY, label="benign", occurs="{per_host_per_day: 60}")
    counts = Counter(json.loads(text)["c"] for text in found["variation"])
    assert counts["m"] / counts["n"] == pytest.approx(5, rel=0.15)


def test_a_dimension_may_stay_the_same_for_a_host(tmp_path: Path) -> None:
    body = "vary: {style: {per: host, values: [x, y, z]}}\n"
    found = truth(tmp_path, body, label="benign", occurs="{per_host_per_day: 9}")
    assert (found.group_by("host").agg(pl.col("variation").n_unique())["variation"] == 1).all()
    assert found["variation"].n_unique() > 1
