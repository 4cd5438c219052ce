"""`parse`, `parse-where`, `parse-kv`.

Microsoft Learn: "parse operator", "parse-kv operator". A pattern becomes a regular expression: `*` any text as short as
possible, a column what its type is written like.
"""

from __future__ import annotations

import json
import re

from simulator.ir import Field, Filter, IsNull, Not
from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.convert import DYNAMIC, INTEGER, TEXT, call, lit, text
from simulator.languages.kusto.lower_columns import extended
from simulator.languages.kusto.lowering import Lowering
from simulator.languages.kusto.model import Env, Frame, Scope, Typed
from simulator.tables import Type

_WRITTEN = {
    Type.INTEGER: r"[-+]?\d+",
    Type.REAL: r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?",
    Type.BOOLEAN: r"(?i:true|false|0|1)",
}


def pattern(step: ast.Parse) -> str:
    """The regular expression of a `parse` pattern, one group for each column."""
    regex = step.mode == "regex"
    greedy = regex and "U" not in step.flags
    made = ["^"]
    for place, piece in enumerate(step.pieces):
        last = place == len(step.pieces) - 1
        if piece.text is not None:
            made.append(_ungrouped(piece.text) if regex else re.escape(piece.text))
        elif piece.column is None:
            made.append(".*?" if not last else ".*")
        elif step.mode != "relaxed" and piece.kind in _WRITTEN:
            made.append(f"({_WRITTEN[piece.kind]})")
        else:
            made.append("(.*)" if greedy or last else "(.*?)")
    ends_open = bool(step.pieces) and step.pieces[-1].text is None
    if not regex or ends_open:
        made.append("$")
    flags = "".join(sorted(set(re.sub("[^ims]", "", step.flags)) | {"s"}))
    return f"(?{flags})" + "".join(made)


def _ungrouped(pattern_text: str) -> str:
    """A regular expression whose own groups give nothing."""
    return re.sub(r"(\\.)|\((?!\?)", lambda found: found[1] or "(?:", pattern_text)


def parse(low: Lowering, step: ast.Parse, frame: Frame, env: Env) -> Frame:
    """`parse`, `parse-where`"""
    source = convert.to_text(low.value(low, Scope(frame, env), step.value))
    secret = low.secret("g")
    groups = call("regex_groups", DYNAMIC, source, text(pattern(step)))
    frame = extended(frame, [(secret, groups)])
    if step.filtering:
        frame = frame.over(Filter(frame.relation, Not(IsNull(secret))))
    named: list[tuple[str, Typed]] = []
    place = 0
    for piece in step.pieces:
        if piece.column is not None:
            one = call("json_element", DYNAMIC, Field(secret), lit(place, INTEGER))
            named.append((piece.column, convert.to_kind(convert.to_text(one), piece.kind)))
            place += 1
    return extended(frame, named)


_OPTIONS = {"pair_delimiter": " ", "kv_delimiter": "=", "quote": "", "escape": "", "greedy": "false", "regex": ""}


def parse_kv(low: Lowering, step: ast.ParseKv, frame: Frame, env: Env) -> Frame:
    """`parse-kv`"""
    options = _OPTIONS | dict(step.options)
    if options["regex"]:
        raise low.unsupported(step.at, "parse-kv with a regex is not supported", 8)
    source = convert.to_text(low.value(low, Scope(frame, env), step.value))
    secret = low.secret("k")
    how = [options[name] for name in ("pair_delimiter", "kv_delimiter", "quote", "escape", "greedy")]
    found = call("key_values", DYNAMIC, source, lit(json.dumps(how), DYNAMIC))
    frame = extended(frame, [(secret, found)])
    named = []
    for name, kind in step.columns:
        one = convert.to_text(call("json_member", DYNAMIC, Field(secret), lit(name, TEXT)))
        named.append((name, convert.to_kind(one, kind)))
    return extended(frame, named)
