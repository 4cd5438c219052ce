"""The fast way: lines that are alike are read all at once, at the places where their skeleton has its values.

Each block is looked through once for quotes. Lines with as many quotes are held to a skeleton; those that keep to it
byte for byte are read by their quotes' positions: values become Arrow columns without a copy of the line, escapes are
resolved once for each distinct value. Everything else is left to the careful way.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from simulator.dataset.importing.fields import (
    HIDDEN_HOST,
    HIDDEN_TIME,
    HIDDEN_USER,
    Ints,
    Values,
    batch_of,
    possible,
    text_buffers,
    user_fields,
)
from simulator.dataset.importing.skeleton import MAX_PIECE, Skeleton, Slot, learn
from simulator.dataset.importing.views import Bools, coded, words_of
from simulator.dataset.whole_text import TEXT
from simulator.tables import Batch, Demand, PassedOver

FEW = 24
"""Fewer alike lines than this are not worth a skeleton."""
MOST_SKELETONS = 500
MOST_TRIES = 60
"""Skeletons tried on the lines of one number of quotes."""
MOST_ESCAPES = 64
"""Backslashes in a row that are counted; a line with more is left to the careful way."""
MOST_QUOTES = 4096
LONGEST_NUMBER = 16
_CHUNK = 1 << 17
_QUOTE, _BACKSLASH, _NEWLINE, _RETURN = 0x22, 0x5C, 0x0A, 0x0D


Places = npt.NDArray[np.int32]
"""Positions in a block's bytes; a block is far smaller than 2 GiB."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Some lines in one piece of memory: where each begins and ends, where its first quote is among all `quotes`."""

    data: npt.NDArray[np.uint8]
    words: npt.NDArray[np.uint64]
    starts: Ints
    ends: Ints
    quotes: Places
    first: Ints
    counts: Ints
    sound: Bools


_known: OrderedDict[int, list[Skeleton]] = OrderedDict()
"""Skeletons learnt by this process, by number of quotes: files of one origin have the same."""


def read_alike(
    lines: pa.StringArray, records: Ints, ordinals: Ints, file: str, base: int, demand: Demand, left: list[Ints]
) -> Iterator[Batch | PassedOver]:
    """The events of lines that have a skeleton; the numbers of all others are added to `left`."""
    found = _lines(lines)
    order = np.argsort(found.counts, kind="stable")
    order = order[found.sound[order]]
    left.append(np.flatnonzero(~found.sound))
    bounds = np.flatnonzero(np.diff(found.counts[order], prepend=-1, append=-1))
    passed = 0
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        rows = order[begin:end]
        for skeleton, mine in _sorted_out(found, rows, demand, left):
            wanted = demand.of(skeleton.table)
            if wanted is None:
                passed += len(mine)
                continue
            table = skeleton.table
            kept = possible(table, wanted)
            if not demand.text_wanted(table, int(str(skeleton.fields["EventID"]))):
                kept -= {TEXT}
            columns, doubtful = _columns(found, mine, skeleton, kept)
            if doubtful.any():
                left.append(mine[doubtful])
                sure = np.flatnonzero(~doubtful)
                mine = mine[sure]
                columns = {name: column.take(pa.array(sure, pa.int64())) for name, column in columns.items()}
            if len(mine):
                yield batch_of(table, columns, kept, file, base + ordinals[mine], records[mine])
    if passed:
        yield PassedOver(passed)


def _lines(lines: pa.StringArray) -> Lines:
    offsets, data = text_buffers(lines)
    starts, ends = offsets[:-1], offsets[1:].copy()
    for sign in (_NEWLINE, _RETURN):
        ends -= (ends > starts) & (data[ends - 1] == sign)
    quotes, first, endless = _quotes(data, offsets)
    counts = np.diff(first)
    # Pieces are compared and values read in one go, which must not reach beyond the memory: the last line may be left.
    sound = (counts > 0) & (counts < MOST_QUOTES) & (ends + MAX_PIECE + 16 <= len(data))
    sound[np.searchsorted(starts, endless, side="right") - 1] = False
    return Lines(data, words_of(data), starts, ends, quotes, first[:-1], counts, sound)


