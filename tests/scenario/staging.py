"""Small scenarios for tests: written to a file, loaded as any other, played in a small world."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

from simulator.scenario import load_scenarios
from simulator.scenario.actions import ActionFrames
from simulator.scenario.instances import Chunk
from simulator.scenario.model import Scenario
from simulator.scenario.play import play
from simulator.world import World, build_world

HEAD = """\
id: {name}
title: a test
label: {label}
occurs: {occurs}
"""


@cache
def world(hosts: int = 12, days: int = 5) -> World:
    """The same small world for all tests."""
    return build_world(7, hosts, days)


def written(
    folder: Path, body: str, *, name: str = "case", label: str = "malicious", occurs: str = "{instances: 8}"
) -> Path:
    """A scenario file with that body."""
    path = folder / f"{name}.yaml"
    path.write_text(HEAD.format(name=name, label=label, occurs=occurs) + body, encoding="utf-8")
    return path


def tool(folder: Path, name: str, text: str) -> None:
    """A tool model beside the scenarios of `folder`."""
    (folder / "tools").mkdir(exist_ok=True)
    (folder / "tools" / f"{name}.yaml").write_text(f"tool: {name}\n{text}", encoding="utf-8")


def loaded(folder: Path, body: str, **head: str) -> Scenario:
    """The scenario of that body."""
    (scenario,) = load_scenarios([written(folder, body, **head)])
    return scenario


def played(folder: Path, body: str, *, in_world: World | None = None, **head: str) -> tuple[ActionFrames, pl.DataFrame]:
    """What happens in the whole stream because of that scenario, in order of time, and the truth."""
    stage = in_world or world()
    frames, truth = play(stage, loaded(folder, body, **head), Chunk(0, len(stage.hosts), 0, stage.days))
    return {kind: frame.sort("time", "action_id") for kind, frame in frames.items()}, truth
