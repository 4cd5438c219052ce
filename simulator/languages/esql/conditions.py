"""Conditions: syntax -> predicates of the IR, leaf predicates wherever their meaning is exactly the query's.

Everything is three-valued: a missing value makes a comparison unknown. On a column of several values comparisons, IN,
LIKE and RLIKE are null unless it holds one value
(https://www.elastic.co/docs/reference/query-languages/esql/esql-multivalued-fields). KQL, QSTR, MATCH and `:` are
searches: true or false, true when any value matches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from simulator.ir import (
    And,
    Case,
    Cidr,
    Compare,
    Const,
    Expr,
    FieldPair,
    Glob,
    IsNull,
    Like,
    Literal,
    Missing,
    Not,
    Op,
    Or,
    Pair,
    Regex,
    Term,
    Test,
    Truth,
    Wild,
)
from simulator.ir import Field as Column
from simulator.languages.ecs import network
from simulator.languages.esql.patterns import LuceneError, glob_text, like_glob, lucene_regex
from simulator.languages.esql.syntax import (
    Binary,
    Constant,
    Function,
    Logic,
    Name,
    Node,
    Null,
    OneOf,
    Unary,
)
from simulator.languages.esql.typed import UNKNOWN, Typed, call, cast, common, element, single
from simulator.tables import Type

if TYPE_CHECKING:
    from simulator.languages.esql.values import Lowering

OPS = {"==": Op.EQ, "!=": Op.NE, "<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NUMERIC = (Type.INTEGER, Type.REAL)


def condition(low: Lowering, node: Node) -> Expr:
    """`node` as a predicate."""
    match node:
        case Logic(operator="and", items=items):
            return And(tuple(condition(low, item) for item in items))
        case Logic(items=items):
            return Or(tuple(condition(low, item) for item in items))
        case Unary(operator="not", item=item):
            return Not(condition(low, item))
        case Constant(value=bool() as value):
            return Const(value)
        case Constant(value=None):
            return Test(UNKNOWN.value)
        case Null(item=item):
            return _is_null(low, item)
        case Binary(operator="like" | "rlike" as operator, left=left, right=right):
            return _pattern(low, operator, left, (right,))
        case OneOf(operator="like" | "rlike" as operator, item=item, choices=choices):
            return _pattern(low, operator, item, choices)
        case OneOf(item=item, choices=choices):
            return Or(tuple(_compared(low, "==", item, choice) for choice in choices))
        case Binary(operator=":", left=left, right=right):
            return _search(low, left, right)
        case Binary(operator=operator, left=left, right=right) if operator in OPS:
            return _compared(low, operator, left, right)
        case Function(name=name) if name in _FUNCTIONS:
            return _FUNCTIONS[name](low, node)
        case _:
            return _boolean(low, node)


def _boolean(low: Lowering, node: Node) -> Expr:
    typed = low.value(node)
    if isinstance(typed.value, Truth):
        return typed.value.expr
    if isinstance(typed.value, Column) and typed.kind is Type.BOOLEAN:
        return Like(typed.value.name, ("true",), Case.EXACT, Missing.UNKNOWN)
    return Test(cast(typed, Type.BOOLEAN).value)


def _is_null(low: Lowering, item: Node) -> Expr:
    typed = low.value(item)
    if typed.null:
        return Const(True)
    if isinstance(typed.value, Column):
        return IsNull(typed.value.name)
    return Test(call("is_null", Type.BOOLEAN, typed).value)


def _compared(low: Lowering, operator: str, left: Node, right: Node) -> Expr:
    ours, theirs = low.value(left), low.value(right)
    if ours.null or theirs.null:
        return Test(UNKNOWN.value)
    if isinstance(ours.value, Literal) and not isinstance(theirs.value, Literal):
        ours, theirs, operator, left = theirs, ours, _MIRRORED[operator], right
    ours = single(ours)
    if isinstance(theirs.value, Literal) and isinstance(ours.value, Column):
        base = low.caseless(left)
        case = Case.FOLD if base else Case.EXACT
        if leaf := _leaf(base or ours.value.name, ours.kind, operator, theirs, case):
            return leaf
    theirs = single(theirs)
    if (
        isinstance(ours.value, Column)
        and isinstance(theirs.value, Column)
        and ours.kind is theirs.kind is Type.TEXT
        and operator in ("==", "!=")
    ):
        pair = FieldPair(ours.value.name, theirs.value.name, Pair.EQUALS, Case.EXACT, Missing.UNKNOWN)
        return pair if operator == "==" else Not(pair)
    return Test(_related(operator, ours, theirs).value)


def _related(operator: str, ours: Typed, theirs: Typed) -> Typed:
    """A comparison of two single values."""
    kind = Type.TIME if Type.TIME in (ours.kind, theirs.kind) else common((ours, theirs))
    ours, theirs = cast(ours, kind), cast(theirs, kind)
    match operator:
        case "==":
            return call("equal", Type.BOOLEAN, ours, theirs)
        case "!=":
            return call("not", Type.BOOLEAN, call("equal", Type.BOOLEAN, ours, theirs))
        case "<":
            return call("less", Type.BOOLEAN, ours, theirs)
        case ">":
            return call("less", Type.BOOLEAN, theirs, ours)
        case "<=":
            return call("not", Type.BOOLEAN, call("less", Type.BOOLEAN, theirs, ours))
        case _:
            return call("not", Type.BOOLEAN, call("less", Type.BOOLEAN, ours, theirs))


def _leaf(column: str, kind: Type, operator: str, literal: Typed, case: Case) -> Expr | None:
    """The leaf that says the same of a column of one value, if there is one."""
    assert isinstance(literal.value, Literal)
    value = literal.value.value
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, str) and kind is not Type.TIME and operator in ("==", "!="):
        like = Like(column, (value,) if value else (), case, Missing.UNKNOWN)
        return like if operator == "==" else Not(like)
    if isinstance(value, (int, float)) and literal.kind in _NUMERIC and kind in (*_NUMERIC, Type.TEXT):
        if operator == "!=":
            return Not(Compare(column, Op.EQ, value, Missing.UNKNOWN))
        return Compare(column, OPS[operator], value, Missing.UNKNOWN)
    return None


def _pattern(low: Lowering, operator: str, item: Node, choices: Sequence[Node]) -> Expr:
    typed = low.value(item)
    if typed.null:
        return Test(UNKNOWN.value)
    base = low.caseless(item) if typed.kind is Type.TEXT else None
    column = base or low.scope.hide(cast(single(typed), Type.TEXT))
    case = Case.FOLD if base else Case.EXACT
    found = tuple(_matching(low, operator, column, choice, case) for choice in choices)
    return found[0] if len(found) == 1 else Or(found)


def _matching(low: Lowering, operator: str, column: str, choice: Node, case: Case) -> Expr:
    pattern = low.constant_text(choice, "a pattern")
    if pattern is None:
        return Test(UNKNOWN.value)
    if operator == "like":
        return Like(column, like_glob(pattern), case, Missing.UNKNOWN)
    try:
        regex = lucene_regex(pattern)
    except LuceneError as error:
        raise low.scope.unsupported(choice.at, choice.end, f"the regular expression {error}") from None
    return Regex(column, regex, "si" if case is Case.FOLD else "s", Missing.UNKNOWN)


def _search(low: Lowering, left: Node, right: Node) -> Expr:
    """`field : query` on a field of the index: any value equals the query (as keyword and number fields are searched),
    or for analysed text, all its words are there in any order."""
    if not isinstance(left, Name):
        raise low.scope.unsupported(left.at, left.end, "a search in anything but a field is not supported")
    typed = low.value(left)
    column = low.scope.hide(typed)
    query = low.value(right)
    if not isinstance(query.value, Literal):
        raise low.scope.invalid(right, "a search takes a constant")
    if low.analysed(left.name):
        words = str(query.value.value).split()
        return Or(tuple(_word(column, word) for word in words))
    value = query.value.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Compare(column, Op.EQ, value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Like(column, (text,) if text else (), Case.EXACT)


def _word(column: str, word: str) -> Expr:
    return Term(column, word)


def _match(low: Lowering, node: Function) -> Expr:
    if len(node.args) != 2:
        raise low.scope.invalid(node, f"{node.name.upper()} takes a field and a query")
    if node.name == "match_phrase" and isinstance(node.args[0], Name) and low.analysed(node.args[0].name):
        column = low.scope.hide(low.value(node.args[0]))
        return _word(column, str(low.constant_text(node.args[1], "a phrase")))
    return _search(low, node.args[0], node.args[1])


def _affix(low: Lowering, node: Function) -> Expr:
    if len(node.args) != 2:
        raise low.scope.invalid(node, f"{node.name.upper()} takes two arguments")
    text, part = (cast(single(low.value(arg)), Type.TEXT) for arg in node.args)
    if text.null or part.null:
        return Test(UNKNOWN.value)
    if isinstance(part.value, Literal) and isinstance(part.value.value, str):
        literal = (part.value.value,) if part.value.value else ()
        globs: dict[str, Glob] = {
            "starts_with": (*literal, Wild.ANY),
            "ends_with": (Wild.ANY, *literal),
            "contains": (Wild.ANY, *literal, Wild.ANY) if literal else (Wild.ANY,),
        }
        return Like(low.scope.hide(text), globs[node.name], Case.EXACT, Missing.UNKNOWN)
    relation = {"starts_with": Pair.STARTS, "ends_with": Pair.ENDS, "contains": Pair.CONTAINS}[node.name]
    return FieldPair(low.scope.hide(text), low.scope.hide(part), relation, Case.EXACT, Missing.UNKNOWN)


def _cidr(low: Lowering, node: Function) -> Expr:
    if len(node.args) < 2:
        raise low.scope.invalid(node, "CIDR_MATCH takes an address and networks")
    address = low.value(node.args[0])
    if address.null:
        return Test(UNKNOWN.value)
    column = low.scope.hide(cast(single(address), Type.TEXT))
    found = list[Expr]()
    for arg in node.args[1:]:
        for text in low.constant_texts(arg, "a network"):
            block = network(text)
            if block is None:
                raise low.scope.invalid(arg, f"{text!r} is no network")
            found.append(Cidr(column, block, Missing.UNKNOWN))
    return found[0] if len(found) == 1 else Or(tuple(found))


def _inner(low: Lowering, node: Function) -> Expr:
    if len(node.args) != 1 or not isinstance(node.args[0], Constant) or not isinstance(node.args[0].value, str):
        raise low.scope.invalid(node, f"{node.name.upper()} takes one constant text")
    return low.search(node.name, node.args[0])


_FUNCTIONS: dict[str, Callable[[Lowering, Function], Expr]] = {
    "starts_with": _affix,
    "ends_with": _affix,
    "contains": _affix,
    "cidr_match": _cidr,
    "kql": _inner,
    "qstr": _inner,
    "match": _match,
    "match_phrase": _match,
}

CONDITION_FUNCTIONS = frozenset(_FUNCTIONS)
"""Functions that are conditions."""


def necessary(low: Lowering, node: Node) -> Expr | None:
    """A predicate of leaves on fields of the index that holds wherever `node` is true, or None: what the sieve can ask
    beforehand when `node` itself is more than leaves."""
    match node:
        case Logic(operator="and", items=items):
            found = tuple(one for item in items if (one := necessary(low, item)) is not None)
            return And(found) if found else None
        case Logic(items=items):
            each = tuple(necessary(low, item) for item in items)
            return None if None in each else Or(tuple(one for one in each if one is not None))
        case Unary(operator="not", item=Null(item=Name() as name)) if name.name in low.scope.raw:
            return Not(IsNull(name.name))
        case Unary(operator="not", item=Null(item=Name(name=name))) if isinstance(
            low.scope.defined.get(name), Function
        ):
            return _chosen(low, low.scope.defined[name], lambda value: value is not None)
        case Binary(operator="!=", left=Name(name=name), right=Constant(value=told)) if _is_choice(low, name):
            return _chosen(low, low.scope.defined[name], lambda value: value is not None and value != told)
        case Binary(operator="==", left=Name(name=name), right=Constant(value=told)) if _is_choice(low, name):
            return _chosen(low, low.scope.defined[name], lambda value: value is not None and value == told)
        case Binary(operator="==" | "like" as operator, left=left, right=Constant(value=str() as text)):
            return _any_value(low, left, like_glob(text) if operator == "like" else (text,) if text else ())
        case OneOf(operator="in" | "like" as operator, item=item, choices=choices):
            each = tuple(
                necessary(low, Binary(item.at, item.end, "==" if operator == "in" else "like", item, choice))
                for choice in choices
            )
            return None if None in each else Or(tuple(one for one in each if one is not None))
        case Binary(operator="==", left=Name() as name, right=Constant(value=int() | float() as number)) if (
            name.name in low.scope.raw and not isinstance(number, bool)
        ):
            return Compare(name.name, Op.EQ, number)
        case Name(name=name) if name in low.scope.defined:
            return necessary(low, low.scope.defined[name])
        case Function(name="cidr_match", args=(Name(name=name), *_)) if name in low.scope.raw:
            return condition(low, node) if low.scope.columns[name] is Type.TEXT else None
        case Function(name="kql" | "qstr") if low.scope.fields is not None:
            return condition(low, node)
        case _:
            return None


def _is_choice(low: Lowering, name: str) -> bool:
    made = low.scope.defined.get(name)
    return isinstance(made, Function) and made.name == "case"


def _chosen(low: Lowering, made: Node, fits: Callable[[object], bool]) -> Expr | None:
    """What is necessary for a CASE to give a constant that fits: any of the conditions before one that does."""
    if not isinstance(made, Function) or made.name != "case":
        return None
    pairs = list(zip(made.args[:-1:2], made.args[1::2], strict=False))
    otherwise = made.args[-1] if len(made.args) % 2 else Constant(0, 0, None)
    if not isinstance(otherwise, Constant) or fits(otherwise.value):
        return None
    found = list[Expr]()
    for when, value in pairs:
        if isinstance(value, Constant) and not fits(value.value):
            continue
        one = necessary(low, when)
        if one is None:
            return None
        found.append(one)
    return Or(tuple(found))


def _any_value(low: Lowering, node: Node, glob: Glob) -> Expr | None:
    case = Case.EXACT
    while True:
        match node:
            case Name(name=name) if name in low.scope.raw:
                if element(low.scope.columns[name]) is not Type.TEXT:
                    return None
                base = low.caseless(node)
                return Like(base or name, glob, Case.FOLD if base else case)
            case Name(name=name) if name in low.scope.defined:
                node = low.scope.defined[name]
            case Function(name="to_lower" | "to_upper", args=(inner,)):
                case, node = Case.FOLD, inner
            case Function(name="to_string" | "mv_first" | "mv_last" | "mv_min" | "mv_max", args=(inner,)):
                node = inner
            case _:
                return None


def is_leaves(expr: Expr) -> bool:
    """Whether a predicate is made of leaves alone."""
    match expr:
        case And(items) | Or(items):
            return all(map(is_leaves, items))
        case Not(item):
            return is_leaves(item)
        case Test():
            return False
        case _:
            return True


__all__ = ["CONDITION_FUNCTIONS", "condition", "glob_text", "is_leaves", "necessary"]
