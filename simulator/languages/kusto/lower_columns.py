"""Operators that keep rows and change columns, filter, order or limit.

Microsoft Learn: "where operator", "extend operator", "project operator" and its kin, "sort operator", "top operator",
"take operator", "distinct operator", "serialize operator", "getschema operator".
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import replace

from simulator.ir import Aggregate, Extend, Field, Filter, Key, Limit, Project, Relation, Rows, Sort, Window
from simulator.ir.walk import fields_of_value, kind_of
from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.convert import INTEGER, TEXT
from simulator.languages.kusto.logic import TRUE, both
from simulator.languages.kusto.lower_values import NOTHING
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Env, Frame, Info, Scope, Typed, info
from simulator.languages.kusto.naming import free, names_for
from simulator.tables import Column, Type


def windowed(frame: Frame, scope: Scope) -> Frame:
    """The rows with the measures over neighbouring rows that a scope's expressions asked for."""
    relation = frame.relation
    columns = dict(frame.columns)
    inside = tuple(Field(name) for name in frame.inside)
    for one in scope.windows:
        following = 0 if one.running else None
        relation = Window(relation, (*inside, *one.by), frame.order, (one.measure,), None, following)
        columns[one.measure.name] = Info(one.measure.kind)
    return replace(frame, relation=relation, columns=columns)


def where(low: Lowering, step: ast.Where, frame: Frame, env: Env) -> Frame:
    """`where`"""
    scope = Scope(frame, env, serial=True)
    condition = low.predicate(low, scope, step.condition)
    if condition == TRUE:
        return frame
    made = windowed(frame, scope)
    if made.pending is not None:
        return replace(made, pending=both(made.pending, condition))
    return made.over(Filter(made.relation, condition))


def extended(frame: Frame, named: Sequence[tuple[str, Typed]]) -> Frame:
    """The rows with columns added or put in the place of others."""
    if not named:
        return frame
    columns = dict(frame.columns)
    for name, value in named:
        columns[name] = info(value)
    changed = {name for name, _ in named}
    order = frame.order if not any(_reads(key, changed) for key in frame.order) else ()
    relation = Extend(frame.relation, tuple((name, value.value) for name, value in named))
    return replace(frame, relation=relation, columns=columns, order=order)


def _reads(key: Key, names: set[str]) -> bool:
    return not names.isdisjoint(fields_of_value(key.value))


def projected(frame: Frame, named: Sequence[tuple[str, Typed]], *, still_open: bool = False) -> Frame:
    """The rows with exactly these columns (and the hidden ones that a sub-query or the order needs)."""
    made = dict(named)
    hidden = [*frame.inside, *frame.carried, *(frame.bags if still_open else ())]
    made |= {name: frame.columns[name].of(name) for name in hidden if name not in made and name in frame.columns}
    order: list[Key] = []
    for place, key in enumerate(frame.order):
        if all(made.get(name, _NONE).value == Field(name) for name in fields_of_value(key.value)):
            order.append(key)
            continue
        secret = f"$o{place}"
        made[secret] = Typed(key.value, kind_of(key.value, frame.kinds()))
        order.append(replace(key, value=Field(secret)))
    return replace(
        frame,
        relation=Project(frame.relation, tuple((name, value.value) for name, value in made.items())),
        columns={name: info(value) for name, value in made.items()},
        opens=frame.opens if still_open else (),
        bags=frame.bags if still_open else (),
        order=tuple(order),
    )


_NONE = convert.lit(None, TEXT)


def _values(low: Lowering, scope: Scope, items: Sequence[ast.Expr], prefix: str = "Column") -> list[tuple[str, Typed]]:
    found: list[tuple[str, Typed]] = []
    for item, name in zip(items, names_for(items, prefix), strict=True):
        inner = item.value if isinstance(item, ast.Named) else item
        value = low.value(low, scope, inner)
        if isinstance(item, ast.Named) and len(item.names) > 1:  # (a, b) = array
            array = convert.to_dynamic(value)
            for place, one in enumerate(item.names):
                index = convert.lit(place, INTEGER)
                found.append((one, convert.call("json_element", Type.DYNAMIC, array, index)))
            continue
        if not isinstance(item, ast.Named):
            name = free(name, [one for one, _ in found])
        found.append((name, value))
    return found


