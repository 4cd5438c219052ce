"""Scenarios and tool models from their files, checked: schema first, then every name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from simulator.content import content
from simulator.documents import Document, Trail, load, problems
from simulator.scenario import read
from simulator.scenario.laboratory import read_lab
from simulator.scenario.model import Dimension, Invocation, Occurs, Scenario, Step, Tool, Use, Where
from simulator.scenario.read import Context, ToolShelf
from simulator.scenario.template import Ref
from simulator.scenario.values import Const, Reader, Template, Value
from simulator.world import MINUTE

BUILT_IN: Final = ("version", "binary", "folder", "image")
"""Names that every tool model has besides its own."""


def load_tool(path: Path, document: Document | None = None) -> Tool:
    """A tool model. Raises InvalidScenario."""
    document = document or load(path)
    for problem in problems(document, content("scenarios") / "tool.schema.json"):
        raise problem
    raw = document.value
    if raw["tool"] != path.stem:
        raise document.wrong(("tool",), f"the tool {raw['tool']!r} must be in a file called {raw['tool']}.yaml")
    software = raw.get("software")
    if software is not None:
        read.check_software(document, software, ("software",))
    reader = read.reader_of(document)
    own = read.dimensions(document, reader, f"{raw['tool']}.")
    presets = {
        parameter: {
            name: {one: reader.value(item, ("presets", parameter, name, one)) for one, item in bundle.items()}
            for name, bundle in bundles.items()
        }
        for parameter, bundles in (raw.get("presets") or {}).items()
    }
    lets = read.lets(document, reader)
    common = _parameters(reader, raw.get("parameters") or {}, ("parameters",))
    invocations: dict[str, Invocation] = {}
    shared: set[str] = {name for d in own for case in d.cases for name in case.sets} | set(lets) | set(BUILT_IN)
    shared |= {f"{p}.{one}" for p, bundles in presets.items() for bundle in bundles.values() for one in bundle}
    shared |= {"software.title"}
    every: set[str] = set()
    before = list(reader.references)
    for name, body in raw["invocations"].items():
        at: Trail = ("invocations", name)
        reader.references = []
        context = _context(document, reader, None, own, main="process" in body)
        parameters = common | _parameters(reader, body.get("parameters") or {}, (*at, "parameters"))
        process = _process(context, body["process"], (*at, "process"), software) if "process" in body else None
        steps = read.steps(context, body.get("steps") or [], (*at, "steps"))
        extra = [f"process.{one}" for one in read.EXPORTS["process"]]
        read.check_names(context, shared | set(parameters), steps, extra)
        every |= set(parameters)
        defaults = {key: (value,) for key, value in parameters.items() if value is not None}
        read.check_circles(document, {k: (v,) for k, v in lets.items()} | defaults, ("let",))
        invocations[name] = Invocation(name, process, steps, parameters)
    reader.references = before
    read.check_names(_context(document, reader, None, own), shared | set(common) | every, ())
    return Tool(raw["tool"], document.path, software, presets, own, lets, invocations)


def _context(
    document: Document, reader: Reader, shelf: ToolShelf | None, own: Iterable[Dimension], *, main: bool = False
) -> Context:
    cases = {d.name: frozenset(case.name for case in d.cases) for d in own}
    return Context(document, reader, shelf, cases, main)


def _parameters(reader: Reader, raw: Mapping[str, Any], at: Trail) -> dict[str, Value | None]:
    return {
        name: None if isinstance(item, dict) and item.get("required") else reader.value(item, (*at, name))
        for name, item in raw.items()
    }


def _process(context: Context, raw: dict[str, Any], at: Trail, software: str | None) -> Step:
    if "command_line" not in raw:
        raise context.document.wrong(at, "the key 'command_line' is missing")
    fields = read.fields(context.reader, "process", raw, at)
    if "software" not in fields:
        fields["software"] = Const(software)
        fields.setdefault("version", Template((Ref("version"),)))
    return Step("process", "process", fields, read.choices("process", raw))


def load_scenario(path: Path, shelf: ToolShelf, document: Document | None = None) -> Scenario:
    """A scenario; its tools come from `shelf`. Raises InvalidScenario."""
    document = document or load(path)
    for problem in problems(document, content("scenarios") / "scenario.schema.json"):
        raise problem
    raw = document.value
    if raw["id"] != path.stem:
        raise document.wrong(("id",), f"the scenario {raw['id']!r} must be in a file called {raw['id']}.yaml")
    reader = read.reader_of(document)
    own = read.dimensions(document, reader, "")
    lets = read.lets(document, reader)
    context = _context(document, reader, shelf, own)
    steps = read.steps(context, raw["steps"], ("steps",))
    for number, step in _numbered(raw["steps"], steps):
        _check_process(document, step, ("steps", number, step.name, "process"))
    lab = read_lab(context, raw["lab"]) if "lab" in raw else None
    known = {name for d in own for case in d.cases for name in case.sets} | set(lets)
    read.check_names(context, known, steps)
    varied = {
        name: tuple(case.sets[name] for case in d.cases if name in case.sets) for d in own for name in d.cases[0].sets
    }
    _check_twice(document, own, lets)
    read.check_circles(document, {k: (v,) for k, v in lets.items()} | varied, ("let",))
    for number, step in _numbered(raw["steps"], steps):
        if step.use is not None:
            _check_arguments(document, step.use, known, ("steps", number, step.name))
    of_tools = tuple(
        d for tool in context.used.values() for d in tool.dimensions if not _overridden(d, known, steps, tool)
    )
    return Scenario(
        id=raw["id"],
        path=document.path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        title=raw["title"],
        label=raw["label"],
        technique=raw.get("technique"),
        expect={kind: tuple(names) for kind, names in (raw.get("expect") or {}).items()},
        where=_where(document),
        occurs=_occurs(document),
        own=own,
        dimensions=own + of_tools,
        lets=lets,
        steps=steps,
        lab=lab,
    )


def _numbered(raw: list[dict[str, Any]], steps: tuple[Step, ...]) -> list[tuple[int, Step]]:
    by_name = {step.name: step for step in steps}
    return [(number, by_name[next(iter(entry))]) for number, entry in enumerate(raw)]


def _check_process(document: Document, step: Step, at: Trail) -> None:
    if step.what == "process":
        for name in ("image", "command_line"):
            if name not in step.fields:
                raise document.wrong(at, f"the key {name!r} is missing")


def _check_twice(document: Document, own: Iterable[Dimension], lets: Mapping[str, Value]) -> None:
    seen: set[str] = set()
    for dimension in own:
        for name in dimension.cases[0].sets:
            if name in lets:
                raise document.wrong(("let", name), f"{name!r} is also set under vary", key=True)
            if name in seen:
                raise document.wrong(("vary", dimension.name), f"{name!r} is set by two dimensions", key=True)
            seen.add(name)


def _check_arguments(document: Document, use: Use, known: set[str], at: Trail) -> None:
    for name, default in use.invocation.parameters.items():
        if default is None and name not in use.arguments and name not in known:
            called = f"{use.tool.name}.{use.invocation.name}"
            raise document.wrong((*at, "use"), f"{called} needs the parameter {name!r}; give it under 'with'")


def _overridden(dimension: Dimension, known: set[str], steps: Iterable[Step], tool: Tool) -> bool:
    uses = [step.use for step in steps if step.use is not None and step.use.tool.name == tool.name]
    return dimension.name in known or all(dimension.name in use.arguments for use in uses)


def _where(document: Document) -> Where:
    raw = document.value.get("where") or {}
    host, user = raw.get("host") or {}, raw.get("user") or {}
    software = _many(host.get("software"))
    for one in software:
        read.check_software(document, one, ("where", "host", "software"))
    return Where(
        systems=_many(host.get("os")),
        roles=_many(host.get("role")),
        software=software,
        who=user.get("who", "owner"),
        user_roles=_many(user.get("role")),
        share=float(raw.get("share", 1.0)),
    )


def _many(raw: Any) -> tuple[str, ...]:
    return () if raw is None else (raw,) if isinstance(raw, str) else tuple(raw)


_WINDOW: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)")


def _occurs(document: Document) -> Occurs:
    raw = document.value["occurs"]
    counts = [name for name in ("instances", "per_host_per_day", "per_user_per_day") if name in raw]
    if len(counts) != 1:
        wanted = "instances, per_host_per_day, per_user_per_day"
        raise document.wrong(("occurs",), f"expected exactly one of {wanted}; found {', '.join(counts) or 'none'}")
    if (
        counts[0] == "per_user_per_day"
        and ((document.value.get("where") or {}).get("user") or {}).get("who", "owner") != "owner"
    ):
        raise document.wrong(("where", "user", "who"), "per_user_per_day counts owners; 'who' must be owner")
    amount = raw[counts[0]]
    at, window = raw.get("at", "any"), (0, 0)
    if at not in ("any", "office-hours", "logon", "boot"):
        found = _WINDOW.fullmatch(at)
        if not found:
            raise document.wrong(
                ("occurs", "at"), f"found {at!r}, expected any, office-hours, logon, boot or HH:MM-HH:MM"
            )
        first, second = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
        second += 24 * 60 if second <= first else 0
        at, window = "window", (first * MINUTE, second * MINUTE)
    return Occurs(
        instances=amount if counts[0] == "instances" else None,
        mean=0.0 if isinstance(amount, dict) or counts[0] == "instances" else float(amount),
        exactly=amount["exactly"] if isinstance(amount, dict) else None,
        at=at,
        window=window,
        days=raw.get("days", "weekdays" if at in ("office-hours", "logon", "boot") else "any"),
    )
