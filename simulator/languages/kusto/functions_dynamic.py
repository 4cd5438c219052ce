"""Functions of arrays and bags.

Microsoft Learn: "parse_json()", "array_length()", "bag_keys()", "set_difference()", "strcat_array()" and so on.
"""

from __future__ import annotations

from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.asked import Asked, Scalar, simple, variadic
from simulator.languages.kusto.convert import (
    BOOLEAN,
    DYNAMIC,
    INTEGER,
    REAL,
    SPAN,
    TEXT,
    TIME,
    call,
    lit,
    text,
)
from simulator.languages.kusto.model import Typed
from simulator.tables import Type


def _parse_json(asked: Asked) -> Typed:
    found = asked.arg(0)
    if found.kind is DYNAMIC:
        return found
    if found.kind is TEXT:
        return call("json_or_text", DYNAMIC, found)
    return convert.to_dynamic(found)


def _pack(asked: Asked) -> Typed:
    """bag_pack(key, value, …)"""
    if len(asked) % 2:
        raise asked.invalid(f"{asked.name} takes pairs of key and value")
    pieces: list[Typed] = []
    for place in range(0, len(asked), 2):
        pieces += [convert.to_text(asked.arg(place)), convert.to_dynamic(asked.arg(place + 1))]
    return call("json_object", DYNAMIC, *pieces, solid=True)


def _pack_columns(asked: Asked) -> Typed:
    """bag_pack_columns(column, …)"""
    pieces: list[Typed] = []
    for place, arg in enumerate(asked.args):
        if not isinstance(arg, ast.Name):
            raise asked.invalid("bag_pack_columns takes columns")
        pieces += [text(arg.name), convert.to_dynamic(asked.arg(place))]
    return call("json_object", DYNAMIC, *pieces, solid=True)


def _pack_all(asked: Asked) -> Typed:
    """pack_all([ignore_null_empty])"""
    columns = asked.scope.frame.columns
    pieces: list[Typed] = []
    for name, column in columns.items():
        if not name.startswith("$"):
            pieces += [text(name), convert.to_dynamic(column.of(name))]
    made = call("json_object", DYNAMIC, *pieces, solid=True)
    return call("bag_without_empty", DYNAMIC, made) if len(asked) and asked.constant(0) is True else made


def _pack_array(asked: Asked) -> Typed:
    if len(asked) == 1 and isinstance(asked.args[0], ast.Star):
        columns = asked.scope.frame.columns
        values = [convert.to_dynamic(one.of(name)) for name, one in columns.items() if name[0] != "$"]
        return call("json_array", DYNAMIC, *values, solid=True)
    values = [asked.arg(place) for place in range(len(asked))]
    if all(one.constant for one in values):
        return convert.dynamic([convert.loaded(one) for one in values])
    return call("json_array", DYNAMIC, *(convert.to_dynamic(one) for one in values), solid=True)


def _set_has(asked: Asked) -> Typed:
    return call("array_has", BOOLEAN, asked.arg(0, DYNAMIC), convert.to_text(asked.arg(1)))


def _index_of(asked: Asked) -> Typed:
    return call("array_index_of", INTEGER, asked.arg(0, DYNAMIC), convert.to_text(asked.arg(1)))


def _sorted(descending: bool) -> Scalar:
    def lower(asked: Asked) -> Typed:
        if len(asked) > 1 and isinstance(asked.arg(1).kind, Type) and asked.arg(1).kind is DYNAMIC:
            raise asked.unsupported(f"{asked.name} of several arrays is not supported")
        return call("array_sort", DYNAMIC, asked.arg(0, DYNAMIC), lit(descending, BOOLEAN))

    return lower


def _joined(asked: Asked) -> Typed:
    return call("array_join", TEXT, asked.arg(0, DYNAMIC), asked.arg(1, TEXT))


def _keys(asked: Asked) -> Typed:
    return call("to_json", DYNAMIC, call("json_keys", Type.TEXTS, asked.arg(0, DYNAMIC)))


