"""Functions of addresses.

Microsoft Learn: "ipv4_is_private()", "ipv4_is_in_range()", "parse_ipv4()", "has_ipv4()", "geo_info_from_ip_address()".
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

from simulator.ir import Cidr, Const, Field, Or, Truth
from simulator.languages.kusto import convert
from simulator.languages.kusto.asked import Asked, Scalar, simple
from simulator.languages.kusto.convert import BOOLEAN, DYNAMIC, INTEGER, TEXT, call, lit
from simulator.languages.kusto.model import Typed


def _private(asked: Asked) -> Typed:
    """Of version 4 alone; other text is null."""
    found = asked.arg(0, TEXT)
    version = call("equal", BOOLEAN, call("ip_version", INTEGER, found), lit(4, INTEGER))
    return call("if", BOOLEAN, version, call("ip_private", BOOLEAN, found), lit(None, BOOLEAN))


def _in_range(asked: Asked) -> Typed:
    network = asked.arg(1)
    if network.constant and network.kind is TEXT:
        return _inside(asked.arg(0), [str(network.plain)])
    return call("ip_in_any", BOOLEAN, asked.arg(0, TEXT), call("json_array", DYNAMIC, convert.to_dynamic(network)))


def _in_any_range(asked: Asked) -> Typed:
    found = asked.arg(0)
    networks: list[str] = []
    others: list[Typed] = []
    for place in range(1, len(asked)):
        one = asked.arg(place)
        loaded = convert.loaded(one)
        if isinstance(loaded, list):
            networks += [str(item) for item in loaded]
        elif isinstance(loaded, str):
            networks.append(loaded)
        else:
            others.append(
                convert.to_dynamic(one) if one.kind is DYNAMIC else call("json_array", DYNAMIC, convert.to_dynamic(one))
            )
    if not others:
        return _inside(found, networks)
    many = call("array_concat", DYNAMIC, convert.dynamic(networks), *others)
    return call("ip_in_any", BOOLEAN, convert.to_text(found), many)


def _inside(found: Typed, networks: Sequence[str]) -> Typed:
    if not networks:
        return lit(False, BOOLEAN)
    if isinstance(found.value, Field) and found.kind is TEXT:
        tests = tuple(Cidr(found.value.name, network) for network in networks if _is_network(network))
        return Typed(Truth(tests[0] if len(tests) == 1 else Or(tests) if tests else Const(False)), BOOLEAN)
    return call("ip_in_any", BOOLEAN, convert.to_text(found), convert.dynamic(list(networks)))


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _nowhere(asked: Asked) -> Typed:
    """Where an address is, is known by a service that Sparring does not ask: it is in no country."""
    asked.arg(0)
    asked.low.warn(asked.at, "geo_info_from_ip_address finds nothing: no database of places is at hand", once="geo")
    return lit(None, DYNAMIC)


def _compare(function: str) -> Scalar:
    def lower(asked: Asked) -> Typed:
        prefix = asked.arg(2, INTEGER) if len(asked) > 2 else lit(128 if "6" in asked.name else 32, INTEGER)
        return call(
            function, INTEGER if function == "ip_compare" else BOOLEAN, asked.arg(0, TEXT), asked.arg(1, TEXT), prefix
        )

    return lower


def _has(function: str) -> Scalar:
    def lower(asked: Asked) -> Typed:
        values = [convert.to_dynamic(asked.arg(place)) for place in range(1, len(asked))]
        wrapped = [
            one if one.kind is DYNAMIC and isinstance(convert.loaded(one), list) else call("json_array", DYNAMIC, one)
            for one in values
        ]
        return call(function, BOOLEAN, asked.arg(0, TEXT), call("array_concat", DYNAMIC, *wrapped))

    return lower


def _format_mask(asked: Asked) -> Typed:
    prefix = asked.arg(1, INTEGER) if len(asked) > 1 else lit(32, INTEGER)
    network = asked.arg(0)
    found = call("ip_from_integer", TEXT, network) if network.kind is INTEGER else convert.to_text(network)
    made = call("ip_network", TEXT, found, prefix)
    return call("concat", TEXT, made, lit("/", TEXT), call("to_text", TEXT, prefix)) if "mask" in asked.name else made


FUNCTIONS: dict[str, Scalar] = {
    "ipv4_is_private": _private, "ipv4_is_in_range": _in_range, "ipv4_is_in_any_range": _in_any_range,
    "ipv6_is_in_range": _in_range, "ipv6_is_in_any_range": _in_any_range, "ipv4_is_match": _compare("ip_match"),
    "ipv6_is_match": _compare("ip_match"), "ipv4_compare": _compare("ip_compare"),
    "ipv6_compare": _compare("ip_compare"), "parse_ipv4": simple("ip_to_integer", (TEXT,), INTEGER),
    "format_ipv4": _format_mask, "format_ipv4_mask": _format_mask,
    "parse_ipv4_mask": simple("ip_number_of_network", (TEXT, INTEGER), INTEGER),
    "parse_ipv6": simple("ip_full_version_6", (TEXT,), TEXT),
    "parse_ipv6_mask": simple("ip_network_version_6", (TEXT, INTEGER), TEXT),
    "ipv4_netmask_suffix": simple("ip_suffix", (TEXT,), INTEGER), "has_ipv4": _has("has_ip"),
    "has_any_ipv4": _has("has_ip"), "has_ipv4_prefix": _has("has_ip_prefix"),
    "has_any_ipv4_prefix": _has("has_ip_prefix"), "geo_info_from_ip_address": _nowhere,
}  # fmt: skip
