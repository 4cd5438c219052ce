"""What is wrong with a file is said with its place, what was found, and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.content import content
from simulator.errors import InvalidScenario, UsageError
from simulator.scenario import check_scenarios, load_scenarios

GOOD = """\
id: case
title: a test
label: malicious
occurs: {instances: 3}
vary:
  binary: {default: a.exe, renamed: {value: [b.exe, c.exe], tags: [evasion.rename]}}
let:
  folder: "{user.temp}\\\\x"
steps:
  - drop: {write: {path: "{folder}\\\\{binary}", bytes: 3 MiB}, by: powershell}
  - go: {use: sender.send, with: {bytes: 1 MiB}, after: {minutes: [1, 2]}}
"""
TOOL = """\
tool: sender
parameters: {bytes: {required: true}, remote: here}
presets:
  remote:
    here: {name: here.example, port: 443}
    there: {name: there.example, port: 80}
let: {token: {hex: 8}}
invocations:
  send:
    process: {command_line: "{image} {token} {remote.name}"}
    steps:
      - post: {request: {name: "{remote.name}", port: "{remote.port}", bytes_out: "{bytes}"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "sender.yaml").write_text(TOOL)
    (tmp_path / "case.yaml").write_text(GOOD)
    return tmp_path


def test_what_is_right_is_ok(folder: Path) -> None:
    checked = check_scenarios([folder])
    assert [(file.kind, file.status, file.problems) for file in checked] == [("scenario", "ok", ()), ("tool", "ok", ())]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("title: a test", "titel: a test", ":2:1: unknown key 'titel', did you mean 'title'?"),
        ("label: malicious", "label: evil", ":3:8: unknown value 'evil', expected one of benign, malicious"),
        ("id: case", "id: other", ":1:5: the scenario 'other' must be in a file called other.yaml"),
        ("instances: 3", "instances: many", ':4:21: found "many", expected integer'),
        ("{instances: 3}", "{instances: 3, per_host_per_day: 2}", ":4:9: expected exactly one of"),
        (
            "{instances: 3}",
            '{instances: 3, at: "25:00-26:00"}',
            ":4:28: found '25:00-26:00', expected any, office-hours",
        ),
        ("{user.temp}", "{user.tmp}", ":8:11: unknown name 'user.tmp', did you mean 'user.temp'?"),
        ("{folder}", "{foldr}", ":10:26: unknown name 'foldr', did you mean 'folder'?"),
        ("3 MiB", "3 MiBs", ':10:55: found "3 MiBs", expected a number or a size'),
        ("by: powershell", "by: powershel", ":10:67: unknown process 'powershel', did you mean 'powershell'?"),
        ("sender.send", "sendr.send", ":11:15: unknown tool 'sendr', did you mean 'sender'?"),
        ("sender.send", "sender.sent", "unknown invocation of sender: 'sent', did you mean 'send'?"),
        (
            "with: {bytes: 1 MiB}",
            "with: {byte: 1 MiB}",
            ":11:35: unknown parameter of sender.send: 'byte', did you mean 'bytes'?",
        ),
        ("with: {bytes: 1 MiB}, ", "", ":11:15: sender.send needs the parameter 'bytes'; give it under 'with'"),
        (
            "with: {bytes: 1 MiB}",
            "with: {bytes: 1 MiB, remote: her}",
            "unknown preset of 'remote': 'her', did you mean 'here'?",
        ),
        ("{minutes: [1, 2]}", "{minuts: [1, 2]}", ":11:58: unknown key 'minuts', did you mean 'minutes'?"),
        ("after: {minutes: [1, 2]}", "after: 5 parsecs", 'found "5 parsecs", expected a duration such as 5 s'),
        ("after: {minutes: [1, 2]}", "when: {binry: renamed}", "unknown dimension 'binry', did you mean 'binary'?"),
        (
            "after: {minutes: [1, 2]}",
            "when: {binary: renamd}",
            "unknown value of 'binary': 'renamd', did you mean 'renamed'?",
        ),
        ("after: {minutes: [1, 2]}", "after: {of: drp, seconds: 1}", "unknown step 'drp', did you mean 'drop'?"),
        (
            "{value: [b.exe, c.exe], tags",
            "{value: [b.exe, c.exe], tag: [x], tags",
            "unknown key 'tag', did you mean 'tags'?",
        ),
        ("default: a.exe", "default: {set: {other: 1}}", "must set the same names, but 'other' is not set by all"),
        ('"{user.temp}\\\\x"', "{lognormal: {median: 3}}", "the key 'sigma' is missing"),
        ('"{user.temp}\\\\x"', "{pool: nowhere}", "unknown pool 'nowhere'"),
        ('"{user.temp}\\\\x"', "{choise: [a]}", ":8:12: unknown key 'choise', did you mean 'choice'?"),
        ('"{user.temp}\\\\x"', "{choice: {a: 0}}", "the weights are all zero"),
        ('"{user.temp}\\\\x"', '"{user.temp"', "'{' without '}' in a template"),
        ('"{user.temp}\\\\x"', '"{folder}"', ":8:3: is defined by itself: folder -> folder"),
        ("let:", "let:\n  binary: x", "'binary' is also set under vary"),
        ("- go:", "- drop:", ":11:5: the name 'drop' is already taken"),
        ("{write: {path", "{lookup: {name: x}, write: {path", "a step needs exactly one of"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(folder: Path, before: str, after: str, said: str) -> None:
    assert before in GOOD
    (folder / "case.yaml").write_text(GOOD.replace(before, after, 1))
    (checked,) = check_scenarios([folder / "case.yaml"])
    assert checked.status == "invalid"
    problem = checked.problems[0]
    assert said in f"{problem.location}: {problem.message}"
    assert problem.location.line > 0
    with pytest.raises(InvalidScenario):
        load_scenarios([folder / "case.yaml"])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("tool: sender", "tool: other", ":1:7: the tool 'other' must be in a file called other.yaml"),
        ("{token}", "{tokn}", ":10:29: unknown name 'tokn', did you mean 'token'?"),
        ("{remote.name}", "{remote.nam}", "unknown name 'remote.nam', did you mean 'remote.name'?"),
        ("let: {token: {hex: 8}}", 'let: {token: "{more}", more: "{token}"}', "is defined by itself"),
        ("command_line:", "comand_line:", "unknown key 'comand_line', did you mean 'command_line'?"),
        ("- post: {request", "- post: {by: nobody, request", "unknown process 'nobody'"),
    ],
)
def test_what_is_wrong_with_a_tool(folder: Path, before: str, after: str, said: str) -> None:
    assert before in TOOL
    path = folder / "tools" / "sender.yaml"
    path.write_text(TOOL.replace(before, after, 1))
    (checked,) = check_scenarios([path])
    assert checked.kind == "tool"
    assert checked.status == "invalid"
    problem = checked.problems[0]
    assert said in f"{problem.location}: {problem.message}"


def test_all_bundled_content_is_ok() -> None:
    checked = check_scenarios([content("scenarios")])
    assert {file.kind for file in checked} == {"scenario", "tool", "world"}
    assert [str(file) for file in checked if file.status != "ok"] == []


def test_other_files_are_passed_over_and_broken_ones_are_not(tmp_path: Path) -> None:
    (tmp_path / "rule.yaml").write_text("title: a rule\nlogsource: {}\ndetection: {}\n")
    (tmp_path / "notes.yaml").write_text("- just\n- a list\n")
    (tmp_path / "malicious").mkdir()
    (tmp_path / "malicious" / "torn.yaml").write_text("id: [\n")
    (checked,) = check_scenarios([tmp_path])
    assert (checked.kind, checked.status) == ("scenario", "invalid")


def test_unknown_scenarios_are_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'rclone-to-mega'"):
        load_scenarios(["rclone-to-mga"])
    with pytest.raises(UsageError, match="no scenario below"):
        load_scenarios([tmp_path])
