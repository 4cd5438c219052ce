"""Texts of known formats taken apart: addresses of the web, paths, command lines, CSV, XML, key-value pairs."""

from __future__ import annotations

import csv
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from simulator.engine.functions.json_ import read, write
from simulator.engine.functions.model import Function


def _url(text: str) -> str | None:
    """As Kusto's parse_url: all texts, keys there even where nothing is."""
    if not text:
        return None
    try:
        found = urlsplit(text.strip())
        port = str(found.port or "")
    except ValueError:
        return None
    if not found.scheme or "://" not in text:
        return None
    query = dict(parse_qsl(found.query, keep_blank_values=True))
    parts = {
        "Scheme": found.scheme, "Host": found.hostname or "", "Port": port, "Path": found.path,
        "Username": found.username or "", "Password": found.password or "", "Query Parameters": query,
        "Fragment": found.fragment,
    }  # fmt: skip
    return write(parts)


def _url_query(text: str) -> str | None:
    return write({"Query Parameters": dict(parse_qsl(text.removeprefix("?"), keep_blank_values=True))})


def _path(text: str) -> str | None:
    if not text:
        return None
    scheme, mark, rest = text.partition("://")
    scheme, rest = (scheme, rest) if mark else ("", text)
    separator = "/" if "/" in rest and "\\" not in rest else "\\"
    rest, _, stream = _stream(rest)
    folder, _, name = rest.rpartition(separator)
    root = re.match(r"[A-Za-z]:|\\\\[^\\]*", rest)
    extension = name.rpartition(".")[2] if "." in name else ""
    directory = folder.rpartition(separator)[2]
    return write(
        {
            "Scheme": scheme,
            "RootPath": root[0] if root else "",
            "DirectoryPath": folder,
            "DirectoryName": directory,
            "Filename": name,
            "Extension": extension,
            "AlternateDataStreamName": stream,
        }
    )


def _stream(text: str) -> tuple[str, str, str]:
    drive = 2 if re.match(r"[A-Za-z]:", text) else 0
    path, mark, stream = text[drive:].partition(":")
    return text[:drive] + path, mark, stream


def _command_line(text: str, kind: str) -> str | None:
    """Arguments as CommandLineToArgvW splits them."""
    if not text.strip():
        return None
    found: list[str] = []
    word, quoted, started, slashes = "", False, False, 0
    for sign in text:
        if sign == "\\":
            slashes += 1
            started = True
            continue
        if sign == '"':
            word += "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            else:
                quoted = not quoted
            slashes, started = 0, True
            continue
        word += "\\" * slashes
        slashes = 0
        if sign in " \t" and not quoted:
            if started:
                found.append(word)
            word, started = "", False
            continue
        word += sign
        started = True
    word += "\\" * slashes
    if started:
        found.append(word)
    return write(found)


def _csv(text: str) -> str | None:
    try:
        return write(next(iter(csv.reader([text])), []))
    except csv.Error:
        return None


_MARKUP = re.compile(r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(.*?)\]\]>|<(/?)([^\s<>/]+)([^<>]*?)(/?)>|([^<]+)", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_DEPTH = 64


def _plain(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        code = found[1]
        if code.startswith("#"):
            try:
                number = int(code[2:], 16) if code[1:2] in "xX" else int(code[1:])
                return chr(number)
            except (ValueError, OverflowError):
                return found[0]
        return _ENTITIES.get(code, found[0])

    return re.sub(r"&(#?\w{1,8});", one, text)


def _xml(text: str) -> str | None:
    """As Kusto's parse_xml: attributes as `@name`, text beside them as `#text`, repeated elements as arrays. Nothing is
    declared, fetched or expanded; what is no XML is null."""
    if "<" not in text or "<!DOCTYPE" in text or len(text) > 131_072:
        return None
    stack: list[tuple[str, dict[str, Any]]] = [("", {})]
    for found in _MARKUP.finditer(text):
        cdata, closing, name, attributes, single, plain = found.groups()
        if plain is not None or cdata is not None:
            words = cdata if cdata is not None else _plain(plain)
            if words.strip():
                stack[-1][1]["#text"] = stack[-1][1].get("#text", "") + words
            continue
        if name is None:
            continue
        if closing:
            if len(stack) < 2 or stack[-1][0] != name:
                return None
            _close(stack)
            continue
        held = {
            f"@{one[1]}": _plain(one[2] if one[2] is not None else one[3]) for one in _ATTRIBUTE.finditer(attributes)
        }
        stack.append((name, held))
        if len(stack) > _DEPTH:
            return None
        if single:
            _close(stack)
    if len(stack) != 1 or not any(not key.startswith("#") for key in stack[0][1]):
        return None
    return write({key: value for key, value in stack[0][1].items() if key != "#text"})


def _close(stack: list[tuple[str, dict[str, Any]]]) -> None:
    name, held = stack.pop()
    value: Any = held["#text"] if set(held) == {"#text"} else held or None
    above = stack[-1][1]
    if name in above:
        above[name] = [*above[name], value] if isinstance(above[name], list) else [above[name], value]
    else:
        above[name] = value


def _key_values(text: str, how: str) -> str | None:
    """Pairs as Kusto's parse-kv reads them: delimiters of pairs, of key and value, quotes, escape, greedy."""
    options = read(how)
    if not isinstance(options, list):
        return None
    pairs, between, quotes, escape, greedy = (str(one) for one in options)
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        while at < len(text) and text[at] in pairs:
            at += 1
        mark = text.find(between, at)
        if mark < 0:
            break
        key = re.split(f"[{re.escape(pairs)}]", text[at:mark])[-1].strip() if pairs else text[at:mark].strip()
        at = mark + len(between)
        if quotes and text[at : at + 1] == quotes[0]:
            value, at = _quoted(text, at + 1, quotes[-1], escape)
        else:
            end = _end(text, at, pairs, between, greedy == "true")
            value, at = text[at:end], end
        found.setdefault(key.strip(quotes) if quotes else key, value.strip() if greedy == "true" else value)
    return write(found)


def _end(text: str, start: int, pairs: str, between: str, greedy: bool) -> int:
    if greedy:
        following = text.find(between, start)
        if following < 0:
            return len(text)
        return max((text.rfind(sign, start, following) for sign in pairs), default=following)
    return min((place for sign in pairs if (place := text.find(sign, start)) >= 0), default=len(text))


def _quoted(text: str, start: int, quote: str, escape: str) -> tuple[str, int]:
    value = ""
    at = start
    while at < len(text):
        if escape and text[at] == escape and at + 1 < len(text):
            value += text[at + 1]
            at += 2
            continue
        if text[at] == quote:
            return value, at + 1
        value += text[at]
        at += 1
    return value, at


def _version(text: str) -> float | None:
    """Up to four parts as one number, each of eight digits."""
    parts = text.strip().split(".")
    if not 1 <= len(parts) <= 4 or not all(re.fullmatch(r"\d{1,8}", part) for part in parts):
        return None
    number = 0
    for part in [*parts, *["0"] * (4 - len(parts))]:
        number = number * 10**8 + int(part)
    return float(number)


FORMATS = (
    Function("url_parts", _url),
    Function("url_query_parts", _url_query),
    Function("path_parts", _path),
    Function("command_line_parts", _command_line),
    Function("csv_fields", _csv),
    Function("xml_to_json", _xml),
    Function("key_values", _key_values),
    Function("version_number", _version),
)
