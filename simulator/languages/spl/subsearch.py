"""Subsearches in conditions: `search [search …]`.

Source: https://docs.splunk.com/Documentation/Splunk/latest/Search/Aboutsubsearches and …/SearchReference/Format: the
rows of a subsearch become `(field="value" AND …) OR (…)`. Of a lookup table that stands in a file, this is written out
(so that its wildcards work). Else rows are matched by equal values, without regard to case.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.ir import Call, Join, JoinKind, Limit, Literal, Relation, Value
from simulator.languages.spl import ast
from simulator.languages.spl.ast import All, Any, Command, Comparison, Inner, Negated, Pipeline, Search
from simulator.languages.spl.evaluate import cast
from simulator.languages.spl.frame import Frame, Typed
from simulator.languages.spl.names import chosen, filled, matches
from simulator.tables import Type

if TYPE_CHECKING:
    from simulator.languages.spl.lowering import Lowering

MAX_ROWS = 2_000
Table = list[dict[str, str]]


def expanded(on: Lowering, search: Search) -> Search:
    """The condition with subsearches over lookup files written out."""
    match search:
        case All(items):
            return All(tuple(expanded(on, item) for item in items))
        case Any(items):
            return Any(tuple(expanded(on, item) for item in items))
        case Negated(item):
            return Negated(expanded(on, item))
        case Inner(pipeline, at):
            rows = _constant(on, pipeline)
            return search if rows is None else _written(rows, at)
        case _:
            return search


def _written(rows: Table, at: int) -> Search:
    unique = list(dict.fromkeys(tuple(row.items()) for row in rows))
    items = [All(tuple(Comparison(name, "=", value, at) for name, value in row if value != "")) for row in unique]
    return Any(tuple(item for item in items if item.items))


def _constant(on: Lowering, pipeline: Pipeline) -> Table | None:
    """The rows of a pipeline that only reads a lookup file and changes its fields."""
    first = pipeline.commands[0]
    if first.name != "inputlookup" or first.search is not None:
        return None
    table = on.lookups.get(first.text.lower())
    read = table.rows() if table else None
    if read is None or len(read[1]) > MAX_ROWS:
        return None
    rows: Table | None = [dict(zip(read[0], row, strict=True)) for row in read[1]]
    for command in pipeline.commands[1:]:
        rows = _applied(rows, command) if rows is not None else None
    return rows


def _applied(rows: Table, command: Command) -> Table | None:
    match command.name:
        case "fields" | "table":
            known = list(rows[0]) if rows else []
            names = chosen(command.names, known)
            if command.flag:
                return [{name: value for name, value in row.items() if name not in names} for row in rows]
            return [{name: row[name] for name in names if name in row} for row in rows]
        case "rename":
            for old, new in command.pairs:
                rows = [{_renamed(name, old, new): value for name, value in row.items()} for row in rows]
            return rows
        case "eval":
            return _evaluated(rows, command)
        case "dedup" | "format":
            return rows
        case _:
            return None


def _renamed(name: str, old: str, new: str) -> str:
    parts = matches(old, name)
    return name if parts is None else filled(new, parts)


def _evaluated(rows: Table, command: Command) -> Table | None:
    for name, node in command.assignments:
        made = [_text(node, row) for row in rows]
        if None in made:
            return None
        rows = [row | {name: value or ""} for row, value in zip(rows, made, strict=True)]
    return rows


def _text(node: ast.Eval, row: dict[str, str]) -> str | None:
    match node:
        case ast.Text(value):
            return value
        case ast.Name(name):
            return row.get(name)
        case ast.Binary("." | "+", left, right):
            one, other = _text(left, row), _text(right, row)
            return None if one is None or other is None else one + other
        case _:
            return None


def marked(on: Lowering, frame: Frame, search: Search) -> tuple[Frame, dict[int, str]]:
    """The rows of `frame` with a column for each subsearch of the condition, which is null where none of its rows
    matches; and these columns by the subsearch's place."""
    markers: dict[int, str] = {}
    for node in _inner(search):
        marker = on.fresh("in")
        frame = _joined(on, frame, node, marker)
        markers[node.at] = marker
    return frame, markers


def _inner(search: Search) -> list[Inner]:
    match search:
        case All(items) | Any(items):
            return [one for item in items for one in _inner(item)]
        case Negated(item):
            return _inner(item)
        case Inner():
            return [search]
        case _:
            return []


def _joined(on: Lowering, frame: Frame, node: Inner, marker: str) -> Frame:
    theirs = on.pipeline(node.pipeline)
    names = [name for name in theirs.columns if not name.startswith("_")]
    if not names and on.wants.grown:  # They will be there when the search is lowered again.
        return frame.extend({marker: Typed(Literal(None, Type.INTEGER), Type.INTEGER)})
    if not names:
        raise on.unsupported(node.at, "a subsearch that gives no fields is not supported")
    if names[0] in ("search", "query") and len(names) == 1:
        raise on.unsupported(node.at, f"a subsearch that gives search terms (the field {names[0]!r}) is not supported")
    keys = tuple((_key(frame.get(name)), _key(theirs.get(name))) for name in names)
    theirs = theirs.extend({marker: Typed(Literal(1, Type.INTEGER), Type.INTEGER)})
    own = tuple((name, name) for name in frame.columns)
    relation = Join(JoinKind.LEFT, frame.relation, _first(theirs, names), keys, own, ((marker, marker),))
    return replace(frame, relation=relation, columns=frame.columns | {marker: Type.INTEGER}, sorted=False)


def _first(frame: Frame, names: list[str]) -> Relation:
    return Limit(frame.relation, 1, (), tuple(_key(frame.get(name)) for name in names))


def _key(typed: Typed) -> Value:
    if isinstance(typed.value, Literal) or typed.kind is not Type.TEXT:
        typed = cast(typed, Type.TEXT)
    return Call("lower", (typed.value,), Type.TEXT) if not isinstance(typed.value, Literal) else typed.value
