"""Purple-team exercises: a timetable of scenarios, who has to do what when, and what then really happened.

The plan is YAML, checked by scenarios/exercise.schema.json. Every item becomes steps, each one instance of a scenario
with its own identity: the simulator, the lab or people play it, and all of them are held against the same truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from simulator.content import content
from simulator.documents import Document, Trail, load, problems
from simulator.errors import UsageError
from simulator.lab.plan import lab_world
from simulator.lab.shown import SHELLS
from simulator.lab.streams import Played
from simulator.scenario import load_scenarios
from simulator.scenario.instances import Chunk, alone, instances
from simulator.scenario.model import Scenario
from simulator.scenario.play import play_rows
from simulator.scenario.recorder import POSITIVE
from simulator.scenario.rows import Rows
from simulator.world import World

SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """One instance in the timetable: when it is to begin, on which host, as whom."""

    number: int
    start: int
    """Microseconds since 1970 UTC."""
    scenario: Scenario
    instance_number: int
    rows: Rows = field(repr=False)
    host: str
    user: str
    note: str = ""

    @property
    def instance(self) -> int:
        """The instance's identity in the truth."""
        return int(self.rows.origin.instances[self.rows.root][0] & POSITIVE)


@dataclass(frozen=True, slots=True)
class Exercise:
    """A timetable, ready to be played."""

    name: str
    about: str
    seed: int
    hosts: int
    start: int
    world: World
    steps: tuple[Step, ...]


def read_exercise(path: Path, start: datetime | None = None) -> Exercise:
    """Read and check a plan; `start` goes before the plan's own. Raises InvalidScenario and UsageError."""
    document = load(path)
    for problem in problems(document, content("scenarios") / "exercise.schema.json"):
        raise problem
    raw: dict[str, Any] = document.value
    begins = start or _moment(document) or datetime.now(UTC).replace(microsecond=0)
    seed, hosts = int(raw.get("seed", 1)), int(raw.get("hosts", 40))
    world = lab_world(seed, hosts, begins.date())
    scenarios = _scenarios(document, path)
    steps: list[Step] = []
    used: defaultdict[str, set[int]] = defaultdict(set)
    zero = round(begins.timestamp() * SECOND)
    for position, item in enumerate(raw["items"]):
        scenario = scenarios[item["scenario"]]
        count, every = int(item.get("count", 1)), _offset(item.get("every", "00:00"))
        for repetition in range(count):
            at = zero + _offset(item["at"]) + repetition * every
            wanted = item.get("instance")
            wanted = None if wanted is None else int(wanted) + repetition
            place: Trail = ("items", position)
            steps.append(_step(document, place, world, scenario, wanted, used[scenario.id], at, item.get("note", "")))
    ordered = sorted(steps, key=lambda step: step.start)
    numbered = tuple(replace(step, number=number) for number, step in enumerate(ordered, 1))
    return Exercise(raw["exercise"], raw.get("about", ""), seed, hosts, zero, world, numbered)


def play_exercise(exercise: Exercise) -> list[Played]:
    """Every step as the simulator plays it, at its time."""
    made: list[Played] = []
    for step in exercise.steps:
        frames, truth = play_rows(step.scenario, step.rows)
        made.append(Played(step.scenario, truth.row(0, named=True), frames))
    return made


def run_sheet(exercise: Exercise, played: Sequence[Played]) -> str:
    """What the red side has to do, in Markdown: times, places, and the exact commands."""
    lines = [f"# Run sheet: {exercise.name}", ""]
    if exercise.about:
        lines += [exercise.about, ""]
    lines += [f"Starts {_clock(exercise.start)} UTC; {len(exercise.steps)} steps. Times are UTC.", ""]
    for step, one in zip(exercise.steps, played, strict=True):
        what = "attack" if step.scenario.label == "malicious" else "innocent look-alike"
        lines += [
            f"## {step.number}. {_clock(step.start)[11:]} {step.scenario.title}",
            "",
            f"- {what}, `{step.scenario.id}`" + (f", {step.scenario.technique}" if step.scenario.technique else ""),
            f"- on `{step.host}` as `{step.user}`; instance `{step.instance}`",
        ]
        if step.note:
            lines.append(f"- {step.note}")
        lines += ["", "```text", *_commands(one), "```", ""]
    return "\n".join(lines)


def _commands(played: Played) -> Iterable[str]:
    """The command lines in order of time; consoles are only opened."""
    starts = played.actions.get("process_start")
    if starts is None:
        yield "(no program is started)"
        return
    for time, image, line in starts.sort("time").select("time", "image", "command_line").iter_rows():
        name = image.replace("/", "\\").rpartition("\\")[2].lower().removesuffix(".exe")
        opens = name in SHELLS | {"cmd", "powershell", "pwsh"} and len(line.split()) <= 1
        yield f"{_clock(time)[11:]}  {'open ' if opens else ''}{line.strip()}"


def _scenarios(document: Document, path: Path) -> Mapping[str, Scenario]:
    """The scenarios of a plan by the name it gives them: an id, or a file beside the plan."""
    found: dict[str, Scenario] = {}
    for position, item in enumerate(document.value["items"]):
        name = item["scenario"]
        beside = path.parent / name
        try:
            (found[name],) = load_scenarios([beside if beside.is_file() else name])
        except UsageError as error:
            raise document.wrong(("items", position, "scenario"), str(error)) from error
    return found


def _step(
    document: Document,
    place: Trail,
    world: World,
    scenario: Scenario,
    wanted: int | None,
    used: set[int],
    start: int,
    note: str,
) -> Step:
    rows = instances(world, scenario, Chunk(0, len(world.hosts), 0, world.days))
    if not len(rows):
        raise document.wrong((*place, "scenario"), f"{scenario.id!r} happens to nobody in this world; more hosts help")
    free = next((n for n in range(len(rows)) if n not in used), None)
    number = free if wanted is None else wanted
    if number is None or number >= len(rows) or number in used:
        raise document.wrong(place, f"{scenario.id!r} has only {len(rows)} instances here, each may happen once")
    used.add(number)
    one = alone(rows, number, start)
    host = str(world.hosts["fqdn"][int(one.host[0])])
    user = str(world.users["name"][int(one.user[0])])
    return Step(0, start, scenario, number, one, host, user, note)


def _moment(document: Document) -> datetime | None:
    raw = document.value.get("start")
    if raw is None:
        return None
    try:
        return datetime.fromisoformat(raw.replace("Z", "+00:00"))
    except ValueError as error:
        raise document.wrong(("start",), f"found {raw!r}, expected a time such as 2026-03-02T09:00Z") from error


def _offset(text: str) -> int:
    parts = [int(part) for part in text.split(":")]
    hours, minutes, seconds = (*parts, 0)[:3]
    return (hours * 3600 + minutes * 60 + seconds) * SECOND


def _clock(time: int) -> str:
    return datetime.fromtimestamp(time / SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S")
