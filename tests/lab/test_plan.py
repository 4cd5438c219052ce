"""From scenarios to runs: which instance, which commands, and how what happens is shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from simulator.errors import InvalidScenario, UsageError
from simulator.lab.plan import Run, lab_world, plan
from simulator.lab.script import boot, commands, environment
from simulator.lab.shown import Shown, base_name
from simulator.scenario import load_scenarios
from simulator.scenario.library import bundled
from simulator.world import World

WITH_LAB = [one.id for one in load_scenarios() if one.lab is not None]


@pytest.fixture(scope="module")
def world() -> World:
    return lab_world(1, 40, date(2026, 3, 2))


def planned(world: World, name: str, number: int = 0) -> Run:
    return plan(world, load_scenarios([name])[0], number)


@pytest.mark.parametrize("name", WITH_LAB)
def test_every_variation_can_be_planned(world: World, name: str) -> None:
    scenario = load_scenarios([name])[0]
    for number in range(scenario.occurs.instances or 3):
        run = plan(world, scenario, number)
        assert run.commands
        assert all(line.strip() for line in run.commands)
        assert "{" not in "".join(run.commands).replace("*.{pdf,docx,xlsx}", "")


def test_both_labels_are_there_for_each_tool() -> None:
    labels = {one.id: one.label for one in load_scenarios() if one.lab is not None}
    tools = {
        "rclone": ("rclone-to-s3", "rclone-nightly-backup"),
        "restic": ("restic-to-rest-server", "restic-nightly-backup"),
        "curl": ("curl-to-telegram", "chatops-slack-webhook"),
        "Python": ("telegram-from-python", "chatops-bot"),
        "7-Zip": ("curl-to-file-sharing", "developer-packs-build"),
    }
    for tool, pair in tools.items():
        assert [labels[name] for name in pair] == ["malicious", "benign"], tool


def test_a_run_is_the_instance_the_simulator_plays(world: World) -> None:
    run = planned(world, "rclone-to-s3", 3)
    again = planned(world, "rclone-to-s3", 3)
    other = planned(world, "rclone-to-s3", 4)
    assert run.commands == again.commands
    assert run.instance == again.instance == run.truth["instance_id"]
    assert other.instance != run.instance
    assert planned(world, "rclone-to-s3", 3 + 26).instance == run.instance


def test_scenarios_that_cannot_be_run(world: World, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no section 'lab'"):
        planned(world, "megasync-upload")
    source = next(path for path in bundled() if path.stem == "curl-to-telegram").read_text()
    bad = tmp_path / "curl-to-telegram.yaml"
    bad.write_text(source.replace("lab:\n", "lab:\n  answers: {x.example: nobody}\n"))
    with pytest.raises(UsageError, match="no service called 'nobody'"):
        planned(world, str(bad))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("bytes: 1200 kB,", "bytes: 1200 kB, text: x,"), "either 'bytes' or 'text'"),
        (('"/lab/docs/plan-{n}.docx"', "/etc/passwd"), "below /lab/"),
        (("{flag} chat_id={chat}", "{flagg} chat_id={chat}"), "flagg"),
        (("lab:\n", "lab:\n  privileged: true\n"), "privileged"),
    ],
)
def test_mistakes_in_the_section_have_a_place(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    source = next(path for path in bundled() if path.stem == "curl-to-telegram").read_text()
    before, after = source.split("\nlab:\n")
    bad = tmp_path / "curl-to-telegram.yaml"
    bad.write_text(before + ("\nlab:\n" + after).replace(*change, 1))
    with pytest.raises(InvalidScenario, match=message) as caught:
        load_scenarios([str(bad)])
    assert caught.value.location.line > 0


def test_the_script_of_a_container(world: World) -> None:
    run = planned(world, "telegram-from-python")
    script = boot(run)
    assert "head -c 6291456 /dev/urandom > /lab/found.bin" in script
    assert "> /lab/bot/send.py" in script
    assert script.splitlines()[-1].startswith("strace -f -qq")
    assert script.splitlines()[-1].endswith("-o /dev/fd/3 bash /lab/commands.sh")
    assert boot(run, traced=False).splitlines()[-1] == "bash /lab/commands.sh"
    assert commands(run).startswith("set -e\n")


def test_proxies_are_named_only_where_a_scenario_wants_one(world: World) -> None:
    led = environment(planned(world, "rclone-to-s3"), "172.30.0.1", "CERTIFICATE")
    assert "HTTPS_PROXY" not in led
    assert led["LAB_CA"] == "CERTIFICATE"
    told = environment(planned(world, "restic-to-rest-server"), "172.30.0.1", "")
    assert told["HTTPS_PROXY"] == "http://172.30.0.1:8080"
    assert told["RESTIC_REPOSITORY"].startswith("rest:http")


SHOWN = Shown(
    windows=True,
    programs={"rclone": "C:\\Users\\Public\\svchost.exe", "bash": "C:\\Windows\\System32\\cmd.exe"},
    software={},
    paths=(("/lab/share/deep", "E:\\Deep"), ("/lab/share", '"\\\\FS-01\\Fin ance"'), ("/lab/c", "C:\\x")),
)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["rclone", "copy", "/lab/share", "s3:b/x"], 'copy "\\\\FS-01\\Fin ance" s3:b/x'),
        (["rclone", "-T", "/lab/share/a/b.txt"], '-T "\\\\FS-01\\Fin ance\\a\\b.txt"'),
        (["rclone", "/lab/share/deep/x"], "E:\\Deep\\x"),
        (["rclone", "--f=@/lab/c/d", "/lab/cd"], "--f=@C:\\x\\d /lab/cd"),
        (["rclone"], ""),
    ],
)
def test_command_lines_are_shown_as_on_windows(arguments: list[str], line: str) -> None:
    whole = SHOWN.command_line("/usr/bin/rclone", arguments)
    assert whole == f'"C:\\Users\\Public\\svchost.exe"{" " if line else ""}{line}'


def test_programs_without_a_windows_name_are_gits() -> None:
    assert SHOWN.image("/usr/bin/sleep") == "C:\\Program Files\\Git\\usr\\bin\\sleep.exe"
    assert base_name("/usr/bin/python3.11") == "python3"


def test_on_linux_everything_stays_as_it_is() -> None:
    plain = Shown(False, {}, {}, ())
    assert plain.command_line("/usr/bin/rclone", ["rclone", "copy", "/lab/share", "x:"]) == "rclone copy /lab/share x:"
    assert plain.image("/usr/bin/rclone") == "/usr/bin/rclone"


def test_every_sensor_of_the_labs_windows_hosts_is_on(world: World) -> None:
    windows = world.hosts.filter(world.hosts["os"] == "windows")
    assert windows["tls_inspected"].all()
    assert windows["command_line_audited"].all()
    assert set(windows["sysmon_version"]) == {"15.15"}
