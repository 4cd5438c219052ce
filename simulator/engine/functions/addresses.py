"""IP addresses in texts, as `engine.text` reads them."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, ip_network
from typing import Any

from simulator.engine.functions.model import Function
from simulator.engine.text import Address, inside, read_address, read_network

_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


def _address(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of the address that the first argument spells; null when it spells none."""

    def run(text: str, *more: Any) -> Any:
        address = read_address(text)
        return None if address is None else function(address, *more)

    return run


def _inside(text: str, network: str) -> bool | None:
    try:
        return inside(text, read_network(network))
    except ValueError:
        return None


def _fault(_text: object, network: object) -> str | None:
    return f"{network!r} is no network" if isinstance(network, str) and _inside("", network) is None else None


def _network(address: Address, bits: int) -> str | None:
    if not 0 <= bits <= address.max_prefixlen:
        return None
    return str(ip_network((address, bits), strict=False).network_address)


ADDRESSES = (
    Function("ip_version", _address(lambda address: address.version)),
    Function("ip_inside", _inside, fault=_fault),
    Function("ip_private", _address(lambda address: any(inside(str(address), read_network(n)) for n in _PRIVATE))),
    Function("ip_to_integer", _address(lambda address: int(address) if address.version == 4 else None)),
    Function("ip_from_integer", lambda value: str(IPv4Address(value)) if 0 <= value < 2**32 else None),
    Function("ip_network", _address(_network)),
    Function("ip_canonical", _address(str)),
)
