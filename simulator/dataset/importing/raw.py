"""Lines as raw bytes, read in many places at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from simulator.dataset.importing.fields import Ints, text_buffers

Bools = npt.NDArray[np.bool_]

MAX_WORDS = 16
_QUOTES = np.uint64(0x2222222222222222)
_LOWS = np.uint64(0x0101010101010101)
_HIGHS = np.uint64(0x8080808080808080)
_HIGH_BITS = np.array([1 << (8 * byte + 7) for byte in range(8)], np.uint64)


class RawLines:
    """The bytes of all lines, readable in words of eight from anywhere."""

    def __init__(self, lines: pa.StringArray) -> None:
        self.starts, self.data = text_buffers(lines)
        self.words: npt.NDArray[np.uint64] = np.ndarray(max(0, len(self.data) - 7), "<u8", self.data, strides=(1,))

    def text(self, start: int, end: int) -> bytes:
        """The bytes between two positions."""
        return bytes(self.data[start:end].tobytes())

    def same(self, at: Ints, text: bytes) -> Bools:
        """Where `text` (of at least eight bytes) stands at `at`."""
        inside = at + len(text) <= len(self.data)
        found = inside.copy()
        at = np.where(inside, at, 0)
        # The last bytes differ soonest: channel names begin alike.
        for step in (len(text) - 8, *range(0, len(text) - 8, 8)):
            found &= self.words[at + step] == np.frombuffer(text, "<u8", 1, step)[0]
        return found

    def strings(self, at: Ints) -> tuple[pa.StringArray, Bools]:
        """The JSON strings whose opening quotes stand at `at` (-1: nowhere), and where that went well: up to 128 bytes,
        no escapes."""
        sure = (at >= 0) & (at + 1 + 8 * MAX_WORDS < len(self.data))
        starts = np.where(sure, at, 0) + 1
        sure &= self.data[starts - 1] == 0x22
        lengths = np.full(len(at), -1, np.int64)
        open_rows = np.flatnonzero(sure)
        for step in range(MAX_WORDS):
            word = self.words[starts[open_rows] + 8 * step] ^ _QUOTES
            hit = (word - _LOWS) & ~word & _HIGHS
            ended = hit != 0
            lowest = hit[ended] & (~hit[ended] + np.uint64(1))
            lengths[open_rows[ended]] = 8 * step + np.searchsorted(_HIGH_BITS, lowest)
            open_rows = open_rows[~ended]
            if not len(open_rows):
                break
        sure &= lengths >= 0
        lengths[~sure] = 0
        ends = np.cumsum(lengths)
        places = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths)
        gathered = self.data[places]
        escaped = np.flatnonzero(gathered == 0x5C)
        sure[np.searchsorted(ends, escaped, side="right")] = False
        offsets = np.concatenate(([0], ends)).astype(np.int32)
        return text_array(offsets, gathered), sure


def text_array(offsets: npt.NDArray[np.int32], data: Any) -> pa.StringArray:
    """Texts that lie one after another in `data`, without copying it."""
    places: Any = offsets
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(places), pa.py_buffer(data))
