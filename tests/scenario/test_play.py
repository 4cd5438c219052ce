"""Steps: who does what when, and how it hangs together."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from simulator.scenario import load_scenarios
from simulator.scenario.actions import ACTIONS, ActionFrames
from simulator.scenario.instances import Chunk
from simulator.scenario.play import play
from simulator.world import DAY, SYSTEM
from tests.scenario.staging import played, tool, world

WINDOWS = "where: {host: {os: windows, role: workstation}}\n"
SECOND = 1_000_000


def gaps(frames: ActionFrames, first: str, second: str) -> pl.Series:
    """Seconds from each instance's action of one kind to that of another."""
    joined = frames[first].join(frames[second], on="instance_id", suffix="_")
    return (joined["time_"] - joined["time"]) / SECOND


def test_frames_have_the_columns_they_promise(tmp_path: Path) -> None:
    body = WINDOWS + (
        "steps:\n"
        "  - go: {process: {image: C:\\x.exe, command_line: x}}\n"
        "  - file: {write: {path: y, bytes: 3}}\n"
        "  - ask: {lookup: {name: a.example}}\n"
        "  - reach: {connect: {address: 10.0.0.9, port: 445}}\n"
        "  - get: {request: {name: a.example}}\n"
        "  - typed: {script: {text: Get-Date}}\n"
        "  - run: {cmdlet: {command: Get-Date, parameters: {Date: now}}}\n"
    )
    frames, _ = played(tmp_path, body)
    assert set(frames) == set(ACTIONS)
    for kind, frame in frames.items():
        assert dict(frame.schema) == ACTIONS[kind], kind
        assert frame["action_id"].is_unique().all()
    assert frames["cmdlet"]["parameters"].to_list() == [["Date=now"]] * 8


def test_a_process_does_what_is_done_by_it_and_is_its_childrens_parent(tmp_path: Path) -> None:
    body = WINDOWS + (
        "steps:\n"
        '  - shell: {process: {image: "C:\\\\cmd.exe", command_line: "cmd /c {image}", software: cmd}}\n'
        '  - child: {process: {image: "C:\\\\a.exe", command_line: a}, by: shell}\n'
        '  - file: {write: {path: "{child.image}.out"}, by: child}\n'
    )
    frames, truth = played(tmp_path, body)
    shell = frames["process_start"].filter(image="C:\\cmd.exe")
    child = frames["process_start"].filter(image="C:\\a.exe")
    assert set(shell["command_line"]) == {"cmd /c C:\\cmd.exe"}
    assert set(shell["parent_image"]) == {"C:\\Windows\\explorer.exe"}
    assert shell["version"].null_count() == 0
    paired = child.join(shell, on="instance_id", suffix="_of_shell")
    assert paired["parent"].equals(paired["process_of_shell"], check_names=False)
    assert paired["parent_start"].equals(paired["time_of_shell"], check_names=False)
    assert paired["logon"].equals(paired["logon_of_shell"], check_names=False)
    files = frames["write"].join(child, on="instance_id", suffix="_of_child")
    assert files["process"].equals(files["process_of_child"], check_names=False)
    assert set(files["path"]) == {"C:\\a.exe.out"}
    assert truth["end"].equals(
        truth.join(
            frames["write"].with_columns(pl.col("instance_id").cast(pl.Int64)), on="instance_id", maintain_order="left"
        )["time"],
        check_names=False,
    )


def test_after_counts_from_the_end_of_what_it_comes_after(tmp_path: Path) -> None:
    body = WINDOWS + (
        "steps:\n"
        "  - get: {request: {name: a.example, lasts: 20 s}, by: explorer}\n"
        "  - file: {write: {path: x}, by: explorer, after: {seconds: [2, 3]}}\n"
        "  - typed: {script: {text: x}, by: explorer, after: {of: get, from: start, seconds: 5}}\n"
    )
    frames, _ = played(tmp_path, body)
    assert gaps(frames, "request", "write").is_between(22, 23).all()
    assert gaps(frames, "request", "script").is_between(5, 5).all()


