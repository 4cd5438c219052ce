"""From Sigma files to rules: read each document, apply filters, link correlations, say what came of each file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from simulator.errors import InvalidRule, LocatedError, Location, UnsupportedRule, nearest
from simulator.ir import Checked, Correlate, Problem, Relation, Rule, Status
from simulator.languages.files import Loaded, RuleFile
from simulator.languages.sigma.correlations import Correlating, correlate, correlating
from simulator.languages.sigma.document import Document, Trail, documents
from simulator.languages.sigma.filters import Excluding, excluding
from simulator.languages.sigma.rules import Detecting, detecting

_MARKS = re.compile(
    r"""^(?:["']?(?:detection|correlation|filter|logsource|placeholders)["']?[ \t]*:|(?:--- *)?\{)""", re.MULTILINE
)

Parsed = Detecting | Correlating | Excluding


def sniff(text: str) -> bool:
    """Whether a YAML text might be Sigma's. Cheap and generous: what the documents really are shows on reading."""
    return _MARKS.search(text) is not None


@dataclass(slots=True)
class _File:
    """What came of one file so far. `skipped` is set when it turns out to be of another kind."""

    path: str
    kind: str = "rule"
    problems: list[Problem] = field(default_factory=list)
    parsed: list[Parsed] = field(default_factory=list)
    failed: list[Document] = field(default_factory=list)
    rules: int = 0
    skipped: bool = False

    def checked(self) -> Checked:
        worst = [problem.status for problem in self.problems if not problem.warning]
        status = next((one for one in (Status.INVALID, Status.UNSUPPORTED) if one in worst), Status.OK)
        problems = tuple(sorted(self.problems, key=lambda one: (one.warning, one.location.line, one.location.column)))
        return Checked(self.path, self.kind, "sigma", status, problems, self.rules)

    def add(self, error: LocatedError) -> None:
        status = Status.UNSUPPORTED if isinstance(error, UnsupportedRule) else Status.INVALID
        self.problems.append(Problem(status, error.location, error.message))


def load(files: Sequence[RuleFile], placeholders: Mapping[str, Sequence[str]]) -> Loaded:
    """Rules of all `files` together. Nothing is raised: what is wrong is in the files' problems."""
    opened = [(_File(file.path), *_open(file)) for file in files]
    values = {name: list(found) for name, found in placeholders.items()}
    for file, found, error in opened:
        if error is not None:
            file.add(error)
        for document in found:
            if _is_placeholders(document.value):
                file.kind = "placeholders"
                _placeholders(file, document, values)
    for file, found, error in opened:
        rules = [document for document in found if is_rule(document.value)]
        file.skipped = error is None and not rules and file.kind == "rule"
        for document in rules:
            try:
                file.parsed.append(_parse(document, values))
            except LocatedError as wrong:
                file.add(wrong)
                file.failed.append(document)
            except (TypeError, AttributeError, KeyError, ValueError, OverflowError, RecursionError) as wrong:
                file.add(InvalidRule(document.location, f"cannot be read as Sigma: {wrong or type(wrong).__name__}"))
                file.failed.append(document)
    kept = [file for file, _, _ in opened if not file.skipped]
    _apply_filters(kept)
    return Loaded(_Linker(kept).rules(), tuple(file.checked() for file in kept))


def _open(file: RuleFile) -> tuple[list[Document], LocatedError | None]:
    if file.problem is not None:
        return [], InvalidRule(file.problem.location, file.problem.message)
    try:
        return documents(file.path, file.text), None
    except LocatedError as error:
        return [], error


def is_rule(value: Mapping[str, Any]) -> bool:
    """Whether a document is a Sigma rule, correlation or filter, be it a broken one."""
    return "detection" in value or "correlation" in value or "logsource" in value


def _is_placeholders(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("placeholders"), dict) and not is_rule(value)


def _placeholders(file: _File, document: Document, values: dict[str, list[str]]) -> None:
    for name, given in document.value["placeholders"].items():
        found = given if isinstance(given, list) else [given]
        if not found or any(isinstance(one, dict | list | bool | None) for one in found):
            file.add(document.invalid(("placeholders", name), "expected a value or a list of values"))
        else:
            values.setdefault(name, []).extend(str(one) for one in found)


def _parse(document: Document, placeholders: Mapping[str, Sequence[str]]) -> Parsed:
    if "action" in document.value:
        raise document.unsupported(("action",), "`action` is of an older Sigma; write each rule out", key=True)
    if "correlation" in document.value:
        return correlating(document)
    if "filter" in document.value and "detection" not in document.value:
        return excluding(document, placeholders)
    return detecting(document, placeholders)


def _apply_filters(files: Sequence[_File]) -> None:
    rules = [one for file in files for one in file.parsed if isinstance(one, Detecting)]
    for file in files:
        for one in file.parsed:
            if isinstance(one, Excluding):
                concerned = [rule for rule in rules if one.concerns(rule)]
                for rule in concerned:
                    rule.excluded.append(one.excludes)
                if not concerned:
                    place = one.document.at(("filter", "rules"))
                    file.problems.append(Problem(Status.INVALID, place, "the filter applies to no rule", warning=True))


class _Linker:
    """Plans of all rules of a call, correlations included."""

    def __init__(self, files: Sequence[_File]) -> None:
        self.files = files
        self.plans: dict[int, Relation | LocatedError] = {}
        self.open: set[int] = set()
        self.known: dict[str, list[Detecting | Correlating]] = {}
        self.broken: set[str] = set()
        for file in files:
            for one in file.parsed:
                if not isinstance(one, Excluding):
                    for name in {one.header.id.lower(), one.header.name.lower()} - {""}:
                        self.known.setdefault(name, []).append(one)
            for document in file.failed:
                self.broken.update(str(document.value.get(key)).lower() for key in ("id", "name"))

    def rules(self) -> tuple[Rule, ...]:
        """All rules that can run, in order of their files."""
        made: list[Rule] = []
        silent = self._silent()
        first: dict[str, Location] = {}
        for file in self.files:
            for one in file.parsed:
                file.problems.extend(one.warnings)
            running = [one for one in file.parsed if not isinstance(one, Excluding) and self._runs(file, one)]
            names = _names(file.path, running, silent)
            for one in running:
                name = names[id(one)]
                known_as = one.header.id or name
                if (other := first.setdefault(known_as, one.document.location)) is not one.document.location:
                    message = f"the id {known_as} is also that of the rule at {other}"
                    place = one.document.at(("id",))
                    file.problems.append(Problem(Status.INVALID, place, message, warning=True))
                made.append(self._rule(one, name, id(one) in silent))
            file.rules = len(running)
        return tuple(made)

    def _runs(self, file: _File, one: Detecting | Correlating) -> bool:
        plan = self._plan(one)
        if isinstance(plan, LocatedError):
            file.add(plan)
        return not isinstance(plan, LocatedError)

    def _rule(self, one: Detecting | Correlating, name: str, silent: bool) -> Rule:
        plan = self.plans[id(one)]
        assert not isinstance(plan, LocatedError)
        about = one.header
        return Rule(
            id=about.id or name,
            title=about.title,
            language="sigma",
            plan=plan,
            location=one.document.location,
            level=about.level,
            techniques=about.techniques,
            description=about.description,
            false_positives=about.false_positives,
            silent=silent,
            name=name,
        )

    def _plan(self, one: Detecting | Correlating) -> Relation | LocatedError:
        if id(one) not in self.plans:
            self.open.add(id(one))
            try:
                self.plans[id(one)] = (
                    one.plan()
                    if isinstance(one, Detecting)
                    else correlate(one, lambda name, at: self._target(one, name, at))
                )
            except LocatedError as error:
                self.plans[id(one)] = error
            except RecursionError:
                self.plans[id(one)] = InvalidRule(one.document.location, "correlations are nested too deeply")
            self.open.discard(id(one))
        return self.plans[id(one)]

    def _target(self, rule: Correlating, name: str, trail: Trail) -> Detecting | tuple[Correlating, Correlate]:
        """The rule that a correlation means by `name`: of its own file when that has one."""
        found = self.known.get(name.lower(), [])
        if not found:
            if name.lower() in self.broken:
                raise rule.document.unsupported(trail, f"the rule {name!r} cannot run itself")
            near = [one for one in self.known if abs(len(one) - len(name)) < 4][:500]
            raise rule.document.invalid(trail, f"no rule has the id or name {name!r}{nearest(name, near)}")
        own = [one for one in found if one.document.path == rule.document.path]
        one = (own or found)[0]
        if id(one) in self.open:
            raise rule.document.invalid(trail, f"{name!r} builds on this correlation itself")
        plan = self._plan(one)
        if isinstance(plan, LocatedError):
            raise rule.document.unsupported(trail, f"the rule {name!r} cannot run itself")
        if isinstance(one, Detecting):
            return one
        assert isinstance(plan, Correlate)
        return one, plan

    def _silent(self) -> set[int]:
        """Rules that only serve correlations, none of which asks for their own alerts."""
        used: dict[int, bool] = {}
        for file in self.files:
            for one in file.parsed:
                if not isinstance(one, Correlating):
                    continue
                for name in one.rules:
                    found = self.known.get(name.lower(), [])
                    own = [other for other in found if other.document.path == file.path]
                    for other in (own or found)[:1]:
                        used[id(other)] = used.get(id(other), False) or one.generate
        return {key for key, generates in used.items() if not generates}


def _names(path: str, rules: Sequence[Detecting | Correlating], silent: set[int]) -> dict[int, str]:
    """`sigma/<file stem>` for the file's first rule that alerts, `sigma/<file stem>#<name or number>` for others."""
    stem = f"sigma/{PurePath(path).stem}"
    first = next((one for one in rules if id(one) not in silent), rules[0] if rules else None)
    return {
        id(one): stem if one is first else f"{stem}#{one.header.name or number}" for number, one in enumerate(rules, 1)
    }
