"""A small stream and its alerts, of which every number can be computed by hand.

Ten hosts, two days: 20 host-days. `mega` (malicious) happens four times, `tunnel` (malicious) twice and leaves only
process events, `backup` (benign) three times, `browsing` (benign) once. Instance i has the process event 100 i + 1 and,
but for `tunnel`, the look-up 100 i + 2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
import pyarrow as pa

from simulator.engine.alerts import ALERT_SCHEMA, Alerts, Failure, Reading
from simulator.errors import Location
from simulator.ir import Rule, Scan
from simulator.tables import Rejected

DAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
PROCESS, LOOKUP = "sysmon.process_creation", "sysmon.dns_query"


def at(clock: str, microseconds: int = 0) -> dt.datetime:
    hour, minute = (int(part) for part in clock.split(":"))
    return DAY + dt.timedelta(hours=hour, minutes=minute, microseconds=microseconds)


@dataclass(frozen=True)
class HandStream:
    """What scoring needs of a stream, from frames."""

    manifest: Mapping[str, Any]
    truth: pl.DataFrame
    labelled: pl.DataFrame
    known: Sequence[Mapping[str, Any]]
    ids: Mapping[str, Sequence[int]]
    moved: pl.DataFrame | None = None
    read: list[str] = field(default_factory=list)

    def tables(self) -> Sequence[str]:
        return sorted(self.ids)

    def scan(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        self.read.append(table)
        yield from pa.table({"_event_id": pa.array(self.ids[table], pa.int64())}).to_batches()

    def instances(self) -> pl.DataFrame:
        return self.truth

    def labels(self) -> pl.DataFrame:
        return self.labelled

    def scenarios(self) -> Sequence[Mapping[str, Any]]:
        return self.known

    def transfers(self) -> pl.DataFrame | None:
        return self.moved


_INSTANCES = [
    # id, scenario, label, technique, start, variation
    (1, "mega", "malicious", "T1567.002", at("09:00"), '{"binary":"default","verb":"copy"}'),
    (2, "mega", "malicious", "T1567.002", at("10:00"), '{"binary":"renamed","verb":"copy"}'),
    (3, "mega", "malicious", "T1567.002", at("11:00"), '{"binary":"renamed","verb":"move"}'),
    (4, "mega", "malicious", "T1567.002", at("12:00"), '{"binary":"renamed","verb":"move"}'),
    (5, "tunnel", "malicious", "T1572", at("13:00"), "{}"),
    (6, "tunnel", "malicious", "T1572", at("14:00"), "{}"),
    (10, "backup", "benign", "", at("01:00"), "{}"),
    (11, "backup", "benign", "", at("01:30"), "{}"),
    (12, "backup", "benign", "", at("02:00"), "{}"),
    (13, "browsing", "benign", "", at("15:00"), "{}"),
]
_SCENARIOS = [
    {
        "id": "mega",
        "title": "Copy to MEGA",
        "label": "malicious",
        "technique": "T1567.002",
        "expect": {"caught_by": ["sigma/rclone"]},
    },
    {"id": "tunnel", "title": "A tunnel", "label": "malicious", "technique": "T1572", "expect": {}},
    {"id": "backup", "title": "Nightly backup", "label": "benign", "technique": None, "expect": None},
    {"id": "browsing", "title": "People browse", "label": "benign", "technique": None, "expect": None},
]


def stream(*, transfers: bool = True) -> HandStream:
    truth = pl.DataFrame(
        _INSTANCES,
        schema={
            "instance_id": pl.UInt64,
            "scenario": pl.String,
            "label": pl.String,
            "technique": pl.String,
            "start": pl.Datetime("us", "UTC"),
            "variation": pl.String,
        },
        orient="row",
    ).with_columns(
        (pl.col("start") + pl.duration(minutes=30)).alias("end"),
        pl.lit("WS01").alias("host"),
        pl.lit("ann").alias("user"),
        pl.lit(3000).alias("bytes_out"),
    )
    processes = [100 * row[0] + 1 for row in _INSTANCES]
    lookups = [100 * row[0] + 2 for row in _INSTANCES if row[1] != "tunnel"]
    labels = pl.DataFrame({"event_id": processes + lookups}).with_columns(
        (pl.col("event_id") // 100).cast(pl.UInt64).alias("instance_id"),
        pl.col("event_id").cast(pl.UInt64).alias("action_id"),
    )
    moved = pl.DataFrame(
        {
            "instance_id": [1, 1, 2, 3, 4],
            "time": [at("09:00"), at("09:20"), at("10:00"), at("11:02"), at("12:00")],
            "duration": [600_000_000, 0, 0, 0, 240_000_000],
            "bytes_out": [1000, 2000, 3000, 3000, 3000],
        }
    )
    return HandStream(
        manifest={"seed": 7, "world": "office", "hosts": 10, "days": 2, "start": "2026-03-02T00:00:00Z", "events": 18},
        truth=truth,
        labelled=labels,
        known=_SCENARIOS,
        ids={PROCESS: processes, LOOKUP: lookups},
        moved=moved if transfers else None,
    )


def without_truth() -> HandStream:
    whole = stream()
    return replace(whole, truth=whole.truth.clear(), labelled=whole.labelled.clear(), known=[], moved=None)


def rule(rule_id: str, title: str, table: str, *techniques: str, name: str = "", silent: bool = False) -> Rule:
    where = Location(f"rules/{rule_id}.yml", 1, 1)
    return Rule(rule_id, title, "sigma", Scan(table), where, "high", techniques, name=name, silent=silent)


RULES = (
    rule("rclone", "Rclone runs", PROCESS, "T1567.002", name="sigma/rclone"),
    rule("lookup", "Look-up of MEGA", "sysmon.dns*", "T1567"),
    rule("tunnel", "Tunnel look-up", LOOKUP, "T1572"),
    rule("browser", "Browser <b>starts</b>", PROCESS),
    rule("broken", "A broken rule", PROCESS, "T1567"),
    rule("base", "Base of a correlation", PROCESS, silent=True),
)


def alert(
    rule: str, time: dt.datetime | None, *events: int, host: str | None = "WS01", user: str | None = "ann"
) -> dict[str, Any]:
    return {
        "rule": rule,
        "title": rule,
        "path": "",
        "level": "high",
        "table": "",
        "time": time,
        "host": host,
        "user": user,
        "events": list(events),
    }


ALERTS = [
    # Rclone: one true case of two alerts; the third false alert comes a microsecond too late for the first's case.
    alert("rclone", at("09:05"), 101),
    alert("rclone", at("09:15"), 102, 101, host="ws01"),
    alert("rclone", at("01:00"), 1001, user="svc-backup"),
    alert("rclone", at("01:30"), 1101, user="SVC-Backup"),
    alert("rclone", at("02:00", 1), 1201, user="svc-backup"),
    # The look-up: all four instances, one to four minutes late, and nothing else.
    *(alert("lookup", at(f"{8 + i}:0{i}".zfill(5)), 100 * i + 2) for i in (1, 2, 3, 4)),
    # The browser: one false case.
    alert("browser", at("15:01"), 1301, 1302),
]


def alerts(rows: list[dict[str, Any]] = ALERTS) -> Alerts:
    reading = Reading({PROCESS: 10, LOOKUP: 8}, 3, 2, (Rejected("logs/<a>.evtx", 17, "the record is cut short"),))
    table = pa.Table.from_pylist(rows, schema=ALERT_SCHEMA)
    return Alerts(table, RULES, reading, (Failure("broken", "no such function"),))
