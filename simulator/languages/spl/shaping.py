"""Commands that change fields and choose rows: search, where, eval, rename, fields, table, dedup, sort, head, bin …

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference (one page for each command).
"""

from __future__ import annotations

import re
from dataclasses import replace

from simulator.ir import Case, Expr, Field, IsNull, Key, Like, Limit, Literal, Measure, Not, Now, Or, Window
from simulator.languages.spl.ast import Command, Name
from simulator.languages.spl.conditions import both, glob
from simulator.languages.spl.evaluate import LISTS, call, cast, number, text
from simulator.languages.spl.frame import Frame, Renamed, Typed
from simulator.languages.spl.functions import choose, formatted, parsed_time
from simulator.languages.spl.lowering import Handler, Lowering, null
from simulator.languages.spl.names import chosen, filled, matches, visible
from simulator.languages.spl.times import span as length_of
from simulator.tables import Type

YES = ("t", "true", "1", "yes")


def _search(on: Lowering, frame: Frame, command: Command) -> Frame:
    assert command.search is not None
    return on.search(frame, command.search)


def _where(on: Lowering, frame: Frame, command: Command) -> Frame:
    assert command.where is not None
    return frame.where(on.predicate(frame, command.where))


def _eval(on: Lowering, frame: Frame, command: Command) -> Frame:
    for name, node in command.assignments:
        if isinstance(node, Name) and node.name == name and not frame.has(name):
            continue
        value = on.value(frame, node)
        frame = frame.extend({name: value})
    return frame


def _rename(on: Lowering, frame: Frame, command: Command) -> Frame:
    """All pairs at once. A field that is not there takes nothing away (in an event that may have it, under wildcards,
    the field of the new name stays where the old one is missing)."""
    columns = {name: Typed(Field(name), kind) for name, kind in frame.columns.items()}
    origins = frame.origins
    gone = set(frame.gone)
    for old, new in command.pairs:
        if "*" in old:
            columns = _rename_all(columns, old, new, spare=frame.open)
            if frame.open:
                origins = (*origins, Renamed(old, new))
            continue
        had = old in columns or frame.has(old)
        if had:
            columns = {new if name == old else name: typed for name, typed in columns.items() if name != new}
            gone.discard(new)
        elif frame.wants.grown and new not in columns:
            columns[new] = null()  # It will be there when the search is lowered again.
        if old != new:
            gone.add(old)
    order = tuple(_moved(key, columns) for key in frame.order)
    found = frame.project(columns, closed=False)
    return replace(found, origins=origins, gone=frozenset(gone), order=tuple(key for key in order if key is not None))


def _moved(key: Key, columns: dict[str, Typed]) -> Key | None:
    for name, typed in columns.items():
        if typed.value == key.value:
            return replace(key, value=Field(name))
    return None


def _rename_all(columns: dict[str, Typed], old: str, new: str, spare: bool) -> dict[str, Typed]:
    made = dict(columns)
    for name, typed in columns.items():
        parts = matches(old, name)
        if parts is None or name.startswith("_"):
            continue
        target = filled(new, parts)
        if target == name:
            continue
        del made[name]
        other = made.get(target)
        if spare and other is not None:
            kind = typed.kind
            made[target] = call("coalesce", kind, typed, cast(other, kind))
        else:
            made[target] = typed
    return made


def _fields(on: Lowering, frame: Frame, command: Command) -> Frame:
    if command.flag:
        return frame.drop(chosen(command.names, frame.columns))
    names = [*chosen(command.names, frame.columns)]
    kept = {name: frame.get(name) for name in names if frame.has(name)}
    for name in ("_time", "_raw"):
        if name not in kept and name in frame.columns:
            kept[name] = frame.get(name)
    for key in frame.order:
        if isinstance(key.value, Field) and key.value.name not in kept and key.value.name in frame.columns:
            frame = frame.in_order()
    found = frame.project(kept)
    return replace(found, events=False)


def _table(on: Lowering, frame: Frame, command: Command) -> Frame:
    made: dict[str, Typed] = {}
    for name in chosen(command.names, frame.columns):
        made[name] = frame.get(name) if frame.has(name) else null()
    return replace(frame.in_order().project(made), events=False)


