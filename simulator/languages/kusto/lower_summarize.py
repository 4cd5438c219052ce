"""`summarize` and what is like it.

Microsoft Learn: "summarize operator", "arg_max() (aggregation function)", "percentiles()", "count operator".
"""

from __future__ import annotations

from dataclasses import replace

from simulator.ir import Aggregate, Field, Key, Limit, Measure, Project
from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.aggregates import measured, percentile
from simulator.languages.kusto.asked import Asked
from simulator.languages.kusto.convert import INTEGER
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Collector, Env, Frame, Info, Scope, Typed, info
from simulator.languages.kusto.naming import free, name_of, names_for
from simulator.tables import Type

Named = tuple[str, Typed]

_FURTHEST = ("arg_max", "arg_min", "argmax", "argmin")
_ANY = ("take_any", "any")


def summarize(low: Lowering, step: ast.Summarize, frame: Frame, env: Env) -> Frame:
    """`summarize measures by groups`"""
    rows = Scope(frame, env)
    groups = groups_of(low, rows, step.groups)
    if (whole := _latest(low, step, rows, groups)) is not None:
        return whole
    hidden = [(name, frame.columns[name].of(name)) for name in frame.inside if name not in dict(groups)]
    by = (*groups, *hidden)
    after = Frame(frame.relation, {name: info(value) for name, value in by}, name=frame.name)
    collector = Collector(rows)
    scope = Scope(after, env, collector=collector)
    taken = [name for name, _ in groups]
    given = {name for item in step.measures if isinstance(item, ast.Named) for name in item.names}
    made: list[Named] = []
    for item, name in zip(step.measures, names_for(step.measures, "Column"), strict=True):
        for found, value in _measure(low, scope, collector, item, name):
            explicit = isinstance(item, ast.Named) and found in item.names
            if explicit and found in taken:
                raise low.invalid(item.at, f"the column {found!r} is given twice")
            found = found if explicit else free(found, {*taken, *given})
            taken.append(found)
            made.append((found, value))
    carried: list[Named] = []
    for name in frame.carried:
        if name not in taken and name in frame.columns:
            column = frame.columns[name]
            secret = low.secret("m")
            collector.measures.append(Measure(secret, "any", (Field(name),), column.kind))
            carried.append((name, Typed(Field(secret), column.kind, column.origin)))
    always = not by
    relation = Aggregate(
        frame.relation, tuple((name, value.value) for name, value in by), tuple(collector.measures), always
    )
    shown = (
        *((name, Typed(Field(name), value.kind, value.origin, value.solid)) for name, value in by),
        *made,
        *carried,
    )
    pairs = tuple((name, value.value) for name, value in shown)
    return Frame(
        Project(relation, pairs),
        {name: info(value) for name, value in shown},
        opens=frame.opens if _starred(step) else (),
        name=frame.name,
        inside=frame.inside,
        carried=frame.carried,
    )


def _starred(step: ast.Summarize) -> bool:
    """Whether all columns go through, those too that are not known yet."""
    inner = [item.value if isinstance(item, ast.Named) else item for item in step.measures]
    return any(isinstance(arg, ast.Star) for one in inner if isinstance(one, ast.Apply) for arg in one.args)


def groups_of(low: Lowering, rows: Scope, items: tuple[ast.Expr, ...]) -> list[Named]:
    """What rows are grouped by; a missing text is the empty one."""
    found: list[Named] = []
    for item, name in zip(items, names_for(items), strict=True):
        inner = item.value if isinstance(item, ast.Named) else item
        value = convert.solid(low.value(low, rows, inner))
        found.append((free(name, dict(found)), value))
    return found


def _measure(low: Lowering, scope: Scope, collector: Collector, item: ast.Expr, name: str) -> list[Named]:
    """The columns that one item makes."""
    names = item.names if isinstance(item, ast.Named) else ()
    inner = item.value if isinstance(item, ast.Named) else item
    match inner:
        case ast.Apply(function, args, at) if function in _FURTHEST:
            return _furthest(Asked(low, collector.rows, function, args, at), collector, name, names)
        case ast.Apply(function, args, at) if function in _ANY and (
            len(args) > 1 or any(isinstance(one, ast.Star) for one in args)
        ):
            asked = Asked(low, collector.rows, function, args, at)
            columns = _columns(asked, args, dict.fromkeys(scope.frame.columns))
            found: list[Named] = []
            for place, (one, value) in enumerate(columns):
                made = measured(asked, collector, "any", (value,), value.kind)
                named = names[place] if place < len(names) else f"any_{one}" if function == "any" else one
                found.append((named, Typed(made.value, made.kind, value.origin)))
            return found
        case ast.Apply("percentiles" | "percentilesw" as function, args, at) if len(args) > 1:
            if function == "percentilesw":
                raise low.unsupported(at, "percentilesw is not supported", len(function))
            asked = Asked(low, collector.rows, function, args, at)
            found = []
            for place in range(1, len(args)):
                rank = asked.constant(place)
                plain = f"percentile_{name_of(args[0]) or ''}_{rank}"
                named = names[place - 1] if place - 1 < len(names) else plain
                found.append((named, percentile(asked, collector, place)))
            return found
    if isinstance(inner, ast.Name) and inner.name not in scope.frame.columns and scope.env.find(inner.name) is None:
        raise low.invalid(inner.at, f"{inner.name!r} is neither an aggregate nor one of the groups", len(inner.name))
    return [(name, low.value(low, scope, inner))]


