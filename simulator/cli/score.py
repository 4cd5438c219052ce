"""`sparring score`: alerts against the truth."""

from __future__ import annotations

from pathlib import Path

import click

from simulator.cli import options
from simulator.dataset import open_stream
from simulator.engine.alerts_file import read_alerts
from simulator.report import print_scorecard
from simulator.score import score as measure


@click.command()
@click.argument("alerts", type=click.Path(path_type=Path))
@click.option("--on", "stream", type=click.Path(path_type=Path), required=True, help="The stream they were found on.")
@options.as_json
def score(alerts: Path, stream: Path, json_output: bool) -> None:
    """Hold ALERTS (an alerts.parquet) against the truth of the stream they were found on."""
    scorecard = measure(read_alerts(alerts), open_stream(stream))
    if json_output:
        options.print_json(scorecard.to_json())
    else:
        print_scorecard(scorecard)