def _dedup(on: Lowering, frame: Frame, command: Command) -> Frame:
    options = command.options
    if options.get("consecutive", "f").lower() in YES or options.get("keepevents", "f").lower() in YES:
        raise on.unsupported(command.at, "dedup consecutive= and keepevents= are not supported", 5)
    names = chosen(command.names, frame.columns)
    if not names:
        raise on.invalid(command.at, "dedup needs a field")
    if "sortby" in options:
        frame = _sorted(on, frame, _sort_pairs(options["sortby"]))
    keys = [frame.get(name) for name in names]
    if options.get("keepempty", "f").lower() not in YES:
        present: list[Expr] = [Not(IsNull(key.value.name)) for key in keys if isinstance(key.value, Field)]
        frame = frame.where(both(present))
    count = int(options.get("count", options.get("limit", "1")))
    relation = Limit(frame.relation, count, () if frame.sorted else frame.order, tuple(key.value for key in keys))
    return replace(frame, relation=relation)


def _sort_pairs(given: str) -> list[tuple[str, str]]:
    return [(part[2], part[1] or "+") for part in re.finditer(r"([+-]?)\s*([\w.]+)", given)]


def _sorted(on: Lowering, frame: Frame, pairs: list[tuple[str, str]]) -> Frame:
    from simulator.ir import Sort

    keys: list[Key] = []
    for name, sign in pairs:
        if not frame.has(name) and not frame.open:
            on.missing(frame, name, 0)
        typed = frame.get(name)
        descending = sign.startswith("-")
        if typed.kind is Type.TEXT and not sign.endswith("str"):
            keys.append(Key(cast(typed, Type.REAL).value, descending))
        keys.append(Key(typed.value, descending))
    return replace(frame, relation=Sort(frame.relation, tuple(keys)), order=tuple(keys), sorted=True)


def _sort(on: Lowering, frame: Frame, command: Command) -> Frame:
    frame = _sorted(on, frame, list(command.pairs))
    limit = command.options.get("limit", "0")
    if limit.isdigit() and int(limit):
        return replace(frame, relation=Limit(frame.relation, int(limit)))
    return frame


def _head(on: Lowering, frame: Frame, command: Command) -> Frame:
    if command.where is not None:
        raise on.unsupported(command.at, "head with a condition is not supported", 4)
    frame = frame.in_order()
    return replace(frame, relation=Limit(frame.relation, int(command.options.get("limit", "10"))))


def _reverse(on: Lowering, frame: Frame, command: Command) -> Frame:
    keys = frame.order or ((Key(Field("_time"), descending=True),) if "_time" in frame.columns else ())
    if not keys:
        return frame
    from simulator.ir import Sort

    order = tuple(replace(key, descending=not key.descending) for key in keys)
    return replace(frame, relation=Sort(frame.relation, order), order=order, sorted=True)


def _tail(on: Lowering, frame: Frame, command: Command) -> Frame:
    frame = _reverse(on, frame, command)
    return replace(frame, relation=Limit(frame.relation, int(command.options.get("limit", "10"))))


def binned(on: Lowering, typed: Typed, span: str, at: int) -> Typed:
    """The value put into bins of `span`: times from midnight UTC, numbers from 0."""
    if typed.kind is Type.TIME:
        length = length_of(span)
        if length is None and not re.fullmatch(r"\d*(mon|month|months|q|qtr|quarter|y|yr|year|years)", span.lower()):
            raise on.invalid(at, f"{span!r} is no length of time")
        if length is None:
            unit = {"m": "month", "q": "quarter", "y": "year"}.get(span.lower().lstrip("1")[:1], "")
            if not unit or (span[:1].isdigit() and span[0] != "1"):
                raise on.unsupported(at, f"bins of {span} are not supported", 3)
            return call("start_of", Type.TIME, typed, text(unit))
        steps = (Typed(Literal(length, Type.SPAN), Type.SPAN), Typed(Literal(0, Type.TIME), Type.TIME))
        return call("bin_time", Type.TIME, typed, *steps)
    try:
        width = float(span)
    except ValueError as error:
        raise on.unsupported(at, f"bin span={span} of this field is not supported", 3) from error
    value = cast(typed, Type.REAL)
    count = call("floor", Type.REAL, call("divide", Type.REAL, value, number(width)))
    return call("multiply", Type.REAL, count, number(width))


