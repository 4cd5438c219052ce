"""Commands that bring rows of several searches together: join, append …, lookup, transaction.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference (one page for each command).
"""

from __future__ import annotations

from dataclasses import replace

from simulator.ir import (
    Call,
    Field,
    IsNull,
    Join,
    JoinKind,
    Key,
    Limit,
    Literal,
    Measure,
    Not,
    Relation,
    Rows,
    Value,
    Window,
)
from simulator.languages.spl.ast import Agg, Command
from simulator.languages.spl.evaluate import LISTS, call, cast, text
from simulator.languages.spl.frame import Frame, Typed
from simulator.languages.spl.functions import choose
from simulator.languages.spl.lookups import LookupTable
from simulator.languages.spl.lowering import Handler, Lowering, null
from simulator.languages.spl.reading import BEGINS
from simulator.languages.spl.stats import aggregated, union_of
from simulator.languages.spl.times import span
from simulator.tables import Column, Type


def _join(on: Lowering, frame: Frame, command: Command) -> Frame:
    """The subsearch's fields go over those of the main search, unless overwrite=false; of several rows that match, the
    first max (1) count."""
    theirs = on.pipeline(command.inner[0])
    for name in theirs.columns:
        frame.has(name)  # An event may have the field as well.
    options = command.options
    names = list(command.names) or [
        name for name in theirs.columns if name in frame.columns and not name.startswith("_")
    ]
    if not names:
        raise on.unsupported(command.at, "join without a common field is not supported", 4)
    kind = JoinKind.LEFT if options.get("type", "inner").lower() in ("left", "outer") else JoinKind.INNER
    most = int(options.get("max", "1") or 1)
    keys = [_pair(frame.get(name), theirs.get(name)) for name in names]
    right: Relation = theirs.in_order().relation
    if most:
        right = Limit(right, most, (), tuple(key for _, key in keys))
    overwrite = options.get("overwrite", "t").lower() in ("t", "true", "1")
    kinds = dict(frame.columns)
    taken: list[tuple[str, str]] = []
    merged: dict[str, Typed] = {}
    for name, their_kind in theirs.columns.items():
        if name in names and name in kinds:
            continue
        if name not in kinds:
            taken.append((name, name))
            kinds[name] = their_kind
        elif overwrite:
            stand_in = on.fresh("right")
            taken.append((stand_in, name))
            kinds[stand_in] = their_kind
            merged[name] = call("coalesce", their_kind, Typed(Field(stand_in), their_kind),
                                cast(Typed(Field(name), frame.columns[name]), their_kind))  # fmt: skip
    left = tuple((name, name) for name in frame.columns)
    relation = Join(kind, frame.relation, right, tuple(keys), left, tuple(taken))
    joined = replace(frame, relation=relation, columns=kinds, sorted=False, gone=frame.gone - set(theirs.columns))
    found = joined.extend(merged).drop(name for name in kinds if name.startswith("__right"))
    origins = (*found.origins, *(one for one in theirs.origins if one not in found.origins))
    return replace(found, origins=origins if found.origins else (), gone=joined.gone)


def _pair(left: Typed, right: Typed) -> tuple[Value, Value]:
    if left.kind is not right.kind or left.kind in LISTS:
        left, right = cast(left, Type.TEXT), cast(right, Type.TEXT)
    return left.value, right.value


def _append(on: Lowering, frame: Frame, command: Command) -> Frame:
    return union_of(on, [frame, *(on.pipeline(inner) for inner in command.inner)])


def _appendpipe(on: Lowering, frame: Frame, command: Command) -> Frame:
    return union_of(on, [frame, on.pipeline(command.inner[0], frame)])


def _appendcols(on: Lowering, frame: Frame, command: Command) -> Frame:
    theirs = on.pipeline(command.inner[0])
    row = on.fresh("row")
    left, right = (_numbered(one, row) for one in (frame, theirs))
    stand_ins = {name: on.fresh("right") for name in theirs.columns if not name.startswith("_")}
    pairs = tuple((name, name) for name in (*frame.columns, row))
    taken = tuple((new, name) for name, new in stand_ins.items())
    relation = Join(JoinKind.LEFT, left, right, ((Field(row), Field(row)),), pairs, taken)
    kinds = frame.columns | {row: Type.INTEGER} | {new: theirs.columns[name] for name, new in stand_ins.items()}
    joined = replace(frame, relation=relation, columns=kinds, sorted=False)
    merged = {name: _merged(joined, name, new) for name, new in stand_ins.items()}
    found = joined.extend(merged).drop((row, *stand_ins.values()))
    return replace(found, gone=frame.gone - set(stand_ins))


