"""The functions of eval, each with the number of its arguments and what it is in the IR.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference/CommonEvalFunctions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from simulator.ir import (
    And,
    Call,
    Cidr,
    Const,
    Expr,
    Field,
    Glob,
    IsNull,
    Like,
    Literal,
    Missing,
    Not,
    Now,
    Or,
    Regex,
    Test,
    Truth,
    Value,
    Wild,
    fields_of_value,
)
from simulator.languages.spl import ast
from simulator.languages.spl.evaluate import Evaluator, call, cast, number, text, together
from simulator.languages.spl.frame import NULL, Typed
from simulator.languages.spl.times import shifted
from simulator.tables import Type

Args = tuple[ast.Eval, ...]
Make = Callable[[Evaluator, Args, int], Typed]
MANY = 1_000


@dataclass(frozen=True, slots=True)
class EvalFunction:
    """How many arguments a function takes, and its value."""

    least: int
    most: int
    make: Make
    note: str = ""

    def takes(self) -> str:
        """The number of arguments, for messages."""
        if self.least == self.most:
            return str(self.least)
        return f"{self.least} or more" if self.most == MANY else f"{self.least} to {self.most}"


def _all(on: Evaluator, args: Args) -> list[Typed]:
    return [on.value(arg) for arg in args]


def truth(expr: Expr) -> Typed:
    """A predicate as a value."""
    return Typed(Truth(expr), Type.BOOLEAN)


def _simple(function: str, result: Type, *kinds: Type) -> Make:
    """A call with its arguments converted to `kinds` (the last for all further ones)."""

    def make(on: Evaluator, args: Args, at: int) -> Typed:
        made = [cast(one, kinds[min(place, len(kinds) - 1)]) for place, one in enumerate(_all(on, args))]
        return call(function, result, *made)

    return make


def choose(condition: Expr, then: Typed, otherwise: Typed) -> Typed:
    """`then` where the condition holds, else `otherwise`."""
    (then, otherwise), kind = together([then, otherwise])
    return Typed(Call("if", (Truth(condition), then.value, otherwise.value), kind), kind)


def _if(on: Evaluator, args: Args, at: int) -> Typed:
    return choose(on.condition(args[0]), on.value(args[1]), on.value(args[2]))


def _case(on: Evaluator, args: Args, at: int) -> Typed:
    if len(args) % 2:
        raise on.fail(at, "case takes pairs of a condition and a value")
    values, kind = together([on.value(arg) for arg in args[1::2]])
    made = Typed(Literal(None, kind), kind)
    for condition, value in zip(reversed(args[::2]), reversed(values), strict=True):
        made = Typed(Call("if", (Truth(on.condition(condition)), value.value, made.value), kind), kind)
    return made


def _validate(on: Evaluator, args: Args, at: int) -> Typed:
    """The value of the first condition that does not hold."""
    values, kind = together([on.value(arg) for arg in args[1::2]])
    made = Typed(Literal(None, kind), kind)
    for condition, value in zip(reversed(args[::2]), reversed(values), strict=True):
        made = Typed(Call("if", (Truth(on.condition(condition)), made.value, value.value), kind), kind)
    return made


def _coalesce(on: Evaluator, args: Args, at: int) -> Typed:
    values, kind = together([one for one in _all(on, args) if not one.null])
    if not values:
        return NULL
    return values[0] if len(values) == 1 else call("coalesce", kind, *values)


def _nullif(on: Evaluator, args: Args, at: int) -> Typed:
    left, right = _all(on, args)
    return choose(on.compare(left, "=", right), Typed(Literal(None, left.kind), left.kind), left)


def _isnull(on: Evaluator, args: Args, at: int) -> Typed:
    return truth(is_null(on.value(args[0])))


def is_null(value: Typed) -> Expr:
    """Whether it is null."""
    if value.null:
        return Const(True)
    if isinstance(value.value, Field):
        return IsNull(value.value.name)
    return Test(call("is_null", Type.BOOLEAN, value).value)


def _isnotnull(on: Evaluator, args: Args, at: int) -> Typed:
    found = is_null(on.value(args[0]))
    return truth(Const(not found.value) if isinstance(found, Const) else Not(found))


def _isnum(on: Evaluator, args: Args, at: int) -> Typed:
    value = on.value(args[0])
    if value.kind in (Type.INTEGER, Type.REAL, Type.TIME):
        return truth(Not(is_null(value)))
    return truth(Not(Test(call("is_null", Type.BOOLEAN, cast(value, Type.REAL)).value)))


def _isint(on: Evaluator, args: Args, at: int) -> Typed:
    value = cast(on.value(args[0]), Type.REAL)
    whole = call("equal", Type.BOOLEAN, value, call("floor", Type.REAL, value))
    return truth(And((Not(is_null(value)), Test(whole.value))))


def _isstr(on: Evaluator, args: Args, at: int) -> Typed:
    value = on.value(args[0])
    if value.kind in (Type.INTEGER, Type.REAL, Type.TIME):
        return truth(Const(False))
    return truth(And((Not(is_null(value)), Test(call("is_null", Type.BOOLEAN, cast(value, Type.REAL)).value))))


def _match(on: Evaluator, args: Args, at: int) -> Typed:
    subject, pattern = _all(on, args)
    literal = pattern.value.value if isinstance(pattern.value, Literal) else None
    if isinstance(subject.value, Field) and isinstance(literal, str) and subject.kind in (Type.TEXT, Type.TEXTS):
        return truth(Regex(subject.value.name, literal, "", Missing.UNKNOWN))
    return call("regex_matches", Type.BOOLEAN, cast(subject, Type.TEXT), cast(pattern, Type.TEXT), text(""))


def _like(on: Evaluator, args: Args, at: int) -> Typed:
    return truth(on.like(on.value(args[0]), on.value(args[1])))


def _cidrmatch(on: Evaluator, args: Args, at: int) -> Typed:
    network, address = _all(on, args)
    literal = network.value.value if isinstance(network.value, Literal) else None
    if isinstance(address.value, Field) and isinstance(literal, str):
        return truth(Cidr(address.value.name, literal, Missing.UNKNOWN))
    return call("ip_inside", Type.BOOLEAN, cast(address, Type.TEXT), cast(network, Type.TEXT))


def _searchmatch(on: Evaluator, args: Args, at: int) -> Typed:
    if not isinstance(args[0], ast.Text):
        raise on.refuse(at, "searchmatch of anything but a text is not supported")
    return truth(on.search(args[0].value, on.frame, at))


def _len(on: Evaluator, args: Args, at: int) -> Typed:
    return call("length", Type.INTEGER, cast(on.value(args[0]), Type.TEXT))


def _substr(on: Evaluator, args: Args, at: int) -> Typed:
    values = _all(on, args)
    start = cast(values[1], Type.INTEGER)
    length = cast(values[2], Type.INTEGER) if len(values) == 3 else number(1 << 31)
    return call("loose_substring", Type.TEXT, cast(values[0], Type.TEXT), start, length)


def _trim(function: str) -> Make:
    def make(on: Evaluator, args: Args, at: int) -> Typed:
        values = _all(on, args)
        marks = cast(values[1], Type.TEXT) if len(values) == 2 else text(" \t\r\n")
        return call(function, Type.TEXT, cast(values[0], Type.TEXT), marks)

    return make


def _tostring(on: Evaluator, args: Args, at: int) -> Typed:
    value = on.value(args[0])
    if len(args) == 1:
        return cast(value, Type.TEXT)
    return call("loose_format", Type.TEXT, cast(value, Type.REAL), cast(on.value(args[1]), Type.TEXT))


def _tonumber(on: Evaluator, args: Args, at: int) -> Typed:
    value = on.value(args[0])
    if len(args) == 1:
        return value if value.kind is Type.INTEGER else cast(value, Type.REAL)
    return call("loose_number_of_base", Type.REAL, cast(value, Type.TEXT), cast(on.value(args[1]), Type.INTEGER))


def _now(on: Evaluator, args: Args, at: int) -> Typed:
    return Typed(Now(), Type.TIME)


def _strftime(on: Evaluator, args: Args, at: int) -> Typed:
    when, form = _all(on, args)
    return formatted(cast(when, Type.TIME), cast(form, Type.TEXT))


_SUBSECONDS = re.compile(r"%([369]?)[NQ]")


def _time_form(form: Typed) -> Typed:
    """Splunk's own letters in C's: %N, %3N, %6N, %Q are parts of a second."""
    value = form.value
    if not isinstance(value, Literal) or not isinstance(value.value, str):
        return form
    return text(_SUBSECONDS.sub("%f", value.value).replace("%l", "%I").replace("%k", "%H").replace("%v", "%Y"))


def formatted(when: Typed, form: Typed) -> Typed:
    """A time as text."""
    return call("format_time", Type.TEXT, when, _time_form(form))


def parsed_time(value: Typed, form: Typed) -> Typed:
    """A text as a time."""
    return call("parse_time", Type.TIME, value, _time_form(form))


def _strptime(on: Evaluator, args: Args, at: int) -> Typed:
    value, form = (cast(one, Type.TEXT) for one in _all(on, args))
    return parsed_time(value, form)


def _replace(on: Evaluator, args: Args, at: int) -> Typed:
    value, pattern, by = (cast(one, Type.TEXT) for one in _all(on, args))
    return call("regex_replace", Type.TEXT, value, pattern, text(""), by)


def _relative_time(on: Evaluator, args: Args, at: int) -> Typed:
    when, modifier = _all(on, args)
    plain = modifier.value.value if isinstance(modifier.value, Literal) else None
    made = shifted(cast(when, Type.TIME).value, plain) if isinstance(plain, str) else None
    if made is not None:
        return Typed(made, Type.TIME)
    if isinstance(plain, str):
        raise on.fail(at, f"{plain!r} is no time modifier")
    return call("loose_shift_time", Type.TIME, cast(when, Type.TIME), cast(modifier, Type.TEXT))


def _round(on: Evaluator, args: Args, at: int) -> Typed:
    values = _all(on, args)
    digits = cast(values[1], Type.INTEGER) if len(values) == 2 else number(0)
    return call("round", Type.REAL, cast(values[0], Type.REAL), digits)


def _extreme(least: bool) -> Make:
    """Numbers are less than texts."""

    def make(on: Evaluator, args: Args, at: int) -> Typed:
        values = _all(on, args)
        made = values[0]
        for other in values[1:]:
            condition = on.compare(made, "<=" if least else ">=", other)
            made = choose(condition, made, other)
        return made

    return make


def _list(on: Evaluator, arg: ast.Eval) -> Typed:
    return cast(on.value(arg), Type.TEXTS)


def _mvcount(on: Evaluator, args: Args, at: int) -> Typed:
    value = on.value(args[0])
    if value.kind is not Type.TEXTS:
        return choose(is_null(value), Typed(Literal(None, Type.INTEGER), Type.INTEGER), number(1))
    return call("list_length", Type.INTEGER, value)


def _mvindex(on: Evaluator, args: Args, at: int) -> Typed:
    made = _list(on, args[0])
    first = cast(on.value(args[1]), Type.INTEGER)
    if len(args) == 2:
        return call("element_at", Type.TEXT, made, first)
    return call("loose_list_part", Type.TEXTS, made, first, cast(on.value(args[2]), Type.INTEGER))


def _mvappend(on: Evaluator, args: Args, at: int) -> Typed:
    return call("loose_list_append", Type.TEXTS, *(_list(on, arg) for arg in args))


def _mvjoin(on: Evaluator, args: Args, at: int) -> Typed:
    return call("join", Type.TEXT, _list(on, args[0]), cast(on.value(args[1]), Type.TEXT))


def _over_list(function: str, result: Type = Type.TEXTS) -> Make:
    def make(on: Evaluator, args: Args, at: int) -> Typed:
        return call(function, result, _list(on, args[0]))

    return make


def _mvfind(on: Evaluator, args: Args, at: int) -> Typed:
    return call("loose_list_find", Type.INTEGER, _list(on, args[0]), cast(on.value(args[1]), Type.TEXT))


def _mvzip(on: Evaluator, args: Args, at: int) -> Typed:
    mark = cast(on.value(args[2]), Type.TEXT) if len(args) == 3 else text(",")
    return call("loose_list_zip", Type.TEXTS, _list(on, args[0]), _list(on, args[1]), mark)


def _mvrange(on: Evaluator, args: Args, at: int) -> Typed:
    values = [cast(one, Type.REAL) for one in _all(on, args)]
    step = values[2] if len(values) == 3 else number(1.0)
    return call("loose_list_range", Type.TEXTS, values[0], values[1], step)


def _split(on: Evaluator, args: Args, at: int) -> Typed:
    values = [cast(one, Type.TEXT) for one in _all(on, args)]
    return call("split", Type.TEXTS, *values)


def _mvfilter(on: Evaluator, args: Args, at: int) -> Typed:
    """The condition, over one field, becomes one regular expression that each element must match."""
    names = sorted(_names(args[0]))
    if len(names) != 1:
        raise on.refuse(at, "mvfilter with a condition over anything but one field is not supported")
    field = on.frame.get(names[0])
    element = "__element"
    inner = Evaluator(on.frame.extend({element: Typed(Literal("", Type.TEXT), Type.TEXT)}), on.fail, on.refuse,
                      on.inner, on.search, on.missing)  # fmt: skip
    pattern = _as_regex(inner.condition(_renamed(args[0], names[0], element)))
    if pattern is None:
        raise on.refuse(at, "mvfilter with this condition is not supported")
    return call("loose_list_keep", Type.TEXTS, cast(field, Type.TEXTS), text(pattern))


def _mvmap(on: Evaluator, args: Args, at: int) -> Typed:
    """The expression's functions are applied to each element, as far as each takes the element first."""
    field, node = args
    if not isinstance(field, ast.Name):
        raise on.refuse(at, "mvmap over anything but a field is not supported")
    match node:
        case ast.Function("if", (condition, ast.Name(name), ast.Function("null"))) if name == field.name:
            return _mvfilter(on, (condition,), at)
    whole = cast(on.value(field), Type.TEXTS)
    element = "__element"
    inner = Evaluator(on.frame.extend({element: Typed(Literal("", Type.TEXT), Type.TEXT)}), on.fail, on.refuse,
                      on.inner, on.search, on.missing)  # fmt: skip
    made = _each(inner.value(_renamed(node, field.name, element)).value, Field(element), whole.value)
    if made is None:
        raise on.refuse(at, "mvmap with this expression is not supported")
    return cast(Typed(made, _LISTS_OF.get(_kind(made), Type.TEXTS)), Type.TEXTS)


