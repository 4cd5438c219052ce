"""ES|QL's commands: each changes the scope it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from simulator.ir import (
    Aggregate,
    Concat,
    Explode,
    Expr,
    Extend,
    Field,
    Filter,
    IsNull,
    Join,
    JoinKind,
    Key,
    Limit,
    Lookup,
    Measure,
    Problem,
    Project,
    Read,
    Relation,
    Scan,
    Sort,
    Status,
    fields_of,
)
from simulator.ir import And as All
from simulator.languages.ecs import table_pattern
from simulator.languages.esql import aggregates, dissect, grok, syntax
from simulator.languages.esql.conditions import condition, is_leaves, necessary
from simulator.languages.esql.list_functions import some
from simulator.languages.esql.scope import Scope, matches
from simulator.languages.esql.syntax import Command, Logic, Name, Node, Pattern, within
from simulator.languages.esql.typed import LIST_OF, Typed, call, cast, element, integer, single, text
from simulator.languages.esql.values import Lowering
from simulator.tables import Column, Table, Type


def run(low: Lowering, commands: Sequence[Command], schemas: Mapping[str, Table]) -> None:
    """All `commands` after the source command."""
    for place, command in enumerate(commands):
        match command:
            case syntax.Enrich() | syntax.LookupJoin() | syntax.Completion():
                _TABLED[type(command)](low, command, schemas)
            case syntax.Fork():
                _fork(low, command, schemas)
            case syntax.Expand():
                _ahead(low, commands[place + 1 :])
                _expand(low, command)
            case _:
                _COMMANDS[type(command)](low, command)


def _ahead(low: Lowering, commands: Iterable[Command]) -> None:
    """What the conditions after MV_EXPAND make necessary of the rows before it, so that the sieve can ask it: of a
    column of several values, that any of them fits."""
    changed, found = set[str](), list[Expr]()
    for command in commands:
        match command:
            case syntax.Where(condition=node):
                for item in _conjuncts(node):
                    names = {one.name for one in within(item) if isinstance(one, Name)}
                    if not names & changed and names <= low.scope.raw | low.scope.defined.keys():
                        found.extend(filter(None, (necessary(low, item),)))
            case syntax.Eval(columns=columns):
                changed |= {one.name for one in columns}
            case syntax.Keep() | syntax.Expand():
                continue
            case _:
                break
    if found:
        low.scope.relation = Filter(low.scope.relation, found[0] if len(found) == 1 else All(tuple(found)))


def _conjuncts(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Logic) and node.operator == "and" else (node,)


def _where(low: Lowering, command: syntax.Where) -> None:
    node = command.condition
    found = list[Expr]()
    for item in _conjuncts(node):
        exact = condition(low, item)
        if not (is_leaves(exact) and fields_of(exact) <= low.scope.raw):
            found.extend(filter(None, (necessary(low, item),)))
        found.append(exact)
    low.scope.relation = Filter(low.scope.relation, found[0] if len(found) == 1 else All(tuple(found)))


def _eval(low: Lowering, command: syntax.Eval) -> None:
    for one in command.columns:
        low.scope.extend(one.name, low.value(one.value), one.value)


def _keep(low: Lowering, command: syntax.Keep) -> None:
    scope = low.scope
    _mention(scope, command.patterns)
    rank: dict[str, tuple[int, int, int]] = {}
    for place, pattern in enumerate(command.patterns):
        # Columns come in the order of their patterns; where several fit, a full name wins over a partial, a partial
        # over `*` (https://www.elastic.co/docs/reference/query-languages/esql/commands/keep).
        weight = 0 if pattern.plain is not None else 2 if pattern.parts == ("", "") else 1
        for number, name in enumerate(scope.columns):
            if matches(pattern, name) and (name not in rank or weight <= rank[name][0]):
                rank[name] = (weight, place, number)
    scope.kept.append(command.patterns)
    _project(scope, sorted(rank, key=lambda name: rank[name][1:]))


def _drop(low: Lowering, command: syntax.Drop) -> None:
    scope = low.scope
    _mention(scope, command.patterns)
    scope.dropped.extend(command.patterns)
    _project(scope, [name for name in scope.columns if not any(matches(one, name) for one in command.patterns)])


def _mention(scope: Scope, patterns: Iterable[Pattern]) -> None:
    """Names in KEEP and DROP must be there, as in any command."""
    for pattern in patterns:
        if pattern.plain is not None:
            scope.column(Name(pattern.at, pattern.end, pattern.plain))


def _project(scope: Scope, names: Iterable[str]) -> None:
    """Only these columns stay in sight; those that a later LIMIT needs for its order stay hidden."""
    scope.columns = {name: scope.columns[name] for name in names}
    scope.raw &= scope.columns.keys()
    scope.defined = {name: node for name, node in scope.defined.items() if name in scope.columns}
    kept = [*scope.columns, *scope.order_columns()]
    scope.relation = Project(scope.relation, tuple((name, Field(name)) for name in dict.fromkeys(kept)))
    scope.hidden.clear()


def _rename(low: Lowering, command: syntax.Rename) -> None:
    scope = low.scope
    for old, new in command.pairs:
        typed = scope.column(old)
        if old.name == new.name:
            continue
        renamed = {new.name if name == old.name else name: name for name in scope.columns if name != new.name}
        scope.columns = {name: scope.columns[was] for name, was in renamed.items()}
        order = tuple((name, Field(name)) for name in scope.order_columns() if name not in renamed)
        scope.relation = Project(scope.relation, tuple((name, Field(was)) for name, was in renamed.items()) + order)
        assert typed.kind is scope.columns[new.name]
        scope.dropped.append(Pattern(old.at, old.end, (old.name,)))
        scope.dropped = [one for one in scope.dropped if not matches(one, new.name)]
        scope.touched(old.name, new.name)


def _sort(low: Lowering, command: syntax.Sort) -> None:
    scope, keys = low.scope, list[Key]()
    for one in command.keys:
        typed = low.value(one.value)
        if typed.kind.element:
            # "The sort of multivalued columns uses the lowest value ascending, the highest descending."
            function = "list_maximum" if one.descending else "list_minimum"
            typed = call(function, typed.kind.element, typed)
        scope.counter[0] += 1
        hidden = f"?{scope.counter[0]}"
        scope.relation = Extend(scope.relation, ((hidden, typed.value),))
        keys.append(Key(Field(hidden), one.descending, one.nulls_first))
    scope.order = tuple(keys)
    scope.relation = Sort(scope.relation, scope.order)


def _limit(low: Lowering, command: syntax.Limit) -> None:
    low.scope.relation = Limit(low.scope.relation, command.count, low.scope.order)


def _stats(low: Lowering, command: syntax.Stats) -> None:
    aggregates.stats(low, command)


def _dissect(low: Lowering, command: syntax.Dissect) -> None:
    pattern = str(command.pattern.value)
    try:
        names = dissect.columns_of(pattern)
    except dissect.DissectError as error:
        raise low.scope.invalid(command.pattern, f"DISSECT: {error}") from None
    source = _held(low, command.value)
    for name in names:
        made = _each_text(source, "dissected", text(pattern), text(name), text(command.separator))
        low.scope.extend(name, made)


def _grok(low: Lowering, command: syntax.Grok) -> None:
    source = _held(low, command.value)
    made: dict[str, list[Typed]] = {}
    for one in command.patterns:
        try:
            found = grok.expression(str(one.value))
        except grok.GrokError as error:
            raise low.scope.invalid(one, f"GROK: {error}") from None
        for name, groups, kind in found.groups:
            made.setdefault(name, []).append(_grokked(source, found.pattern, groups, kind))
    for name, values in made.items():
        kind = values[0].kind
        value = values[0] if len(values) == 1 else call("coalesce", kind, *(cast(one, kind) for one in values))
        low.scope.extend(name, value)


def _grokked(source: Typed, pattern: str, groups: tuple[int, ...], kind: Type) -> Typed:
    """A name that several groups have holds all their values."""
    if len(groups) == 1:
        found = _each_text(source, "regex_extract", text(pattern), text(""), integer(groups[0]))
        return cast(found, LIST_OF.get(kind, Type.TEXTS) if source.kind.element else kind)
    one = single(source)
    parts = [call("regex_extract", Type.TEXT, one, text(pattern), text(""), integer(group)) for group in groups]
    return cast(some(call("to_list", Type.TEXTS, *parts)), LIST_OF.get(kind, Type.TEXTS))


def _held(low: Lowering, node: Node) -> Typed:
    """The input of GROK and DISSECT, computed once."""
    typed = low.value(node)
    typed = cast(typed, Type.TEXTS if typed.kind.element else Type.TEXT)
    return Typed(Field(low.scope.hide(typed)), typed.kind)


def _each_text(source: Typed, function: str, *more: Typed) -> Typed:
    """A function of a text; of several, of each that it is not null for."""
    if source.kind.element:
        return call("each", Type.TEXTS, text(function), source, *more)
    return call(function, Type.TEXT, source, *more)


def _expand(low: Lowering, command: syntax.Expand) -> None:
    scope, name = low.scope, command.column.name
    typed = scope.column(command.column)
    if typed.kind.element:
        scope.relation = Explode(scope.relation, name, keep_empty=True)
        scope.columns[name] = element(typed.kind)
        scope.touched(name)


def _sample(low: Lowering, command: syntax.Sample) -> None:
    if command.probability < 1:
        raise low.scope.unsupported(command.at, command.end, "SAMPLE takes rows at random, a detection must not")


# Commands that read other tables -----------------------------------------------------------------------------------


def _table(low: Lowering, name: str, at: int, schemas: Mapping[str, Table], what: str) -> dict[str, Type]:
    """The columns of a table that stands for something of Elasticsearch; one that nobody declares is warned of."""
    table = schemas.get(name)
    if table is not None:
        return {column.name: column.type for column in table.columns}
    message = f"{what} is read from the table {name!r}, which is not declared: without it nothing is found"
    low.scope.warnings.append(Problem(Status.INVALID, low.scope.query.at(at), message, warning=True))
    return {}


def _joined(
    low: Lowering,
    name: str,
    on: list[tuple[Typed, str]],
    columns: dict[str, tuple[str, Type]],
    gather: str | None = None,
) -> None:
    """Every row with the rows of table `name` that equal it in `on`, without one with nulls; `columns` are ours to
    theirs. With `gather`, an aggregate, the rows that are equal are one row."""
    scope = low.scope
    theirs = dict(columns.values())
    theirs |= {column: typed.kind for typed, column in on}
    right: Relation = Read(Scan(name), tuple(Column(column, kind) for column, kind in theirs.items()))
    if gather is not None:
        keys = tuple((column, Field(column)) for _, column in on)
        kinds = {inner: LIST_OF.get(kind, kind) if gather == "elements" else kind for inner, kind in columns.values()}
        made = tuple(Measure(inner, gather, (Field(inner),), kind) for inner, kind in kinds.items())
        right = Aggregate(right, keys, made)
        columns = {column: (inner, kinds[inner]) for column, (inner, _) in columns.items()}
    ours = [column for column in scope.columns if column not in columns]
    scope.relation = Join(
        JoinKind.LEFT,
        scope.relation,
        right,
        tuple((typed.value, Field(column)) for typed, column in on),
        tuple((column, column) for column in (*ours, *scope.order_columns())),
        tuple((column, inner) for column, (inner, _) in columns.items()),
    )
    scope.columns = {column: scope.columns[column] for column in ours}
    scope.columns |= {column: kind for column, (_, kind) in columns.items()}
    scope.touched(*columns)


def _enrich(low: Lowering, command: syntax.Enrich, schemas: Mapping[str, Table]) -> None:
    name = f"elastic.enrich.{command.policy}"
    known = _table(low, name, command.at, schemas, f"the enrich policy {command.policy!r}")
    on = command.on or Name(command.at, command.end, "_id")
    fields = command.fields or tuple(
        (Name(command.at, command.end, field), Name(command.at, command.end, field))
        for field in known
        if field != on.name
    )
    if not fields:
        raise low.scope.unsupported(
            command.at, command.end, f"ENRICH: the fields of the policy {command.policy!r} are not known"
        )
    typed = single(low.scope.column(on))
    columns = {new.name: (field.name, known.get(field.name, Type.TEXT)) for new, field in fields}
    _joined(low, name, [(cast(typed, known.get(on.name, typed.kind)), on.name)], columns, gather="elements")


def _lookup(low: Lowering, command: syntax.LookupJoin, schemas: Mapping[str, Table]) -> None:
    name = table_pattern(command.index.pattern)
    if "*" in name:
        raise low.scope.invalid(Name(command.index.at, command.index.end, ""), "LOOKUP JOIN takes one index")
    known = _table(low, name, command.at, schemas, f"the index {command.index.pattern!r}")
    on = list[tuple[Typed, str]]()
    for ours, theirs in command.on:
        typed = single(low.scope.column(ours))
        on.append((cast(typed, known.get(theirs.name, typed.kind)), theirs.name))
    keys = {theirs for _, theirs in on}
    names = known or low.scope.later
    columns = {
        field: (field, known.get(field, low.scope.inferred.get(field, Type.TEXT)))
        for field in names
        if field not in keys
    }
    if not known:
        columns = {field: found for field, found in columns.items() if field not in low.scope.columns}
    _joined(low, name, on, columns)


def _completion(low: Lowering, command: syntax.Completion, schemas: Mapping[str, Table]) -> None:
    """A model's answers are a table: that of the prompt, or one for any prompt (its `prompt` is null)."""
    scope = low.scope
    endpoint = command.inference.strip(".") or "default"
    name = f"elastic.inference.{endpoint}"
    _table(low, name, command.at, schemas, f"what the model {command.inference!r} answers")
    prompt = Typed(Field(scope.hide(cast(low.value(command.prompt), Type.TEXT))), Type.TEXT)
    columns = (Column("prompt", Type.TEXT), Column("completion", Type.TEXT))
    scope.counter[0] += 1
    answer = f"?{scope.counter[0]}"
    _joined(low, name, [(prompt, "prompt")], {answer: ("completion", Type.TEXT)}, gather="any")
    del scope.columns[answer]
    anyway = Lookup(Filter(Read(Scan(name), columns), IsNull("prompt")), "completion", Type.TEXT)
    found = call("coalesce", Type.TEXT, Typed(Field(answer), Type.TEXT), Typed(anyway, Type.TEXT))
    scope.extend(command.target, found)


