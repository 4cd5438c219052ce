from pathlib import Path

import polars as pl
import pytest

from simulator.errors import InvalidScenario, UsageError
from simulator.world import HOSTS, SYSTEM, USERS, build_world


def test_frames_have_the_columns_they_promise_and_rows_in_order() -> None:
    world = build_world(1, 40, 3)
    assert dict(world.hosts.schema) == HOSTS
    assert dict(world.users.schema) == USERS
    for frame in (world.hosts, world.users):
        assert frame["index"].to_list() == list(range(len(frame)))
        assert not frame.null_count().sum_horizontal().sum()


@pytest.mark.parametrize("hosts", [1, 5, 40, 700])
def test_names_addresses_and_accounts_are_unique(hosts: int) -> None:
    world = build_world(3, hosts, 1)
    assert len(world.hosts) == hosts
    for column in ("name", "fqdn", "ip", "id", "mac"):
        assert world.hosts[column].is_unique().all(), column
    for column in ("name", "sid", "id"):
        assert world.users[column].is_unique().all(), column
    assert world.users["name"].str.len_chars().max() <= 20


def test_the_same_seed_builds_the_same_world_and_another_another() -> None:
    one, same, other = build_world(1, 30, 2), build_world(1, 30, 2), build_world(2, 30, 2)
    assert one.hosts.equals(same.hosts)
    assert one.users.equals(same.users)
    assert one.installed.equals(same.installed)
    assert not one.users.equals(other.users)


def test_a_small_company_has_what_scenarios_need() -> None:
    world = build_world(1, 12, 1)
    assert {"domain-controller", "file-server", "backup-server", "workstation"} <= set(world.hosts["role"])
    assert {"domain-admin", "developer", "employee"} <= set(world.users["role"])


def test_well_known_accounts_come_first() -> None:
    users = build_world(1, 5, 1).users.head(3)
    assert users["sid"].to_list() == ["S-1-5-18", "S-1-5-19", "S-1-5-20"]
    assert set(users["domain"]) == {"NT AUTHORITY"}


@pytest.mark.parametrize("hosts", [5, 40, 120, 400])
def test_the_first_host_of_each_role_has_the_commonest_system(hosts: int) -> None:
    found = build_world(2, hosts, 1).hosts.group_by("role", maintain_order=True).first()
    for role, system in found.select("role", "os").iter_rows():
        assert system == ("linux" if role == "web-server" else "windows"), role


def test_owners_are_people_and_services_run_as_their_account() -> None:
    world = build_world(1, 200, 1)
    owners = world.users[world.hosts["owner"].to_list()]
    assert set(owners["kind"]) == {"person"}
    desks = world.hosts.filter(role="workstation")
    assert set(desks["service"]) == {SYSTEM}
    assert world.users["host"].gather(desks["owner"]).to_list() == desks["index"].to_list()
    backup = world.hosts.filter(role="backup-server")["service"][0]
    assert world.users["role"][backup] == "backup-operator"


def test_every_parameter_says_where_it_comes_from() -> None:
    world = build_world(1, 5, 1)
    assert world.share("destination_hostname_missing") == 0.92
    assert set(world.sources) == set(world.parameters)
    assert all(len(source) > 10 for source in world.sources.values())


def test_shares_of_hosts_are_those_of_the_profile() -> None:
    world = build_world(1, 3000, 1)
    windows = world.hosts.filter(os="windows")
    for flag, parameter in (("sysmon_old", "sysmon_10_share"), ("command_line_audited", "command_line_audit_share")):
        share = windows[flag].mean()
        assert share == pytest.approx(world.share(parameter), abs=0.04)
    assert not world.hosts.filter(pl.col("os") != "windows")["sysmon_old"].any()


def profile(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text("world: mine\nhosts: {workstation: {share: 1}}\nusers: {employee: 1}\n" + text)
    return path


def test_a_profile_names_only_what_it_changes(tmp_path: Path) -> None:
    path = profile(tmp_path, "parameters: {parent_missing: {value: 0.5, source: a test of ours}}\n")
    world = build_world(1, 4, 1, path)
    assert world.profile == "mine"
    assert world.share("parent_missing") == 0.5
    assert world.share("destination_hostname_missing") == 0.92
    assert set(world.hosts["role"]) == {"workstation"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "parameters: {parent_mising: {value: 0.5, source: x}}\n",
            ":4:14: unknown parameter 'parent_mising', did you mean 'parent_missing'?",
        ),
        ("parameters: {parent_missing: {value: 0.5}}\n", "the key 'source' is missing"),
        ("software: {all: {croome: 1}}\n", "did you mean 'chrome'?"),
        ("hoosts: {}\n", ":4:1: unknown key 'hoosts', did you mean 'hosts'?"),
        ("timezones: {Europe/Berlin: lots}\n", 'found "lots", expected number'),
    ],
)
def test_what_is_wrong_with_a_profile_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidScenario) as caught:
        build_world(1, 4, 1, profile(tmp_path, text))
    assert said in str(caught.value)


def test_wrong_calls() -> None:
    with pytest.raises(UsageError, match="did you mean 'office'"):
        build_world(1, 5, 1, "ofice")
    with pytest.raises(UsageError):
        build_world(1, 0, 1)


def test_an_unknown_time_zone(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Atlantis"):
        build_world(1, 5, 1, profile(tmp_path, "timezones: {Europe/Atlantis: 1}\n"))
