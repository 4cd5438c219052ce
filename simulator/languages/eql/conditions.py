"""EQL's conditions as predicates of the IR.

Elasticsearch translates a condition to its query language, in which everything is true or false: a comparison with a
missing field is false and its negation true. A field with several values matches when any of them does. What its
functions do to a value is computed as a column of its own (`#0`, `#1` …), so that all conditions are predicates on
columns. Sources: https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax and how Elasticsearch's own tests
translate (x-pack/plugin/eql, querytranslator_tests.txt).
"""

from __future__ import annotations

from simulator.ir import (
    Call,
    Case,
    Cidr,
    Compare,
    Const,
    Expr,
    FieldPair,
    IsNull,
    Literal,
    Named,
    Op,
    Pair,
    Regex,
    Test,
    Value,
    Wild,
)
from simulator.languages.ecs import Fields, holds_addresses, network
from simulator.languages.embedded import Query
from simulator.languages.eql.ast import (
    Comparison,
    Constant,
    Expression,
    FieldName,
    Function,
    Logical,
    Lookup,
    Negation,
)
from simulator.languages.eql.calls import PREDICATES, as_text, checked, value_of
from simulator.languages.eql.constants import constant, text
from simulator.languages.eql.lexer import invalid, unsupported
from simulator.languages.eql.regexes import Unwritable, to_pcre
from simulator.languages.predicates import FALSE, all_of, any_of, glob, like, negated
from simulator.tables import Type

