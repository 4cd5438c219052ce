"""From a scenario to one run in the lab: which instance it is, what is executed, and how what happens is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from simulator.errors import UsageError
from simulator.lab.impersonators import BY_NAME
from simulator.lab.shown import Shown
from simulator.scenario.ambient import CONSOLES
from simulator.scenario.bindings import of_scenario
from simulator.scenario.evaluate import Scope, evaluate, number, text
from simulator.scenario.instances import Chunk, instances
from simulator.scenario.laboratory import Command, Lab, Offered
from simulator.scenario.model import Scenario
from simulator.scenario.recorder import POSITIVE, Recorder
from simulator.scenario.rows import Rows
from simulator.scenario.template import parse
from simulator.scenario.values import Template, Value
from simulator.world import World, build_world
from simulator.world.profile import load_software

SOFTWARE: Final[Mapping[str, str]] = {
    "rclone": "rclone",
    "restic": "restic",
    "curl": "curl",
    "python3": "python",
    "git": "git",
    "git-remote-https": "git_remote_https",
    "git-lfs": "git_lfs",
    "7za": "sevenzip",
}
"""Which entry of fixtures/software.yaml a program of the container is, whatever it is called there."""

_USUAL: Final = {"/lab/home": "{user.home}", "/lab/tmp": "{user.temp}"}
_SENSORS: Final = {
    "proxied": True,
    "tls_inspected": True,
    "command_line_audited": True,
    "audit_v1": False,
    "dns_client_channel_on": True,
    "sysmon_old": False,
}


@dataclass(frozen=True, slots=True)
class File:
    """A file that is there before anything runs: with this text, or with so many bytes that mean nothing."""

    path: str
    size: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """One instance of a scenario, ready to be executed. `truth` is its row as scoring wants it."""

    scenario: Scenario
    number: int
    rows: Rows
    truth: Mapping[str, object]
    image: str
    reach: str
    files: tuple[File, ...]
    answers: Mapping[str, str]
    ports: Mapping[int, str]
    environment: Mapping[str, str]
    prepare: tuple[str, ...]
    commands: tuple[str, ...]
    shown: Shown

    @property
    def instance(self) -> int:
        """The instance's identity, as the truth has it."""
        return int(self.rows.origin.instances[self.rows.root][0] & POSITIVE)


def lab_world(seed: int, hosts: int, day: date) -> World:
    """The office, with every sensor of every Windows host switched on and leaving nothing out: the lab is to show all
    that could be seen."""
    world = build_world(seed, hosts, 1, "office", day)
    windows = pl.col("os") == "windows"
    every = {name: pl.when(windows).then(pl.lit(value)).otherwise(pl.col(name)) for name, value in _SENSORS.items()}
    sysmon = pl.when(windows).then(pl.lit("15.15")).otherwise(pl.col("sysmon_version"))
    hosts_frame = world.hosts.with_columns(**every, sysmon_version=sysmon)
    parameters = {name: 0.0 if name.endswith("_missing") else value for name, value in world.parameters.items()}
    parameters["sysmon_unknown_process_share"] = 0.0
    return World(
        profile=world.profile, seed=world.seed, start=world.start, days=world.days, company=world.company,
        hosts=hosts_frame, users=world.users, installed=world.installed, software=world.software,
        parameters=parameters, sources=world.sources, pools=world.pools,
    )  # fmt: skip


def section(scenario: Scenario) -> Lab:
    """A scenario's `lab` section. Raises UsageError where it has none."""
    if scenario.lab is None:
        raise UsageError(f"the scenario {scenario.id!r} has no section 'lab': nobody has said how to run it for real")
    return scenario.lab


def plan(world: World, scenario: Scenario, wanted: int = 0) -> Run:
    """Instance number `wanted` of a scenario (counted round and round), ready to be executed.

    Raises UsageError where the scenario has no `lab` section, names a service that is not played, or cannot happen in
    this world.
    """
    lab = section(scenario)
    rows = instances(world, scenario, Chunk(0, len(world.hosts), 0, world.days))
    if not len(rows):
        raise UsageError(f"the scenario {scenario.id!r} happens to nobody in this world; try more hosts or another day")
    chosen = wanted % len(rows)
    truth = Recorder(rows).truth(scenario).row(chosen, named=True)
    one = rows.take(np.array([chosen]))
    scope = Scope(one, of_scenario(scenario), prefix=scenario.id)
    for _, service in lab.answers:
        if service not in BY_NAME:
            raise UsageError(f"{scenario.path}: lab: no service called {service!r}; there are {', '.join(BY_NAME)}")
    return Run(
        scenario=scenario,
        number=chosen,
        rows=one,
        truth=truth,
        image=lab.image,
        reach=lab.reach,
        files=tuple(_file(offered, n + 1, scope) for offered in lab.files for n in range(offered.count)),
        answers={_text(pattern, scope): service for pattern, service in lab.answers},
        ports=lab.ports,
        environment={name: _text(value, scope) for name, value in lab.environment.items()},
        prepare=tuple(_text(one.run, scope) for one in lab.prepare if _holds(one, scope)),
        commands=tuple(_text(one.run, scope) for one in lab.commands if _holds(one, scope)),
        shown=_shown(lab, scope, windows=world.hosts["os"][int(one.host[0])] == "windows"),
    )


def _file(offered: Offered, n: int, scope: Scope) -> File:
    path = offered.path.replace("{n}", str(n))
    if offered.text is not None:
        return File(path, 0, _text(offered.text, scope))
    size = 0.0 if offered.size is None else float(number(evaluate(offered.size, scope), 1)[0])
    return File(path, round(size), None)


def _text(value: Value, scope: Scope) -> str:
    return text(evaluate(value, scope), 1)[0] or ""


def _holds(command: Command, scope: Scope) -> bool:
    return all(text(scope.lookup(f"vary:{d}"), 1)[0] in names for d, names in (command.when or {}).items())


def _shown(lab: Lab, scope: Scope, *, windows: bool) -> Shown:
    if not windows:
        return Shown(False, {}, {}, ())
    console, line, software = CONSOLES["cmd" if lab.shell == "none" else lab.shell]
    line = line if lab.console is None else _text(lab.console, scope)
    catalog = load_software()
    images = {name: catalog[key].image for name, key in SOFTWARE.items() if key in catalog}
    programs = {name: _text(Template(parse(image)), scope) for name, image in images.items() if image}
    programs |= {"bash": console, "sh": console}
    programs |= {name: shown for name, value in lab.programs.items() if (shown := _text(value, scope))}
    known: dict[str, tuple[str | None, str | None]] = {
        name: (key, next(iter(catalog[key].versions))) for name, key in SOFTWARE.items() if key in catalog
    }
    if scope.find("version") is not None:
        version = _text(Template(parse("{version}")), scope)
        known |= {name: (key, version) for name, (key, _) in known.items() if key and version in catalog[key].versions}
    if software is not None:
        build = str(scope.rows.origin.world.hosts["os_version"][int(scope.rows.host[0])])
        release = next((v for v in catalog[software].versions if v.startswith(build)), None)
        known |= {"bash": (software, release), "sh": (software, release)}
    pairs = {path: _text(Template(parse(usual)), scope) for path, usual in _USUAL.items()}
    pairs |= {path: shown for path, value in lab.paths.items() if (shown := _text(value, scope))}
    ordered = tuple(sorted(pairs.items(), key=lambda pair: -len(pair[0])))
    return Shown(True, programs, known, ordered, line, hidden=lab.shell == "none")