_LISTS_OF = {Type.TEXT: Type.TEXTS, Type.INTEGER: Type.INTEGERS, Type.REAL: Type.REALS}


def _kind(value: Value) -> Type:
    kind = value.kind if isinstance(value, Call) else Type.TEXTS
    return kind.element or kind


def _each(value: Value, element: Field, whole: Value) -> Value | None:
    """A value over an element as a value over the list, None where that cannot be said."""
    match value:
        case Field() if value == element:
            return whole
        case Call(function, (first, *rest), kind) if kind in _LISTS_OF:
            if any(element.name in fields_of_value(one) for one in rest):
                return None
            inner = _each(first, element, whole)
            if inner is None:
                return None
            return Call("each", (Literal(function, Type.TEXT), inner, *rest), _LISTS_OF[kind])
        case _:
            return None


def _json_value(value: Typed) -> Typed:
    """A value as JSON: what is a number, as a number."""
    if value.kind in (Type.TEXT,):
        real = call("to_json", Type.DYNAMIC, cast(value, Type.REAL))
        return call("coalesce", Type.DYNAMIC, real, call("to_json", Type.DYNAMIC, value))
    return call("to_json", Type.DYNAMIC, value)


def _json_object(on: Evaluator, args: Args, at: int) -> Typed:
    values = _all(on, args)
    if len(values) % 2:
        raise on.fail(at, "json_object takes pairs of a name and a value")
    made = [one if place % 2 == 0 else _json_value(one) for place, one in enumerate(values)]
    made = [cast(one, Type.TEXT) if place % 2 == 0 else one for place, one in enumerate(made)]
    return cast(call("json_object", Type.DYNAMIC, *made), Type.TEXT)


