"""Sigma filters: documents that exclude events from other rules.

Which events does a filter exclude? The specification (2.1, "Sigma Filters") says that a filter's purpose is "to
suppress matches of multiple rules", and its example excludes administrators by `condition: selection`. pySigma instead
adds the condition itself with `and`, so its users write `condition: not selection` for the same purpose. Both mean to
exclude `selection`, and so it is read here: the condition names the events to exclude (the specification), unless it
names selections only under `not`; then it names the events to keep (pySigma). The second reading comes with a warning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.ir import Expr, Problem, Status
from simulator.languages.predicates import negated
from simulator.languages.sigma.detection import Detection
from simulator.languages.sigma.document import Document
from simulator.languages.sigma.header import header
from simulator.languages.sigma.rules import Detecting, logsource


@dataclass(frozen=True, slots=True)
class Excluding:
    """A filter: the events it excludes, from which rules. `rules` None means every rule of its logsource."""

    document: Document
    logsource: Mapping[str, str]
    rules: tuple[str, ...] | None
    excludes: Expr
    warnings: tuple[Problem, ...] = ()

    def concerns(self, rule: Detecting) -> bool:
        """Whether it applies to `rule`: named (or any is meant), and of a logsource that this one contains."""
        if any(rule.logsource.get(key) != value for key, value in self.logsource.items()):
            return False
        return self.rules is None or not {rule.header.id.lower(), rule.header.name.lower()}.isdisjoint(
            name.lower() for name in self.rules
        )


def excluding(document: Document, placeholders: Mapping[str, Sequence[str]]) -> Excluding:
    """Read a document with `filter`. Raises LocatedError."""
    about = header(document)
    source, warnings = logsource(document)
    section = document.value["filter"]
    if not isinstance(section, dict):
        raise document.invalid(("filter",), "a filter must be a mapping of rules, selections and a condition")
    selections = {name: value for name, value in section.items() if name != "rules"}
    detection = Detection(document, ("filter",), selections, placeholders)
    said = detection.condition()
    keeps = detection.negative()
    if keeps:
        trail = ("filter", "condition")
        message = (
            "read as the events to keep, since it names selections only under `not`; "
            "by the specification a filter's condition names the events to exclude"
        )
        warnings = (*warnings, Problem(Status.INVALID, document.at(trail), message, warning=True))
    excludes = negated(said) if keeps else said
    return Excluding(document, source, _rules(document, section), excludes, (*about.warnings, *warnings))


def _rules(document: Document, section: Mapping[str, object]) -> tuple[str, ...] | None:
    match section.get("rules"):
        case str(text):
            return None if text.lower() == "any" else (text,)
        case list(names) if all(isinstance(name, str) for name in names):
            return tuple(names) or None
        case None:
            raise document.invalid(("filter",), "a filter must say which rules it is for, or `rules: any`", key=True)
        case _:
            raise document.invalid(("filter", "rules"), "expected `any`, or ids or names of rules")
