"""The fast way: the lines of one table together, only the demanded columns, by DuckDB's JSON reader.

Whatever this way would not read exactly as the careful one does (values that are objects or lists, `UserData`, broken
lines) it hands back as line numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.dataset.importing.fields import HIDDEN_HOST, HIDDEN_TIME, Ints, Values, text_buffers, user_fields
from simulator.dataset.importing.windows import FLAT_KEYS, SYSTEM_PATHS

Path = tuple[str, ...]
Columns = dict[str, Values]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to look for what. `paths` has for each column the places where it may stand, the best first; where one of
    `doubts` stands, the careful way must read the line."""

    paths: tuple[tuple[str, tuple[Path, ...]], ...]
    doubts: tuple[Path, ...]


@lru_cache(4096)
def plan(table: str, wanted: frozenset[str], nested: bool) -> Plan:
    """How to read `wanted` and what the system columns need."""
    names = sorted(
        {*wanted, *user_fields(table), *(() if nested else (HIDDEN_TIME, HIDDEN_HOST, "EventID", "Channel"))}
    )
    doubts = {name.split(".")[0] for name in names if "." in name}
    paths: dict[str, tuple[Path, ...]]
    if not nested:
        paths = {name: tuple((key,) for key in FLAT_KEYS.get(name, (name,))) for name in names}
        for name, several in paths.items():
            if name in FLAT_KEYS and name[0] != "\0" and (name,) not in several:
                paths[name] = (*several, (name,))
        return Plan(tuple(paths.items()), tuple((name,) for name in sorted(doubts)))
    names = [name for name in names if name not in ("EventID", "Channel")]  # known from the bytes
    if "Data" in names:
        doubts.add("Data")
        names.remove("Data")
    paths = {
        name: (("Event", "System", *SYSTEM_PATHS[name]) if name in SYSTEM_PATHS else ("Event", "EventData", name),)
        for name in names
    }
    uncertain: list[Path] = [("Event", "UserData"), *(("Event", "EventData", name) for name in sorted(doubts))]
    for path in (SYSTEM_PATHS[name] for name in names if name in SYSTEM_PATHS):
        if len(path) > 1:  # other tools leave `#attributes` out, or join it to the name
            uncertain += [("Event", "System", path[0], path[-1]), ("Event", "System", f"{path[0]}_attributes")]
    return Plan(tuple(paths.items()), tuple(dict.fromkeys(uncertain)))


def transform(lines: pa.StringArray, how: Plan) -> tuple[Ints, Columns, Ints]:
    """The columns of `how` as texts: which lines they are of, the columns, and the lines left to the careful way."""
    rows = np.arange(len(lines))
    trees = _trees(how)
    try:
        read = _read(lines, trees)
    except duckdb.Error:
        valid = _valid(lines)
        rows = np.flatnonzero(valid)
        lines = lines.filter(pa.array(valid))
        try:
            read = _read(lines, trees)
        except duckdb.Error:
            return np.zeros(0, np.int64), {}, np.arange(len(valid))
        broken = np.flatnonzero(~valid)
    else:
        broken = np.zeros(0, np.int64)
    leaves: dict[Path, Values] = {}
    for number, tree in enumerate(trees):
        leaves.update(_leaves(read.column(number).combine_chunks(), tree, ()))
    doubtful = np.zeros(len(rows), bool)
    for path in how.doubts:
        if leaves[path].null_count < len(rows):
            doubtful |= leaves[path].is_valid().to_numpy(zero_copy_only=False)
    columns: Columns = {}
    for name, paths in how.paths:
        found = [leaf for path in paths if (leaf := leaves[path]).null_count < len(rows)]
        if found:
            for leaf in found:
                _mark_structures(leaf, doubtful)
            columns[name] = found[0] if len(found) == 1 else pc.coalesce(*found)
    if doubtful.any():
        sure = pa.array(~doubtful)
        columns = {name: column.filter(sure) for name, column in columns.items()}
    return rows[~doubtful], columns, np.concatenate((broken, rows[doubtful]))


def _mark_structures(texts: Values, doubtful: Any) -> None:
    """Marks rows whose value is, or looks like, a JSON object or list."""
    bounds, raw = text_buffers(texts)
    if not len(raw):
        return
    starts = np.minimum(bounds[:-1], len(raw) - 1)
    first = np.where(bounds[1:] > bounds[:-1], raw[starts], 0)
    is_list = first == 0x5B
    if is_list.any():
        doubtful |= is_list
    braced = np.flatnonzero(first == 0x7B)
    if len(braced):
        second = raw[np.minimum(starts[braced] + 1, len(raw) - 1)]
        doubtful[braced[(second == 0x22) | (second == 0x7D)]] = True


@lru_cache(4096)
def _trees(how: Plan) -> tuple[dict[str, Any], ...]:
    """The structures to ask for. DuckDB cannot have two keys in one that differ only in case, so there may be more."""
    trees: list[dict[str, Any]] = []
    for path in dict.fromkeys((*(path for _, paths in how.paths for path in paths), *how.doubts)):
        if not any(_planted(tree, path) for tree in trees):
            trees.append({})
            _planted(trees[-1], path)
    return tuple(trees)


def _planted(tree: dict[str, Any], path: Path) -> bool:
    node = tree
    for depth, key in enumerate(path):
        if key not in node and any(key.lower() == other.lower() for other in node):
            return False
        if depth == len(path) - 1:
            if isinstance(node.get(key), dict):
                return False
            node[key] = "JSON" if key == "UserData" and depth == 1 else "VARCHAR"
        else:
            node = node.setdefault(key, {})
            if not isinstance(node, dict):
                return False
    return True


def _leaves(column: Any, tree: dict[str, Any], path: Path) -> Iterator[tuple[Path, Values]]:
    for (key, inner), values in zip(tree.items(), column.flatten(), strict=True):
        if isinstance(inner, dict):
            yield from _leaves(values, inner, (*path, key))
        else:
            yield (*path, key), values


def _read(lines: pa.StringArray, trees: Sequence[dict[str, Any]]) -> pa.Table:
    asked = ", ".join(f"json_transform(line, {_quoted(json.dumps(tree))})" for tree in trees)
    return _ask(asked, lines)


def _valid(lines: pa.StringArray) -> Any:
    return _ask("json_valid(line)", lines).column(0).combine_chunks().to_numpy(zero_copy_only=False).astype(bool)


def _ask(what: str, lines: pa.StringArray) -> pa.Table:
    connection = _connection()
    connection.register("lines", pa.table({"line": lines}))
    try:
        answer: pa.Table = connection.sql(f"select {what} from lines").to_arrow_table()
        return answer
    finally:
        connection.unregister("lines")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One per process, with one thread: parts are what runs side by side."""
    return duckdb.connect(
        ":memory:", config={"threads": 1, "enable_external_access": False, "autoload_known_extensions": False}
    )


@lru_cache(4096)
def united(plans: tuple[Plan, ...]) -> Plan:
    """One plan that reads what all of them read."""
    paths = dict(pair for one in plans for pair in one.paths)
    doubts = dict.fromkeys(doubt for one in plans for doubt in one.doubts)
    return Plan(tuple(sorted(paths.items())), tuple(doubts))
