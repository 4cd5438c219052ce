"""EVTX files, read by the `evtx` package; what it leaves out of damaged files is found by counting.

The format: a header of 4,096 bytes (`ElfFile`), then chunks of 65,536 bytes (`ElfChnk`), each of which says the numbers
of its first and last record (https://github.com/libyal/libevtx, documentation/Windows XML Event Log (EVTX).asciidoc).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from evtx import PyEvtxParser

from simulator.dataset.importing.block import Block, read_block
from simulator.tables import Batch, Demand, PassedOver, Rejected

MAGIC = b"ElfFile\0"
_CHUNK_MAGIC = b"ElfChnk\0"
_HEADER = 4096
_CHUNK = 65536
BLOCK_ROWS = 32_768
BLOCK_TEXT = 32 << 20
MAX_ERRORS = 10_000


@dataclass(frozen=True, slots=True)
class EvtxPart:
    """One EVTX file; `number` is its number among the files read."""

    file: str
    number: int
    size: int

    def read(self, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
        """Its events; records and chunks that are damaged are rejected records."""
        pending: list[str] = []
        numbers: list[int] = []
        text = given = errors = 0
        for found in _records(self.file):
            if isinstance(found, str):
                errors += 1
                yield Rejected(self.file, 0, found)
                if errors >= MAX_ERRORS:
                    break
                continue
            record, data = found
            pending.append(data)
            numbers.append(record)
            text += len(data)
            if len(pending) >= BLOCK_ROWS or text >= BLOCK_TEXT:
                yield from self._block(pending, numbers, given, demand)
                given += len(pending)
                pending, numbers, text = [], [], 0
        if pending:
            yield from self._block(pending, numbers, given, demand)
        yield from _losses(self.file, given + len(pending), errors)

    def _block(
        self, texts: list[str], numbers: list[int], given: int, demand: Demand
    ) -> Iterator[Batch | Rejected | PassedOver]:
        ordinals = given + np.arange(len(texts))
        block = Block(pa.array(texts, pa.string()), np.array(numbers, np.int64), ordinals)
        return read_block(block, self.file, self.number << 40, demand)


def _records(file: str) -> Iterator[tuple[int, str] | str]:
    """Record numbers and JSON texts; a text alone is why something could not be read."""
    parser: Any
    try:
        parser = PyEvtxParser(file, 1).records_json()
    except (OSError, RuntimeError, ValueError) as error:
        yield f"cannot be read: {error}"
        return
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how the Rust library fails where it did not expect to
            raise
        yield "cannot be read: the parser gave up"
        return
    while True:
        try:
            record = next(parser)
        except StopIteration:
            return
        except (OSError, RuntimeError, ValueError) as error:
            yield f"damaged record: {error}"
            continue
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            yield "the parser gave up on this file here"
            return
        yield _record_id(record["data"], record["event_record_id"]), record["data"]


_RECORD_ID = re.compile(r'"EventRecordID": ?([0-9]{1,18})')


def _record_id(data: str, header: int) -> int:
    """The event's own record id. That of the record's header counts from 1 again in an exported file."""
    found = _RECORD_ID.search(data)
    return int(found[1]) if found else header


def _losses(file: str, given: int, told: int) -> Iterator[Rejected]:
    """What the file should hold and did not give, beyond what has been told already."""
    size = Path(file).stat().st_size
    expected = damaged = chunks = 0
    with Path(file).open("rb") as stream:
        header = stream.read(128)
        promised = struct.unpack_from("<H", header, 42)[0] if len(header) >= 44 else 0
        for start in range(_HEADER, size, _CHUNK):
            stream.seek(start)
            head = stream.read(24)
            if head[:8] == _CHUNK_MAGIC and len(head) == 24:
                first, last = struct.unpack_from("<QQ", head, 8)
                if 0 <= last - first < _CHUNK // 24:
                    expected += last - first + 1
                chunks += 1
            elif head.strip(b"\0"):
                damaged += 1
    if chunks + damaged < promised:
        yield Rejected(file, 0, f"cut off: {chunks + damaged} of {promised} chunks are there")
    if damaged:
        yield Rejected(file, 0, f"{damaged} damaged chunks")
    if expected > given + told:
        yield Rejected(file, 0, f"{expected - given - told} records could not be read")
    elif not chunks and not damaged and promised == 0 and size <= _HEADER and size != _HEADER:
        yield Rejected(file, 0, "cut off in its header")
