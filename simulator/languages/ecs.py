"""What Elastic's query languages share, without knowing each other: index patterns as tables, and fields of the Elastic
Common Schema (ECS) as columns.

Facts: data streams are named `logs-<dataset>-<namespace>`
(https://www.elastic.co/docs/reference/fleet/data-streams); multi-fields `.caseless`, `.text`, `.keyword` are other
indexings of one value (https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/multi-fields); which ECS
fields are `match_only_text` or `ip`: https://www.elastic.co/docs/reference/ecs/ecs-field-reference.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from simulator.errors import Location, nearest
from simulator.ir import Case, Problem, Read, Relation, Scan, Status, Union
from simulator.tables import SYSTEM_COLUMNS, Column, Table, Type

ALL = "elastic.*"
"""Every Elastic table: what a bare query without an index is asked of."""

_COLUMNS = {column.name: column.type for column in SYSTEM_COLUMNS}
_BEATS = ("winlogbeat", "filebeat", "auditbeat", "packetbeat", "metricbeat", "heartbeat", "functionbeat", "endgame")
_STREAM = re.compile(r"(logs|metrics|traces|synthetics|profiling)-")

ANALYSED = frozenset(
    (
        "message",
        "error.message",
        "powershell.file.script_block_text",
        "email.subject",
        "process.io.text",
    )
)
"""Fields of the type text or match_only_text: their values are found by their words, not as wholes."""

_SYSTEM = {"@timestamp": "_time", "_id": "_event_id"}
"""Fields that every event has, as every table names them."""

_ADDRESS = re.compile(r"(?:^|[._])ips?$|_ip_address$|\.ip_address$")


def table_pattern(index: str) -> str:
    """The table pattern that an index pattern stands for: `logs-endpoint.events.process-*` is
    `elastic.endpoint.events.process`, `winlogbeat-*` is `elastic.winlogbeat`, `logs-*` is `elastic.*`. Streams of other
    types have it in their tables' names: `metrics-system.cpu-*` is `elastic.metrics.system.cpu`."""
    name = index.strip().rpartition(":")[2]
    beat = re.split(r"[-*]", name, maxsplit=1)[0]
    if beat in _BEATS:
        return f"elastic.{beat}"
    if name in ("*", "_all", "logs-*", "logs-*-*", "logs*", ""):
        return ALL
    if stream := _STREAM.match(name):
        rest = name[stream.end() :]
        dataset, dash, _namespace = rest.rpartition("-")
        kind = "" if stream[1] == "logs" else f"{stream[1]}."
        return f"elastic.{kind}{dataset if dash else rest}"
    return f"elastic.{name.lstrip('.')}"


