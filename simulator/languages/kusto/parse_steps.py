"""The operators of a pipeline.

Microsoft Learn: the page of each operator in "Kusto Query Language > Tabular operators".
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.errors import nearest
from simulator.languages.kusto.ast import (
    Apply,
    As,
    Binary,
    Columns,
    Constant,
    Count,
    Expand,
    Expanded,
    Expr,
    Ignored,
    JoinStep,
    Lit,
    MakeSeries,
    Name,
    Named,
    Order,
    Parse,
    Parsed,
    ParseKv,
    Partition,
    Plugin,
    Range,
    SampleDistinct,
    Schema,
    Search,
    SortStep,
    Step,
    Summarize,
    Take,
    TopNested,
    UnionStep,
    Unknown,
    Where,
)
from simulator.languages.kusto.cursor import Cursor
from simulator.languages.kusto.lexer import Sort, Token
from simulator.languages.kusto.parse_expressions import arguments, expression, item
from simulator.tables import Type

_PARAMETERS = frozenset(
    ("kind", "isfuzzy", "withsource", "with_source", "flags", "bagexpansion", "with_itemindex", "decodeblocks",
     "expandoutput", "hint", "id", "with_match_id", "with_step_name", "datascope")
)  # fmt: skip

ENDS = ("|", ";", ")", "}")
"""What ends an operator's arguments."""


def parameters(cursor: Cursor) -> dict[str, str]:
    """`name=value` pairs that stand before an operator's arguments; `hint.…` are passed over."""
    found: dict[str, str] = {}
    while cursor.look().sort is Sort.NAME and cursor.look().text in _PARAMETERS:
        ahead = 1
        while cursor.sees(".", ahead=ahead) and cursor.look(ahead + 1).sort is Sort.NAME:
            ahead += 2
        if not cursor.sees("=", ahead=ahead):
            break
        name = cursor.look().text
        cursor.place += ahead + 1
        value = cursor.take()
        if value.text == "(":  # hint.shufflekey = (a, b)
            cursor.place = cursor.closing(cursor.place - 1)
        if name != "hint":
            found[name] = str(value.value) if value.sort is Sort.TEXT else value.text
        cursor.skip(",") if name == "hint" and cursor.look(1).text == "hint" else None
    return found


def step(cursor: Cursor) -> Step:
    """One operator, its name first."""
    name = operator_name(cursor)
    reader = STEPS.get(name.text)
    if reader is None:
        if name.text in UNSUPPORTED:
            return _unknown(cursor, name)
        raise cursor.invalid(name.at, f"there is no operator {name.text!r}{nearest(name.text, STEPS)}", len(name.text))
    return reader(cursor, name)


def operator_name(cursor: Cursor) -> Token:
    """Passes an operator's name, dashes included."""
    first = cursor.look()
    if first.sort is not Sort.NAME:
        raise cursor.unexpected("an operator")
    cursor.take()
    text = first.text
    while cursor.sees("-") and cursor.look(1).sort is Sort.NAME and cursor.look().at == first.at + len(text):
        dashed = f"{text}-{cursor.look(1).text}"
        if not any(known == dashed or known.startswith(f"{dashed}-") for known in (*STEPS, *UNSUPPORTED)):
            break
        cursor.place += 2
        text = dashed
    return Token(Sort.NAME, text, first.at)


def _unknown(cursor: Cursor, name: Token) -> Unknown:
    while not (cursor.look().sort is Sort.END or cursor.sees(*ENDS)):
        cursor.place = cursor.closing(cursor.place) if cursor.sees("(", "[", "{") else cursor.place + 1
    return Unknown(name.text, name.at)


def _where(cursor: Cursor, name: Token) -> Step:
    parameters(cursor)
    condition = expression(cursor)
    if cursor.sees("="):  # Microsoft's parser bears a single one
        sign = cursor.take()
        condition = Binary("==", condition, expression(cursor, 2), sign.at)
    return Where(condition, name.at)


def _columns(cursor: Cursor, name: Token) -> Step:
    if name.text == "serialize" and (cursor.sees(*ENDS) or cursor.look().sort is Sort.END):
        return Columns("serialize", (), name.at)
    if name.text == "distinct":
        parameters(cursor)
    items = cursor.listed(lambda: _column(cursor, name.text), ENDS)
    return Columns(name.text, items, name.at)


