"""Microsoft Sentinel's analytic rules as YAML: what the file says beside the query.

Sources: Azure/Azure-Sentinel wiki "Query Style Guide" (the template's fields); Microsoft Learn: "Create a scheduled
analytics rule from scratch", "Near-real-time (NRT) analytics rules" (run every minute over the minute before).

Sentinel runs a scheduled rule five minutes late, to wait for late events; here events are there at once, so a rule runs
on time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from simulator import documents
from simulator.errors import InvalidRule, InvalidScenario, UnsupportedRule
from simulator.ir import Op, Problem, Schedule, Status, Threshold
from simulator.languages.embedded import Query, inside
from simulator.languages.files import RuleFile

MINUTE = 60_000_000
NRT = Schedule(MINUTE, MINUTE, source="rule")
"""Of a near-real-time rule."""

_QUERY = re.compile(r"""^["']?query["']?[ \t]*:""", re.MULTILINE)
_OTHERS = re.compile(
    r"""^["']?(?:queryFrequency|queryPeriod|triggerOperator|relevantTechniques|entityMappings|requiredDataConnectors)["']?"""
    r"""[ \t]*:|^["']?kind["']?[ \t]*:[ \t]*["']?(?:Scheduled|NRT)\b""",
    re.MULTILINE,
)
_TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?", re.IGNORECASE)
_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_SHORT = re.compile(r"(\d+)\s*([smhd])")
_UNITS = {"s": 1_000_000, "m": MINUTE, "h": 60 * MINUTE, "d": 24 * 60 * MINUTE}
_OPERATORS = {
    "gt": Op.GT, "greaterthan": Op.GT, "lt": Op.LT, "lessthan": Op.LT, "eq": Op.EQ, "equal": Op.EQ, "ne": Op.NE,
    "notequal": Op.NE, "gte": Op.GE, "lte": Op.LE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """What a rule's file says: all but the query's meaning."""

    query: Query
    document: documents.Document
    id: str
    title: str
    level: str
    description: str
    techniques: tuple[str, ...]
    schedule: Schedule | None
    mapped: tuple[tuple[str, documents.Trail], ...]
    """Columns that `entityMappings` names, and where."""
    warnings: tuple[Problem, ...]


def sniff(text: str) -> bool:
    """Whether a YAML text looks like one of Sentinel's rules."""
    return _QUERY.search(text) is not None and _OTHERS.search(text) is not None


def header(file: RuleFile) -> Header:
    """A rule's file as read. Raises InvalidRule or UnsupportedRule."""
    try:
        document = documents.parse(file.text.encode("utf-8"), file.path)
    except InvalidScenario as error:
        raise InvalidRule(error.location, error.message) from error
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get("query"), str) or not value["query"].strip():
        raise InvalidRule(document.at(()), "a rule needs a query, as text")
    kind = value.get("kind", "Scheduled")
    if str(kind).lower() not in ("scheduled", "nrt"):
        raise UnsupportedRule(document.at(("kind",)), f"rules of kind {kind} are not supported")
    warnings: list[Problem] = []
    query = inside(file.path, file.text, value["query"], document.at(("query",)).line)
    return Header(
        query=query,
        document=document,
        id=str(value.get("id") or ""),
        title=str(value.get("name") or "").strip(),
        level=str(value.get("severity") or "").lower(),
        description=str(value.get("description") or "").strip().strip("'"),
        techniques=_techniques(document, warnings),
        schedule=NRT if str(kind).lower() == "nrt" else _schedule(document),
        mapped=tuple(_mapped(value.get("entityMappings"))),
        warnings=tuple(warnings),
    )


def _techniques(document: documents.Document, warnings: list[Problem]) -> tuple[str, ...]:
    found: list[str] = []
    for key in ("relevantTechniques", "relevantSubtechniques", "subTechniques"):
        given = document.value.get(key)
        for place, one in enumerate(given if isinstance(given, list) else []):
            if isinstance(one, str) and _TECHNIQUE.fullmatch(one.strip()):
                found.append(one.strip().upper())
            else:
                message = f"{one!r} is no ATT&CK technique"
                warnings.append(Problem(Status.INVALID, document.at((key, place)), message, warning=True))
    return tuple(dict.fromkeys(found))


def length(text: str) -> int | None:
    """Microseconds of `1h`, `PT1H`; None for what is no length of time."""
    if found := _SHORT.fullmatch(text.strip().lower()):
        return int(found[1]) * _UNITS[found[2]]
    if (iso := _ISO.fullmatch(text.strip().upper())) and any(iso.groups()):
        return sum(int(part or 0) * _UNITS[unit] for part, unit in zip(iso.groups(), "dhms", strict=True))
    return None


def _schedule(document: documents.Document) -> Schedule | None:
    """None where the file says nothing of when it runs (a hunting query)."""
    value = document.value
    if "queryFrequency" not in value and "queryPeriod" not in value:
        return None
    found: dict[str, int] = {}
    for key in ("queryFrequency", "queryPeriod"):
        given = value.get(key)
        if given is None:
            continue
        spans = length(str(given))
        if not spans:
            raise InvalidRule(document.at((key,)), f"{key} is {given!r}, expected a length of time such as 1h")
        found[key] = spans
    every = found.get("queryFrequency") or found["queryPeriod"]
    return Schedule(every, found.get("queryPeriod", every), thresholds=_thresholds(document), source="rule")


def _thresholds(document: documents.Document) -> tuple[Threshold, ...]:
    operator = document.value.get("triggerOperator")
    number = document.value.get("triggerThreshold", 0)
    if operator is None:
        return ()
    op = _OPERATORS.get(str(operator).lower())
    if op is None:
        raise InvalidRule(document.at(("triggerOperator",)), f"{operator!r} is none of {', '.join(_OPERATORS)}")
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise InvalidRule(document.at(("triggerThreshold",)), f"{number!r} is no number")
    return () if (op, number) == (Op.GT, 0) else (Threshold(op, number),)


def _mapped(given: Any) -> list[tuple[str, documents.Trail]]:
    found: list[tuple[str, documents.Trail]] = []
    for number, entity in enumerate(given if isinstance(given, list) else []):
        fields = entity.get("fieldMappings") if isinstance(entity, dict) else None
        for place, one in enumerate(fields if isinstance(fields, list) else []):
            if isinstance(one, dict) and isinstance(one.get("columnName"), str):
                found.append((one["columnName"], ("entityMappings", number, "fieldMappings", place, "columnName")))
    return found
