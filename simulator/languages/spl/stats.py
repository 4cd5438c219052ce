"""stats, eventstats, streamstats, chart, timechart, top, rare, and the unions of rows.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/Stats and …/CommonStatsFunctions: a row in
which a field of the by clause is null belongs to no group; a multivalue field groups by each of its values; functions
pass over null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from simulator.ir import (
    Aggregate,
    And,
    Concat,
    Explode,
    Expr,
    Field,
    IsNull,
    Key,
    Limit,
    Literal,
    Measure,
    Named,
    Not,
    Project,
    Relation,
    Value,
    Window,
)
from simulator.languages.spl.ast import Agg, Command
from simulator.languages.spl.evaluate import LISTS, cast, common, number
from simulator.languages.spl.frame import Frame, Typed
from simulator.languages.spl.functions import choose
from simulator.languages.spl.lowering import Handler, Lowering
from simulator.languages.spl.names import chosen, filled, matches
from simulator.tables import Column, Type

_PERCENTILE = re.compile(r"(?:exactperc|upperperc|perc|p)(\d+(?:\.\d+)?)")
UPPER_MEDIAN = 50.000001
"""Of an even number of values the higher of the two in the middle, as the documentation has it."""
TIME_ORDER = (Key(Field("_time")),)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a function of stats is made of: measures over prepared columns, and a value of the measures."""

    measures: tuple[Measure, ...]
    value: Typed
    counts: bool = False
    """Whether it is 0, not null, over no rows."""


Maker = Callable[[Lowering, "Prepared", str, Agg], Counted]


@dataclass(slots=True)
class Prepared:
    """The rows that are counted, with the columns that measures need put beside them."""

    frame: Frame
    made: dict[str, Typed]

    def column(self, on: Lowering, typed: Typed) -> Value:
        """The value as a column."""
        if isinstance(typed.value, Field | Literal):
            return typed.value
        name = on.fresh("arg")
        self.made[name] = typed
        return Field(name)


def _argument(on: Lowering, prepared: Prepared, agg: Agg) -> Typed:
    if agg.argument is None:
        raise on.invalid(agg.at, f"{agg.function} needs a field")
    if isinstance(agg.argument, str):
        if not prepared.frame.has(agg.argument) and not prepared.frame.open:
            on.missing(prepared.frame, agg.argument, agg.at)
        return prepared.frame.get(agg.argument)
    return on.value(prepared.frame, agg.argument)


def _one(function: str, name: str, value: Value, kind: Type, **more: object) -> Counted:
    measure = replace(Measure(name, function, (value,), kind), **more)  # type: ignore[arg-type]
    return Counted((measure,), Typed(Field(name), kind))


