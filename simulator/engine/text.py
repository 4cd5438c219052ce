"""What predicates see of a value: its canonical text, its number, its time, its address.

One definition for the sieve, the tails and the reference evaluator. A value is whatever a batch holds: text, integers,
floats, booleans, times, null, or lists of these.

- Integers are decimal, floats Python's shortest text that reads back as the same float (`1.0`, `1e+16`), booleans
  `true` and `false`, times `YYYY-MM-DDTHH:MM:SS.ffffffZ` (UTC, always six digits).
- A list stands for its elements. Null elements are no elements; a list without elements is a missing value.
- A number in text is ASCII decimal: optional sign, digits, optional fraction, optional exponent. No spaces, no
  hexadecimal, no underscores, no infinity. Booleans and times are no numbers, nor is NaN.
- A time in text is `YYYY-MM-DD`, alone or followed by `T` or a space and `HH:MM`, optionally `:SS`, then up to nine
  digits of fraction (what is finer than a microsecond is cut off), then optionally `Z` or an offset. Without an offset
  it is UTC, as Sysmon writes it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from simulator.ir import Op, Unit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_EXACT_DIGITS = 400
"""Longer integers are read as floats: more digits than any float has, and Python refuses to read 4,300 of them."""

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"(?:(Z)|([+-])([0-9]{2}):?([0-9]{2})?)?)?"
)


def elements(value: object) -> tuple[object, ...]:
    """The single values that `value` stands for; none at all means that it is missing."""
    if value is None:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(element for item in value for element in elements(item))
    return (value,)


def text_of(value: object) -> str:
    """The canonical text of a single value (neither null nor a list)."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return repr(value)
        case datetime():
            return _utc(value).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)


def texts_of(value: object) -> tuple[str, ...]:
    """The canonical texts of all elements of `value`; none at all means that it is missing."""
    return tuple(text_of(element) for element in elements(value))


def joined_text(value: object) -> str | None:
    """`value` as one text, for grouping and counting: that of its only element, several joined by `, `; None when
    missing."""
    texts = texts_of(value)
    return ", ".join(texts) if texts else None


def fold(text: str) -> str:
    """`text` under Unicode default case folding, which may lengthen it (`ß` gives `ss`). It works character by
    character: folding a part gives a part of the whole's folding."""
    return text.casefold()


def read_number(value: object) -> int | float | None:
    """The number that a single value is or spells, or None. Integers stay exact."""
    match value:
        case bool():
            return None
        case int():
            return value
        case float():
            return None if value != value else value
        case str() if (found := _NUMBER.fullmatch(value)) is not None:
            whole = found[1] is None and found[2] is None and len(value) <= _EXACT_DIGITS
            return int(value) if whole else float(value)
        case _:
            return None


def compares(left: float | int, op: Op, right: float | int) -> bool:
    """Whether `left op right`; exact also between large integers and floats."""
    match op:
        case Op.EQ:
            return left == right
        case Op.NE:
            return left != right
        case Op.LT:
            return left < right
        case Op.LE:
            return left <= right
        case Op.GT:
            return left > right
        case Op.GE:
            return left >= right


def read_time(value: object) -> datetime | None:
    """The instant, in UTC, that a single value is or spells, or None."""
    if isinstance(value, datetime):
        return _utc(value)
    if not isinstance(value, str) or (found := _TIME.fullmatch(value)) is None:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, ahead, ahead_minutes = found.groups()
    try:
        offset = timedelta(hours=int(ahead or 0), minutes=int(ahead_minutes or 0))
        return datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")),
            timezone(-offset if sign == "-" else offset),
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def time_part(when: datetime, unit: Unit) -> int:
    """The part of `when` (UTC) that `unit` names."""
    match unit:
        case Unit.MINUTE:
            return when.minute
        case Unit.HOUR:
            return when.hour
        case Unit.DAY:
            return when.day
        case Unit.WEEK:
            return when.isocalendar().week
        case Unit.MONTH:
            return when.month
        case Unit.YEAR:
            return when.year


def read_address(text: str) -> Address | None:
    """The IP address that `text` spells, or None. IPv4 inside IPv6 (`::ffff:a.b.c.d`) is IPv4; a zone (`%eth0`) is
    ignored."""
    try:
        address = ip_address(text.partition("%")[0] if ":" in text else text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


@lru_cache(maxsize=4096)
def read_network(text: str) -> Network:
    """The network that `text` spells; bits of the host part do not matter. Raises ValueError when it is none."""
    network = ip_network(text, strict=False)
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and (v4 := network.network_address.ipv4_mapped):
        return IPv4Network((v4, network.prefixlen - 96))
    return network


def inside(text: str, network: Network) -> bool:
    """Whether `text` is an IP address in `network`; other text is not."""
    address = read_address(text)
    return address is not None and address.version == network.version and address in network


def _utc(when: datetime) -> datetime:
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def as_term(term: str, text: str, folded: bool, start: bool = True, end: bool = True) -> bool:
    """Whether `term` is in `text` with no letter or digit before it (if `start`) and none after it (if `end`)."""
    if folded:
        term, text = fold(term), fold(text)
    place = text.find(term)
    while place >= 0:
        after = place + len(term)
        if not (start and place and text[place - 1].isalnum()) and not (
            end and after < len(text) and text[after].isalnum()
        ):
            return True
        place = text.find(term, place + 1)
    return False
