"""Real logs as vendors' tables: a rule for Defender, Splunk or Elastic runs on an EVTX file.

`translated(source)` is the source with the tables that its logs can become, made as they are read and only where
somebody wants them. Each such event keeps the id, file and record of the record that it was made of, and its batch says
that it is a copy, so that whoever reads several copies of one record can tell. Tables of a vendor of whom the source
itself has tables are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePath

import polars as pl
import pyarrow as pa

from simulator.tables import SYSTEM_COLUMNS, TABLES, Batch, Demand, Part, PassedOver, Rejected, Source
from simulator.telemetry import cim, logs_elsewhere, sentinel, splunk, sysmon_defender, sysmon_endpoint
from simulator.telemetry.derived import Derivation, Fields, derive
from simulator.telemetry.elastic_agent import SHIPMENTS, ship

TRANSLATIONS: tuple[Derivation, ...] = (
    *sysmon_defender.DERIVATIONS,
    *sysmon_endpoint.DERIVATIONS,
    *sentinel.DERIVATIONS,
    *splunk.DERIVATIONS,
    *cim.DERIVATIONS,
    *cim.FOR_REAL_LOGS,
    *logs_elsewhere.DERIVATIONS,
)
"""Which table becomes which, but for Elastic Agent's copies, which `elastic_agent.ship` makes."""

_BEAT = ("elastic.winlogbeat", "elastic.windows.forwarded")
"""Data streams that hold what the others of Elastic's Windows logs hold."""

_AGENT = ("elastic.windows.", "elastic.system.")
_KEPT = frozenset((*(column.name for column in SYSTEM_COLUMNS), "_file", "_record", "_text"))
_STARTS = "sysmon.process_creation"
_FACTS = [
    "CommandLine",
    "ParentImage",
    "ParentProcessId",
    "Hashes",
    "Company",
    "Product",
    "Description",
    "FileVersion",
    "OriginalFileName",
    "IntegrityLevel",
    "UtcTime",
    "User",
]
"""What is known of a process once its start was seen; joined to its later events as `By_<name>`."""

