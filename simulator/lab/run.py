"""Running scenarios for real: containers on the lab's network, one after the other, and what was recorded of each."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from simulator.errors import SparringError
from simulator.lab import images
from simulator.lab.engine import Engine, Finished, connect
from simulator.lab.exercise import Exercise
from simulator.lab.impersonators import Cloud
from simulator.lab.plan import Run, lab_world, plan
from simulator.lab.processes import read_strace
from simulator.lab.proxy import AddressTaken, Proxy, require_extra
from simulator.lab.recording import Observation, Recording, Started, merged
from simulator.lab.script import COMMANDS
from simulator.lab.watching import Watch, Watching
from simulator.scenario import load_scenarios
from simulator.world import World

Say = Callable[[str], None]
SECONDS: Final = 180.0
"""How long a run may take."""
_TRIES: Final = 20


class RunFailed(SparringError):
    """The commands of a scenario failed in the lab."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a visit to the lab gave."""

    world: World
    runs: tuple[Run, ...]
    recordings: tuple[Recording, ...]
    seconds: float
    """From the first container to the last, images aside."""


def quiet(_: str) -> None:
    """Says nothing."""


def run_scenarios(
    names: Sequence[str],
    *,
    repeat: int = 1,
    seed: int = 1,
    hosts: int = 40,
    base: str | None = None,
    say: Say = quiet,
    seconds: float = SECONDS,
    client: Any = None,
) -> Session:
    """Run `repeat` instances of each scenario (ids or files) with real tools, and record them.

    Raises UsageError without an engine or a `lab` section, RunFailed where a scenario's commands fail. Nothing of it is
    left in the engine but images.
    """
    require_extra()
    world = lab_world(seed, hosts, datetime.now(UTC).date())
    runs = [plan(world, scenario, number) for scenario in load_scenarios(names) for number in range(repeat)]
    engine_client = client or connect()
    images.ensure(engine_client, {run.image for run in runs}, base, say)
    tools = {name: images.versions(engine_client, images.image(name)) for name in {run.image for run in runs}}
    begun = time.monotonic()
    recordings = perform(engine_client, runs, seed=seed, hosts=hosts, tools=tools, say=say, seconds=seconds)
    return Session(world, tuple(runs), tuple(recordings), time.monotonic() - begun)


def run_exercise(
    drill: Exercise, *, base: str | None = None, wait: bool = False, say: Say = quiet, client: Any = None
) -> tuple[list[Run], list[Recording]]:
    """Play an exercise's steps for real, in order; with `wait` each at its time. Raises as `run_scenarios`."""
    require_extra()
    runs = [plan(drill.world, step.scenario, step.instance_number) for step in drill.steps]
    engine_client = client or connect()
    images.ensure(engine_client, {run.image for run in runs}, base, say)
    tools = {name: images.versions(engine_client, images.image(name)) for name in {run.image for run in runs}}

    def until(number: int) -> None:
        left = drill.steps[number].start / 1e6 - time.time()
        if wait and left > 0:
            say(f"step {number + 1} begins in {left:,.0f} s")
            time.sleep(left)

    made = perform(engine_client, runs, seed=drill.seed, hosts=drill.hosts, tools=tools, say=say, wait=until)
    return runs, made


def perform(
    client: Any,
    runs: Sequence[Run],
    *,
    seed: int,
    hosts: int,
    tools: dict[str, dict[str, str]],
    say: Say,
    seconds: float = SECONDS,
    wait: Callable[[int], None] | None = None,
) -> list[Recording]:
    """Run what was planned, in order; `wait` is called with the number of each run before it starts."""
    ports = {port: scheme for run in runs for port, scheme in run.ports.items()}
    made: list[Recording] = []
    with contextlib.ExitStack() as stack:
        engine, proxy = _opened(stack, client, ports)
        if engine.swept:
            say(f"removed {engine.swept} things that an earlier lab left behind")
        if not engine.fenced:
            say("not root: what listens here on all addresses can be reached from the containers")
        for number, run in enumerate(runs):
            if wait is not None:
                wait(number)
            say(f"{run.scenario.id}: {'; '.join(run.commands)}")
            made.append(_one(engine, proxy, run, seed, hosts, tools.get(run.image, {}), seconds))
    return made


def _opened(stack: contextlib.ExitStack, client: Any, ports: Mapping[int, str]) -> tuple[Engine, Proxy]:
    """A network and the proxy on its gateway. Where somebody still listens on an address that Docker gives away again,
    that network is kept until the end, so that the next one has another address."""
    for left in reversed(range(_TRIES)):
        engine = stack.enter_context(Engine(client, ports))
        try:
            return engine, stack.enter_context(Proxy(engine.gateway, ports=ports))
        except AddressTaken:
            if not left:
                raise
    raise AssertionError


def _one(
    engine: Engine, proxy: Proxy, run: Run, seed: int, hosts: int, tools: dict[str, str], seconds: float
) -> Recording:
    image = images.image(run.image)
    container = engine.start(run, image.tag, proxy.certificate, traced=image.traced)
    watching = Watching(Watch(str(container.id)))
    start = time.time()
    # The cloud must be there before the first packet: until then nobody knows the container's address.
    proxy.otherwise(Cloud(run.answers))
    with contextlib.nullcontext() if image.traced else watching:
        container.start()
        address = engine.address(container)
        done = engine.finish(container, seconds)
    end = time.time()
    seen = proxy.recorder.take(address, end)
    if done.status != 0:
        raise RunFailed(_why(run, done))
    traced = read_strace(done.trace.splitlines()) if image.traced else watching.watch.observations()
    # What was done to prepare the run belongs to nobody.
    begun = min((one.time for one in traced if _is_shell(one)), default=round(start * 1e6))
    return Recording(
        scenario=run.scenario.id,
        number=run.number,
        seed=seed,
        hosts=hosts,
        start=begun,
        end=round(end * 1e6),
        sensor="strace" if image.traced else watching.sensor,
        status=done.status,
        commands=run.commands,
        tools=tools,
        observations=merged(one for one in (*seen, *traced) if one.time >= begun),
    )


def _is_shell(one: Observation) -> bool:
    """Whether this is the start of the shell that runs the scenario's commands."""
    return isinstance(one, Started) and one.arguments[-1:] == (COMMANDS,)


def _why(run: Run, done: Finished) -> str:
    last = "\n".join(done.said.strip().splitlines()[-12:])
    how = "took too long" if done.timed_out else f"ended with status {done.status}"
    return f"{run.scenario.id} {how} in the lab; it said:\n{last}"
