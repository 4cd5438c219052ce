"""Files and folders of real logs -> a source of events."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson
import pyarrow as pa

from simulator.dataset.declared import DATA, Declared, of_known, table_of_file
from simulator.dataset.importing.declared_files import DeclaredPart
from simulator.dataset.importing.documents import AuditdPart, DocumentPart, read_start
from simulator.dataset.importing.evtx_files import MAGIC, EvtxPart
from simulator.dataset.importing.text_files import GzipPart, lines_parts
from simulator.dataset.stream import is_stream, open_stream
from simulator.errors import StreamError, UsageError
from simulator.tables import TABLES, Batch, Demand, Part, PassedOver, Rejected, Source

HEAD = 64 << 10
_VENDORS = ("defender.", "sentinel.", "elastic.", "splunk.", "cim.")


@dataclass(frozen=True, slots=True)
class RefusedPart:
    """A file that is not read, and why."""

    file: str
    reason: str
    size: int = 0

    def read(self, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
        """One rejected record."""
        yield Rejected(self.file, 0, self.reason)


class Logs:
    """Log files as a `simulator.tables.Source`. What tables they hold shows only on reading."""

    def __init__(self, files: Sequence[Path], declared: Mapping[str, Declared] | None = None) -> None:
        self.files = tuple(files)
        self._declared = declared or {}

    def tables(self) -> Sequence[str]:
        """Nothing: that shows on reading."""
        return ()

    def parts(self) -> Sequence[Part]:
        """Their pieces, in order of the files as given and sorted."""
        return self._parts

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return tuple(part for number, file in enumerate(self.files) for part in _parts_of(file, number, self._declared))

    def scan(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All events of `table`, of each batch the columns that occur."""
        demand = Demand({table: frozenset(columns)})
        for part in self.parts():
            for item in part.read(demand):
                if isinstance(item, Batch):
                    yield item.rows


def open_logs(paths: Sequence[Path | str], declared: Mapping[str, Declared] | None = None) -> Source:
    """Log files, and all files below folders, as a source: EVTX, JSON lines and documents, gzip too, recognised by
    content; and JSON lines, CSV and Parquet files that are named after one of the `declared` tables or of a vendor's
    (`DeviceInfo.csv`). One path that is a stream gives that stream. Raises UsageError for a path that does not exist,
    StreamError for a stream among other paths and where there is no file at all."""
    given = [Path(path) for path in paths]
    for path in given:
        if not path.exists():
            raise UsageError(f"{path} does not exist")
    streams = [path for path in given if is_stream(path)]
    if streams:
        if len(given) > 1:
            raise StreamError(f"{streams[0]} is a stream; read it alone, without other paths")
        return open_stream(streams[0])
    files = list(dict.fromkeys(file for path in given for file in _files(path)))
    if not files:
        raise StreamError(f"no files in {', '.join(map(str, given))}")
    return Logs(files, declared)


def open_source(paths: Sequence[Path | str] | Path | str, declared: Mapping[str, Declared] | None = None) -> Source:
    """The stream or the logs at `paths`: see `open_logs`. Raises UsageError and StreamError."""
    return open_logs([paths] if isinstance(paths, (str, Path)) else paths, declared)


def _files(path: Path) -> Iterator[Path]:
    """The files at or below `path`, sorted; links to folders are not followed, hidden files are left out."""
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(folder, name)


def _named_after(file: Path, declared: Mapping[str, Declared]) -> Declared | None:
    """The declared table, or a vendor's, that a file of data is named after."""
    if Path(file.name.removesuffix(".gz")).suffix.lower() not in DATA:
        return None
    name = table_of_file(file, declared)
    if name in declared:
        return declared[name]
    return of_known(name) if name.startswith(_VENDORS) and name in TABLES else None


def _parts_of(file: Path, number: int, declared: Mapping[str, Declared]) -> Iterator[Part]:
    path = str(file)
    try:
        if not file.is_file():
            yield RefusedPart(path, "not a regular file" if file.exists() else "a link that leads nowhere")
            return
        size = file.stat().st_size
        if one := _named_after(file, declared):
            yield DeclaredPart(path, number, one, size)
            return
        head = read_start(file, HEAD, zipped=False)
        zipped = head[:2] == b"\x1f\x8b"
        if zipped:
            head = read_start(file, HEAD, zipped=True)
        yield from _of_kind(file, number, size, head, zipped)
    except OSError as error:
        yield RefusedPart(path, f"cannot be read: {error.strerror or error}")


def _of_kind(file: Path, number: int, size: int, head: bytes, zipped: bool) -> Iterator[Part]:
    path = str(file)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(MAGIC):
        yield RefusedPart(path, "EVTX inside gzip: unpack it first") if zipped else EvtxPart(path, number, size)
    elif not head:
        return
    elif text.startswith((b"type=", b"node=")) and b"msg=audit(" in text[:512]:
        yield AuditdPart(path, number, size, zipped)
    elif _is_document(text, len(head) < HEAD):
        yield DocumentPart(path, number, size, zipped)
    elif text[:1] == b"{" or any(line[:1] == b"{" for line in text.splitlines()[:100]):
        if zipped:
            yield GzipPart(path, number, size)
        else:
            yield from lines_parts(file, number)
    else:
        yield RefusedPart(path, "not a log of a kind that is known (EVTX, JSON lines, JSON, auditd)")


def _is_document(text: bytes, whole: bool) -> bool:
    """Whether the text is one JSON document (or several) over many lines, rather than one to a line."""
    if text.startswith((b'{"Records":', b'{"Records" :')):
        return True
    if text.startswith(b"["):
        return not any(_is_object(line) for line in text.splitlines()[:20]) or (whole and _loads(text))
    if not text.startswith(b"{"):
        return False
    lines = text.splitlines()
    complete = lines[:-1] if len(lines) > 1 and not whole else lines
    if len(complete) == 1 and not whole:
        return False
    return len(complete[0].strip()) < 512 and not any(_is_object(line) for line in complete[:50])


def _is_object(line: bytes) -> bool:
    return line[:1] == b"{" and _loads(line)


def _loads(text: bytes) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