def _quotes(data: npt.NDArray[np.uint8], offsets: Ints) -> tuple[Places, Ints, Places]:
    """The places of quotes that are not escaped, for each of `offsets` how many stand before it, and the places of
    quotes after so many backslashes that they are not counted. Goes through the bytes in pieces that stay in the
    cache."""
    found: list[Places] = []
    endless: list[Places] = []
    first = np.zeros(len(offsets), np.int64)
    total = 0
    begin, end = int(offsets[0]), int(offsets[-1])
    edges = [*range(begin, end, _CHUNK), end]
    lines = np.searchsorted(offsets, edges).tolist()
    lines[-1] = len(offsets)
    for at, to, line, beyond in zip(edges[:-1], edges[1:], lines[:-1], lines[1:], strict=True):
        is_quote = data[at:to] == _QUOTE
        places = _places(is_quote, at)
        skip = int(at == 0)
        is_quote[skip:] &= data[at + skip - 1 : to - 1] == _BACKSLASH
        is_quote[:skip] = False
        suspects = _places(is_quote, at)
        if len(suspects):
            escaped, uncounted = _escaped(data, suspects, begin)
            kept = np.ones(len(places), bool)
            kept[np.searchsorted(places, escaped)] = False
            places = places[kept]
            endless.append(uncounted)
        first[line:beyond] = np.searchsorted(places, offsets[line:beyond]) + total
        found.append(places)
        total += len(places)
    nothing = np.zeros(0, np.int32)
    return np.concatenate([nothing, *found]), first, np.concatenate([nothing, *endless])


def _places(marks: Bools, at: int) -> Places:
    places = np.flatnonzero(marks).astype(np.int32)
    places += np.int32(at)
    return places


def _escaped(data: npt.NDArray[np.uint8], suspects: Places, begin: int) -> tuple[Places, Places]:
    """Of quotes after a backslash those that an odd number of them escapes, and those after too many to count."""
    run = np.ones(len(suspects), np.int64)
    active = np.arange(len(suspects))
    for _ in range(MOST_ESCAPES):
        before = suspects[active] - 1 - run[active]
        active = active[(before >= begin) & (data[np.maximum(before, 0)] == _BACKSLASH)]
        if not len(active):
            break
        run[active] += 1
    return suspects[run % 2 == 1], suspects[active]


def _sorted_out(lines: Lines, rows: Ints, demand: Demand, left: list[Ints]) -> Iterator[tuple[Skeleton, Ints]]:
    """The rows that keep to each skeleton. All have as many quotes. Of lines of a kind that is not demanded only what
    tells the kind is looked at."""
    quotes = int(lines.counts[rows[0]])
    known = _known.setdefault(quotes, [])
    _known.move_to_end(quotes)
    if len(_known) > MOST_SKELETONS:
        _known.popitem(last=False)
    tried = 0
    for skeleton in list(known):
        if not len(rows):
            return
        kept = _keeping(lines, rows, skeleton, demand.of(skeleton.table) is not None)
        if kept.any():
            yield skeleton, rows[kept]
            rows = rows[~kept]
    while len(rows) >= FEW and tried < MOST_TRIES:
        tried += 1
        row = int(rows[0])
        learnt = learn(lines.data[lines.starts[row] : lines.ends[row]].tobytes())
        if learnt is None or not (kept := _keeping(lines, rows, learnt, True))[0]:
            left.append(rows[:1])
            rows = rows[1:]
            continue
        if len(known) < MOST_TRIES:
            known.append(learnt)
        yield learnt, rows[kept]
        rows = rows[~kept]
    left.append(rows)


def _keeping(lines: Lines, rows: Ints, skeleton: Skeleton, whole: bool) -> Bools:
    """Which rows keep to the skeleton: to all of it, or to what tells the kind of event. Neither pieces nor lines hold
    a newline: bytes that are the same lie within one line."""
    kept = np.arange(len(rows))
    first = lines.first[rows]
    begin, end = lines.starts[rows], lines.ends[rows]

    def keep(same: Bools) -> None:
        nonlocal kept, first, begin, end
        if not same.all():
            kept, first, begin, end = kept[same], first[same], begin[same], end[same]

    keep((lines.quotes[first] - begin == len(skeleton.head)) & _same(lines, begin, skeleton.head))
    for piece in skeleton.pieces if whole else skeleton.telling:
        if not len(kept):
            break
        at = (end if piece.quote < 0 else lines.quotes[first + piece.quote]) + np.int64(piece.offset)
        same = _same(lines, np.maximum(at, 0) if piece.offset < 0 else at, piece.content)
        keep(same & (at + len(piece.content) == end) if piece.closes else same)
    for slot in skeleton.slots if whole else ():
        if not slot.text and len(kept):
            keep(_is_plain(lines, *_span(lines, first, end, slot), skeleton.nulls))
    found = np.zeros(len(rows), bool)
    found[kept] = True
    return found


