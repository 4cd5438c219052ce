"""From a detection section (named selections and a condition over them) to one predicate.

pySigma reads each `field|modifiers: values` and the condition's grammar; what they mean is said here, item by item, so
that whatever is wrong has a place in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionIdentifier,
    ConditionItem,
    ConditionNOT,
    ConditionOR,
    ConditionSelector,
    SigmaCondition,
)
from sigma.exceptions import SigmaError, SigmaModifiedError
from sigma.modifiers import modifier_mapping
from sigma.rule import SigmaDetectionItem, SigmaDetections

from simulator.errors import LocatedError, nearest
from simulator.ir import Expr
from simulator.languages.predicates import all_of, any_of, negated
from simulator.languages.sigma.document import Document, Trail
from simulator.languages.sigma.values import POLICY, Unusable, predicate

MODIFIERS = frozenset(modifier_mapping) | {"utf16le"}
"""pySigma knows all of the specification's but `utf16le`, which is `wide` by another name."""

_TEXT_MODIFIERS = frozenset(("re", "contains", "startswith", "endswith", "cased"))
_MAX_DEPTH = 40
_MAX_LENGTH = 10_000
_MAX_CONDITIONS = 100
_OPERAND = "the name of a selection, `1 of …`, `all of …`, `not` or `(`"
_SCALARS = (str, int, float, bool, type(None))


