"""From a field and one of pySigma's values to a predicate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import re2
import regex as backtracking
from sigma.policy import SigmaPolicy
from sigma.policy.regex_engine import RegexEngine
from sigma.rule import SigmaDetectionItem
from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
    TimestampPart,
)

from simulator.ir import Case, Cidr, Compare, Expr, FieldPair, Glob, IsNull, Op, Pair, TimePart, Unit, Wild
from simulator.languages.predicates import all_of, any_of, glob, like, negated, regex

KEYWORDS = "_text"
"""The column that keywords are looked for in: the whole event."""

MAX_ALTERNATIVES = 1000
"""How many values one value with placeholders may become."""

MAX_GROUPS = 500
"""How many groups a regular expression may have."""

_WILD = {SpecialChars.WILDCARD_MULTI: Wild.ANY, SpecialChars.WILDCARD_SINGLE: Wild.ONE}
_OPS = {
    CompareOperators.LT: Op.LT,
    CompareOperators.LTE: Op.LE,
    CompareOperators.GT: Op.GT,
    CompareOperators.GTE: Op.GE,
    CompareOperators.NEQ: Op.NE,
}
_UNITS = {
    TimestampPart.MINUTE: Unit.MINUTE,
    TimestampPart.HOUR: Unit.HOUR,
    TimestampPart.DAY: Unit.DAY,
    TimestampPart.WEEK: Unit.WEEK,
    TimestampPart.MONTH: Unit.MONTH,
    TimestampPart.YEAR: Unit.YEAR,
}
_PAIRS = {
    (False, False): Pair.EQUALS,
    (True, True): Pair.CONTAINS,
    (True, False): Pair.STARTS,
    (False, True): Pair.ENDS,
}
_FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}


class Unusable(Exception):
    """A value that means nothing, or (`unsupported`) that Sparring cannot do; the caller knows where it stands."""

    def __init__(self, message: str, *, unsupported: bool = False) -> None:
        super().__init__(message)
        self.unsupported = unsupported


class _EitherEngine(RegexEngine):
    """Accepts what RE2 or, for look-around and back references, the `regex` module can compile."""

    def compile(self, pattern: str, flags: int = 0) -> Any:
        return _compile(pattern)

    @property
    def error(self) -> type[Exception]:
        return backtracking.error


@lru_cache(maxsize=4096)
def _compile(pattern: str) -> Any:
    if pattern.count("(") > MAX_GROUPS:
        raise backtracking.error(f"more than {MAX_GROUPS} groups")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        try:
            return backtracking.compile(pattern, backtracking.V0)
        except (OverflowError, RecursionError, MemoryError) as error:
            raise backtracking.error(str(error) or type(error).__name__) from None


POLICY = SigmaPolicy(regex_engine=_EitherEngine())


def predicate(item: SigmaDetectionItem, modifiers: Sequence[str], placeholders: Mapping[str, Sequence[str]]) -> Expr:
    """What one `field|modifiers: values` of a selection says. Raises Unusable."""
    field = item.field
    if not item.value:
        if field is None:
            raise Unusable("a keyword list without keywords")
        return IsNull(field)
    link = all_of if "all" in modifiers else any_of
    made = link(_lower(field, value, item, modifiers, placeholders) for value in item.value)
    return negated(made) if item.negated else made


def _lower(
    field: str | None,
    value: SigmaType,
    item: SigmaDetectionItem,
    modifiers: Sequence[str],
    placeholders: Mapping[str, Sequence[str]],
) -> Expr:
    match value:
        case SigmaExpansion():
            return any_of(_lower(field, one, item, modifiers, placeholders) for one in value.values)
        case SigmaString():
            case = Case.EXACT if isinstance(value, SigmaCasedString) else Case.FOLD
            return any_of(_text(field, parts, case) for parts in expanded(value.s, placeholders))
        case SigmaRegularExpression():
            flags = "".join(sorted(_FLAGS[flag] for flag in value.flags))
            patterns = ("".join(_source(part) for part in parts) for parts in expanded(value.regexp.s, placeholders))
            return any_of(regex(field or KEYWORDS, _anchored(one, modifiers), flags) for one in patterns)
        case SigmaTimestampPart():
            return TimePart(_bound(field, "a part of a time"), _UNITS[value.timestamp_part], Op.EQ, int(value.number))
        case SigmaNumber():
            return _text(field, (number(value.number),), Case.FOLD)
        case SigmaBool():
            return _text(field, ("true" if value.boolean else "false",), Case.FOLD)
        case _:
            return _of_field(_bound(field, "this value"), value, modifiers)


def _of_field(field: str, value: SigmaType, modifiers: Sequence[str]) -> Expr:
    match value:
        case SigmaNull():
            return IsNull(field)
        case SigmaExists():
            return negated(IsNull(field)) if value.exists else IsNull(field)
        case SigmaCIDRExpression():
            return Cidr(field, str(value.network))
        case SigmaCompareExpression():
            op = _OPS[value.op]
            if isinstance(value.number, SigmaTimestampPart):
                return TimePart(field, _UNITS[value.number.timestamp_part], op, int(value.number.number))
            return Compare(field, op, value.number.number)
        case SigmaFieldReference():
            case = Case.EXACT if "cased" in modifiers else Case.FOLD
            return FieldPair(field, value.field, _PAIRS[value.starts_with, value.ends_with], case)
        case _:
            raise Unusable(f"values of type {type(value).__name__} are not supported", unsupported=True)


def _text(field: str | None, parts: Sequence[str | Wild], case: Case) -> Expr:
    if field is None:
        return like(KEYWORDS, glob((Wild.ANY, *parts, Wild.ANY)), case)
    return like(field, glob(parts), case)


def _bound(field: str | None, what: str) -> str:
    if field is None:
        raise Unusable(f"{what} must belong to a field, not to keywords")
    return field


def number(value: float | int) -> str:
    """A number as the log would write it: without a point when it is whole."""
    return str(int(value)) if value == int(value) else repr(value)


def _source(part: str | Wild) -> str:
    return part.value if isinstance(part, Wild) else part


def _anchored(pattern: str, modifiers: Sequence[str]) -> str:
    """`re` looks anywhere in the text; with `startswith` or `endswith` only there. pySigma has added `.*` for
    languages in which a regular expression is held against the whole text; here that says nothing."""
    added = [name for name in modifiers if name in ("contains", "startswith", "endswith")]
    if not added:
        return pattern
    if "startswith" in added and not pattern.startswith("^"):
        return f"^(?:{pattern})"
    if "endswith" in added and not pattern.endswith("$"):
        return f"(?:{pattern})$"
    return pattern


def expanded(
    parts: Sequence[str | SpecialChars | Placeholder], placeholders: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str | Wild, ...]]:
    """`parts` with every placeholder replaced by each of its values, wildcards in these included. Raises Unusable for a
    placeholder without values."""
    choices: list[list[Glob]] = []
    total = 1
    for part in parts:
        if isinstance(part, Placeholder):
            values = placeholders.get(part.name)
            if not values:
                raise Unusable(
                    f"the placeholder %{part.name}% has no values; give them in a YAML file beside the rules: "
                    f"placeholders: {{{part.name}: [value, …]}}",
                    unsupported=True,
                )
            choices.append([next(iter(expanded(SigmaString(value).s, {}))) for value in values])
            total *= len(values)
        elif isinstance(part, SpecialChars):
            choices.append([(_WILD[part],)])
        else:
            choices.append([(part,)])
    if total > MAX_ALTERNATIVES:
        raise Unusable(f"placeholders make more than {MAX_ALTERNATIVES} values of this one", unsupported=True)
    for chosen in product(*choices):
        yield tuple(piece for parts_ in chosen for piece in parts_)
