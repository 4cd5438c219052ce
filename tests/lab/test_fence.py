"""The fence around the lab's bridge, against an iptables of plain lists; and the lab's folders."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from simulator.lab import folders
from simulator.lab.fence import put_up, take_down


class Tables:
    def __init__(self) -> None:
        self.chains: dict[str, list[list[str]]] = {"INPUT": [["-i", "eth0", "-j", "ACCEPT"]], "FORWARD": []}

    def __call__(self, arguments: list[str]) -> str:
        match arguments:
            case ["-I", chain, *rule]:
                self.chains[chain].insert(0, rule)
            case ["-D", chain, *rule]:
                self.chains[chain].remove(rule)
            case ["-S", chain]:
                return "\n".join([f"-P {chain} ACCEPT", *(shlex.join(["-A", chain, *r]) for r in self.chains[chain])])
        return ""


def test_the_labs_ports_come_before_the_refusal() -> None:
    tables = Tables()
    put_up("br-lab", "here:7", {80, 8080}, tables)
    verdicts = [
        (rule[rule.index("--dport") + 1] if "--dport" in rule else "", rule[-1]) for rule in tables.chains["INPUT"]
    ]
    assert verdicts == [("53", "ACCEPT"), ("8080", "ACCEPT"), ("80", "ACCEPT"), ("", "REJECT"), ("", "ACCEPT")]
    assert tables.chains["FORWARD"][0][-1] == "REJECT"
    assert all("br-lab" in rule for rule in tables.chains["INPUT"][:-1])


def test_only_fences_of_those_who_are_gone_are_taken_down() -> None:
    tables = Tables()
    put_up("br-a", "here:7", {80}, tables)
    put_up("br-b", "here:8", {80}, tables)
    assert take_down(lambda owner: owner == "here:7", tables) == 4
    assert [rule[1] for rule in tables.chains["INPUT"]] == ["br-b", "br-b", "br-b", "eth0"]
    assert take_down(lambda _: True, tables) == 4
    assert tables.chains == {"INPUT": [["-i", "eth0", "-j", "ACCEPT"]], "FORWARD": []}


def test_folders_are_this_users_alone_and_found_again(tmp_path: Path) -> None:
    made = folders.make()
    assert made.stat().st_mode & 0o077 == 0
    (tmp_path / made.name).mkdir()
    (tmp_path / "sparring-lab-77-abc").mkdir()
    (tmp_path / "sparring-lab-77-abc" / "mitmproxy-ca.pem").write_text("key")
    (tmp_path / "other").mkdir()
    assert folders.remove_left(lambda process: process == os.getpid(), tmp_path) == 1
    assert sorted(one.name for one in tmp_path.iterdir()) == ["other", made.name]
    made.rmdir()
