"""Environment profiles: the YAML files that shape a world, and the fixtures every world is built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from simulator.content import content
from simulator.documents import Document, load, problems, unknown_name
from simulator.errors import UsageError, nearest
from simulator.tables import TABLES, Table
from simulator.world.extensions import QUANTITIES, Added, extended
from simulator.world.model import Release, Setting, Software


@dataclass(frozen=True, slots=True)
class RoleShare:
    """How many of the hosts have a role, and on which operating systems they run."""

    share: float
    least: int
    systems: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Profile:
    """What an environment profile says."""

    name: str
    hosts: Mapping[str, RoleShare]
    users: Mapping[str, float]
    timezones: Mapping[str, float]
    software: Mapping[str, Mapping[str, float]]
    parameters: Mapping[str, Setting]
    sources: Mapping[str, str]
    columns: Added = field(default_factory=dict)
    """Columns that are added to vendors' tables."""


def find_profile(name: str | Path) -> Path:
    """The file of a profile given by path or by name. Raises UsageError when there is none."""
    path = Path(name)
    if path.is_file():
        return path
    bundled = content("scenarios") / "worlds"
    if (bundled / f"{name}.yaml").is_file():
        return bundled / f"{name}.yaml"
    known = [file.stem for file in bundled.glob("*.yaml")]
    raise UsageError(f"no world called {str(name)!r}{nearest(str(name), known)}")


def load_profile(path: Path) -> Profile:
    """Read and check a profile. Raises InvalidScenario."""
    document = load(path)
    for problem in problems(document, content("scenarios") / "world.schema.json"):
        raise problem
    return read_profile(document)


def read_profile(document: Document) -> Profile:
    """A profile from a document that keeps to the schema. Raises InvalidScenario."""
    value: dict[str, Any] = document.value
    catalog = load_software()
    for group, programs in value.get("software", {}).items():
        for program in programs:
            if catalog and program not in catalog:
                trail = ("software", group, program)
                raise document.wrong(trail, unknown_name("software", program, catalog), key=True)
    base = _defaults(document)
    said = dict(value.get("parameters", {}))
    for name in said:
        if base and name not in base:
            raise document.wrong(("parameters", name), unknown_name("parameter", name, base), key=True)
    settings = base | said
    for table, columns in value.get("tables", {}).items():
        if table not in TABLES:
            raise document.wrong(("tables", table), unknown_name("table", table, TABLES), key=True)
        for column, quantity in columns.items():
            if quantity not in QUANTITIES:
                raise document.wrong(("tables", table, column), unknown_name("quantity", quantity, QUANTITIES))
    return Profile(
        name=value["world"],
        hosts={
            role: RoleShare(float(entry["share"]), int(entry.get("least", 0)), entry.get("os", {"windows": 1.0}))
            for role, entry in value["hosts"].items()
        },
        users=value["users"],
        timezones=value.get("timezones", {"Europe/Berlin": 1.0}),
        software=value.get("software", {}),
        parameters={name: setting["value"] for name, setting in settings.items()},
        sources={name: setting["source"] for name, setting in settings.items()},
        columns=value.get("tables", {}),
    )


def declared_tables(name: str | Path) -> dict[str, Table]:
    """The tables to which the profile of that name or path adds columns, with these. Raises UsageError and
    InvalidScenario."""
    return extended(load_profile(find_profile(name)).columns)


def _defaults(document: Document) -> dict[str, Any]:
    """The parameters of the bundled office world: a profile need only name those it changes."""
    office = content("scenarios") / "worlds" / "office.yaml"
    if Path(document.path).resolve() == office.resolve() or not office.is_file():
        return {}
    found: dict[str, Any] = load(office).value["parameters"]
    return found


@cache
def load_software() -> Mapping[str, Software]:
    """The programs of fixtures/software.yaml, by key."""
    path = content("fixtures") / "software.yaml"
    if not path.is_file():
        return {}
    return {key: _software(key, entry) for key, entry in load(path).value["software"].items()}


def _software(key: str, entry: Mapping[str, Any]) -> Software:
    def text(name: str) -> str | None:
        return None if entry.get(name) is None else str(entry[name])

    versions = {
        str(version): Release(
            None if release.get("file_version") is None else str(release["file_version"]), int(release.get("size", 0))
        )
        for version, release in entry["versions"].items()
    }
    return Software(
        key=key,
        title=text("title") or key,
        company=text("company"),
        product=text("product"),
        description=text("description"),
        original_file_name=text("original_file_name"),
        image=text("image"),
        signer=text("signer"),
        versions=versions,
    )


@dataclass(frozen=True, slots=True)
class Pool:
    """A word list: words and their weights (None: all alike)."""

    words: tuple[str, ...]
    weights: tuple[float, ...] | None


@cache
def load_pools() -> Mapping[str, Pool]:
    """The word lists in fixtures/pools, by file name without ending."""
    folder = content("fixtures") / "pools"
    return {path.stem: _pool(path) for path in sorted(folder.glob("*.txt"))} if folder.is_dir() else {}


def _pool(path: Path) -> Pool:
    words: list[str] = []
    weights: list[float] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        word, tab, weight = line.partition("\t")
        words.append(word.strip())
        weights.append(float(weight) if tab and weight.strip() else 1.0)
    even = len(set(weights)) <= 1
    return Pool(tuple(words), None if even else tuple(weights))