_BY = "By_"
_HELD = 200_000
"""So many events wait for the starts of their processes at most."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A source and what its logs can become."""

    source: Source

    def tables(self) -> Sequence[str]:
        """Its own tables and those that it can be read as; empty when its own show only on reading."""
        own = self.source.tables()
        if not own:
            return ()
        made = (target for target, log in _targets() if log in own and not _has_family(own, target))
        return tuple(dict.fromkeys((*own, *made)))

    def parts(self) -> Sequence[Part]:
        """Its pieces."""
        own = frozenset(name.partition(".")[0] for name in self.source.tables())
        parts = self.source.parts()
        # A stream keeps each table in files of its own: the starts of the same hosts and days are in that of this name.
        starts = {_file_of(part): part for part in parts if _table_of(part) == _STARTS}
        beside = (starts.get(_file_of(part)) if _table_of(part) != _STARTS else None for part in parts)
        return tuple(TranslatedPart(part, own, known) for part, known in zip(parts, beside, strict=True))

    def scan(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All events of one table, its own or made."""
        for part in self.parts():
            for item in part.read(Demand({table: frozenset(columns)})):
                if isinstance(item, Batch) and item.table == table:
                    yield item.rows


def _table_of(part: Part) -> str:
    return str(getattr(part, "table", ""))


def _file_of(part: Part) -> str:
    return PurePath(getattr(part, "path", "")).name


def translated(source: Source) -> Source:
    """`source` with the vendors' tables that its logs can become."""
    return source if isinstance(source, Translated) else Translated(source)


@dataclass(frozen=True, slots=True)
class TranslatedPart:
    """A piece of a source, read as its own tables and as those that they can become."""

    part: Part
    families: frozenset[str]
    """The vendors of whom the source has tables itself."""
    starts: Part | None = None
    """Where the starts of its processes are, when that is another piece."""

    @property
    def size(self) -> int:
        """As much work as the piece itself."""
        return self.part.size

    def read(self, demand: Demand) -> Iterator[Batch | Rejected | PassedOver]:
        """The events wanted, as they are and as they become."""
        plan = _planned(demand, self.families)
        if not plan.makes:
            yield from self.part.read(demand)
            return
        waiting = _Waiting()
        if self.starts is not None and any(make.joins for some in plan.makes.values() for make in some):
            for item in self.starts.read(Demand({_STARTS: frozenset(("ProcessGuid", *_FACTS))})):
                if isinstance(item, Batch):
                    waiting.learn(_frame(item.rows))
        for item in self.part.read(plan.demand):
            if not isinstance(item, Batch):
                yield item
                continue
            wanted = demand.of(item.table)
            if wanted is not None:
                yield _only(item, wanted)
            else:  # it was met, also where only its copies are wanted, which do not count as events
                yield PassedOver(item.rows.num_rows)
            yield from waiting.given(item, plan)
        yield from waiting.rest()


@dataclass(frozen=True, slots=True)
class Make:
    """One table that a log is to become, with the columns that somebody wants of it."""

    table: str
    log: str
    columns: frozenset[str]
    derivation: Derivation | None
    """None: Elastic Agent's copy."""
    joins: bool
    """Whether facts about the acting process are needed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read, and for each log what to make of it."""

    demand: Demand
    makes: Mapping[str, tuple[Make, ...]]


def _targets() -> Iterator[tuple[str, str]]:
    for one in TRANSLATIONS:
        yield one.table, one.log
    for log, shipment in SHIPMENTS.items():
        yield shipment.table, log
        for beat in _BEAT:
            yield beat, log


def _has_family(own: Iterable[str], target: str) -> bool:
    family = target.partition(".")[0]
    return any(name.partition(".")[0] == family for name in own)


_PLANS: dict[int, tuple[Demand, frozenset[str], Plan]] = {}
"""The plans of the latest demands, by the demand's identity: all parts of a run are read with the same one."""


def _planned(demand: Demand, families: frozenset[str]) -> Plan:
    known = _PLANS.get(id(demand))
    if known is None or known[0] is not demand or known[1] != families:
        if len(_PLANS) > 8:
            _PLANS.clear()
        known = _PLANS[id(demand)] = (demand, families, _plan(demand, families))
    return known[2]


def _plan(demand: Demand, families: frozenset[str]) -> Plan:
    """What must be read of the logs, for what is wanted of the tables that they become."""
    makes: dict[str, list[Make]] = {}
    columns: dict[str, set[str]] = {}
    for table, log, derivation in _possible():
        if table.partition(".")[0] in families:
            continue
        wanted = demand.of(table, copy=True)
        if wanted is None:
            continue
        needed = _needed(derivation, log, wanted) if derivation else TABLES[log].names
        joins = any(name.startswith(_BY) for name in needed)
        makes.setdefault(log, []).append(Make(table, log, wanted, derivation, joins))
        of_log = columns.setdefault(log, set())
        of_log |= {name for name in needed if not name.startswith((_BY, "_"))} | (wanted & {"_text"})
        if joins:
            of_log.add(_key_of(log))
            columns.setdefault(_STARTS, set()).update(("ProcessGuid", *_FACTS))
    for log in columns:
        known = demand.of(log)
        columns[log] |= known or frozenset()
    merged = {**demand.columns, **{log: frozenset(names) for log, names in columns.items()}}
    texts = {pattern: ids for pattern, ids in demand.text_events.items() if pattern not in columns}
    return Plan(Demand(merged, texts), {log: tuple(list_) for log, list_ in makes.items()})


def _possible() -> Iterator[tuple[str, str, Derivation | None]]:
    for one in TRANSLATIONS:
        yield one.table, one.log, one
        if one.table.startswith(_AGENT):
            for beat in _BEAT:
                yield beat, one.log, one
    for log, shipment in SHIPMENTS.items():
        for table in (shipment.table, *_BEAT):
            yield table, log, None


def _needed(derivation: Derivation, log: str, wanted: frozenset[str]) -> frozenset[str]:
    """The columns of the log that the wanted columns are made of."""
    fields = Fields(_names(log))
    made = derivation.columns(fields)
    expressions = [expression for name, expression in made.items() if name in wanted]
    if derivation.where is not None:
        expressions.append(derivation.where(fields))
    return frozenset(root for expression in expressions for root in expression.meta.root_names())


def _names(log: str) -> frozenset[str]:
    """The columns that a log may have: those of its table, of an open one all that Windows events are known to have."""
    known = TABLES.get(log)
    own = known.names if known is not None else frozenset()
    if known is None or known.open:
        own |= TABLES["splunk.XmlWinEventLog"].names
    return own | {_BY + name for name in _FACTS}


def _key_of(log: str) -> str:
    """The column that names the acting process."""
    if log == _STARTS:
        return "ParentProcessGuid"
    return "SourceProcessGUID" if log in ("sysmon.process_access", "sysmon.create_remote_thread") else "ProcessGuid"


@dataclass(slots=True)
class _Waiting:
    """Batches whose events want to know of their processes, and the starts of processes seen so far."""

    starts: list[pl.DataFrame] = field(default_factory=list)
    held: list[tuple[Make, pl.DataFrame]] = field(default_factory=list)
    rows: int = 0

    def given(self, batch: Batch, plan: Plan) -> Iterator[Batch]:
        """What one more batch gives at once."""
        makes = plan.makes.get(batch.table, ())
        follow = batch.table == _STARTS and any(make.joins for some in plan.makes.values() for make in some)
        if not makes and not follow:
            return
        frame = _frame(batch.rows)
        if follow:
            self.learn(frame)
        for make in makes:
            if make.joins and _key_of(make.log) in frame.columns:
                self.held.append((make, frame))
                self.rows += frame.height
            else:
                yield _made(make, frame)
        if self.rows > _HELD:
            yield from self.rest()

    def learn(self, frame: pl.DataFrame) -> None:
        """Keep what the process starts in `frame` say."""
        if "ProcessGuid" in frame.columns:
            facts = [name for name in _FACTS if name in frame.columns]
            self.starts.append(frame.select(_guid("ProcessGuid"), *(pl.col(name).alias(_BY + name) for name in facts)))

    def rest(self) -> Iterator[Batch]:
        """What is still held, joined with what is known by now."""
        if not self.held:
            return
        known = pl.concat(self.starts, how="diagonal") if self.starts else None
        if known is not None:
            known = known.unique("by", keep="first", maintain_order=True)
            self.starts = [known]
        for make, frame in self.held:
            joined = frame
            if known is not None:
                key = frame.select(_guid(_key_of(make.log)))["by"]
                joined = frame.with_columns(key).join(known, on="by", how="left", maintain_order="left").drop("by")
            yield _made(make, joined)
        self.held, self.rows = [], 0


def _guid(column: str) -> pl.Expr:
    """A GUID without braces, in lower case; null for the one that stands for no process."""
    text = pl.col(column).cast(pl.String).str.strip_chars("{}").str.to_lowercase()
    return pl.when(~text.str.starts_with("00000000-")).then(text).alias("by")


def _frame(rows: pa.RecordBatch) -> pl.DataFrame:
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    return frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))


