"""Sigma correlations: reading them, and lowering them once the rules they build on are known.

The conditions are read here rather than by pySigma, which takes one operator only where the specification allows a
range (`gte: 5` with `lte: 10`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionItem,
    CorrelationConditionNOT,
    SigmaCorrelationTimespan,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)
from sigma.exceptions import SigmaError

from simulator.errors import nearest
from simulator.ir import Branch, Correlate, CorrelationKind, Op, Problem, Requirement, Threshold
from simulator.languages.sigma.document import Document, Trail
from simulator.languages.sigma.header import Header, header
from simulator.languages.sigma.rules import Detecting, united

OPERATORS = {"gt": Op.GT, "gte": Op.GE, "lt": Op.LT, "lte": Op.LE, "eq": Op.EQ, "neq": Op.NE}

KINDS = {kind.value: kind for kind in CorrelationKind}
TEMPORAL = frozenset((CorrelationKind.TEMPORAL, CorrelationKind.TEMPORAL_ORDERED))
_FIELDLESS = TEMPORAL | {CorrelationKind.EVENT_COUNT}
_KEYS = frozenset(("type", "rules", "group-by", "timespan", "condition", "aliases", "generate"))
MAX_BRANCHES = 60
"""On how many rules a correlation may build, those of inner correlations included."""

_LONGEST = 100 * 366 * 86400


@dataclass(frozen=True, slots=True)
class Correlating:
    """A correlation as written. `rules` are references by id or name, `aliases` maps alias -> reference -> field."""

    document: Document
    header: Header
    kind: CorrelationKind
    rules: tuple[str, ...]
    by: tuple[str, ...]
    span: int
    aliases: Mapping[str, Mapping[str, str]]
    fields: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    percentile: int | None = None
    requires: Requirement | None = None
    generate: bool = False

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is amiss and does not stop it from running."""
        return self.header.warnings


def correlating(document: Document) -> Correlating:
    """Read a document with `correlation`. Raises LocatedError."""
    about = header(document)
    section = document.value["correlation"]
    if not isinstance(section, dict):
        raise document.invalid(("correlation",), "a correlation must be a mapping")
    unknown = next((key for key in section if key not in _KEYS), None)
    if unknown is not None:
        message = f"unknown key {unknown!r}{nearest(unknown, _KEYS)}"
        raise document.invalid(("correlation", unknown), message, key=True)
    kind = _kind(document, section.get("type"))
    generate = section.get("generate", False)
    if not isinstance(generate, bool):
        raise document.invalid(("correlation", "generate"), f"found {generate!r}, expected true or false")
    requires, named = _requires(document, kind, section.get("condition"))
    rules = _texts(document, section, "rules") or named
    if not rules:
        raise document.invalid(("correlation",), "a correlation must name the rules it builds on", key=True)
    stray = next((name for name in named if name not in rules), None)
    if stray is not None:
        message = f"{stray!r} is not among the correlation's rules{nearest(stray, rules)}"
        raise document.invalid(("correlation", "condition"), message, offset=section["condition"].find(stray))
    fields, thresholds, percentile = _measure(document, kind, section.get("condition"))
    return Correlating(
        document=document,
        header=about,
        kind=kind,
        rules=rules,
        by=_texts(document, section, "group-by"),
        span=_span(document, section.get("timespan")),
        aliases=_aliases(document, section.get("aliases")),
        fields=fields,
        thresholds=thresholds,
        percentile=percentile,
        requires=requires,
        generate=generate,
    )


def _kind(document: Document, given: Any) -> CorrelationKind:
    if given is None:
        raise document.invalid(("correlation",), "the correlation has no type", key=True)
    if not isinstance(given, str) or given.lower() not in KINDS:
        hint = nearest(str(given), KINDS) or f", expected one of {', '.join(KINDS)}"
        raise document.invalid(("correlation", "type"), f"unknown correlation type {given!r}{hint}")
    return KINDS[given.lower()]


def _texts(document: Document, section: Mapping[str, Any], key: str) -> tuple[str, ...]:
    given = section.get(key)
    names = [given] if isinstance(given, str) else given or []
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise document.invalid(("correlation", key), "expected a text or a list of texts")
    return tuple(dict.fromkeys(names))