def _merged(frame: Frame, name: str, new: str) -> Typed:
    """A field of the rows before, or where they have none, that of the rows beside them."""
    other = frame.get(new)
    if name not in frame.columns:
        return other
    kind = frame.columns[name]
    return call("coalesce", kind, frame.get(name), cast(other, kind))


def _numbered(frame: Frame, name: str) -> Relation:
    return Window(frame.relation, (), frame.order, (Measure(name, "row_number", (), Type.INTEGER),))


def _inputlookup(on: Lowering, frame: Frame, command: Command) -> Frame:
    """Further down a search: `append=true` only."""
    if command.options.get("append", "f").lower() not in ("t", "true", "1"):
        raise on.unsupported(command.at, "inputlookup within a search needs append=true", 11)
    return union_of(on, [frame, BEGINS["inputlookup"](on, command)])


def _lookup(on: Lowering, frame: Frame, command: Command) -> Frame:
    """Each row gets the fields of the first row of the table that matches (wildcards, networks), or of all rows that
    are equal, as a list where that can be several. What is not at hand gives nulls."""
    table = on.lookups.get(command.text.lower())
    read = table.rows() if table else None
    new_only = command.options.get("output") == "outputnew"
    outputs = list(zip(command.names[::2], command.names[1::2], strict=True))
    keys = list(command.pairs)
    if table is None or read is None:
        on.warn(command.at, f"the lookup {command.text!r} is not at hand; the fields it gives are null")
        known = table.fields if table else ()
        if not outputs:
            outputs = [(name, name) for name in known if name not in {key for key, _ in keys}]
        made = {name: frame.get(name) if new_only and frame.has(name) else null() for _, name in outputs}
        for _, local in keys:
            frame.has(local)
        return frame.extend(made)
    header, rows = read
    for name, _ in keys:
        if name not in header:
            raise on.invalid(command.at, f"the lookup {command.text!r} has no field {name!r}")
    if not outputs:
        outputs = [(name, name) for name in header if name not in {key for key, _ in keys}]
    return _matched(on, frame, command, table, header, rows, keys, outputs, new_only)


def _matched(on: Lowering, frame: Frame, command: Command, table: LookupTable, header: tuple[str, ...],
             rows: tuple[tuple[str, ...], ...], keys: list[tuple[str, str]], outputs: list[tuple[str, str]],
             new_only: bool) -> Frame:  # fmt: skip
    kinds = [table.match_types.get(name, "exact") for name, _ in keys]
    places = [header.index(name) for name, _ in keys]
    key, stand_ins = on.fresh("key"), {name: on.fresh("found") for name, _ in outputs}
    fold = not table.case_sensitive
    wild = any(kind != "exact" for kind in kinds)
    made: list[tuple[str, tuple[str, ...]]] = []
    seen: dict[str, int] = {}
    patterns: list[str] = []
    for row in rows:
        known = "\x1f".join(row[place] for place in places)
        found = tuple(row[header.index(name)] if name in header else "" for name, _ in outputs)
        if not wild and fold:
            known = known.lower()
        if known in seen:
            continue
        seen[known] = len(made)
        patterns.append(known)
        made.append((known, found))
    values = [frame.get(local) for _, local in keys]
    joined = cast(values[0], Type.TEXT)
    for value in values[1:]:
        joined = call("concat", Type.TEXT, joined, text("\x1f"), cast(value, Type.TEXT))
    if wild:
        how = "cidr" if "cidr" in kinds else "wildcard"
        joined = call("loose_first_match", Type.TEXT, joined, text("\x1e".join(patterns)),
                      text(how + ("/fold" if fold else "")))  # fmt: skip
    elif fold:
        joined = call("lower", Type.TEXT, joined)
    columns = (Column(key), *(Column(stand_ins[name]) for name, _ in outputs))
    plain = tuple((known, *(value or None for value in found)) for known, found in made)
    mine = on.fresh("mine")
    extended = frame.extend({mine: joined})
    left = tuple((name, name) for name in extended.columns)
    right = tuple((column.name, column.name) for column in columns)
    relation = Join(JoinKind.LEFT, extended.relation, Rows(columns, plain), ((Field(mine), Field(key)),), left, right)
    all_kinds = extended.columns | {column.name: Type.TEXT for column in columns}
    wide = replace(extended, relation=relation, columns=all_kinds, sorted=False)
    results: dict[str, Typed] = {}
    for name, local in outputs:
        value = wide.get(stand_ins[name])
        if table.default_match is not None and table.min_matches > 0:
            value = choose(Not(IsNull(key)), value, text(table.default_match))
        if new_only and frame.has(local):
            value = call("coalesce", Type.TEXT, cast(frame.get(local), Type.TEXT), value)
        results[local] = value
    found_frame = wide.extend(results)
    away = [mine, *(column.name for column in columns)]
    return replace(found_frame.drop(away), gone=found_frame.gone)


