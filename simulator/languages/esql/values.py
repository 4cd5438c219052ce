"""Expressions: syntax -> values of the IR with their kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.errors import nearest
from simulator.ir import Expr, Literal, Truth, fields_of
from simulator.languages.ecs import Fields
from simulator.languages.embedded import Query
from simulator.languages.esql import conditions
from simulator.languages.esql.fields import with_fields
from simulator.languages.esql.functions import FUNCTIONS, NOT_RUN
from simulator.languages.esql.scope import Scope
from simulator.languages.esql.syntax import (
    Binary,
    Cast,
    Constant,
    Function,
    Many,
    Name,
    Node,
    TimeSpan,
    Unary,
)
from simulator.languages.esql.typed import LIST_OF, NULL, NUMBERS, Typed, call, cast, common, converted, single
from simulator.tables import Type

SPANS = {
    "millisecond": 1_000,
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 604_800_000_000,
}
"""Units of fixed length, in microseconds."""

MONTHS = {"month": 1, "quarter": 3, "year": 12}

CASTS: dict[str, Type] = {
    "boolean": Type.BOOLEAN,
    "bool": Type.BOOLEAN,
    "date": Type.TIME,
    "datetime": Type.TIME,
    "date_nanos": Type.TIME,
    "dt": Type.TIME,
    "double": Type.REAL,
    "dbl": Type.REAL,
    "integer": Type.INTEGER,
    "int": Type.INTEGER,
    "long": Type.INTEGER,
    "unsigned_long": Type.INTEGER,
    "ul": Type.INTEGER,
    "keyword": Type.TEXT,
    "string": Type.TEXT,
    "str": Type.TEXT,
    "text": Type.TEXT,
    "version": Type.TEXT,
    "ver": Type.TEXT,
}
"""Types after `::`, besides `ip`: https://www.elastic.co/docs/reference/query-languages/esql/esql-syntax"""

Search = Callable[[Query, Fields], Expr]
"""What compiles a query of another language to a predicate over the index's fields, noting those it reads in them."""


