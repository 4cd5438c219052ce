"""Commands that take texts apart: rex, regex, spath, makemv, mvexpand, nomv, mvcombine, xmlkv, fromjson, foreach.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference (one page for each command).
"""

from __future__ import annotations

import re
from dataclasses import replace

from simulator.ir import Aggregate, Const, Explode, Field, Measure, Missing, Not, Regex
from simulator.languages.spl.ast import Command, Eval, Pipeline
from simulator.languages.spl.cursor import Cursor, unescaped
from simulator.languages.spl.evals import Evaluating
from simulator.languages.spl.evaluate import call, cast, number, text
from simulator.languages.spl.frame import Frame, Typed
from simulator.languages.spl.functions import json_at
from simulator.languages.spl.lowering import Handler, Lowering, null
from simulator.languages.spl.names import chosen, matches
from simulator.languages.spl.source import Source
from simulator.tables import Type

_GROUP = re.compile(r"\(\?P?<([A-Za-z_]\w*)>")
_SED = re.compile(r"^s(.)(.*)\1(.*)\1([gi\d]*)$", re.DOTALL)


def _rex(on: Lowering, frame: Frame, command: Command) -> Frame:
    field = command.options.get("field", "_raw")
    if "offset_field" in command.options:
        raise on.unsupported(command.at, "rex offset_field= is not supported", 3)
    pattern = unescaped(command.text)
    source = frame.get(field) if frame.has(field) else null()
    if command.options.get("mode") == "sed":
        return _sed(on, frame, command, field, source, pattern)
    groups = list(dict.fromkeys(_GROUP.findall(pattern)))
    if not groups:
        raise on.invalid(command.at, "this regular expression names no group, (?<name>…)")
    most = int(command.options.get("max_match", "1"))
    subject = cast(source, Type.TEXT)
    made: dict[str, Typed] = {}
    for group in groups:
        if most == 1:
            found = call("regex_extract_named", Type.TEXT, subject, text(pattern), text(""), text(group))
        else:
            every = call("regex_extract_all_named", Type.TEXTS, subject, text(pattern), text(""), text(group))
            found = call("loose_list", Type.TEXTS, every)
            if most > 1:
                found = call("loose_list_part", Type.TEXTS, found, number(0), number(most - 1))
        if frame.has(group):  # What does not match leaves the field as it is.
            before = cast(frame.get(group), found.kind)
            found = call("coalesce", found.kind, found, before)
        made[group] = found
    return frame.extend(made)


def _sed(on: Lowering, frame: Frame, command: Command, field: str, source: Typed, given: str) -> Frame:
    match = _SED.fullmatch(given.strip())
    if match is None:
        raise on.unsupported(command.at, "rex mode=sed with anything but one s/…/…/ is not supported", 3)
    found = call("loose_substitute", Type.TEXT, cast(source, Type.TEXT), text(match[2]), text(match[3]), text(match[4]))
    return frame.extend({field: found})


def _regex(on: Lowering, frame: Frame, command: Command) -> Frame:
    field = command.options["field"]
    if not frame.has(field):
        return frame if command.flag else frame.where(Const(False))
    found = Regex(field, unescaped(command.text), "", Missing.FALSE)
    return frame.where(Not(found) if command.flag else found)


def _spath(on: Lowering, frame: Frame, command: Command) -> Frame:
    given = command.options.get("input", "_raw")
    path = command.options.get("path")
    if path is None:
        return frame if given == "_raw" else _extracted(on, frame, given, command.at, "json")
    source = frame.get(given) if frame.has(given) else null()
    name = command.options.get("output", path)
    return frame.extend({name: json_at(cast(source, Type.TEXT), text(path))})


def _extracted(on: Lowering, frame: Frame, field: str, at: int, how: str, prefix: str = "") -> Frame:
    """Fields out of a text, as later commands ask for them; over those that the rows have already."""
    source = cast(frame.get(field) if frame.has(field) else null(), Type.TEXT)
    made: dict[str, Typed] = {}
    for name in on.wants.of(at):
        if prefix and not name.startswith(prefix):
            continue
        path = name.removeprefix(prefix)
        found = json_at(source, text(path)) if how == "json" else call("loose_xml", Type.TEXT, source, text(path))
        if name in frame.columns:
            found = call("coalesce", found.kind, found, cast(frame.get(name), found.kind))
        made[name] = found
    extended = frame.extend(made)
    return replace(extended, origins=(*extended.origins, at))


def _fromjson(on: Lowering, frame: Frame, command: Command) -> Frame:
    (field,) = command.names[:1] or ("_raw",)
    return _extracted(on, frame, field, command.at, "json", command.options.get("prefix", ""))


