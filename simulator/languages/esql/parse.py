"""ES|QL's commands: a query's text -> its commands. `parse` is the way in."""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.errors import nearest
from simulator.languages.embedded import Query
from simulator.languages.esql import syntax
from simulator.languages.esql.expressions import expression, mapping, name, pattern
from simulator.languages.esql.lexer import Kind
from simulator.languages.esql.reader import Reader
from simulator.languages.esql.syntax import Assigned, Command, Constant, Index, Name, Node

NOT_RUN: dict[str, str] = {
    "show": "it asks the server about itself",
    "explain": "it asks the server about a query",
    "ts": "time series indices are not simulated",
    "promql": "time series indices are not simulated",
    "change_point": "its statistics are not documented enough to repeat",
    "rerank": "it needs an inference service",
    "fuse": "it merges search scores, which detections have not",
    "insist": "it is a preview without documented meaning",
    "uri_parts": "the parts of an address are not taken apart",
    "registered_domain": "it needs the list of public suffixes",
    "user_agent": "it needs a data base of user agents",
    "metrics_info": "time series indices are not simulated",
    "ts_info": "time series indices are not simulated",
    "mmr": "it needs vectors",
    "external": "it reads files outside of the stream",
}
"""Commands that are known and do not run, and why."""

_INDEX = re.compile(r"(?:[^:\"=|,\[\]/\s()]|/(?![*/]))+")
_CLUSTER = re.compile(r"[^:\"=|,\[\]/\s()]+:(?!:)")


def parse(query: Query) -> tuple[Command, ...]:
    """The commands of `query`. Raises InvalidRule or UnsupportedRule at what cannot be read."""
    reader = Reader(query)
    _settings(reader)
    commands = [_source(reader), *_pipe(reader)]
    if reader.token.kind is not Kind.END:
        raise reader.wrong("`|`")
    return tuple(commands)


_SETTINGS = ("unmapped_fields", "approximation", "project_routing")
"""Settings that change nothing here: fields that nobody declared are read all the same."""


def _settings(reader: Reader) -> None:
    """`SET name = value;` before the query."""
    while reader.word("set"):
        token = reader.take()
        if token.value.lower() not in _SETTINGS:
            raise reader.unsupported(token.at, token.end, f"the setting {token.value!r} is not supported")
        reader.need_sign("=")
        if reader.is_sign("{"):
            mapping(reader)
        else:
            expression(reader)
        reader.need_sign(";")


def _pipe(reader: Reader) -> list[Command]:
    found = list[Command]()
    while reader.sign("|"):
        found.append(_command(reader))
    return found


def _source(reader: Reader) -> Command:
    token = reader.token
    if reader.word("from"):
        return _from(reader, token.at)
    if reader.word("row"):
        found = _assignments(reader)
        return syntax.Row(token.at, reader.last.end, found)
    if reader.sign("("):
        raise reader.unsupported(token.at, token.end, "a subquery is not supported")
    if token.value.lower() in NOT_RUN:
        raise reader.unsupported(
            token.at, token.end, f"{token.value.upper()} cannot run: {NOT_RUN[token.value.lower()]}"
        )
    raise reader.wrong("FROM or ROW")


def _from(reader: Reader, at: int) -> Command:
    indices = [_index(reader)]
    while reader.sign(","):
        indices.append(_index(reader))
    bracket = reader.is_sign("[") and reader.ahead().value.lower() == "metadata" and reader.sign("[")
    metadata = list[Name]()
    if reader.word("metadata"):
        metadata.append(name(reader))
        while reader.sign(","):
            metadata.append(name(reader))
    if bracket:
        reader.need_sign("]")
    return syntax.From(at, reader.last.end, tuple(indices), tuple(metadata))


def _index(reader: Reader) -> Index:
    token = reader.token
    if token.kind is Kind.TEXT:
        reader.take()
        return Index(token.at, token.end, _local(token.value))
    if reader.is_sign("("):
        raise reader.unsupported(token.at, token.end, "a subquery in FROM is not supported")
    if token.kind in (Kind.END, Kind.PARAMETER):
        raise reader.wrong("an index pattern")
    text, start = reader.query.text, token.at
    if cluster := _CLUSTER.match(text, start):
        start = cluster.end()
    found = _INDEX.match(text, start)
    if found is None:
        raise reader.wrong("an index pattern")
    end = found.end()
    if text.startswith("::", end) and (selector := _INDEX.match(text, end + 2)):
        end = selector.end()
    while reader.token.kind is not Kind.END and reader.token.at < end:
        reader.take()
    return Index(token.at, end, found[0])


