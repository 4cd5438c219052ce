"""The fence around the lab's bridge, against an iptables of plain lists."""

from __future__ import annotations

import shlex

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