def _span(document: Document, given: Any) -> int:
    if given is None:
        raise document.invalid(("correlation",), "the correlation has no timespan", key=True)
    try:
        seconds = SigmaCorrelationTimespan(given).seconds
    except (SigmaError, ValueError) as error:
        message = f"found {given!r}, expected a number and one of s, m, h, d, w, M, y, for example 15m"
        raise document.invalid(("correlation", "timespan"), message) from error
    if seconds > _LONGEST:
        raise document.invalid(("correlation", "timespan"), "the timespan is longer than a hundred years")
    return seconds * 1_000_000


def _aliases(document: Document, given: Any) -> dict[str, dict[str, str]]:
    trail = ("correlation", "aliases")
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise document.invalid(trail, "aliases must be a mapping of alias to rule to field")
    for alias, fields in given.items():
        if not isinstance(fields, dict) or not all(isinstance(one, str) for one in fields.values()):
            raise document.invalid((*trail, alias), "an alias must map names of rules to names of fields")
    return given


def _requires(document: Document, kind: CorrelationKind, given: Any) -> tuple[Requirement | None, tuple[str, ...]]:
    """An extended condition, and the rules it names."""
    if not isinstance(given, str):
        return None, ()
    trail = ("correlation", "condition")
    if kind not in TEMPORAL:
        raise document.invalid(trail, f"a condition over rule names does not go with {kind.value}")
    if given.count("(") > 40 or len(given) > 10_000:
        raise document.invalid(trail, "a condition may have 10,000 characters and 40 parentheses, this has more")
    try:
        parsed = SigmaExtendedCorrelationCondition(given)
    except (SigmaError, RecursionError) as error:
        raise document.invalid(trail, f"the condition cannot be read: {error}") from error
    return _requirement(parsed.parsed), tuple(parsed.get_referenced_rules())


def _requirement(node: CorrelationConditionItem | SigmaRuleReference) -> Requirement:
    if isinstance(node, SigmaRuleReference):
        return node.reference
    items = tuple(_requirement(arg) for arg in node.args)
    if isinstance(node, CorrelationConditionNOT):
        return ("not", *items)
    return ("and" if isinstance(node, CorrelationConditionAND) else "or", *items)


def _measure(
    document: Document, kind: CorrelationKind, given: Any
) -> tuple[tuple[str, ...], tuple[Threshold, ...], int | None]:
    """What is measured and which thresholds it must pass."""
    trail = ("correlation", "condition")
    if isinstance(given, str) or (given is None and kind in TEMPORAL):
        return (), (), None
    if given is None:
        raise document.invalid(("correlation",), f"{kind.value} needs a condition such as `gte: 10`", key=True)
    if not isinstance(given, dict):
        raise document.invalid(trail, "a condition must be a mapping such as `gte: 10`")
    for key in given:
        if key not in OPERATORS and key not in ("field", "percentile"):
            hint = nearest(key, (*OPERATORS, "field", "percentile")) or f", expected one of {', '.join(OPERATORS)}"
            raise document.invalid((*trail, key), f"unknown key {key!r}{hint}", key=True)
    thresholds = tuple(
        Threshold(op, _finite(document, given[key], (*trail, key))) for key, op in OPERATORS.items() if key in given
    )
    if not thresholds:
        raise document.invalid(trail, f"the condition compares with nothing, expected one of {', '.join(OPERATORS)}")
    return _fields(document, kind, given), thresholds, _percentile(document, kind, given.get("percentile"))


def _finite(document: Document, value: Any, trail: Trail) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise document.invalid(trail, f"found {value!r}, expected a number")
    return value


def _fields(document: Document, kind: CorrelationKind, given: Mapping[str, Any]) -> tuple[str, ...]:
    if kind in _FIELDLESS:
        return ()
    trail = ("correlation", "condition")
    value = given.get("field")
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise document.invalid(trail if value is None else (*trail, "field"), f"{kind.value} needs the name of a field")
    if kind is not CorrelationKind.VALUE_COUNT and len(names) > 1:
        raise document.invalid((*trail, "field"), f"{kind.value} measures one field")
    return tuple(names)


