"""Files that are nothing but one query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath

from simulator.errors import InvalidRule, LocatedError, Location, UnsupportedRule
from simulator.ir import Checked, Problem, Relation, Rule, Schedule, Status
from simulator.languages.context import Compiled
from simulator.languages.embedded import Query, whole
from simulator.languages.files import Loaded, RuleFile


def load(
    language: str,
    files: Sequence[RuleFile],
    compile_one: Callable[[Query], Compiled],
    schedule: Callable[[Relation], Schedule | None] = lambda _plan: None,
) -> Loaded:
    """One rule of each file, named `<language>/<file stem>`; its title is the first line of a comment at its top.
    `schedule` says when a plan is run."""
    rules: list[Rule] = []
    checked: list[Checked] = []
    for file in files:
        name = f"{language}/{PurePath(file.path).stem}"
        try:
            if file.problem is not None:
                raise InvalidRule(file.problem.location, file.problem.message)
            compiled = compile_one(whole(file.path, file.text))
        except LocatedError as error:
            status = Status.UNSUPPORTED if isinstance(error, UnsupportedRule) else Status.INVALID
            problem = Problem(status, error.location, error.message)
            checked.append(Checked(file.path, "rule", language, status, (problem,)))
            continue
        title = _title(file.text) or PurePath(file.path).stem
        place, runs = Location(file.path, 1, 1), schedule(compiled.plan)
        rules.append(Rule(name, title, language, compiled.plan, place, schedule=runs, name=name))
        checked.append(Checked(file.path, "rule", language, Status.OK, compiled.warnings, 1))
    return Loaded(tuple(rules), tuple(checked))


def _title(text: str) -> str:
    line = text.lstrip().partition("\n")[0].strip()
    return line[2:].strip(" /*") if line.startswith(("//", "/*")) else ""
