"""Options that several commands share, and options that take several values."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from simulator.dataset import Stream, declarations, open_source
from simulator.tables import Source, Table

Command = TypeVar("Command", bound=Callable[..., Any])


class GreedyCommand(click.Command):
    """A command whose repeatable options take all values up to the next option: `--on a.evtx b.evtx`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Spell out `--on a b` as `--on a --on b` for click."""
        greedy = {
            name
            for option in self.params
            if isinstance(option, click.Option) and option.multiple and not option.is_flag
            for name in option.opts
        }
        return super().parse_args(ctx, list(_spelled_out(args, greedy)))


def _spelled_out(arguments: Iterable[str], greedy: set[str]) -> Iterable[str]:
    option: str | None = None
    given = False
    for argument in arguments:
        if argument.startswith("-") and argument != "-":
            option, given = (argument, False) if argument in greedy else (None, False)
            yield argument
        elif option and given:
            yield from (option, argument)
        else:
            given = True
            yield argument


def as_json(command: Command) -> Command:
    """The option `--json`."""
    return click.option("--json", "json_output", is_flag=True, help="Machine-readable output; see docs/json.md.")(
        command
    )


def workers(command: Command) -> Command:
    """The option `--workers`."""
    return click.option("--workers", type=click.IntRange(1, 64), help="Processes to use [default: one per core].")(
        command
    )


def world(command: Command) -> Command:
    """The options that shape the simulated organisation."""
    for decorate in (
        click.option(
            "--world", "world", default="office", show_default=True, help="Environment profile: name or path."
        ),
        click.option("--hosts", type=click.IntRange(5, 1_000_000), default=40, show_default=True, help="Hosts."),
        click.option("--days", type=click.IntRange(1, 3650), default=3, show_default=True, help="Days to simulate."),
        click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same bytes."),
    ):
        command = decorate(command)
    return command


def schemas(command: Command) -> Command:
    """The option `--schemas`."""
    return click.option(
        "--schemas",
        multiple=True,
        help="Schema files, or samples of data, of tables that Sparring does not know; see docs/scenarios.md.",
    )(command)


def opened(sources: Iterable[str], schemas: Iterable[str]) -> tuple[Source, dict[str, Table]]:
    """What `--on` and `--schemas` name: the source, and the tables that either declares."""
    declared = declarations(existing(schemas))
    source = open_source(existing(sources), declared)
    own = source.declared if isinstance(source, Stream) else {}
    return source, {**own, **{name: one.table for name, one in declared.items()}}


def existing(paths: Iterable[str]) -> list[Path]:
    """Paths that must exist; a wrong call otherwise."""
    found = [Path(path) for path in paths]
    for path in found:
        if not path.exists():
            raise click.UsageError(f"no such file or folder: {path}")
    return found


def print_json(value: object) -> None:
    """One JSON value on one line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
