"""Finding scenarios, tool models and worlds: by id, by path, by folder; and checking them all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simulator.content import content
from simulator.documents import Document, load, problems
from simulator.errors import InvalidScenario, Location, UsageError, nearest
from simulator.scenario.load import load_scenario, load_tool
from simulator.scenario.model import Scenario, Tool
from simulator.world.profile import read_profile

_ROOMS = ("malicious", "benign")


@dataclass(slots=True)
class Shelf:
    """Tool models by name: the bundled ones, and before them those of `tools` folders beside a scenario."""

    folders: tuple[Path, ...] = ()
    _loaded: dict[str, Tool] = field(default_factory=dict)

    def paths(self) -> dict[str, Path]:
        """Where each tool model is."""
        found: dict[str, Path] = {}
        for folder in (content("scenarios") / "tools", *reversed(self.folders)):
            found |= {path.stem: path for path in sorted(folder.glob("*.yaml"))}
        return found

    def tool_names(self) -> Iterable[str]:
        """All names."""
        return self.paths()

    def tool(self, name: str) -> Tool:
        """The tool model of that name. KeyError when there is none, InvalidScenario when it is broken."""
        if name not in self._loaded:
            self._loaded[name] = load_tool(self.paths()[name])
        return self._loaded[name]


def shelf_for(path: Path, shelves: dict[tuple[Path, ...], Shelf]) -> Shelf:
    """The tools a scenario at `path` may use: of a folder `tools` beside it or its folder, then the bundled ones."""
    folders = tuple(f for f in (path.parent / "tools", path.parent.parent / "tools") if f.is_dir())
    return shelves.setdefault(folders, Shelf(folders))


def bundled() -> list[Path]:
    """The bundled scenarios, in order of path."""
    return [path for room in _ROOMS for path in sorted((content("scenarios") / room).glob("*.yaml"))]


def find(names: Sequence[str | Path] | None) -> list[Path]:
    """The files of scenarios given by id, file or folder (all bundled ones for None), each once.

    Raises UsageError for what is neither.
    """
    if names is None:
        return bundled()
    by_id = {path.stem: path for path in bundled()}
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if str(name) in by_id:
            found.append(by_id[str(name)])
        elif path.is_file():
            found.append(path)
        elif path.is_dir():
            below = [file for file in sorted(path.rglob("*.y*ml")) if kind_of(file) == "scenario"]
            if not below:
                raise UsageError(f"no scenario below {path}")
            found += below
        else:
            raise UsageError(f"no scenario, file or folder called {str(name)!r}{nearest(str(name), by_id)}")
    return list({path.resolve(): path for path in found}.values())


def load_scenarios(names: Sequence[str | Path] | None = None) -> tuple[Scenario, ...]:
    """Scenarios by id, file or folder, in order of id. Raises UsageError and InvalidScenario."""
    shelves: dict[tuple[Path, ...], Shelf] = {}
    found: dict[str, Scenario] = {}
    for path in find(names):
        scenario = load_scenario(path, shelf_for(path, shelves))
        if scenario.id in found:
            raise InvalidScenario(
                Location(str(path)), f"the scenario {scenario.id!r} is also in {found[scenario.id].path}"
            )
        found[scenario.id] = scenario
    return tuple(found[name] for name in sorted(found))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a file."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file of ours, whether it is all right (`ok` or `invalid`), and what is wrong with it."""

    path: str
    kind: str
    """scenario, tool or world."""
    status: str
    problems: tuple[Fault, ...]


def check_scenarios(paths: Sequence[str | Path]) -> tuple[CheckedFile, ...]:
    """Every scenario, tool model and world at or below `paths`; other files are passed over."""
    shelves: dict[tuple[Path, ...], Shelf] = {}
    files = [file for path in map(Path, paths) for file in ([path] if path.is_file() else sorted(path.rglob("*.y*ml")))]
    checked = [_check(file, shelves) for file in dict.fromkeys(files)]
    return tuple(one for one in checked if one is not None)


def _check(path: Path, shelves: dict[tuple[Path, ...], Shelf]) -> CheckedFile | None:
    try:
        document = load(path)
    except InvalidScenario as error:
        guess = _guess(path)
        return CheckedFile(str(path), guess, "invalid", (Fault(error.location, error.message),)) if guess else None
    kind = _kind(document)
    if kind is None:
        return None
    schema = content("scenarios") / f"{kind}.schema.json"
    faults = [Fault(problem.location, problem.message) for problem in problems(document, schema)]
    if not faults:
        try:
            _read(kind, path, document, shelves)
        except InvalidScenario as error:
            faults = [Fault(error.location, error.message)]
    return CheckedFile(str(path), kind, "invalid" if faults else "ok", tuple(faults))


def _read(kind: str, path: Path, document: Document, shelves: dict[tuple[Path, ...], Shelf]) -> None:
    match kind:
        case "scenario":
            load_scenario(path, shelf_for(path, shelves), document)
        case "tool":
            load_tool(path, document)
        case _:
            read_profile(document)


def kind_of(path: Path) -> str | None:
    """scenario, tool or world, by what stands in the file; None for anything else."""
    try:
        return _kind(load(path))
    except InvalidScenario:
        return _guess(path)


def _kind(document: Document) -> str | None:
    value = document.value
    if not isinstance(value, dict):
        return None
    if {"tool", "invocations"} <= set(value):
        return "tool"
    if {"world", "hosts"} <= set(value):
        return "world"
    return "scenario" if "steps" in value and ("occurs" in value or "label" in value) else None


def _guess(path: Path) -> str | None:
    """What a file that cannot be read was meant to be, by its folder."""
    return {"malicious": "scenario", "benign": "scenario", "tools": "tool", "worlds": "world"}.get(path.parent.name)
