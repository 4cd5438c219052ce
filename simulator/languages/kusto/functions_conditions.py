"""Choices and questions about values.

Microsoft Learn: "iff()", "case()", "coalesce()", "isempty()", "isnull()", "max_of()", "gettype()", "column_ifexists()".
"""

from __future__ import annotations

from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.asked import Asked, Scalar
from simulator.languages.kusto.convert import BOOLEAN, DYNAMIC, INTEGER, REAL, TEXT, TIME, call, text
from simulator.languages.kusto.logic import as_value
from simulator.languages.kusto.model import Typed
from simulator.tables import Type


def _condition(asked: Asked, place: int) -> Typed:
    return as_value(asked.low.predicate(asked.low, asked.scope, asked.args[place]))


def alike(asked: Asked, values: list[Typed]) -> list[Typed]:
    """Values made one kind, that of those whose kind is known."""
    told = [one for one in values if one.origin is None and not (one.plain is None and one.constant)]
    kinds = {one.kind for one in told or values}
    kind = TEXT if TEXT in kinds and DYNAMIC not in kinds else convert.common(list(kinds))
    if kind is not DYNAMIC:
        for one in values:
            asked.low.knowledge.use(one.origin, kind)
    if kind is not DYNAMIC and any(one.kind is DYNAMIC for one in values):
        kinds = {one.kind for one in values}
        kind = DYNAMIC if kinds - {DYNAMIC, TEXT} else TEXT
    return [convert.to_kind(one, kind) for one in values]


def _iff(asked: Asked) -> Typed:
    if len(asked) != 3:
        raise asked.invalid(f"{asked.name} takes three arguments")
    condition = _condition(asked, 0)
    then, otherwise = alike(asked, [asked.arg(1), asked.arg(2)])
    if condition.constant:
        return then if condition.plain else otherwise
    return call("if", then.kind, condition, then, otherwise, solid=then.solid and otherwise.solid)


def _case(asked: Asked) -> Typed:
    if len(asked) < 3 or len(asked) % 2 == 0:
        raise asked.invalid("case takes pairs of condition and value, and a value for all else")
    values = alike(asked, [asked.arg(place) for place in (*range(1, len(asked), 2), len(asked) - 1)])
    found = values[-1]
    for place in range(len(values) - 2, -1, -1):
        condition = _condition(asked, 2 * place)
        found = call("if", found.kind, condition, values[place], found, solid=values[place].solid and found.solid)
    return found


def _coalesce(asked: Asked) -> Typed:
    """Of texts the first that is not empty: a text is never null, so empty is what coalesce passes over."""
    values = alike(asked, [asked.arg(place) for place in range(len(asked))])
    if not values:
        raise asked.invalid("coalesce needs arguments")
    if values[0].kind is TEXT:
        filled = [call("null_if_empty", TEXT, one) for one in values[:-1]]
        return call("coalesce", TEXT, *filled, values[-1], solid=values[-1].solid)
    return call("coalesce", values[0].kind, *values)


def _extreme(function: str) -> Scalar:
    def lower(asked: Asked) -> Typed:
        values = alike(asked, [asked.arg(place) for place in range(len(asked))])
        return call(function, values[0].kind, *values)

    return lower


def _predicate(asked: Asked) -> Typed:
    """A function that is a condition."""
    return as_value(asked.low.predicate(asked.low, asked.scope, ast.Apply(asked.name, asked.args, asked.at)))


def _column_if_exists(asked: Asked) -> Typed:
    if len(asked) != 2:
        raise asked.invalid(f"{asked.name} takes a column's name and a default")
    named = asked.args[0]
    name = named.name if isinstance(named, ast.Name) else str(asked.constant(0))
    column = asked.scope.frame.columns.get(name)
    if column is not None and column.origin is None:
        return column.of(name)
    default = asked.arg(1)
    unknown = [one for one in asked.scope.frame.opens if not one.known]
    if column is not None:
        asked.low.knowledge.use(column.origin, default.kind)
        return convert.to_kind(column.of(name), default.kind)
    if unknown:  # a table that nobody declared may have it
        asked.low.knowledge.need(unknown[0].table, name)
    return default


def _kind(kind: Type) -> Scalar:
    def lower(asked: Asked) -> Typed:
        found = asked.arg(0)
        if kind is not DYNAMIC and kind is not TEXT and found.origin and kind is not Type.SPAN:
            asked.low.knowledge.use(found.origin, kind if kind is not BOOLEAN else None)
        return convert.to_kind(found, kind)

    return lower


_JSON_KINDS = {
    "object": "dictionary", "array": "array", "string": "string", "integer": "long", "real": "double",
    "boolean": "bool",
}  # fmt: skip


def _type_name(asked: Asked) -> Typed:
    found = asked.arg(0)
    names = {TEXT: "string", INTEGER: "long", REAL: "real", BOOLEAN: "bool", TIME: "datetime", Type.SPAN: "timespan"}
    if found.kind in names:
        return convert.text(names[found.kind])
    made = text("null")
    for theirs, ours in _JSON_KINDS.items():
        same = call("equal", BOOLEAN, call("json_type", TEXT, found), text(theirs))
        made = call("if", TEXT, same, text(ours), made, solid=True)
    return made


FUNCTIONS: dict[str, Scalar] = {
    "iff": _iff, "iif": _iff, "case": _case, "coalesce": _coalesce, "max_of": _extreme("maximum_of"),
    "min_of": _extreme("minimum_of"),
    **dict.fromkeys(("not", "isempty", "isnotempty", "notempty", "isnull", "isnotnull", "notnull"), _predicate),
    "column_ifexists": _column_if_exists, "columnifexists": _column_if_exists,
    **dict.fromkeys(("tostring",), _kind(TEXT)), **dict.fromkeys(("toint", "tolong"), _kind(INTEGER)),
    **dict.fromkeys(("toreal", "todouble", "todecimal"), _kind(REAL)),
    **dict.fromkeys(("tobool", "toboolean"), _kind(BOOLEAN)), "todatetime": _kind(TIME),
    "totimespan": _kind(Type.SPAN), "totime": _kind(Type.SPAN), "toguid": _kind(TEXT), "gettype": _type_name,
    "materialize": lambda asked: asked.arg(0),
}  # fmt: skip
