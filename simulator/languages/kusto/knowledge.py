"""What a query shows about columns that no schema has: that they are there, and of what kind.

A query is lowered several times. Each time finds more columns of the tables it reads and more about their kinds, from
how they are used; when nothing new is found the plan is right.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.languages.kusto.model import Origin
from simulator.tables import Type

_WEIGHT = {Type.DYNAMIC: 6, Type.TIME: 5, Type.SPAN: 4, Type.REAL: 3, Type.INTEGER: 2, Type.BOOLEAN: 1}
"""Where uses disagree the kind that the others can be made of wins."""


DIFFERENCE = "-"
"""In the place of a table: the value is the difference of two columns."""


def difference(left: Origin, right: Origin) -> Origin:
    """Where the difference of two columns comes from."""
    return (DIFFERENCE, "\n".join("\t".join(one) for one in (left, right)))


@dataclass(slots=True)
class Knowledge:
    """Columns by table, with the kinds that their uses suggest (None: none, hence text)."""

    columns: dict[str, dict[str, Type | None]] = field(default_factory=dict)
    places: dict[Origin, int] = field(default_factory=dict)
    """Where the query first names a column."""
    changed: bool = False

    def need(self, table: str, column: str, at: int = 0) -> None:
        """The query names this column of this table."""
        self.places.setdefault((table, column), at)
        known = self.columns.setdefault(table, {})
        if column not in known:
            known[column] = _by_name(column)
            self.changed = True

    def use(self, origin: Origin | None, kind: Type | None) -> None:
        """The query uses this column as this kind."""
        if origin is None or kind is None or kind is Type.TEXT:
            return
        if origin[0] == DIFFERENCE:  # of two columns: a length of time shows that both are times
            if kind is Type.SPAN:
                for column in origin[1].split("\n"):
                    table, _, name = column.partition("\t")
                    self.use((table, name), Type.TIME)
            return
        known = self.columns.setdefault(origin[0], {})
        before = known.get(origin[1])
        if before is None or _WEIGHT.get(kind, 0) > _WEIGHT.get(before, 0):
            known[origin[1]] = kind
            self.changed = True


def _by_name(column: str) -> Type | None:
    """Columns that mean the same in every table of Log Analytics (Microsoft Learn: "Standard columns in Azure Monitor
    Logs")."""
    return Type.TIME if column.endswith(("TimeGenerated", "Timestamp", "TimeReceived", "DateTime")) else None
