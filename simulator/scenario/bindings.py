"""What names mean: those of a scenario, and those of a tool when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import numpy as np
import polars as pl

from simulator import draw
from simulator.scenario.evaluate import Binding, Column, Scope, evaluate, floats_alone, scatter, select, text
from simulator.scenario.model import Dimension, Scenario, Use
from simulator.scenario.rows import FLOATING, Index, Rows, WorldKey, gather, host_array
from simulator.scenario.template import FILTERS, Ref
from simulator.scenario.template import parse as parse_template
from simulator.scenario.values import Const, Pick, Template, Value, references
from simulator.world.profile import load_software


def of_scenario(scenario: Scenario) -> dict[str, Binding]:
    """The names that a scenario sets, and `vary:<dimension>`: the name of the dimension's value."""
    varied = _varied(scenario.own)
    floating = _floating(varied | {name: (value,) for name, value in scenario.lets.items()})
    made = _dimensions(scenario.own, floating, skip=())
    return made | _values(scenario.lets, floating)


def of_tool(use: Use, caller: Scope) -> dict[str, Binding]:
    """The names that a tool knows when it is used by `caller`.

    In this order: an argument, a name of the same spelling in the scenario, the tool's own.
    """
    tool, parameters = use.tool, use.invocation.parameters
    defaults = {name: value for name, value in parameters.items() if value is not None}
    built_in = _built_in(use)
    own = {n for d in tool.dimensions for n in d.cases[0].sets} | set(tool.lets) | set(parameters) | set(built_in)
    given = {name: _called(caller, value) for name, value in use.arguments.items()}
    given |= {n: _shared(caller, n) for n in own if n not in given and caller.find(n) is not None}
    bundles = {f"{p}.{f}": value for p in tool.presets for f, value in _preset(use, p).items()}
    defined = {n: (v,) for n, v in {**built_in, **defaults, **tool.lets, **bundles}.items() if n not in given}
    floating = _floating(defined | {n: v for n, v in _varied(tool.dimensions).items() if n not in given})
    made = _values({**built_in, **defaults, **tool.lets, **bundles}, floating)
    made |= _dimensions(tool.dimensions, floating, skip=given)
    if "version" not in defaults and "version" not in tool.lets:
        made["version"] = Binding(lambda scope: version(scope.rows, tool.software))
    for parameter, fields in use.presets.items():
        everything = {f for bundle in tool.presets[parameter].values() for f in bundle}
        made |= {f"{parameter}.{f}": _called(caller, fields.get(f, Const(None))) for f in everything}
    return made | given


def _called(caller: Scope, value: Value) -> Binding:
    return Binding(lambda _: evaluate(value, caller))


def _shared(caller: Scope, name: str) -> Binding:
    return Binding(lambda _: caller.lookup(name))


def _preset(use: Use, parameter: str) -> dict[str, Value]:
    """For each field of a preset parameter, its value under whichever preset is meant."""
    bundles = use.tool.presets[parameter]
    fields = {name: None for bundle in bundles.values() for name in bundle}
    subject = Template((Ref(parameter),))
    return {
        f: Pick(subject, tuple((name, bundle.get(f, Const(None))) for name, bundle in bundles.items()), None)
        for f in fields
    }


def _built_in(use: Use) -> dict[str, Value]:
    """Where the program is, unless the tool or the scenario says otherwise."""
    software = use.tool.software

    known = load_software().get(software) if software else None
    image = (known.image if known else None) or f"C:\\Program Files\\{use.tool.name}\\{use.tool.name}.exe"
    name = (known.original_file_name if known else None) or FILTERS["basename"](image)
    separator = Pick(Template((Ref("host.os"),)), (("windows", Const("\\")),), Const("/"))
    return {
        "folder": Template(parse_template(FILTERS["dirname"](image))),
        "binary": Const(name),
        "separator": separator,
        "image": Template((Ref("folder"), Ref("separator"), Ref("binary"))),
        "software.title": Const(known.title if known else use.tool.name),
    }


def _values(values: Mapping[str, Value], floating: set[str]) -> dict[str, Binding]:
    return {name: Binding(_evaluating(value), name in floating) for name, value in values.items()}


def _evaluating(value: Value) -> Callable[[Scope], Column]:
    return lambda scope: evaluate(value, scope, "instance")


def _dimensions(dimensions: Iterable[Dimension], floating: set[str], skip: Iterable[str]) -> dict[str, Binding]:
    made: dict[str, Binding] = {}
    for dimension in dimensions:
        for name in dimension.cases[0].sets:
            if name not in skip:
                made[name] = Binding(_selecting(dimension, name), name in floating)
        if dimension.name in skip:
            made[f"vary:{dimension.name}"] = Binding(_same(dimension.name))
        else:
            made[f"vary:{dimension.name}"] = Binding(_naming(dimension))
    return made


def _selecting(dimension: Dimension, name: str) -> Callable[[Scope], Column]:
    options = [case.sets[name] for case in dimension.cases]

    def make(scope: Scope) -> Column:
        index = scope.rows.origin.variation[dimension.title][scope.rows.root]
        return select(index, options, scope, dimension.per or "instance")

    return make


def _naming(dimension: Dimension) -> Callable[[Scope], Column]:
    names = pl.Series([case.name for case in dimension.cases])
    return lambda scope: gather(names, scope.rows.origin.variation[dimension.title][scope.rows.root])


def _same(name: str) -> Callable[[Scope], Column]:
    return lambda scope: text(scope.lookup(name), len(scope.rows))


def _varied(dimensions: Iterable[Dimension]) -> dict[str, tuple[Value, ...]]:
    return {name: tuple(case.sets[name] for case in d.cases) for d in dimensions for name in d.cases[0].sets}


def _floating(values: Mapping[str, tuple[Value, ...]]) -> set[str]:
    """The names whose values differ between the rows of one instance."""
    found = {name for name, made in values.items() if any(map(floats_alone, made))}
    while True:
        more = {
            name
            for name, made in values.items()
            if name not in found
            and any(other in found or other in FLOATING for value in made for other in references(value))
        }
        if not more:
            return found
        found |= more


def version(rows: Rows, software: Column) -> Column:
    """Which version of a program each row's host has: that of its operating system, else one of its own.

    Null for what is not in fixtures/software.yaml.
    """
    world = rows.origin.world
    if isinstance(software, pl.Series):
        pieces: list[tuple[Index, Column]] = []
        for name in software.unique().drop_nulls():
            here = np.flatnonzero((software == name).fill_null(False).to_numpy())
            pieces.append((here, version(rows.take(here), name)))
        return scatter(pieces, len(rows)) if pieces else None
    if software is None or software not in world.software:
        return None
    names, codes = _versions(WorldKey(world), str(software))
    return gather(names, codes[rows.host])


@lru_cache(maxsize=512)
def _versions(key: WorldKey, software: str) -> tuple[pl.Series, np.ndarray]:
    world = key.world
    names = list(world.software[software].versions)
    drawn = draw.choice(host_array(world, "id"), len(names), "version", software)
    builds = world.hosts["os_version"].to_list()
    if any(name.startswith("10.0.") for name in names):
        by_build = {
            build: next((i for i, n in enumerate(names) if n.startswith(f"{build}.")), None) for build in set(builds)
        }
        drawn = np.array([int(d) if by_build[b] is None else by_build[b] for d, b in zip(drawn, builds, strict=True)])
    return pl.Series(names), drawn


__all__ = ["of_scenario", "of_tool", "version"]