@dataclass(slots=True)
class Detection:
    """The named selections of one `detection:` or `filter:` section. `trail` leads to the section."""

    document: Document
    trail: Trail
    selections: Mapping[str, Any]
    placeholders: Mapping[str, Sequence[str]]
    lowered: dict[str, Expr] = field(default_factory=dict)

    def condition(self) -> Expr:
        """What the section's condition says; of several conditions, that any holds. Raises LocatedError."""
        return any_of(self._conditions(self._lower))

    def negative(self) -> bool:
        """Whether the condition names selections only under `not`."""
        return all(self._conditions(_only_negated))

    def _conditions(self, use: Callable[..., Any]) -> list[Any]:
        document, trail = self.document, (*self.trail, "condition")
        section = _get(document.value, self.trail)
        given = section.get("condition")
        if given is None:
            raise document.invalid(self.trail, "the condition is missing", key=True)
        if not any(name != "condition" for name in self.selections):
            raise document.invalid(self.trail, "there is no selection", key=True)
        numbered = isinstance(given, list)
        if numbered and len(given) > _MAX_CONDITIONS:
            raise document.invalid(trail, f"there are more than {_MAX_CONDITIONS} conditions")
        found = []
        for index, text in enumerate(given if numbered else [given]):
            here = (*trail, index) if numbered else trail
            if not isinstance(text, str) or not text.strip():
                raise document.invalid(here, "a condition must be text such as `selection and not filter`")
            found.append(use(self._parsed(text, here), text, here))
        if not found:
            raise document.invalid(trail, "the condition is empty")
        return found

    def _parsed(self, text: str, trail: Trail) -> ConditionItem:
        if len(text) > _MAX_LENGTH or text.count("(") > _MAX_DEPTH:
            message = f"a condition may have {_MAX_LENGTH:,} characters and {_MAX_DEPTH} parentheses, this has more"
            raise self.document.invalid(trail, message)
        try:
            return SigmaCondition(text, _NO_DETECTIONS).parse(postprocess=False)  # type: ignore[return-value]
        except SigmaError as error:
            message = str(error)
            where = re.search(r"\(at char (\d+)\)", message)
            if where is None:
                raise self.document.invalid(trail, message) from error
            offset = int(where[1])
            found = text[offset : offset + 40].split() or ["the end"]
            expected = "`and`, `or` or the end" if "Expected end of text" in message else _OPERAND
            raise self.document.invalid(
                trail,
                f"the condition cannot be read: found {found[0]!r}, expected {expected}",
                offset=offset,
            ) from error
        except RecursionError as error:
            raise self.document.invalid(trail, "the condition is nested too deeply") from error

    def _lower(self, node: Any, text: str, trail: Trail) -> Expr:
        match node:
            case ConditionNOT():
                return negated(self._lower(node.args[0], text, trail))
            case ConditionAND():
                return all_of(self._lower(arg, text, trail) for arg in node.args)
            case ConditionOR():
                return any_of(self._lower(arg, text, trail) for arg in node.args)
            case ConditionSelector():
                names = [name for name in self.selections if name != "condition" and _selects(node.pattern, name)]
                if not names:
                    message = (
                        f"no selection is named {node.pattern!r}{nearest(node.pattern.strip('*_'), self._names())}"
                    )
                    raise self.document.invalid(trail, message, offset=max(text.find(node.pattern), 0))
                link = all_of if node.args[0] == "all" else any_of
                return link(self.selection(name) for name in names)
            case ConditionIdentifier():
                name = node.identifier
                if name not in self._names():
                    place = re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)
                    message = f"unknown selection {name!r}{nearest(name, self._names())}"
                    raise self.document.invalid(trail, message, offset=place.start() if place else 0)
                return self.selection(name)
            case _:
                raise self.document.invalid(trail, f"the condition cannot be read at {node}")

    def _names(self) -> list[str]:
        return [name for name in self.selections if name != "condition"]

    def selection(self, name: str) -> Expr:
        """What one selection says."""
        if name not in self.lowered:
            self.lowered[name] = self._definition(self.selections[name], (*self.trail, name))
        return self.lowered[name]

    def _definition(self, definition: Any, trail: Trail) -> Expr:
        match definition:
            case dict() if definition:
                return all_of(self._item(key, value, (*trail, key)) for key, value in definition.items())
            case list() if definition and all(isinstance(one, _SCALARS) for one in definition):
                return self._item(None, definition, trail)
            case list() if definition:
                return any_of(self._definition(one, (*trail, index)) for index, one in enumerate(definition))
            case str() | int() | float() | bool():
                return self._item(None, definition, trail)
            case _:
                raise self.document.invalid(trail, "the selection is empty", key=True)

    def _item(self, key: str | None, value: Any, trail: Trail) -> Expr:
        name, *modifiers = key.split("|") if key is not None else [""]
        unknown = next((one for one in modifiers if one not in MODIFIERS), None)
        if unknown is not None:
            message = f"unknown modifier {unknown!r}{nearest(unknown, MODIFIERS)}"
            raise self.document.invalid(trail, message, key=True, offset=(key or "").rfind("|" + unknown) + 1)
        self._check_values(value, trail)
        if not _TEXT_MODIFIERS.isdisjoint(modifiers):
            value = [_as_text(one) for one in value] if isinstance(value, list) else _as_text(value)
        if "re" in modifiers and (value is None or (isinstance(value, list) and None in value)):
            raise self._at_value(trail, value, "found null, expected a regular expression", False)
        known = ["wide" if one == "utf16le" else one for one in modifiers]
        try:
            item = SigmaDetectionItem.from_mapping(
                "|".join((name, *known)) if key is not None else None, value, policy=POLICY
            )
            return predicate(item, modifiers, self.placeholders)
        except Unusable as error:
            raise self._at_value(trail, value, str(error), error.unsupported) from error
        except SigmaModifiedError as error:
            raise self._at_value(trail, value, str(error), True) from error
        except (SigmaError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
            if "modifier only allowed for" in str(error):  # wide and its kin take what is ASCII; the specification more
                raise self._at_value(trail, value, "only ASCII texts can be encoded as UTF-16", True) from error
            raise self._at_culprit(key, value, trail, str(error)) from error

    def _check_values(self, value: Any, trail: Trail) -> None:
        for index, one in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(one, _SCALARS):
                here = trail if index is None else (*trail, index)
                kind = {"dict": "a mapping", "list": "a list"}.get(type(one).__name__, type(one).__name__)
                raise self.document.invalid(here, f"found {kind}, expected a text, a number, true, false or null")

    def _at_value(self, trail: Trail, value: Any, message: str, unsupported: bool) -> LocatedError:
        raised = self.document.unsupported if unsupported else self.document.invalid
        return raised(trail if not isinstance(value, list) or len(value) != 1 else (*trail, 0), message)

    def _at_culprit(self, key: str | None, value: Any, trail: Trail, message: str) -> LocatedError:
        """The error placed at the one value of a list that causes it."""
        if isinstance(value, list) and len(value) > 1:
            for index, one in enumerate(value):
                try:
                    self._item(key, [one], trail)
                except LocatedError as error:
                    return self.document.invalid((*trail, index), error.message)
        return self._at_value(trail, value, message, False)


def _only_negated(node: Any, _text: str = "", _trail: Trail = (), under: bool = False) -> bool:
    match node:
        case ConditionNOT():
            return _only_negated(node.args[0], under=not under)
        case ConditionAND() | ConditionOR():
            return all(_only_negated(arg, under=under) for arg in node.args)
        case _:
            return under


def _selects(pattern: str, name: str) -> bool:
    """Whether `them` or a pattern with `*` stands for a selection. Names with a leading underscore are only meant by
    patterns that have one too."""
    if name.startswith("_") and not pattern.startswith("_"):
        return False
    if pattern == "them":
        return True
    return fnmatchcase(name, pattern)


def _as_text(value: Any) -> Any:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            return value


def _get(value: Any, trail: Trail) -> Any:
    for step in trail:
        value = value[step]
    return value


class _NoDetections(SigmaDetections):
    """Stands in where pySigma wants the selections of a condition that is only parsed."""

    def __init__(self) -> None:
        self.detections = {}
        self.condition = []
        self.policy = POLICY


_NO_DETECTIONS = _NoDetections()
