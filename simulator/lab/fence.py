"""A fence around the lab's bridge: of this machine the containers reach the lab's own ports, and nothing else.

An internal network has no route out, but its gateway is this machine, and whatever listens here on all addresses would
answer there. As root that is closed with iptables; the rules carry a comment by which a later lab finds them.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Collection
from typing import Final

COMMENT: Final = "sparring-lab"
Run = Callable[[list[str]], str]


def iptables(arguments: list[str]) -> str:
    """Call iptables; gives what it prints. Raises OSError or CalledProcessError."""
    command = ["iptables", "-w", "10", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


def possible() -> bool:
    """Whether a fence can be put up: by root, with iptables."""
    return os.geteuid() == 0 and shutil.which("iptables") is not None


def rules(bridge: str, owner: str, ports: Collection[int]) -> list[list[str]]:
    """The rules in the order in which they are put before all others: the last one is looked at first."""
    mark = ["-m", "comment", "--comment", f"{COMMENT} {owner}"]
    made = [["INPUT", "-i", bridge, *mark, "-j", "REJECT"], ["FORWARD", "-i", bridge, *mark, "-j", "REJECT"]]
    made += [["INPUT", "-i", bridge, "-p", "tcp", "--dport", str(p), *mark, "-j", "ACCEPT"] for p in sorted(ports)]
    made.append(["INPUT", "-i", bridge, "-p", "udp", "--dport", "53", *mark, "-j", "ACCEPT"])
    return made


def put_up(bridge: str, owner: str, ports: Collection[int], run: Run = iptables) -> None:
    """Put a fence around a bridge."""
    for rule in rules(bridge, owner, ports):
        run(["-I", *rule])


def take_down(gone: Callable[[str], bool], run: Run = iptables) -> int:
    """Remove the fences of all owners that are `gone`; gives how many rules that were."""
    removed = 0
    for chain in ("INPUT", "FORWARD"):
        for line in run(["-S", chain]).splitlines():
            words = shlex.split(line)
            comment = words[words.index("--comment") + 1] if "--comment" in words else ""
            name, _, owner = comment.partition(" ")
            if name == COMMENT and gone(owner):
                run(["-D", *words[1:]])
                removed += 1
    return removed