def _column(cursor: Cursor, op: str) -> Expr:
    if op in ("project-away", "project-keep", "project-reorder"):
        found = wildcard(cursor)
        if op == "project-reorder":
            cursor.skip("asc", "desc", "granny-asc", "granny-desc")
        return found
    return item(cursor)


def wildcard(cursor: Cursor) -> Name:
    """A name that may hold `*`: its pieces stand side by side."""
    first = cursor.look()
    if cursor.sees("["):
        token = cursor.name()
        return Name(str(token.value), first.at)
    text = ""
    while (cursor.look().sort in (Sort.NAME, Sort.LONG) or cursor.sees("*")) and cursor.look().at == first.at + len(
        text
    ):
        text += cursor.take().text
    if not text:
        raise cursor.unexpected("a column")
    return Name(text, first.at)


def _summarize(cursor: Cursor, name: Token) -> Step:
    parameters(cursor)
    measures = cursor.listed(lambda: item(cursor), ("by", *ENDS))
    groups: tuple[Expr, ...] = ()
    if cursor.skip("by"):
        groups = cursor.listed(lambda: item(cursor), ENDS)
    return Summarize(measures, groups, name.at)


def _join(cursor: Cursor, name: Token) -> Step:
    options = parameters(cursor)
    right = _source(cursor)
    on: tuple[Expr, ...] = ()
    if cursor.skip("on"):
        on = cursor.listed(lambda: expression(cursor))
    elif cursor.sees("where"):
        raise cursor.unsupported(cursor.look().at, "join ... where is not supported", 5)
    default = "innerunique" if name.text == "join" else "leftouter"
    return JoinStep(name.text, options.get("kind", default), right, on, name.at)


def _source(cursor: Cursor) -> Expr:
    """Rows that stand where another operator's words may follow."""
    return expression(cursor, 7)


def _union(cursor: Cursor, name: Token) -> Step:
    options = parameters(cursor)
    tables = cursor.listed(lambda: _table(cursor), ENDS)
    options |= parameters(cursor)
    source = options.get("withsource") or options.get("with_source")
    return UnionStep(tables, options.get("kind", "outer") == "inner", source, name.at)


def _table(cursor: Cursor) -> Expr:
    if cursor.look().sort is Sort.NAME and cursor.sees("*", ahead=1) and cursor.look(1).at == cursor.look().end:
        return wildcard(cursor)
    if cursor.sees("*"):
        return wildcard(cursor)
    return _source(cursor)


def orders(cursor: Cursor) -> tuple[Order, ...]:
    """Keys of an order, each with its direction."""

    found: list[Order] = []
    while True:
        token = cursor.look()
        value = item(cursor)
        descending = True
        if found_direction := cursor.skip("asc", "desc"):
            descending = found_direction.text == "desc"
        nulls: bool | None = None
        if cursor.skip("nulls"):
            nulls = cursor.need("first", "last").text == "first"
        found.append(Order(value, descending, nulls, token.at))
        if not cursor.skip(","):
            return tuple(found)


def _sort(cursor: Cursor, name: Token) -> Step:
    parameters(cursor)
    cursor.need("by")
    return SortStep(orders(cursor), name.at)


def _top(cursor: Cursor, name: Token) -> Step:
    parameters(cursor)
    count = expression(cursor)
    cursor.need("by")
    return Take(count, orders(cursor), name.at)


def _take(cursor: Cursor, name: Token) -> Step:
    return Take(expression(cursor), (), name.at)


def _sample_distinct(cursor: Cursor, name: Token) -> Step:
    count = expression(cursor)
    cursor.need("of")
    return SampleDistinct(count, expression(cursor), name.at)


def _count(cursor: Cursor, name: Token) -> Step:
    if cursor.skip("as"):
        return Count(str(cursor.name().value), name.at)
    return Count("Count", name.at)


def _expand(cursor: Cursor, name: Token) -> Step:
    options = parameters(cursor)
    items = [_expanded(cursor)]
    while cursor.skip(","):
        items.append(_expanded(cursor))
    limit = expression(cursor) if cursor.skip("limit") else None
    index = options.get("with_itemindex")
    steps: tuple[Step, ...] | None = None
    if name.text == "mv-apply":
        cursor.need("on")
        steps = _inner(cursor)
    bag = (options.get("bagexpansion") or options.get("kind") or "bag") == "bag"
    return Expand(tuple(items), index, limit, steps, name.at, bag)


