"""`sparring detect`: rules over a stream or over real logs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.cli import options
from simulator.cli.accounts import told, without_events
from simulator.cli.progress import progress
from simulator.detect import detect as run_rules
from simulator.engine.alerts import Alerts
from simulator.engine.alerts_file import write_alerts
from simulator.ir import Ruleset, Status
from simulator.languages import load_rules

MOST_WARNINGS = 20


@click.command(cls=options.GreedyCommand)
@click.argument("rules", nargs=-1, required=True)
@click.option("--on", "sources", multiple=True, required=True, help="A stream, log files or folders of them.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write the alerts to this Parquet file.")
@options.schemas
@options.workers
@options.as_json
@click.pass_context
def detect(
    ctx: click.Context,
    rules: tuple[str, ...],
    sources: tuple[str, ...],
    schemas: tuple[str, ...],
    out: Path | None,
    workers: int | None,
    json_output: bool,
) -> None:
    """Run RULES (files or folders) over a Sparring stream, or over EVTX files and JSON lines."""
    paths = options.existing(rules)
    source, tables = options.opened(sources, schemas)
    ruleset = load_rules(paths, tables=tables)
    tell_problems(ruleset)
    with progress("detecting") as report:
        alerts = run_rules(ruleset, source, workers=workers, progress=report)
    tell_failures(alerts)
    if out:
        write_alerts(alerts, out)
    if json_output:
        for alert in alert_objects(alerts):
            options.print_json(alert)
    else:
        _print(alerts)
    if alerts.failures or any(file.status is Status.INVALID for file in ruleset.files):
        ctx.exit(1)


def tell_problems(ruleset: Ruleset) -> None:
    """Say on standard error which rule files cannot run, and why; of many warnings only the first."""
    warnings = [problem for problem in ruleset.problems if problem.warning]
    passed_over = set(map(id, warnings[MOST_WARNINGS:]))
    for problem in ruleset.problems:
        if id(problem) in passed_over:
            continue
        word = "warning" if problem.warning else problem.status.value
        click.echo(f"{problem.location}: {word}: {problem.message}", err=True)

    if passed_over:
        click.echo(f"and {len(passed_over):,} more warnings: sparring check lists them all", err=True)


def tell_failures(alerts: Alerts) -> None:
    """Say on standard error which rules failed while running, and what could not be read."""
    for failure in alerts.failures:
        click.echo(f"rule {failure.rule} failed: {failure.reason}", err=True)
    for record in alerts.reading.examples:
        click.echo(f"{record.file}:{record.record}: not read: {record.reason}", err=True)
    if alerts.reading.rejected > len(alerts.reading.examples):
        click.echo(f"{alerts.reading.rejected:,} records could not be read in all", err=True)


def alert_objects(alerts: Alerts) -> Iterator[dict[str, Any]]:
    """Each alert as docs/json.md describes it."""
    for batch in alerts.table.to_batches(max_chunksize=4096):
        for row in batch.to_pylist():
            files, records = row.pop("files"), row.pop("records")
            if files:
                row["events"] = [{"file": f, "record": r} for f, r in zip(files, records, strict=True)]
            row["time"] = row["time"].astimezone(dt.UTC).isoformat() if row["time"] else None
            yield row


def _print(alerts: Alerts) -> None:
    console = Console(highlight=False)
    table = Table(title=None, box=None, pad_edge=False)
    for heading, justify in (("alerts", "right"), ("level", "left"), ("rule", "left"), ("first", "left")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    grouped = alerts.table.group_by("rule").aggregate(
        [("rule", "count"), ("title", "min"), ("level", "min"), ("time", "min")]
    )
    for row in sorted(grouped.to_pylist(), key=lambda row: (-row["rule_count"], row["title_min"])):
        first = row["time_min"].strftime("%Y-%m-%d %H:%M:%S") if row["time_min"] else "-"
        table.add_row(f"{row['rule_count']:,}", row["level_min"] or "-", escape(row["title_min"]), first)
    if alerts.table.num_rows:
        console.print(table)
    reading = alerts.reading
    if lacked := without_events(alerts):
        console.print(f"no event was read for the rules on {escape(told(lacked))}")
    console.print(
        f"{alerts.table.num_rows:,} alerts of {grouped.num_rows:,} of {len(alerts.rules):,} rules "
        f"on {reading.total:,} events" + (f", {reading.rejected:,} records not read" if reading.rejected else "")
    )
