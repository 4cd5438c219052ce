"""Operators that make rows: `print`, `datatable`, `externaldata`, `range`, `search`, `find`.

Microsoft Learn: the page of each operator.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.ir import Case, Explode, Extend, Field, Filter, Key, Literal, Project, Rows, Term
from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.convert import DYNAMIC, INTEGER, REAL, SPAN, TEXT, TIME, call
from simulator.languages.kusto.lower_columns import extended, projected
from simulator.languages.kusto.lower_joins import united, wild
from simulator.languages.kusto.lower_predicates import anywhere, edges
from simulator.languages.kusto.lower_values import NOTHING
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Env, Frame, Info, Scope, Typed, info
from simulator.languages.kusto.naming import free, name_of
from simulator.tables import Column, Type

_ONE = Rows((Column("$one", INTEGER),), ((1,),))


def printed(low: Lowering, step: ast.Columns, env: Env) -> Frame:
    """`print`: one row."""
    scope = Scope(Frame(NOTHING, {}), env)
    named: list[tuple[str, Typed]] = []
    for place, item in enumerate(step.items):
        inner = item.value if isinstance(item, ast.Named) else item
        name = item.names[0] if isinstance(item, ast.Named) else (name_of(item) or f"print_{place}")
        named.append((free(name, dict(named)), low.value(low, scope, inner)))
    pairs = tuple((name, value.value) for name, value in named)
    return Frame(Project(_ONE, pairs), {name: info(value) for name, value in named})


def constant(low: Lowering, step: ast.Constant, frame: Frame | None, env: Env) -> Frame:
    """`datatable`; `externaldata`, whose rows nobody fetches."""
    columns = tuple(Column(name, kind) for name, kind in step.columns)
    made = {name: Info(kind, solid=kind is TEXT) for name, kind in step.columns}
    if step.op != "datatable":
        low.warn(step.at, "externaldata is not fetched: it has no rows here")
        return Frame(Rows(columns, ()), made)
    if not columns or len(step.values) % len(columns):
        raise low.invalid(step.at, f"datatable has {len(columns)} columns but {len(step.values)} values", 9)
    scope = Scope(Frame(NOTHING, {}), env)
    values: list[str | int | float | bool | None] = []
    computed: dict[tuple[int, str], Typed] = {}
    for place, item in enumerate(step.values):
        column = columns[place % len(columns)]
        value = convert.to_kind(low.value(low, scope, item), column.type)
        if not isinstance(value.value, Literal):
            computed[(place // len(columns), column.name)] = value
            values.append(None)
            continue
        plain = value.plain
        values.append("" if plain is None and column.type is TEXT else plain if not isinstance(plain, tuple) else None)
    rows = tuple(tuple(values[at : at + len(columns)]) for at in range(0, len(values), len(columns)))
    if not computed:
        numbered = tuple((*row, number) for number, row in enumerate(rows))
        counted = (*columns, Column("$n", INTEGER))
        return Frame(Rows(counted, numbered), {**made, "$n": Info(INTEGER)}, order=(Key(Field("$n")),))
    frames = []
    for number, row in enumerate(rows):  # a row with what is known only when the query runs
        one = Rows(columns, (row,))
        named = tuple((name, value.value) for (at, name), value in computed.items() if at == number)
        frames.append(Frame(Extend(one, named) if named else one, made))
    return united(low, frames)


def spread(low: Lowering, step: ast.Range, frame: Frame | None, env: Env) -> Frame:
    """`range x from a to b step c`"""
    scope = Scope(Frame(NOTHING, {}), env)
    start, stop, size = (low.value(low, scope, one) for one in (step.start, step.stop, step.step))
    kinds = (start.kind, stop.kind, size.kind)
    kind = next((one for one in (TIME, SPAN, REAL) if one in kinds[: 3 if one is REAL else 2]), INTEGER)
    if kind in (TIME, SPAN):
        ends = [call("to_integer", INTEGER, convert.to_kind(one, kind)) for one in (start, stop)]
        every = call("to_integer", INTEGER, convert.to_span(size))
        array = call("array_range", DYNAMIC, *ends, every)
    else:
        array = call("array_range", DYNAMIC, *(convert.to_number(one, kind) for one in (start, stop, size)))
    exploded = Explode(Extend(_ONE, (("$x", array.value),)), "$x")
    one = Typed(Field("$x"), DYNAMIC)
    number = convert.to_number(one, REAL if kind is REAL else INTEGER)
    value = call("to_time", TIME, number) if kind is TIME else call("to_span", SPAN, number) if kind is SPAN else number
    order = (Key(Field(step.name), descending=isinstance(size.plain, int | float) and size.plain < 0),)
    return Frame(Project(exploded, ((step.name, value.value),)), {step.name: Info(kind)}, order=order)


def _term(word: str, case: Case) -> Callable[[str], Term]:
    return lambda field: Term(field, word, case, *edges(word))


def search(low: Lowering, step: ast.Search, frame: Frame | None, env: Env) -> Frame:
    """`search in (tables) condition`, `find in (tables) where condition project columns`"""
    frames = [frame] if frame is not None else []
    for one in step.tables or (() if frames else (ast.Name("*", step.at),)):
        frames += wild(low, one, env) if isinstance(one, ast.Name) and "*" in one.name else [low.rows(low, one, env)]
    if not frames:
        raise low.unsupported(step.at, f"{step.op} over all tables, of which none is known", 6)
    found = []
    for one_frame in frames:
        scope = Scope(one_frame, env)
        match step.condition:
            case ast.Lit(str(word), Type.TEXT):
                case = Case.EXACT if step.cased else Case.FOLD
                condition = anywhere(scope, _term(word, case))
            case other:
                condition = low.predicate(low, scope, other)
        found.append(one_frame.over(Filter(one_frame.relation, condition)))
    column = "$table" if step.op == "search" else "source_"
    if step.op == "find":
        found = [extended(one, [(column, convert.text(one.name))]) for one in found]
    made = united(low, found, first=column if step.op == "find" else None)
    if step.columns:
        scope = Scope(made, env)
        named = [
            (name_of(one) or "Column1", low.value(low, scope, one)) for one in step.columns if isinstance(one, ast.Name)
        ]
        return projected(
            made,
            [(column, convert.text("")), *named]
            if column not in made.columns
            else [(column, made.columns[column].of(column)), *named],
        )
    return made
