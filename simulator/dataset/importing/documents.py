"""Files that are JSON documents rather than lines: pretty-printed objects, arrays, CloudTrail's `{"Records": […]}`;
and auditd's text lines."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import orjson

from simulator.dataset.importing.careful import Careful
from simulator.dataset.importing.fields import HIDDEN_HOST, HIDDEN_TIME
from simulator.dataset.importing.shapes import Recognised, recognise
from simulator.dataset.importing.text_files import Bomb, Broken, guarded
from simulator.tables import Batch, Demand, PassedOver, Rejected

MAX_DOCUMENT = 256 << 20
"""A document is read whole, so there is a limit to it."""


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A file of JSON documents. Its records are numbered from 1 in the order they stand in."""

    file: str
    number: int
    size: int
    zipped: bool

    def read(self, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
        """Its events."""
        try:
            data = read_start(Path(self.file), MAX_DOCUMENT + 1, self.zipped)
        except OSError as error:
            yield Rejected(self.file, 0, f"cannot be read: {error.strerror or error}")
            return
        if len(data) > MAX_DOCUMENT:
            yield Rejected(
                self.file, 0, f"the JSON document is larger than {MAX_DOCUMENT >> 20} MiB; write it as lines"
            )
            return
        careful = Careful(self.file, self.number << 40, demand)
        record = 0
        for document in _documents(data):
            if isinstance(document, str):
                yield Rejected(self.file, record + 1, document)
                break
            for one in _records(document):
                record += 1
                yield from careful.add_found(recognise(one), record, record - 1, len(data) // (record + 1))
        yield from careful.flush()


def _records(document: Any) -> Iterator[Any]:
    match document:
        case list():
            yield from document
        case {"Records": list(several)}:
            yield from several
        case _:
            yield document


def _documents(data: bytes) -> Iterator[Any]:
    """The documents one after another; a text is why the rest is none."""
    try:
        yield orjson.loads(data)
        return
    except orjson.JSONDecodeError as error:
        reason = f"broken JSON: {error}"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        yield "invalid UTF-8"
        return
    decoder = json.JSONDecoder()
    position = len(text) - len(text.lstrip())
    while position < len(text):
        try:
            found, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            yield reason
            return
        yield found if not isinstance(found, str) else [found]
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1


@dataclass(frozen=True, slots=True)
class AuditdPart:
    """Lines as auditd writes them: `type=SYSCALL msg=audit(1600000000.123:456): key=value …`."""

    file: str
    number: int
    size: int
    zipped: bool

    def read(self, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
        """Its lines, each an event of `linux.auditd`."""
        careful = Careful(self.file, self.number << 40, demand)
        try:
            with _opened(Path(self.file), self.zipped) as stream:
                for line, text in enumerate(iter(lambda: stream.readline(1 << 20), b""), 1):
                    if text.strip():
                        yield from careful.add_found([auditd(text)], line, line - 1, len(text))
        except (OSError, EOFError, zlib.error) as error:
            yield Rejected(self.file, 0, f"cannot be read: {error}")
        yield from careful.flush()


_AUDITD = re.compile(r"(?:node=(?P<node>\S+) )?type=(?P<type>\w+) msg=audit\((?P<time>[0-9.]+):(?P<serial>\d+)\):\s*")
_PAIR = re.compile(r"([\w-]+)=(\"[^\"]*\"|'[^']*'|\S*)")


def auditd(line: bytes) -> Recognised | str:
    """The fields of one line of auditd."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "invalid UTF-8"
    head = _AUDITD.match(text)
    if head is None:
        return "not a line of auditd"
    fields: dict[str, str | list[str]] = {"type": head["type"], "msg_serial": head["serial"], HIDDEN_TIME: head["time"]}
    if head["node"]:
        fields[HIDDEN_HOST] = head["node"]
    for name, value in _PAIR.findall(text, head.end()):
        fields.setdefault(name, value[1:-1] if value[:1] in ("'", '"') and len(value) > 1 else value)
    return Recognised("linux.auditd", fields)


def read_start(path: Path, count: int, zipped: bool) -> bytes:
    """The first `count` bytes of what is in a file; of broken gzip, what can be had. Raises OSError."""
    if not zipped:
        with path.open("rb") as plain:
            return plain.read(count)
    with gzip.open(path, "rb") as stream:
        try:
            return guarded(stream, path.stat().st_size)(count)
        except (Broken, Bomb) as error:
            raise OSError(str(error)) from error


def _opened(path: Path, zipped: bool) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if zipped else path.open("rb")
