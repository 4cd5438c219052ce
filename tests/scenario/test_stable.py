"""What happens depends on seed, scenario, host, day and step, and on nothing else."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from simulator.scenario import load_scenarios
from simulator.scenario.actions import ActionFrames
from simulator.scenario.instances import Chunk
from simulator.scenario.model import Scenario
from simulator.scenario.play import play
from simulator.world import World, build_world
from tests.scenario.staging import played

SOME = ["rclone-to-mega", "browsing", "restic-nightly-backup", "code-tunnel-by-intruder", "sessions", "chatops-bot"]


def together(parts: list[tuple[ActionFrames, pl.DataFrame]]) -> tuple[ActionFrames, pl.DataFrame]:
    kinds = sorted({kind for frames, _ in parts for kind in frames})
    frames = {k: pl.concat([f[k] for f, _ in parts if k in f]).sort("action_id") for k in kinds}
    return frames, pl.concat([truth for _, truth in parts]).sort("instance_id")


def equal(one: tuple[ActionFrames, pl.DataFrame], other: tuple[ActionFrames, pl.DataFrame]) -> bool:
    same = set(one[0]) == set(other[0]) and all(frame.equals(other[0][kind]) for kind, frame in one[0].items())
    return same and one[1].equals(other[1])


@pytest.mark.parametrize("name", SOME)
def test_how_the_stream_is_cut_changes_nothing(name: str) -> None:
    world = build_world(5, 24, 3)
    (scenario,) = load_scenarios([name])
    whole = together([play(world, scenario, Chunk(0, 24, 0, 3))])
    assert len(whole[1])
    pieces = [play(world, scenario, Chunk(h, h + 8, d, d + 1)) for d in (2, 0, 1) for h in (16, 0, 8)]
    assert equal(whole, together(pieces))


def test_actions_have_identities_of_their_own_across_all_scenarios() -> None:
    world = build_world(5, 24, 2)
    everything = [play(world, scenario, Chunk(0, 24, 0, 2)) for scenario in load_scenarios()]
    frames, truth = together(everything)
    ids = pl.concat([frame["action_id"] for frame in frames.values()])
    assert len(ids) > 10_000
    assert ids.is_unique().all()
    assert truth["instance_id"].is_unique().all()
    assert ids.max() < 2**63


def test_a_longer_stream_begins_like_a_shorter_one() -> None:
    (scenario,) = load_scenarios(["browsing"])

    def first_day(days: int) -> tuple[ActionFrames, pl.DataFrame]:
        return together([play(build_world(5, 24, days), scenario, Chunk(0, 24, 0, 1))])

    assert equal(first_day(1), first_day(9))


def test_another_seed_is_another_stream() -> None:
    (scenario,) = load_scenarios(["rclone-to-mega"])

    def ids(world: World) -> set[int]:
        return set(play(world, scenario, Chunk(0, 24, 0, 2))[1]["instance_id"])

    assert not ids(build_world(5, 24, 2)) & ids(build_world(6, 24, 2))


def test_more_instances_leave_those_there_were(tmp_path: Path) -> None:
    body = 'vary: {a: [x, y, z], b: [p, q]}\nsteps:\n  - a: {write: {path: "{a}{b}{world.share}"}, by: explorer}\n'
    few, _ = played(tmp_path, body, occurs="{instances: 5}")
    many, _ = played(tmp_path, body, occurs="{instances: 50}")
    assert len(many["write"].join(few["write"], on=few["write"].columns, how="semi", nulls_equal=True)) == 5


def test_every_bundled_scenario_happens() -> None:
    """No scenario is written so that nobody can ever be in it."""
    world = build_world(1, 120, 5)
    silent = [s.id for s in load_scenarios() if not _happens(world, s)]
    assert silent == []


def _happens(world: World, scenario: Scenario) -> bool:
    frames, truth = play(world, scenario, Chunk(0, 120, 0, 5))
    assert frames or not len(truth), f"{scenario.id}: instances without actions"
    return len(truth) > 0