def _local(pattern: str) -> str:
    """An index pattern without its cluster and selector."""
    pattern = pattern.split("::", 1)[0]
    return pattern.split(":", 1)[1] if ":" in pattern else pattern


def _command(reader: Reader) -> Command:
    token = reader.token
    word = token.value.lower()
    if token.kind is not Kind.WORD:
        raise reader.wrong("a command")
    if word in COMMANDS:
        reader.take()
        return COMMANDS[word](reader, token.at)
    if word in NOT_RUN:
        raise reader.unsupported(token.at, token.end, f"{word.upper()} cannot run: {NOT_RUN[word]}")
    near = nearest(word, (*COMMANDS, *NOT_RUN))
    raise reader.invalid(token.at, token.end, f"{token.value!r} is no command of ES|QL{near}")


def _where(reader: Reader, at: int) -> Command:
    condition = expression(reader)
    return syntax.Where(at, condition.end, condition)


def _eval(reader: Reader, at: int) -> Command:
    found = _assignments(reader)
    return syntax.Eval(at, reader.last.end, found)


def _assignments(reader: Reader, conditions: bool = False) -> tuple[Assigned, ...]:
    found = [_assigned(reader, conditions)]
    while reader.sign(","):
        found.append(_assigned(reader, conditions))
    return tuple(found)


def _assigned(reader: Reader, conditions: bool) -> Assigned:
    at, place = reader.token.at, reader.place
    target: Name | None = None
    if reader.token.kind in (Kind.WORD, Kind.QUOTED):
        target = name(reader)
        if not reader.sign("="):
            target, reader.place = None, place
    value = expression(reader)
    condition = expression(reader) if conditions and reader.word("where") else None
    end = reader.last.end
    text = reader.query.text[value.at : value.end]
    spelled = value.name if isinstance(value, Name) else _spelled(reader, place, text)
    return Assigned(at, end, target.name if target else spelled, value, condition)


def _spelled(reader: Reader, place: int, text: str) -> str:
    """The name of an unnamed value: its text as written (parentheses around it included)."""
    first = reader.tokens[place]
    return reader.query.text[first.at : reader.last.end] if first.value == "(" else text


def _keep(reader: Reader, at: int) -> Command:
    found = _patterns(reader)
    return syntax.Keep(at, reader.last.end, found)


def _drop(reader: Reader, at: int) -> Command:
    found = _patterns(reader)
    return syntax.Drop(at, reader.last.end, found)


def _patterns(reader: Reader) -> tuple[syntax.Pattern, ...]:
    reader.wildcards = True
    found = [pattern(reader)]
    while reader.sign(","):
        found.append(pattern(reader))
    reader.wildcards = False
    return tuple(found)


def _rename(reader: Reader, at: int) -> Command:
    pairs = list[tuple[Name, Name]]()
    while True:
        first = name(reader)
        if reader.sign("="):
            pairs.append((name(reader), first))
        else:
            reader.need_word("as")
            pairs.append((first, name(reader)))
        if not reader.sign(","):
            return syntax.Rename(at, reader.last.end, tuple(pairs))


def _sort(reader: Reader, at: int) -> Command:
    keys = list[syntax.Order]()
    while True:
        value = expression(reader)
        descending = reader.is_word("desc")
        reader.word("asc", "desc")
        nulls_first = descending
        if reader.word("nulls"):
            nulls_first = reader.need_word("first", "last").value.lower() == "first"
        keys.append(syntax.Order(value.at, reader.last.end, value, descending, nulls_first))
        if not reader.sign(","):
            return syntax.Sort(at, reader.last.end, tuple(keys))


def _limit(reader: Reader, at: int) -> Command:
    count = expression(reader)
    match count:
        case Constant(value=int() as number) if not isinstance(number, bool) and number >= 0:
            return syntax.Limit(at, count.end, number)
        case _:
            raise reader.invalid(count.at, count.end, "LIMIT takes a whole number")


def _stats(reader: Reader, at: int, inline: bool = False) -> Command:
    measures = tuple[Assigned, ...]()
    if not reader.is_word("by"):
        measures = _assignments(reader, conditions=True)
    by = _assignments(reader) if reader.word("by") else ()
    return syntax.Stats(at, reader.last.end, measures, by, inline)


def _inline(reader: Reader, at: int) -> Command:
    reader.need_word("stats")
    return _stats(reader, at, inline=True)


def _inlinestats(reader: Reader, at: int) -> Command:
    return _stats(reader, at, inline=True)


def _dissect(reader: Reader, at: int) -> Command:
    value, found, separator = expression(reader), _text(reader), ""
    while reader.token.kind is Kind.WORD:
        option = reader.take()
        reader.need_sign("=")
        if option.value.lower() != "append_separator":
            raise reader.invalid(option.at, option.end, "DISSECT has no such option, only APPEND_SEPARATOR")
        separator = str(_text(reader).value)
    return syntax.Dissect(at, reader.last.end, value, found, separator)


