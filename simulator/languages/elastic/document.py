"""A rule file of Elastic detection-rules: TOML whose values know their places.

Source: https://github.com/elastic/detection-rules (CONTRIBUTING.md, the fields of a rule) and the detections API,
https://www.elastic.co/docs/api/doc/kibana/operation/operation-createrule.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.errors import InvalidRule, Location, UnsupportedRule
from simulator.languages.embedded import Query, inside

_MARKS = re.compile(r"^\s*\[\s*rule\s*\]", re.MULTILINE)
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


def sniff(text: str) -> bool:
    """Whether a TOML text holds a detection rule."""
    return _MARKS.search(text) is not None


@dataclass(frozen=True, slots=True)
class Document:
    """A rule file. `rule` is its `[rule]` table."""

    path: str
    text: str
    rule: Mapping[str, Any]

    def at(self, key: str) -> Location:
        """Where the rule's `key` stands (a key of `[rule]` or a table below it), or the rule's own place without it."""
        found = re.compile(rf"^\s*\[*\s*(?:rule\.)?({re.escape(key)})\s*[=\].]", re.MULTILINE).search(
            self.text, self._start()
        )
        if found is None:
            return self.location
        return self._place(found.start(1))

    @property
    def location(self) -> Location:
        """Where the rule begins."""
        return self._place(self._start())

    def query(self, key: str = "query") -> Query:
        """The query in the rule's `key`. Raises InvalidRule where there is none."""
        text = self.rule.get(key)
        if not isinstance(text, str):
            raise InvalidRule(self.at(key), f"expected a query as text in `{key}`")
        return inside(self.path, self.text, text, self.at(key).line)

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts in the list of the rule's `key`; none without it. Raises InvalidRule for anything else."""
        value = self.rule.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise InvalidRule(self.at(key), f"expected a list of texts in `{key}`")
        return tuple(value)

    def invalid(self, key: str, message: str) -> InvalidRule:
        """What is wrong with the rule's `key`."""
        return InvalidRule(self.at(key), message)

    def unsupported(self, key: str, message: str) -> UnsupportedRule:
        """What cannot run about the rule's `key`."""
        return UnsupportedRule(self.at(key), message)

    def _start(self) -> int:
        found = _MARKS.search(self.text)
        return found.end() - len(found[0].lstrip()) if found else 0

    def _place(self, offset: int) -> Location:
        line = self.text.count("\n", 0, offset) + 1
        return Location(self.path, line, offset - self.text.rfind("\n", 0, offset))


def read(path: str, text: str) -> Document:
    """The document. Raises InvalidRule for what is not TOML or holds no rule."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _PLACE.search(str(error))
        place = Location(path, int(found[1]), int(found[2])) if found and found[1] else Location(path)
        raise InvalidRule(place, f"is not TOML: {_PLACE.sub('', str(error))}") from None
    except RecursionError:
        raise InvalidRule(Location(path), "is nested too deeply") from None
    rule = data.get("rule")
    if not isinstance(rule, dict):
        raise InvalidRule(Location(path), "expected a table `[rule]`")
    return Document(path, text, rule)
