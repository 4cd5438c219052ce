"""`sparring export`: a stream for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli import options
from simulator.dataset import export as write
from simulator.dataset import open_stream


@click.command()
@click.argument("stream", type=click.Path(path_type=Path))
@click.option("--format", "shape", type=click.Choice(["jsonl", "csv"]), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@click.option("--with-truth", is_flag=True, help="Also write labels.csv beside the events.")
@options.as_json
def export(stream: Path, shape: str, out: Path, with_truth: bool, json_output: bool) -> None:
    """Write STREAM as JSON lines in evtx_dump's shape, or as CSV, one file a table."""
    files = write(open_stream(stream), shape, out, with_truth=with_truth)
    for file in files:
        if json_output:
            options.print_json({"path": str(file)})
        else:
            click.echo(str(file))
