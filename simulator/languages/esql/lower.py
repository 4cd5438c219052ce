"""From a query's text to a plan. `compile_query` is the way in.

A query is lowered twice: the first time shows which fields of the index it reads, the second has them all from the
start, so that wildcards see them. ES|QL's limit of 1,000 rows on a result without LIMIT is not applied: it bounds what
a user interface shows, and a rule that depends on it is broken.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.errors import InvalidRule
from simulator.ir import Field, Project, Read, Relation, Rows
from simulator.languages import ecs
from simulator.languages.context import Compiled
from simulator.languages.embedded import Query
from simulator.languages.esql import commands, kinds, syntax
from simulator.languages.esql.parse import parse
from simulator.languages.esql.scope import Scope
from simulator.languages.esql.syntax import Assigned, Command, Name, within
from simulator.languages.esql.typed import Typed, call, cast, text
from simulator.languages.esql.values import Lowering, Search
from simulator.tables import Column, Table, Type


def compile_query(
    query: Query, schemas: Mapping[str, Table], *, kuery: Search | None = None, lucene: Search | None = None
) -> Compiled:
    """The plan of an ES|QL query over tables of `schemas`. `kuery` compiles what stands in KQL(…), `lucene` what stands
    in QSTR(…). Raises InvalidRule or UnsupportedRule at the place in the query."""
    searches = {"kql": kuery, "qstr": lucene}
    try:
        parsed = parse(query)
        first = _lowered(query, parsed, schemas, searches, None)
        scope = _lowered(query, parsed, schemas, searches, first)
    except RecursionError:
        raise InvalidRule(query.at(0), "the query is nested too deeply") from None
    columns = tuple((name, Field(name)) for name in scope.columns)
    warnings = tuple(dict.fromkeys((*(scope.fields.warnings if scope.fields else ()), *scope.warnings)))
    return Compiled(Project(scope.relation, columns), warnings)


def _lowered(
    query: Query,
    parsed: tuple[Command, ...],
    schemas: Mapping[str, Table],
    searches: Mapping[str, Search | None],
    before: Scope | None,
) -> Scope:
    source, *rest = parsed
    inferred = kinds.used_as(parsed)
    match source:
        case syntax.From():
            scope = _from(query, source, schemas, inferred, before)
        case syntax.Row(columns=columns):
            scope = _row(query, columns)
        case _:
            raise InvalidRule(query.at(source.at), "a query begins with FROM or ROW")
    scope.later = frozenset(_mentioned(parsed))
    commands.run(Lowering(scope, searches), rest, schemas)
    return scope


def _from(
    query: Query,
    source: syntax.From,
    schemas: Mapping[str, Table],
    inferred: dict[str, Type],
    before: Scope | None,
) -> Scope:
    fields = ecs.fields([one.pattern for one in source.indices], schemas, query.at(source.indices[0].at))
    scope = Scope(query, Rows((), ()), {}, fields, inferred, complete=before is not None)
    read = before.read if before is not None else {}
    metadata = {one.name: one.at for one in source.metadata}
    names = dict.fromkeys(("@timestamp", *(fields.kinds if before is not None else ()), *read, *metadata))
    shown = dict[str, Typed]()
    wanted: dict[str, Type] = {}
    for name in names:
        base, _, _ = fields.column(name)
        wanted[base] = scope.use(name, read.get(name, metadata.get(name, source.at)))
        if base != name:
            scope.bases[name] = base
        shown[name] = _shown(name, base, wanted[base])
    used = before.fields.used if before is not None and before.fields is not None else {}
    hidden = {name: kind for name, kind in used.items() if name not in shown}
    read_all = wanted | hidden
    relation: Relation = Read(fields.source(), tuple(Column(name, kind) for name, kind in read_all.items()))
    columns = (*((name, typed.value) for name, typed in shown.items()), *((name, Field(name)) for name in hidden))
    scope.relation = Project(relation, columns)
    scope.columns = {name: typed.kind for name, typed in shown.items()}
    scope.columns |= {name: kind for name, kind in hidden.items() if not name.startswith("_")}
    scope.raw = {*shown, *hidden}
    return scope


def _shown(name: str, base: str, kind: Type) -> Typed:
    """A field of the index out of its column in the table."""
    typed = Typed(Field(base), kind)
    if name == "_id":
        return cast(typed, Type.TEXT)
    if name.endswith(".caseless") and base != name:
        return each_lower(typed)
    return typed


def each_lower(typed: Typed) -> Typed:
    """In lower case, each of several."""
    if typed.kind.element:
        return call("each", typed.kind, text("lower"), typed)
    return call("lower", Type.TEXT, typed)


def _row(query: Query, columns: tuple[Assigned, ...]) -> Scope:
    scope = Scope(query, Rows((Column("?0", Type.INTEGER),), ((0,),)), {})
    low = Lowering(scope)
    for one in columns:
        scope.extend(one.name, low.value(one.value))
    return scope


def _mentioned(parsed: tuple[Command, ...]) -> set[str]:
    found = {
        one.name
        for command in parsed
        for node in kinds.expressions(command)
        for one in within(node)
        if isinstance(one, Name)
    }
    for command in parsed:
        match command:
            case syntax.Keep(patterns=patterns) | syntax.Drop(patterns=patterns):
                found |= {one.plain for one in patterns if one.plain is not None}
            case syntax.Rename(pairs=pairs):
                found |= {old.name for old, _ in pairs}
            case _:
                pass
    return found
