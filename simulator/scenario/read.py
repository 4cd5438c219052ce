"""Parts that scenarios and tool models have in common: dimensions, lets and steps, from YAML into `model`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from simulator.documents import Document, Trail, shown, unknown_name
from simulator.scenario.ambient import BY_NAME, CONSOLES
from simulator.scenario.model import Case, Delay, Dimension, Step, Tool, Use
from simulator.scenario.rows import BUILTINS
from simulator.scenario.values import Const, Reader, Value, references
from simulator.world.profile import load_pools, load_software

ACTS: Final = ("process", "use", "write", "lookup", "connect", "request", "script", "cmdlet", "session")

_NUMBERS: Final = frozenset(("bytes", "bytes_out", "bytes_in", "port", "status", "parallel"))
_WORDS: Final = frozenset(("resolver", "protocol", "integrity"))
EXPORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "process": ("image", "command_line", "folder"),
    "use": ("image", "command_line", "folder"),
    "write": ("path",),
    "lookup": ("name",),
    "connect": ("name",),
    "request": ("name", "path", "user_agent"),
    "script": ("text",),
    "cmdlet": ("command",),
    "session": (),
}
"""What later steps may refer to, as `step.name`."""

_CASE_KEYS: Final = frozenset(("value", "set", "tags", "weight", "about"))


class ToolShelf(Protocol):
    """Where tools are found by name."""

    def tool(self, name: str) -> Tool:
        """The tool model; KeyError when there is none."""

    def tool_names(self) -> Iterable[str]:
        """All names."""


@dataclass(slots=True)
class Context:
    """What reading the steps of one file needs."""

    document: Document
    reader: Reader
    shelf: ToolShelf | None
    dimensions: Mapping[str, frozenset[str]]
    """Names of the values of each dimension, for `when`."""
    main: bool = False
    """Whether there is a process that steps belong to anyway (a tool's)."""
    used: dict[str, Tool] = field(default_factory=dict)


def reader_of(document: Document) -> Reader:
    """A reader of values with the bundled pools."""
    return Reader(document, load_pools())


def dimensions(document: Document, reader: Reader, prefix: str) -> tuple[Dimension, ...]:
    """The dimensions under `vary`."""
    made: list[Dimension] = []
    for name, raw in (document.value.get("vary") or {}).items():
        trail: Trail = ("vary", name)
        per = None
        if isinstance(raw, dict) and isinstance(raw.get("values"), list | dict):
            per, raw, trail = raw.get("per"), raw["values"], (*trail, "values")
            if per not in (None, "instance", "habit", "host", "user", "world"):
                raise document.wrong(
                    ("vary", name, "per"), unknown_name("per", per, ("instance", "habit", "host", "user", "world"))
                )
        if isinstance(raw, list):
            cases = tuple(_plain_case(reader, name, item, (*trail, i)) for i, item in enumerate(raw))
        else:
            cases = tuple(_case(reader, name, key, item, (*trail, key)) for key, item in raw.items())
        for case in cases[1:]:
            if set(case.sets) != set(cases[0].sets):
                odd = sorted(set(case.sets) ^ set(cases[0].sets))[0]
                raise document.wrong(
                    trail, f"every value of {name!r} must set the same names, but {odd!r} is not set by all of them"
                )
        if len({case.name for case in cases}) != len(cases):
            raise document.wrong(trail, f"two values of {name!r} have the same name")
        if sum(case.weight for case in cases) <= 0:
            raise document.wrong(trail, f"the weights of {name!r} are all zero")
        made.append(Dimension(name, f"{prefix}{name}", per, cases))
    return tuple(made)


def _plain_case(reader: Reader, dimension: str, item: Any, trail: Trail) -> Case:
    if isinstance(item, list | dict) or item is None:
        raise reader.document.wrong(trail, f"found {shown(item)}, expected plain text; name the value to give more")
    return Case(str(item), (), 1.0, {dimension: reader.value(item, trail)})


def _case(reader: Reader, dimension: str, name: str, raw: Any, trail: Trail) -> Case:
    if not (isinstance(raw, dict) and set(raw) & {"value", "set", "tags", "weight"}):
        return Case(name, (), 1.0, {dimension: reader.value(raw, trail)})
    for key in raw:
        if key not in _CASE_KEYS:
            raise reader.document.wrong((*trail, key), unknown_name("key", key, _CASE_KEYS), key=True)
    tags, weight, sets = raw.get("tags", []), raw.get("weight", 1), raw.get("set", {})
    if not (isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)):
        raise reader.document.wrong((*trail, "tags"), "expected a list of texts")
    if not isinstance(weight, int | float) or weight < 0:
        raise reader.document.wrong((*trail, "weight"), "expected a number that is not negative")
    if not isinstance(sets, dict):
        raise reader.document.wrong((*trail, "set"), "expected a mapping of names to values")
    own = {dimension: reader.value(raw["value"], (*trail, "value")) if "value" in raw else Const(name)}
    others = {key: reader.value(item, (*trail, "set", key)) for key, item in sets.items()}
    return Case(name, tuple(tags), float(weight), own | others)


