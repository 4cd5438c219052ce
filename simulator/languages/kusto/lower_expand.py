"""`mv-expand`, `mv-apply`, `partition`.

Microsoft Learn: "mv-expand operator" (a null gives one row with null, an empty array none), "mv-apply operator",
"partition operator".
"""

from __future__ import annotations

from dataclasses import replace

from simulator.ir import Explode, Field, Filter, Literal, Measure, Test, Window
from simulator.languages.kusto import ast, convert, steps
from simulator.languages.kusto.convert import BOOLEAN, DYNAMIC, INTEGER, call, lit
from simulator.languages.kusto.lower_columns import amount, extended
from simulator.languages.kusto.lower_values import as_dynamic
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Env, Frame, Info, Scope, Typed
from simulator.languages.kusto.naming import name_of
from simulator.tables import Type


def expand(low: Lowering, step: ast.Expand, frame: Frame, env: Env) -> Frame:
    """`mv-expand`; with inner steps `mv-apply`."""
    if step.steps is None:
        return _expanded(low, step, frame, env, drop_empty=True)[0]
    return _applied(low, step, step.steps, frame, env)


def _expanded(
    low: Lowering, step: ast.Expand, frame: Frame, env: Env, *, drop_empty: bool
) -> tuple[Frame, Typed, list[str]]:
    """The rows made, whether a row had any element, and the names of the expanded columns."""
    scope = Scope(frame, env)
    arrays: list[tuple[str, Typed, Type | None]] = []
    for item in step.items:
        value = as_dynamic(low, low.value(low, scope, item.value))
        if not step.bag:
            value = call("bag_entries", DYNAMIC, value)
        if step.limit is not None:
            most = lit(amount(low, step.limit, env) - 1, INTEGER)
            value = call("array_slice", DYNAMIC, value, lit(0, INTEGER), most)
        name = item.name or name_of(item.value)
        if name is None:
            raise low.invalid(item.at, "what is expanded needs a name: name = expression")
        arrays.append((name, value, item.kind))
    several = len(arrays) > 1
    secret = low.secret("z")
    zipped = call("array_zip", DYNAMIC, *(value for _, value, _ in arrays)) if several else arrays[0][1]
    frame = extended(frame, [(secret, zipped)])
    empty = call("coalesce", BOOLEAN, call("array_is_empty", BOOLEAN, Field(secret)), lit(False, BOOLEAN))
    some = call("not", BOOLEAN, empty)
    held = low.secret("h")
    frame = frame.over(Filter(frame.relation, Test(some.value))) if drop_empty else extended(frame, [(held, some)])
    index = step.index
    relation = Explode(frame.relation, secret, keep_empty=True, index=index)
    columns = dict(frame.columns) | ({index: Info(INTEGER)} if index else {})
    frame = replace(frame, relation=relation, columns=columns)
    named: list[tuple[str, Typed]] = []
    for place, (name, _, kind) in enumerate(arrays):
        one = Typed(Field(secret), DYNAMIC)
        if several:
            one = call("json_element", DYNAMIC, one, Literal(place, INTEGER))
        named.append((name, convert.to_kind(one, kind) if kind is not None else one))
    frame = extended(frame, named)
    kept = {name: one for name, one in frame.columns.items() if name != secret}
    return replace(frame, columns=kept), Typed(Field(held), BOOLEAN), [name for name, _ in named]


def _applied(low: Lowering, step: ast.Expand, inner: tuple[ast.Step, ...], frame: Frame, env: Env) -> Frame:
    """A sub-query over the elements of each row. Its rows carry the row's number; what it does to many rows it does for
    each number apart. The row's own columns go along."""
    outer = frame
    number = low.secret("r")
    outside = tuple(Field(name) for name in frame.inside)
    relation = Window(frame.relation, outside, (), (Measure(number, "row_number", (), INTEGER),))
    columns = dict(frame.columns) | {number: Info(INTEGER)}
    frame = replace(frame, relation=relation, columns=columns)
    summing = next((one for one in inner if isinstance(one, ast.Summarize | ast.Count)), None)
    whole = isinstance(summing, ast.Count) or (isinstance(summing, ast.Summarize) and not summing.groups)
    frame, held, names = _expanded(low, step, frame, env, drop_empty=not whole)
    carried = tuple(name for name in outer.columns if name not in names)
    frame = replace(
        frame,
        inside=(*outer.inside, number),
        carried=carried,
        order=(),
        pending=Test(held.value) if whole else None,
    )
    for one in inner:
        made = steps.lower(low, one, frame, Env(env))
        if isinstance(one, ast.Summarize | ast.Count):
            made = replace(made, pending=None)
        frame = made
    shown = {
        name: one for name, one in frame.columns.items() if name != number and name != getattr(held.value, "name", "")
    }
    return replace(
        frame,
        columns=shown,
        inside=outer.inside,
        carried=outer.carried,
        pending=outer.pending,
        order=(),
        opens=outer.opens,
    )


def partition(low: Lowering, step: ast.Partition, frame: Frame, env: Env) -> Frame:
    """`partition by column (steps)`: the steps for each value apart."""
    key = convert.solid(low.value(low, Scope(frame, env), step.by))
    secret = low.secret("p")
    inner = replace(extended(frame, [(secret, key)]), inside=(*frame.inside, secret), order=())
    for one in step.steps:
        inner = steps.lower(low, one, inner, env)
    shown = {name: one for name, one in inner.columns.items() if name != secret}
    return replace(inner, columns=shown, inside=frame.inside)
