"""What a decoded JSON record is: its table and its fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from simulator.dataset.importing.fields import HIDDEN_HOST, HIDDEN_TIME, HIDDEN_USER, canonical, table_of
from simulator.dataset.importing.windows import Fields, dotted, flat, nested, winlogbeat

UNKNOWN = "unknown shape"
MAX_PER_RECORD = 100_000
_LONG_NUMBER = re.compile(rb"[:\[,]\s*-?\d{19}")


@dataclass(frozen=True, slots=True)
class Recognised:
    """One event: its table and its fields as canonical text, the hidden ones among them."""

    table: str
    fields: Fields


def decoded(line: bytes | memoryview) -> Any:
    """The record in a line. orjson makes floats of integers beyond 64 bits; those keep their digits here."""
    found = orjson.loads(line)
    if _LONG_NUMBER.search(line) is None:
        return found
    try:
        return json.loads(bytes(line))
    except ValueError:  # more digits than Python reads
        return found


def recognise(record: Any) -> Iterator[Recognised | str]:
    """The events in one decoded record; a text is why (a part of) it is none."""
    match record:
        case {"Event": {"System": dict()} as event}:
            yield _windows(nested(event))
        case {"Records": list(several)}:
            for one in several[:MAX_PER_RECORD]:
                yield from recognise(one)
        case list():
            for one in record[:MAX_PER_RECORD]:
                yield from recognise(one)
        case {"System": dict()}:
            yield _windows(nested(record))
        case {"eventSource": str(), "eventName": str()}:
            yield _cloudtrail(record)
        case {"winlog": dict()} | {"event_id": _, "log_name": _} | {"winlog.event_id": _}:
            yield _windows(winlogbeat(record))
        case {"EventID": _, "Channel": str()}:
            yield _windows(flat(record))
        case dict():
            yield _generic(record)
        case _:
            yield f"expected a JSON object, found {type(record).__name__}"


def _windows(fields: Fields) -> Recognised | str:
    channel, event_id = fields.get("Channel"), fields.get("EventID")
    if isinstance(channel, list):
        channel = channel[0] if channel else None
    if not isinstance(channel, str) or not channel:
        return "a Windows event without a channel"
    if not isinstance(event_id, str) or not event_id.isascii() or not event_id.isdigit() or len(event_id) > 9:
        return f"a Windows event whose EventID is no number: {event_id!r}"
    return Recognised(table_of(channel, int(event_id)), fields)


def _cloudtrail(record: Mapping[str, Any]) -> Recognised:
    fields = _plain(record)
    _first(fields, HIDDEN_TIME, ("eventTime", "@timestamp"))
    _first(fields, HIDDEN_HOST, ("recipientAccountId", "userIdentity.accountId"))
    return Recognised("aws.cloudtrail", fields)


def _generic(record: Mapping[str, Any]) -> Recognised | str:
    fields = _plain(record)
    names = fields.keys()
    table = next((table for table, telling in _TELLING.items() if telling & names), None)
    if table is None:
        return UNKNOWN
    for hidden, known in ((HIDDEN_TIME, "_time"), (HIDDEN_HOST, "_host"), (HIDDEN_USER, "_user")):
        if known in fields:
            fields[hidden] = fields.pop(known)
    _first(fields, HIDDEN_TIME, ("@timestamp", "timestamp", "time"))
    _first(fields, HIDDEN_HOST, ("src_ip", "c-ip", "s-ip", "cs-host"))
    _first(fields, HIDDEN_USER, ("cs-username",))
    return Recognised(table, fields)


_TELLING = {
    "proxy.http": frozenset(("c-uri", "c-useragent", "r-dns")),
    "web.access": frozenset(("cs-uri-stem", "cs-uri-query", "cs-user-agent")),
}
"""Fields that only one table has."""


def _plain(record: Mapping[str, Any]) -> Fields:
    return {name: text for name, value in dotted(record) if (text := canonical(value)) is not None}


def _first(fields: Fields, name: str, keys: tuple[str, ...]) -> None:
    if name not in fields:
        found = next((value for key in keys if isinstance(value := fields.get(key), str)), None)
        if found is not None:
            fields[name] = found