def _percentile(document: Document, kind: CorrelationKind, given: Any) -> int | None:
    if kind is not CorrelationKind.VALUE_PERCENTILE:
        return None
    trail = ("correlation", "condition")
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= 100:
        message = f"found {given!r}, expected `percentile` to be a whole number from 0 to 100"
        raise document.invalid(trail if given is None else (*trail, "percentile"), message)
    return given


def correlate(
    rule: Correlating, lookup: Callable[[str, Trail], Detecting | tuple[Correlating, Correlate]]
) -> Correlate:
    """The plan of a correlation. `lookup` gives what a reference means: a rule, or a correlation with its plan. Raises
    LocatedError."""
    groups: list[tuple[str, list[Branch]]] = []
    listed = isinstance(rule.document.value["correlation"].get("rules"), list)
    for index, reference in enumerate(rule.rules):
        trail: Trail = ("correlation", "rules", index) if listed else ("correlation", "rules")
        groups.append((reference, _branches(rule, reference, trail, lookup(reference, trail))))
    if sum(_leaves(branch) for _, branches in groups for branch in branches) > MAX_BRANCHES:
        message = f"the correlation builds on more than {MAX_BRANCHES} rules"
        raise rule.document.unsupported(("correlation", "rules"), message)
    requires = rule.requires
    if any(len(branches) > 1 for _, branches in groups) and rule.kind in TEMPORAL:
        if rule.thresholds:
            message = "counting rules is not supported where a rule's tables name a group-by field differently"
            raise rule.document.unsupported(("correlation", "condition"), message)
        every = groups[0][0] if len(groups) == 1 else ("and", *(name for name, _ in groups))
        requires = _spread(requires or every, {name: [one.name for one in branches] for name, branches in groups})
    return Correlate(
        kind=rule.kind,
        branches=tuple(branch for _, branches in groups for branch in branches),
        by=rule.by,
        span=rule.span,
        thresholds=rule.thresholds,
        percentile=rule.percentile,
        requires=requires,
    )


def _branches(
    rule: Correlating, reference: str, trail: Trail, target: Detecting | tuple[Correlating, Correlate]
) -> list[Branch]:
    """One branch per way of naming the group's and the measured fields among the target's tables: mostly one."""
    names = {reference} | (
        {target.header.name, target.header.id}
        if isinstance(target, Detecting)
        else {target[0].header.name, target[0].header.id}
    )

    def known_as(name: str) -> str:
        return next((field for key, field in rule.aliases.get(name, {}).items() if key in names), name)

    by, fields = tuple(map(known_as, rule.by)), tuple(map(known_as, rule.fields))
    if not isinstance(target, Detecting):
        inner = target[1]
        absent = next((name for name in (*by, *fields) if name not in inner.by), None)
        if absent is not None:
            message = (
                f"the correlation {reference!r} has no field {absent!r}, only what it groups by: {', '.join(inner.by)}"
            )
            raise rule.document.unsupported(trail, message)
        return [Branch(reference, inner, by, fields)]
    ways: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Any]] = {}
    for place, source in target.sources():
        way = (tuple(map(place.fields.column, by)), tuple(map(place.fields.column, fields)))
        ways.setdefault(way, []).append(source)
    return [
        Branch(reference if number == 0 else f"{reference}#{number + 1}", united(sources), *way)
        for number, (way, sources) in enumerate(ways.items())
    ]


def _leaves(branch: Branch) -> int:
    """How many rules a branch comes down to, those of inner correlations each time they are used."""
    return sum(map(_leaves, branch.source.branches)) if isinstance(branch.source, Correlate) else 1


def _spread(requires: Requirement, names: Mapping[str, list[str]]) -> Requirement:
    """The same requirement where one rule has become several branches: any of them will do."""
    if isinstance(requires, str):
        found = names[requires]
        return found[0] if len(found) == 1 else ("or", *found)
    return (requires[0], *(_spread(item, names) for item in requires[1:]))
