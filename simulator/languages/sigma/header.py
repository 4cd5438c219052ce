"""What a Sigma document says about itself: title, id, tags, level and so on, as pySigma checks them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sigma import exceptions as wrong
from sigma.rule import SigmaRuleBase
from sigma.rule.attributes import SigmaLevel, SigmaStatus

from simulator.errors import nearest
from simulator.ir import Problem, Status
from simulator.languages.sigma.document import Document

_TECHNIQUE = re.compile(r"attack\.(t\d{4}(?:\.\d{3})?)", re.IGNORECASE)

_KEYS: dict[type[Exception], str] = {
    wrong.SigmaTitleError: "title",
    wrong.SigmaNameError: "name",
    wrong.SigmaLevelError: "level",
    wrong.SigmaStatusError: "status",
    wrong.SigmaTaxonomyError: "taxonomy",
    wrong.SigmaIdentifierError: "id",
    wrong.SigmaTagError: "tags",
    wrong.SigmaRelatedError: "related",
    wrong.SigmaDateError: "date",
    wrong.SigmaModifiedError: "modified",
    wrong.SigmaAuthorError: "author",
    wrong.SigmaDescriptionError: "description",
    wrong.SigmaReferencesError: "references",
    wrong.SigmaFieldsError: "fields",
    wrong.SigmaFalsePositivesError: "falsepositives",
    wrong.SigmaLicenseError: "license",
    wrong.SigmaScopeError: "scope",
}
"""Which key each of pySigma's complaints is about."""

_FATAL = frozenset(("title", "name", "level", "status", "taxonomy"))
"""Keys that must be right for the rule to run; complaints about the others are warnings."""


@dataclass(frozen=True, slots=True)
class Header:
    """The descriptive part of a document. `warnings` do not stop it from running."""

    title: str
    id: str
    name: str
    level: str
    techniques: tuple[str, ...]
    description: str
    false_positives: tuple[str, ...]
    warnings: tuple[Problem, ...] = ()


def header(document: Document) -> Header:
    """Read it. Raises LocatedError where it must be right and is not."""
    value = document.value
    for key in ("title", "name", "id", "level", "status", "taxonomy", "description"):
        if value.get(key) is not None and not isinstance(value[key], str):
            raise document.invalid((key,), f"found {value[key]!r}, expected text")
    if value.get("taxonomy", "sigma") not in (None, "sigma"):
        raise document.unsupported(("taxonomy",), f"the taxonomy {value['taxonomy']!r} is not Sigma's own")
    _, errors = SigmaRuleBase.from_dict_common_params(value, collect_errors=True)
    warnings = []
    for error in errors:
        key = _KEYS.get(type(error), "")
        trail = (key,) if key in value else ()
        message = str(error) + _nearest(key, value.get(key))
        if key in _FATAL:
            raise document.invalid(trail, message)
        warnings.append(Problem(Status.INVALID, document.at(trail), message, warning=True))
    tags = value.get("tags") if isinstance(value.get("tags"), list) else []
    techniques = (match[1].upper() for tag in tags or () if (match := _TECHNIQUE.fullmatch(str(tag))))
    positives = value.get("falsepositives")
    return Header(
        title=value["title"],
        id=value.get("id") or "",
        name=value.get("name") or "",
        level=(value.get("level") or "").lower(),
        techniques=tuple(dict.fromkeys(techniques)),
        description=(value.get("description") or "").strip(),
        false_positives=tuple(str(one) for one in positives) if isinstance(positives, list) else (),
        warnings=tuple(warnings),
    )


def _nearest(key: str, value: object) -> str:
    known = {"level": SigmaLevel, "status": SigmaStatus}.get(key)
    return nearest(str(value), [one.name.lower() for one in known]) if known else ""
