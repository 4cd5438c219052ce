"""Functions of texts and addresses, as ES|QL has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.ir import Literal
from simulator.languages.esql.builders import B, F, N, T, each, plain, variadic
from simulator.languages.esql.syntax import Function, Name
from simulator.languages.esql.typed import Typed, call, cast, integer, text
from simulator.tables import Type

if TYPE_CHECKING:
    from simulator.languages.esql.values import Lowering


_FIELD = re.compile(r"(?:\$\.)?[\w@]+(?:\.[\w@]+)*")
"""A path into a record that is the name of a field."""
_REFERENCE = re.compile(r"\\(.)?|\$([0-9])", re.DOTALL)
"""What is special in Java's replacements: an escaped character, a group."""


def _replace(low: Lowering, node: Function) -> Typed:
    subject, pattern, new = (cast(low.value(arg), T) for arg in node.args)
    match new.value:
        case Literal(value=str() as by):
            new = text(
                _REFERENCE.sub(
                    lambda found: (
                        f"\\{found[2]}" if found[2] else "\\\\" if found[0] in ("\\", "\\\\") else found[1] or ""
                    ),
                    by,
                )
            )
        case _:
            raise low.scope.unsupported(node.args[2].at, node.args[2].end, "REPLACE with a text that is not constant")
    return call("regex_replace", T, subject, pattern, text(""), new)


def _substring(low: Lowering, node: Function) -> Typed:
    """Place 1 is the first (0 too), negative places count from the end."""
    subject, start = cast(low.value(node.args[0]), T), cast(low.value(node.args[1]), N)
    length = cast(low.value(node.args[2]), N) if len(node.args) == 3 else integer(1 << 30)
    one = integer(1)
    ahead = call("subtract", N, call("maximum_of", N, start, one), one)
    from_start = call("substring", T, subject, ahead, length)
    from_end = call("left", T, call("right", T, subject, call("negate", N, start)), length)
    if isinstance(start.value, Literal) and isinstance(start.value.value, int):
        if start.value.value < 0:
            return call("left", T, call("right", T, subject, integer(-start.value.value)), length)
        return call("substring", T, subject, integer(max(start.value.value - 1, 0)), length)
    return call("if", T, call("less", B, start, integer(0)), from_end, from_start)


def _locate(low: Lowering, node: Function) -> Typed:
    subject, part = cast(low.value(node.args[0]), T), cast(low.value(node.args[1]), T)
    start = cast(low.value(node.args[2]), N) if len(node.args) == 3 else integer(1)
    ahead = call("subtract", N, call("maximum_of", N, start, integer(1)), integer(1))
    return call("add", N, call("index_of_from", N, subject, part, ahead), integer(1))


def _url_encode(low: Lowering, node: Function) -> Typed:
    """Spaces are `+`."""
    return call("replace", T, call("url_encode", T, cast(low.value(node.args[0]), T)), text("%20"), text("+"))


def _json_extract(low: Lowering, node: Function) -> Typed:
    path = (low.constant_text(node.args[1], "a path") or "").strip()
    match node.args[0]:
        case Name(at, end, "_source") if "_source" in low.scope.raw and _FIELD.fullmatch(path):
            # Streams keep no whole records: what stands at the path is the field of that name.
            return cast(low.value(Name(at, end, path.removeprefix("$."))), T)
        case _:
            pass
    path = path if path.startswith("$") else f"${path}" if path.startswith("[") else f"$.{path}"
    if any(sign in path for sign in ("*", "..", "?(", "[-")):
        raise low.scope.unsupported(
            node.args[1].at, node.args[1].end, "JSON_EXTRACT has no wildcards, slices or filters"
        )
    subject = call("json_parse", Type.DYNAMIC, cast(low.value(node.args[0]), T))
    return call("json_text", T, call("json_extract", Type.DYNAMIC, subject, text(path)))


def _ip_prefix(low: Lowering, node: Function) -> Typed:
    address = cast(low.value(node.args[0]), T)
    four, six = (cast(low.value(arg), N) for arg in node.args[1:])
    old = call("equal", B, call("ip_version", N, address), integer(4))
    return call("if", T, old, call("ip_network", T, address, four), call("ip_network", T, address, six))


def _split(low: Lowering, node: Function) -> Typed:
    return call("split", Type.TEXTS, cast(low.value(node.args[0]), T), cast(low.value(node.args[1]), T))


def _hash(low: Lowering, node: Function) -> Typed:
    algorithm = (low.constant_text(node.args[0], "an algorithm") or "").lower().replace("-", "")
    if algorithm not in ("md5", "sha1", "sha256", "sha512"):
        raise low.scope.unsupported(node.args[0].at, node.args[0].end, f"HASH by {algorithm!r} is not supported")
    return call(algorithm, T, cast(low.value(node.args[1]), T))


def _hashed(algorithm: str) -> F:
    return F(1, 1, lambda low, node: call(algorithm, T, cast(low.value(node.args[0]), T)))


def to_ip(low: Lowering, node: Function) -> Typed:
    """Addresses in their shortest form, each of several texts."""
    typed = low.value(node.args[0])
    if typed.kind.element and not typed.null:
        return call("each", Type.TEXTS, text("ip_canonical"), cast(typed, Type.TEXTS))
    return call("ip_canonical", T, cast(typed, T))


TEXT_FUNCTIONS: dict[str, F] = {
    "concat": variadic("concat", T),
    "length": plain("length", N, T),
    "byte_length": plain("byte_length", N, T),
    "bit_length": F(
        1,
        1,
        lambda low, node: call("multiply", N, call("byte_length", N, cast(low.value(node.args[0]), T)), integer(8)),
    ),
    "to_lower": each("lower", T, T),
    "to_upper": each("upper", T, T),
    "trim": plain("trim_space", T, T),
    "ltrim": plain("trim_space_start", T, T),
    "rtrim": plain("trim_space_end", T, T),
    "substring": F(2, 3, _substring),
    "left": plain("left", T, T, N),
    "right": plain("right", T, T, N),
    "locate": F(2, 3, _locate),
    "repeat": plain("repeat", T, T, N),
    "reverse": plain("reverse", T, T),
    "space": F(1, 1, lambda low, node: call("repeat", T, text(" "), cast(low.value(node.args[0]), N))),
    "split": F(2, 2, _split),
    "replace": F(3, 3, _replace),
    "to_base64": plain("base64_encode", T, T),
    "from_base64": plain("base64_decode", T, T),
    "hash": F(2, 2, _hash),
    "md5": _hashed("md5"),
    "sha1": _hashed("sha1"),
    "sha256": _hashed("sha256"),
    "url_encode": F(1, 1, _url_encode),
    "url_encode_component": plain("url_encode", T, T),
    "url_decode": plain("url_decode_plus", T, T),
    "json_extract": F(2, 2, _json_extract),
    "ip_prefix": F(3, 3, _ip_prefix),
}
"""Texts, hashes, addresses of the web, IP addresses."""
