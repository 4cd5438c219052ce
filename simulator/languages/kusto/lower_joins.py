"""`join`, `lookup`, `union`.

Microsoft Learn: "join operator" and its flavours, "lookup operator", "union operator".
"""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import replace

from simulator.ir import Concat, Field, Join, JoinKind, Limit, Project, Value
from simulator.ir.walk import fields_of_value
from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.convert import TEXT
from simulator.languages.kusto.lower_columns import extended
from simulator.languages.kusto.lower_values import tabular
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Env, Frame, Info, Scope, Typed
from simulator.languages.kusto.naming import free
from simulator.tables import Column, Type

KINDS: dict[str, JoinKind] = {
    "innerunique": JoinKind.INNER, "inner": JoinKind.INNER, "leftouter": JoinKind.LEFT, "rightouter": JoinKind.RIGHT,
    "fullouter": JoinKind.FULL, "leftsemi": JoinKind.SEMI, "rightsemi": JoinKind.SEMI, "leftanti": JoinKind.ANTI,
    "anti": JoinKind.ANTI, "leftantisemi": JoinKind.ANTI, "rightanti": JoinKind.ANTI, "rightantisemi": JoinKind.ANTI,
}  # fmt: skip


def join(low: Lowering, step: ast.JoinStep, frame: Frame, env: Env) -> Frame:
    """`join kind=… (right) on …`, `lookup`"""
    kind = KINDS.get(step.kind)
    if kind is None:
        raise low.invalid(step.at, f"there is no join of kind {step.kind!r}", len(step.op))
    if step.op == "lookup" and step.kind not in ("leftouter", "inner"):
        raise low.invalid(step.at, "lookup is of kind leftouter or inner", len(step.op))
    right = low.rows(low, step.right, env)
    pairs = [_pair(low, one, frame, right, env) for given in step.on for one in _conjuncts(given)]
    if not pairs:
        raise low.invalid(step.at, f"{step.op} needs `on`", len(step.op))
    on = tuple((left.value, other.value) for left, other in pairs)
    if step.kind.startswith("right") and kind in (JoinKind.SEMI, JoinKind.ANTI):
        turned = tuple((other, left) for left, other in on)
        names = tuple((name, name) for name in right.columns)
        return right.over(Join(kind, right.relation, frame.relation, turned, names))
    left_names = tuple((name, name) for name in frame.columns)
    if kind in (JoinKind.SEMI, JoinKind.ANTI):
        return frame.over(Join(kind, frame.relation, right.relation, on, left_names))
    source = frame.relation
    if step.kind == "innerunique":  # one left row of each key, the earliest
        source = Limit(source, 1, (), tuple(left for left, _ in on))
    dropped = _dropped(step, pairs) if step.op == "lookup" else set()
    taken = dict(frame.columns)
    bags: list[str] = list(frame.bags)
    right_names: list[tuple[str, str]] = []
    optional_left = kind in (JoinKind.RIGHT, JoinKind.FULL)
    optional_right = kind in (JoinKind.LEFT, JoinKind.FULL)
    if optional_left:
        taken = {name: replace(one, solid=False) for name, one in taken.items()}
    for name, one in right.columns.items():
        if name in dropped:
            continue
        new = free(name, taken)
        if name in right.bags:
            bags.append(new)
        taken[new] = replace(one, solid=False) if optional_right else one
        right_names.append((new, name))
    relation = Join(kind, source, right.relation, on, left_names, tuple(right_names))
    opens = (*frame.opens, *(one for one in right.opens if one not in frame.opens))
    return Frame(relation, taken, opens, tuple(bags), name=frame.name, inside=frame.inside, carried=frame.carried)


def _dropped(step: ast.JoinStep, pairs: Sequence[tuple[Typed, Typed]]) -> set[str]:
    """The right side's keys, which lookup does not repeat."""
    found: set[str] = set()
    for _, other in pairs:
        match other.value:
            case Field(name):
                found.add(name)
            case _:
                found |= set(_fields(other.value))
    return found


def _fields(value: Value) -> frozenset[str]:
    return fields_of_value(value)


def _pair(low: Lowering, on: ast.Expr, left: Frame, right: Frame, env: Env) -> tuple[Typed, Typed]:
    """The two values that one condition compares, of one kind."""
    match on:
        case ast.Name():
            first = low.value(low, Scope(left, Env()), on)
            second = low.value(low, Scope(right, Env()), on)
        case ast.Binary("==", one, other):
            if _side(one) == "$right" or _side(other) == "$left":
                one, other = other, one
            first = low.value(low, _sided(one, left, right, left, env), one)
            second = low.value(low, _sided(other, left, right, right, env), other)
        case _:
            raise low.invalid(on.at, "expected a column, or $left.a == $right.b")
    low.knowledge.use(first.origin, second.kind)
    low.knowledge.use(second.origin, first.kind)
    kind = convert.common([first.kind, second.kind])
    if kind is Type.DYNAMIC:
        kind = TEXT
    return convert.solid(convert.to_kind(first, kind)), convert.solid(convert.to_kind(second, kind))


