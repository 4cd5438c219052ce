"""Alerts on disk: one Parquet file that also says which rules ran and what was read.

The rows are `ALERT_SCHEMA`. What else an `Alerts` holds is JSON in the file's schema metadata under the key `sparring`,
so that a rule without alerts is still known to have run. Of a rule's plan only the tables it reads are kept: a rule
that is read back can be scored, not executed.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from simulator.engine.alerts import ALERT_SCHEMA, Alerts, Failure, Reading
from simulator.errors import Location, StreamError
from simulator.ir import Rule, Scan, Union, tables_of
from simulator.tables import Rejected
from simulator.whole import whole_file

_KEY = b"sparring"
_FORMAT = 1


def write_alerts(alerts: Alerts, path: Path) -> None:
    """Write `alerts` to the Parquet file `path`, whole or not at all.

    Raises StreamError where the file cannot be written.
    """
    table = alerts.table.cast(ALERT_SCHEMA).replace_schema_metadata({_KEY: orjson.dumps(_about(alerts))})
    with whole_file(path) as partial:
        pq.write_table(table, partial, compression="zstd")


def read_alerts(path: Path) -> Alerts:
    """The alerts in a file that `write_alerts` wrote.

    Raises StreamError where the file is missing, is not such a file, or was written by a newer version.
    """
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise StreamError(f"cannot read alerts from {path}: {error}") from error
    written = (table.schema.metadata or {}).get(_KEY)
    if written is None:
        raise StreamError(f"{path} is a Parquet file, but not one of alerts: `sparring detect --out` writes those")
    try:
        about = orjson.loads(written)
        if about["format"] != _FORMAT:
            raise StreamError(f"{path} has alerts in format {about['format']}; this version reads format {_FORMAT}")
        return Alerts(
            table.replace_schema_metadata(None).select(ALERT_SCHEMA.names).cast(ALERT_SCHEMA),
            rules=tuple(_rule(rule) for rule in about["rules"]),
            reading=Reading(
                events=about["reading"]["events"],
                passed_over=about["reading"]["passed_over"],
                rejected=about["reading"]["rejected"],
                examples=tuple(Rejected(**rejected) for rejected in about["reading"]["examples"]),
                copies=tuple(about["reading"].get("copies", ())),
            ),
            failures=tuple(Failure(**failure) for failure in about["failures"]),
        )
    except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise StreamError(f"the alerts in {path} are damaged: {error}") from error


def _about(alerts: Alerts) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "rules": [
            {
                "id": rule.id,
                "title": rule.title,
                "language": rule.language,
                "path": rule.location.path,
                "line": rule.location.line,
                "column": rule.location.column,
                "level": rule.level,
                "techniques": rule.techniques,
                "description": rule.description,
                "false_positives": rule.false_positives,
                "silent": rule.silent,
                "name": rule.name,
                "tables": tables_of(rule.plan),
            }
            for rule in alerts.rules
        ],
        "reading": asdict(alerts.reading),
        "failures": [asdict(failure) for failure in alerts.failures],
    }


def _rule(about: dict[str, Any]) -> Rule:
    scans = tuple(Scan(name) for name in about["tables"])
    return Rule(
        id=about["id"],
        title=about["title"],
        language=about["language"],
        plan=scans[0] if len(scans) == 1 else Union(scans),
        location=Location(about["path"], about["line"], about["column"]),
        level=about["level"],
        techniques=tuple(about["techniques"]),
        description=about["description"],
        false_positives=tuple(about["false_positives"]),
        silent=about["silent"],
        name=about["name"],
    )