def _json_array(on: Evaluator, args: Args, at: int) -> Typed:
    return cast(call("json_array", Type.DYNAMIC, *map(_json_value, _all(on, args))), Type.TEXT)


def _printf(on: Evaluator, args: Args, at: int) -> Typed:
    """%s and %d: other directions are not supported."""
    form = args[0]
    if not isinstance(form, ast.Text) or "%" in re.sub("%[sd%]", "", form.value):
        raise on.refuse(at, "printf with anything but %s and %d is not supported")
    values = iter(_all(on, args[1:]))
    parts: list[Typed] = []
    for part in re.split(r"(%[sd%])", form.value):
        if part in ("%s", "%d"):
            value = next(values, text(""))
            parts.append(cast(cast(value, Type.INTEGER) if part == "%d" else value, Type.TEXT))
        elif part:
            parts.append(text("%" if part == "%%" else part))
    return call("concat", Type.TEXT, *parts) if parts else text("")


def _names(node: ast.Eval) -> set[str]:
    match node:
        case ast.Name(name):
            return {name}
        case ast.Function(_, args):
            return set().union(*map(_names, args))
        case ast.Binary(_, left, right):
            return _names(left) | _names(right)
        case ast.Unary(_, item):
            return _names(item)
        case ast.Within(item, values):
            return _names(item).union(*map(_names, values))
        case _:
            return set()


