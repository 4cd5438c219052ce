"""Functions of texts.

Microsoft Learn: the page of each function, e.g. "extract()", "split()", "strcat()", "replace_regex()", "trim()".
"""

from __future__ import annotations

from simulator.ir import Literal
from simulator.languages.kusto import ast, convert
from simulator.languages.kusto.asked import Asked, Scalar, simple
from simulator.languages.kusto.convert import BOOLEAN, DYNAMIC, INTEGER, TEXT, call, lit, text
from simulator.languages.kusto.model import Typed
from simulator.tables import Type


def _strcat(asked: Asked) -> Typed:
    values = [convert.to_text(asked.arg(place)) for place in range(len(asked))]
    if all(one.constant for one in values):
        return text("".join(str(one.plain) for one in values))
    return call("concat", TEXT, *values, solid=True)


def _strcat_delim(asked: Asked) -> Typed:
    between = convert.to_text(asked.arg(0))
    pieces: list[Typed] = []
    for place in range(1, len(asked)):
        pieces.extend([between] if pieces else [])
        pieces.append(convert.to_text(asked.arg(place)))
    return call("concat", TEXT, *pieces, solid=True)


def _cased(function: str) -> Scalar:
    def lower(asked: Asked) -> Typed:
        found = asked.arg(0, TEXT)
        if found.constant:
            return text(str(found.plain).lower() if function == "lower" else str(found.plain).upper())
        return call(function, TEXT, found, solid=True)

    return lower


def _extract(asked: Asked) -> Typed:
    """extract(regex, group, source [, typeof])"""
    pattern, source = asked.arg(0, TEXT), asked.arg(2, TEXT)
    found = call("regex_extract", TEXT, source, pattern, lit("", TEXT), asked.arg(1, INTEGER))
    if len(asked) > 3 and isinstance(asked.args[3], ast.TypeOf):
        return convert.to_kind(found, asked.args[3].kind)
    return found


def _extract_all(asked: Asked) -> Typed:
    """extract_all(regex, [groups,] source)"""
    source = asked.arg(len(asked) - 1, TEXT)
    groups = asked.arg(1) if len(asked) == 3 else lit(None, DYNAMIC)
    if isinstance(groups.value, Literal) and groups.plain is None:
        groups = convert.dynamic([])
    return call("regex_extract_groups", DYNAMIC, source, asked.arg(0, TEXT), convert.to_dynamic(groups))


def _split(asked: Asked) -> Typed:
    """split(source, delimiter [, index]): with an index an array of that piece alone."""
    pieces = call("to_json", DYNAMIC, call("split", Type.TEXTS, asked.arg(0, TEXT), asked.arg(1, TEXT)))
    if len(asked) > 2:
        place = asked.arg(2, INTEGER)
        return call("array_slice", DYNAMIC, pieces, place, place)
    return pieces


def _replace_strings(asked: Asked) -> Typed:
    return call("replace_texts", TEXT, asked.arg(0, TEXT), asked.arg(1, DYNAMIC), asked.arg(2, DYNAMIC))


def _replace(asked: Asked) -> Typed:
    """replace(regex, rewrite, source), the old order."""
    return call("regex_replace", TEXT, asked.arg(2, TEXT), asked.arg(0, TEXT), lit("", TEXT), asked.arg(1, TEXT))


def _replace_regex(asked: Asked) -> Typed:
    """replace_regex(source, regex, rewrite)"""
    return call("regex_replace", TEXT, asked.arg(0, TEXT), asked.arg(1, TEXT), lit("", TEXT), asked.arg(2, TEXT))


def _trim(start: bool, end: bool) -> Scalar:
    def lower(asked: Asked) -> Typed:
        """trim(regex, source)"""
        pattern, found = asked.arg(0, TEXT), asked.arg(1, TEXT)
        if start:
            found = call("trim_regex_start", TEXT, found, pattern)
        if end:
            found = call("trim_regex_end", TEXT, found, pattern)
        return found

    return lower


def _substring(asked: Asked) -> Typed:
    """substring(source, start [, length]): a negative start counts from the end."""
    length = asked.arg(2, INTEGER) if len(asked) > 2 else lit(1 << 40, INTEGER)
    return call("substring_either_end", TEXT, asked.arg(0, TEXT), asked.arg(1, INTEGER), length)


def _index_of(asked: Asked) -> Typed:
    start = asked.arg(2, INTEGER) if len(asked) > 2 else lit(0, INTEGER)
    length = asked.arg(3, INTEGER) if len(asked) > 3 else lit(-1, INTEGER)
    which = asked.arg(4, INTEGER) if len(asked) > 4 else lit(1, INTEGER)
    return call("text_index", INTEGER, asked.arg(0, TEXT), asked.arg(1, TEXT), start, length, which)