def test_a_running_program_does_not_hold_up_what_comes_after_it_unless_named(tmp_path: Path) -> None:
    body = WINDOWS + (
        "steps:\n"
        "  - go: {process: {image: C:\\x.exe, command_line: x, lasts: 100 s}}\n"
        "  - file: {write: {path: x}, after: 1 s}\n"
        "  - typed: {script: {text: x}, after: {of: go, seconds: 1}}\n"
    )
    frames, _ = played(tmp_path, body)
    assert gaps(frames, "process_start", "write").is_between(1, 1).all()
    assert gaps(frames, "process_start", "script").is_between(101, 101).all()


def test_repetitions_come_every_so_often(tmp_path: Path) -> None:
    body = WINDOWS + 'steps:\n  - a: {write: {path: "{ordinal}"}, by: explorer, times: 5, every: {seconds: [10, 20]}}\n'
    frames, _ = played(tmp_path, body)
    for _, rows in frames["write"].group_by("instance_id"):
        assert rows["path"].to_list() == ["0", "1", "2", "3", "4"]
        assert rows["time"].diff().drop_nulls().is_between(10 * SECOND, 20 * SECOND).all()


def test_what_a_repeated_process_does_happens_in_each_repetition(tmp_path: Path) -> None:
    body = WINDOWS + (
        "steps:\n"
        '  - go: {process: {image: "C:\\\\x{ordinal}.exe", command_line: x}, times: 3, every: 1 h}\n'
        '  - file: {write: {path: "{go.image}.log"}, after: 2 s}\n'
        "  - more: {script: {text: x}, times: 2, after: 3 s}\n"
        "  - last: {lookup: {name: done.example}, by: explorer, after: 1 s}\n"
    )
    frames, _ = played(tmp_path, body, occurs="{instances: 4}")
    starts, writes, scripts = frames["process_start"], frames["write"], frames["script"]
    assert (len(starts), len(writes), len(scripts), len(frames["lookup"])) == (12, 12, 24, 4)
    together = writes.join(starts, on="process", suffix="_start")
    assert (together["time"] - together["time_start"] == 2 * SECOND).all()
    assert (together["path"] == together["image_start"] + ".log").all()
    assert scripts.group_by("process").len()["len"].to_list() == [2] * 12
    assert gaps(frames, "lookup", "script").max() < 0


def test_when_and_chance_take_steps_away_with_all_that_is_done_by_them(tmp_path: Path) -> None:
    body = WINDOWS + (
        "vary: {way: [one, two]}\n"
        "steps:\n"
        '  - go: {process: {image: "C:\\\\x.exe", command_line: x}, when: {way: one}}\n'
        "  - file: {write: {path: x}, by: go}\n"
        '  - typed: {script: {text: "{go.image}"}, by: explorer}\n'
        "  - ask: {lookup: {name: a.example}, by: explorer, chance: 0.25}\n"
    )
    frames, truth = played(tmp_path, body, occurs="{instances: 400}")
    one = set(truth.filter(pl.col("variation").str.contains("one"))["instance_id"])
    assert set(frames["process_start"]["instance_id"].cast(pl.Int64)) == one
    assert set(frames["write"]["instance_id"].cast(pl.Int64)) == one
    assert len(frames["script"]) == 400
    assert set(frames["script"]["text"]) == {"C:\\x.exe", None}
    assert len(frames["lookup"]) == pytest.approx(100, abs=35)


def test_accounts(tmp_path: Path) -> None:
    body = WINDOWS + (
        "steps:\n"
        "  - person: {process: {image: C:\\a.exe, command_line: a}}\n"
        "  - system: {process: {image: C:\\b.exe, command_line: b}, as: system, by: schedule}\n"
    )
    body = body.replace("- system:", "- machine:")
    frames, _ = played(tmp_path, body)
    person, machine = (frames["process_start"].filter(image=i) for i in ("C:\\a.exe", "C:\\b.exe"))
    assert set(person["integrity"]) == {"Medium"}
    assert set(person["session"]) == {1}
    assert set(machine["user"]) == {SYSTEM}
    assert set(machine["integrity"]) == {"System"}
    assert set(machine["logon"]) == {0x3E7}
    assert set(machine["session"]) == {0}
    assert machine["parent_command_line"].str.ends_with("-s Schedule").all()