def _renamed(node: ast.Eval, old: str, new: str) -> ast.Eval:
    match node:
        case ast.Name(name, at):
            return ast.Name(new if name == old else name, at, quoted=True)
        case ast.Function(name, args, at):
            return ast.Function(name, tuple(_renamed(arg, old, new) for arg in args), at)
        case ast.Binary(op, left, right, at):
            return ast.Binary(op, _renamed(left, old, new), _renamed(right, old, new), at)
        case ast.Unary(op, item, at):
            return ast.Unary(op, _renamed(item, old, new), at)
        case ast.Within(item, values, at):
            return ast.Within(_renamed(item, old, new), tuple(_renamed(one, old, new) for one in values), at)
        case _:
            return node


def _as_regex(expr: Expr) -> str | None:
    """A regular expression, to be found at the start, for a predicate over one text."""
    match expr:
        case Regex(_, pattern, flags):
            return rf"(?=(?s:.*?)(?{flags}:{pattern}))" if flags else rf"(?=(?s:.*?)(?:{pattern}))"
        case Like(_, glob):
            return rf"(?=(?s:{_glob_regex(glob)})\Z)"
        case IsNull():
            return r"(?!)"
        case And(items):
            parts = [_as_regex(item) for item in items]
            return None if None in parts else "".join(part or "" for part in parts)
        case Or(items):
            parts = [_as_regex(item) for item in items]
            return None if None in parts else "(?:" + "|".join(part or "" for part in parts) + ")"
        case Not(item):
            inner = _as_regex(item)
            return None if inner is None else f"(?!{inner})"
        case _:
            return None