def lets(document: Document, reader: Reader) -> dict[str, Value]:
    """The values under `let`."""
    return {name: reader.value(raw, ("let", name)) for name, raw in (document.value.get("let") or {}).items()}


def steps(context: Context, raw: list[dict[str, Any]], at: Trail) -> tuple[Step, ...]:
    """A list of steps, with the consoles they imply before their first use."""
    made: list[Step] = []
    seen: dict[str, Step] = {}
    for number, entry in enumerate(raw):
        ((name, body),) = entry.items()
        trail = (*at, number, name)
        if name in seen or name in BY_NAME or name in CONSOLES or name == "process":
            raise context.document.wrong(trail, f"the name {name!r} is already taken", key=True)
        if (by := body.get("by")) in CONSOLES and by not in seen:
            console = _console(by)
            made.append(console)
            seen[by] = console
        step = _step(context, name, body, trail, seen)
        made.append(step)
        seen[name] = step
    return tuple(made)


def _console(name: str) -> Step:
    image, line, software = CONSOLES[name]
    fields: dict[str, Value] = {"image": Const(image), "command_line": Const(line)}
    fields["software"] = Const(software)
    return Step(name, "process", fields, {}, after=Delay(Const(3_000_000)))


def _step(context: Context, name: str, body: dict[str, Any], trail: Trail, seen: Mapping[str, Step]) -> Step:
    document, reader = context.document, context.reader
    found = [act for act in ACTS if act in body]
    if len(found) != 1:
        raise document.wrong(
            trail, f"a step needs exactly one of {', '.join(ACTS)}; found {', '.join(found) or 'none'}"
        )
    what = found[0]
    by = body.get("by")
    if by is not None:
        _check_actor(context, by, (*trail, "by"), seen)
    return Step(
        name=name,
        what=what,
        fields={} if what in ("use", "session") else fields(reader, what, body[what], (*trail, what)),
        choices={"session": body["session"]} if what == "session" else choices(what, body[what]),
        by=by,
        after=_delay(context, body["after"], (*trail, "after"), seen) if "after" in body else None,
        when=condition(context, body["when"], (*trail, "when")) if "when" in body else None,
        chance=body.get("chance"),
        times=reader.number(body["times"], (*trail, "times")) if "times" in body else None,
        every=reader.duration(body["every"], (*trail, "every")) if "every" in body else None,
        account=body.get("as"),
        parameters=_parameters(reader, body[what], (*trail, what)) if what == "cmdlet" else (),
        use=_use(context, body, trail) if what == "use" else None,
    )


def _check_actor(context: Context, by: str, trail: Trail, seen: Mapping[str, Step]) -> None:
    if by in BY_NAME or by in CONSOLES or (by == "process" and context.main):
        return
    if by not in seen:
        known = [*(n for n, s in seen.items() if s.what in ("process", "use")), *BY_NAME, *CONSOLES]
        raise context.document.wrong(trail, unknown_name("process", by, known))
    if seen[by].what not in ("process", "use"):
        raise context.document.wrong(trail, f"the step {by!r} starts no process")


def fields(reader: Reader, what: str, raw: dict[str, Any], at: Trail) -> dict[str, Value]:
    """The values of an action, those of numbers and durations read as such."""
    made: dict[str, Value] = {}
    for name, item in raw.items():
        trail = (*at, name)
        if name in _WORDS or (what == "cmdlet" and name == "parameters"):
            continue
        if name == "software":
            check_software(reader.document, item, trail)
        if name == "lasts":
            made[name] = reader.duration(item, trail)
        elif name in _NUMBERS:
            made[name] = reader.number(item, trail)
        else:
            made[name] = reader.value(item, trail)
    if what == "connect" and ("name" in made) == ("address" in made):
        raise reader.document.wrong(at, "a connection needs either 'name' or 'address'")
    return made


def choices(what: str, raw: Any) -> dict[str, str | None]:
    """The plain words of an action."""
    if what == "use" or not isinstance(raw, dict):
        return {}
    return {name: raw[name] for name in _WORDS if name in raw}


def check_software(document: Document, name: object, trail: Trail) -> None:
    """Raise InvalidScenario unless `name` is a program of fixtures/software.yaml (or a template, known only later)."""
    known = load_software()
    if isinstance(name, str) and "{" not in name and known and name not in known:
        raise document.wrong(trail, unknown_name("software", name, known))


def _parameters(reader: Reader, raw: dict[str, Any], at: Trail) -> tuple[tuple[str, Value], ...]:
    given = raw.get("parameters", {})
    if isinstance(given, list):
        raise reader.document.wrong((*at, "parameters"), "expected a mapping of parameter names to values")
    return tuple((name, reader.value(item, (*at, "parameters", name))) for name, item in given.items())