def _fork(low: Lowering, command: syntax.Fork, schemas: Mapping[str, Table]) -> None:
    """The branches' rows one after the other, `_fork` says which."""
    scope, made = low.scope, list[Scope]()
    for number, branch in enumerate(command.branches, 1):
        inner = scope.copy()
        run(Lowering(inner, low.searches), branch, schemas)
        inner.extend("_fork", text(f"fork{number}"))
        made.append(inner)
    columns: dict[str, Type] = {}
    for inner in made:
        for name, kind in inner.columns.items():
            columns.setdefault(name, kind)
    for inner in made:
        for name, kind in inner.columns.items():
            if columns[name] is not kind:
                inner.relation = Extend(inner.relation, ((name, cast(Typed(Field(name), kind), columns[name]).value),))
    scope.relation = Concat(tuple(one.relation for one in made), tuple(Column(n, k) for n, k in columns.items()))
    scope.columns, scope.order = columns, ()
    scope.raw = set.intersection(*(inner.raw for inner in made))
    scope.defined.clear()
    scope.hidden.clear()


_COMMANDS: dict[type, Callable[[Lowering, Any], None]] = {
    syntax.Where: _where,
    syntax.Eval: _eval,
    syntax.Keep: _keep,
    syntax.Drop: _drop,
    syntax.Rename: _rename,
    syntax.Sort: _sort,
    syntax.Limit: _limit,
    syntax.Stats: _stats,
    syntax.Dissect: _dissect,
    syntax.Grok: _grok,
    syntax.Sample: _sample,
}
_TABLED: dict[type, Callable[[Lowering, Any, Mapping[str, Table]], None]] = {
    syntax.Enrich: _enrich,
    syntax.LookupJoin: _lookup,
    syntax.Completion: _completion,
}