def _columns(asked: Asked, items: tuple[ast.Expr, ...], groups: dict[str, None]) -> list[Named]:
    """What an aggregate that takes whole rows is to give: columns, or with `*` all that are no groups."""
    frame = asked.scope.frame
    found: list[Named] = []
    for item in items:
        if isinstance(item, ast.Star):
            found += [(name, frame.columns[name].of(name)) for name in frame.shown() if name not in groups]
            continue
        inner = item.value if isinstance(item, ast.Named) else item
        name = name_of(item) or f"Column{len(found) + 1}"
        found.append((name, asked.low.value(asked.low, asked.scope, inner)))
    return found


def _furthest(asked: Asked, collector: Collector, name: str, names: tuple[str, ...]) -> list[Named]:
    """arg_max(key, columns…), arg_min(key, columns…): all from one row."""
    if not asked.args:
        raise asked.invalid(f"{asked.name} needs an expression")
    least = asked.name in ("arg_min", "argmin")
    key = asked.arg(0)
    if key.kind is Type.DYNAMIC:
        key = convert.to_text(key)
    groups: dict[str, None] = {}
    first = asked.args[0]
    if isinstance(first, ast.Name):
        groups[first.name] = None
    extreme = measured(asked, collector, "minimum" if least else "maximum", (convert.solid(key),), key.kind)
    found: list[Named] = [(names[0] if names else name, Typed(extreme.value, key.kind, key.origin))]
    function = "at_minimum" if least else "at_maximum"
    for place, (one, value) in enumerate(_columns(asked, asked.args[1:], groups), 1):
        made = measured(asked, collector, function, (value, convert.solid(key)), value.kind)
        found.append((names[place] if place < len(names) else one, Typed(made.value, made.kind, value.origin)))
    return found


def _latest(low: Lowering, step: ast.Summarize, rows: Scope, groups: list[Named]) -> Frame | None:
    """`summarize arg_max(key, *) by groups`, alone: the rows themselves, one of each group."""
    frame = rows.frame
    if len(step.measures) != 1 or not groups or frame.inside:
        return None
    item = step.measures[0]
    if not isinstance(item, ast.Apply) or item.name not in ("arg_max", "arg_min") or len(item.args) != 2:
        return None
    first, star = item.args
    if not isinstance(star, ast.Star) or not isinstance(first, ast.Name):
        return None
    key = low.value(low, rows, first)
    if key.kind is Type.DYNAMIC or not isinstance(key.value, Field):
        return None
    value = convert.solid(key).value
    source = frame.relation
    order = (Key(value, descending=item.name == "arg_max", nulls_first=False),)
    limit = Limit(source, 1, order, tuple(one.value for _, one in groups))
    plain = {name for name, _ in groups}
    columns = [*groups, (first.name, key)] if first.name not in plain else list(groups)
    rest = [(name, frame.columns[name].of(name)) for name in frame.shown() if name not in plain and name != first.name]
    shown = [*columns, *rest]
    pairs = tuple((name, one.value) for name, one in shown)
    return replace(frame, relation=Project(limit, pairs), columns={name: info(one) for name, one in shown}, order=())


def count(low: Lowering, step: ast.Count, frame: Frame, env: Env) -> Frame:
    """`count`"""
    measure = Measure(step.name, "count", (), INTEGER, frame.pending)
    by = tuple((name, Field(name)) for name in frame.inside)
    hidden = {name: frame.columns[name] for name in frame.inside}
    relation = Aggregate(frame.relation, by, (measure,), always=not by)
    return Frame(relation, {step.name: Info(INTEGER), **hidden}, name=frame.name, inside=frame.inside)


def top_nested(low: Lowering, step: ast.TopNested, frame: Frame, env: Env) -> Frame:
    """`top-nested`"""
    raise low.unsupported(step.at, "the operator top-nested is not supported", 10)