def _conjuncts(on: ast.Expr) -> list[ast.Expr]:
    if isinstance(on, ast.Binary) and on.op == "and":
        return [*_conjuncts(on.left), *_conjuncts(on.right)]
    return [on]


def _side(expr: ast.Expr) -> str:
    match expr:
        case ast.Member(target) | ast.Index(target):
            return _side(target)
        case ast.Name(name):
            return name
        case ast.Apply(_, args):
            return next((found for arg in args if (found := _side(arg)).startswith("$")), "")
        case _:
            return ""


def _sided(expr: ast.Expr, left: Frame, right: Frame, default: Frame, env: Env) -> Scope:
    return Scope(default, Env(env), sides={"$left": left, "$right": right})


def union(low: Lowering, step: ast.UnionStep, frame: Frame | None, env: Env) -> Frame:
    """`union tables`, of rows before it too."""
    frames = [frame] if frame is not None else []
    for one in step.tables:
        if isinstance(one, ast.Name) and "*" in one.name:
            frames.extend(wild(low, one, env))
        else:
            frames.append(low.rows(low, one, env))
    if not frames:
        raise low.invalid(step.at, "union needs tables", 5)
    if step.source_column:
        frames = [extended(one, [(step.source_column, convert.text(one.name))]) for one in frames]
    return united(low, frames, step.inner, step.source_column)


def wild(low: Lowering, pattern: ast.Name, env: Env) -> list[Frame]:
    """All known tables, and views of the query, whose name a pattern means."""
    names: dict[str, None] = {}
    here: Env | None = env
    while here is not None:
        matching = [name for name in here.names if fnmatch.fnmatchcase(name, pattern.name)]
        names |= {name: None for name in matching if tabular(ast.Name(name, pattern.at), env)}
        here = here.outer
    for full in low.tables:
        vendor, _, name = full.partition(".")
        if vendor in ("defender", "sentinel", "kusto") and fnmatch.fnmatchcase(name, pattern.name):
            names[name] = None
    if not names:
        low.warn(pattern.at, f"no known table is called {pattern.name!r}")
    return [low.rows(low, ast.Name(name, pattern.at), env) for name in names]


def united(low: Lowering, frames: Sequence[Frame], inner: bool = False, first: str | None = None) -> Frame:
    """All rows of all frames. A column that has several kinds becomes several, called `name_kind`."""
    if len(frames) == 1:
        return frames[0]
    kinds: dict[str, dict[Type, None]] = {first: {}} if first else {}
    for frame in frames:
        for name, one in frame.columns.items():
            if _dropped_in_union(name, frame):
                continue
            kinds.setdefault(name, {})[one.kind] = None
    for name in kinds:
        _settle(low, name, frames)
    if inner:
        kinds = {name: found for name, found in kinds.items() if all(name in frame.columns for frame in frames)}
    columns: dict[str, Info] = {}
    renamed: list[Frame] = []
    for frame in frames:
        names: list[tuple[str, str]] = []
        for name, one in frame.columns.items():
            if name not in kinds or _dropped_in_union(name, frame):
                continue
            new = name if len(kinds[name]) == 1 else f"{name}_{_SUFFIX[one.kind]}"
            names.append((new, name))
        made = {new: frame.columns[name] for new, name in names}
        relation = frame.relation
        if any(new != name for new, name in names):
            relation = Project(relation, tuple((new, Field(name)) for new, name in names))
        renamed.append(replace(frame, relation=relation, columns=made))
    for name in kinds:
        for kind in kinds[name]:
            new = name if len(kinds[name]) == 1 else f"{name}_{_SUFFIX[kind]}"
            having = [
                frame.columns[new] for frame in renamed if new in frame.columns and frame.columns[new].kind is kind
            ]
            solid = all(one.solid for one in having) and len(having) == len(frames)
            origin = next((one.origin for one in having if one.origin), None)
            columns[new] = Info(kind, origin, solid)
    opens = tuple(dict.fromkeys(one for frame in frames for one in frame.opens))
    bags = tuple(dict.fromkeys(one for frame in frames for one in frame.bags))
    relation = Concat(
        tuple(frame.relation for frame in renamed), tuple(Column(name, one.kind) for name, one in columns.items())
    )
    return Frame(relation, columns, opens, bags)


_SUFFIX = {
    Type.TEXT: "string", Type.INTEGER: "long", Type.REAL: "real", Type.BOOLEAN: "bool", Type.TIME: "datetime",
    Type.SPAN: "timespan", Type.DYNAMIC: "dynamic",
}  # fmt: skip


def _dropped_in_union(name: str, frame: Frame) -> bool:
    """Hidden columns that only the order needs."""
    return name.startswith("$") and name not in (*frame.inside, *frame.carried, *frame.bags, "$table")


def _settle(low: Lowering, name: str, frames: Sequence[Frame]) -> None:
    """A column that nobody declared is of the kind that others of its name have."""
    told = [frame.columns[name].kind for frame in frames if name in frame.columns and not frame.columns[name].origin]
    for frame in frames:
        column = frame.columns.get(name)
        if column is not None and column.origin and told:
            low.knowledge.use(column.origin, told[0])