def columns(low: Lowering, step: ast.Columns, frame: Frame, env: Env) -> Frame:
    """`extend`, `project` and its kin, `distinct`, `serialize`"""
    scope = Scope(frame, env, serial=True)
    match step.op:
        case "extend" | "serialize":
            named = _values(low, scope, step.items)
            return extended(windowed(frame, scope), named)
        case "project":
            named = _values(low, scope, _without_stars(step.items, frame))
            names = [name for name, _ in named]
            doubled = next((name for name in names if names.count(name) > 1), None)
            if doubled is not None:
                raise low.invalid(step.at, f"the column {doubled!r} is given twice", 7)
            return projected(windowed(frame, scope), named)
        case "project-away":
            away = _matching(low, step.items, frame, env, missing_ok=True)
            return _keeping(frame, [name for name in frame.shown() if name not in away])
        case "project-keep":
            keep = _matching(low, step.items, frame, env)
            return _keeping(frame, [name for name in frame.shown() if name in keep], still_open=False)
        case "project-reorder":
            first = _matching(low, step.items, frame, env)
            rest = [name for name in frame.shown() if name not in first]
            return _keeping(frame, [*first, *rest])
        case "project-rename":
            return _renamed(low, step, frame, env)
        case "print":
            raise low.invalid(step.at, "print must be the first operator of its query", 5)
        case _:
            return _distinct(low, step, frame, env)


def _without_stars(items: Sequence[ast.Expr], frame: Frame) -> list[ast.Expr]:
    found: list[ast.Expr] = []
    for item in items:
        if isinstance(item, ast.Star):
            found.extend(ast.Name(name, item.at) for name in frame.shown())
        else:
            found.append(item)
    return found


def _matching(low: Lowering, items: Sequence[ast.Expr], frame: Frame, env: Env, missing_ok: bool = False) -> list[str]:
    """The columns that names and patterns mean, in that order."""
    found: list[str] = []
    for item in items:
        if not isinstance(item, ast.Name):
            raise low.invalid(item.at, "a column is expected here")
        if "*" in item.name:
            found.extend(name for name in frame.shown() if fnmatch.fnmatchcase(name, item.name) and name not in found)
        elif item.name in frame.columns:
            found.append(item.name)
        elif frame.bags and not frame.opens:
            continue
        else:
            low.value(low, Scope(frame, Env()), item)  # an error, or one more column of an open table
    return list(dict.fromkeys(found))


def _keeping(frame: Frame, names: Sequence[str], *, still_open: bool = True) -> Frame:
    return projected(frame, [(name, frame.columns[name].of(name)) for name in names], still_open=still_open)


def _renamed(low: Lowering, step: ast.Columns, frame: Frame, env: Env) -> Frame:
    scope = Scope(frame, env)
    new: dict[str, str] = {}
    extra: list[tuple[str, Typed]] = []
    for item in step.items:
        if not isinstance(item, ast.Named):
            raise low.invalid(item.at, "expected new = old")
        if isinstance(item.value, ast.Name) and item.value.name in frame.columns:
            new[item.value.name] = item.names[0]
        else:
            extra.append((item.names[0], low.value(low, scope, item.value)))
    given = {*new.values(), *(name for name, _ in extra)}
    named = [
        (new.get(name, name), frame.columns[name].of(name))
        for name in frame.shown()
        if name in new or name not in given
    ]
    return projected(frame, [*named, *extra], still_open=True)


def _distinct(low: Lowering, step: ast.Columns, frame: Frame, env: Env) -> Frame:
    scope = Scope(frame, env)
    named = _values(low, scope, _without_stars(step.items, frame))
    return grouped(frame, [(name, convert.solid(value)) for name, value in named])