@dataclass(slots=True)
class Lowering:
    """Lowers expressions in a scope."""

    scope: Scope
    searches: Mapping[str, Search | None] = field(default_factory=dict)
    """The languages inside KQL and QSTR, by the function's name."""

    def value(self, node: Node) -> Typed:
        """The value of `node`."""
        match node:
            case Constant(value=None):
                return NULL
            case Constant(value=value):
                return Typed(Literal(value, _kind(value)), _kind(value))
            case Many():
                return self._many(node)
            case TimeSpan(count=count, unit=unit):
                if unit in MONTHS:
                    return Typed(
                        Literal(count * MONTHS[unit] * 30 * SPANS["day"], Type.SPAN),
                        Type.SPAN,
                        months=count * MONTHS[unit],
                    )
                return Typed(Literal(count * SPANS[unit], Type.SPAN), Type.SPAN)
            case Name():
                return self.scope.column(node)
            case Cast(item=item, kind=kind):
                return self._cast(node, self.value(item), kind)
            case Unary(operator="-" | "+" as operator, item=item):
                return self._negative(self.value(item)) if operator == "-" else self.value(item)
            case Binary(operator="+" | "-" | "*" | "/" | "%"):
                return self._arithmetic(node)
            case Function(name=name) if name not in conditions.CONDITION_FUNCTIONS:
                return self._call(node)
            case _:
                return Typed(Truth(conditions.condition(self, node)), Type.BOOLEAN)

    def _many(self, node: Many) -> Typed:
        kinds = {_kind(value) for value in node.values}
        kind = Type.REAL if kinds == {Type.REAL, Type.INTEGER} else next(iter(kinds)) if len(kinds) == 1 else Type.TEXT
        if kind is Type.BOOLEAN or (len(kinds) > 1 and kind is Type.TEXT):
            values = tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in node.values)
            return Typed(Literal(values, Type.TEXTS), Type.TEXTS)
        if kind is Type.REAL:
            return Typed(Literal(tuple(float(value) for value in node.values), Type.REALS), Type.REALS)
        return Typed(Literal(node.values, LIST_OF[kind]), LIST_OF[kind])  # type: ignore[arg-type]

    def _cast(self, node: Cast, typed: Typed, kind: str) -> Typed:
        if kind == "ip":
            return call("ip_canonical", Type.TEXT, cast(typed, Type.TEXT))
        if kind in ("time_duration", "date_period"):
            return typed
        if kind not in CASTS:
            near = nearest(kind, CASTS)
            if kind.startswith(("geo", "cartesian", "dense", "aggregate", "exponential", "tdigest")):
                raise self.scope.unsupported(node.at, node.end, f"the type {kind} is not supported")
            raise self.scope.invalid(node, f"there is no type {kind!r}{near}")
        return converted(typed, CASTS[kind])

    def _negative(self, typed: Typed) -> Typed:
        one = single(typed)
        if one.kind not in (*NUMBERS, Type.SPAN):
            one = cast(one, Type.REAL)
        return Typed(call("negate", one.kind, one).value, one.kind, months=-one.months)

    def _arithmetic(self, node: Binary) -> Typed:
        left, right, operator = single(self.value(node.left)), single(self.value(node.right)), node.operator
        if left.null or right.null:
            other = right if left.null else left
            return cast(NULL, other.kind if not other.null else Type.INTEGER)
        if Type.SPAN in (left.kind, right.kind):
            return self._dated(node, left, right)
        if Type.TIME in (left.kind, right.kind):
            raise self.scope.invalid(node, f"times have no `{operator}` with anything but time spans; see DATE_DIFF")
        kind = common((left, right))
        if kind not in NUMBERS:
            kind = Type.REAL
        left, right = cast(left, kind), cast(right, kind)
        names = {"+": "add", "-": "subtract", "*": "multiply"}
        if operator in names:
            return call(names[operator], kind, left, right)
        if kind is Type.INTEGER:
            return call("divide_integers" if operator == "/" else "remainder", kind, left, right)
        return call("divide" if operator == "/" else "remainder", kind, left, right)

    def _dated(self, node: Binary, left: Typed, right: Typed) -> Typed:
        if node.operator not in "+-":
            raise self.scope.invalid(node, f"a time span has no `{node.operator}`")
        if left.kind is Type.SPAN and right.kind is not Type.SPAN and node.operator == "+":
            left, right = right, left
        function = "add" if node.operator == "+" else "subtract"
        if left.kind is Type.SPAN and right.kind is Type.SPAN:
            return Typed(call(function, Type.SPAN, left, right).value, Type.SPAN)
        if right.kind is not Type.SPAN:
            raise self.scope.invalid(node, "a time span minus a time means nothing")
        time = cast(left, Type.TIME)
        if right.months:
            months = right.months if node.operator == "+" else -right.months
            return call("add_months", Type.TIME, time, Typed(Literal(months, Type.INTEGER), Type.INTEGER))
        return call(function, Type.TIME, time, right)

    def _call(self, node: Function) -> Typed:
        if node.star:
            raise self.scope.invalid(node, f"{node.name.upper()} takes no `*`")
        entry = FUNCTIONS.get(node.name)
        if entry is None:
            if node.name in NOT_RUN:
                raise self.scope.unsupported(node.at, node.end, f"{node.name.upper()} cannot run: {NOT_RUN[node.name]}")
            near = nearest(node.name, (*FUNCTIONS, *NOT_RUN))
            raise self.scope.unsupported(node.at, node.end, f"{node.name.upper()} is no function that is known{near}")
        if not entry.least <= len(node.args) <= entry.most:
            count = str(entry.least) if entry.least == entry.most else f"{entry.least} to {entry.most}"
            if entry.most > 1000:
                count = f"{entry.least} or more"
            raise self.scope.invalid(node, f"{node.name.upper()} takes {count} arguments, not {len(node.args)}")
        return entry.build(self, node)

    def constant_text(self, node: Node, what: str) -> str | None:
        """The constant text that `node` must be; None for null."""
        typed = self.value(node)
        match typed.value:
            case Literal(value=str() as found):
                return found
            case Literal(value=None):
                return None
            case _:
                raise self.scope.unsupported(node.at, node.end, f"{what} must be a constant text")

    def constant_texts(self, node: Node, what: str) -> tuple[str, ...]:
        """The constant text or texts that `node` must be."""
        typed = self.value(node)
        match typed.value:
            case Literal(value=tuple() as found) if typed.kind is Type.TEXTS:
                return tuple(map(str, found))
            case Literal(value=str() as one):
                return (one,)
            case _:
                raise self.scope.unsupported(node.at, node.end, f"{what} must be a constant text")

    def constant_integer(self, node: Node, what: str) -> int:
        """The constant whole number that `node` must be."""
        typed = self.value(node)
        match typed.value:
            case Literal(value=int() as found) if not isinstance(found, bool):
                return found
            case _:
                raise self.scope.unsupported(node.at, node.end, f"{what} must be a constant whole number")

    def caseless(self, node: Node) -> str | None:
        """The field that `node`, a `.caseless` field of the index, is another indexing of, if it is there."""
        if not isinstance(node, Name) or not node.name.endswith(".caseless") or node.name not in self.scope.raw:
            return None
        base = self.scope.bases.get(node.name, "")
        return base if base in self.scope.raw else None

    def analysed(self, name: str) -> bool:
        """Whether `name` is a field of the index that is searched by its words."""
        fields = self.scope.fields
        return fields is not None and name in self.scope.raw and fields.column(name)[2]

    def search(self, function: str, node: Constant) -> Expr:
        """The predicate that the constant text of KQL or QSTR means."""
        compile_search = self.searches.get(function)
        if compile_search is None or self.scope.fields is None:
            message = f"{function.upper()}(…) cannot run here: there is nothing that compiles its language"
            raise self.scope.unsupported(node.at, node.end, message)
        found = compile_search(nested(self.scope.query, node), self.scope.fields)
        names = {base: name for name, base in self.scope.bases.items()}
        renamed = with_fields(found, lambda name: names.get(name, name))
        if (gone := sorted(fields_of(renamed) - self.scope.raw)) and self.scope.complete:
            message = f"{function.upper()}(…) comes after the field {gone[0]!r} is changed or dropped"
            raise self.scope.unsupported(node.at, node.end, message)
        return renamed


def nested(query: Query, node: Constant) -> Query:
    """The text of a constant as a query of its own, whose places are those in the file."""
    start = node.at + (3 if query.text.startswith('"""', node.at) else 1)
    written = str(node.value)
    places, offset = list[tuple[int, int]](), start
    for line in written.split("\n"):
        at = query.at(offset)
        places.append((at.line, at.column))
        offset += len(line) + 1
    return Query(query.path, written, tuple(places))


def _kind(value: object) -> Type:
    match value:
        case bool():
            return Type.BOOLEAN
        case int():
            return Type.INTEGER
        case float():
            return Type.REAL
        case _:
            return Type.TEXT