def _glob_regex(glob: Glob) -> str:
    marks = {Wild.ANY: ".*", Wild.ONE: "."}
    return "".join(marks[part] if isinstance(part, Wild) else re.escape(part) for part in glob)


def _typeof(on: Evaluator, args: Args, at: int) -> Typed:
    value = on.value(args[0])
    kind = "Boolean" if value.kind is Type.BOOLEAN else "Number"
    if value.kind in (Type.INTEGER, Type.REAL, Type.TIME, Type.BOOLEAN):
        return choose(is_null(value), text("Invalid"), text(kind))
    numeric = Not(Test(call("is_null", Type.BOOLEAN, cast(value, Type.REAL)).value))
    return choose(is_null(value), text("Invalid"), choose(numeric, text("Number"), text("String")))


def _spath(on: Evaluator, args: Args, at: int) -> Typed:
    value, path = _all(on, args)
    return json_at(cast(value, Type.TEXT), cast(path, Type.TEXT))


def json_at(value: Typed, path: Typed) -> Typed:
    """What stands at a path (`a.b{}.c`) in a JSON text: a list, if the path goes through all elements of an array."""
    literal = path.value.value if isinstance(path.value, Literal) else ""
    several = isinstance(literal, str) and "{}" in literal
    return call("loose_json_list" if several else "loose_json", Type.TEXTS if several else Type.TEXT, value, path)


