"""What an Elastic rule file says about its rule, beside its query: names, techniques, schedule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from simulator.ir import Schedule
from simulator.languages.elastic.document import Document

_UNITS = {"s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000, "w": 604_800_000_000}
_LENGTH = re.compile(r"(\d+)\s*([smhdw])")
_TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """A rule's names and what analysts are told."""

    id: str
    title: str
    level: str
    description: str
    techniques: tuple[str, ...]
    false_positives: tuple[str, ...]


def header(document: Document) -> Header:
    """Raises InvalidRule for values that are no text."""
    rule = document.rule

    def text(key: str) -> str:
        value = rule.get(key, "")
        if not isinstance(value, str):
            raise document.invalid(key, f"expected a text in `{key}`")
        return value.strip()

    return Header(
        text("rule_id"),
        text("name"),
        text("severity").lower(),
        text("description"),
        _techniques(rule.get("threat", [])),
        document.texts("false_positives"),
    )


def _techniques(threats: Any) -> tuple[str, ...]:
    found: dict[str, None] = {}

    def take(entries: Any) -> None:
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                name = entry.get("id")
                if isinstance(name, str) and _TECHNIQUE.fullmatch(name):
                    found[name.upper()] = None
                take(entry.get("subtechnique"))

    for threat in threats if isinstance(threats, list) else []:
        if isinstance(threat, dict):
            take(threat.get("technique"))
    return tuple(found)


def span(text: object) -> int | None:
    """A length of time such as `5m`, in microseconds; None for anything else."""
    found = _LENGTH.fullmatch(text.strip()) if isinstance(text, str) else None
    return int(found[1]) * _UNITS[found[2]] if found else None


def before(document: Document, key: str, default: int) -> int:
    """How long before the run `key` says (`now-9m`), in microseconds. Raises InvalidRule for anything else."""
    value = document.rule.get(key)
    if value is None:
        return default
    if isinstance(value, str):
        if value.strip() == "now":
            return 0
        length = span(value.strip().removeprefix("now-"))
        if value.strip().startswith("now-") and length is not None:
            return length
    raise document.invalid(key, f"expected a time such as now-9m in `{key}`")


def schedule(document: Document) -> Schedule:
    """When the rule runs and what each run sees: `interval`, `from` and `to`, by default every 5 minutes over the last
    6 (https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule). `timestamp_override` is
    of no account: events here have one time."""
    every = span(document.rule.get("interval", "5m"))
    if not every:
        raise document.invalid("interval", "expected a length of time such as 5m in `interval`")
    start, end = before(document, "from", 6 * _UNITS["m"]), before(document, "to", 0)
    if end >= start:
        raise document.invalid("from", "`from` must be earlier than `to`")
    given = any(key in document.rule for key in ("interval", "from", "to"))
    return Schedule(every, start - end, end, source="rule" if given else "default")
