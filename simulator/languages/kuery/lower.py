"""Kibana queries as plans: a filter over the events of the query's tables.

Kibana translates a query to Elasticsearch's own, in which everything is true or false: a condition on a missing field
is false, its negation true. A field with several values matches when any of them does. Keyword fields compare whole
values and tell upper from lower case; text fields find words (`analysis`). Source:
https://www.elastic.co/docs/reference/query-languages/kql and kbn-es-query's translation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase

from simulator.errors import InvalidRule, Location, UnsupportedRule
from simulator.ir import (
    Call,
    Case,
    Cidr,
    Compare,
    Expr,
    Field,
    Filter,
    IsNull,
    Literal,
    Op,
    Problem,
    Regex,
    Status,
    Test,
    Value,
    Wild,
)
from simulator.languages.context import Compiled
from simulator.languages.ecs import Fields, fields, holds_addresses, network
from simulator.languages.embedded import Query
from simulator.languages.kuery import analysis
from simulator.languages.kuery.ast import Is, Logical, Negation, Nested, Node, Range, Word
from simulator.languages.kuery.parser import parse
from simulator.languages.kuery.times import instant
from simulator.languages.predicates import FALSE, TRUE, all_of, any_of, glob, like, negated
from simulator.tables import Table, Type

_OPS = {"<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}
_NUMBERS = (Type.INTEGER, Type.REAL, Type.INTEGERS, Type.REALS)
_TEXT = "_text"
_IN_LINE = {Wild.ANY: r"[^\n]*", Wild.ONE: r"[^\n]"}


def compile_query(
    query: Query,
    schemas: Mapping[str, Table],
    *,
    indices: Sequence[str] = (),
    place: Location | None = None,
) -> Compiled:
    """The plan of a Kibana query over the tables behind `indices` (all Elastic tables without); `place` is where they
    are named. Raises InvalidRule and UnsupportedRule."""
    known = fields(indices, schemas, place or query.at(0))
    lowering = Lowering(query, known)
    try:
        node = parse(query)
        where = TRUE if node is None else lowering.condition(node)
    except RecursionError:
        raise InvalidRule(query.at(0), "the query is nested too deeply") from None
    source = known.source()
    plan = Filter(known.read(source) if lowering.rows else source, where)
    return Compiled(plan, tuple(known.warnings))


def condition(query: Query, known: Fields) -> Expr:
    """What a query says of an event of `known` tables, never unknown: for a query inside another language. The fields
    it reads are noted in `known`. Raises InvalidRule and UnsupportedRule."""
    try:
        node = parse(query)
        return TRUE if node is None else Lowering(query, known).condition(node)
    except RecursionError:
        raise InvalidRule(query.at(0), "the query is nested too deeply") from None


class Lowering:
    """Conditions of one query. `rows` says whether they can only be tested on rows."""

    def __init__(self, query: Query, known: Fields) -> None:
        self.query = query
        self.fields = known
        self.rows = False

    def condition(self, node: Node, prefix: str = "") -> Expr:
        """True or false of each event. `prefix` is the path of the nested field around the node."""
        match node:
            case Logical("and", items):
                return all_of(self.condition(item, prefix) for item in items)
            case Logical(_, items):
                return any_of(self.condition(item, prefix) for item in items)
            case Negation(item):
                return negated(self.condition(item, prefix))
            case Nested(field, item):
                # One value of a nested field must satisfy all of the inner query. Events here are flat: each inner
                # condition is asked of all of its values (docs/languages.md).
                return self.condition(item, f"{prefix}{field.text}.")
            case Is(field, value):
                if field is None:
                    return self.anywhere(value)
                return self.each(field, prefix, value, lambda name: self.equals(name, value))
            case Range(field, operator, value):
                return self.each(field, prefix, value, lambda name: self.compares(name, operator, value))

    def each(self, field: Word, prefix: str, value: Word, one: Callable[[str], Expr]) -> Expr:
        """The condition for the field, or for any field that a name with wildcards stands for."""
        if not field.wild:
            return one(prefix + field.text)
        if field.text == "*" and not prefix:
            return self.anywhere(value)
        pattern = prefix + field.text
        names = [name for name in self.fields.kinds if fnmatchcase(name, pattern)] or likely_names(pattern)
        if not names:
            message = f"no known field is named like {pattern!r}"
            raise UnsupportedRule(self.query.at(field.at), f"{message}\n{self.query.shown(field.at, field.width)}")
        if names[0] not in self.fields.kinds:
            message = f"no known field is named like {pattern!r}; taken to be {', '.join(names)}"
            self.fields.warnings.append(Problem(Status.INVALID, self.query.at(field.at), message, warning=True))
        return any_of(one(name) for name in names)

    def use(self, name: str, place: Word, kind: Type) -> tuple[str, Case, bool, Type]:
        """The column that a field means, how it compares, whether it is analysed text, and its kind."""
        column, case, analysed = self.fields.column(name)
        kind = self.fields.use(column, self.query.at(place.at), like=kind)
        return column, case or Case.EXACT, analysed, kind

    def equals(self, name: str, value: Word) -> Expr:
        """field: value"""
        column, case, analysed, kind = self.use(name, value, Type.TEXT)
        if value.wild:
            if value.parts == (Wild.ANY,):
                return negated(IsNull(column))
            return self.wildcard(column, value, case, analysed)
        text = value.text
        if not value.quoted and text == "null":
            return IsNull(column)
        if kind in _NUMBERS:
            try:
                return Compare(column, Op.EQ, float(text) if "." in text else int(text))
            except ValueError:
                return FALSE  # Kibana's queries are lenient: no number equals a text
        if kind is Type.BOOLEAN or (not value.quoted and text.lower() in ("true", "false")):
            return like(column, (text,), Case.FOLD)
        if kind in (Type.TIME, Type.TIMES):
            if instant(text, up=False) is None:
                return FALSE
            return all_of((self.at_time(column, ">=", text, value), self.at_time(column, "<=", text, value)))
        if analysed:
            return self.text(column, value)
        if holds_addresses(column) and (net := network(text)):
            return Cidr(column, net)
        return like(column, (text,) if text else (), case)

    def wildcard(self, column: str, value: Word, case: Case, analysed: bool) -> Expr:
        """field: val*"""
        if not analysed:
            return like(column, glob(value.parts), case)
        found = analysis.pattern(value.parts)
        return FALSE if found is None else Regex(column, found, "i")

    def text(self, column: str, value: Word) -> Expr:
        """A text field: the phrase, or without quotation marks any of the words."""
        words = analysis.words(value.text)
        if not words:
            return FALSE
        if value.quoted:
            return Regex(column, analysis.phrase(words), "i")
        return any_of(Regex(column, analysis.phrase([word]), "i") for word in words)

    def anywhere(self, value: Word) -> Expr:
        """A value that stands in any field: as the whole of one value, or as words of the message."""
        if value.parts == (Wild.ANY,):
            return TRUE
        line = "".join(_quoted(p) if isinstance(p, str) else _IN_LINE[p] for p in value.parts)
        message, _, _, _ = self.use("message", value, Type.TEXT)
        whole = Regex(_TEXT, rf"^{line}$", "m")
        inside = self.wildcard(message, value, Case.EXACT, True) if value.wild else self.text(message, value)
        return any_of((whole, inside))

    def compares(self, name: str, operator: str, value: Word) -> Expr:
        """field < value"""
        if value.wild or not value.text:
            place = self.query.at(value.at)
            raise InvalidRule(place, f"`{operator}` needs a value\n{self.query.shown(value.at, value.width)}")
        text = value.text
        number = _number(text)
        like = Type.TEXT if number is None else Type.INTEGER if isinstance(number, int) else Type.REAL
        if number is None and instant(text, up=False) is not None:
            like = Type.TIME
        column, _, _, kind = self.use(name, value, like)
        if kind in (Type.TIME, Type.TIMES):
            return self.at_time(column, operator, text, value)
        if number is not None:
            return Compare(column, _OPS[operator], number)
        if kind in _NUMBERS:
            place = self.query.at(value.at)
            raise InvalidRule(place, f"{text!r} is no number\n{self.query.shown(value.at, value.width)}")
        if kind.element is not None:
            raise UnsupportedRule(self.query.at(value.at), f"`{operator}` between texts of a field with several values")
        return self.less(operator, Field(column), Literal(text, Type.TEXT))

    def at_time(self, column: str, operator: str, text: str, value: Word) -> Expr:
        """A time compares with a date or date math. `<=` and `>` take the end of a unit that is rounded to."""
        when = instant(text, up=operator in ("<=", ">"))
        if when is None:
            message = f"{text!r} is no date, or counts in months or years"
            raise UnsupportedRule(self.query.at(value.at), f"{message}\n{self.query.shown(value.at, value.width)}")
        return self.less(operator, Field(column), when)

    def less(self, operator: str, a: Value, b: Value) -> Expr:
        """a < b, and its like; false where either is null."""
        self.rows = True
        if operator in (">", "<="):
            a, b = b, a
        found: Value = Call("less", (a, b), Type.BOOLEAN)
        if operator in ("<=", ">="):
            found = Call("not", (found,), Type.BOOLEAN)
        return Test(Call("coalesce", (found, Literal(False, Type.BOOLEAN)), Type.BOOLEAN))


_HASHES = ("md5", "sha1", "sha256", "sha384", "sha512", "ssdeep", "tlsh")
"""The fields of ECS's `hash`."""
_PLACES = 5


def likely_names(pattern: str) -> list[str]:
    """Fields that a name with wildcards may stand for where no table is known: of `x.hash.*` those of ECS; of `x.*.y`
    the field of a list of objects (`x.y`), or of its first elements by their numbers (`x.0.y`), as integrations name
    them. None for other patterns."""
    if pattern.endswith(".hash.*") and "*" not in pattern[:-1]:
        return [pattern[:-1] + one for one in _HASHES]
    if pattern.replace(".*.", ".").count("*") or ".*." not in pattern:
        return []
    found = [""]
    for place, part in enumerate(pattern.split(".*.")):
        ends = [""] if place == 0 else [".", *(f".{number}." for number in range(_PLACES))]
        found = [before + end + part for before in found for end in ends]
    return found


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def _quoted(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\^$.|?*+()[]{}/#-" else char for char in text)