@dataclass(slots=True)
class Fields:
    """The tables that a query is asked of, and the fields it names in them.

    `patterns` are table patterns. `kinds` are the columns of the known tables among them. `closed` says that all of
    them are known and hold no other columns, so that a field that none has is worth a warning.
    """

    patterns: tuple[str, ...]
    kinds: Mapping[str, Type]
    closed: bool
    used: dict[str, Type] = field(default_factory=dict)
    """Columns that the query reads, and their kinds."""
    warnings: list[Problem] = field(default_factory=list)
    _warned: set[str] = field(default_factory=set)

    def source(self) -> Relation:
        """All events of the tables."""
        scans = tuple(Scan(pattern) for pattern in self.patterns)
        return scans[0] if len(scans) == 1 else Union(scans)

    def read(self, source: Relation, *more: Column) -> Read:
        """The events of `source` as rows with the used columns, those named by `more`, and the system columns."""
        columns = {column.name: column for column in SYSTEM_COLUMNS}
        columns |= {name: Column(name, kind) for name, kind in self.used.items()}
        columns |= {column.name: column for column in more}
        return Read(source, tuple(columns.values()))

    def known(self, name: str) -> bool:
        """Whether a known table has this column."""
        return name in self.kinds

    def use(self, name: str, place: Location, *, like: Type = Type.TEXT, optional: bool = False) -> Type:
        """Note that the query reads `name`; its kind is that of the table, else as `like` says (by its use). A field
        that no closed table has is warned of once, unless it is `optional`."""
        if name in _COLUMNS:
            self.used[name] = _COLUMNS[name]
            return _COLUMNS[name]
        kind = self.kinds.get(name) or self.used.get(name)
        if kind is None or (name not in self.kinds and kind is Type.TEXT is not like):
            kind = like
        self.used[name] = kind
        if self.closed and not optional and name not in self.kinds and name not in self._warned:
            self._warned.add(name)
            where = self.patterns[0] if len(self.patterns) == 1 else "these tables"
            message = f"{where} has no field {name!r}{nearest(name, self.kinds)}"
            self.warnings.append(Problem(Status.INVALID, place, message, warning=True))
        return kind

    def column(self, name: str) -> tuple[str, Case | None, bool]:
        """The column that a field name means, how a multi-field compares (`.caseless` without case; None: as the
        operator says), and whether its values are analysed text."""
        if name not in self.kinds and name not in _SYSTEM:
            base, dot, last = name.rpartition(".")
            if dot and last in ("caseless", "text", "keyword") and (base in self.kinds or not self.closed):
                return base, Case.FOLD if last == "caseless" else None, last == "text"
        if name in _SYSTEM:
            return _SYSTEM[name], None, False
        return name, None, name in ANALYSED


def fields(indices: Sequence[str], schemas: Mapping[str, Table], place: Location) -> Fields:
    """The tables behind `indices` (all Elastic tables without any) among `schemas`. An index of which no table is known
    is warned of at `place`."""
    patterns = tuple(dict.fromkeys(table_pattern(one) for one in indices if not one.startswith("-"))) or (ALL,)
    wider = [one for one in patterns if "*" in one]
    patterns = tuple(p for p in patterns if not any(w != p and fnmatchcase(p, w) for w in wider))
    closed = True
    warnings: list[Problem] = []
    found: list[Table] = []
    for pattern in patterns:
        tables = _matching(pattern, schemas)
        closed = closed and bool(tables) and not any(table.open for table in tables)
        found.extend(tables)
        if not tables:
            message = f"no table {pattern!r} is known; its fields are taken to be what the query uses them as"
            warnings.append(Problem(Status.INVALID, place, message, warning=True))
    return Fields(patterns, _kinds(tuple(found)), closed, warnings=warnings)


def _matching(pattern: str, schemas: Mapping[str, Table]) -> list[Table]:
    if "*" not in pattern:
        return [schemas[pattern]] if pattern in schemas else []
    before = pattern.partition("*")[0]
    return [table for name, table in schemas.items() if name.startswith(before) and fnmatchcase(name, pattern)]


_KNOWN: dict[tuple[int, ...], tuple[tuple[Table, ...], Mapping[str, Type]]] = {}
"""Columns of tables that were asked for together, by the identities of these (kept alive as long as they are here)."""


def _kinds(tables: tuple[Table, ...]) -> Mapping[str, Type]:
    """The columns of all tables; where one has a list of what another has one of, a list."""
    key = tuple(map(id, tables))
    if key not in _KNOWN:
        if len(_KNOWN) > 1000:
            _KNOWN.clear()
        kinds: dict[str, Type] = {}
        for table in tables:
            for column in table.columns:
                known = kinds.setdefault(column.name, column.type)
                if known is not column.type and column.type.element is known:
                    kinds[column.name] = column.type
        _KNOWN[key] = (tables, kinds)
    return _KNOWN[key][1]


def network(text: str) -> str | None:
    """The network that an address or a CIDR block means, as CIDR; None for any other text."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return None


def holds_addresses(name: str) -> bool:
    """Whether the field is of the type `ip`, by its name (`source.ip`, `host.ip`, `dns.resolved_ip`)."""
    return _ADDRESS.search(name) is not None and not name.endswith(".geo.ip")