def _inner(cursor: Cursor) -> tuple[Step, ...]:
    """Steps in parentheses, without a source."""
    cursor.need("(")
    steps = [step(cursor)]
    while cursor.skip("|"):
        steps.append(step(cursor))
    cursor.need(")")
    return tuple(steps)


def _expanded(cursor: Cursor) -> Expanded:
    token = cursor.look()
    found = item(cursor)
    kind: Type | None = None
    if cursor.skip("to"):
        cursor.need("typeof")
        cursor.need("(")
        kind = cursor.kind()
        cursor.need(")")
    if isinstance(found, Named):
        return Expanded(found.names[0], found.value, kind, token.at)
    return Expanded(None, found, kind, token.at)


def _parse(cursor: Cursor, name: Token) -> Step:
    options = parameters(cursor)
    value = expression(cursor)
    cursor.need("with")
    pieces: list[Parsed] = []
    while not (cursor.look().sort is Sort.END or cursor.sees(*ENDS)):
        token = cursor.look()
        if token.sort is Sort.TEXT:
            cursor.take()
            pieces.append(Parsed(str(token.value), None, Type.TEXT, token.at))
        elif cursor.skip("*"):
            pieces.append(Parsed(None, None, Type.TEXT, token.at))
        elif cursor.skip("("):  # a constant that is no literal
            inner = expression(cursor)
            cursor.need(")")
            if not isinstance(inner, Lit):
                raise cursor.unsupported(token.at, "a parse pattern that is computed is not supported")
            pieces.append(Parsed(str(inner.value), None, Type.TEXT, token.at))
        else:
            column = cursor.name("a column or a text")
            kind = Type.TEXT
            if cursor.skip(":"):
                kind = cursor.kind()
            pieces.append(Parsed(None, str(column.value), kind, token.at))
    mode, flags = options.get("kind", "simple"), options.get("flags", "")
    return Parse(value, mode, flags, tuple(pieces), name.text == "parse-where", name.at)


def columns(cursor: Cursor) -> tuple[tuple[str, Type], ...]:
    """`(name: type, …)`."""
    cursor.need("(")
    found: list[tuple[str, Type]] = []
    while not cursor.sees(")"):
        if cursor.skip("*"):
            pass
        else:
            column = cursor.name("a column")
            cursor.need(":")
            found.append((str(column.value), cursor.kind()))
        if not cursor.skip(","):
            break
    cursor.need(")")
    return tuple(found)


def options_of(cursor: Cursor) -> tuple[tuple[str, str], ...]:
    """`with (name = value, …)`, when that comes."""
    found: list[tuple[str, str]] = []
    if cursor.skip("with"):
        cursor.need("(")
        while not cursor.sees(")"):
            name = cursor.take()
            cursor.need("=")
            value = cursor.take()
            if value.text in ("(", "[", "{"):
                cursor.place = cursor.closing(cursor.place - 1)
            while not (
                cursor.sees(",", ")") or cursor.look().sort is Sort.END
            ):  # a list of names, a number with a sign
                cursor.take()
            found.append((name.text, str(value.value) if value.sort is Sort.TEXT else value.text))
            if not cursor.skip(","):
                break
        cursor.need(")")
    return tuple(found)


def _parse_kv(cursor: Cursor, name: Token) -> Step:
    value = expression(cursor)
    cursor.need("as")
    names = columns(cursor)
    return ParseKv(value, names, options_of(cursor), name.at)


def _plugin(cursor: Cursor, name: Token) -> Step:
    parameters(cursor)
    called = cursor.name("a function")
    call = Apply(str(called.value), arguments(cursor), called.at)
    schema = None
    if cursor.skip(":"):
        schema = columns(cursor)
    return Plugin(name.text, call, schema, name.at)


def _as(cursor: Cursor, name: Token) -> Step:
    parameters(cursor)
    return As(str(cursor.name().value), name.at)


def _range(cursor: Cursor, name: Token) -> Step:
    column = cursor.name("a column")
    cursor.need("from")
    start = expression(cursor)
    cursor.need("to")
    stop = expression(cursor)
    cursor.need("step")
    return Range(str(column.value), start, stop, expression(cursor), name.at)


def _constant(cursor: Cursor, name: Token) -> Step:
    names = columns(cursor)
    cursor.need("[")
    values = cursor.listed(lambda: expression(cursor), ("]",))
    cursor.need("]")
    options_of(cursor)
    return Constant(name.text, names, values, name.at)


