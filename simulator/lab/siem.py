"""Alerts that a real SIEM exported, as CSV, JSON or JSON lines, matched against the truth of an exercise.

A SIEM knows no instances: an alert is about the step that was going on, or had just ended, on its host and for its
user.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from simulator.errors import Location, StreamError, UsageError
from simulator.lab.debrief import Firing
from simulator.lab.exercise import SECOND, Exercise
from simulator.lab.streams import Played

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "time": (
        "time", "timestamp", "@timestamp", "_time", "TimeGenerated", "StartTime", "createdDateTime",
        "kibana.alert.start", "signal.original_time", "Timestamp", "date",
    ),
    "rule": (
        "rule", "rule_name", "rule.name", "kibana.alert.rule.name", "signal.rule.name", "search_name",
        "savedsearch_name", "AlertName", "DisplayName", "Title", "title", "name", "alert",
    ),
    "host": (
        "host", "host.name", "hostname", "DeviceName", "Computer", "CompromisedEntity", "dest", "dvc", "agent.name",
        "device", "orig_host",
    ),
    "user": (
        "user", "user.name", "username", "AccountName", "InitiatingProcessAccountName", "src_user", "Account",
        "UserName",
    ),
}  # fmt: skip
"""The names under which Splunk, Sentinel, Defender and Elastic export each of these, and plain ones."""

_BEFORE: Final = 60 * SECOND
"""Clocks differ: an alert may be this much too early."""


def read_alerts(path: Path, fields: Mapping[str, str] | None = None) -> list[dict[str, str | None]]:
    """Alerts with time, rule, host and user. `fields` names columns where they have other names than FIELDS.

    Raises UsageError for an unknown field, StreamError where the file is no such export or a row has no time or rule.
    """
    for name in fields or {}:
        if name not in FIELDS:
            raise UsageError(f"no field called {name!r}; there are {', '.join(FIELDS)}")
    made: list[dict[str, str | None]] = []
    for number, row in enumerate(_rows(path), 1):
        one = {name: _found(row, (fields or {}).get(name), usual) for name, usual in FIELDS.items()}
        for needed in ("time", "rule"):
            if not one[needed]:
                keys = ", ".join(list(_flat(row))[:8])
                raise StreamError(
                    f"{path}: alert {number} has no {needed}; it has {keys}. Name the column with --field {needed}=…"
                )
        made.append(one)
    return made


def match(
    exercise: Exercise, played: Sequence[Played], alerts: Iterable[Mapping[str, str | None]], slack: int
) -> list[Firing]:
    """Alerts as firings on the steps they are about. `slack`: how many µs after a step's end an alert may come."""
    made: list[Firing] = []
    for alert in alerts:
        time = parse_time(alert["time"] or "")
        about = [
            (step.start, step.instance)
            for step, one in zip(exercise.steps, played, strict=True)
            if int(one.truth["start"]) - _BEFORE <= time <= int(one.truth["end"]) + slack
            and _same(alert.get("host"), alert.get("user"), step.host, step.user)
        ]
        # Of several the one that began last before the alert: the earlier ones had their time.
        begun = [pair for pair in about if pair[0] <= time] or about
        made.append(Firing(alert["rule"] or "", time, max(begun)[1] if begun else None))
    return made


def parse_time(text: str) -> int:
    """A time as microseconds since 1970: ISO 8601 (UTC unless it says otherwise), or a number of s, ms or µs."""
    raw = text.strip()
    try:
        number = float(raw)
    except ValueError:
        pass
    else:
        return round(number * (SECOND if abs(number) < 1e11 else 1000 if abs(number) < 1e14 else 1))
    for known in (raw.replace("Z", "+00:00"), raw.removesuffix(" UTC")):
        try:
            moment = datetime.fromisoformat(known)
        except ValueError:
            continue
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * SECOND)
    raise StreamError(f"{raw!r} is no time: ISO 8601, or seconds, milliseconds or microseconds since 1970")


def _same(host: str | None, user: str | None, step_host: str, step_user: str) -> bool:
    """Whether an alert names the step's host and user, by short or long names; at least one must be there."""
    if not host and not user:
        return False
    if host and host.split(".")[0].lower() != step_host.split(".")[0].lower():
        return False
    return not user or user.rpartition("\\")[2].partition("@")[0].lower() == step_user.lower()


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise StreamError(f"cannot read {path}: {error.strerror}") from error
    text = raw.decode("utf-8-sig", "replace")
    if path.suffix.lower() == ".csv" or (text.lstrip()[:1] not in ("[", "{") and "," in text.split("\n", 1)[0]):
        yield from csv.DictReader(io.StringIO(text))
        return
    yield from _objects(path, text)


def _objects(path: Path, text: str) -> Iterator[Mapping[str, Any]]:
    try:
        whole: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    yield _unwrapped(orjson.loads(line))
                except orjson.JSONDecodeError as error:
                    raise StreamError(f"{Location(str(path), number, 1)}: is no JSON: {error}") from error
        return
    if isinstance(whole, dict):
        hits = (whole.get("hits") or {}).get("hits") if isinstance(whole.get("hits"), dict) else None
        lists = [hits] if hits is not None else [item for item in whole.values() if isinstance(item, list)]
        whole = lists[0] if lists else [whole]
    for one in whole:
        yield _unwrapped(one)


def _unwrapped(one: Any) -> Mapping[str, Any]:
    """An alert out of the envelope that Elasticsearch (`_source`) and Splunk (`result`) put around it."""
    if not isinstance(one, dict):
        return {}
    inner = one.get("_source") or one.get("result")
    return inner if isinstance(inner, dict) else one


def _found(row: Mapping[str, Any], named: str | None, usual: Sequence[str]) -> str | None:
    flat = _flat(row)
    folded = {key.lower(): value for key, value in flat.items()}
    for name in (named,) if named else usual:
        value = flat.get(name, folded.get(name.lower()))
        if value not in (None, ""):
            return str(value[0] if isinstance(value, list) and value else value)
    return None


def _flat(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            made |= _flat(value, f"{before}{key}.")
        elif key is not None:
            made[f"{before}{key}"] = value
    return made
