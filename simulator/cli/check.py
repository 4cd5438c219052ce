"""`sparring check`: is every scenario and rule below a path all right?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

import click
from rich.console import Console
from rich.markup import escape

from simulator.cli.accounts import print_languages
from simulator.cli.options import as_json, existing, print_json, schemas
from simulator.dataset import declared_tables
from simulator.engine.capability import require
from simulator.errors import InvalidRule, UnsupportedRule
from simulator.ir import Checked, Problem, Rule, Status
from simulator.languages import load_rules
from simulator.scenario import check_scenarios

_COLOUR = {Status.OK: "green", Status.UNSUPPORTED: "yellow", Status.INVALID: "red"}


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Unsupported constructs and warnings count as invalid.")
@schemas
@as_json
@click.pass_context
def check(
    ctx: click.Context, paths: tuple[str, ...], schemas: tuple[str, ...], strict: bool, json_output: bool
) -> None:
    """Read every scenario and rule below PATHS and say what is wrong with it, with file:line:col."""
    files = checked(paths, schemas)
    if json_output:
        for file in files:
            print_json(_as_object(file))
    else:
        _print(files)
    bad = {Status.INVALID, Status.UNSUPPORTED} if strict else {Status.INVALID}
    if any(file.status in bad or (strict and file.problems) for file in files):
        ctx.exit(1)


def checked(paths: tuple[str, ...], declared: tuple[str, ...] = ()) -> list[Checked]:
    """Every rule, scenario, tool and world file below `paths`, in order of path, with all that stops them from being
    run or played: a rule that can be read but not executed is among them."""
    found = existing(paths)
    ruleset = load_rules(found, tables=declared_tables(existing(declared)))
    refused = _refused(ruleset.rules)
    files = [_with_problems(file, refused.get(file.path, [])) for file in ruleset.files]
    known = {file.path for file in files}
    for one in check_scenarios(found):
        status = Status(one.status)
        problems = tuple(Problem(status, p.location, p.message) for p in one.problems)
        if one.path not in known:
            files.append(Checked(one.path, one.kind, "yaml", status, problems))
    return sorted(files, key=lambda file: file.path)


def _refused(rules: Iterable[Rule]) -> dict[str, list[Problem]]:
    """What `detect` could not execute, by the rule's file."""
    refused: defaultdict[str, list[Problem]] = defaultdict(list)
    for rule in rules:
        try:
            require(rule)
        except UnsupportedRule as error:
            refused[rule.location.path].append(Problem(Status.UNSUPPORTED, error.location, error.message))
        except InvalidRule as error:
            refused[rule.location.path].append(Problem(Status.INVALID, error.location, error.message))
    return refused


def _with_problems(file: Checked, problems: list[Problem]) -> Checked:
    if not problems:
        return file
    worst = max((file.status, *(problem.status for problem in problems)), key=list(Status).index)
    return replace(file, status=worst, problems=(*file.problems, *problems))


def _as_object(file: Checked) -> dict[str, object]:
    problems = [
        {"line": p.location.line, "column": p.location.column, "message": p.message, "warning": p.warning}
        for p in file.problems
    ]
    first = {name: problems[0][name] for name in ("line", "column", "message")} if problems else {}
    return {
        "path": file.path,
        "kind": file.kind,
        "language": file.language,
        "status": file.status.value,
        **first,
        "problems": problems,
    }


def _print(files: list[Checked]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for file in files:
        for problem in file.problems:
            word, colour = ("warning", "yellow") if problem.warning else (problem.status.value, _COLOUR[problem.status])
            console.print(f"{escape(str(problem.location))}: [{colour}]{word}[/]: {escape(problem.message)}")
    counts = Counter((file.kind, file.status) for file in files)
    for kind in sorted({file.kind for file in files}):
        parts = [f"[{_COLOUR[s]}]{counts[kind, s]} {s.value}[/]" for s in Status if counts[kind, s]]
        console.print(f"{kind}: " + ", ".join(parts))
    if len({file.language for file in files if file.kind == "rule"}) > 1:
        print_languages(files, console)
    if not files:
        console.print("no scenarios or rules found")
