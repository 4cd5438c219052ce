"""`sparring run`: simulate, detect and score in one go."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import click

from simulator.cli import options
from simulator.cli.detect import tell_failures, tell_problems
from simulator.cli.progress import progress
from simulator.content import content
from simulator.detect import detect
from simulator.engine.alerts_file import write_alerts
from simulator.errors import UsageError
from simulator.ir import Status, tables_of
from simulator.languages import load_rules
from simulator.report import print_scorecard, write_html, write_json
from simulator.score import examples, score
from simulator.simulate import simulate
from simulator.telemetry import rendered
from simulator.whole import beside, explained, put_in_place
from simulator.world.profile import declared_tables


@click.command(cls=options.GreedyCommand)
@click.argument("scenarios", nargs=-1)
@click.option("--rules", multiple=True, help="Rule files or folders [default: the bundled ones].")
@options.world
@options.workers
@click.option("--out", type=click.Path(path_type=Path), default=Path("sparring-out"), show_default=True)
@options.as_json
@click.pass_context
def run(
    ctx: click.Context,
    scenarios: tuple[str, ...],
    rules: tuple[str, ...],
    world: str,
    hosts: int,
    days: int,
    seed: int,
    workers: int | None,
    out: Path,
    json_output: bool,
) -> None:
    """Play SCENARIOS (ids, files or folders; all bundled ones by default), run rules over them, print a scorecard.

    Writes stream/, alerts.parquet, scorecard.json and report.html to the folder --out.
    """
    started = time.monotonic()
    ruleset = load_rules(options.existing(rules) if rules else [content("detections")], tables=declared_tables(world))
    tell_problems(ruleset)
    partial = _partial(out)
    try:
        with progress("simulating") as report:
            stream = simulate(
                scenarios or None,
                out=partial / "stream",
                world=world,
                hosts=hosts,
                days=days,
                seed=seed,
                workers=workers,
                tables=rendered(pattern for rule in ruleset.rules for pattern in tables_of(rule.plan)) or None,
                progress=report,
            )
        with progress("detecting") as report:
            alerts = detect(ruleset, stream, workers=workers, progress=report)
        tell_failures(alerts)
        write_alerts(alerts, partial / "alerts.parquet")
        scorecard = score(alerts, stream)
        write_json(scorecard, partial / "scorecard.json")
        write_html(scorecard, partial / "report.html", examples(alerts, stream))
        with explained(out):
            put_in_place(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    if json_output:
        options.print_json(scorecard.to_json())
    else:
        print_scorecard(scorecard)
        events = sum(stream.manifest["events"].values())
        click.echo(
            f"\n{events:,} events in {time.monotonic() - started:.0f} s. Everything is in {out}/: open report.html"
        )
    if alerts.failures or any(file.status is Status.INVALID for file in ruleset.files):
        ctx.exit(1)


def _partial(out: Path) -> Path:
    """An empty folder beside `out` to work in, so that an interrupted run leaves nothing that looks whole."""
    if out.exists() and not (out / "stream" / "manifest.json").is_file() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} exists and is not the result of an earlier run; choose another --out")
    partial = beside(out)
    with explained(partial):
        partial.mkdir(parents=True)
    return partial
