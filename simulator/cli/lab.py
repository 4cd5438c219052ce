"""`sparring lab`: real tools in Docker, recorded, labelled and scored."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulator.cli import options
from simulator.cli.debriefing import print_debriefing
from simulator.cli.detect import tell_failures, tell_problems
from simulator.content import content
from simulator.dataset import Stream
from simulator.detect import detect
from simulator.engine.alerts_file import write_alerts
from simulator.errors import UsageError
from simulator.ir import Ruleset
from simulator.languages import load_rules
from simulator.report import print_scorecard, write_html, write_json
from simulator.score import Scorecard, examples, score
from simulator.whole import beside, explained, put_in_place

if TYPE_CHECKING:
    from simulator.lab.calibrate import Facet
    from simulator.lab.debrief import Firing
    from simulator.lab.exercise import Exercise
    from simulator.lab.recording import Recording
    from simulator.lab.streams import Played


@click.group()
def lab() -> None:
    """Run real tools in containers without a route out, against an impersonated Internet, and record them.

    Needs a Docker engine and `pip install 'sparring[lab]'`. Nothing is ever sent to a real service.
    """


def _rules(rules: Sequence[str]) -> Ruleset:
    ruleset = load_rules(options.existing(rules) if rules else [content("detections")])
    tell_problems(ruleset)
    return ruleset


def _say(text: str) -> None:
    click.echo(f"lab: {text}", err=True)


@lab.command(cls=options.GreedyCommand)
@click.argument("scenarios", nargs=-1, required=True)
@click.option("--rules", multiple=True, help="Rule files or folders [default: the bundled ones].")
@click.option(
    "--repeat", type=click.IntRange(1, 1000), default=1, show_default=True, help="Instances of each scenario."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the world whose instances are run.")
@click.option("--base", help="Base image [default: Debian's, from a registry or by debootstrap].")
@click.option("--out", type=click.Path(path_type=Path), default=Path("lab-out"), show_default=True)
@options.as_json
def run(
    scenarios: tuple[str, ...],
    rules: tuple[str, ...],
    repeat: int,
    seed: int,
    base: str | None,
    out: Path,
    json_output: bool,
) -> None:
    """Run SCENARIOS (ids or files with a `lab` section) for real, and print a scorecard of what was recorded.

    Writes recordings/, stream/, alerts.parquet, scorecard.json and report.html to the folder --out.
    """
    from simulator.lab.run import run_scenarios

    started = time.monotonic()
    ruleset = _rules(rules)
    session = run_scenarios(scenarios, repeat=repeat, seed=seed, base=base, say=_say)
    scorecard = _finish(session.recordings, ruleset, out, scenarios)
    if json_output:
        options.print_json(scorecard.to_json())
        return
    print_scorecard(scorecard)
    seen = sum(len(one.observations) for one in session.recordings)
    click.echo(
        f"\n{seen:,} observations of {len(session.recordings)} runs in {session.seconds:.0f} s "
        f"({time.monotonic() - started:.0f} s with scoring). Everything is in {out}/"
    )


@lab.command()
@click.argument("recordings", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--rules", multiple=True, help="Rule files or folders [default: the bundled ones].")
@click.option("--out", type=click.Path(path_type=Path), default=Path("lab-out"), show_default=True)
@options.as_json
def replay(recordings: tuple[Path, ...], rules: tuple[str, ...], out: Path, json_output: bool) -> None:
    """Make a stream and a scorecard of RECORDINGS made earlier; needs no Docker."""
    from simulator.lab.recording import recordings_below

    scorecard = _finish(recordings_below(recordings), _rules(rules), out, ())
    if json_output:
        options.print_json(scorecard.to_json())
    else:
        print_scorecard(scorecard)


@lab.command()
@click.argument("recordings", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--rules", multiple=True, help="Rule files or folders [default: the bundled ones].")
@click.option("--all", "everything", is_flag=True, help="Also tell what agrees.")
@options.as_json
@click.pass_context
def calibrate(
    ctx: click.Context, recordings: tuple[Path, ...], rules: tuple[str, ...], everything: bool, json_output: bool
) -> None:
    """Hold tool models against RECORDINGS: what the models say the tools do, and what the tools did.

    Exits with 1 where they differ.
    """
    from simulator.lab.calibrate import calibrate as measure
    from simulator.lab.recording import recordings_below
    from simulator.lab.streams import scenarios_of, world_of
    from simulator.lab.verdicts import verdicts

    found = recordings_below(recordings)
    world, known = world_of(found), scenarios_of(found)
    facets = measure(world, found, known)
    differing = [one for one in verdicts(world, found, known, _rules(rules)) if one.model != one.tool]
    if json_output:
        for facet in facets:
            options.print_json(asdict(facet))
        for verdict in differing:
            options.print_json(asdict(verdict))
    else:
        _print_facets([one for one in facets if everything or one.agrees is False])
        for verdict in differing:
            who = "only the model" if verdict.model else "only the real tool"
            click.echo(f"{verdict.scenario}: {verdict.rule} fires on {who}")
        agreeing = sum(one.agrees is True for one in facets)
        compared = sum(one.agrees is not None for one in facets)
        click.echo(
            f"{agreeing:,} of {compared:,} facets of {len(found)} recordings agree; {len(differing)} verdicts differ"
        )
    if differing or any(one.agrees is False for one in facets):
        ctx.exit(1)


def _print_facets(facets: Sequence[Facet]) -> None:
    """A block for each program of each scenario, a line for each facet and side."""
    last = None
    for one in facets:
        if (one.scenario, one.program) != last:
            click.echo(f"{one.scenario}: {one.program}")
            last = one.scenario, one.program
        mark = {True: "agrees", False: "differs", None: "told"}[one.agrees]
        click.echo(f"  {one.what} ({mark})\n    model  {one.model}\n    real   {one.tool}")


@lab.command(cls=options.GreedyCommand)
@click.argument("plan", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--sheet", is_flag=True, help="Only print the run sheet: who has to do what when.")
@click.option(
    "--with", "player", type=click.Choice(["simulator", "lab"]), default="simulator", show_default=True,
    help="Who plays the scenarios.",
)  # fmt: skip
@click.option("--wait", is_flag=True, help="In the lab, wait for each step's time instead of going on at once.")
@click.option("--start", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]), help="Start, in UTC.")
@click.option(
    "--alerts", type=click.Path(path_type=Path, exists=True), help="A SIEM's export, instead of our engine's."
)
@click.option("--field", "fields", multiple=True, help="A column of that export: time=…, rule=…, host=…, user=…")
@click.option("--slack", type=click.IntRange(0), default=60, show_default=True, help="Minutes an alert may come late.")
@click.option("--rules", multiple=True, help="Rule files or folders [default: the bundled ones].")
@click.option("--base", help="Base image of the lab.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("exercise-out"), show_default=True)
@options.as_json
def exercise(
    plan: Path,
    sheet: bool,
    player: str,
    wait: bool,
    start: datetime | None,
    alerts: Path | None,
    fields: tuple[str, ...],
    slack: int,
    rules: tuple[str, ...],
    base: str | None,
    out: Path,
    json_output: bool,
) -> None:
    """Play the timetable PLAN, benign and malicious mixed, and tell which rules fired when and what was missed.

    Writes run-sheet.md, exercise.json and, unless people played it, stream/ to the folder --out.
    """
    from simulator.lab.debrief import debrief
    from simulator.lab.exercise import play_exercise, read_exercise, run_sheet
    from simulator.lab.siem import match, read_alerts

    drill = read_exercise(plan, start.replace(tzinfo=UTC) if start else None)
    played = play_exercise(drill)
    paper = run_sheet(drill, played)
    if sheet:
        click.echo(paper)
        return
    ruleset = _rules(rules)
    partial = _empty_beside(out)
    try:
        if player == "lab":
            played = _real(drill, base, wait, partial)
        if alerts is not None:
            firings = match(drill, played, read_alerts(alerts, _pairs(fields)), slack * 60_000_000)
        else:
            firings = _detected(drill, played, ruleset, partial)
        card = debrief(drill, played, firings, str(alerts) if alerts else "our engine")
        with explained(partial):
            (partial / "run-sheet.md").write_text(paper, encoding="utf-8")
            (partial / "exercise.json").write_text(json.dumps(card.to_json(), indent=1) + "\n", encoding="utf-8")
        with explained(out):
            put_in_place(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    if json_output:
        options.print_json(card.to_json())
    else:
        print_debriefing(card)


def _pairs(fields: Sequence[str]) -> dict[str, str]:
    for one in fields:
        if "=" not in one:
            raise click.UsageError(f"--field {one}: expected name=column")
    return dict(one.split("=", 1) for one in fields)


def _real(drill: Exercise, base: str | None, wait: bool, folder: Path) -> list[Played]:
    """The steps as the lab played them; their recordings are kept."""
    from simulator.lab.recording import write_recording
    from simulator.lab.run import run_exercise
    from simulator.lab.streams import recorded

    runs, recordings = run_exercise(drill, base=base, wait=wait, say=_say)
    for number, one in enumerate(recordings, 1):
        write_recording(one, folder / "recordings" / f"{number:03}-{one.scenario}.recording.jsonl")
    return [recorded(drill.world, run, one) for run, one in zip(runs, recordings, strict=True)]


def _detected(drill: Exercise, played: Sequence[Played], ruleset: Ruleset, folder: Path) -> list[Firing]:
    """What our engine finds in the steps' stream."""
    import polars as pl

    from simulator.lab.debrief import firings_of
    from simulator.lab.streams import tables_for, write_stream

    about = {"exercise": drill.name}
    stream = write_stream(folder / "stream", drill.world, played, about, tables=tables_for(ruleset))
    alerts = detect(ruleset, stream)
    tell_failures(alerts)
    return firings_of(pl.DataFrame(alerts.table), stream.labels(), {rule.id: rule.name for rule in ruleset.rules})