def _count(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
    if agg.argument is None or agg.argument == "":
        return Counted((Measure(name, "count", (), Type.INTEGER),), Typed(Field(name), Type.INTEGER), counts=True)
    typed = _argument(on, prepared, agg)
    if typed.kind is Type.BOOLEAN:  # count(eval(condition)): the rows for which it holds.
        typed = choose(_holds(typed), number(1), Typed(Literal(None, Type.INTEGER), Type.INTEGER))
    if typed.kind in LISTS:
        lengths = Typed(_call("list_length", Type.INTEGER, cast(typed, Type.TEXTS)), Type.INTEGER)
        some = _one("sum", name, prepared.column(on, lengths), Type.INTEGER)
        return replace(some, value=Typed(_call("coalesce", Type.INTEGER, some.value, number(0)), Type.INTEGER),
                       counts=True)  # fmt: skip
    return replace(_one("count", name, prepared.column(on, typed), Type.INTEGER), counts=True)


def _holds(typed: Typed) -> Expr:
    from simulator.ir import Test, Truth

    return typed.value.expr if isinstance(typed.value, Truth) else Test(typed.value)


def _call(function: str, kind: Type, *args: Typed) -> Value:
    from simulator.ir import Call

    return Call(function, tuple(arg.value for arg in args), kind)


def _distinct(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
    typed = _argument(on, prepared, agg)
    if typed.kind in LISTS:
        found = _one("loose_values", name, prepared.column(on, cast(typed, Type.TEXTS)), Type.TEXTS)
        length = Typed(_call("list_length", Type.INTEGER, found.value), Type.INTEGER)
        return replace(found, value=Typed(_call("coalesce", Type.INTEGER, length, number(0)), Type.INTEGER))
    return replace(_one("distinct_count", name, prepared.column(on, typed), Type.INTEGER), counts=True)


def _values(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
    typed = _argument(on, prepared, agg)
    if typed.kind in LISTS:
        return _one("loose_values", name, prepared.column(on, cast(typed, Type.TEXTS)), Type.TEXTS)
    value = prepared.column(on, cast(typed, Type.TEXT))
    return _listed(_one("distinct_sorted", name, value, Type.TEXTS))


def _listed(counted: Counted) -> Counted:
    """A list of nothing is null."""
    return replace(counted, value=Typed(_call("loose_list", Type.TEXTS, counted.value), Type.TEXTS))


def _list(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
    typed = _argument(on, prepared, agg)
    order = prepared.frame.order
    if typed.kind in LISTS:
        return _one("loose_elements", name, prepared.column(on, cast(typed, Type.TEXTS)), Type.TEXTS, order=order)
    return _listed(_one("list", name, prepared.column(on, cast(typed, Type.TEXT)), Type.TEXTS, order=order))


def _extreme(function: str) -> Maker:
    def make(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
        typed = _argument(on, prepared, agg)
        if typed.kind in (Type.INTEGER, Type.REAL, Type.TIME):
            return _one(function, name, prepared.column(on, typed), typed.kind)
        return _one(f"loose_{function}", name, prepared.column(on, cast(typed, Type.TEXT)), Type.TEXT)

    return make


def _sum(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
    typed = _argument(on, prepared, agg)
    kind = Type.INTEGER if typed.kind is Type.INTEGER else Type.REAL
    return _one("sum", name, prepared.column(on, cast(typed, kind)), kind)


def _real(function: str) -> Maker:
    def make(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
        typed = cast(_argument(on, prepared, agg), Type.REAL)
        return _one(function, name, prepared.column(on, typed), Type.REAL)

    return make


def _percentile(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
    match = _PERCENTILE.fullmatch(agg.function)
    share = float(match[1]) if match else UPPER_MEDIAN
    value = prepared.column(on, cast(_argument(on, prepared, agg), Type.REAL))
    measure = Measure(name, "percentile_nearest", (value, Literal(share, Type.REAL)), Type.REAL)
    return Counted((measure,), Typed(Field(name), Type.REAL))


def _squares(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
    typed = cast(_argument(on, prepared, agg), Type.REAL)
    square = Typed(_call("multiply", Type.REAL, typed, typed), Type.REAL)
    return _one("sum", name, prepared.column(on, square), Type.REAL)


def _range(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
    value = prepared.column(on, cast(_argument(on, prepared, agg), Type.REAL))
    return _one("range", name, value, Type.REAL)


def _picked(function: str, by_time: bool) -> Maker:
    """first, last: in the order of the rows; earliest, latest: in time."""

    def make(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
        typed = _argument(on, prepared, agg)
        timed: tuple[Key, ...] = TIME_ORDER if "_time" in prepared.frame.columns else ()
        order = timed if by_time else prepared.frame.order
        return _one(function, name, prepared.column(on, typed), typed.kind, order=order)

    return make


def _time_of(function: str) -> Maker:
    def make(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
        when = prepared.frame.get("_time")
        return _one(function, name, prepared.column(on, when), when.kind)

    return make


def _mode(on: Lowering, prepared: Prepared, name: str, agg: Agg) -> Counted:
    typed = cast(_argument(on, prepared, agg), Type.TEXT)
    return _one("mode", name, prepared.column(on, typed), Type.TEXT)


STATS: dict[str, Maker] = {
    "count": _count,
    "c": _count,
    "dc": _distinct,
    "distinct_count": _distinct,
    "estdc": _distinct,
    "values": _values,
    "list": _list,
    "min": _extreme("minimum"),
    "max": _extreme("maximum"),
    "sum": _sum,
    "avg": _real("average"),
    "mean": _real("average"),
    "sumsq": _squares,
    "stdev": _real("deviation_sample"),
    "stdevp": _real("deviation_population"),
    "var": _real("variance_sample"),
    "varp": _real("variance_population"),
    "median": _percentile,
    "range": _range,
    "mode": _mode,
    "first": _picked("any", by_time=False),
    "last": _picked("last", by_time=False),
    "earliest": _picked("any", by_time=True),
    "latest": _picked("last", by_time=True),
    "earliest_time": _time_of("minimum"),
    "latest_time": _time_of("maximum"),
}
"""Functions of stats; besides them percentiles (`perc95`, `p95`, `exactperc95`, `upperperc95`)."""


def _maker(on: Lowering, agg: Agg) -> Maker:
    if found := STATS.get(agg.function):
        return found
    if _PERCENTILE.fullmatch(agg.function):
        return _percentile
    raise on.unsupported(agg.at, f"the statistical function {agg.function!r} is not supported", len(agg.function))


def written_out(frame: Frame, aggregates: Sequence[Agg], by: Sequence[str]) -> list[Agg]:
    """Functions over wildcards (`values(*) as *`, `sum(x_*)`) as one for each field."""
    made: list[Agg] = []
    for agg in aggregates:
        if not isinstance(agg.argument, str) or "*" not in agg.argument:
            made.append(agg)
            continue
        for name in chosen((agg.argument,), frame.columns):
            parts = matches(agg.argument, name)
            if name in by or parts is None:
                continue
            new = filled(agg.name, parts) if agg.named else f"{agg.function}({name})"
            made.append(replace(agg, argument=name, name=new))
    return made


def aggregated(on: Lowering, frame: Frame, aggregates: Sequence[Agg], by: dict[str, Typed]) -> Frame:
    """`aggregates` over the rows, for each combination of `by` in which none is null."""
    prepared = Prepared(frame, {})
    groups: list[Named] = []
    exploded: list[str] = []
    for name, typed in by.items():
        plain = isinstance(typed.value, Field) and typed.kind not in LISTS
        column = typed.value.name if plain and isinstance(typed.value, Field) else on.fresh("by")
        if not plain:
            prepared.made[column] = typed
        if typed.kind in LISTS:
            exploded.append(column)
        groups.append((name, Field(column)))
    made = [(agg, _maker(on, agg)(on, prepared, on.fresh("measure"), agg)) for agg in
            written_out(frame, aggregates, list(by))]  # fmt: skip
    rows = frame.extend(prepared.made)
    relation = rows.relation
    kinds = dict(rows.columns)
    for column in exploded:
        relation = Explode(relation, column)
        kinds[column] = kinds[column].element or kinds[column]
    absent = [value for _, value in groups if isinstance(value, Field) and value.name not in kinds]
    if groups and not absent:
        conditions = tuple(Not(IsNull(value.name)) for _, value in groups if isinstance(value, Field))
        from simulator.ir import Filter

        relation = Filter(relation, conditions[0] if len(conditions) == 1 else And(conditions))
    measures = tuple(measure for _, counted in made for measure in counted.measures)
    relation = Aggregate(relation, tuple(groups), measures, always=not by and any(c.counts for _, c in made))
    columns = {name: Typed(Field(name), kinds[value.name]) for name, value in groups if isinstance(value, Field)}
    for agg, counted in made:
        if agg.name not in columns:
            columns[agg.name] = counted.value
    result = Project(relation, tuple((name, typed.value) for name, typed in columns.items()))
    order = tuple(Key(Field(name)) for name in by)
    return frame.made(result, {name: typed.kind for name, typed in columns.items()}, order)


def grouping(on: Lowering, frame: Frame, command: Command) -> dict[str, Typed]:
    """The fields of a by clause."""
    found: dict[str, Typed] = {}
    for one in command.by:
        for name in chosen((one.name,), frame.columns):
            if not frame.has(name) and not frame.open:
                on.missing(frame, name, one.at)
            found[name] = frame.get(name)
    return found


def _stats(on: Lowering, frame: Frame, command: Command) -> Frame:
    return aggregated(on, frame, command.aggregates, grouping(on, frame, command))


def _eventstats(on: Lowering, frame: Frame, command: Command) -> Frame:
    return _windowed(on, frame, command, None, None)


def _streamstats(on: Lowering, frame: Frame, command: Command) -> Frame:
    options = command.options
    for name in options:
        if name not in ("current", "window", "global", "allnum"):
            raise on.unsupported(command.at, f"streamstats {name}= is not supported", 11)
    size = int(options.get("window", "0") or 0)
    current = options.get("current", "t").lower() in ("t", "true", "1")
    if size and options.get("global", "t").lower() in ("t", "true", "1") and command.by:
        on.warn(command.at, "streamstats counts its window within each group (global=f)")
    return _windowed(on, frame, command, (size - 1 if current else size) if size else None, 0 if current else -1)


def _windowed(on: Lowering, frame: Frame, command: Command, before: int | None, after: int | None) -> Frame:
    by = grouping(on, frame, command)
    prepared = Prepared(frame, {})
    made = [(agg, _maker(on, agg)(on, prepared, on.fresh("measure"), agg)) for agg in
            written_out(frame, command.aggregates, list(by))]  # fmt: skip
    keys: list[Value] = []
    for name, typed in by.items():
        if not isinstance(typed.value, Field) or typed.kind in LISTS:
            column = on.fresh("by")
            prepared.made[column] = cast(typed, Type.TEXT)
            keys.append(Field(column))
        else:
            keys.append(Field(name))
    rows = frame.extend(prepared.made)
    measures = tuple(measure for _, counted in made for measure in counted.measures)
    if after is None:
        relation: Relation = Window(rows.relation, tuple(keys), (), measures)
    else:
        order = frame.order or TIME_ORDER if "_time" in frame.columns else frame.order
        relation = Window(rows.relation, tuple(keys), order, measures, before, after)
    kinds = rows.columns | {measure.name: measure.kind for measure in measures}
    windowed = replace(rows, relation=relation, columns=kinds, sorted=False)
    absent: list[Expr] = [IsNull(key.name) for key in keys if isinstance(key, Field)]
    values: dict[str, Typed] = {}
    for agg, counted in made:
        value = counted.value
        if absent:
            from simulator.ir import Or

            value = choose(Or(tuple(absent)), Typed(Literal(None, value.kind), value.kind), value)
        values[agg.name] = value
    found = windowed.extend(values)
    away = [measure.name for measure in measures] + list(prepared.made)
    return replace(found.drop(away), gone=frame.gone)


def _accum(on: Lowering, frame: Frame, command: Command) -> Frame:
    ((old, new),) = command.pairs
    name = on.fresh("running")
    value = cast(frame.get(old), Type.REAL)
    return _beside(on, frame, value, Measure(name, "sum", (), Type.REAL), new or old, 0)


def _delta(on: Lowering, frame: Frame, command: Command) -> Frame:
    ((old, new),) = command.pairs
    count = int(command.options.get("p", "1"))
    value = cast(frame.get(old), Type.REAL)
    name = on.fresh("before")
    target = new or f"delta({old})"
    before = _beside(on, frame, value, Measure(name, "previous", (Literal(count, Type.INTEGER),), Type.REAL), target, 0)
    difference = _call("subtract", Type.REAL, cast(before.get(old), Type.REAL), before.get(target))
    return before.extend({target: Typed(difference, Type.REAL)})


def _autoregress(on: Lowering, frame: Frame, command: Command) -> Frame:
    ((old, new),) = command.pairs
    first, _, last = command.options.get("p", "1").partition("-")
    for count in range(int(first), int(last or first) + 1):
        target = new if new and not last else f"{old}_p{count}"
        value = frame.get(old)
        measure = Measure(on.fresh("before"), "previous", (Literal(count, Type.INTEGER),), value.kind)
        frame = _beside(on, frame, value, measure, target, 0)
    return frame


def _beside(on: Lowering, frame: Frame, value: Typed, measure: Measure, name: str, after: int) -> Frame:
    """The rows with a measure over `value` in the rows up to each, as `name`."""
    column = on.fresh("arg")
    rows = frame.extend({column: value})
    whole = replace(measure, args=(Field(column), *measure.args))
    relation = Window(rows.relation, (), frame.order, (whole,), None, after)
    wide = replace(rows, relation=relation, columns=rows.columns | {measure.name: measure.kind}, sorted=False)
    found = wide.extend({name: Typed(Field(measure.name), measure.kind)})
    return replace(found.drop((column, measure.name)), gone=frame.gone)


def _addcoltotals(on: Lowering, frame: Frame, command: Command) -> Frame:
    """A row of sums below the rows."""
    names = [name for name in command.names or frame.columns if frame.has(name) and not name.startswith("_")]
    aggregates = [Agg("sum", name, name, command.at, named=True) for name in names]
    totals = aggregated(on, frame, aggregates, {})
    label = command.options.get("labelfield")
    if label:
        value = Literal(command.options.get("label", "Total"), Type.TEXT)
        totals = totals.extend({label: Typed(value, Type.TEXT)})
    return union_of(on, [frame, totals])


def _chart(on: Lowering, frame: Frame, command: Command) -> Frame:
    if len(command.by) > 1:
        raise on.unsupported(
            command.at, f"{command.name} by two fields is not supported: its columns depend on data", 5
        )
    return _stats(on, frame, command)


def _timechart(on: Lowering, frame: Frame, command: Command) -> Frame:
    from simulator.languages.spl.shaping import binned

    if command.by:
        raise on.unsupported(command.at, "timechart by a field is not supported: its columns depend on data", 9)
    if "span" not in command.options:
        raise on.unsupported(command.at, "timechart without span= is not supported", 9)
    when = binned(on, frame.get("_time"), command.options["span"], command.at)
    return aggregated(on, frame, command.aggregates, {"_time": when})


def _top(on: Lowering, frame: Frame, command: Command) -> Frame:
    by = {one.name: frame.get(one.name) for one in command.by}
    fields = {name: frame.get(name) for name in command.names}
    count = command.options.get("countfield", "count")
    found = aggregated(on, frame, (Agg("count", None, count, command.at, named=True),), by | fields)
    total = on.fresh("total")
    keys: tuple[Value, ...] = tuple(Field(name) for name in by)
    window = Window(found.relation, keys, (), (Measure(total, "sum", (Field(count),), Type.INTEGER),))
    found = replace(found, relation=window, columns=found.columns | {total: Type.INTEGER})
    if command.options.get("showperc", "t").lower() in ("t", "true", "1"):
        share = _call("divide", Type.REAL, cast(Typed(Field(count), Type.INTEGER), Type.REAL),
                      cast(Typed(Field(total), Type.INTEGER), Type.REAL))  # fmt: skip
        percent = Typed(_call("multiply", Type.REAL, Typed(share, Type.REAL), number(100.0)), Type.REAL)
        found = found.extend({command.options.get("percentfield", "percent"): percent})
    found = found.drop((total,))
    order = (Key(Field(count), descending=command.name == "top"), *(Key(Field(name)) for name in fields))
    limit = int(command.options.get("limit", "10") or 10)
    relation: Relation = found.relation
    if limit:
        relation = Limit(relation, limit, order, keys)
    return replace(found, relation=relation, order=order, sorted=False, gone=frozenset())


def union_of(on: Lowering, frames: Sequence[Frame], *, keep_order: bool = False) -> Frame:
    """The rows of all frames; fields of several kinds in a common one."""
    names = list(dict.fromkeys(name for frame in frames for name in frame.columns))
    kinds = {name: common([Typed(Field(name), frame.columns[name]) for frame in frames if name in frame.columns])
             for name in names}  # fmt: skip
    sources = []
    for frame in frames:
        changed = {name: cast(Typed(Field(name), kind), kinds[name]) for name, kind in frame.columns.items()
                   if kind is not kinds[name]}  # fmt: skip
        sources.append(frame.extend(changed).relation)
    relation = Concat(tuple(sources), tuple(Column(name, kind) for name, kind in kinds.items()))
    origins = tuple(dict.fromkeys(origin for frame in frames for origin in frame.origins))
    gone = frozenset.intersection(*(frame.gone for frame in frames)) if frames else frozenset()
    same = keep_order and all(frame.order == frames[0].order for frame in frames)
    return replace(frames[0], relation=relation, columns=kinds, origins=origins, gone=gone, sorted=False,
                   order=frames[0].order if same else ())  # fmt: skip


STATISTICS: dict[str, Handler] = {
    "stats": _stats,
    "sistats": _stats,
    "eventstats": _eventstats,
    "streamstats": _streamstats,
    "chart": _chart,
    "timechart": _timechart,
    "top": _top,
    "rare": _top,
    "accum": _accum,
    "delta": _delta,
    "autoregress": _autoregress,
    "addcoltotals": _addcoltotals,
}
"""Commands that count."""