def grouped(frame: Frame, named: Sequence[tuple[str, Typed]]) -> Frame:
    """Each combination of values once."""
    inside = [(name, frame.columns[name].of(name)) for name in frame.inside]
    by = tuple((name, value.value) for name, value in (*named, *inside))
    made = {name: info(value) for name, value in (*named, *inside)}
    return Frame(Aggregate(frame.relation, by, ()), made, name=frame.name, inside=frame.inside)


def keys(low: Lowering, orders: Sequence[ast.Order], scope: Scope) -> tuple[Key, ...]:
    """An order: nulls come first going up and last going down, unless the query says otherwise."""
    found: list[Key] = []
    for one in orders:
        inner = one.value.value if isinstance(one.value, ast.Named) else one.value
        value = convert.solid(low.value(low, scope, inner))
        if value.kind is Type.DYNAMIC:
            value = convert.to_text(value)
        first = one.nulls_first if one.nulls_first is not None else not one.descending
        found.append(Key(value.value, one.descending, first))
    return tuple(found)


def sort(low: Lowering, step: ast.SortStep, frame: Frame, env: Env) -> Frame:
    """`sort by`, `order by`"""
    scope = Scope(frame, env)
    order = keys(low, step.keys, scope)
    return replace(frame, relation=Sort(frame.relation, order), order=order)


def amount(low: Lowering, expr: ast.Expr, env: Env) -> int:
    """A number of rows: a constant."""
    found = low.value(low, Scope(Frame(NOTHING, {}), env), expr)
    if not isinstance(found.plain, int | float):
        raise low.unsupported(expr.at, "a number of rows that is not constant is not supported")
    return int(found.plain)


def take(low: Lowering, step: ast.Take, frame: Frame, env: Env) -> Frame:
    """`take`, `limit`, `sample`, `top`: of rows in no order the earliest."""
    order = keys(low, step.keys, Scope(frame, env)) or frame.order
    inside = tuple(Field(name) for name in frame.inside)
    made = Limit(frame.relation, amount(low, step.count, env), order, inside)
    return replace(frame, relation=made, order=order)


def sample_distinct(low: Lowering, step: ast.SampleDistinct, frame: Frame, env: Env) -> Frame:
    """`sample-distinct`"""
    made = _distinct(low, ast.Columns("distinct", (step.value,), step.at), frame, env)
    return made.over(Limit(made.relation, amount(low, step.count, env)))


def named(low: Lowering, step: ast.As, frame: Frame, env: Env) -> Frame:
    """`as`"""
    env.names[step.name] = found = replace(frame, name=step.name)
    return found


_TYPES: Mapping[Type, tuple[str, str]] = {
    Type.TEXT: ("System.String", "string"), Type.INTEGER: ("System.Int64", "long"),
    Type.REAL: ("System.Double", "real"), Type.BOOLEAN: ("System.SByte", "bool"),
    Type.TIME: ("System.DateTime", "datetime"), Type.SPAN: ("System.TimeSpan", "timespan"),
    Type.DYNAMIC: ("System.Object", "dynamic"),
}  # fmt: skip


def schema(low: Lowering, step: ast.Schema, frame: Frame, env: Env) -> Frame:
    """`getschema`"""
    shown = frame.shown()
    described = tuple((name, place, *_TYPES[frame.columns[name].kind]) for place, name in enumerate(shown))
    made = ("ColumnName", "ColumnOrdinal", "DataType", "ColumnType")
    kinds = (TEXT, INTEGER, TEXT, TEXT)
    relation: Relation = Rows(tuple(map(Column, made, kinds)), described)
    names = {name: Info(kind, solid=True) for name, kind in zip(made, kinds, strict=True)}
    return Frame(relation, names, order=(Key(Field("ColumnOrdinal")),))


def ignored(low: Lowering, step: ast.Ignored, frame: Frame, env: Env) -> Frame:
    """`render`, `consume`: no rows change."""
    return frame