def _same(lines: Lines, at: Ints, content: bytes) -> Bools:
    """Where `content` stands at `at`. `MAX_PIECE` bytes behind each place must be readable (`Lines.sound`)."""
    words = -(-len(content) // 8)
    spans = np.ndarray(len(lines.data) - 8 * words + 1, f"V{8 * words}", cast(Any, lines.data), strides=(1,))
    taken = spans[at].view("<u8").reshape(len(at), words)
    wanted = np.frombuffer(content.ljust(8 * words, b"\0"), "<u8")
    spare = 8 * words - len(content)
    last = taken[:, -1] & np.uint64((1 << (64 - 8 * spare)) - 1) if spare else taken[:, -1]
    same: Bools = last == wanted[-1]
    for number in range(words - 1):
        same &= taken[:, number] == wanted[number]
    return same


def _span(lines: Lines, first: Ints, end: Ints, slot: Slot) -> tuple[Ints, Ints]:
    """Where the slot's value begins in lines that have these first quotes and ends, and how long it is."""
    begin = lines.quotes[first + slot.quote].astype(np.int64)
    if slot.text:
        return begin + 1, lines.quotes[first + slot.quote + 1] - begin - 1
    following = end if slot.following < 0 else lines.quotes[first + slot.following]
    return begin + slot.before, following - slot.after - begin - slot.before


_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
_ZEROS = np.uint64(0x3030303030303030)
_HIGHS = np.uint64(0x8080808080808080)
_ABOVE = np.uint64(0x4646464646464646)
_WORDS = tuple((len(word), np.uint64(int.from_bytes(word, "little"))) for word in (b"true", b"false", b"null"))


def _is_plain(lines: Lines, begin: Ints, length: Ints, nulls: bool) -> Bools:
    """Whether the values are whole numbers, `true`, `false` or (with `nulls`) `null`: as text just what they are in
    JSON."""
    fits = (length > 0) & (length <= LONGEST_NUMBER)
    size = np.where(fits, length, 1)
    head = np.minimum(size, 8)
    word = lines.words[begin] & _MASKS[head]
    plain = _are_digits(word, head)
    plain &= (size == 1) | ((word & np.uint64(0xFF)) != np.uint64(0x30))
    for width, known in _WORDS if nulls else _WORDS[:2]:
        plain |= (size == width) & (word == known)
    long = np.flatnonzero(size > 8)
    if len(long):
        rest = size[long] - 8
        plain[long] &= _are_digits(lines.words[begin[long] + 8] & _MASKS[rest], rest)
    return fits & plain


def _are_digits(word: npt.NDArray[np.uint64], size: Ints) -> Bools:
    """Whether the first `size` bytes of each word are decimal digits (the others being zero)."""
    padded = word | (_ZEROS & ~_MASKS[size])
    digits: Bools = (((padded + _ABOVE) | (padded - _ZEROS)) & _HIGHS) == 0
    return digits


def _columns(
    lines: Lines, rows: Ints, skeleton: Skeleton, wanted: frozenset[str]
) -> tuple[Mapping[str, Values], Bools]:
    """The columns that are needed of `wanted`, and rows with a value that is no JSON text after all."""
    needed = {*wanted, *user_fields(skeleton.table), HIDDEN_TIME, HIDDEN_HOST, HIDDEN_USER}
    everything = TEXT in wanted
    doubtful = np.zeros(len(rows), bool)
    first, end = lines.first[rows], lines.ends[rows]
    columns: dict[str, Values] = {}
    read: dict[int, Values] = {}
    for name, what in skeleton.fields.items():
        if name not in needed and not everything:
            continue
        if isinstance(what, str):
            columns[name] = pa.DictionaryArray.from_arrays(np.zeros(len(rows), np.int32), pa.array([what], pa.string()))
            continue
        if isinstance(what, list):
            columns[name] = pa.array([what] * len(rows), pa.list_(pa.string()))
            continue
        if what not in read:
            slot = skeleton.slots[what]
            read[what] = coded(lines.data, lines.words, *_span(lines, first, end, slot), slot.text, doubtful)
        columns[name] = read[what]
    if everything:
        columns[TEXT] = _whole(columns)
    return columns, doubtful


def _whole(columns: Mapping[str, Values]) -> Values:
    texts = [
        _as_text(cast(pl.Series, pl.from_arrow(column))).alias(str(number))
        for number, (name, column) in enumerate(columns.items())
        if name[0] not in "\0_"
    ]
    whole = pl.DataFrame(texts).select(pl.concat_str(pl.all(), separator="\n", ignore_nulls=True)).to_series()
    return whole.to_arrow()


def _as_text(column: pl.Series) -> pl.Series:
    return column.list.join("\n") if column.dtype == pl.List(pl.String) else column.cast(pl.String)
