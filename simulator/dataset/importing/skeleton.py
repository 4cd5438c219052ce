"""The skeleton of a line: what is the same in all events of one kind that one program wrote, and where the values are.

`{"Event":{"System":{"EventID":1,…},"EventData":{"Image":"…","ProcessId":42,…}}}` differs from the next event of its
kind in its values only. A skeleton is learnt from one line, by the careful reader's own rules for what is which field;
other lines are then held to it byte for byte between the values, which is as sure as parsing them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from simulator.dataset.importing.shapes import Recognised, decoded, recognise

MAX_SLOTS = 400
MAX_PIECE = 1024
_QUOTE = 0x22
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_MARK = "\0slot"
_FIXED = frozenset(("EventID", "event_id", "winlog.event_id", "Channel", "channel", "winlog.channel", "log_name"))
"""Names of values that tell the kind of event: part of the skeleton. So are lists, and numbers of unusual form."""
_PLAIN = re.compile(rb"0|[1-9][0-9]{0,15}|true|false|null")
"""What may stand as a value without quotes: its text is what it is in JSON."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A value. A text lies between the line's quotes number `quote` and `quote + 1`. Another value (number, boolean,
    null) begins `before` bytes after quote number `quote` and ends `after` bytes before the next value's name, quote
    number `following` (-1: before the end of the line)."""

    quote: int
    text: bool
    before: int = 0
    after: int = 0
    following: int = -1


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that must stand in every line: `offset` bytes after quote number `quote` (-1: after the end of the line).
    With `closes`, the line ends where they end."""

    quote: int
    offset: int
    content: bytes
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Skeleton:
    """One kind of line: how many quotes it has, the bytes between its values, the values, and what they are.

    `fields` gives for each field, in the order of the careful reader, the number of its slot, or what it always is.
    """

    quotes: int
    head: bytes
    pieces: tuple[Piece, ...]
    slots: tuple[Slot, ...]
    fields: dict[str, int | str | list[str]]
    table: str
    telling: tuple[Piece, ...]
    """The pieces that tell the kind of event: enough for lines that nobody wants to read."""
    nulls: bool
    """Whether `null` may stand for a value. Where a field has several names the first that is not null counts, so it
    may not."""


def learn(line: bytes) -> Skeleton | None:
    """The skeleton of a line (without its newline); None for a line that has none: no Windows event, broken JSON, names
    that stand twice."""
    try:
        record = decoded(line)
        leaves = list(_leaves(line))
        events = list(recognise(record))
    except (orjson.JSONDecodeError, _NoSkeletonError, RecursionError):
        return None
    match events:
        case [Recognised(fields=found) as event] if leaves and len(leaves) <= MAX_SLOTS and "EventID" in found:
            fields = _fields(record, event, [leaf.path for leaf in leaves])
        case _:
            return None
    if fields is None or any(
        name[0] == "\0" and isinstance(slot, int) and not leaves[slot].text for name, slot in fields.items()
    ):
        return None
    slots, pieces, head = _cut(line, leaves)
    if any(len(piece.content) > MAX_PIECE - 8 for piece in pieces):
        return None
    return Skeleton(_quotes(line), head, pieces, slots, fields, event.table, _telling(pieces), nulls="Event" in record)


class _NoSkeletonError(Exception):
    """The line has something that varies in more than its values."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: Path
    begin: int
    end: int
    text: bool


def _leaves(line: bytes) -> Iterator[_Leaf]:
    """Every value that may differ from line to line, with its path and place (a text's without its quotes)."""
    path: list[str] = []
    seen: set[Path] = set()
    key = ""
    awaited = False
    lists = 0
    for token in _TOKEN.finditer(line):
        content = token.group()
        if lists:
            lists += (content == b"[") - (content == b"]")
        elif content == b"{":
            path.append(key)
            awaited = False
        elif content == b"}":
            path.pop()
        elif content == b":":
            awaited = True
        elif content == b",":
            awaited = False
        elif content == b"[":
            lists = 1
        elif not awaited:
            key = orjson.loads(content)
            place = (*path[1:], key)
            if place in seen:
                raise _NoSkeletonError
            seen.add(place)
        elif key not in _FIXED and (content[0] == _QUOTE or _PLAIN.fullmatch(content)):
            text = content[0] == _QUOTE
            yield _Leaf((*path[1:], key), token.start() + text, token.end() - text, text)


def _fields(record: Any, event: Recognised, paths: list[Path]) -> dict[str, int | str | list[str]] | None:
    """What the careful reader makes of each value: found by reading the line with its values replaced by marks."""
    marks = {path: f"{_MARK}{number}" for number, path in enumerate(paths)}
    match list(recognise(_marked(record, (), marks))):
        case [Recognised(event.table, marked)] if marked.keys() >= event.fields.keys():
            pass
        case _:
            return None
    fields: dict[str, int | str | list[str]] = {}
    used = set()
    for name, value in marked.items():
        if isinstance(value, str) and value.startswith(_MARK):
            fields[name] = int(value.removeprefix(_MARK))
            used.add(fields[name])
        elif any(_MARK in text for text in ([value] if isinstance(value, str) else value)):
            return None
        else:
            fields[name] = value
    # Where two values have one name the first that is not null counts, which a skeleton cannot tell.
    if any(path[-1] in fields for number, path in enumerate(paths) if number not in used):
        return None
    return fields


def _marked(value: Any, path: Path, marks: dict[Path, str]) -> Any:
    if isinstance(value, dict):
        return {name: _marked(inner, (*path, name), marks) for name, inner in value.items()}
    return marks.get(path, value)


def _cut(line: bytes, leaves: list[_Leaf]) -> tuple[tuple[Slot, ...], tuple[Piece, ...], bytes]:
    """The line's values as slots and what lies between them as pieces; `head` is what comes before the first quote."""
    places = list(_structural(line))
    number = {place: index for index, place in enumerate(places)}
    slots: list[Slot] = []
    pieces: list[Piece] = []
    begin = places[0]
    for leaf in leaves:
        pieces.append(Piece(number[begin], 0, line[begin : leaf.begin]))
        if leaf.text:
            slots.append(Slot(number[leaf.begin - 1], text=True))
            begin = leaf.end
            continue
        before = max(place for place in places if place < leaf.begin)
        following = min((place for place in places if place >= leaf.end), default=-1)
        end = len(line) if following < 0 else following
        after = end - leaf.end
        slots.append(Slot(number[before], False, leaf.begin - before, after, number.get(following, -1)))
        if following < 0:
            pieces.append(Piece(-1, -after, line[leaf.end :]))
            return tuple(slots), tuple(pieces), line[: places[0]]
        pieces.append(Piece(number[following], -after, line[leaf.end : following]))
        begin = following
    pieces.append(Piece(number[begin], 0, line[begin:], closes=True))
    return tuple(slots), tuple(pieces), line[: places[0]]


def _telling(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Those with the name and the whole value of what tells the kind of event."""
    names = [b'"%s":' % name.encode() for name in _FIXED]
    return tuple(piece for piece in pieces if any(name in piece.content for name in names)) or pieces


def _structural(line: bytes) -> Iterator[int]:
    """The places of quotes that begin or end a text."""
    for token in _TOKEN.finditer(line):
        if token.group().startswith(b'"'):
            yield token.start()
            yield token.end() - 1


def _quotes(line: bytes) -> int:
    return sum(1 for _ in _structural(line))