_OPS = {"==": Op.EQ, "!=": Op.NE, "<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_PAIRS = {"startswith": Pair.STARTS, "endswith": Pair.ENDS, "stringcontains": Pair.CONTAINS}
_REPEAT_LIMIT = 1000
"""How often regular expressions may repeat something at once."""

Plain = str | int | float | bool | None


class Conditions:
    """Lowers the conditions of one event filter. `computed` are the columns it needs beside the event's own."""

    def __init__(self, query: Query, fields: Fields) -> None:
        self.query = query
        self.fields = fields
        self.computed: list[Named] = []
        self.rows = False
        """Whether the condition can only be tested on rows."""

    def condition(self, expression: Expression) -> Expr:
        """True or false of each event, never unknown."""
        match expression:
            case Constant(None):
                return FALSE
            case Constant(bool() as value):
                return Const(value)
            case Logical("and", items):
                return all_of(self.condition(item) for item in items)
            case Logical(_, items):
                return any_of(self.condition(item) for item in items)
            case Negation(item):
                return negated(self.condition(item))
            case FieldName(at=at):
                name, _ = self.field(expression, Type.BOOLEAN)
                return self.equal(name, True, Case.EXACT, at)
            case Function() if expression.name.lower() in PREDICATES:
                return self.called(expression)
            case Comparison():
                return self.comparison(expression)
            case Lookup():
                return self.lookup(expression)
            case Function():
                checked(expression, self.query)
                raise invalid(self.query, expression.at, f"{expression.name} is no condition", len(expression.name))
            case _:
                raise invalid(self.query, expression.at, "this is no condition")

    # Columns

    def field(self, name: FieldName, kind: Type) -> tuple[str, Case | None]:
        """The column that a field means, and how its multi-field compares."""
        column, case, _ = self.fields.column(name.name)
        self.fields.use(column, self.query.at(name.at), like=kind, optional=name.optional)
        return column, case

    def column(self, expression: Expression, kind: Type = Type.TEXT) -> tuple[str, Case | None]:
        """A column that holds the value of `expression`: an event's own, or one computed."""
        if isinstance(expression, Function) and expression.name.lower() == "string":
            checked(expression, self.query)
            if isinstance(expression.args[0], FieldName):
                expression = expression.args[0]  # text predicates see every value as text
        if isinstance(expression, FieldName):
            return self.field(expression, kind)
        value, _ = value_of(expression, self.query, self.fields, kind)
        return self.compute(value), None

    def compute(self, value: Value) -> str:
        """The name of a column that holds `value`."""
        self.rows = True
        for name, known in self.computed:
            if known == value:
                return name
        name = f"#{len(self.computed)}"
        self.computed.append((name, value))
        return name

    def test(self, value: Value) -> Expr:
        """The BOOLEAN value is true; null is false."""
        self.rows = True
        return Test(Call("coalesce", (value, Literal(False, Type.BOOLEAN)), Type.BOOLEAN))

    # Comparisons

    def comparison(self, node: Comparison) -> Expr:
        """left op right"""
        operator, left, right = node.operator, node.left, node.right
        if constant(left) is not None and constant(right) is None:
            operator, left, right = _TURNED[operator], right, left
        known = constant(right)
        if known is None:
            return self.two_columns(operator, left, right, node.at)
        if (own := constant(left)) is not None:
            return Const(_holds(operator, own.value, known.value))
        value = known.value
        if isinstance(value, bool) and operator in ("==", "!=") and _is_condition(left):
            inner = self.condition(left)
            return inner if value == (operator == "==") else negated(inner)
        if operator == "==":
            return self.equals(left, value, node.at)
        if operator == "!=" and value is None:
            return negated(self.equals(left, None, node.at))
        if isinstance(left, Function) and left.name.lower() == "length" and isinstance(value, int):
            return self.longer(left, operator, value)
        if operator == "!=":
            # Of a field: no value is equal, or there is none. Of a computed value, missing is not different.
            different = negated(self.equals(left, value, node.at))
            if isinstance(left, FieldName):
                return different
            column, _ = self.column(left)
            return all_of((negated(IsNull(column)), different))
        return self.ordered(operator, left, value, node.at)

    def equals(self, left: Expression, value: Plain, at: int) -> Expr:
        """left == constant"""
        if isinstance(left, Function) and left.name.lower() == "length" and isinstance(value, int):
            return self.longer(left, "==", value)
        column, case = self.column(left, _kind_of(value))
        return self.equal(column, value, case or Case.EXACT, at)

    def equal(self, column: str, value: Plain, case: Case, at: int) -> Expr:
        """A column equals a constant: texts whole, numbers as numbers, addresses as addresses."""
        match value:
            case None:
                return IsNull(column)
            case bool():
                return like(column, (text(value),), Case.EXACT)
            case int() | float():
                return Compare(column, Op.EQ, value)
            case str() if holds_addresses(column) and (net := network(value)):
                return Cidr(column, net)
            case _:
                return like(column, (value,) if value else (), case)

    def ordered(self, operator: str, left: Expression, value: Plain, at: int) -> Expr:
        """left < constant, and its like."""
        if value is None:
            return FALSE
        if isinstance(value, bool):
            raise invalid(self.query, at, f"true and false cannot be compared with `{operator}`", len(operator))
        if isinstance(value, int | float):
            column, _ = self.column(left, Type.INTEGER if isinstance(value, int) else Type.REAL)
            return Compare(column, _OPS[operator], value)
        typed, kind = value_of(left, self.query, self.fields)
        if kind is Type.TIME:
            return self.less(operator, typed, Call("to_time", (Literal(value, Type.TEXT),), Type.TIME))
        if kind in (Type.INTEGER, Type.REAL):
            try:
                number = float(value)
            except ValueError:
                raise invalid(self.query, at, f"{value!r} is no number") from None
            column, _ = self.column(left)
            return Compare(column, _OPS[operator], number)
        return self.less(operator, as_text((typed, kind)), Literal(value, Type.TEXT))

    def less(self, operator: str, a: Value, b: Value) -> Expr:
        """a < b, and its like, of one kind."""
        if operator in (">", "<="):
            a, b = b, a
        found: Value = Call("less", (a, b), Type.BOOLEAN)
        if operator in ("<=", ">="):
            found = Call("not", (found,), Type.BOOLEAN)
        return self.test(found)

    def two_columns(self, operator: str, left: Expression, right: Expression, at: int) -> Expr:
        """left op right, neither a constant. Elasticsearch compares fields with constants only, but for the arguments
        of its functions; other EQLs do, and it means what it says."""
        if operator in ("==", "!="):
            one, case = self.column(left)
            other, _ = self.column(right)
            same = FieldPair(one, other, Pair.EQUALS, case or Case.EXACT)
            return same if operator == "==" else negated(same)
        (a, first), (b, second) = (value_of(side, self.query, self.fields, Type.INTEGER) for side in (left, right))
        if first is not second:
            if Type.TIME in (first, second):
                raise unsupported(self.query, at, "a time compared with something else", len(operator))
            a, b = (
                value if kind is Type.REAL else Call("to_real", (value,), Type.REAL)
                for value, kind in ((a, first), (b, second))
            )
        return self.less(operator, a, b)

    def longer(self, call: Function, operator: str, number: int) -> Expr:
        """length(x) op number, as a pattern of so many characters."""
        checked(call, self.query)
        column, _ = self.column(call.args[0])
        match operator:
            case ">":
                return sized(column, number + 1, None)
            case ">=":
                return sized(column, number, None)
            case "<":
                return sized(column, 0, number - 1)
            case "<=":
                return sized(column, 0, number)
            case "==":
                return sized(column, number, number)
            case _:
                return any_of((sized(column, 0, number - 1), sized(column, number + 1, None)))

    # Lists of values

    def lookup(self, node: Lookup) -> Expr:
        """left operator (values)"""
        values = [constant(value) for value in node.values]
        known = constant(node.left)
        if known is not None and not isinstance(node.left, Constant):
            node = Lookup(node.operator, known, node.values, node.negated, node.at)
        if all(value is not None for value in values) and values:
            first = next((value.value for value in values if value is not None), None)
            if isinstance(first, bool) and _is_condition(node.left) and len(values) == 1:
                inner = self.condition(node.left)
                return inner if first != node.negated else negated(inner)
            column, case = self.column(node.left, _kind_of(first))
            found = any_of(self.matches(column, node.operator, value, case) for value in values if value is not None)
        elif node.operator in (":", "in", "in~"):
            column, case = self.column(node.left)
            fold = Case.EXACT if node.operator == "in" else Case.FOLD
            found = any_of(self.one_of(column, value, fold, case) for value in node.values)
        else:
            raise invalid(self.query, node.at, f"`{node.operator}` compares with texts", len(node.operator))
        return negated(found) if node.negated else found

    def one_of(self, column: str, value: Expression, fold: Case, case: Case | None) -> Expr:
        """The column equals a value that may be a field."""
        if (known := constant(value)) is not None:
            return self.matches(column, ":" if fold is Case.FOLD else "in", known, case)
        other, _ = self.column(value)
        return FieldPair(column, other, Pair.EQUALS, case or fold)

    def matches(self, column: str, operator: str, value: Constant, case: Case | None) -> Expr:
        """The column matches one constant."""
        plain = value.value
        if not isinstance(plain, str):
            if operator in ("like", "like~", "regex", "regex~"):
                raise invalid(self.query, value.at, f"`{operator}` compares with texts")
            return self.equal(column, plain, Case.EXACT, value.at)
        match operator:
            case ":" | "like~":
                return self.wildcard(column, plain, Case.FOLD, value.at)
            case "like":
                return self.wildcard(column, plain, case or Case.EXACT, value.at)
            case "in~":
                return self.equal(column, plain, Case.FOLD, value.at)
            case "in":
                return self.equal(column, plain, case or Case.EXACT, value.at)
            case _:
                return self.regex(column, plain, operator == "regex~" or case is Case.FOLD, value.at)

    def wildcard(self, column: str, pattern: str, case: Case, at: int) -> Expr:
        """The column matches a pattern with `*` and `?`; there is no escape for them."""
        if "*" not in pattern and "?" not in pattern:
            return self.equal(column, pattern, case, at)
        return like(column, glob(_WILD.get(char, char) for char in pattern), case)

    def regex(self, column: str, pattern: str, fold: bool, at: int) -> Expr:
        """The whole column matches a regular expression of Lucene."""
        try:
            return Regex(column, to_pcre(pattern), "si" if fold else "s")
        except Unwritable as error:
            raw = 3 if self.query.text.startswith('"""', at) else 1
            raise (unsupported if error.valid else invalid)(self.query, at + raw + error.at, error.message) from None

    # Functions that are conditions

    def called(self, call: Function) -> Expr:
        """startsWith, endsWith, stringContains, cidrMatch, wildcard, match"""
        name = checked(call, self.query)
        first, *others = call.args
        case = Case.FOLD if call.folded else Case.EXACT
        known = [constant(other) for other in others]
        if any(one is not None and one.value is None for one in (*known, constant(first))):
            return FALSE
        if name in _PAIRS and known[0] is None:
            column, own = self.column(first)
            other, _ = self.column(others[0])
            return FieldPair(column, other, _PAIRS[name], own or case)
        plain: list[tuple[str, int]] = []
        for given, pattern in zip(others, known, strict=True):
            if pattern is None:
                raise unsupported(self.query, given.at, f"a field as a pattern of {call.name}")
            plain.append((text(pattern.value), pattern.at))
        column, own = self.column(first)
        case = own or case
        match name:
            case "startswith":
                return like(column, glob((plain[0][0], Wild.ANY)), case)
            case "endswith":
                return like(column, glob((Wild.ANY, plain[0][0])), case)
            case "stringcontains":
                return like(column, glob((Wild.ANY, plain[0][0], Wild.ANY)), case) if plain[0][0] else FALSE
            case "cidrmatch":
                return any_of(self.inside(column, one, at) for one, at in plain)
            case "wildcard":
                return any_of(self.wildcard(column, one, case, at) for one, at in plain)
            case _:
                return any_of(self.regex(column, one, case is Case.FOLD, at) for one, at in plain)

    def inside(self, column: str, block: str, at: int) -> Expr:
        """The column holds an address inside the network."""
        found = network(block)
        if found is None:
            raise invalid(self.query, at, f"{block!r} is no network in CIDR notation", len(block) + 2)
        return Cidr(column, found)


_WILD: dict[str, Wild] = {"*": Wild.ANY, "?": Wild.ONE}


def sized(column: str, low: int, high: int | None) -> Expr:
    """A text of `column` has from `low` to `high` characters (None: any number)."""
    low = max(low, 0)
    if high is None and low == 0:
        return negated(IsNull(column))
    if high is not None and high < low:
        return FALSE
    if low <= 32 and high in (None, low):
        return like(column, (*(Wild.ONE,) * low, *((Wild.ANY,) if high is None else ())), Case.EXACT)
    rest = "" if high is None else rf"{_repeated(high - low, least=0)}\z"
    return Regex(column, rf"\A{_repeated(low)}{rest}", "s")


def _repeated(number: int, least: int | None = None) -> str:
    """So many characters, or from `least` to so many."""
    lowest = "" if least is None else f"{least},"
    whole, over = divmod(number, _REPEAT_LIMIT)
    thousands = f"(?:.{{{lowest}{_REPEAT_LIMIT}}}){{{whole}}}" if whole else ""
    return thousands + (f".{{{lowest}{over}}}" if over else "")


def _kind_of(value: Plain) -> Type:
    match value:
        case bool():
            return Type.BOOLEAN
        case int():
            return Type.INTEGER
        case float():
            return Type.REAL
        case _:
            return Type.TEXT


def _is_condition(expression: Expression) -> bool:
    match expression:
        case Logical() | Negation() | Comparison() | Lookup():
            return True
        case Function(name):
            return name.lower() in PREDICATES
        case _:
            return False


def _holds(operator: str, a: Plain, b: Plain) -> bool:
    """Whether two constants compare so. Null is equal to null alone, and ordered with nothing."""
    if operator in ("==", "!="):
        return (a == b) == (operator == "==")
    if a is None or b is None or isinstance(a, str) is not isinstance(b, str):
        return False
    if isinstance(a, str) and isinstance(b, str):
        order = (a > b) - (a < b)
    else:
        order = (float(a) > float(b)) - (float(a) < float(b))
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]