def _json_extract(on: Evaluator, args: Args, at: int) -> Typed:
    values = [cast(one, Type.TEXT) for one in _all(on, args)]
    if len(values) == 1:
        return values[0]
    made = [json_at(values[0], path) for path in values[1:]]
    return made[0] if len(made) == 1 else call("loose_list_append", Type.TEXTS, *(cast(m, Type.TEXTS) for m in made))


def _json_valid(on: Evaluator, args: Args, at: int) -> Typed:
    parsed = call("json_parse", Type.DYNAMIC, cast(on.value(args[0]), Type.TEXT))
    return truth(Not(Test(call("is_null", Type.BOOLEAN, parsed).value)))


def _digest(kind: str) -> Make:
    def make(on: Evaluator, args: Args, at: int) -> Typed:
        return call(kind, Type.TEXT, cast(on.value(args[0]), Type.TEXT))

    return make


def _log(on: Evaluator, args: Args, at: int) -> Typed:
    values = [cast(one, Type.REAL) for one in _all(on, args)]
    base = values[1] if len(values) == 2 else number(10.0)
    return call("logarithm_base", Type.REAL, values[0], base)


def _ln(on: Evaluator, args: Args, at: int) -> Typed:
    return call("logarithm", Type.REAL, cast(on.value(args[0]), Type.REAL))


def _power(on: Evaluator, args: Args, at: int) -> Typed:
    left, right = (cast(one, Type.REAL) for one in _all(on, args))
    return call("power", Type.REAL, left, right)


def _sqrt(on: Evaluator, args: Args, at: int) -> Typed:
    return call("square_root", Type.REAL, cast(on.value(args[0]), Type.REAL))


def _exp(on: Evaluator, args: Args, at: int) -> Typed:
    return call("exponent", Type.REAL, cast(on.value(args[0]), Type.REAL))


def _abs(on: Evaluator, args: Args, at: int) -> Typed:
    value = on.value(args[0])
    kind = Type.INTEGER if value.kind is Type.INTEGER else Type.REAL
    return call("absolute", kind, cast(value, kind))


def _ceiling(on: Evaluator, args: Args, at: int) -> Typed:
    return call("ceiling", Type.REAL, cast(on.value(args[0]), Type.REAL))


def _exact(on: Evaluator, args: Args, at: int) -> Typed:
    return on.value(args[0])


def _constant(value: Value, kind: Type) -> Make:
    return lambda _on, _args, _at: Typed(value, kind)


_TEXT, _REAL, _TEXTS = Type.TEXT, Type.REAL, Type.TEXTS

