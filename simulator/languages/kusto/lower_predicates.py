"""Conditions to predicates: on a plain column to leaf predicates, which the sieve runs, otherwise to calls.

Microsoft Learn: "String operators", "Logical (binary) operators", "in operator", "has_any operator", "matches regex
operator", "between operator", "Null values". A missing text is the empty text, so it is false for `==` and true for
`!=`; with `==` and `!=` a null of another kind is unequal to whatever is not null; `<` and its like are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from simulator.ir import (
    Aggregate,
    Call,
    Case,
    Compare,
    Const,
    Expr,
    Field,
    FieldPair,
    IsNull,
    Like,
    Literal,
    Lookup,
    Measure,
    Missing,
    Op,
    Pair,
    Regex,
    Term,
    Test,
    Truth,
    Wild,
)
from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.convert import BOOLEAN, DYNAMIC, INTEGER, NUMBERS, REAL, SPAN, TEXT, TIME, call, lit
from simulator.languages.kusto.logic import FALSE, TRUE, both, either, opposite
from simulator.languages.kusto.lower_values import arithmetic, tabular
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Frame, Scope, Typed
from simulator.tables import Type


def predicate(low: Lowering, scope: Scope, expr: ast.Expr) -> Expr:
    """An expression as a condition. Raises InvalidRule or UnsupportedRule."""
    match expr:
        case ast.Binary("and", left, right):
            return both(low.predicate(low, scope, left), low.predicate(low, scope, right))
        case ast.Binary("or", left, right):
            return either([low.predicate(low, scope, left), low.predicate(low, scope, right)])
        case ast.Apply("not", (item,)):
            return opposite(low.predicate(low, scope, item))
        case ast.Apply("isempty" | "isnotempty" | "notempty" | "isnull" | "isnotnull" | "notnull" as name, (item,)):
            found = _missing(low.value(low, scope, item), texts="empty" in name)
            return opposite(found) if "not" in name else found
        case ast.Binary("==" | "!=" | "<" | ">" | "<=" | ">=" as op, left, right, at):
            return _compared(low, op, low.value(low, scope, left), low.value(low, scope, right), at)
        case ast.Binary("in" | "!in" | "in~" | "!in~" as op, left, ast.Sequence(items)):
            found = _in(low, scope, low.value(low, scope, left), items, fold=op.endswith("~"))
            return opposite(found) if op.startswith("!") else found
        case ast.Binary("has_any" | "has_all" | "!has_any" | "!has_all" as op, left, ast.Sequence(items)):
            found = _has_list(low, scope, left, items, every=op.endswith("all"))
            return opposite(found) if op.startswith("!") else found
        case ast.Binary("+" | "-" | "*" | "/" | "%"):
            return _as_test(low, low.value(low, scope, expr))
        case ast.Binary(op, left, right):
            return _textual(low, scope, op, left, right)
        case ast.Between(item, low_end, high, negated, at):
            found = _between(low, scope, item, low_end, high, at)
            return opposite(found) if negated else found
        case ast.Star():  # search *
            return TRUE
        case ast.Lit(plain, kind) if kind is TEXT:  # search "word"
            return anywhere(scope, lambda field: Term(field, str(plain), Case.FOLD, *edges(str(plain))))
        case _:
            return _as_test(low, low.value(low, scope, expr))


def _as_test(low: Lowering, found: Typed) -> Expr:
    low.knowledge.use(found.origin, BOOLEAN)
    if found.constant and found.kind is BOOLEAN:
        return Const(bool(found.plain))
    if found.kind is not BOOLEAN:
        found = convert.to_boolean(found)
    if isinstance(found.value, Truth):
        return found.value.expr
    return Test(found.value)


def anywhere(scope: Scope, test: Callable[[str], Expr]) -> Expr:
    """The test holds for any column that can be read as text."""
    frame = scope.frame
    shown = [name for name, column in frame.columns.items() if column.kind in (TEXT, DYNAMIC) and name[0] != "$"]
    return either([test(name) for name in shown])


def edges(text: str) -> tuple[bool, bool]:
    """Whether a term's beginning and end must be the beginning and end of a term: a mark at the edge of what is
    looked for is such an edge by itself."""
    return text[:1].isalnum(), text[-1:].isalnum()


def _missing(found: Typed, texts: bool) -> Expr:
    if found.kind is TEXT and not texts:  # a text is never null
        return Const(isinstance(found.value, Literal) and found.value.value is None and False)
    if found.constant:
        return Const(found.kind is TEXT and found.plain == "" if texts else False)
    if isinstance(found.value, Literal):
        return TRUE
    if found.kind is TEXT:
        if isinstance(found.value, Field):
            return either([IsNull(found.value.name), Like(found.value.name, ())])
        return Test(call("equal", BOOLEAN, convert.to_text(found), lit("", TEXT)).value)
    if isinstance(found.value, Field):
        null: Expr = IsNull(found.value.name)
    else:
        null = Test(call("is_null", BOOLEAN, found).value)
    if found.kind is DYNAMIC and texts:
        return either([null, Test(call("equal", BOOLEAN, convert.to_text(found), lit("", TEXT)).value)])
    return null


# --- Comparisons --------------------------------------------------

_OPS = {"==": Op.EQ, "!=": Op.NE, "<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def _compared(low: Lowering, op: str, left: Typed, right: Typed, at: int) -> Expr:
    if left.constant and not right.constant:
        left, right, op = right, left, _MIRRORED[op]
    left, right = _alike(low, left, right, at)
    if left.constant and right.constant:
        return _known(op, left.plain, right.plain)
    if op in ("==", "!="):
        equal = equals(left, right)
        return equal if op == "==" else opposite(equal)
    if (
        isinstance(left.value, Field)
        and right.constant
        and left.kind in NUMBERS
        and isinstance(right.plain, int | float)
    ):
        return Compare(left.value.name, _OPS[op], right.plain, Missing.UNKNOWN)
    left, right = convert.solid(left), convert.solid(right)
    match op:
        case "<":
            return Test(call("less", BOOLEAN, left, right).value)
        case ">":
            return Test(call("less", BOOLEAN, right, left).value)
        case "<=":
            return opposite(Test(call("less", BOOLEAN, right, left).value))
        case _:
            return opposite(Test(call("less", BOOLEAN, left, right).value))


def _known(op: str, left: Any, right: Any) -> Expr:
    try:
        match op:
            case "==":
                return Const(left == right)
            case "!=":
                return Const(left != right)
            case "<":
                return Const(left < right)
            case ">":
                return Const(left > right)
            case "<=":
                return Const(left <= right)
            case _:
                return Const(left >= right)
    except TypeError:
        return FALSE


def equals(left: Typed, right: Typed) -> Expr:
    """Both of one kind and equal. A null and a value are unequal; two nulls, unknown."""
    if right.constant:
        if left.kind is TEXT:
            return _text_equals(left, str(right.plain), Case.EXACT)
        if isinstance(left.value, Field) and left.kind in NUMBERS and isinstance(right.plain, int | float):
            return Compare(left.value.name, Op.EQ, right.plain, Missing.FALSE)
        if isinstance(left.value, Field) and left.kind is BOOLEAN:
            return Like(left.value.name, ("true" if right.plain else "false",))
        return Test(call("coalesce", BOOLEAN, call("equal", BOOLEAN, left, right), lit(False, BOOLEAN)).value)
    if left.kind is TEXT:
        if isinstance(left.value, Field) and isinstance(right.value, Field):
            names = (left.value.name, right.value.name)
            empty = both(*(either([IsNull(name), Like(name, ())]) for name in names))
            return either([FieldPair(*names, Pair.EQUALS, Case.EXACT), empty])
        return Test(call("equal", BOOLEAN, convert.solid(left), convert.solid(right)).value)
    nulls = call("and", BOOLEAN, call("is_null", BOOLEAN, left), call("is_null", BOOLEAN, right))
    otherwise = call("if", BOOLEAN, nulls, lit(None, BOOLEAN), lit(False, BOOLEAN))
    return Test(call("coalesce", BOOLEAN, call("equal", BOOLEAN, left, right), otherwise).value)


def _text_equals(left: Typed, wanted: str, case: Case) -> Expr:
    inner, case = _uncased(left, wanted, case)
    if inner is None:
        return FALSE
    if isinstance(inner.value, Field):
        like = Like(inner.value.name, (wanted,) if wanted else (), case)
        return like if wanted else either([IsNull(inner.value.name), like])
    return Test(_folded_call("equal", inner, lit(wanted, TEXT), case).value)


def _uncased(found: Typed, wanted: str, case: Case) -> tuple[Typed | None, Case]:
    """`tolower(x) == "abc"` is `x =~ "abc"`, and never true where the text has other letters (None)."""
    match found.value:
        case Call("lower" | "upper" as name, (Call("coalesce", (Field() as inner, Literal(""))) | (Field() as inner),)):
            if case is Case.EXACT and wanted != (wanted.lower() if name == "lower" else wanted.upper()):
                return None, case
            return Typed(inner, TEXT), Case.FOLD
    return found, case


def _folded_call(function: str, found: Typed, wanted: Typed, case: Case) -> Typed:
    found, wanted = convert.to_text(found), convert.to_text(wanted)
    if case is Case.FOLD:
        folded = lit(str(wanted.plain).casefold(), TEXT) if wanted.constant else call("fold", TEXT, wanted)
        return call(function, BOOLEAN, call("fold", TEXT, found), folded)
    return call(function, BOOLEAN, found, wanted)


def _alike(low: Lowering, left: Typed, right: Typed, at: int) -> tuple[Typed, Typed]:
    """Both sides of one kind."""
    low.knowledge.use(left.origin, right.kind if right.kind is not DYNAMIC else None)
    low.knowledge.use(right.origin, left.kind if left.kind is not DYNAMIC else None)
    if left.kind is right.kind:
        if left.kind is DYNAMIC:
            return convert.to_text(left), convert.to_text(right)
        return left, right
    kinds = {left.kind, right.kind}
    if kinds == {INTEGER, REAL}:
        if right.constant and isinstance(left.value, Field):
            return left, right  # the leaf predicate compares numbers as numbers
        return convert.to_number(left, REAL), convert.to_number(right, REAL)
    if kinds <= {SPAN, INTEGER, REAL}:
        raise low.invalid(at, "a timespan and a number cannot be compared")
    kind = convert.common([left.kind, right.kind])
    if kind is INTEGER and DYNAMIC in kinds:
        kind = REAL  # a dynamic number may have a fraction
    left, right = convert.to_kind(left, kind), convert.to_kind(right, kind)
    return left, right


# --- Texts --------------------------------------------------

_SHAPES = {"contains": ("contains", True, True), "startswith": ("starts_with", False, True),
           "endswith": ("ends_with", True, False)}  # fmt: skip
_OLD = {"containscs": "contains_cs", "notcontains": "!contains", "notcontainscs": "!contains_cs"}


def _textual(low: Lowering, scope: Scope, op: str, left: ast.Expr, right: ast.Expr) -> Expr:
    op = _OLD.get(op, op)
    negated = op.startswith("!")
    word = op.removeprefix("!")
    if op == "!~":
        word = "=~"
    case = Case.EXACT if word.endswith("_cs") else Case.FOLD
    word = word.removesuffix("_cs")
    if word in ("like", "notlike", "likecs", "notlikecs"):
        raise low.unsupported(left.at, f"the operator {word} is not supported")
    wanted = low.value(low, scope, right)
    if isinstance(left, ast.Star):
        columns = scope.frame.columns
        found = anywhere(scope, lambda field: _text_test(word, Typed(Field(field), columns[field].kind), wanted, case))
    else:
        found = _text_test(word, low.value(low, scope, left), wanted, case)
    return opposite(found) if negated else found


def _text_test(word: str, found: Typed, wanted: Typed, case: Case) -> Expr:
    match word:
        case "=~":
            if wanted.constant:
                return _text_equals(_read(found), str(convert.to_text(wanted).plain), case)
            return Test(_folded_call("equal", found, wanted, case).value)
        case "has" | "hasprefix" | "hassuffix":
            return _has(word, found, wanted, case)
        case "matches regex":
            return _matches(found, wanted)
        case _:
            return _shaped(word, found, wanted, case)


def _read(found: Typed) -> Typed:
    """A value as text, plain columns as they are."""
    if isinstance(found.value, Field) and found.kind in (TEXT, INTEGER, REAL):
        return Typed(found.value, TEXT, found.origin)
    return convert.to_text(found)


def _readable(found: Typed) -> Typed:
    """As `_read`, JSON included: what is looked for inside a text may be looked for in JSON."""
    if isinstance(found.value, Field) and found.kind is DYNAMIC:
        return Typed(found.value, TEXT, found.origin)
    return _read(found)


_WORDS = {"has": "has_word", "hasprefix": "has_word_prefix", "hassuffix": "has_word_suffix"}


def _has(word: str, found: Typed, wanted: Typed, case: Case) -> Expr:
    found = _readable(found)
    if not wanted.constant:
        made = _folded_call(_WORDS[word], found, wanted, case)
        return Test(made.value)
    needle = str(convert.to_text(wanted).plain)
    if not needle:
        return TRUE
    start, end = edges(needle)
    start, end = start and word != "hassuffix", end and word != "hasprefix"
    inner, case = _uncased(found, needle, case)
    if inner is None:
        return FALSE
    if isinstance(inner.value, Field):
        return Term(inner.value.name, needle, case, start, end)
    return Test(_folded_call(_WORDS[word], inner, lit(needle, TEXT), case).value)


def _shaped(word: str, found: Typed, wanted: Typed, case: Case) -> Expr:
    function, before, after = _SHAPES[word]
    found = _readable(found)
    if not wanted.constant:
        return Test(_folded_call(function, found, wanted, case).value)
    needle = str(convert.to_text(wanted).plain)
    if not needle:
        return TRUE
    inner, case = _uncased(found, needle, case)
    if inner is None:
        return FALSE
    if isinstance(inner.value, Field):
        glob = (*((Wild.ANY,) if before else ()), needle, *((Wild.ANY,) if after else ()))
        return Like(inner.value.name, glob, case)
    return Test(_folded_call(function, inner, lit(needle, TEXT), case).value)


def _matches(found: Typed, wanted: Typed) -> Expr:
    found = _readable(found)
    if wanted.constant and isinstance(found.value, Field):
        pattern = str(wanted.plain)
        regex = Regex(found.value.name, pattern)
        return either([IsNull(found.value.name), regex]) if _fits_empty(pattern) else regex
    return Test(call("regex_matches", BOOLEAN, convert.to_text(found), convert.to_text(wanted), lit("", TEXT)).value)


def _fits_empty(pattern: str) -> bool:
    try:
        return re.search(pattern, "") is not None
    except re.error:
        return False


# --- Lists --------------------------------------------------


def listed(low: Lowering, scope: Scope, items: Sequence[ast.Expr]) -> tuple[list[Typed], list[Typed]]:
    """The constants of a list, arrays among them taken apart, and what is known only when the query runs."""
    constants: list[Typed] = []
    others: list[Typed] = []
    for item in items:
        if tabular(item, scope.env) and not (isinstance(item, ast.Name) and item.name in scope.frame.columns):
            others.append(column_list(low, low.rows(low, item, scope.env)))
            continue
        found = low.value(low, scope, item)
        if found.constant and found.kind is DYNAMIC:
            constants.extend(_elements(convert.loaded(found)))
        elif found.constant:
            constants.append(found)
        elif not isinstance(found.value, Literal):
            others.append(found)
    return constants, others


_KINDS: dict[type, Type] = {bool: BOOLEAN, int: INTEGER, float: REAL}


def _elements(found: Any) -> list[Typed]:
    if isinstance(found, list):
        return [one for element in found for one in _elements(element)]
    if isinstance(found, dict) or found is None:
        return []
    kind = _KINDS.get(type(found), TEXT)
    return [lit(found, kind)]


def column_list(low: Lowering, frame: Frame) -> Typed:
    """All values of the first column of some rows, as an array."""
    name = next(iter(frame.columns), None)
    if name is None:
        return convert.dynamic([])
    value = convert.solid(frame.columns[name].of(name))
    secret = low.secret("set")
    measure = Measure(secret, "json_list", (convert.to_dynamic(value).value,), DYNAMIC, distinct=True)
    return Typed(Lookup(Aggregate(frame.relation, (), (measure,), always=True), secret, DYNAMIC), DYNAMIC)


def _in(low: Lowering, scope: Scope, found: Typed, items: Sequence[ast.Expr], fold: bool) -> Expr:
    constants, others = listed(low, scope, items)
    tests: list[Expr] = []
    for one in constants:
        if one.kind is TEXT and found.kind in (TEXT, DYNAMIC):
            tests.append(_text_equals(_read(found), str(one.plain), Case.FOLD if fold else Case.EXACT))
        else:
            tests.append(_compared(low, "==", found, one, 0))
    for other in others:
        if other.kind is DYNAMIC:
            text = convert.to_text(found)
            test = call("array_has_folded" if fold else "array_has", BOOLEAN, other, text)
            tests.append(Test(call("coalesce", BOOLEAN, test, lit(False, BOOLEAN)).value))
        elif fold:
            tests.append(_text_test("=~", found, other, Case.FOLD))
        else:
            tests.append(_compared(low, "==", found, other, 0))
    return either(tests)


def _has_list(low: Lowering, scope: Scope, left: ast.Expr, items: Sequence[ast.Expr], every: bool) -> Expr:
    constants, others = listed(low, scope, items)
    words = [str(convert.to_text(one).plain) for one in constants]
    if isinstance(left, ast.Star):
        names = [name for name, one in scope.frame.columns.items() if one.kind in (TEXT, DYNAMIC)]
        return either([_has_words(Typed(Field(name), TEXT), words, others, every) for name in names])
    return _has_words(_readable(low.value(low, scope, left)), words, others, every)


def _has_words(found: Typed, words: list[str], others: list[Typed], every: bool) -> Expr:
    function = "has_all_words" if every else "has_any_word"
    tests: list[Expr] = []
    plain, _ = _uncased(found, "", Case.FOLD)
    if plain is not None and isinstance(plain.value, Field):
        tests = [_has("has", plain, lit(word, TEXT), Case.FOLD) for word in words]
    elif words:
        tests = [Test(call(function, BOOLEAN, convert.to_text(found), convert.dynamic(words)).value)]
    for other in others:
        if other.kind is DYNAMIC:
            test = call(function, BOOLEAN, convert.to_text(found), other)
            tests.append(Test(call("coalesce", BOOLEAN, test, lit(every, BOOLEAN)).value))
        else:
            tests.append(_has("has", found, other, Case.FOLD))
    return both(*tests) if every else either(tests)


def _between(low: Lowering, scope: Scope, item: ast.Expr, first: ast.Expr, last: ast.Expr, at: int) -> Expr:
    found = low.value(low, scope, item)
    start, stop = low.value(low, scope, first), low.value(low, scope, last)
    low.knowledge.use(found.origin, start.kind if start.kind is not DYNAMIC else stop.kind)
    if stop.kind is SPAN and start.kind is TIME:  # `between (start .. 1d)` counts from the start
        stop = arithmetic(low, "+", start, stop, at)
    return both(_compared(low, ">=", found, start, at), _compared(low, "<=", found, stop, at))
