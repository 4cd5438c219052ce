"""Kibana filters of a rule (`[[rule.filters]]`): queries of Elasticsearch as predicates.

Source: https://www.elastic.co/docs/reference/query-languages/query-dsl (term-level queries).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.ir import Case, Compare, Expr, Glob, IsNull, Op, Wild
from simulator.languages.elastic.document import Document
from simulator.languages.predicates import FALSE, all_of, any_of, glob, like, negated

_RANGE = {"gt": Op.GT, "gte": Op.GE, "lt": Op.LT, "lte": Op.LE}


def filters(document: Document, key: str = "filters") -> Expr:
    """All filters in the rule's `key` that are switched on. Raises UnsupportedRule for queries that are not here."""
    given = document.rule.get(key, [])
    if not isinstance(given, list):
        raise document.invalid(key, f"expected a list of filters in `{key}`")
    found: list[Expr] = []
    for one in given:
        meta = one.get("meta", {}) if isinstance(one, dict) else None
        if not isinstance(meta, dict):
            raise document.invalid(key, "expected a filter with `meta` and `query`")
        if meta.get("disabled"):
            continue
        inner = _query(one.get("query"), document, key)
        found.append(negated(inner) if meta.get("negate") else inner)
    return all_of(found)


def _query(query: Any, document: Document, key: str) -> Expr:
    """One query: `{kind: {field: what}}`."""
    if not isinstance(query, dict) or len(query) != 1:
        raise document.invalid(key, "expected a filter with one `query`")
    ((kind, body),) = query.items()
    if not isinstance(body, dict):
        raise document.invalid(key, f"expected a table in the query `{kind}`")
    if kind == "exists":
        return negated(IsNull(_column(str(body.get("field", "")))))
    if kind == "bool":
        return _bool(body, document, key)
    fields = {name: what for name, what in body.items() if name != "boost"}
    if len(fields) != 1:
        raise document.invalid(key, f"expected one field in the query `{kind}`")
    ((field, what),) = fields.items()
    column = _column(field)
    options: Mapping[str, Any] = what if isinstance(what, dict) else {}
    case = Case.FOLD if options.get("case_insensitive") else Case.EXACT
    match kind:
        case "match_phrase" | "match" | "term":
            value = options.get("value", options.get("query", what))
            return like(column, glob((_text(value),)), case)
        case "terms":
            return any_of(like(column, glob((_text(one),)), case) for one in (what if isinstance(what, list) else []))
        case "wildcard":
            return like(column, _wildcard(str(options.get("value", options.get("wildcard", what)))), case)
        case "prefix":
            return like(column, glob((_text(options.get("value", what)), Wild.ANY)), case)
        case "range" if options and all(
            name in _RANGE and isinstance(value, int | float) for name, value in options.items()
        ):
            return all_of(Compare(column, _RANGE[name], value) for name, value in options.items())
        case _:
            raise document.unsupported(key, f"the query `{kind}` in a filter")


def _bool(body: Mapping[str, Any], document: Document, key: str) -> Expr:
    def every(name: str) -> list[Expr]:
        given = body.get(name, [])
        return [_query(one, document, key) for one in (given if isinstance(given, list) else [given])]

    should = every("should")
    parts = [*every("must"), *every("filter"), *(negated(one) for one in every("must_not"))]
    if should:
        parts.append(any_of(should))
    return all_of(parts) if parts else negated(FALSE)


def _column(field: str) -> str:
    return "_time" if field == "@timestamp" else field.removesuffix(".keyword")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _wildcard(pattern: str) -> Glob:
    """`*` and `?` are wildcards, a backslash makes the character after it plain."""
    parts: list[str | Wild] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and at + 1 < len(pattern):
            at += 1
            parts.append(pattern[at])
        else:
            parts.append({"*": Wild.ANY, "?": Wild.ONE}.get(char, char))
        at += 1
    return glob(parts)
