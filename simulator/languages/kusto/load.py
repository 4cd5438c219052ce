"""From files to rules: bare queries (.kql, .kusto, .csl), and Sentinel's analytic rules in YAML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from simulator.errors import InvalidRule, LocatedError, UnsupportedRule, nearest
from simulator.ir import Checked, Problem, Relation, Rule, Status, columns_of
from simulator.languages import bare
from simulator.languages.context import Compiled, Context
from simulator.languages.embedded import Query
from simulator.languages.files import Loaded, RuleFile
from simulator.languages.kusto.compile import compile_query
from simulator.languages.kusto.sentinel import Header, header
from simulator.languages.pacing import default_schedule

BARE = (".kql", ".kusto", ".csl")


def load(files: Sequence[RuleFile], context: Context) -> Loaded:
    """A rule of each file. Nothing is raised: what is wrong is in the files' problems."""

    def compile_one(query: Query) -> Compiled:
        return compile_query(query, context.tables)

    queries = [file for file in files if file.path.lower().endswith(BARE)]
    found = bare.load("kusto", queries, compile_one, default_schedule)
    rules, checked = list(found.rules), list(found.files)
    for file in files:
        if not file.path.lower().endswith(BARE):
            made, one = _analytic(file, context)
            rules.extend(made)
            checked.append(one)
    order = {file.path: place for place, file in enumerate(files)}
    rules.sort(key=lambda rule: order[rule.location.path])
    return Loaded(tuple(rules), tuple(checked))


def _analytic(file: RuleFile, context: Context) -> tuple[list[Rule], Checked]:
    name = f"kusto/{PurePath(file.path).stem}"
    try:
        if file.problem is not None:
            raise InvalidRule(file.problem.location, file.problem.message)
        about = header(file)
        compiled = compile_query(about.query, context.tables)
    except LocatedError as error:
        status = Status.UNSUPPORTED if isinstance(error, UnsupportedRule) else Status.INVALID
        problem = Problem(status, error.location, error.message)
        return [], Checked(file.path, "rule", "kusto", status, (problem,))
    rule = Rule(
        id=about.id or name,
        title=about.title or PurePath(file.path).stem,
        language="kusto",
        plan=compiled.plan,
        location=replace(about.document.at(()), line=1, column=1),
        level=about.level,
        techniques=about.techniques,
        description=about.description,
        schedule=about.schedule or default_schedule(compiled.plan),
        name=name,
    )
    warnings = (*about.warnings, *compiled.warnings, *_unmapped(about, compiled.plan))
    return [rule], Checked(file.path, "rule", "kusto", Status.OK, warnings, 1)


def _unmapped(about: Header, plan: Relation) -> list[Problem]:
    """Warnings of columns that the rule's entities name and its query does not give."""
    columns = columns_of(plan)
    return [
        Problem(
            Status.INVALID,
            about.document.at(trail),
            f"the query gives no column {name!r}{nearest(name, columns)}",
            warning=True,
        )
        for name, trail in about.mapped
        if name not in columns
    ]
