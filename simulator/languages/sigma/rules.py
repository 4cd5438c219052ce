"""Detection rules: from a document to the events it selects, table by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulator.errors import nearest
from simulator.ir import Expr, Filter, Problem, Relation, Scan, Status, Union
from simulator.languages.predicates import FALSE, all_of, any_of, like, negated
from simulator.languages.sigma.detection import Detection
from simulator.languages.sigma.document import Document
from simulator.languages.sigma.header import Header, header
from simulator.languages.sigma.logsource import CATEGORIES, Place, places


@dataclass(slots=True)
class Detecting:
    """A detection rule: what it says in Sigma's field names, and where its events are. Filters add `excluded`."""

    document: Document
    header: Header
    logsource: Mapping[str, str]
    where: Expr
    places: tuple[Place, ...]
    excluded: list[Expr] = field(default_factory=list)
    warnings: tuple[Problem, ...] = ()

    def selected(self) -> Expr:
        """What it says, less what filters exclude."""
        return all_of((self.where, *(negated(one) for one in self.excluded)))

    def sources(self) -> list[tuple[Place, Filter]]:
        """The events it selects in each of its tables, leaving out tables in which nothing can match."""
        where = self.selected()
        found = [(place, _asked(place, where)) for place in self.places]
        return [one for one in found if one[1].where != FALSE] or found[:1]

    def plan(self) -> Relation:
        """All events it selects."""
        return united([source for _, source in self.sources()])


def united(sources: Sequence[Relation]) -> Relation:
    """The rows of all sources."""
    return sources[0] if len(sources) == 1 else Union(tuple(sources))


def _asked(place: Place, where: Expr) -> Filter:
    ids = any_of(like("EventID", (str(event),)) for event in place.event_ids)
    renamed = place.fields.apply(where)
    return Filter(Scan(place.table), all_of((ids, renamed)) if place.event_ids else renamed)


def detecting(document: Document, placeholders: Mapping[str, Sequence[str]]) -> Detecting:
    """Read a document with `logsource` and `detection`. Raises LocatedError."""
    about = header(document)
    source, warnings = logsource(document)
    section = document.value.get("detection")
    if section is None:
        raise document.invalid((), "the rule has no detection")
    if not isinstance(section, dict):
        raise document.invalid(("detection",), "a detection must be a mapping of selections and a condition")
    where = Detection(document, ("detection",), section, placeholders).condition()
    return Detecting(document, about, source, where, places(source), warnings=(*about.warnings, *warnings))


def logsource(document: Document) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """A document's logsource, and warnings about it. Raises LocatedError."""
    given = document.value.get("logsource")
    if given is None:
        raise document.invalid((), "the logsource is missing")
    if not isinstance(given, dict):
        raise document.invalid(("logsource",), "a logsource must be a mapping of category, product, service")
    found: dict[str, str] = {}
    for key in ("category", "product", "service"):
        value = given.get(key)
        if value is None:
            continue
        if not isinstance(value, str) or not value.strip():
            raise document.invalid(("logsource", key), f"found {value!r}, expected text")
        found[key] = value.strip().lower()
    if not found:
        raise document.invalid(("logsource",), "a logsource must give a category, a product or a service", key=True)
    category = found.get("category", "")
    hint = nearest(category, CATEGORIES) if category and category not in CATEGORIES else ""
    if not hint:
        return found, ()
    place = document.at(("logsource", "category"))
    return found, (Problem(Status.INVALID, place, f"unknown category {category!r}{hint}", warning=True),)