def _range(asked: Asked) -> Typed:
    """range(start, stop [, step]): numbers or times, as an array."""
    start, stop = asked.arg(0), asked.arg(1)
    step = asked.arg(2) if len(asked) > 2 else lit(1, INTEGER)
    if TIME in (start.kind, stop.kind) or SPAN in (start.kind, step.kind):
        if start.kind is SPAN:
            raise asked.unsupported("range of timespans is not supported")
        ends = [call("to_integer", INTEGER, convert.to_time(one)) for one in (start, stop)]
        size = call("to_integer", INTEGER, convert.to_span(step) if step.kind is SPAN else lit(86_400_000_000, SPAN))
        return call("array_times", DYNAMIC, call("array_range", DYNAMIC, *ends, size))
    if any(one.kind is REAL for one in (start, stop, step)):
        return call("array_range", DYNAMIC, *(convert.to_number(one, REAL) for one in (start, stop, step)))
    return call("array_range", DYNAMIC, *(convert.to_number(one, INTEGER) for one in (start, stop, step)))


def _array_iff(asked: Asked) -> Typed:
    values = [convert.to_dynamic(asked.arg(place)) for place in range(3)]
    return call("array_iff", DYNAMIC, *values)


def _text_of_dynamic(asked: Asked) -> Typed:
    return convert.to_text(asked.arg(0))


def _treepath(asked: Asked) -> Typed:
    raise asked.unsupported("treepath is not supported")


def _set_key(asked: Asked) -> Typed:
    key, value = convert.to_text(asked.arg(1)), convert.to_dynamic(asked.arg(2))
    return call("json_merge", DYNAMIC, call("json_object", DYNAMIC, key, value), asked.arg(0, DYNAMIC))


FUNCTIONS: dict[str, Scalar] = {
    **dict.fromkeys(("parse_json", "parsejson", "todynamic", "toobject"), _parse_json),
    **dict.fromkeys(("bag_pack", "pack", "pack_dictionary"), _pack), "bag_pack_columns": _pack_columns,
    "pack_all": _pack_all, "pack_array": _pack_array, "array_length": simple("array_length", (DYNAMIC,), INTEGER),
    "arraylength": simple("array_length", (DYNAMIC,), INTEGER),
    "array_slice": simple("array_slice", (DYNAMIC, INTEGER, INTEGER), DYNAMIC),
    "array_concat": variadic("array_concat", DYNAMIC, DYNAMIC), "array_index_of": _index_of,
    "array_sort_asc": _sorted(False), "array_sort_desc": _sorted(True),
    "array_reverse": simple("array_reverse", (DYNAMIC,), DYNAMIC), "array_sum": simple("array_sum", (DYNAMIC,), REAL),
    "array_iff": _array_iff, "array_iif": _array_iff, "strcat_array": _joined, "array_strcat": _joined,
    "bag_keys": _keys, "bag_merge": variadic("json_merge", DYNAMIC, DYNAMIC),
    "bag_has_key": simple("bag_has", (DYNAMIC, TEXT), BOOLEAN), "bag_set_key": _set_key,
    "bag_remove_keys": simple("bag_without", (DYNAMIC, DYNAMIC), DYNAMIC),
    "bag_zip": simple("bag_zip", (DYNAMIC, DYNAMIC), DYNAMIC), "zip": variadic("array_zip", DYNAMIC, DYNAMIC),
    "set_difference": variadic("array_difference", DYNAMIC, DYNAMIC),
    "set_union": variadic("array_union", DYNAMIC, DYNAMIC),
    "set_intersect": variadic("array_intersection", DYNAMIC, DYNAMIC), "set_has_element": _set_has,
    "set_equals": simple("array_same_elements", (DYNAMIC, DYNAMIC), BOOLEAN),
    "jaccard_index": simple("array_jaccard", (DYNAMIC, DYNAMIC), REAL), "range": _range,
    "dynamic_to_json": _text_of_dynamic,
}  # fmt: skip