EVAL: dict[str, EvalFunction] = {
    # Conditions
    "if": EvalFunction(3, 3, _if),
    "case": EvalFunction(2, MANY, _case),
    "validate": EvalFunction(2, MANY, _validate),
    "coalesce": EvalFunction(1, MANY, _coalesce),
    "nullif": EvalFunction(2, 2, _nullif),
    "null": EvalFunction(0, 0, lambda _on, _args, _at: NULL),
    "true": EvalFunction(0, 0, lambda _on, _args, _at: truth(Const(True))),
    "false": EvalFunction(0, 0, lambda _on, _args, _at: truth(Const(False))),
    "isnull": EvalFunction(1, 1, _isnull),
    "isnotnull": EvalFunction(1, 1, _isnotnull),
    "isnum": EvalFunction(1, 1, _isnum),
    "isint": EvalFunction(1, 1, _isint),
    "isstr": EvalFunction(1, 1, _isstr),
    "match": EvalFunction(2, 2, _match),
    "like": EvalFunction(2, 2, _like),
    "cidrmatch": EvalFunction(2, 2, _cidrmatch),
    "searchmatch": EvalFunction(1, 1, _searchmatch),
    "typeof": EvalFunction(1, 1, _typeof),
    # Texts
    "len": EvalFunction(1, 1, _len),
    "lower": EvalFunction(1, 1, _simple("lower", _TEXT, _TEXT)),
    "upper": EvalFunction(1, 1, _simple("upper", _TEXT, _TEXT)),
    "trim": EvalFunction(1, 2, _trim("trim")),
    "ltrim": EvalFunction(1, 2, _trim("trim_start")),
    "rtrim": EvalFunction(1, 2, _trim("trim_end")),
    "substr": EvalFunction(2, 3, _substr),
    "replace": EvalFunction(3, 3, _replace),
    "urldecode": EvalFunction(1, 1, _simple("url_decode", _TEXT, _TEXT)),
    "spath": EvalFunction(2, 2, _spath),
    "json_extract": EvalFunction(1, MANY, _json_extract),
    "json_extract_exact": EvalFunction(1, MANY, _json_extract),
    "json_valid": EvalFunction(1, 1, _json_valid),
    "json_object": EvalFunction(0, MANY, _json_object),
    "json_array": EvalFunction(0, MANY, _json_array),
    "printf": EvalFunction(1, MANY, _printf, "%s and %d"),
    "md5": EvalFunction(1, 1, _digest("md5")),
    "sha1": EvalFunction(1, 1, _digest("sha1")),
    "sha256": EvalFunction(1, 1, _digest("sha256")),
    "sha512": EvalFunction(1, 1, _digest("sha512")),
    # Conversions
    "tostring": EvalFunction(1, 2, _tostring),
    "tonumber": EvalFunction(1, 2, _tonumber),
    # Times
    "now": EvalFunction(0, 0, _now),
    "time": EvalFunction(0, 0, _now),
    "strftime": EvalFunction(2, 2, _strftime),
    "strptime": EvalFunction(2, 2, _strptime),
    "relative_time": EvalFunction(2, 2, _relative_time),
    # Numbers
    "abs": EvalFunction(1, 1, _abs),
    "ceil": EvalFunction(1, 1, _ceiling),
    "ceiling": EvalFunction(1, 1, _ceiling),
    "floor": EvalFunction(1, 1, _simple("floor", _REAL, _REAL)),
    "round": EvalFunction(1, 2, _round),
    "sqrt": EvalFunction(1, 1, _sqrt),
    "pow": EvalFunction(2, 2, _power),
    "exp": EvalFunction(1, 1, _exp),
    "ln": EvalFunction(1, 1, _ln),
    "log": EvalFunction(1, 2, _log),
    "pi": EvalFunction(0, 0, _constant(Literal(math.pi, _REAL), _REAL)),
    "exact": EvalFunction(1, 1, _exact),
    "sigfig": EvalFunction(1, 1, _exact, "gives all digits"),
    "min": EvalFunction(1, MANY, _extreme(True)),
    "max": EvalFunction(1, MANY, _extreme(False)),
    # Multivalue fields
    "mvcount": EvalFunction(1, 1, _mvcount),
    "mvindex": EvalFunction(2, 3, _mvindex),
    "mvappend": EvalFunction(1, MANY, _mvappend),
    "mvjoin": EvalFunction(2, 2, _mvjoin),
    "mvdedup": EvalFunction(1, 1, _over_list("list_distinct")),
    "mvsort": EvalFunction(1, 1, _over_list("list_sort")),
    "mvreverse": EvalFunction(1, 1, _over_list("list_reverse")),
    "mvfind": EvalFunction(2, 2, _mvfind),
    "mvzip": EvalFunction(2, 3, _mvzip),
    "mvrange": EvalFunction(2, 3, _mvrange),
    "mvfilter": EvalFunction(1, 1, _mvfilter, "conditions of match, like, =, != over one field"),
    "mvmap": EvalFunction(2, 2, _mvmap, "functions that take the element first"),
    "split": EvalFunction(2, 2, _split),
    "commands": EvalFunction(1, 1, lambda on, args, at: _list(on, args[0])),
}
"""Every function, by name."""

UNSUPPORTED_FUNCTIONS: dict[str, str] = {
    "random": "it gives another result each time",
    "ipmask": "not done yet",
    "json_set": "not done yet",
    "json_keys": "not done yet",
    "map": "it needs a function over elements",
}
"""Functions that are known and cannot run, and why."""
