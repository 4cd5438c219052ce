"""Options that take several values."""

import click
import pytest
from click.testing import CliRunner

from simulator.cli.options import GreedyCommand


@click.command(cls=GreedyCommand)
@click.argument("rules", nargs=-1)
@click.option("--on", multiple=True)
@click.option("--out")
@click.option("--json", "as_json", is_flag=True)
def command(rules, on, out, as_json):
    click.echo(f"{rules} {on} {out} {as_json}")


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        (["r1", "r2", "--on", "a", "b", "c"], "('r1', 'r2') ('a', 'b', 'c') None False"),
        (["--on", "a", "b", "--json", "r1"], "('r1',) ('a', 'b') None True"),
        (["r1", "--on", "a", "--out", "o", "r2"], "('r1', 'r2') ('a',) o False"),
        (["r1", "--on", "a", "--on", "b"], "('r1',) ('a', 'b') None False"),
        (["r1", "--on", "a", "--", "r2"], "('r1', 'r2') ('a',) None False"),
    ],
)
def test_a_repeatable_option_takes_all_values_up_to_the_next_option(arguments, result):
    assert CliRunner().invoke(command, arguments).output.strip() == result
