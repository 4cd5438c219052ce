"""`sparring query`: the rows that a rule's query gives, to look at."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.cli import options
from simulator.cli.detect import tell_problems
from simulator.engine import rows
from simulator.ir import Rule
from simulator.languages import load_rules
from simulator.report.words import clean
from simulator.telemetry.translate import translated
from simulator.whole import whole_file


@click.command(cls=options.GreedyCommand)
@click.argument("path")
@click.option("--on", "sources", multiple=True, required=True, help="A stream, log files or folders of them.")
@click.option("--rule", "wanted", help="Id or name of the rule, where the file has several.")
@click.option("--now", type=click.DateTime(), help="The time of the run, UTC [default: just after the last event].")
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Rows to print.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write all rows to this Parquet file.")
@options.schemas
@options.workers
@options.as_json
def query(
    path: str,
    sources: tuple[str, ...],
    schemas: tuple[str, ...],
    wanted: str | None,
    now: dt.datetime | None,
    limit: int,
    out: Path | None,
    workers: int | None,
    json_output: bool,
) -> None:
    """Run the query of one rule in the file PATH once, and print the rows it gives."""
    paths = options.existing([path])
    source, tables = options.opened(sources, schemas)
    ruleset = load_rules(paths, tables=tables)
    tell_problems(ruleset)
    rule = _chosen(ruleset.rules, path, wanted)
    moment = int(now.replace(tzinfo=dt.UTC).timestamp() * 1_000_000) if now else None
    found = rows(rule, translated(source), moment, workers, evidence=True)
    if out:
        with whole_file(out) as partial:
            pq.write_table(found, partial)
    if json_output:
        for row in found.to_pylist():
            options.print_json({name: _plain(value) for name, value in row.items()})
    else:
        _print(found, limit)


def _chosen(rules: tuple[Rule, ...], path: str, wanted: str | None) -> Rule:
    matching = [rule for rule in rules if not rule.silent and wanted in (None, rule.id, rule.name)]
    if len(matching) == 1:
        return matching[0]
    if not matching:
        raise click.UsageError(f"no rule {wanted!r} in {path}" if wanted else f"no rule that can run in {path}")
    raise click.UsageError(f"{path} has several rules; choose one by --rule: " + ", ".join(r.id for r in matching))


def _plain(value: object) -> Any:
    match value:
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat()
        case list():
            return [_plain(item) for item in value]
        case _:
            return value


def _print(found: pa.Table, limit: int) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = [name for name in found.column_names if name != "_events"]
    for name in shown:
        table.add_column(Text(clean(name)), overflow="fold")
    for row in found.slice(0, limit).to_pylist():
        table.add_row(*(Text("" if row[name] is None else clean(str(_plain(row[name])))) for name in shown))
    if found.num_rows:
        console.print(table)
    more = f", the first {limit:,} shown" if found.num_rows > limit else ""
    console.print(f"{found.num_rows:,} rows{more}")
