"""Identities as vendors write them: process ids, GUIDs, logon ids, record ids, hashes, event ids.

Each is a pure function of what it names, so that all tables agree without seeing each other.
"""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from simulator.draw import Ids, Ints, combine, integers, mix
from simulator.telemetry import text

HASH_DIGITS = {"MD5": 32, "SHA1": 40, "SHA256": 64, "IMPHASH": 32}
"""The hashes that Sysmon can be told to record, and how many hexadecimal digits each has."""

_LARGEST_WELL_KNOWN_LOGON = np.uint64(0xFFFF)


def event_ids(actions: Ids, table: str, ordinal: Ids | None = None) -> Ints:
    """One id for each event: of its action and table, and of its ordinal where one action leaves several there."""
    ids = mix(actions, "event", table)
    if ordinal is not None:
        ids = np.where(ordinal == 0, ids, combine(ids, ordinal))
    signed: Ints = (ids >> np.uint64(1)).astype(np.int64)
    return signed


def pids(processes: Ids) -> Ints:
    """Windows process ids: multiples of four, from 520 to about 26,000, the range of a host that is in use."""
    return 520 + 4 * integers(processes, 0, 6400, "pid")


def _seconds(times: Ints) -> Ids:
    """Seconds since 1970 as the second half of a Sysmon GUID's first eight bytes: low word first."""
    seconds = (times // 1_000_000).astype(np.uint64)
    return ((seconds & np.uint64(0xFFFF)) << np.uint64(16)) | ((seconds >> np.uint64(16)) & np.uint64(0xFFFF))


def _swap(values: Ids) -> Ids:
    swapped: Ids = values.astype("<u8").view(">u8").astype(np.uint64)
    return swapped


def process_guids(machine: Ids, boots: Ids, old: np.ndarray, processes: Ids, starts: Ints) -> pl.Series:
    """Sysmon ProcessGuid: eight digits of the machine, the second of the start, and a sequence number.

    The sequence number is the kernel's, little-endian: a count with the number of boots in its high word
    (`a527-000000000800` is the 0x27a5th process of boot 8). Sysmon 10 (`old`) has `0000-0010` and a 32-bit number
    instead. Source: the two forms in real records, `0197231e-f943-69e5-a527-000000000800` and
    `365abb72-2584-5cc9-0000-0010ea030000`.
    """
    high = (machine << np.uint64(32)) | _seconds(starts)
    sequence = mix(processes, "sequence")
    new = _swap((boots << np.uint64(48)) | (sequence & np.uint64(0xFFFFF)))
    if old.any():
        number = _swap((sequence >> np.uint64(32)) & np.uint64(0x7FFFFFF)) >> np.uint64(32)
        new = np.where(old, np.uint64(0x10_0000_0000) | number, new)
    return text.guid(high, new)


def logon_guids(machine: Ids, old: np.ndarray, logons: Ids, starts: Ints) -> pl.Series:
    """Sysmon LogonGuid: machine, second of the logon, and the logon id, little-endian.

    Sysmon 10 (`old`) has `0000-0020` and 32 bits of it.
    """
    high = (machine << np.uint64(32)) | _seconds(starts)
    low = _swap(logon_ids(logons))
    if old.any():
        low = np.where(old, np.uint64(0x20_0000_0000) | (low >> np.uint64(32)), low)
    return text.guid(high, low)


def logon_ids(logons: Ids) -> Ids:
    """Logon ids: well-known ones (0x3e7 ...) as they are, all others a number below 2**31 of the logon's identity."""
    others = np.uint64(0x10000) + (mix(logons, "logon id") >> np.uint64(33)) % np.uint64(0x7FFE0000)
    return np.where(logons <= _LARGEST_WELL_KNOWN_LOGON, logons, others)


def record_ids(hosts: Ids, channel: str, since_start: Ints, per_second: float) -> Ints:
    """EventRecordID: rises with time on each host and channel from a number of its own. Times in microseconds."""
    base = integers(hosts, 2_000_000, 90_000_000, "record id", channel)
    ids: Ints = base + np.floor(since_start * (per_second / 1e6)).astype(np.int64)
    return np.maximum(ids, 1)


def hashes(name: str, algorithms: tuple[str, ...]) -> str:
    """`MD5=..,SHA256=..,IMPHASH=..` of a made-up file, from what identifies it; in the order that Sysmon is told."""
    return ",".join(
        f"{algorithm}={hashlib.sha512(f'{algorithm}:{name}'.encode()).hexdigest()[: HASH_DIGITS[algorithm]].upper()}"
        for algorithm in algorithms
    )
