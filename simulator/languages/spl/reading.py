"""Commands that begin a search: search, tstats, mstats, from, datamodel, inputlookup, makeresults …"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from simulator.errors import nearest
from simulator.ir import (
    Call,
    Const,
    Expr,
    Extend,
    Field,
    Filter,
    Key,
    Now,
    Project,
    Read,
    Relation,
    Rows,
    Scan,
    Union,
    Value,
)
from simulator.languages.spl.ast import All, Any, Command, Comparison, Inner, Negated, Search, Words
from simulator.languages.spl.conditions import CLOCK, Columns, condition
from simulator.languages.spl.evaluate import call, cast, text
from simulator.languages.spl.frame import Frame, Typed
from simulator.languages.spl.lowering import Begin, Lowering
from simulator.languages.spl.models import CHILDREN, bare, table_of
from simulator.languages.spl.places import tables_of
from simulator.languages.spl.stats import aggregated, union_of
from simulator.languages.spl.subsearch import expanded
from simulator.tables import Column, Table, Type

NEWEST_FIRST = (Key(Field("_time"), descending=True),)
_SYSTEM = {"_time": Type.TIME}
_STANDARD = ("host", "source", "sourcetype")
UNKNOWN = "unknown"


def events(on: Lowering, tables: Iterable[str], at: int, search: Search | None) -> Frame:
    """The events of some tables, as rows that may be asked for further fields. `search` is what is said of them."""
    patterns = tuple(tables)
    known = [table for pattern in patterns for table in on.known_tables(pattern)]
    if not known:
        names = " or ".join(patterns)
        on.warn(at, f"the table {names} is not known; its fields are those the search names, as texts")
    kinds = _kinds(known)
    wanted = on.wants.of(at)
    closed = bool(known) and not any(table.open for table in known)
    for name in wanted:
        if name not in kinds and name != "_raw":
            kinds[name] = Type.TEXTS if "{}" in name else Type.TEXT
            if closed and not name.startswith("_"):
                on.warn(at, f"{patterns[0]} has no documented field {name!r}{nearest(name, known[0].names)}")
    below, above = _parted(search) if search is not None else ([], [])
    source: Relation = Union(tuple(map(Scan, patterns))) if len(patterns) > 1 else Scan(patterns[0])
    if below:

        def find(name: str, _at: int) -> tuple[str, Type] | None:
            if name not in kinds:
                on.wants.ask(at, name)
            return name, kinds.get(name, Type.TEXT)

        found = condition(All(tuple(below)), Columns(find, lambda: "_text", _no_inner, ignored=frozenset(("index",))))
        source = source if found == Const(True) else Filter(source, found)
    kinds.pop("_raw", None)
    columns = tuple(Column(name, kind) for name, kind in kinds.items())
    relation: Relation = Read(source, columns)
    if "_raw" in wanted:
        relation = Read(source, (*columns, Column("_raw"), Column("_text")))
        relation = Extend(relation, (("_raw", Call("coalesce", (Field("_raw"), Field("_text")), Type.TEXT)),))
        kinds["_raw"] = Type.TEXT
        relation = Project(relation, tuple((name, Field(name)) for name in kinds))
    frame = Frame(relation, kinds, on.wants, origins=(at,), order=NEWEST_FIRST, events=True)
    return on.search(frame, All(tuple(above))) if above else frame


def _no_inner(node: Inner) -> Expr:
    raise AssertionError(node)


def _kinds(tables: list[Table]) -> dict[str, Type]:
    kinds: dict[str, Type] = dict(_SYSTEM)
    for table in tables:
        for column in table.columns:
            other = kinds.setdefault(column.name, column.type)
            if other is not column.type:
                kinds[column.name] = Type.TEXTS if Type.TEXTS in (other, column.type) else Type.TEXT
    kinds["_time"] = Type.TIME
    for name in _STANDARD:
        kinds.setdefault(name, Type.TEXT)
    return kinds


def _parted(search: Search) -> tuple[list[Search], list[Search]]:
    """The conjuncts that can be asked of events, and those that need rows (times, subsearches)."""
    items = search.items if isinstance(search, All) else (search,)
    flat = [one for item in items for one in (item.items if isinstance(item, All) else (item,))]
    above = [one for one in flat if _needs_rows(one)]
    return [one for one in flat if not _needs_rows(one)], above


def _needs_rows(search: Search) -> bool:
    match search:
        case All(items) | Any(items):
            return any(map(_needs_rows, items))
        case Negated(item):
            return _needs_rows(item)
        case Inner():
            return True
        case Comparison(field, op, value):
            return field.lower() in CLOCK or field == "_time" or (op in ("<", "<=", ">", ">=") and not _numeric(value))
        case Words():
            return False


def _numeric(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _search(on: Lowering, command: Command) -> Frame:
    assert command.search is not None
    return events(on, tables_of(command.search, on.schemas), command.at, command.search)


def _tstats(on: Lowering, command: Command) -> Frame:
    if command.options.get("prestats", "f").lower() in ("t", "true", "1"):
        raise on.unsupported(command.at, "tstats prestats=true is not supported", 6)
    if not command.text:
        return _without_model(on, command)
    named = [*(agg.argument for agg in command.aggregates if isinstance(agg.argument, str)),
             *(by.name for by in command.by), *_fields(command.search)]  # fmt: skip
    table, root, inside = table_of(command.text, [*_nodes(command.search), *named])
    search = _of_datasets(command.search, inside)
    renamed = _bare_search(expanded(on, search), root) if search is not None else None
    frame = events(on, (table,), command.at, renamed)
    return _grouped(on, frame, command, lambda name: bare(name, root))


def _without_model(on: Lowering, command: Command) -> Frame:
    search = command.search or All(())
    tables = tables_of(search, on.schemas)
    return _grouped(on, events(on, tables, command.at, search), command, lambda name: name)


def _grouped(on: Lowering, frame: Frame, command: Command, rename: Callable[[str], str]) -> Frame:
    by: dict[str, Typed] = {}
    span = command.options.get("span")
    fill = command.options.get("fillnull_value")
    for one in command.by:
        if "*" in one.name:
            raise on.unsupported(one.at, "tstats by a wildcard is not supported", len(one.name))
        found = frame.get(rename(one.name))
        if one.name == "_time" and span:
            from simulator.languages.spl.shaping import binned

            found = binned(on, found, span, one.at)
        elif fill is not None and one.name != "_time":
            plain = call("to_text", Type.TEXT, found) if found.kind is Type.TIME else cast(found, Type.TEXT)
            found = call("coalesce", Type.TEXT, plain, text(fill))
        by[one.name] = found
    aggregates = []
    for agg in command.aggregates:
        argument = agg.argument
        if isinstance(argument, str) and "*" in argument:
            raise on.unsupported(agg.at, "tstats over a wildcard is not supported")
        aggregates.append(replace(agg, argument=rename(argument) if isinstance(argument, str) else argument))
    return aggregated(on, frame, tuple(aggregates), by)


def _fields(search: Search | None) -> list[str]:
    match search:
        case All(items) | Any(items):
            return [name for item in items for name in _fields(item)]
        case Negated(item):
            return _fields(item)
        case Comparison(field):
            return [field]
        case _:
            return []


def _nodes(search: Search | None) -> list[str]:
    """The data sets that `nodename=` names."""
    match search:
        case All(items):
            return [name for item in items for name in _nodes(item)]
        case Comparison("nodename", "=", value):
            return [value]
        case _:
            return []


def _of_datasets(search: Search | None, inside: tuple[str, ...]) -> Search | None:
    """The condition with those of the data sets inside a root."""
    found = [] if search is None else [search]
    for node in (*inside, *(part for name in _nodes(search) for part in name.split("."))):
        field, _, value = CHILDREN.get(node, "").partition("=")
        if field and field != "tag":
            found.append(Comparison(field, "=", value, 0))
    return All(tuple(found)) if found else None


def _bare_search(search: Search, root: str) -> Search:
    match search:
        case All(items):
            return All(tuple(_bare_search(item, root) for item in items))
        case Any(items):
            return Any(tuple(_bare_search(item, root) for item in items))
        case Negated(item):
            return Negated(_bare_search(item, root))
        case Comparison("nodename"):
            return All(())
        case Comparison(field, op, value, at):
            name = bare(field, root)
            return All(()) if name == "tag" else Comparison(name, op, value, at)
        case Inner(pipeline, at):
            rename = Command("rename", at, pairs=((f"{root}.*", "*"),))
            return Inner(replace(pipeline, commands=(*pipeline.commands, rename)), at)
        case _:
            return search


def _mstats(on: Lowering, command: Command) -> Frame:
    """Metrics are events with a field for each metric."""
    return _without_model(on, command)


def _from(on: Lowering, command: Command) -> Frame:
    match command.options["kind"]:
        case "lookup" | "inputlookup":
            return _inputlookup(on, command)
        case "savedsearch":
            raise on.unsupported(command.at, "from savedsearch is not supported", 4)
    table, root, inside = table_of(command.text, ())
    frame = events(on, (table,), command.at, _of_datasets(None, inside))
    if not command.options.get("prefixed"):
        return frame
    asked = [name for name in on.wants.of(command.at) if bare(name, root) != name]
    for name in asked:
        frame.get(bare(name, root))
    made = {name: Typed(Field(name), kind) for name, kind in frame.columns.items() if name in ("_time", "_raw")}
    for name, kind in frame.columns.items():
        if name not in made and bare(name, root) == name:
            made[name if name in _STANDARD else f"{root}.{name}"] = Typed(Field(name), kind)
    return frame.project(made, closed=False)


def _inputlookup(on: Lowering, command: Command) -> Frame:
    table = on.lookups.get(command.text.lower())
    read = table.rows() if table else None
    if read is None:
        on.warn(command.at, f"the lookup {command.text!r} is not at hand; it is taken as empty")
        wanted = list(dict.fromkeys((*(table.fields if table else ()), *on.wants.of(command.at))))
        columns = tuple(Column(name) for name in wanted)
        kinds = {column.name: column.type for column in columns}
        frame = Frame(Rows(columns, ()), kinds, on.wants, origins=(command.at,))
    else:
        header, rows = read
        columns = tuple(Column(name) for name in dict.fromkeys(header))
        plain = tuple(tuple(value or None for value in row[: len(columns)]) for row in rows)
        relation = Project(Rows(columns, plain), tuple((column.name, Field(column.name)) for column in columns))
        frame = Frame(relation, {column.name: column.type for column in columns}, on.wants)
    return on.search(frame, command.search) if command.search is not None else frame


def _makeresults(on: Lowering, command: Command) -> Frame:
    count = int(command.options.get("count", "1") or 1)
    if "data" in command.options or not 0 < count <= 10_000:
        raise on.unsupported(command.at, "makeresults with data or so many rows is not supported", 11)
    number = Column("__row", Type.INTEGER)
    relation: Relation = Rows((number,), tuple((place,) for place in range(count)))
    made: tuple[tuple[str, Value], ...] = (("_time", Now()),)
    return Frame(Project(relation, made), {"_time": Type.TIME}, on.wants)


def _multisearch(on: Lowering, command: Command) -> Frame:
    return union_of(on, [on.pipeline(inner) for inner in command.inner], keep_order=True)


BEGINS: dict[str, Begin] = {
    "search": _search,
    "tstats": _tstats,
    "mstats": _mstats,
    "from": _from,
    "inputlookup": _inputlookup,
    "makeresults": _makeresults,
    "multisearch": _multisearch,
    "union": _multisearch,
}
"""Commands that begin a search."""
