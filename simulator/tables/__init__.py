"""What tables exist, and how anyone reads events out of a source of them.

`model` has the words (Table, Column), `source` the contract between whoever holds events and whoever reads them, and
one module per vendor lists that vendor's tables with the place where each is documented.
"""

from simulator.tables.model import SYSTEM_COLUMNS, Column, Table, Type
from simulator.tables.registry import TABLES, matching, table_for_windows
from simulator.tables.source import Batch, Demand, Part, PassedOver, Rejected, Source

__all__ = [
    "SYSTEM_COLUMNS",
    "TABLES",
    "Batch",
    "Column",
    "Demand",
    "Part",
    "PassedOver",
    "Rejected",
    "Source",
    "Table",
    "Type",
    "matching",
    "table_for_windows",
]