def _bin(on: Lowering, frame: Frame, command: Command) -> Frame:
    ((old, new),) = command.pairs
    if "span" not in command.options:
        raise on.unsupported(command.at, "bin without span= is not supported: its bins depend on data", 3)
    return frame.extend({new: binned(on, frame.get(old), command.options["span"], command.at)})


def _fillnull(on: Lowering, frame: Frame, command: Command) -> Frame:
    given = command.options.get("value", "0")
    names = chosen(command.names, frame.columns) or visible(frame.columns)
    made: dict[str, Typed] = {}
    for name in names:
        typed = frame.get(name) if frame.has(name) else null()
        if typed.kind is Type.TIME:
            continue
        if typed.kind in LISTS:
            made[name] = call("coalesce", Type.TEXTS, cast(typed, Type.TEXTS),
                              Typed(Literal((given,), Type.TEXTS), Type.TEXTS))  # fmt: skip
        elif typed.kind is Type.INTEGER and re.fullmatch(r"-?\d+", given):
            made[name] = call("coalesce", Type.INTEGER, typed, number(int(given)))
        else:
            made[name] = call("coalesce", Type.TEXT, cast(typed, Type.TEXT), text(given))
    return frame.extend(made)


def _filldown(on: Lowering, frame: Frame, command: Command) -> Frame:
    names = chosen(command.names, frame.columns) or visible(frame.columns)
    names = [name for name in names if frame.has(name)]
    stand_ins = {name: on.fresh("down") for name in names}
    measures = tuple(Measure(new, "last", (Field(name),), frame.columns[name]) for name, new in stand_ins.items())
    relation = Window(frame.relation, (), frame.order, measures, None, 0)
    kinds = frame.columns | {new: frame.columns[name] for name, new in stand_ins.items()}
    found = replace(frame, relation=relation, columns=kinds, sorted=False)
    found = found.extend({name: found.get(new) for name, new in stand_ins.items()})
    return replace(found.drop(stand_ins.values()), gone=frame.gone)


def _replace(on: Lowering, frame: Frame, command: Command) -> Frame:
    """`replace "a*" with "b" in field`; a wildcard in the new text is not supported."""
    names = chosen(command.names, frame.columns) or visible(frame.columns)
    made: dict[str, Typed] = {}
    for name in names:
        if not frame.has(name):
            continue
        typed = cast(frame.get(name), Type.TEXT)
        value = typed
        for old, new in reversed(command.pairs):
            if "*" in new:
                raise on.unsupported(command.at, "replace with a wildcard in the new text is not supported", 7)
            value = choose(Like(name, glob(old), Case.FOLD), text(new), value)
        made[name] = value
    return frame.extend(made)


def _addtotals(on: Lowering, frame: Frame, command: Command) -> Frame:
    if command.options.get("col", "f").lower() in YES:
        raise on.unsupported(command.at, "addtotals col=true is not supported", 9)
    names = chosen(command.names, frame.columns)
    if not names:
        names = [name for name in visible(frame.columns) if frame.columns[name] in (Type.INTEGER, Type.REAL)]
    total = number(0.0)
    for name in names:
        value = cast(frame.get(name), Type.REAL)
        total = call("add", Type.REAL, total, call("coalesce", Type.REAL, value, number(0.0)))
    return frame.extend({command.options.get("fieldname", "Total"): total})


def _addinfo(on: Lowering, frame: Frame, command: Command) -> Frame:
    """The run's times. The start of its window is not known to a plan: it is 0, as over all time."""
    now = Typed(Now(), Type.TIME)
    return frame.extend(
        {"info_min_time": number(0.0), "info_max_time": now, "info_search_time": now, "info_sid": text("")}
    )


def _convert(on: Lowering, frame: Frame, command: Command) -> Frame:
    form = command.options.get("timeformat", "%m/%d/%Y %H:%M:%S")
    made: dict[str, Typed] = {}
    for agg in command.aggregates:
        pattern = str(agg.argument or "*")
        for name in chosen((pattern,), frame.columns):
            if not frame.has(name):
                continue
            parts = matches(pattern, name) or ()
            new = filled(agg.name, parts) if agg.named else name
            made[new] = _converted(on, frame.get(name), agg.function, form, agg.at)
    return frame.extend(made)


