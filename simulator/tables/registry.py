"""Every table Sparring knows, by name."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from simulator.tables.defender import DEFENDER_TABLES
from simulator.tables.elastic import ELASTIC_TABLES
from simulator.tables.model import Table
from simulator.tables.network import NETWORK_TABLES
from simulator.tables.sentinel import SENTINEL_TABLES
from simulator.tables.splunk import SPLUNK_TABLES
from simulator.tables.windows import WINDOWS_TABLES, table_for_windows

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        *WINDOWS_TABLES,
        *NETWORK_TABLES,
        *DEFENDER_TABLES,
        *SENTINEL_TABLES,
        *ELASTIC_TABLES,
        *SPLUNK_TABLES,
    )
}

__all__ = ["TABLES", "matching", "table_for_windows"]


def matching(pattern: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """The names out of `names` (all known tables by default) that `pattern` stands for (`*` is any text)."""
    return tuple(name for name in (names or TABLES) if fnmatchcase(name, pattern))