def _transaction(on: Lowering, frame: Frame, command: Command) -> Frame:
    """Events of the same values, cut where the pause is longer than maxpause. What bounds a transaction otherwise
    (maxspan, startswith, endswith, maxevents) is looked at afterwards: transactions that break it go."""
    options = command.options
    for name in options:
        if name not in ("maxpause", "maxspan", "startswith", "endswith", "connected", "keepevicted", "mvlist",
                        "maxevents", "unifyends", "keeporphans"):  # fmt: skip
            raise on.unsupported(command.at, f"transaction {name}= is not supported", 11)
    names = [name for name in command.names if frame.has(name)]
    pause = span(options["maxpause"]) if options.get("maxpause", "-1") not in ("-1", "") else None
    length = span(options["maxspan"]) if options.get("maxspan", "-1") not in ("-1", "") else None
    by = {name: frame.get(name) for name in names}
    if pause is None and length is not None:
        pause = length
    if pause is not None:
        part = on.fresh("part")
        frame = _parts(on, frame, list(by), pause, part)
        by[part] = frame.get(part)
    flags = {name: on.fresh(name) for name in ("startswith", "endswith") if name in options}
    for name, flag in flags.items():
        condition = on.search_text(options[name], frame, command.at)
        one = Typed(Literal(1, Type.INTEGER), Type.INTEGER)
        frame = frame.extend({flag: choose(condition, one, null(Type.INTEGER))})
    hidden = {*flags.values(), *(name for name in by if name.startswith("__"))}
    fields = [name for name in frame.columns if name not in by and name not in hidden and not name.startswith("_")]
    aggregates = [Agg("values", name, name, command.at, named=True) for name in fields]
    start, end = on.fresh("start"), on.fresh("end")
    aggregates += [
        Agg("count", None, "eventcount", command.at, named=True),
        Agg("min", "_time", start, command.at, named=True),
        Agg("max", "_time", end, command.at, named=True),
        *(Agg("max", flag, flag, command.at, named=True) for flag in flags.values()),
    ]
    found = aggregated(on, frame, aggregates, by)
    duration = call("subtract", Type.REAL, cast(found.get(end), Type.REAL), cast(found.get(start), Type.REAL))
    found = found.extend({"_time": found.get(start), "duration": duration})
    for flag in flags.values():
        found = found.where(Not(IsNull(flag)))
    if length is not None:
        limit = Typed(Literal(length / 1_000_000, Type.REAL), Type.REAL)
        longer = on.evaluator(found).compare(found.get("duration"), "<=", limit)
        found = found.where(longer)
    on.warn(command.at, "transactions are cut by pauses alone (maxpause, or maxspan where there is none)")
    found = found.drop((start, end, *hidden))
    return replace(found, order=(Key(Field("_time"), descending=True),), origins=frame.origins)


def _parts(on: Lowering, frame: Frame, by: list[str], pause: int, name: str) -> Frame:
    """Rows with the number of pauses before them, among those of the same values, as `name`."""
    before, cut = on.fresh("before"), on.fresh("cut")
    keys: tuple[Value, ...] = tuple(Field(one) for one in by)
    order = (Key(Field("_time")),)
    previous = Measure(before, "previous", (Field("_time"), Literal(1, Type.INTEGER)), Type.TIME)
    relation: Relation = Window(frame.relation, keys, order, (previous,))
    wide = replace(frame, relation=relation, columns=frame.columns | {before: Type.TIME}, sorted=False)
    gap = Call("subtract", (Field("_time"), Field(before)), Type.SPAN)
    far = Call("less", (Literal(pause, Type.SPAN), gap), Type.BOOLEAN)
    from simulator.ir import Test

    one, none = (Typed(Literal(value, Type.INTEGER), Type.INTEGER) for value in (1, 0))
    wide = wide.extend({cut: choose(Test(far), one, none)})
    total = Measure(name, "sum", (Field(cut),), Type.INTEGER)
    relation = Window(wide.relation, keys, order, (total,), None, 0)
    wide = replace(wide, relation=relation, columns=wide.columns | {name: Type.INTEGER}, sorted=False)
    return replace(wide.drop((before, cut)), gone=frame.gone)


JOINS: dict[str, Handler] = {
    "join": _join,
    "append": _append,
    "union": _append,
    "multisearch": _append,
    "appendpipe": _appendpipe,
    "appendcols": _appendcols,
    "inputlookup": _inputlookup,
    "lookup": _lookup,
    "transaction": _transaction,
}
"""Commands that bring rows together."""