def test_consoles_open_for_the_instance(tmp_path: Path) -> None:
    frames, truth = played(tmp_path, WINDOWS + "steps:\n  - typed: {script: {text: x}, by: powershell}\n")
    starts = frames["process_start"]
    assert starts["image"].str.ends_with("powershell.exe").all()
    assert len(starts) == len(truth)
    assert set(frames["script"]["process"]) == set(starts["process"])


def test_requests_connections_and_look_ups_hang_together(tmp_path: Path) -> None:
    body = WINDOWS + (
        "steps:\n"
        '  - go: {process: {image: "C:\\\\x.exe", command_line: x}}\n'
        "  - get: {request: {name: [a.example, b.example], bytes_out: 100, bytes_in: 7, parallel: 2, lasts: 100 ms},"
        " times: 40, every: 200 ms}\n"
    )
    frames, truth = played(tmp_path, body)
    requests, connections, lookups = frames["request"], frames["connection"], frames["lookup"]
    assert set(truth["bytes_out"]) == {4000}
    assert connections["bytes_out"].sum() == requests["bytes_out"].sum()
    assert connections.group_by("process", "name").len()["len"].max() == 2
    assert lookups.group_by("process", "name").len()["len"].to_list() == [1] * len(lookups)
    known = lookups.explode("addresses").select("process", "name", address="addresses")
    for frame in (requests, connections):
        assert len(frame.select("process", "name", "address").join(known, on=["process", "name", "address"])) == len(
            frame
        )
    first = requests.group_by("process", "name").agg(pl.col("time").min())
    opened = connections.group_by("process", "name").agg(pl.col("time").min())
    order = first.join(opened, on=["process", "name"], suffix="_open").join(
        lookups, on=["process", "name"], suffix="_ask"
    )
    assert (order["time_ask"] < order["time_open"]).all()
    assert (order["time_open"] < order["time"]).all()
    assert (order["time_ask"] > order["process_start"]).all()


def test_a_name_resolves_the_same_for_everybody_and_hosts_to_themselves(tmp_path: Path) -> None:
    body = 'steps:\n  - a: {lookup: {name: [x.example, "{host.fqdn}"]}, by: explorer}\n'
    frames, _ = played(tmp_path, WINDOWS + body, occurs="{instances: 80}")
    found = frames["lookup"].with_columns(pl.col("addresses").list.join(","))
    assert (found.group_by("name").agg(pl.col("addresses").n_unique())["addresses"] == 1).all()
    own = found.filter(pl.col("name") != "x.example")
    assert own["addresses"].to_list() == [world().hosts["ip"][host] for host in own["host"]]


def test_resolvers(tmp_path: Path) -> None:
    body = WINDOWS + (
        "steps:\n"
        "  - a: {request: {name: own.example, resolver: own}, by: explorer}\n"
        "  - b: {request: {name: none.example, resolver: none}, by: explorer}\n"
        "  - c: {lookup: {name: bad.example, status: 9003}, by: explorer}\n"
    )
    frames, _ = played(tmp_path, body, occurs="{instances: 1}")
    by_name = {row["name"]: row for row in frames["lookup"].iter_rows(named=True)}
    assert set(by_name) == {"own.example", "bad.example"}
    assert not by_name["own.example"]["system_resolver"]
    assert by_name["bad.example"]["addresses"] == []


