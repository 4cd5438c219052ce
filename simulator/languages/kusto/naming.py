"""What a column is called that its query gives no name.

Found by asking Microsoft's own parser (Kusto.Language) for many expressions; Microsoft Learn says only that names are
"derived from the expression".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from simulator.languages.kusto import ast

_AS_ARGUMENT = frozenset(
    """
    split tostring tohex todynamic toobject tolong toint toreal todouble todatetime totimespan totime tobool
    toboolean todecimal toguid parse_csv parsejson parse_json parse_xml format_datetime format_timespan startofday
    bin floor bin_at bin_auto binary_and binary_or binary_xor binary_not binary_shift_right binary_shift_left round
    ceiling pow sqrt log log2 log10 exp exp2 exp10 cos sin tan acos asin atan atan2 abs rand gamma loggamma
    format_bytes take_any take_anyif binary_all_or binary_all_and binary_all_xor arg_max arg_min
    """.split()  # noqa: SIM905 - a long list of names
)
"""Functions whose result is called as their first argument is."""

_WITH_NAME = frozenset(("strlen", "string_size", "gettype", "treepath", "repeat"))

_SAME = """sum sumif count countif dcount dcountif min minif max maxif avg avgif stdev stdevif stdevp variance
    varianceif variancep any anyif count_distinct count_distinctif"""

_PREFIXES = {
    "makelist": "list", "make_list": "list", "make_list_if": "list", "make_list_with_nulls": "list", "makeset": "set",
    "make_set": "set", "make_set_if": "set", "make_dictionary": "dictionary", "make_bag": "bag", "make_bag_if": "bag",
    "argmin": "min", "argmax": "max", **{name: name for name in _SAME.split()},
}  # fmt: skip


def name_of(expr: ast.Expr) -> str | None:
    """The name that an expression gives its column; None when it gives none."""
    match expr:
        case ast.Name(name):
            return name
        case ast.Named((name, *_)):
            return name
        case ast.Member(ast.Name("$left" | "$right"), name):
            return name
        case ast.Member(target, name):
            before = name_of(target)
            return f"{before}_{name}" if before else name
        case ast.Index(target, ast.Lit(place)):
            before = name_of(target)
            return f"{before}_{place}" if before else None
        case ast.Apply("column_ifexists" | "columnifexists", (ast.Lit(name), *_)):
            return str(name)
        case ast.Apply("column_ifexists" | "columnifexists", (ast.Name(name), *_)):
            return name
        case ast.Apply("count" | "countif" as name):
            return f"{name}_"
        case ast.Apply("percentile", (first, ast.Lit(rank), *_)):
            return f"percentile_{name_of(first) or ''}_{rank}"
        case ast.Apply(name, (first, *_)) if name in _AS_ARGUMENT:
            found = name_of(first)
            return found if found or name not in ("arg_max", "arg_min") else name.removeprefix("arg_") + "_"
        case ast.Apply(name, (first, *_)) if name in _WITH_NAME:
            return f"{name}_{name_of(first) or ''}"
        case ast.Apply(name, args) if name in _PREFIXES:
            return f"{_PREFIXES[name]}_{(name_of(args[0]) if args else '') or ''}"
        case _:
            return None


def free(name: str, taken: Collection[str]) -> str:
    """`name`, or with the first number after it that makes it new."""
    if name not in taken:
        return name
    number = 1
    while f"{name}{number}" in taken:
        number += 1
    return f"{name}{number}"


def names_for(items: Sequence[ast.Expr], prefix: str = "Column") -> list[str]:
    """A name for each of the items: that which it gives, or `Column1`, `Column2` …"""
    found: list[str] = []
    unnamed = 0
    for item in items:
        name = name_of(item)
        if name is None:
            unnamed += 1
            name = f"{prefix}{unnamed}"
        found.append(name)
    return found