def _converted(on: Lowering, typed: Typed, function: str, form: str, at: int) -> Typed:
    match function:
        case "ctime":
            when = cast(typed, Type.TIME)
            shown = formatted(when, text(form))
            return shown if typed.kind is Type.TIME else call("coalesce", Type.TEXT, shown, cast(typed, Type.TEXT))
        case "mktime":
            return parsed_time(cast(typed, Type.TEXT), text(form))
        case "num":
            return cast(typed, Type.REAL)
        case "auto" | "none":
            return typed
        case "rmcomma":
            return call("replace", Type.TEXT, cast(typed, Type.TEXT), text(","), text(""))
        case _:
            raise on.unsupported(at, f"convert {function} is not supported", len(function))


def _ignored(on: Lowering, frame: Frame, command: Command) -> Frame:
    if command.name not in ("noop", "abstract", "highlight", "localize", "typer"):
        on.warn(command.at, f"what the command {command.name!r} writes or sends goes nowhere here")
    return frame


def _nothing(on: Lowering, frame: Frame, command: Command) -> Frame:
    return frame


def _iplocation(on: Lowering, frame: Frame, command: Command) -> Frame:
    on.warn(command.at, "iplocation has no places here: the fields it makes are null")
    prefix = command.options.get("prefix", "")
    names = ["City", "Country", "Region", "lat", "lon"]
    if command.options.get("allfields", "f").lower() in YES:
        names += ["Continent", "MetroCode", "Timezone"]
    return frame.extend({prefix + name: null() for name in names})


def _return(on: Lowering, frame: Frame, command: Command) -> Frame:
    made = {(field if name == "$" else name): frame.get(field) for field, name in command.pairs}
    frame = frame.in_order()
    limited = replace(frame, relation=Limit(frame.relation, int(command.options.get("count", "1"))))
    return limited.project(made)


def _strcat(on: Lowering, frame: Frame, command: Command) -> Frame:
    parts = re.findall(r'"((?:\\.|[^"\\])*)"|([^\s"]+)', command.text)
    words = [(quoted, bare) for quoted, bare in parts if not bare.lower().startswith("allrequired=")]
    if len(words) < 3:
        raise on.invalid(command.at, "strcat needs two sources and a destination")
    wanted = any(bare.lower() in ("allrequired=t", "allrequired=true") for _, bare in parts)
    values: list[Typed] = []
    for quoted, bare in words[:-1]:
        value = cast(frame.get(bare), Type.TEXT) if bare else text(quoted)
        values.append(value if wanted or not bare else call("coalesce", Type.TEXT, value, text("")))
    return frame.extend({words[-1][1]: call("concat", Type.TEXT, *values)})


def null_where(conditions: list[Expr], typed: Typed) -> Typed:
    """The value, null where any of the conditions holds."""
    return choose(Or(tuple(conditions)), null(typed.kind), typed) if conditions else typed


SHAPES: dict[str, Handler] = {
    "search": _search,
    "where": _where,
    "eval": _eval,
    "rename": _rename,
    "fields": _fields,
    "table": _table,
    "dedup": _dedup,
    "sort": _sort,
    "head": _head,
    "tail": _tail,
    "reverse": _reverse,
    "bin": _bin,
    "fillnull": _fillnull,
    "filldown": _filldown,
    "replace": _replace,
    "addtotals": _addtotals,
    "addinfo": _addinfo,
    "convert": _convert,
    "iplocation": _iplocation,
    "return": _return,
    "format": _nothing,
    "strcat": _strcat,
    "extract": _nothing,
    "kv": _nothing,
    **dict.fromkeys(
        (
            "collect", "sendalert", "sendemail", "outputlookup", "outputcsv", "outputtext", "abstract", "highlight",
            "localize", "noop", "typer", "meventcollect", "mcollect", "tee", "typelearner", "nop", "risk", "notable",
            "sendresults",
        ),
        _ignored,
    ),
}  # fmt: skip
"""Commands that change fields and choose rows."""
