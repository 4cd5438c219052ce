"""`sparring simulate`: scenarios and a world become a labelled stream."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli import options
from simulator.cli.progress import progress
from simulator.errors import nearest
from simulator.simulate import simulate as play
from simulator.telemetry import RENDERED, rendered


@click.command(cls=options.GreedyCommand)
@click.argument("scenarios", nargs=-1)
@options.world
@options.workers
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the new stream.")
@click.option(
    "--tables",
    multiple=True,
    help="Tables to render, `*` is any text: 'defender.*', or '*' for all [default: the raw logs].",
)
@click.option("--overwrite", is_flag=True, help="Replace a stream that is already there.")
@options.as_json
def simulate(
    scenarios: tuple[str, ...],
    world: str,
    hosts: int,
    days: int,
    seed: int,
    workers: int | None,
    out: Path,
    tables: tuple[str, ...],
    overwrite: bool,
    json_output: bool,
) -> None:
    """Play SCENARIOS (ids, files or folders; all bundled ones by default) into a world and write a labelled stream."""
    with progress("simulating") as report:
        stream = play(
            scenarios or None,
            out=out,
            world=world,
            hosts=hosts,
            days=days,
            seed=seed,
            workers=workers,
            tables=_known(tables) if tables else None,
            overwrite=overwrite,
            progress=report,
        )
    if json_output:
        options.print_json(dict(stream.manifest))
        return
    events: dict[str, int] = stream.manifest["events"]
    for name in sorted(events):
        click.echo(f"{events[name]:>12,}  {name}")
    click.echo(f"{sum(events.values()):>12,}  events of {stream.manifest['instances']:,} instances in {out}")


def _known(patterns: tuple[str, ...]) -> frozenset[str]:
    """The tables that `patterns` stand for; each must stand for some."""
    for pattern in patterns:
        if not rendered((pattern,)):
            raise click.UsageError(f"no table can be rendered for {pattern!r}{nearest(pattern, RENDERED)}")
    return rendered(patterns)
