"""The `sparring` command.

Exit codes: 0 good; 1 the answer is "no" (something invalid, a rule that could not run); 2 the call was wrong; 130
interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

import click

from simulator.cli.check import check
from simulator.cli.detect import detect
from simulator.cli.export import export
from simulator.cli.lab import lab
from simulator.cli.query import query
from simulator.cli.run import run
from simulator.cli.score import score
from simulator.cli.simulate import simulate
from simulator.errors import SparringError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(version("sparring"), prog_name="sparring")
def cli() -> None:
    """Sparring: simulate an organisation, play adversaries and innocents in it, measure your detection rules."""


for command in (run, simulate, detect, query, score, export, check, lab):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    try:
        code = cli.main(arguments, prog_name="sparring", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except SparringError as error:
        click.echo(f"sparring: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has left (`| head`): no one is there to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