def _text(reader: Reader) -> Constant:
    if reader.token.kind is not Kind.TEXT:
        raise reader.wrong("a text in quotes")
    token = reader.take()
    return Constant(token.at, token.end, token.value)


def _grok(reader: Reader, at: int) -> Command:
    value, patterns = expression(reader), [_text(reader)]
    while reader.sign(","):
        patterns.append(_text(reader))
    return syntax.Grok(at, reader.last.end, value, tuple(patterns))


def _expand(reader: Reader, at: int) -> Command:
    column = name(reader)
    return syntax.Expand(at, column.end, column)


def _enrich(reader: Reader, at: int) -> Command:
    policy = reader.take()
    end = policy.end
    parts = [policy.value]
    while (
        not reader.token.spaced
        and reader.token.kind in (Kind.WORD, Kind.SIGN, Kind.INTEGER)
        and reader.token.value not in ("|", ")")
    ):
        token = reader.take()
        parts, end = [*parts, token.value], token.end
    if policy.kind not in (Kind.WORD, Kind.TEXT, Kind.QUOTED, Kind.SIGN):
        raise reader.invalid(policy.at, end, "expected the name of an enrich policy")
    called = "".join(parts).rsplit(":", 1)[-1]
    on = name(reader) if reader.word("on") else None
    fields = list[tuple[Name, Name]]()
    if reader.word("with"):
        while True:
            first = name(reader)
            fields.append((first, name(reader)) if reader.sign("=") else (first, first))
            if not reader.sign(","):
                break
    return syntax.Enrich(at, reader.last.end, called, on, tuple(fields))


def _lookup(reader: Reader, at: int) -> Command:
    reader.need_word("join")
    index = _index(reader)
    reader.need_word("on")
    on = list[tuple[Name, Name]]()
    condition = expression(reader)
    conditions: list[Node] = [condition]
    while reader.sign(","):
        conditions.append(expression(reader))
    if isinstance(condition, syntax.Logic) and condition.operator == "and":
        conditions[:1] = condition.items
    for one in conditions:
        match one:
            case Name():
                on.append((one, one))
            case syntax.Binary(operator="==", left=Name() as ours, right=Name() as theirs):
                on.append((ours, theirs))
            case _:
                raise reader.unsupported(one.at, one.end, "LOOKUP JOIN on another condition than `==` is not supported")
    return syntax.LookupJoin(at, reader.last.end, index, tuple(on))


def _join(reader: Reader, at: int) -> Command:
    raise reader.unsupported(at, reader.last.end, "only LOOKUP JOIN is supported")


def _completion(reader: Reader, at: int) -> Command:
    target, place = "completion", reader.place
    if reader.token.kind in (Kind.WORD, Kind.QUOTED):
        found = name(reader)
        if reader.sign("="):
            target = found.name
        else:
            reader.place = place
    prompt = expression(reader)
    inference = ""
    if reader.word("with"):
        if reader.is_sign("{"):
            inference = str(dict(mapping(reader)).get("inference_id", ""))
        else:
            token = reader.take()
            inference = token.value
    return syntax.Completion(at, reader.last.end, target, prompt, inference)


def _sample(reader: Reader, at: int) -> Command:
    value = expression(reader)
    match value:
        case Constant(value=int() | float() as number) if not isinstance(number, bool) and 0 < number <= 1:
            return syntax.Sample(at, value.end, float(number))
        case _:
            raise reader.invalid(value.at, value.end, "SAMPLE takes a number between 0 and 1")


def _fork(reader: Reader, at: int) -> Command:
    branches = list[tuple[Command, ...]]()
    while reader.sign("("):
        branches.append((_command(reader), *_pipe(reader)))
        reader.need_sign(")")
    if not branches:
        raise reader.wrong("`(`")
    return syntax.Fork(at, reader.last.end, tuple(branches))


COMMANDS: dict[str, Callable[[Reader, int], Command]] = {
    "where": _where,
    "eval": _eval,
    "keep": _keep,
    "project": _keep,
    "drop": _drop,
    "rename": _rename,
    "sort": _sort,
    "limit": _limit,
    "stats": _stats,
    "inline": _inline,
    "inlinestats": _inlinestats,
    "dissect": _dissect,
    "grok": _grok,
    "mv_expand": _expand,
    "enrich": _enrich,
    "lookup": _lookup,
    "join": _join,
    "completion": _completion,
    "sample": _sample,
    "fork": _fork,
}
"""What each command that is known is read by."""