@lab.command()
@click.argument("names", nargs=-1)
@click.option("--base", help="Base image [default: Debian's, from a registry or by debootstrap].")
def build(names: tuple[str, ...], base: str | None) -> None:
    """Build the images NAMES (all by default), so that runs need not."""
    from simulator.lab import images
    from simulator.lab.engine import connect

    client = connect()
    wanted = set(names) or set(images.IMAGES)
    images.ensure(client, wanted, base, _say)
    for name in sorted(wanted):
        for package, version in images.versions(client, images.image(name)).items():
            click.echo(f"{images.image(name).tag}  {package} {version}")


@lab.command()
def clean() -> None:
    """Remove what labs that were killed have left behind."""
    from simulator.lab.engine import connect, sweep

    click.echo(f"removed {sweep(connect())} containers, networks and volumes")


def _finish(recordings: Sequence[Recording], ruleset: Ruleset, out: Path, scenarios: Sequence[str]) -> Scorecard:
    """Write the recordings, their stream, alerts and reports to `out`, whole or not at all."""
    from simulator.lab.recording import write_recording
    from simulator.lab.streams import planned, recorded, scenarios_of, tables_for, world_of, write_stream

    world = world_of(recordings)
    known = scenarios_of(recordings, scenarios)
    played = [recorded(world, planned(world, one, known), one) for one in recordings]
    partial = _empty_beside(out)
    try:
        for number, one in enumerate(recordings):
            write_recording(one, partial / "recordings" / f"{number:03}-{one.scenario}.recording.jsonl")
        tables = tables_for(ruleset)
        stream = write_stream(partial / "stream", world, played, {"lab": _about(recordings)}, tables=tables)
        scorecard = _score(ruleset, stream, partial)
        with explained(out):
            put_in_place(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return scorecard


def _empty_beside(out: Path) -> Path:
    """An empty folder beside `out` to work in. What is in `out` must be from an earlier run, since it is replaced."""
    ours = any((out / name).exists() for name in ("stream/manifest.json", "exercise.json"))
    if out.exists() and not ours and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} exists and is not the result of an earlier run; choose another --out")
    partial = beside(out)
    shutil.rmtree(partial, ignore_errors=True)
    with explained(partial):
        partial.mkdir(parents=True)
    return partial


def _score(ruleset: Ruleset, stream: Stream, folder: Path) -> Scorecard:
    alerts = detect(ruleset, stream)
    tell_failures(alerts)
    write_alerts(alerts, folder / "alerts.parquet")
    scorecard = score(alerts, stream)
    write_json(scorecard, folder / "scorecard.json")
    write_html(scorecard, folder / "report.html", examples(alerts, stream))
    return scorecard


def _about(recordings: Sequence[Recording]) -> dict[str, object]:
    tools: dict[str, str] = {}
    for one in recordings:
        tools |= one.tools
    return {"runs": len(recordings), "sensors": sorted({one.sensor for one in recordings}), "tools": tools}
