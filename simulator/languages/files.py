"""Files that may hold rules: found below the given paths, read within limits, as text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from simulator.errors import Location, UsageError
from simulator.ir import Checked, Problem, Rule, Status

MAX_BYTES = 1 << 20
"""A rule file larger than this is no rule file."""

MAX_DEPTH = 500

_BRACKET = re.compile(r"[\[\]{}]")
_MARKS = re.compile(r"(?:[-?:][ \t]+){200}")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file and its text. Where `problem` is given the text is only what could be read of it."""

    path: str
    text: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a language made of its files."""

    rules: tuple[Rule, ...]
    files: tuple[Checked, ...]


def find(paths: Sequence[Path | str], suffixes: Iterable[str]) -> Iterator[Path]:
    """Every file with one of `suffixes` at or below `paths`, each once, folders in order of name, files
    before the folders beside them. Hidden folders are
    passed over. Raises UsageError for a path that does not exist."""
    wanted = tuple(suffixes)
    seen: set[str] = set()
    for given in paths:
        path = Path(given)
        if not path.exists():
            raise UsageError(f"no such file or folder: {path}")
        for found in _below(path) if path.is_dir() else (path,):
            name = os.fspath(found)
            if name.lower().endswith(wanted) and name not in seen:
                seen.add(name)
                yield found


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            found = Path(parent, name)
            if found.is_file():
                yield found


def read(path: Path) -> RuleFile:
    """The text of a file; what is wrong with it is its problem, never an exception."""
    name = os.fspath(path)
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return RuleFile(name, "", _invalid(Location(name), f"cannot be read: {error.strerror}"))
    if len(raw) > MAX_BYTES:
        text = raw[: 1 << 16].decode("latin-1")
        return RuleFile(name, text, _invalid(Location(name), f"is larger than {MAX_BYTES >> 20} MiB; no rule is"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        problem = _invalid(Location(name, line, column), f"is not UTF-8: {error.reason}")
        return RuleFile(name, raw.decode("latin-1"), problem)
    if _too_deep(text):
        return RuleFile(name, text, _invalid(Location(name, 1, 1), "is nested too deeply"))
    return RuleFile(name, text)


def _too_deep(text: str) -> bool:
    """Whether brackets, or list and key marks on one line, are nested so deeply that YAML readers would overflow the
    stack or take time that grows with the square of the depth. Brackets inside texts count too."""
    if text.count("[") + text.count("{") > MAX_DEPTH:
        depth = 0
        for mark in _BRACKET.finditer(text):
            depth += 1 if mark[0] in "[{" else -1
            if depth > MAX_DEPTH:
                return True
    return _MARKS.search(text) is not None


def unclaimed(file: RuleFile) -> Checked | None:
    """What to say of a file that no language takes for its own: nothing, unless it is broken YAML."""
    if file.problem is None:
        problem = _yaml_problem(file)
    elif file.problem.location.line:
        problem = file.problem
    else:
        problem = None
    return Checked(file.path, "unknown", "yaml", Status.INVALID, (problem,)) if problem else None


def _yaml_problem(file: RuleFile) -> Problem | None:
    if not file.path.lower().endswith((".yml", ".yaml")):
        return None
    try:
        for _ in yaml.parse(file.text, Loader=_LOADER):
            pass
    except yaml.YAMLError as error:
        return not_yaml(file.path, error)
    except RecursionError:
        return _invalid(Location(file.path), "is nested too deeply")
    return None


def not_yaml(path: str, error: yaml.YAMLError) -> Problem:
    """The problem that a YAML error means, where it happened."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        place = Location(path, mark.line + 1, mark.column + 1) if mark else Location(path)
        return _invalid(place, f"is not YAML: {error.problem or error.context}")
    return _invalid(Location(path), f"is not YAML: {str(error).splitlines()[0]}")


def _invalid(location: Location, message: str) -> Problem:
    return Problem(Status.INVALID, location, message)
