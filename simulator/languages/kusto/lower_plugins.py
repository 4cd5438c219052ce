"""`evaluate` and `invoke`.

Microsoft Learn: "evaluate plugin operator", "bag_unpack plugin", "ipv4_lookup plugin", "invoke operator";
"FileProfile()" and its like: "Enrichment functions" of Microsoft Defender XDR advanced hunting.
"""

from __future__ import annotations

from dataclasses import replace

from simulator.ir import Field, Filter, Join, JoinKind, Test
from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.convert import BOOLEAN, DYNAMIC, INTEGER, TEXT, TIME, call, lit
from simulator.languages.kusto.lower_columns import extended
from simulator.languages.kusto.lower_values import as_dynamic, entered
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Env, Frame, Function, Scope, Typed
from simulator.languages.kusto.naming import free
from simulator.tables import Type

ENRICHMENTS: dict[str, tuple[tuple[str, Type], ...]] = {
    "FileProfile": (
        ("SHA1", TEXT), ("SHA256", TEXT), ("MD5", TEXT), ("FileSize", INTEGER), ("GlobalPrevalence", INTEGER),
        ("GlobalFirstSeen", TIME), ("GlobalLastSeen", TIME), ("Signer", TEXT), ("Issuer", TEXT), ("SignerHash", TEXT),
        ("IsCertificateValid", BOOLEAN), ("IsRootSignerMicrosoft", BOOLEAN), ("SignatureState", TEXT),
        ("IsExecutable", BOOLEAN), ("ThreatName", TEXT), ("Publisher", TEXT), ("SoftwareName", TEXT),
        ("ProfileAvailability", TEXT),
    ),
    "DeviceFromIP": (("IP", TEXT), ("DeviceId", TEXT)),
    "SeenBy": (("SeenBy", DYNAMIC),),
}  # fmt: skip
"""Functions that ask Microsoft's services: the columns that they add. Nobody is asked here, so these are null."""


def plugin(low: Lowering, step: ast.Plugin, frame: Frame | None, env: Env) -> Frame:
    """`evaluate name(...)`, `invoke name(...)`"""
    name = step.call.name
    if frame is None:
        raise low.unsupported(step.at, f"evaluate {name} without rows before it is not supported", 8)
    if step.op == "invoke":
        return _invoked(low, step.call, frame, env)
    match name:
        case "bag_unpack":
            return _unpacked(low, step, frame, env)
        case "ipv4_lookup":
            return _looked_up(low, step.call, frame, env)
        case _:
            raise low.unsupported(step.call.at, f"the plugin {name} is not supported", len(name))


def _invoked(low: Lowering, called: ast.Apply, frame: Frame, env: Env) -> Frame:
    name = called.name
    bound = env.find(name)
    if isinstance(bound, Function):
        inner_env = Env(env, {"$rows": frame})
        args = (ast.Name("$rows", called.at), *called.args)

        def single(arg: ast.Expr) -> Typed:
            return low.value(low, Scope(frame, env), arg)

        inner = entered(low, name, bound, args, called.at, single, inner_env)
        try:
            return low.rows(low, bound.definition.body, inner)
        finally:
            low.calls -= 1
    if name not in ENRICHMENTS:
        raise low.unsupported(called.at, f"invoke {name}: the function is not the query's own", len(name))
    low.warn(called.at, f"{name} asks Microsoft's services, which are not asked here: the columns it adds are null")
    given = {arg.name for arg in called.args if isinstance(arg, ast.Name)}
    added = [(column, lit(None, kind)) for column, kind in ENRICHMENTS[name] if column not in given]
    named = [(column, value) for column, value in added if column not in frame.columns]
    return extended(frame, named)


def _unpacked(low: Lowering, step: ast.Plugin, frame: Frame, env: Env) -> Frame:
    """bag_unpack(column [, prefix]): its members become columns, those that the query names."""
    args = step.call.args
    if not args or not isinstance(args[0], ast.Name):
        raise low.invalid(step.call.at, "bag_unpack takes a column", 10)
    bag = as_dynamic(low, low.value(low, Scope(frame, env), args[0]))
    secret = low.secret("b")
    frame = extended(frame, [(secret, bag)])
    prefix = str(args[1].value) if len(args) > 1 and isinstance(args[1], ast.Lit) and args[1].kind is TEXT else ""
    columns = {name: one for name, one in frame.columns.items() if name != args[0].name}
    frame = replace(frame, columns=columns)
    if step.schema is not None:
        known = [(name, kind) for name, kind in step.schema if name not in columns]
        named = []
        for name, kind in known:
            one = call("json_member", DYNAMIC, Typed(Field(secret), DYNAMIC), lit(name.removeprefix(prefix), TEXT))
            named.append((name, convert.to_kind(one, kind)))
        return extended(frame, named)
    if prefix:
        rows = call("bag_with_prefix", DYNAMIC, Typed(Field(secret), DYNAMIC), lit(prefix, TEXT))
        frame = extended(frame, [(secret, rows)])
    low.warn(step.at, "the columns that bag_unpack makes are those that the query names")
    return replace(frame, bags=(*frame.bags, secret))


def _looked_up(low: Lowering, called: ast.Apply, frame: Frame, env: Env) -> Frame:
    """ipv4_lookup(table, address, network [, return_unmatched])"""
    if len(called.args) < 3:
        raise low.invalid(called.at, "ipv4_lookup takes a table, an address and a network", 11)
    right = low.rows(low, called.args[0], env)
    address = low.value(low, Scope(frame, env), called.args[1])
    network = low.value(low, Scope(right, env), called.args[2])
    names = tuple((name, name) for name in frame.columns)
    taken = dict(frame.columns)
    renamed: list[tuple[str, str]] = []
    for name, one in right.columns.items():
        new = free(name, taken)
        taken[new] = one
        renamed.append((new, name))
    if len(called.args) > 3:
        raise low.unsupported(called.at, "ipv4_lookup that returns unmatched rows is not supported", 11)
    pairs = Join(JoinKind.INNER, frame.relation, right.relation, (), names, tuple(renamed))
    match network.value:
        case Field(old):
            place = Field(next(new for new, name in renamed if name == old))
        case _:
            raise low.unsupported(called.at, "ipv4_lookup over a computed network is not supported", 11)
    inside = call(
        "ip_in_any",
        BOOLEAN,
        convert.to_text(address),
        call("json_array", DYNAMIC, convert.to_dynamic(Typed(place, TEXT))),
    )
    return replace(frame, relation=Filter(pairs, Test(inside.value)), columns=taken, order=())