def _made(make: Make, frame: pl.DataFrame) -> Batch:
    """The events of a log as those of the table that it becomes: the wanted columns, and which record each is."""
    if make.derivation is not None:
        made = derive(make.derivation, frame, keep_ids=True, wanted=make.columns)
    else:
        made = _shipped(make.log, frame)
    if make.table in _BEAT:
        made = made.drop([name for name in made.columns if name.startswith("data_stream.")])
    kept = made.select([name for name in made.columns if name in _KEPT or name in make.columns])
    table = kept.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    batches = table.to_batches()
    rows = batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
    return Batch(make.table, rows, copy=True)


def _shipped(log: str, frame: pl.DataFrame) -> pl.DataFrame:
    absent = [
        pl.lit(None, dtype=pl.String if column.type.value == "text" else pl.Int64).alias(column.name)
        for column in TABLES[log].columns
        if column.name not in frame.columns
    ]
    return ship(log, frame.with_columns(absent))


def _only(batch: Batch, wanted: frozenset[str]) -> Batch:
    """Without what only others wanted."""
    names = [name for name in batch.rows.schema.names if name in wanted or name in _KEPT]
    return batch if len(names) == batch.rows.num_columns else Batch(batch.table, batch.rows.select(names))


def made_for(patterns: Iterable[str]) -> frozenset[str]:
    """The tables that logs can become and that `patterns` stand for."""
    return frozenset(table for table, _, _ in _possible() if any(fnmatchcase(table, pattern) for pattern in patterns))
