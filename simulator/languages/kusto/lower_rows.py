"""Tables and pipelines to relations.

Microsoft Learn: "Tabular expression statements", "Let statement", "materialize()", "table()".
"""

from __future__ import annotations

from dataclasses import replace

from simulator.errors import nearest
from simulator.ir import Field, Limit, Project, Read, Scan, Sort, columns_of
from simulator.languages.kusto import ast, steps
from simulator.languages.kusto.convert import solid
from simulator.languages.kusto.lower_values import NOTHING, entered, settle, value
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Deferred, Env, Frame, Function, Info, Open, Scope, Typed
from simulator.tables import Column, Table, Type

VENDORS = ("defender", "sentinel", "kusto")
"""Whose table a name means, the first first."""

_ELSEWHERE = ("cluster", "database", "workspace", "app", "adx", "arg", "resource")


def rows(low: Lowering, expr: ast.Expr, env: Env) -> Frame:
    """An expression as rows. Raises InvalidRule or UnsupportedRule."""
    match expr:
        case ast.Pipeline(source, parts):
            inner = Env(env)
            frame = rows(low, source, inner) if source is not None else None
            for part in parts:
                frame = steps.lower(low, part, frame, inner)
            assert frame is not None  # a pipeline has a source or a step
            return frame
        case ast.Name(name, at):
            return _named(low, name, at, env)
        case ast.Apply(name, args, at):
            return _applied(low, name, args, at, env)
        case ast.Member(ast.Apply(place), name, at) if place in _ELSEWHERE:
            return table(low, name, at)
        case ast.Sequence((single,)):
            return rows(low, single, env)
        case ast.Named(_, inner_expr):
            return rows(low, inner_expr, env)
        case _:
            raise low.invalid(expr.at, "a table is expected here")


def _named(low: Lowering, name: str, at: int, env: Env) -> Frame:
    match env.find(name):
        case None:
            return table(low, name, at)
        case Frame() as frame:
            return frame
        case Deferred() as bound:
            found = settle(low, bound)
            if isinstance(found, Frame):
                return found if found.name else _called(found, name)
            raise low.invalid(at, f"{name} is a single value, not a table", len(name))
        case Function() as function:
            return _own(low, name, function, (), at, env)
        case _:
            raise low.invalid(at, f"{name} is a single value, not a table", len(name))


def _called(frame: Frame, name: str) -> Frame:
    return replace(frame, name=name)


def _applied(low: Lowering, name: str, args: tuple[ast.Expr, ...], at: int, env: Env) -> Frame:
    bound = env.find(name)
    if isinstance(bound, Function):
        return _own(low, name, bound, args, at, env)
    match name, args:
        case (("materialize" | "view"), (inner, *_)):
            return rows(low, inner, env)
        case "table", (ast.Lit(str(wanted)), *_):
            return table(low, wanted, at)
        case (("toscalar" | "iff" | "case"), _):
            raise low.invalid(at, f"{name} gives a single value, not a table", len(name))
    if name in _ELSEWHERE:
        raise low.invalid(at, f"{name}(...) needs a table after it", len(name))
    for arg in args:  # what it is given is looked at all the same
        if isinstance(arg, ast.Lit):
            continue
    first = next((str(arg.value) for arg in args if isinstance(arg, ast.Lit) and arg.kind is Type.TEXT), "")
    wanted = f"{name}.{first}" if name == "_GetWatchlist" and first else name
    return unknown(
        low, wanted, at, f"the function {name} is not the query's own; its rows are those of the table kusto.{wanted}"
    )


def _own(low: Lowering, name: str, bound: Function, args: tuple[ast.Expr, ...], at: int, env: Env) -> Frame:
    def single(arg: ast.Expr) -> Typed:
        return value(low, Scope(Frame(NOTHING, {}), env), arg)

    inner = entered(low, name, bound, args, at, single, env)
    try:
        return _called(rows(low, bound.definition.body, inner), name)
    finally:
        low.calls -= 1


def table(low: Lowering, name: str, at: int) -> Frame:
    """The rows of a table that the query does not make itself."""
    for vendor in VENDORS:
        known = low.tables.get(f"{vendor}.{name}")
        if known is not None:
            return _known(low, known, name)
    candidates = [one.partition(".")[2] for one in low.tables if one.partition(".")[0] in VENDORS]
    hint = nearest(name, candidates)
    return unknown(low, name, at, f"no schema of a table {name!r} is known{hint}")


def _known(low: Lowering, known: Table, name: str) -> Frame:
    columns = {column.name: Info(_kind(column.type)) for column in known.columns}
    return _read(low, known.name, name, columns, Open(known.name, not known.open))


def _kind(kind: Type) -> Type:
    """Lists are arrays."""
    return Type.DYNAMIC if kind.element is not None else kind


def unknown(low: Lowering, name: str, at: int, message: str) -> Frame:
    """The rows of a table of which no schema is known: its columns are those that the query names."""
    low.warn(at, message, once=f"table {name}")
    return _read(low, f"kusto.{name}", name, {}, Open(f"kusto.{name}", False))


def _read(low: Lowering, full: str, name: str, columns: dict[str, Info], target: Open) -> Frame:
    more = low.knowledge.columns.get(full, {})
    for column, kind in more.items():
        columns.setdefault(column, Info(kind or Type.TEXT, (full, column)))
    read = Read(Scan(full), tuple(Column(column, one.kind) for column, one in columns.items()))
    return Frame(read, columns, (target,), name=name)


def finished(frame: Frame) -> Frame:
    """The rows as the query shows them: in order, without hidden columns, and with the empty text where none is."""
    if frame.order and not isinstance(frame.relation, Sort | Limit):
        frame = frame.over(Sort(frame.relation, frame.order))
    named = tuple((name, solid(frame.columns[name].of(name)).value) for name in frame.shown())
    if not named or [(name, Field(name)) for name in columns_of(frame.relation)] == list(named):
        return frame
    return frame.over(Project(frame.relation, named))