def _xmlkv(on: Lowering, frame: Frame, command: Command) -> Frame:
    return _extracted(on, frame, command.text or "_raw", command.at, "xml")


def _mvexpand(on: Lowering, frame: Frame, command: Command) -> Frame:
    (field,) = command.names[:1] or ("",)
    if not frame.has(field) or frame.columns[field].element is None:
        return frame
    kind = frame.columns[field].element or Type.TEXT
    relation = Explode(frame.relation, field, keep_empty=True)
    return replace(frame, relation=relation, columns=frame.columns | {field: kind})


def _makemv(on: Lowering, frame: Frame, command: Command) -> Frame:
    made: dict[str, Typed] = {}
    options = command.options
    for name in command.names:
        source = cast(frame.get(name), Type.TEXT)
        if "tokenizer" in options:
            tokens = text(options["tokenizer"])
            made[name] = call("regex_extract_all", Type.TEXTS, source, tokens, text(""), number(1))
        else:
            split = call("split", Type.TEXTS, source, text(options.get("delim", " ")))
            if options.get("allowempty", "f").lower() not in ("t", "true"):
                split = call("loose_list_keep", Type.TEXTS, split, text(r"(?=(?s:.))"))
            made[name] = split
    return frame.extend(made)


def _nomv(on: Lowering, frame: Frame, command: Command) -> Frame:
    made = {}
    for name in chosen(command.names, frame.columns):
        value = frame.get(name)
        if value.kind is Type.TEXTS:
            made[name] = call("join", Type.TEXT, value, text("\n"))
    return frame.extend(made)


def _mvcombine(on: Lowering, frame: Frame, command: Command) -> Frame:
    (field,) = command.names[:1] or ("",)
    others = [name for name in frame.columns if name != field and not name.startswith("_")]
    value = cast(frame.get(field), Type.TEXT)
    extended = frame.extend({field: value})
    measure = Measure(field, "list", (Field(field),), Type.TEXTS, order=frame.order)
    by = tuple((name, Field(name)) for name in others)
    relation = Aggregate(extended.relation, by, (measure,))
    kinds = {name: frame.columns[name] for name in others} | {field: Type.TEXTS}
    return replace(frame.made(relation, kinds), origins=frame.origins)


def _foreach(on: Lowering, frame: Frame, command: Command) -> Frame:
    """The eval in brackets, once for each field, with the field's name in the place of `<<FIELD>>`."""
    if command.options.get("mode", "wildcard") != "wildcard":
        raise on.unsupported(command.at, f"foreach mode={command.options['mode']} is not supported", 7)
    template = command.text.strip()
    word = re.match(r"\|?\s*eval\b", template)
    if word is None:
        raise on.unsupported(command.at, "foreach with anything but eval is not supported", 7)
    for pattern in command.names:
        for name in chosen((pattern,), frame.columns):
            parts = matches(pattern, name) or ()
            made = template[word.end() :].replace("<<FIELD>>", name).replace("<<MATCHSTR>>", "".join(parts))
            for place, part in enumerate(parts, 1):
                made = made.replace(f"<<MATCHSEG{place}>>", part)
            for field, node in _assignments(on, made, command.at):
                frame = frame.extend({field: on.value(frame, node)})
    return frame


def _assignments(on: Lowering, given: str, at: int) -> list[tuple[str, Eval]]:
    place = on.source.origin[min(at, len(on.source.text))]
    source = Source(on.source.query, given, (place,) * (len(given) + 1))

    def inner(start: int, end: int) -> Pipeline:
        raise on.unsupported(at, "a subsearch in foreach is not supported")

    cursor = Cursor(source, 0, len(given))
    made: list[tuple[str, Eval]] = []
    while not cursor.done:
        if cursor.peek() in ("'", '"'):
            field = cursor.need_field()
        else:
            match = cursor.match(re.compile(r"[^\s=]+"))
            if match is None:
                raise cursor.invalid("expected an assignment")
            field = match[0]
        cursor.expect("=")
        made.append((field, Evaluating(cursor, inner).expression()))
        if not cursor.take(","):
            break
    cursor.finish()
    return made


TEXTS: dict[str, Handler] = {
    "rex": _rex,
    "regex": _regex,
    "spath": _spath,
    "fromjson": _fromjson,
    "xmlkv": _xmlkv,
    "mvexpand": _mvexpand,
    "makemv": _makemv,
    "nomv": _nomv,
    "mvcombine": _mvcombine,
    "foreach": _foreach,
}
"""Commands that take texts apart."""
