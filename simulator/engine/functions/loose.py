"""Values without declared kinds, as Splunk has them: a text that spells a number is a number where two meet."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

from simulator.engine.functions.model import Aggregator, Function
from simulator.engine.functions.modifiers import shifted
from simulator.engine.functions.templates import by_kind, fits_time, sql
from simulator.engine.functions.texts import matches_parts
from simulator.engine.regex_find import Found, compile_finder
from simulator.engine.regexes import InvalidRegex, compile_regex
from simulator.engine.text import inside
from simulator.tables import Type

_NUMBER = re.compile(r"[ \t]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*")
_LIKE = re.compile("%+|_|[^%_]+")
_LONGEST = 1_000_000
BETWEEN = "\x1e"
"""Between patterns in one text."""


def number_of(text: str) -> float | None:
    """The decimal number that a text spells, or None."""
    if len(text) > 400 or _NUMBER.fullmatch(text) is None:
        return None
    found = float(text)
    return found if abs(found) != float("inf") else None


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _text(value: Any, kinds: tuple[Type, ...], _kind: Type) -> str | None:
    match kinds[0]:
        case Type.REAL:
            return _plain(value)
        case Type.TIME:
            whole, rest = divmod(abs(value), 1_000_000)
            return f"{'-' if value < 0 else ''}{whole}.{rest:06d}".rstrip("0").rstrip(".")
        case Type.SPAN:
            return _plain(value / 1_000_000)
        case Type.BOOLEAN:
            return "True" if value else "False"
        case Type.TEXTS | Type.INTEGERS | Type.REALS | Type.TIMES:
            return "\n".join(map(str, value)) if value else None
        case _:
            return str(value)


def _number(value: Any, kinds: tuple[Type, ...], _kind: Type) -> float | None:
    match kinds[0]:
        case Type.TIME | Type.SPAN:
            return float(value) / 1_000_000
        case Type.TEXT | Type.DYNAMIC:
            return number_of(value)
        case _:
            return float(value)


def _list(value: Any, kinds: tuple[Type, ...], _kind: Type) -> list[str] | None:
    if not isinstance(value, list):
        return [value]
    return [one if isinstance(one, str) else str(one) for one in value] or None


def _truth(text: str) -> bool | None:
    lowered = text.strip().lower()
    if lowered in ("true", "t"):
        return True
    if lowered in ("false", "f"):
        return False
    number = number_of(text)
    return None if number is None else number != 0


def _same(left: str, right: str) -> bool:
    if left == right:
        return True
    one = number_of(left)
    return one is not None and one == number_of(right)


def _equal(left: str | list[str], right: str | list[str]) -> bool:
    lefts = left if isinstance(left, list) else [left]
    rights = right if isinstance(right, list) else [right]
    return any(_same(one, other) for one in lefts for other in rights)


def less(left: str, right: str) -> bool:
    """Whether `left` comes before `right`: as numbers where both are, else by code point."""
    one, other = number_of(left), number_of(right)
    return one < other if one is not None and other is not None else left < right


def _add(left: str, right: str) -> str:
    one, other = number_of(left), number_of(right)
    return _plain(one + other) if one is not None and other is not None else left + right


def _like(text: str, pattern: str) -> bool:
    return matches_parts(text, _LIKE.findall(pattern), "%", "_")


def _substring(text: str, start: int, length: int) -> str:
    if start == 0 or length <= 0:
        return ""
    begin = start - 1 if start > 0 else max(len(text) + start, 0)
    return text[begin : begin + length]


def _format(number: float, form: str) -> str | None:
    match form:
        case "hex":
            return hex(int(number)).upper().replace("X", "x")
        case "commas":
            return f"{number:,.2f}" if number != int(number) else f"{int(number):,}"
        case "duration":
            seconds = int(number)
            days, rest = divmod(seconds, 86_400)
            clock = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}"
            return f"{days}+{clock}" if days else clock
        case "binary":
            return f"{int(number):b}"
        case _:
            return None


def _of_base(text: str, base: int) -> float | None:
    if not 2 <= base <= 36 or len(text) > 400:
        return None
    cleaned = text.strip().lower()
    if base == 16:
        cleaned = cleaned.removeprefix("0x")
    if base == 10:
        return number_of(cleaned)
    try:
        return float(int(cleaned, base)) if "_" not in cleaned else None
    except (ValueError, OverflowError):
        return None


def _of_seconds(seconds: float) -> int | None:
    micros = seconds * 1_000_000
    return round(micros) if -62135596800000000 <= micros <= 253402300799999999 else None


def _append(*lists: list[str] | None) -> list[str] | None:
    return [item for items in lists if items is not None for item in items] or None


def _part(items: list[str], first: int, last: int) -> list[str] | None:
    size = len(items)
    start, end = (place + size if place < 0 else place for place in (first, last))
    return items[max(start, 0) : end + 1] or None if end >= 0 else None


def _find(items: list[str], pattern: str) -> int | None:
    try:
        matcher = compile_regex(pattern)
    except InvalidRegex:
        return None
    return next((place for place, item in enumerate(items) if matcher.search(item)), None)


def _keep(items: list[str], pattern: str) -> list[str] | None:
    try:
        matcher = compile_regex(rf"\A(?:{pattern})")
    except InvalidRegex:
        return None
    return [item for item in items if matcher.search(item)] or None


def _zip(left: list[str], right: list[str], mark: str) -> list[str]:
    return [f"{one}{mark}{other}" for one, other in zip(left, right, strict=False)]


def _range(start: float, end: float, step: float) -> list[str] | None:
    made: list[str] = []
    value = start
    while step > 0 and value < end and len(made) < 100_000:
        made.append(_plain(value))
        value += step
    return made or None


def _substitute(text: str, pattern: str, by: str, flags: str) -> str | None:
    """The n-th match, all of them (`g`), or the first is replaced."""
    wanted = re.sub(r"\D", "", flags)
    only = None if "g" in flags else int(wanted or 1)
    try:
        finder = compile_finder(pattern, "i" if "i" in flags.lower() else "")
    except InvalidRegex:
        return None
    made: list[str] = []
    for place, piece in enumerate(finder.pieces(text), 1):
        if isinstance(piece, Found):
            whole = piece.groups[0] or ""
            made += (piece.before, _filled(by, piece) if only in (None, place) else whole)
        else:
            made.append(piece)
        if len(made) > _LONGEST:
            return None
    return "".join(made)


def _filled(by: str, found: Found) -> str:
    def group(match: re.Match[str]) -> str:
        place = int(match[1])
        return (found.groups[place] or "") if place < len(found.groups) else ""

    return re.sub(r"\\([0-9])", group, by)


@lru_cache(maxsize=256)
def _steps(path: str) -> tuple[str | int | None, ...]:
    """The steps of `a.b{2}.c{}`: names, places from 0, None for every element."""
    made: list[str | int | None] = []
    for part in path.split("."):
        name, _, rest = part.partition("{")
        if name:
            made.append(name)
        places = re.findall(r"([^{}]*)\}", rest)
        made.extend(int(place) if place.isdigit() else None for place in places)
    return tuple(made)


@lru_cache(maxsize=512)
def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _walked(values: list[Any], steps: Sequence[str | int | None]) -> list[Any]:
    if not steps:
        return values
    step, rest = steps[0], steps[1:]
    found: list[Any] = []
    for value in values:
        if step is None:
            found += value if isinstance(value, list) else []
        elif isinstance(step, int):
            found += value[step : step + 1] if isinstance(value, list) else []
        elif isinstance(value, dict) and step in value:
            found.append(value[step])
    return _walked(found, rest)


def _json_found(text: str, path: str) -> list[str]:
    whole = _parsed(text)
    named = isinstance(whole, dict) and path in whole
    found = [whole[path]] if named else _walked([whole], _steps(path))
    return [_json_text(one) for one in found if one is not None]


def _json_text(value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _json(text: str, path: str) -> str | None:
    found = _json_found(text, path)
    return found[0] if found else None


def _json_list(text: str, path: str) -> list[str] | None:
    return _json_found(text, path) or None


def _xml(text: str, name: str) -> str | None:
    found = re.search(rf"<{re.escape(name)}(?:\s[^<>]*)?>([^<]*)</{re.escape(name)}>", text)
    return found[1] if found else None


@lru_cache(maxsize=65_536)
def _first_match(text: str, patterns: str, how: str) -> str | None:
    """The first of the patterns that matches. They are one text, so that rows of one value are looked at once."""
    if how.startswith("cidr"):
        return next((one for one in patterns.split(BETWEEN) if _in_network(text, one)), None)
    folded = how.endswith("/fold")
    subject = text.casefold() if folded else text
    return next((one for one, parts in _globs(patterns, folded) if _globbed(subject, parts)), None)


def _in_network(text: str, network: str) -> bool:
    try:
        return inside(text, ip_network(network, strict=False))
    except ValueError:
        return text == network


@lru_cache(maxsize=64)
def _globs(patterns: str, folded: bool) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((one, tuple((one.casefold() if folded else one).split("*"))) for one in patterns.split(BETWEEN))


def _globbed(text: str, parts: tuple[str, ...]) -> bool:
    if len(parts) == 1:
        return text == parts[0]
    first, *middle, last = parts
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


_ALONE = "CASE WHEN NOT _0 IS NULL THEN [_0] END"

LOOSE = (
    Function(
        "loose_text",
        _text,
        by_kind(
            text="_0",
            dynamic="_0",
            integer="CAST(_0 AS VARCHAR)",
            boolean="CASE WHEN _0 THEN 'True' WHEN NOT _0 THEN 'False' END",
            texts="CASE WHEN len(_0) > 0 THEN array_to_string(_0, chr(10)) END",
        ),
        kinds=True,
    ),
    Function(
        "loose_number",
        _number,
        by_kind(
            integer="CAST(_0 AS DOUBLE)",
            real="_0",
            boolean="CAST(_0 AS DOUBLE)",
            time="CAST(_0 AS DOUBLE) / 1000000.0",
            span="CAST(_0 AS DOUBLE) / 1000000.0",
        ),
        kinds=True,
    ),
    Function(
        "loose_list",
        _list,
        by_kind(text=_ALONE, dynamic=_ALONE, texts="CASE WHEN len(_0) > 0 THEN _0 END"),
        kinds=True,
    ),
    Function("loose_truth", _truth),
    Function("loose_equal", _equal),
    Function("loose_less", less),
    Function("loose_add", _add),
    Function("loose_like", _like),
    Function("loose_substring", _substring),
    Function("loose_format", _format),
    Function("loose_number_of_base", _of_base),
    Function("time_of_seconds", _of_seconds, sql(fits_time("TRY_CAST(round_even(_0 * 1000000.0, 0) AS HUGEINT)"))),
    Function("loose_shift_time", shifted),
    Function("loose_list_append", _append, nulls=True),
    Function("loose_list_part", _part),
    Function("loose_list_find", _find),
    Function("loose_list_keep", _keep),
    Function("loose_list_zip", _zip),
    Function("loose_list_range", _range),
    Function("loose_substitute", _substitute),
    Function("loose_json", _json),
    Function("loose_json_list", _json_list),
    Function("loose_xml", _xml),
    Function("loose_first_match", _first_match),
)


def _least(rows: list[tuple[Any, ...]]) -> str | None:
    return _extreme(rows, least=True)


def _greatest(rows: list[tuple[Any, ...]]) -> str | None:
    return _extreme(rows, least=False)


def _extreme(rows: list[tuple[Any, ...]], least: bool) -> str | None:
    """By number if all are numbers, else by code point."""
    texts: list[str] = [text for (text,) in rows]
    if not texts:
        return None
    numbers = [number_of(text) for text in texts]
    choose = min if least else max
    if None not in numbers:
        return choose(zip(numbers, texts, strict=True), key=lambda pair: pair[0] or 0.0)[1]
    return choose(texts)


def _elements(rows: list[tuple[Any, ...]]) -> list[str] | None:
    return [item for (items,) in rows for item in items] or None


LOOSE_AGGREGATES = (
    Aggregator("loose_minimum", _least),
    Aggregator("loose_maximum", _greatest),
    Aggregator("loose_values", lambda rows: sorted(set(_elements(rows) or ())) or None),
    Aggregator("loose_elements", _elements),
)
