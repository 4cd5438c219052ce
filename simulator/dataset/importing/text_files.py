"""Text logs, plain or gzip, cut into blocks of whole lines."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from simulator.dataset.importing.block import Block, read_block
from simulator.dataset.importing.fields import Ints, text_array
from simulator.tables import Batch, Demand, PassedOver, Rejected

PART = 128 << 20
"""Bytes of a file in one part, and in one block, at most: each block costs some
milliseconds for each kind of event in it."""
BLOCK_ROWS = 262_144
_COUNTED = 1 << 18
"""Bytes looked through for newlines at a time: as many as stay in the cache."""
MAX_LINE = 64 << 20
"""A longer line is not read at all."""
BOMB_RATIO = 200
BOMB_BYTES = 512 << 20
"""Gzip that gives so many times its own size, beyond so many bytes, is no log."""

Item = Batch | Rejected | PassedOver


@dataclass(frozen=True, slots=True)
class LinesPart:
    """JSON lines from byte `start` to byte `end` of a plain file; both lie at beginnings of lines. `line` is the number
    of the first, `number` that of the file."""

    file: str
    number: int
    start: int
    end: int
    line: int

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.end - self.start

    def read(self, demand: Demand) -> Iterator[Item]:
        """Its events."""
        try:
            with Path(self.file).open("rb") as stream:
                stream.seek(self.start)
                yield from read_lines(stream.read, self.size, self.file, self.number, self.line, demand)
        except OSError as error:
            yield Rejected(self.file, 0, f"cannot be read: {error.strerror or error}")


@dataclass(frozen=True, slots=True)
class GzipPart:
    """JSON lines in a gzip file, all of it: it can only be read from the beginning."""

    file: str
    number: int
    size: int

    def read(self, demand: Demand) -> Iterator[Item]:
        """Its events, up to where it is broken."""
        try:
            with gzip.open(self.file, "rb") as stream:
                read = guarded(stream, self.size)
                yield from read_lines(read, None, self.file, self.number, 1, demand)
        except Bomb as error:
            yield Rejected(self.file, 0, str(error))
        except OSError as error:
            yield Rejected(self.file, 0, f"cannot be read: {error.strerror or error}")


class Bomb(Exception):
    """More comes out of a gzip file than any log would give."""


class Broken(Exception):
    """The file breaks off here; what came before has been read."""


def guarded(stream: IO[bytes] | gzip.GzipFile, size: int) -> Callable[[int], bytes]:
    """Reading from a gzip stream whose file has `size` bytes. Raises Bomb, and Broken where the file is cut or bad."""
    given = 0

    def read(count: int) -> bytes:
        nonlocal given
        chunks: list[bytes] = []
        while count > 0:
            try:
                chunk = stream.read(min(count, 1 << 20))
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                if chunks:
                    break
                raise Broken(f"broken gzip: {error}") from error
            if not chunk:
                break
            chunks.append(chunk)
            count -= len(chunk)
            given += len(chunk)
            if given > BOMB_BYTES and given > BOMB_RATIO * size:
                raise Bomb(f"gives more than {BOMB_RATIO} times its size; this is no log")
        return b"".join(chunks)

    return read


def lines_parts(path: Path, number: int) -> Iterator[LinesPart]:
    """Cuts a plain file at newlines into parts of about `PART` bytes."""
    size = path.stat().st_size
    target = min(PART, max(PART // 4, size // 2 + 1))
    if size <= target:
        yield LinesPart(str(path), number, 0, size, 1)
        return
    with path.open("rb") as stream:
        start, line = 0, 1
        while start < size:
            end, lines = _next_cut(stream, start, size, target)
            yield LinesPart(str(path), number, start, end, line)
            start, line = end, line + lines


def _next_cut(stream: BufferedReader, start: int, size: int, target: int) -> tuple[int, int]:
    """Where the part that begins at `start` ends, and how many lines it has."""
    position, lines = start, 0
    stream.seek(start)
    buffer = np.empty(min(_COUNTED, target), np.uint8)
    while count := stream.readinto(buffer.data):
        chunk = buffer[:count]
        position += count
        lines += int(np.count_nonzero(chunk == 0x0A))
        if position - start >= target:
            newlines = np.flatnonzero(chunk == 0x0A)
            if len(newlines):
                return position - count + int(newlines[-1]) + 1, lines
    return size, lines


def read_lines(
    read: Callable[[int], bytes], size: int | None, file: str, number: int, line: int, demand: Demand
) -> Iterator[Item]:
    """The events of `size` bytes of lines (to the end when None), the first of which has the number `line`."""
    base = number << 40
    carry = b""
    broken: Broken | None = None
    skipping = False
    while True:
        try:
            chunk = read(PART if size is None else min(PART, size))
        except Broken as error:
            chunk, broken = b"", error
        if size is not None:
            size -= len(chunk)
        last = not chunk or size == 0
        if skipping:
            newline = chunk.find(b"\n")
            if newline < 0:
                if last:
                    return
                continue
            skipping, line, chunk = False, line + 1, chunk[newline + 1 :]
        data = carry + chunk if carry else chunk
        cut = len(data) if last else data.rfind(b"\n") + 1
        carry = data[cut:]
        if cut:
            whole = data if cut == len(data) else data[:cut]
            line += yield from _read_whole(whole, file, base, line, demand)
        if len(carry) > MAX_LINE:
            yield Rejected(file, line, f"the line is longer than {MAX_LINE >> 20} MiB")
            carry, skipping = b"", True
        if last:
            if broken is not None:
                yield Rejected(file, line, str(broken))
            return


def _read_whole(data: bytes, file: str, base: int, line: int, demand: Demand) -> Generator[Item, None, int]:
    """The events of whole lines; returns how many lines there are."""
    starts, ends = _bounds(data)
    numbers = line + np.arange(len(starts))
    raw = np.frombuffer(data, np.uint8)
    # Blank lines are no records; nor is a carriage return alone.
    first = raw[np.minimum(starts, len(raw) - 1)]
    blank = (ends <= starts) | ((first == 0x0D) & (ends - starts == 1))
    kept = np.flatnonzero(~blank) if blank.any() else None
    lines = _texts(data, starts, ends)
    if kept is not None:
        lines, numbers = lines.take(pa.array(kept, pa.int64())), numbers[kept]
    for array, records, wrong in _valid(lines, numbers):
        for record in wrong:
            yield Rejected(file, record, "invalid UTF-8")
        for begin in range(0, len(array), BLOCK_ROWS):
            numbers = records[begin : begin + BLOCK_ROWS]
            yield from read_block(Block(array.slice(begin, BLOCK_ROWS), numbers, numbers - 1), file, base, demand)
    return len(starts)


def _bounds(data: bytes) -> tuple[Ints, Ints]:
    """Where each line begins and ends (without its newline)."""
    found: list[Ints] = []
    for begin in range(0, len(data), 1 << 20):
        chunk = np.frombuffer(data, np.uint8, min(1 << 20, len(data) - begin), begin)
        found.append(np.flatnonzero(chunk == 0x0A) + begin)
    newlines = np.concatenate(found) if found else np.zeros(0, np.int64)
    if data and data[-1] != 0x0A:
        newlines = np.append(newlines, len(data))
    starts = np.zeros(len(newlines), np.int64)
    starts[1:] = newlines[:-1] + 1
    return starts, newlines


def _texts(data: bytes, starts: Ints, ends: Ints) -> pa.StringArray:
    """The lines as an Arrow array over the same bytes; the newline stays at each line's end, which JSON allows."""
    offsets = np.empty(len(starts) + 1, np.int32)
    offsets[:-1] = starts
    offsets[-1] = len(data)
    return text_array(offsets, data)


def _valid(lines: pa.StringArray, records: Ints) -> Iterator[tuple[pa.StringArray, Ints, list[int]]]:
    """The lines that are UTF-8, and the numbers of those that are not."""
    try:
        lines.validate(full=True)
    except pa.ArrowInvalid:
        good = np.array([_is_utf8(line.as_buffer()) for line in lines], bool)
        yield lines.filter(pa.array(good)), records[good], records[~good].tolist()
    else:
        yield lines, records, []


def _is_utf8(data: pa.Buffer) -> bool:
    try:
        str(data, "utf-8")
    except UnicodeDecodeError:
        return False
    return True