def _search(cursor: Cursor, name: Token) -> Step:
    options = parameters(cursor)
    tables: tuple[Expr, ...] = ()
    if cursor.skip("in"):
        cursor.need("(")
        tables = cursor.listed(lambda: _table(cursor), (")",))
        cursor.need(")")
    if name.text == "find":
        cursor.skip("where")
    cursor.searching = True
    condition = expression(cursor)
    cursor.searching = False
    shown: tuple[Expr, ...] = ()
    if cursor.skip("project"):
        shown = cursor.listed(lambda: item(cursor))
    return Search(name.text, tables, condition, shown, options.get("kind") == "case_sensitive", name.at)


def _make_series(cursor: Cursor, name: Token) -> Step:
    parameters(cursor)
    measures: list[tuple[Expr, Expr | None]] = []
    while True:
        value = item(cursor)
        default = None
        if cursor.skip("default"):
            cursor.need("=")
            default = expression(cursor)
        measures.append((value, default))
        if not cursor.skip(","):
            break
    cursor.need("on")
    axis = expression(cursor, 4)
    start = stop = None
    inclusive = cursor.skip("in") is not None
    if inclusive:
        cursor.need("range")
        start, stop, each = arguments(cursor)
    else:
        start = expression(cursor) if cursor.skip("from") else None
        stop = expression(cursor) if cursor.skip("to") else None
        cursor.need("step")
        each = expression(cursor)
    groups = cursor.listed(lambda: item(cursor)) if cursor.skip("by") else ()
    return MakeSeries(tuple(measures), axis, start, stop, each, groups, name.at, inclusive)


def _partition(cursor: Cursor, name: Token) -> Step:
    parameters(cursor)
    cursor.need("by")
    column = cursor.name("a column")
    by = Name(str(column.value), column.at)
    if cursor.sees("{"):
        raise cursor.unsupported(name.at, "partition with a query in braces is not supported", 9)
    return Partition(by, _inner(cursor), name.at)


def _top_nested(cursor: Cursor, name: Token) -> Step:
    levels: list[tuple[Expr | None, Expr, Expr]] = []
    while True:
        count = None if cursor.sees("of") else expression(cursor)
        cursor.need("of")
        value = item(cursor)
        if cursor.skip("with"):
            raise cursor.unsupported(name.at, "top-nested with others is not supported", 10)
        cursor.need("by")
        aggregate = item(cursor)
        cursor.skip("asc", "desc")
        levels.append((count, value, aggregate))
        if not cursor.skip(","):
            return TopNested(tuple(levels), name.at)
        if not cursor.sees("top"):
            raise cursor.unexpected("`top-nested`")
        operator_name(cursor)


def _ignored(cursor: Cursor, name: Token) -> Step:
    if name.text == "render":
        cursor.name("a kind of chart")
    while cursor.look().sort is Sort.NAME and cursor.sees("=", ahead=1):
        cursor.place += 3
    options_of(cursor)
    return Ignored(name.text, name.at)


def _schema(cursor: Cursor, name: Token) -> Step:
    return Schema(name.at)


STEPS: dict[str, Callable[[Cursor, Token], Step]] = {
    "where": _where, "filter": _where,
    **dict.fromkeys(("extend", "project", "project-away", "project-keep", "project-rename", "project-reorder",
                     "distinct", "print", "serialize"), _columns),
    "summarize": _summarize, "join": _join, "lookup": _join, "union": _union, "sort": _sort, "order": _sort,
    "top": _top, "take": _take, "limit": _take, "sample": _take, "sample-distinct": _sample_distinct, "count": _count,
    "mv-expand": _expand, "mvexpand": _expand, "mv-apply": _expand, "mvapply": _expand, "parse": _parse,
    "parse-where": _parse, "parse-kv": _parse_kv, "evaluate": _plugin, "invoke": _plugin, "as": _as, "range": _range,
    "datatable": _constant, "externaldata": _constant, "external_data": _constant, "search": _search, "find": _search,
    "make-series": _make_series, "partition": _partition, "top-nested": _top_nested, "render": _ignored,
    "consume": _ignored, "getschema": _schema,
}  # fmt: skip
UNSUPPORTED = (
    "scan", "fork", "facet", "reduce", "top-hitters", "make-graph", "graph-match", "graph-shortest-paths",
    "graph-to-table", "graph-merge", "graph-mark-components", "graph-where-nodes", "graph-where-edges", "execute_show",
    "macro-expand", "assert-schema", "project-by-names",
)  # fmt: skip
