"""`make-series`.

Microsoft Learn: "make-series operator": arrays over an axis of equal steps, from the start up to but without the end
(in the form `in range(start, stop, step)` with it); bins in which there is nothing have the default, 0.
"""

from __future__ import annotations

from simulator.ir import Aggregate, Field, Filter, Lookup, Measure, Project, Test
from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.convert import BOOLEAN, DYNAMIC, INTEGER, REAL, SPAN, TIME, call, lit
from simulator.languages.kusto.functions_times import YEAR_ONE
from simulator.languages.kusto.lower_summarize import groups_of
from simulator.languages.kusto.lower_values import NOTHING
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Collector, Env, Frame, Scope, Typed, info
from simulator.languages.kusto.naming import free, name_of, names_for

PLACE = "$i"


def make_series(low: Lowering, step: ast.MakeSeries, frame: Frame, env: Env) -> Frame:
    """`make-series measures on axis from start to stop step size by groups`"""
    rows = Scope(frame, env)
    size = low.value(low, Scope(Frame(NOTHING, {}), env), step.step)
    inner = step.axis.value if isinstance(step.axis, ast.Named) else step.axis
    axis = low.value(low, rows, inner)
    timed = size.kind is SPAN or axis.kind is TIME
    kind = TIME if timed else INTEGER
    if not timed and REAL in (axis.kind, size.kind):
        raise low.unsupported(step.at, "make-series over an axis of reals is not supported", 11)
    low.knowledge.use(axis.origin, kind)
    axis = convert.to_kind(axis, kind)
    width = _whole(convert.to_kind(size, SPAN if timed else INTEGER))
    start = _start(low, step, frame, env, axis, width)
    place = call("subtract", INTEGER, _whole(axis), start)
    count, within = _count(low, step, frame, env, axis, start, width)
    here = call("and", BOOLEAN, _not_less(_whole(axis), start), within)
    frame = frame.over(Filter(frame.relation, Test(here.value)))
    return _arrays(
        low, step, Scope(frame, env), call("divide_integers", INTEGER, place, width), (start, count, width), timed
    )


def _whole(found: Typed) -> Typed:
    return found if found.kind is INTEGER else call("to_integer", INTEGER, found)


def _not_less(left: Typed, right: Typed) -> Typed:
    return call("not", BOOLEAN, call("less", BOOLEAN, left, right))


def _end(frame: Frame, function: str, axis: Typed) -> Typed:
    """The least or greatest value on the axis."""
    measure = Measure("$end", function, (axis.value,), axis.kind)
    return Typed(Lookup(Aggregate(frame.relation, (), (measure,), always=True), "$end", axis.kind), axis.kind)


def _start(low: Lowering, step: ast.MakeSeries, frame: Frame, env: Env, axis: Typed, width: Typed) -> Typed:
    if step.start is not None:
        return _whole(convert.to_kind(low.value(low, Scope(Frame(NOTHING, {}), env), step.start), axis.kind))
    least = _end(frame, "minimum", axis)
    if axis.kind is TIME:
        return _whole(call("bin_time", TIME, least, call("to_span", SPAN, width), lit(YEAR_ONE, TIME)))
    return call("round_down_to", INTEGER, least, width)


def _count(
    low: Lowering, step: ast.MakeSeries, frame: Frame, env: Env, axis: Typed, start: Typed, width: Typed
) -> tuple[Typed, Typed]:
    """How many bins there are, and whether a row is before their end."""
    if step.stop is None:
        stop = call("add", INTEGER, _whole(_end(frame, "maximum", axis)), lit(1, INTEGER))
    else:
        stop = _whole(convert.to_kind(low.value(low, Scope(Frame(NOTHING, {}), env), step.stop), axis.kind))
    length = call("subtract", INTEGER, stop, start)
    if step.inclusive:
        count = call("add", INTEGER, call("divide_integers", INTEGER, length, width), lit(1, INTEGER))
    else:
        rounded = call("subtract", INTEGER, call("add", INTEGER, length, width), lit(1, INTEGER))
        count = call("divide_integers", INTEGER, rounded, width)
    end = call("add", INTEGER, start, call("multiply", INTEGER, count, width))
    return count, call("less", BOOLEAN, _whole(axis), end if step.inclusive else stop)


def _arrays(
    low: Lowering, step: ast.MakeSeries, rows: Scope, place: Typed, bins: tuple[Typed, Typed, Typed], timed: bool
) -> Frame:
    frame = rows.frame
    groups = groups_of(low, rows, step.groups)
    by = (*((name, value.value) for name, value in groups), (PLACE, place.value))
    collector = Collector(rows)
    after = Frame(frame.relation, {name: info(value) for name, value in groups})
    scope = Scope(after, rows.env, collector=collector)
    taken = [name for name, _ in groups]
    pairs: list[tuple[str, Typed, Typed]] = []
    items = [item for item, _ in step.measures]
    for (item, default), name in zip(step.measures, names_for(items), strict=True):
        value = low.value(low, scope, item.value if isinstance(item, ast.Named) else item)
        name = free(name, taken)
        taken.append(name)
        one = call("json_array", DYNAMIC, convert.to_dynamic(Typed(Field(PLACE), INTEGER)), convert.to_dynamic(value))
        otherwise = lit(0, INTEGER) if default is None else low.value(low, Scope(Frame(NOTHING, {}), rows.env), default)
        pairs.append((name, one, convert.to_dynamic(otherwise)))
    binned = Aggregate(frame.relation, by, tuple(collector.measures))
    same = tuple((name, Field(name)) for name, _ in groups)
    values = tuple((f"$v{n}", one.value) for n, (_, one, _) in enumerate(pairs))
    lists = tuple(Measure(f"$l{n}", "json_list", (Field(f"$v{n}"),), DYNAMIC) for n in range(len(pairs)))
    listed = Aggregate(Project(binned, (*same, *values)), same, lists)
    start, count, width = bins
    shown = [(name, Typed(Field(name), value.kind, value.origin, value.solid)) for name, value in groups]
    for number, (name, _, absent) in enumerate(pairs):
        shown.append((name, call("array_series", DYNAMIC, Field(f"$l{number}"), count, absent)))
    last = call(
        "add", INTEGER, start, call("multiply", INTEGER, call("subtract", INTEGER, count, lit(1, INTEGER)), width)
    )
    ticks = call("array_range", DYNAMIC, start, last, width)
    shown.append(
        (free(name_of(step.axis) or "Column1", taken), call("array_times", DYNAMIC, ticks) if timed else ticks)
    )
    return Frame(
        Project(listed, tuple((name, value.value) for name, value in shown)),
        {name: info(value) for name, value in shown},
        name=frame.name,
    )
