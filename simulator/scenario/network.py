"""How names resolve: always the same name to the same addresses, whoever asks."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import polars as pl

from simulator.content import content
from simulator.documents import load
from simulator.world import World


@dataclass(frozen=True, slots=True)
class Network:
    """How names with a suffix resolve: through which aliases, into which networks, to how many addresses."""

    cnames: tuple[str, ...]
    networks: tuple[str, ...]
    addresses: int


IPV4: Final = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
"""A name that is an address already, and needs no look-up."""

_ELSEWHERE: Final = Network(
    (),
    (
        "52.84.0.0/15",
        "104.16.0.0/13",
        "142.250.0.0/15",
        "151.101.0.0/16",
        "18.64.0.0/14",
        "34.96.0.0/12",
        "185.60.112.0/20",
    ),
    0,
)
"""Networks of large hosters, for names that fixtures/names.yaml does not mention."""


@cache
def _networks() -> Mapping[str, Network]:
    path = content("fixtures") / "names.yaml"
    if not path.is_file():
        return {}
    return {
        suffix: Network(
            tuple(entry.get("cnames", ())),
            tuple(entry.get("networks", _ELSEWHERE.networks)),
            int(entry.get("addresses", 0)),
        )
        for suffix, entry in load(path).value["names"].items()
    }


def _number(*names: str | int) -> int:
    return int.from_bytes(hashlib.blake2b("\x1f".join(map(str, names)).encode(), digest_size=8).digest(), "little")


@lru_cache(maxsize=50_000)
def _outside(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Aliases and addresses of a name on the Internet."""
    labels = name.lower().split(".")
    known = _networks()
    found = next((known[s] for i in range(len(labels)) if (s := ".".join(labels[i:])) in known), _ELSEWHERE)
    count = found.addresses or 1 + _number(name, "count") % 3
    addresses = []
    for number in range(count):
        network = ipaddress.ip_network(found.networks[_number(name, "network") % len(found.networks)], strict=False)
        size = network.num_addresses
        inside = 1 + _number(name, number) % max(1, size - 2) if size > 2 else 0
        addresses.append(str(network[inside]))
    return found.cnames, tuple(dict.fromkeys(addresses))


class Resolver:
    """Resolves names in one world: its own hosts by name, everything else outside."""

    def __init__(self, world: World) -> None:
        short = dict(zip(world.hosts["name"].str.to_lowercase(), world.hosts["ip"], strict=True))
        long = dict(zip(world.hosts["fqdn"].str.to_lowercase(), world.hosts["ip"], strict=True))
        self._own = short | long

    def resolve(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Aliases and addresses of a name; an IPv4 address stands for itself."""
        address = name if IPV4.fullmatch(name) else self._own.get(name.lower())
        return ((), (address,)) if address else _outside(name)

    def table(self, names: pl.Series) -> pl.DataFrame:
        """Columns `name`, `cnames`, `addresses`, one row for each distinct name."""
        distinct = names.unique(maintain_order=True).drop_nulls()
        found = [self.resolve(name) for name in distinct]
        return pl.DataFrame(
            {"name": distinct, "cnames": [list(c) for c, _ in found], "addresses": [list(a) for _, a in found]},
            schema={"name": pl.String, "cnames": pl.List(pl.String), "addresses": pl.List(pl.String)},
        )
