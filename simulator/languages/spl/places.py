"""Which tables a search reads: from index, source, sourcetype and eventtype to `splunk.<sourcetype>`.

A stream has no indexes: an index says where a site keeps its events. A sourcetype (or a Windows channel in the source)
says what they are. Source: https://docs.splunk.com/Documentation/AddOns/released/Windows/SourcetypesandCIMdatamodelinfo
(XmlWinEventLog with the channel in the source).
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from simulator.languages.spl.ast import All, Any, Comparison, Negated, Search
from simulator.languages.spl.names import words

WINDOWS = ("splunk.XmlWinEventLog", "splunk.WinEventLog")
EVERYTHING = "splunk.*"

_GENERIC = words("* main default os windows win wineventlog oswin oswinsec oswinsystem winevent endpoint sysmon")
"""Indexes that say nothing of what is in them, or that Windows logs are."""

EVENTTYPES: dict[str, tuple[str, ...]] = {
    "wineventlog_security": ("XmlWinEventLog:Security", "WinEventLog:Security"),
    "wineventlog_system": ("XmlWinEventLog:System", "WinEventLog:System"),
    "wineventlog_application": ("XmlWinEventLog:Application", "WinEventLog:Application"),
    "wineventlog_windows": ("XmlWinEventLog:*", "WinEventLog:*"),
    "ms-sysmon": ("XmlWinEventLog:Microsoft-Windows-Sysmon/Operational",),
    "ms-sysmon-process": ("XmlWinEventLog:Microsoft-Windows-Sysmon/Operational",),
}
"""Event types of the add-ons for Windows and Sysmon: the sources of which they are."""

_WINDOWS_FIELDS = frozenset(("Channel", "EventCode", "EventID", "LogName", "SourceName"))


def tables_of(search: Search, known: Iterable[str]) -> tuple[str, ...]:
    """The tables (or patterns) in which events can be that `search` is true of, out of `known` where they match."""
    names = [name for name in known if name.startswith("splunk.")]
    found = _of(search, names)
    if found is None:
        return (EVERYTHING,)
    return tuple(dict.fromkeys(found)) or (EVERYTHING,)


def _of(search: Search, known: list[str]) -> list[str] | None:
    """None: any table."""
    match search:
        case All(items):
            parts = [part for item in items if (part := _of(item, known)) is not None]
            return min(parts, key=_vagueness) if parts else None
        case Any(items):
            every = [_of(item, known) for item in items]
            some = [one for part in every if part is not None for one in part]
            if None in every:
                hinted = all(
                    part is not None or (isinstance(item, Comparison) and item.field in _WINDOWS_FIELDS)
                    for item, part in zip(items, every, strict=True)
                )
                return list(dict.fromkeys((*some, *WINDOWS))) if hinted and some else None
            return list(dict.fromkeys(some))
        case Comparison(field, "=", value):
            return _tables(field.lower(), value, known)
        case Negated() | _:
            return None


def _vagueness(tables: list[str]) -> tuple[int, int]:
    marks = ("splunk.source:", "splunk.eventtype:", "splunk.index:")
    return max((marks.index(mark) + 1 for one in tables for mark in marks if one.startswith(mark)), default=0), len(
        tables
    )


def _tables(field: str, value: str, known: list[str]) -> list[str] | None:
    lowered = value.lower()
    match field:
        case "sourcetype" | "source" if lowered.startswith("xmlwineventlog"):
            return [WINDOWS[0]]
        case "sourcetype" | "source" if lowered.startswith("wineventlog"):
            return [WINDOWS[1]]
        case "sourcetype":
            if value.strip("*") == "":
                return None
            matching = [name for name in known if fnmatchcase(name.lower(), f"splunk.{lowered}")]
            return matching or [f"splunk.{value}"]
        case "source":
            return None if "*" in value else [f"splunk.source:{value}"]
        case "eventtype":
            return list(WINDOWS) if lowered in EVENTTYPES else [f"splunk.eventtype:{value}"]
        case "index":
            return None if lowered.rstrip("*") in _GENERIC or "*" in value else [f"splunk.index:{value}"]
        case _:
            return None