TOOL = """\
software: rclone
parameters: {bytes: {required: true}, remote: near, style: "{verb}-{mark}"}
presets:
  remote: {near: {name: near.example, chunk: "{part}"}, far: {name: far.example, port: 80}}
vary: {verb: [copy, sync]}
let: {mark: {hex: 6}, part: {integer: [1, 1000000], per: row}}
invocations:
  send:
    parameters: {extra: none}
    process: {command_line: "\\"{image}\\" {style} {extra} {remote.name} v{version}", lasts: 30 s}
    steps:
      - put: {request: {name: "{remote.name}", path: "/{remote.chunk}", bytes_out: "{bytes}"}, times: 3}
  speak:
    steps:
      - say: {script: {text: "{mark} {bytes}"}}
"""


def test_a_tool_takes_arguments_then_the_scenarios_names_then_its_own(tmp_path: Path) -> None:
    tool(tmp_path, "mover", TOOL)
    body = WINDOWS + (
        "vary: {binary: {plain: rclone.exe, renamed: svc.exe}}\n"
        "let: {mark: from-scenario}\n"
        "steps:\n"
        "  - one: {use: mover.send, with: {bytes: 5, extra: argument}}\n"
        "  - two: {use: mover.send, with: {bytes: 6, remote: far}, after: 1 s}\n"
        "  - three: {use: mover.send, with: {bytes: 7, remote: {name: mine.example}}}\n"
        "  - four: {use: mover.speak, with: {bytes: 8}, by: two}\n"
    )
    frames, truth = played(tmp_path, body, occurs="{instances: 12}")
    starts = frames["process_start"]
    assert set(starts["image"]) == {"C:\\Program Files\\rclone\\rclone.exe", "C:\\Program Files\\rclone\\svc.exe"}
    assert set(starts["software"]) == {"rclone"}
    first = starts.filter(pl.col("command_line").str.contains("near.example"))
    pattern = r'^"C:\\Program Files\\rclone\\(rclone|svc)\.exe" (copy|sync)-from-scenario argument near\.example v1\.\d'
    assert first["command_line"].str.contains(pattern).all()
    assert set(frames["request"]["name"]) == {"near.example", "far.example", "mine.example"}
    near = frames["request"].filter(name="near.example")
    assert near["path"].n_unique() > 30, "a value per row differs between the rows of an instance"
    assert set(frames["request"].filter(name="far.example")["path"]) == {"/"}
    assert truth["bytes_out"].to_list() == [3 * (5 + 6 + 7)] * 12
    assert set(frames["script"]["text"]) == {"from-scenario 8"}
    two = starts.filter(pl.col("command_line").str.contains("far.example"))
    assert set(frames["script"]["process"]) == set(two["process"])
    together = first.join(two, on="instance_id", suffix="_two")
    assert (together["time_two"] - together["time"]).to_list() == [31 * SECOND] * 12
    variation = truth["variation"].str.json_decode(pl.Struct({"binary": pl.String, "mover.verb": pl.String}))
    assert len(variation.struct.unnest().unique()) == 4


def test_sessions_begin_before_what_happens_in_them() -> None:
    """Every explorer that is a parent on its user's own workstation was recorded as started, as the same process."""
    stage = world(20, 5)
    chunk = Chunk(0, 20, 0, 5)
    logons, _ = play(stage, load_scenarios(["sessions"])[0], chunk)
    recorded = logons["process_start"].filter(image="C:\\Windows\\explorer.exe")
    children = 0
    for scenario in load_scenarios(["browsing", "rclone-to-mega", "git-push"]):
        frames, _ = play(stage, scenario, chunk)
        starts = frames["process_start"].filter(pl.col("parent_image") == "C:\\Windows\\explorer.exe")
        assert (starts["parent_start"] < starts["time"]).all()
        assert (starts["time"] - starts["parent_start"] < 4 * DAY).all()
        owner = stage.hosts["owner"].gather(starts["host"])
        role = stage.hosts["role"].gather(starts["host"])
        mine = starts.filter(
            (owner == starts["user"]) & (role == "workstation") & (starts["parent_start"] >= stage.start)
        )
        children += len(mine)
        found = mine.join(recorded, left_on=["parent", "parent_start"], right_on=["process", "process_start"])
        assert len(found) == len(mine)
    assert children > 100
