"""Expressions to values.

Microsoft Learn: "Numerical operators", "Datetime / timespan arithmetic", "Dynamic data type", "Let statement".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from simulator.errors import nearest
from simulator.ir import Field, Literal, Rows
from simulator.languages.kusto import ast, convert, functions
from simulator.languages.kusto.convert import BOOLEAN, DYNAMIC, INTEGER, REAL, SPAN, TEXT, TIME, call, lit
from simulator.languages.kusto.knowledge import difference
from simulator.languages.kusto.logic import as_value
from simulator.languages.kusto.lowering import MAX_CALLS, Lowering
from simulator.languages.kusto.model import Deferred, Env, Frame, Function, Scope, Typed
from simulator.tables import Type

NOTHING = Rows((), ())
"""A plan for where no row is."""


def value(low: Lowering, scope: Scope, expr: ast.Expr) -> Typed:
    """An expression as a value. Raises InvalidRule or UnsupportedRule."""
    match expr:
        case ast.Lit(plain, kind):
            return lit(plain, kind)
        case ast.Name(name, at):
            return named(low, scope, name, at)
        case ast.Member(target, name, at):
            return _member(low, scope, target, name, at)
        case ast.Index(target, index, at):
            return _index(low, scope, target, index, at)
        case ast.Unary(_, item):
            return _negative(low, value(low, scope, item), expr.at)
        case ast.Binary("+" | "-" | "*" | "/" | "%" as op, left, right, at):
            return arithmetic(low, op, value(low, scope, left), value(low, scope, right), at)
        case ast.Binary() | ast.Between():
            return truth(low, scope, expr)
        case ast.Apply(name, args, at):
            return apply(low, scope, name, args, at)
        case ast.Named(_, inner, _):
            return value(low, scope, inner)
        case ast.Sequence((single,), _):
            return value(low, scope, single)
        case ast.Pipeline(at=at):
            raise low.invalid(at, "a table cannot stand where a single value must; use toscalar(...)")
        case ast.Star(at):
            raise low.invalid(at, "`*` cannot stand here")
        case _:
            raise low.invalid(expr.at, "a value is expected here")


def truth(low: Lowering, scope: Scope, expr: ast.Expr) -> Typed:
    """A condition as a value."""
    return as_value(low.predicate(low, scope, expr))


def named(low: Lowering, scope: Scope, name: str, at: int) -> Typed:
    """What a name stands for: a column, else a variable, else a column that nobody declared."""
    frame = scope.frame
    if (column := frame.columns.get(name)) is not None:
        return column.of(name)
    if (bound := scope.env.find(name)) is not None:
        match bound:
            case Typed():
                return bound
            case Deferred():
                found = settle(low, bound)
                if isinstance(found, Typed):
                    return found
        raise low.invalid(at, f"{name} is no single value but a table or a function", len(name))
    stem, _, suffix = name.rpartition("_")
    if suffix in _SUFFIXES and stem in frame.columns:  # what union calls a column of several kinds; here it has one
        return convert.to_kind(frame.columns[stem].of(stem), _SUFFIXES[suffix])
    for bag in frame.bags:
        low.knowledge.use(frame.columns[bag].origin, DYNAMIC) if bag in frame.columns else None
        return call("json_member", DYNAMIC, Field(bag), Literal(name, TEXT))
    if frame.opens:
        target = min(frame.opens, key=lambda one: one.known)
        low.knowledge.need(target.table, name, at)
        return Typed(Field(name), TEXT, (target.table, name))
    known = [column for column in frame.columns if not column.startswith("$")]
    raise low.invalid(at, f"there is no column named {name!r} here{nearest(name, known)}", len(name))


def settle(low: Lowering, bound: Deferred) -> Typed | Frame:
    """What a `let` means, found once."""
    if bound.made is None:
        if bound.busy:
            raise low.invalid(bound.expr.at, "a name is defined by itself")
        bound.busy = True
        try:
            bound.made = meaning(low, bound.expr, bound.env)
        finally:
            bound.busy = False
    return bound.made


def meaning(low: Lowering, expr: ast.Expr, env: Env) -> Typed | Frame:
    """An expression outside of any row: rows or a value."""
    if tabular(expr, env):
        return low.rows(low, expr, env)
    return value(low, Scope(Frame(NOTHING, {}), env), expr)


def tabular(expr: ast.Expr, env: Env) -> bool:
    """Whether an expression gives rows."""
    match expr:
        case ast.Pipeline():
            return True
        case ast.Name(name):
            match env.find(name):
                case None:
                    return True
                case Deferred(inner, outer):
                    return tabular(inner, outer)
                case Function():
                    return tabular(ast.Apply(name, (), expr.at), env)
                case found:
                    return isinstance(found, Frame)
        case ast.Apply(name, args):
            if name == "materialize" and args:
                return tabular(args[0], env)
            if name == "view":
                return True
            found = env.find(name)
            if isinstance(found, Function):
                body = found.definition.body
                within = Env(found.env)
                for let in found.definition.lets:
                    within.names[let.name] = bind(let.value, within)
                for parameter in found.definition.parameters:
                    empty = Frame(NOTHING, {})
                    within.names[parameter.name] = empty if parameter.kind is None else lit(None, parameter.kind)
                return tabular(body, within)
            return name not in functions.SCALARS and name not in ("toscalar", "case", "iff", "iif")
        case ast.Member(ast.Apply("cluster" | "database" | "workspace" | "app" | "adx" | "arg" | "resource")):
            return True
        case _:
            return False


def bind(expr: ast.Expr, env: Env) -> Deferred | Function:
    """What a `let` gives its name."""
    return Function(expr, env) if isinstance(expr, ast.Lambda) else Deferred(expr, env)


def _member(low: Lowering, scope: Scope, target: ast.Expr, name: str, at: int) -> Typed:
    if isinstance(target, ast.Name) and target.name in scope.sides:
        side = scope.sides[target.name]
        return named(low, Scope(side, scope.env), name, at)
    bag = as_dynamic(low, value(low, scope, target))
    return call("json_member", DYNAMIC, bag, Literal(name, TEXT))


def _index(low: Lowering, scope: Scope, target: ast.Expr, index: ast.Expr, at: int) -> Typed:
    place = value(low, scope, index)
    if isinstance(target, ast.Name) and target.name in scope.sides and place.kind is TEXT:
        return named(low, Scope(scope.sides[target.name], scope.env), str(place.plain), at)
    items = as_dynamic(low, value(low, scope, target))
    if place.kind is TEXT:
        return call("json_member", DYNAMIC, items, convert.solid(place))
    return call("json_element", DYNAMIC, items, convert.to_number(place, INTEGER))


def as_dynamic(low: Lowering, found: Typed) -> Typed:
    """A value whose members are asked for: text is read as JSON."""
    low.knowledge.use(found.origin, DYNAMIC)
    if found.kind is TEXT:
        return call("json_or_text", DYNAMIC, found)
    return convert.to_dynamic(found)


def _negative(low: Lowering, found: Typed, at: int) -> Typed:
    zero = lit(0.0, REAL) if found.kind in (REAL, DYNAMIC) else lit(0, SPAN if found.kind is SPAN else INTEGER)
    return arithmetic(low, "-", zero, found, at)


def arithmetic(low: Lowering, op: str, left: Typed, right: Typed, at: int) -> Typed:
    """`left op right`."""
    if op == "-" and left.origin and right.origin and left.kind is right.kind is TEXT:
        made = call("subtract", INTEGER, convert.to_number(left, INTEGER), convert.to_number(right, INTEGER))
        return replace(made, origin=difference(left.origin, right.origin))
    left, right = _numeric(low, left, right, op), _numeric(low, right, left, op)
    if left.constant and right.constant and (folded := _folded(op, left, right)) is not None:
        return folded
    kinds = (left.kind, right.kind)
    match op, kinds:
        case ("+", (Type.TIME, Type.SPAN)) | ("-", (Type.TIME, Type.SPAN)):
            return call("add" if op == "+" else "subtract", TIME, left, right)
        case "+", (Type.SPAN, Type.TIME):
            return call("add", TIME, right, left)
        case "-", (Type.TIME, Type.TIME):
            return call("subtract", SPAN, left, right)
        case ("+" | "-", (Type.SPAN, Type.SPAN)):
            return call("add" if op == "+" else "subtract", SPAN, left, right)
        case "*", (Type.SPAN, Type.INTEGER | Type.REAL):
            return _scaled(left, right)
        case "*", (Type.INTEGER | Type.REAL, Type.SPAN):
            return _scaled(right, left)
        case "/", (Type.SPAN, Type.SPAN):
            return call("divide", REAL, left, right)
        case "/", (Type.SPAN, Type.INTEGER | Type.REAL):
            part = call("divide", REAL, _micro_real(left), convert.to_number(right, REAL))
            return call("to_span", SPAN, call("to_integer", INTEGER, part))
        case "%", (Type.SPAN | Type.TIME, Type.SPAN):
            rest = call("modulo", INTEGER, call("to_integer", INTEGER, left), call("to_integer", INTEGER, right))
            return call("to_span", SPAN, rest)
        case _, (Type.INTEGER, Type.INTEGER):
            if op == "/":
                return call("divide_integers", INTEGER, left, right)
            return call(_NAMES[op], INTEGER, left, right)
        case _, (Type.INTEGER | Type.REAL, Type.INTEGER | Type.REAL):
            return call(_NAMES[op], REAL, convert.to_number(left, REAL), convert.to_number(right, REAL))
    raise low.invalid(at, f"{op!r} does not go between {_called(left)} and {_called(right)}")


_SUFFIXES = {
    "string": TEXT, "long": INTEGER, "int": INTEGER, "real": REAL, "double": REAL, "bool": BOOLEAN, "datetime": TIME,
    "timespan": SPAN, "dynamic": DYNAMIC, "guid": TEXT,
}  # fmt: skip
_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "modulo"}
_CALLED = {TEXT: "string", INTEGER: "long", REAL: "real", BOOLEAN: "bool", TIME: "datetime", SPAN: "timespan"}


def _called(found: Typed) -> str:
    return f"a {_CALLED.get(found.kind, 'dynamic')}"


def _micro_real(found: Typed) -> Typed:
    return call("to_real", REAL, call("to_integer", INTEGER, found))


def _scaled(length: Typed, factor: Typed) -> Typed:
    if factor.kind is INTEGER:
        return call("multiply", SPAN, length, factor)
    return call("to_span", SPAN, call("to_integer", INTEGER, call("multiply", REAL, _micro_real(length), factor)))


def _numeric(low: Lowering, found: Typed, other: Typed, op: str) -> Typed:
    """An operand as something to reckon with; what kind of thing its partner shows."""
    wanted = other.kind
    if wanted is SPAN and op in "+-%":
        wanted = TIME if found.origin or found.kind in (DYNAMIC, TEXT) else found.kind
    elif wanted is TIME:
        wanted = TIME if op == "-" else SPAN
    elif wanted not in (INTEGER, REAL, SPAN):
        wanted = INTEGER if found.origin else REAL
    if found.kind in (TEXT, DYNAMIC, BOOLEAN):
        if found.origin:
            low.knowledge.use(found.origin, INTEGER if wanted is SPAN and op in "*/" else wanted)
        if wanted is SPAN and op == "*":
            wanted = REAL
        return convert.to_kind(found, wanted)
    return found


def _folded(op: str, left: Typed, right: Typed) -> Typed | None:
    a, b = left.plain, right.plain
    if isinstance(a, bool | str | tuple | None) or isinstance(b, bool | str | tuple | None):
        return None
    kinds = (left.kind, right.kind)
    match op:
        case "+" | "-":
            kind = (
                TIME if (TIME in kinds and kinds != (TIME, TIME)) else SPAN if TIME in kinds or SPAN in kinds else None
            )
            if kind in (TIME, SPAN) and (set(kinds) - {TIME, SPAN}):
                return None
            kind = kind or (REAL if REAL in kinds else INTEGER)
            return lit(a + b if op == "+" else a - b, kind)
        case "*" if TIME not in kinds and kinds != (SPAN, SPAN):
            if SPAN in kinds:
                return lit(round(a * b), SPAN)
            return lit(a * b, REAL if REAL in kinds else INTEGER)
        case "/" if b and TIME not in kinds:
            if kinds == (SPAN, SPAN):
                return lit(a / b, REAL)
            if left.kind is SPAN:
                return lit(round(a / b), SPAN)
            if kinds == (INTEGER, INTEGER):
                return lit(int(a / b), INTEGER)
            return lit(a / b, REAL) if SPAN not in kinds else None
    return None


def apply(low: Lowering, scope: Scope, name: str, args: tuple[ast.Expr, ...], at: int) -> Typed:
    """A call: of an aggregate where one may stand, of a function of the query's own, or of Kusto's."""
    if scope.collector is not None and name in functions.AGGREGATES:
        return functions.AGGREGATES[name](functions.Asked(low, scope.collector.rows, name, args, at), scope.collector)
    bound = scope.env.find(name)
    if isinstance(bound, Function):
        return _own(low, scope, name, bound, args, at)
    if name == "toscalar":
        return functions.to_scalar(low, scope, args, at)
    reader = functions.SCALARS.get(name)
    if reader is not None:
        return reader(functions.Asked(low, scope, name, args, at))
    if name in functions.AGGREGATES:
        raise low.invalid(at, f"the aggregate {name} stands only in summarize", len(name))
    if name in functions.KUSTO_FUNCTIONS:
        raise low.unsupported(at, f"the function {name} is not supported", len(name))
    hint = nearest(name, [*functions.SCALARS, *functions.AGGREGATES])
    raise low.unsupported(at, f"the function {name} is neither Kusto's nor the query's own{hint}", len(name))


def _own(low: Lowering, scope: Scope, name: str, bound: Function, args: tuple[ast.Expr, ...], at: int) -> Typed:
    inner = entered(low, name, bound, args, at, lambda arg: value(low, scope, arg), scope.env)
    try:
        if tabular(bound.definition.body, inner):
            raise low.invalid(at, f"{name} gives a table; use toscalar(...)", len(name))
        return value(
            low, Scope(scope.frame, inner, scope.windows, scope.collector, serial=scope.serial), bound.definition.body
        )
    finally:
        low.calls -= 1


def entered(
    low: Lowering,
    name: str,
    bound: Function,
    args: tuple[ast.Expr, ...],
    at: int,
    single: Callable[[ast.Expr], Typed],
    env: Env,
) -> Env:
    """The names inside a function of the query's own that is called with `args`. The caller leaves again by
    `low.calls -= 1`."""
    low.calls += 1
    if low.calls > MAX_CALLS:
        raise low.invalid(at, "functions call each other without end", len(name))
    inner = Env(bound.env)
    given: dict[str, ast.Expr] = {}
    parameters = bound.definition.parameters
    for place, arg in enumerate(args):
        if isinstance(arg, ast.Named):
            given[arg.names[0]] = arg.value
        elif place < len(parameters):
            given[parameters[place].name] = arg
        else:
            raise low.invalid(at, f"{name} takes {len(parameters)} arguments, not {len(args)}", len(name))
    for parameter in parameters:
        wanted = given.get(parameter.name) or parameter.default
        if wanted is None:
            raise low.invalid(at, f"{name} needs an argument for {parameter.name}", len(name))
        if parameter.kind is None:
            inner.names[parameter.name] = low.rows(low, wanted, env)
        else:
            found = single(wanted)
            if found.origin:
                low.knowledge.use(found.origin, parameter.kind)
            inner.names[parameter.name] = convert.to_kind(found, parameter.kind)
    for let in bound.definition.lets:
        inner.names[let.name] = bind(let.value, inner)
    return inner


def called(value: Typed) -> str:
    """What a value's kind is called."""
    return _called(value)
