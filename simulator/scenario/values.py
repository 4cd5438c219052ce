"""Values: what may stand wherever a scenario gives a value, read from YAML into small nodes.

Each drawn value has a `key`, its place in the file, which names its random stream, and `per`: what it stays the same
for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from simulator.documents import Document, Trail, shown, unknown_name
from simulator.scenario import units
from simulator.scenario.template import Ref, TemplateError
from simulator.scenario.template import parse as parse_template

Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Const:
    """The same in every row."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Template:
    """Pieces of text and references, joined."""

    parts: tuple[str | Ref, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the options, by weight (None: all alike)."""

    key: str
    per: str | None
    options: tuple[Value, ...]
    weights: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Number:
    """A number from a distribution: uniform, integer, normal, lognormal, exponential."""

    key: str
    per: str | None
    kind: str
    first: Value
    second: Value
    least: Value | None = None
    most: Value | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a pool."""

    key: str
    per: str | None
    pool: str


@dataclass(frozen=True, slots=True)
class Characters:
    """Random text: hex, digits, letters, token, or a guid (lower or upper)."""

    key: str
    per: str | None
    kind: str
    length: int


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """sum, product, quotient or round over numbers."""

    operation: str
    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """The value whose name the subject equals."""

    subject: Value
    cases: tuple[tuple[str, Value], ...]
    otherwise: Value | None


Value: TypeAlias = Const | Template | Choice | Number | Word | Characters | Arithmetic | Pick

_NUMBERS: Mapping[str, tuple[str, str]] = {
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sigma"),
    "exponential": ("mean", "mean"),
}


@dataclass(slots=True)
class Reader:
    """Reads values out of one document, and notes which names they refer to."""

    document: Document
    pools: Mapping[str, Any]
    references: list[tuple[str, Trail]] = field(default_factory=list)

    def value(self, raw: Any, trail: Trail) -> Value:
        """The value at `trail`. Raises InvalidScenario."""
        match raw:
            case str():
                return self._template(raw, trail)
            case None | bool() | int() | float():
                return Const(raw)
            case list():
                return self._choice(raw, None, None, trail)
            case dict():
                return self._drawn(raw, trail)
            case _:
                raise self.document.wrong(trail, f"found {shown(raw)}, expected a value")

    def number(self, raw: Any, trail: Trail) -> Value:
        """A value that must be a number: sizes such as `12 GiB` are numbers here."""
        if isinstance(raw, str) and "{" not in raw:
            amount = units.size(raw)
            if amount is None:
                raise self.document.wrong(trail, f"found {shown(raw)}, expected a number or a size such as 12 GiB")
            return Const(amount)
        if isinstance(raw, list):
            return Choice(_key(trail), None, tuple(self.number(x, (*trail, i)) for i, x in enumerate(raw)), None)
        return self.value(raw, trail)

    def duration(self, raw: Any, trail: Trail) -> Value:
        """A value in microseconds: `5 s`, a number of seconds, `{minutes: [2, 40]}`, bytes over rate, a draw."""
        match raw:
            case str() if "{" not in raw:
                amount = units.duration(raw)
                if amount is None:
                    raise self.document.wrong(trail, f"found {shown(raw)}, expected a duration such as 5 s or 2 min")
                return Const(amount)
            case dict() if "bytes" in raw or "rate" in raw:
                if not ("bytes" in raw and "rate" in raw):
                    raise self.document.wrong(trail, "'bytes' and 'rate' belong together")
                parts = tuple(self.number(raw[name], (*trail, name)) for name in ("bytes", "rate"))
                return Arithmetic("product", (Arithmetic("quotient", parts), Const(units.SECOND)))
            case dict():
                spans = {
                    "milliseconds": 1_000,
                    "seconds": units.SECOND,
                    "minutes": 60 * units.SECOND,
                    "hours": 3600 * units.SECOND,
                }
                named = [name for name in spans if name in raw]
                terms = [
                    Arithmetic("product", (self._span(raw[name], (*trail, name)), Const(spans[name]))) for name in named
                ]
                if terms:
                    return terms[0] if len(terms) == 1 else Arithmetic("sum", tuple(terms))
                rest = {name: item for name, item in raw.items() if name not in ("of", "from")}
                if not rest:
                    return Const(0)
                return Arithmetic("product", (self.value(rest, trail), Const(units.SECOND)))
            case _:
                return Arithmetic("product", (self.number(raw, trail), Const(units.SECOND)))

    def _span(self, raw: Any, trail: Trail) -> Value:
        if isinstance(raw, list):
            low, high = (self.number(item, (*trail, index)) for index, item in enumerate(raw))
            return Number(_key(trail), None, "uniform", low, high)
        return self.number(raw, trail)

    def _template(self, raw: str, trail: Trail) -> Value:
        try:
            parts = parse_template(raw)
        except TemplateError as error:
            raise self.document.wrong(trail, str(error)) from error
        references = [part for part in parts if isinstance(part, Ref)]
        self.references += [(part.name, trail) for part in references]
        return Template(parts) if references else Const("".join(str(part) for part in parts))

    def _drawn(self, raw: dict[str, Any], trail: Trail) -> Value:
        per = raw.get("per")
        kinds = [name for name in raw if name not in ("per", "weights", "from")]
        if len(kinds) != 1:
            raise self.document.wrong(trail, f"expected one kind of value, found {', '.join(kinds) or 'none'}")
        kind, key = kinds[0], _key(trail)
        inside, at = raw[kind], (*trail, kind)
        match kind:
            case "choice":
                return self._choice(inside, raw.get("weights"), per, trail)
            case "uniform" | "integer":
                low, high = (self.number(item, (*at, index)) for index, item in enumerate(inside))
                return Number(key, per, kind, low, high)
            case "normal" | "lognormal" | "exponential":
                first, second = (self.number(inside[name], (*at, name)) for name in _NUMBERS[kind])
                least, most = (self.number(inside[n], (*at, n)) if n in inside else None for n in ("min", "max"))
                return Number(key, per, kind, first, second, least, most)
            case "pool":
                if inside not in self.pools:
                    raise self.document.wrong(at, unknown_name("pool", inside, self.pools))
                self._references_of_pool(inside, at)
                return Word(key, per, inside)
            case "hex" | "digits" | "letters" | "token":
                return Characters(key, per, kind, int(inside))
            case "guid":
                return Characters(key, per, f"guid-{inside}", 36)
            case "sum" | "product" | "quotient":
                return Arithmetic(kind, tuple(self.number(item, (*at, i)) for i, item in enumerate(inside)))
            case "round":
                return Arithmetic(kind, (self.number(inside, at),))
            case "pick":
                return self._pick(raw, trail)
            case _:
                raise self.document.wrong((*trail, kind), unknown_name("kind of value", kind, KINDS), key=True)

    def _references_of_pool(self, name: str, trail: Trail) -> None:
        for word in self.pools[name].words:
            if "{" in word or "}" in word:
                self._template(word, trail)

    def _choice(self, options: Any, weights: Any, per: str | None, trail: Trail) -> Value:
        key = _key(trail)
        at: Trail = (*trail, "choice") if (*trail, "choice") in self.document.values else trail
        if isinstance(options, dict):
            weighed = {name: float(weight) for name, weight in options.items() if _is_weight(weight)}
            if len(weighed) != len(options):
                raise self.document.wrong(
                    at, "expected a weight for each option; use a list for options that are mappings"
                )
            made = tuple(self.value(name, at) for name in options)
            return self._weighed(Choice(key, per, made, tuple(weighed.values())), at)
        if not options:
            raise self.document.wrong(at, "a choice needs at least one option")
        made = tuple(self.value(item, (*at, index)) for index, item in enumerate(options))
        if weights is not None and len(weights) != len(made):
            raise self.document.wrong((*trail, "weights"), f"found {len(weights)} weights for {len(made)} options")
        return self._weighed(Choice(key, per, made, tuple(map(float, weights)) if weights else None), at)

    def _weighed(self, choice: Choice, trail: Trail) -> Choice:
        if choice.weights is not None and sum(choice.weights) <= 0:
            raise self.document.wrong(trail, "the weights are all zero")
        return choice

    def _pick(self, raw: dict[str, Any], trail: Trail) -> Value:
        cases = raw.get("from")
        if not isinstance(cases, dict) or not cases:
            raise self.document.wrong(trail, "'pick' needs 'from': a mapping from texts to values")
        made = {name: self.value(item, (*trail, "from", name)) for name, item in cases.items()}
        otherwise = made.pop("else", None)
        return Pick(self.value(raw["pick"], (*trail, "pick")), tuple(made.items()), otherwise)


KINDS = (
    "choice", "uniform", "integer", "normal", "lognormal", "exponential", "pool", "hex", "digits", "letters", "token",
    "guid", "sum", "product", "quotient", "round", "pick",
)  # fmt: skip
"""The kinds of drawn value."""


def _is_weight(raw: object) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool) and raw >= 0


def _key(trail: Sequence[str | int]) -> str:
    return ".".join(map(str, trail))


def references(value: Value) -> Iterator[str]:
    """The names that a value refers to (those in pools excepted)."""
    match value:
        case Template(parts):
            yield from (part.name for part in parts if isinstance(part, Ref))
        case Choice(options=items) | Arithmetic(items=items):
            for item in items:
                yield from references(item)
        case Number(first=first, second=second, least=least, most=most):
            for part in (first, second, least, most):
                if part is not None:
                    yield from references(part)
        case Pick(subject, cases, otherwise):
            for item in (subject, *(case for _, case in cases), *((otherwise,) if otherwise else ())):
                yield from references(item)
        case _:
            return
