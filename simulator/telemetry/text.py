"""Text made by the column: hexadecimal numbers, GUIDs and timestamps straight into Arrow buffers.

Formatting a million GUIDs one by one costs seconds; looking up the digits of each 16-bit word in a table and laying
them out in one buffer costs tens of milliseconds. Every function here gives a Polars String series.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from simulator.draw import Ids, Ints

Bytes = npt.NDArray[np.uint8]

_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
_HEX = _DIGITS[np.arange(65536)[:, None] >> np.array([12, 8, 4, 0]) & 15].view(np.uint32)[:, 0]
"""The four hexadecimal digits of every 16-bit word, as the four bytes of one number."""

_TWO = np.frombuffer("".join(f"{n:02d}" for n in range(100)).encode(), np.uint8).reshape(100, 2)
_THREE = np.frombuffer("".join(f"{n:03d}" for n in range(1000)).encode(), np.uint8).reshape(1000, 3)
_DAY = 86_400_000_000

NUMBERS = pl.int_range(65536, eager=True).cast(pl.String)
"""The decimal text of every 16-bit number: ports and process ids are gathered from it."""

HEX_NUMBERS = pl.Series("hex", [f"0x{n:x}" for n in range(65536)])
"""The same with `0x`, as 4688 shows process ids."""


def series(buffer: Bytes, widths: Ints | None = None) -> pl.Series:
    """Texts out of a buffer of bytes: its rows, or pieces of these `widths` one after the other."""
    if widths is None:
        offsets = np.arange(len(buffer) + 1, dtype=np.int64) * buffer.shape[1]
    else:
        offsets = np.zeros(len(widths) + 1, dtype=np.int64)
        np.cumsum(widths, out=offsets[1:])
    flat: Any = np.ascontiguousarray(buffer).reshape(-1)
    starts: Any = offsets
    array: Any = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(starts), pa.py_buffer(flat))
    return pl.Series(array, dtype=pl.String)


def hex_digits(values: Ids, count: int) -> Bytes:
    """The last `count` hexadecimal digits (a multiple of four) of each value."""
    words = np.ascontiguousarray(values, dtype=">u8").view(">u2").reshape(-1, 4)[:, 4 - count // 4 :]
    digits: Bytes = _HEX[words].view(np.uint8).reshape(len(values), count)
    return digits


def guid(high: Ids, low: Ids, braces: bool = True) -> pl.Series:
    """GUIDs of two 64-bit halves, lower case: `{0197231e-f943-69e5-a527-000000000800}`."""
    at = 1 if braces else 0
    out = np.full((len(high), 38 if braces else 36), ord("-"), np.uint8)
    if braces:
        out[:, 0], out[:, -1] = ord("{"), ord("}")
    first, second = hex_digits(high, 16), hex_digits(low, 16)
    out[:, at : at + 8] = first[:, :8]
    out[:, at + 9 : at + 13] = first[:, 8:12]
    out[:, at + 14 : at + 18] = first[:, 12:]
    out[:, at + 19 : at + 23] = second[:, :4]
    out[:, at + 24 : at + 36] = second[:, 4:]
    return series(out)


def hex_number(values: Ids) -> pl.Series:
    """`0x317fb` of numbers below 2**32: no leading zeros, as Windows writes logon ids."""
    rows = np.empty((len(values), 10), np.uint8)
    rows[:, 0], rows[:, 1] = ord("0"), ord("x")
    rows[:, 2:] = hex_digits(values, 8)
    bits = np.frexp(values.astype(np.float64))[1].astype(np.int64)
    wanted = np.maximum((bits + 3) // 4, 1)
    kept = np.ones(rows.shape, np.bool_)
    kept[:, 2:] = np.arange(8) >= 8 - wanted[:, None]
    return series(rows[kept], wanted + 2)


def utc(times: Ints) -> pl.Series:
    """`2023-02-24 15:35:17.516`, cut off at milliseconds, as Sysmon writes UtcTime, of microseconds since 1970."""
    days, rest = np.divmod(times, _DAY)
    out = np.empty((len(times), 23), np.uint8)
    out[:, 10], out[:, 13], out[:, 16], out[:, 19] = ord(" "), ord(":"), ord(":"), ord(".")
    distinct, which = np.unique(days, return_inverse=True)
    names = np.frombuffer("".join(str(np.datetime64(int(day), "D")) for day in distinct).encode(), np.uint8)
    out[:, :10] = names.reshape(-1, 10)[which]
    milliseconds = rest // 1000
    out[:, 11:13] = _TWO[milliseconds // 3_600_000]
    out[:, 14:16] = _TWO[milliseconds // 60_000 % 60]
    out[:, 17:19] = _TWO[milliseconds // 1000 % 60]
    out[:, 20:23] = _THREE[milliseconds % 1000]
    return series(out)