def _delay(context: Context, raw: Any, trail: Trail, seen: Mapping[str, Step]) -> Delay:
    of = raw.get("of") if isinstance(raw, dict) else None
    if of is not None and of not in seen:
        raise context.document.wrong((*trail, "of"), unknown_name("step", of, seen))
    start = isinstance(raw, dict) and raw.get("from") == "start"
    return Delay(context.reader.duration(raw, trail), of, start)


def condition(context: Context, raw: dict[str, Any], at: Trail) -> dict[str, frozenset[str]]:
    """A `when`: for each dimension the names of the values for which it holds. Raises InvalidScenario."""
    made: dict[str, frozenset[str]] = {}
    for name, item in raw.items():
        if name not in context.dimensions:
            raise context.document.wrong((*at, name), unknown_name("dimension", name, context.dimensions), key=True)
        wanted = [_word(one) for one in (item if isinstance(item, list) else [item])]
        for one in wanted:
            if one not in context.dimensions[name]:
                raise context.document.wrong(
                    (*at, name), unknown_name(f"value of {name!r}:", one, context.dimensions[name])
                )
        made[name] = frozenset(wanted)
    return made


def _word(item: object) -> str:
    return {True: "yes", False: "no"}[item] if isinstance(item, bool) else str(item)


def _use(context: Context, body: dict[str, Any], trail: Trail) -> Use:
    document, reader = context.document, context.reader
    name, _, wanted = body["use"].rpartition(".")
    at = (*trail, "use")
    if context.shelf is None:
        raise document.wrong(at, "a tool model cannot use other tools")
    if name not in set(context.shelf.tool_names()):
        raise document.wrong(at, unknown_name("tool", name, context.shelf.tool_names()))
    tool = context.shelf.tool(name)
    if wanted not in tool.invocations:
        raise document.wrong(at, unknown_name(f"invocation of {name}:", wanted, tool.invocations))
    invocation = tool.invocations[wanted]
    context.used[name] = tool
    known = names_of_tool(tool) | set(invocation.parameters) | {"version", "binary", "folder", "image"}
    arguments: dict[str, Value] = {}
    presets: dict[str, dict[str, Value]] = {}
    for key, raw in (body.get("with") or {}).items():
        here = (*trail, "with", key)
        if key not in known:
            raise document.wrong(here, unknown_name(f"parameter of {name}.{wanted}:", key, known), key=True)
        if key in tool.presets and isinstance(raw, dict) and not (len(raw) == 1 and {"choice", "pick"} & set(raw)):
            presets[key] = _inline(reader, tool, key, raw, here)
            arguments[key] = presets[key].get("name", Const(key))
        else:
            arguments[key] = reader.value(raw, here)
            _check_preset(document, tool, key, raw, here)
    return Use(tool, invocation, arguments, presets)


def _inline(reader: Reader, tool: Tool, key: str, raw: dict[str, Any], at: Trail) -> dict[str, Value]:
    known = {field for preset in tool.presets[key].values() for field in preset}
    for one in raw:
        if one not in known:
            raise reader.document.wrong((*at, one), unknown_name(f"field of {key!r}:", one, known), key=True)
    return {one: reader.value(item, (*at, one)) for one, item in raw.items()}


def _check_preset(document: Document, tool: Tool, key: str, raw: Any, at: Trail) -> None:
    if key in tool.presets and isinstance(raw, str) and "{" not in raw and raw not in tool.presets[key]:
        raise document.wrong(at, unknown_name(f"preset of {key!r}:", raw, tool.presets[key]))


def names_of_tool(tool: Tool) -> set[str]:
    """The names that a tool model knows."""
    own = {name for dimension in tool.dimensions for case in dimension.cases for name in case.sets}
    return own | set(tool.lets) | {name for one in tool.invocations.values() for name in one.parameters}


def check_names(
    context: Context,
    known: Iterable[str],
    actions: Iterable[Step],
    extra: Iterable[str] = (),
) -> None:
    """Raise InvalidScenario for the first reference to a name that means nothing where it stands."""
    names = set(known) | set(extra) | BUILTINS | {"image"}
    names |= {f"{step.name}.{one}" for step in actions for one in EXPORTS[step.what]}
    for name, trail in context.reader.references:
        if name not in names:
            raise context.document.wrong(trail, unknown_name("name", name, names))


def check_circles(document: Document, values: Mapping[str, tuple[Value, ...]], trail: Trail) -> None:
    """Raise InvalidScenario when names are defined by each other."""
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise document.wrong((*trail, name), f"is defined by itself: {circle}", key=True)
        if name in done or name not in values:
            return
        for value in values[name]:
            for other in references(value):
                visit(other, (*path, name))
        done.add(name)

    for name in values:
        visit(name, ())