def _count_of(asked: Asked) -> Typed:
    kind = asked.constant(2, "normal")
    if kind == "regex":
        return call("regex_count", INTEGER, asked.arg(0, TEXT), asked.arg(1, TEXT), lit("", TEXT))
    return call("count_of", INTEGER, asked.arg(0, TEXT), asked.arg(1, TEXT))


def _regex_quote(asked: Asked) -> Typed:
    found = asked.arg(0, TEXT)
    return call("regex_quote", TEXT, found)


def _json_path(asked: Asked) -> Typed:
    """extract_json(path, source [, typeof])"""
    found = call("json_extract", DYNAMIC, asked.arg(1, DYNAMIC), asked.arg(0, TEXT))
    if len(asked) > 2 and isinstance(asked.args[2], ast.TypeOf):
        return convert.to_kind(found, asked.args[2].kind)
    return convert.to_text(found)


def _hash(algorithm: str) -> Scalar:
    return lambda asked: call(algorithm, TEXT, convert.to_text(asked.arg(0)))


def _code_points(asked: Asked) -> Typed:
    return call("to_json", DYNAMIC, call("to_code_points", Type.INTEGERS, asked.arg(0, TEXT)))


FUNCTIONS: dict[str, Scalar] = {
    "strcat": _strcat, "strcat_delim": _strcat_delim, "tolower": _cased("lower"), "toupper": _cased("upper"),
    "strlen": simple("length", (TEXT,), INTEGER), "string_size": simple("byte_length", (TEXT,), INTEGER),
    "extract": _extract, "extract_all": _extract_all, "extractall": _extract_all, "split": _split,
    "extractjson": _json_path, "extract_json": _json_path, "replace": _replace, "replace_regex": _replace_regex,
    "replace_string": simple("replace", (TEXT, TEXT, TEXT), TEXT), "replace_strings": _replace_strings,
    "trim": _trim(True, True), "trim_start": _trim(True, False), "trim_end": _trim(False, True),
    "substring": _substring, "indexof": _index_of, "countof": _count_of, "regex_quote": _regex_quote,
    "indexof_regex": simple("regex_index", (TEXT, TEXT), INTEGER), "reverse": simple("reverse", (TEXT,), TEXT),
    "translate": simple("translate", (TEXT, TEXT, TEXT), TEXT),
    "strrep": simple("repeat_text", (TEXT, INTEGER, TEXT), TEXT, 2, ""),
    "strcmp": simple("compare_texts", (TEXT, TEXT), INTEGER),
    "base64_decode_tostring": simple("base64_decode", (TEXT,), TEXT),
    "base64_decodestring": simple("base64_decode", (TEXT,), TEXT),
    "base64_encode_tostring": simple("base64_encode", (TEXT,), TEXT),
    "base64_encodestring": simple("base64_encode", (TEXT,), TEXT), "url_decode": simple("url_decode", (TEXT,), TEXT),
    "url_encode": simple("url_encode", (TEXT,), TEXT), "url_encode_component": simple("url_encode", (TEXT,), TEXT),
    "hash_sha256": _hash("sha256"), "hash_md5": _hash("md5"), "hash_sha1": _hash("sha1"),
    "parse_url": simple("url_parts", (TEXT,), DYNAMIC), "parseurl": simple("url_parts", (TEXT,), DYNAMIC),
    "parse_urlquery": simple("url_query_parts", (TEXT,), DYNAMIC),
    "parse_path": simple("path_parts", (TEXT,), DYNAMIC),
    "parse_command_line": simple("command_line_parts", (TEXT, TEXT), DYNAMIC, 1, "windows"),
    "parse_csv": simple("csv_fields", (TEXT,), DYNAMIC), "parse_xml": simple("xml_to_json", (TEXT,), DYNAMIC),
    "parse_version": simple("version_number", (TEXT,), convert.REAL),
    "has_any_index": simple("has_any_index", (TEXT, DYNAMIC), INTEGER),
    "isascii": simple("is_ascii", (TEXT,), BOOLEAN), "make_string": simple("text_of_code_points", (DYNAMIC,), TEXT),
    "unicode_codepoints_from_string": _code_points, "to_utf8": _code_points,
    "unicode_codepoints_to_string": simple("text_of_code_points", (DYNAMIC,), TEXT),
}  # fmt: skip
