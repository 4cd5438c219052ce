"""How names resolve: always the same name to the same addresses, whoever asks."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from simulator.content import content
from simulator.documents import load
from simulator.scenario.rows import gather
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

    def rows(self, names: pl.Series) -> Resolved:
        """How the name of each row resolves; a null name to nothing."""
        distinct = names.unique(maintain_order=True).drop_nulls()
        found = [*map(self.resolve, distinct), ((), ())]
        code = np.zeros(len(names), np.int64)
        if len(distinct) != 1 or names.null_count():
            code = names.replace_strict(
                distinct, pl.Series(range(len(distinct)), dtype=pl.Int64), default=len(distinct), return_dtype=pl.Int64
            ).to_numpy()
        lists = pl.List(pl.String)
        return Resolved(
            code,
            pl.Series([list(aliases) for aliases, _ in found], dtype=lists),
            pl.Series([list(addresses) for _, addresses in found], dtype=lists),
            [addresses for _, addresses in found],
        )


@dataclass(frozen=True, slots=True)
class Resolved:
    """How the names of some rows resolve: `code` is the number of each row's name in the lists beside it."""

    code: npt.NDArray[np.int64]
    _cnames: pl.Series
    _addresses: pl.Series
    _found: Sequence[tuple[str, ...]]

    def take(self, index: npt.NDArray[np.int64]) -> Resolved:
        """Of the rows at `index`."""
        return Resolved(self.code[index], self._cnames, self._addresses, self._found)

    def cnames(self) -> pl.Series:
        """The aliases of each row's name."""
        return gather(self._cnames, self.code)

    def addresses(self) -> pl.Series:
        """All addresses of each row's name."""
        return gather(self._addresses, self.code)

    def one(self, place: npt.NDArray[np.float64]) -> pl.Series:
        """One of the addresses of each row's name, by a number from 0 to 1; null where there is none."""
        count = np.array([len(addresses) for addresses in self._found])
        first = np.cumsum(count) - count
        flat = pl.Series([address for addresses in self._found for address in addresses] + [None], dtype=pl.String)
        chosen = first[self.code] + (place * count[self.code]).astype(np.int64)
        return gather(flat, np.where(count[self.code] > 0, chosen, len(flat) - 1))
