"""DNS in the lab: every name is at the lab's own address. Decisions only; mitmproxy does the asking and answering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TYPES: Final[Mapping[int, str]] = {
    1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 64: "SVCB",
    65: "HTTPS", 255: "ANY",
}  # fmt: skip
"""Names of query types (IANA, DNS parameters)."""


@dataclass(frozen=True, slots=True)
class Zone:
    """What the lab says to any question. `address` is IPv4."""

    address: str

    def addresses(self, name: str, query_type: str) -> tuple[str, ...]:
        """The addresses in the answer: the lab's for every A, none (but no error) for anything else.

        Single labels are none of ours: Docker's own resolver knows the containers.
        """
        return (self.address,) if query_type in ("A", "ANY") and "." in name.rstrip(".") else ()


def type_name(number: int) -> str:
    """The name of a query type."""
    return TYPES.get(number, f"TYPE{number}")
