"""The grammar of each command: from its text to a `Command`.

Source: https://docs.splunk.com/Documentation/Splunk/latest/SearchReference (one page for each command).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.languages.spl.ast import Agg, By, Command, Eval, Pipeline, Search
from simulator.languages.spl.cursor import Cursor
from simulator.languages.spl.evals import Evaluating
from simulator.languages.spl.names import words
from simulator.languages.spl.searches import ParseInner, Searching

_FUNCTION = re.compile(r"([A-Za-z_]\w*)\s*\(")
_BARE_FUNCTION = re.compile(r"(count|c|sparkline)\b(?!\s*[(=])", re.IGNORECASE)
_COLUMN = re.compile(r"[^\s,|()\[\]\"'=]+")
_AMONG_FIELDS = words(
    "limit useother usenull prestats append bins dedup_splitvals otherstr nullstr chunk_size aligntime summariesonly "
    "allow_old_summaries cont agg include_reduced_buckets showperc showcount countfield percentfield reset_on_change "
    "window current global"
)
"""Options that may stand among the fields of a by clause."""
_SPAN = re.compile(r"span\s*=\s*", re.IGNORECASE)


class Reader:
    """A cursor with what commands have in common."""

    def __init__(self, cursor: Cursor, inner: ParseInner) -> None:
        self.cursor = cursor
        self.inner = inner

    def search(self, *stops: str) -> Search:
        """A search expression up to the end or one of `stops`."""
        return Searching(self.cursor, self.inner, stops).expression()

    def eval(self) -> Eval:
        """An eval expression."""
        return Evaluating(self.cursor, self.inner).expression()

    def block(self) -> Pipeline:
        """A subsearch in brackets."""
        found = self.cursor.block()
        if found is None:
            raise self.cursor.invalid(f"expected a subsearch in brackets, found {self.cursor.found()}")
        return self.inner(*found)

    def blocks(self) -> tuple[Pipeline, ...]:
        """All subsearches that stand here."""
        made: list[Pipeline] = []
        while self.cursor.peek() == "[":
            made.append(self.block())
            self.cursor.take(",")
        return tuple(made)

    def aggregates(self, *stops: str) -> tuple[Agg, ...]:
        """`function(argument) as name, …` up to one of the words `stops`."""
        made: list[Agg] = []
        cursor = self.cursor
        while not cursor.done:
            here = cursor.at
            if cursor.keyword(*stops):
                cursor.at = here
                break
            made.append(self._aggregate())
            cursor.take(",")
        return tuple(made)

    def _aggregate(self) -> Agg:
        cursor = self.cursor
        cursor.space()
        start = cursor.at
        argument: str | Eval | None = None
        if match := cursor.match(_BARE_FUNCTION):
            function = match[1].lower()
            if function == "sparkline":
                raise cursor.unsupported("the function 'sparkline' is not supported", at=start, width=9)
        else:
            match = cursor.match(_FUNCTION)
            if match is None:
                raise cursor.invalid(f"expected a function such as count or values(field), found {cursor.found()}")
            function = match[1].lower()
            here = cursor.at
            inner = cursor.match(_FUNCTION)
            if inner is not None and inner[1].lower() == "eval":
                argument = self.eval()
                cursor.expect(")")
            elif inner is not None:
                raise cursor.unsupported(f"{function}({inner[1]}(…)) is not supported", at=here)
            else:
                cursor.at = here
                argument = self._argument()
            cursor.expect(")")
        name = cursor.text[start : cursor.at].strip()
        if function in ("count", "c") and argument is None:
            name = "count"
        if cursor.keyword("as"):
            given = cursor.need_field("a name")
            if cursor.text[cursor.at : cursor.at + 1] == "(":  # A name such as `flags(inheritance)`, without quotes.
                end = cursor.text.find(")", cursor.at, cursor.end)
                given += cursor.text[cursor.at : end + 1]
                cursor.at = end + 1
            return Agg(function, argument, given, start, named=True)
        return Agg(function, argument, _tidy(name), start)

    def _argument(self) -> str | None:
        cursor = self.cursor
        if cursor.peek() == ")":
            return None
        if cursor.peek() in ('"', "'"):
            return cursor.need_field()
        end, depth = cursor.at, 0
        while end < cursor.end and (depth or cursor.text[end] != ")"):
            depth += {"(": 1, ")": -1}.get(cursor.text[end], 0)
            end += 1
        found = cursor.text[cursor.at : end].strip()
        cursor.at = end
        return found.strip("\"'")

    def by(self, options: dict[str, str], *stops: str) -> tuple[By, ...]:
        """Fields to group by, with `span=` among them put into `options`."""
        made: list[By] = []
        cursor = self.cursor
        while not cursor.done:
            here = cursor.at
            if stops and cursor.keyword(*stops):
                cursor.at = here
                break
            if cursor.match(_SPAN):
                options["span"] = cursor.value()
                cursor.take(",")
                continue
            found = cursor.options(*_AMONG_FIELDS)
            if found:
                options.update(found)
                continue
            cursor.space()
            at = cursor.at
            name = cursor.field()
            if name is None:
                break
            made.append(By(name, at))
            while cursor.take(","):
                pass
        return tuple(made)


def _tidy(name: str) -> str:
    """The name Splunk gives a column without `as`: the call without its white space and quotes."""
    match = re.fullmatch(r"(\w+)\s*\(\s*(.*?)\s*\)", name, re.DOTALL)
    if match is None:
        return name
    return (
        f"{match[1]}({match[2]})" if match[2].lower().startswith("eval") else f"{match[1]}({match[2].strip(chr(34))})"
    )


Grammar = Callable[[Reader, str, int], Command]


def _search(reader: Reader, name: str, at: int) -> Command:
    found = reader.search()
    if reader.cursor.peek() == ")":
        raise reader.cursor.invalid("this parenthesis was not opened")
    return Command(name, at, search=found)


def _where(reader: Reader, name: str, at: int) -> Command:
    return Command("where", at, where=reader.eval())


def _eval(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    made: list[tuple[str, Eval]] = []
    while not cursor.done:
        if cursor.peek() in ('"', "'"):
            field = cursor.need_field()
        else:
            match = cursor.match(_COLUMN)
            if match is None:
                raise cursor.invalid(f"expected a field name, found {cursor.found()}")
            field = match[0]
        cursor.expect("=")
        made.append((field, reader.eval()))
        if not cursor.take(","):
            break
    if not made:
        raise cursor.invalid("expected an assignment, field = expression")
    return Command(name, at, assignments=tuple(made))


def _stats(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options = cursor.options()
    aggregates = reader.aggregates("by", "groupby")
    by: tuple[By, ...] = ()
    if cursor.keyword("by", "groupby"):
        by = reader.by(options)
    options |= cursor.options()
    if not aggregates:
        raise cursor.invalid(f"{name} needs a function", at=at)
    return Command(name, at, options=options, aggregates=aggregates, by=by)


def _chart(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options = cursor.options()
    aggregates = reader.aggregates("by", "over", "where")
    by: list[By] = []
    while word := cursor.keyword("over", "by"):
        by.extend(reader.by(options, "by", "where"))
        del word
    if cursor.keyword("where"):
        cursor.rest()
    return Command(name, at, options=options, aggregates=aggregates, by=tuple(by))


def _top(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options = cursor.options()
    if match := cursor.match(re.compile(r"\d+(?=\s)")):
        options["limit"] = match[0]
        options |= cursor.options()
    names = []
    while not cursor.done:
        here = cursor.at
        if found := cursor.options():
            options |= found
        elif cursor.keyword("by"):
            cursor.at = here
            break
        else:
            names.append(cursor.need_field())
            cursor.take(",")
    by = reader.by(options) if cursor.keyword("by") else ()
    options |= cursor.options()
    return Command(name, at, options=options, names=tuple(names), by=by)


def _tstats(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options = cursor.options()
    aggregates: list[Agg] = []
    search: Search | None = None
    by: tuple[By, ...] = ()
    model = ""
    while not cursor.done:
        options |= cursor.options()
        word = cursor.keyword("from", "where", "by", "groupby")
        match word:
            case "from":
                found = cursor.match(re.compile(r"(datamodel|sid|lookup)\s*[=:]?\s*", re.IGNORECASE))
                if found and found[1].lower() != "datamodel":
                    raise cursor.unsupported(f"tstats from {found[1].lower()} is not supported", at=at)
                model = cursor.value()
                while cursor.take("."):
                    model += f".{cursor.value()}"
            case "where":
                search = reader.search("by", "groupby", "from")
            case "by" | "groupby":
                by = reader.by(options, "where", "from")
            case _:
                aggregates.extend(reader.aggregates("from", "where", "by", "groupby"))
    if not aggregates:
        raise cursor.invalid(f"{name} needs a function", at=at)
    return Command(name, at, options, aggregates=tuple(aggregates), by=by, search=search, text=model)


def _from(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    kind = cursor.match(re.compile(r"(datamodel|inputlookup|lookup|savedsearch)?\s*[:=]?\s*", re.IGNORECASE))
    options = {"kind": (kind[1] or "datamodel").lower() if kind else "datamodel"}
    first = cursor.value()
    if name == "datamodel":
        rest = [one for one in cursor.rest().split() if "=" not in one]
        first = (
            f"{first}.{rest[0]}" if rest and rest[0].lower() not in ("search", "flat", "acceleration_search") else first
        )
        options["prefixed"] = "" if "flat" in rest else "yes"
    return Command("from", at, options, text=first.strip('"'))


def _rename(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    pairs: list[tuple[str, str]] = []
    while not cursor.done:
        old = cursor.need_field()
        if not cursor.keyword("as"):
            raise cursor.invalid(f"expected 'as', found {cursor.found()}")
        pairs.append((old, cursor.need_field("a name")))
        cursor.take(",")
    return Command(name, at, pairs=tuple(pairs))


def _fields(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    sign = "+"
    if name == "fields":
        sign = "-" if cursor.take("-") else "+"
        cursor.take("+")
    names = tuple(cursor.fields())
    return Command(name, at, names=names, flag=sign == "-")


def _names(reader: Reader, name: str, at: int) -> Command:
    """Options and names in any order: dedup, fillnull, mvexpand, makemv, nomv, filldown, addtotals, mvcombine …"""
    cursor = reader.cursor
    options: dict[str, str] = {}
    names: list[str] = []
    count = cursor.match(re.compile(r"\d+(?=\s)")) if name == "dedup" else None
    if count:
        options["count"] = count[0]
    while not cursor.done:
        found = cursor.options()
        if found:
            options |= found
            continue
        if name == "dedup" and cursor.keyword("sortby"):
            options["sortby"] = cursor.rest()
            break
        names.append(cursor.need_field())
        cursor.take(",")
    return Command(name, at, options, names=tuple(names))


def _pairs(reader: Reader, name: str, at: int) -> Command:
    """`field as name`, and options: accum, delta, autoregress."""
    cursor = reader.cursor
    old = cursor.need_field()
    new = cursor.need_field() if cursor.keyword("as") else ""
    options = cursor.options()
    return Command(name, at, options, pairs=((old, new),))


def _sort(reader: Reader, name: str, at: int) -> Command:
    """`sort [count] [+|-] field, …`; pairs are (field, "-" or "+"), functions such as num(field) in front of names."""
    cursor = reader.cursor
    options: dict[str, str] = cursor.options("limit")
    if match := cursor.match(re.compile(r"\d+(?=\s|$)")):
        options["limit"] = match[0]
    pairs: list[tuple[str, str]] = []
    while not cursor.done:
        if pairs and cursor.match(re.compile(r"(?:desc|d)\s*$", re.IGNORECASE)):
            pairs = [(field, "+" if sign == "-" else "-") for field, sign in pairs]
            break
        sign = "-" if cursor.take("-") else "+"
        cursor.take("+")
        how = cursor.match(re.compile(r"(auto|str|ip|num)\s*\(", re.IGNORECASE))
        field = cursor.need_field()
        if how:
            cursor.expect(")")
        pairs.append((field, sign + (how[1].lower() if how else "")))
        cursor.take(",")
    return Command("sort", at, options, pairs=tuple(pairs))


def _head(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options = cursor.options("limit", "null", "keeplast")
    if match := cursor.match(re.compile(r"\d+\s*$")):
        options["limit"] = match[0].strip()
    where = None
    if not cursor.done:
        where = reader.eval()
    return Command(name, at, options, where=where)


def _bin(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options = cursor.options()
    field = cursor.need_field()
    new = ""
    while not cursor.done:
        if cursor.keyword("as"):
            new = cursor.need_field()
        elif found := cursor.options():
            options |= found
        else:
            break
    return Command("bin", at, options, pairs=((field, new or field),))


def _rex(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options: dict[str, str] = {}
    text: str | None = None
    while not cursor.done:
        found = cursor.options("field", "max_match", "offset_field", "mode")
        if found:
            options |= found
        elif text is None:
            raw = cursor.quoted_raw()
            text = cursor.rest() if raw is None else raw
        else:
            break
    if text is None:
        raise cursor.invalid("rex needs a regular expression", at=at)
    return Command(name, at, options, text=text)


def _regex(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    field, negated = "_raw", False
    here = cursor.at
    match = cursor.match(re.compile(r"([^\s\"=!]+|\"[^\"]*\")\s*(!?=)\s*"))
    if match and not (match[1].startswith('"') and cursor.peek() != '"'):
        field, negated = match[1].strip('"'), match[2] == "!="
    else:
        cursor.at = here
    raw = cursor.quoted_raw()
    return Command(name, at, {"field": field}, text=cursor.rest() if raw is None else raw, flag=negated)


def _spath(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options: dict[str, str] = {}
    while not cursor.done:
        found = cursor.options("input", "output", "path")
        if found:
            options |= found
        else:
            options["path"] = cursor.value()
    return Command(name, at, options)


def _lookup(reader: Reader, name: str, at: int) -> Command:
    """`lookup table field [as field], … [OUTPUT|OUTPUTNEW field [as field], …]`: `pairs` are keys (name in the table,
    in the event); `assignments` none; the outputs are in `by`-free `names` as alternating pairs."""
    cursor = reader.cursor
    options = cursor.options("local", "update", "event_time_field", "allow_caching")
    table = cursor.need_field("the name of a lookup table")
    keys, outputs = list[tuple[str, str]](), list[str]()
    target = "keys"
    while not cursor.done:
        if word := cursor.keyword("outputnew", "output"):
            options["output"] = word
            target = "outputs"
            continue
        field = cursor.need_field()
        local = cursor.need_field() if cursor.keyword("as") else field
        if target == "keys":
            keys.append((field, local))
        else:
            outputs.extend((field, local))
        cursor.take(",")
    return Command(name, at, options, names=tuple(outputs), pairs=tuple(keys), text=table)


def _inputlookup(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options = cursor.options("append", "start", "max", "strict")
    table = cursor.need_field("the name of a lookup table")
    options |= cursor.options("append", "start", "max", "strict")
    where = reader.search() if cursor.keyword("where") else None
    return Command(name, at, options, search=where, text=table)


def _join(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options: dict[str, str] = {}
    names: list[str] = []
    inner: tuple[Pipeline, ...] = ()
    while not cursor.done:
        if found := cursor.options("type", "usetime", "earlier", "overwrite", "max", "left", "right"):
            options |= found
        elif cursor.peek() == "[":
            inner = (reader.block(),)
        elif cursor.keyword("where"):
            raise cursor.unsupported("join … where is not supported", at=at, width=4)
        else:
            names.append(cursor.need_field())
            cursor.take(",")
    if not inner:
        raise cursor.invalid("join needs a subsearch in brackets", at=at)
    return Command(name, at, options, names=tuple(names), inner=inner)


def _append(reader: Reader, name: str, at: int) -> Command:
    options = reader.cursor.options()
    inner = reader.blocks()
    options |= reader.cursor.options()
    if not inner:
        if name == "union":
            raise reader.cursor.unsupported("union of data sets by name is not supported", at=at, width=5)
        raise reader.cursor.invalid(f"{name} needs a subsearch in brackets", at=at)
    return Command(name, at, options, inner=inner)


def _convert(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options = cursor.options("timeformat")
    return Command(name, at, options, aggregates=reader.aggregates())


def _replace(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    pairs: list[tuple[str, str]] = []
    names: list[str] = []
    while not cursor.done:
        if cursor.keyword("in"):
            names = cursor.fields()
            break
        old = cursor.value()
        if not cursor.keyword("with"):
            raise cursor.invalid(f"expected 'with', found {cursor.found()}")
        pairs.append((old, cursor.value()))
        cursor.take(",")
    return Command(name, at, pairs=tuple(pairs), names=tuple(names))


def _foreach(reader: Reader, name: str, at: int) -> Command:
    """The inner text is kept as text: `<<FIELD>>` is put into it for each field."""
    cursor = reader.cursor
    options = cursor.options("fieldstr", "matchstr", "matchseg1", "matchseg2", "matchseg3", "mode", "itemstr")
    names = tuple(cursor.fields())
    block = cursor.block()
    if block is None:
        raise cursor.invalid("foreach needs an eval in brackets", at=at)
    return Command(name, at, options, names=names, text=cursor.text[block[0] : block[1]])


def _transaction(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options: dict[str, str] = {}
    names: list[str] = []
    while not cursor.done:
        match = cursor.match(re.compile(r"(startswith|endswith)\s*=\s*", re.IGNORECASE))
        if match:
            if cursor.peek() == '"':
                options[match[1].lower()] = cursor.quoted() or ""
                continue
            cursor.match(re.compile(r"eval|"))
            if cursor.peek() == "(":
                cursor.at += 1
                start = cursor.at
                reader.search()
                options[match[1].lower()] = cursor.text[start : cursor.at]
                cursor.expect(")")
            else:
                options[match[1].lower()] = cursor.value()
        elif found := cursor.options():
            options |= found
        else:
            names.append(cursor.need_field())
            cursor.take(",")
    return Command(name, at, options, names=tuple(names))


def _return(reader: Reader, name: str, at: int) -> Command:
    """`pairs` are (field, name); a name of `$` is a value without a name."""
    cursor = reader.cursor
    options: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    if match := cursor.match(re.compile(r"\d+(?=\s)")):
        options["count"] = match[0]
    while not cursor.done:
        word = cursor.match(re.compile(r"(\$?[^\s,=]+)(?:\s*=\s*([^\s,]+))?"))
        if word is None:
            break
        if word[1].startswith("$"):
            pairs.append((word[1][1:], "$"))
        else:
            pairs.append((word[2] or word[1], word[1]))
        cursor.take(",")
    return Command(name, at, options, pairs=tuple(pairs))


def _free(reader: Reader, name: str, at: int) -> Command:
    """A command of which nothing but its name matters, or which reads its own text later."""
    return Command(name, at, text=reader.cursor.rest())


def _iplocation(reader: Reader, name: str, at: int) -> Command:
    cursor = reader.cursor
    options = cursor.options("prefix", "allfields", "lang")
    return Command(name, at, options, names=(cursor.need_field(),))


def _refuse(reason: str) -> Grammar:
    def grammar(reader: Reader, name: str, at: int) -> Command:
        raise reader.cursor.unsupported(f"the command {name!r} is not supported: {reason}", at=at, width=len(name))

    return grammar


REFUSED: dict[str, str] = {
    "map": "it runs a search for each row",
    "apply": "it needs a model of the Machine Learning Toolkit",
    "fit": "it needs the Machine Learning Toolkit",
    "summary": "it needs a model of the Machine Learning Toolkit",
    "sample": "it needs the Machine Learning Toolkit",
    "cyberchef": "it belongs to an app",
    "outlier": "what it cuts off is not documented well enough",
    "anomalydetection": "its method is not documented well enough",
    "anomalousvalue": "its method is not documented well enough",
    "cluster": "its method is not documented well enough",
    "kmeans": "its method is not documented well enough",
    "predict": "its method is not documented well enough",
    "rest": "it asks a Splunk server",
    "loadjob": "it needs an earlier job",
    "savedsearch": "it needs a saved search of a Splunk server",
    "script": "it runs a program",
    "tags": "it needs a Splunk server's tags",
    "multikv": "it reads tables out of raw text",
    "metadata": "it asks the index",
    "dbinspect": "it asks the index",
    "eventcount": "it asks the index",
    "mcatalog": "it asks the index",
    "walklex": "it asks the index",
    "xyseries": "its columns depend on the data",
    "untable": "its rows depend on the columns of the data",
    "transpose": "its columns depend on the data",
    "gentimes": "it makes no events",
}
"""Commands that are known and cannot run, and why."""

IGNORED = words(
    "collect sendalert sendemail outputlookup outputcsv outputtext abstract highlight localize noop typer "
    "meventcollect mcollect tee typelearner nop risk notable sendresults"
)
"""Commands that change no rows: what they write goes nowhere."""

GRAMMARS: dict[str, Grammar] = {
    "search": _search,
    "where": _where,
    "eval": _eval,
    "stats": _stats,
    "eventstats": _stats,
    "streamstats": _stats,
    "sistats": _stats,
    "chart": _chart,
    "timechart": _chart,
    "top": _top,
    "rare": _top,
    "tstats": _tstats,
    "mstats": _tstats,
    "from": _from,
    "datamodel": _from,
    "rename": _rename,
    "fields": _fields,
    "table": _fields,
    "dedup": _names,
    "fillnull": _names,
    "filldown": _names,
    "mvexpand": _names,
    "makemv": _names,
    "mvcombine": _names,
    "nomv": _names,
    "addtotals": _names,
    "fromjson": _names,
    "expand": _names,
    "sort": _sort,
    "head": _head,
    "tail": _head,
    "reverse": _free,
    "addinfo": _free,
    "format": _free,
    "makeresults": _names,
    "xmlkv": _free,
    "extract": _free,
    "kv": _free,
    "strcat": _free,
    "delta": _pairs,
    "accum": _pairs,
    "autoregress": _pairs,
    "addcoltotals": _names,
    "bin": _bin,
    "bucket": _bin,
    "discretize": _bin,
    "rex": _rex,
    "regex": _regex,
    "spath": _spath,
    "lookup": _lookup,
    "inputlookup": _inputlookup,
    "join": _join,
    "selfjoin": _refuse("use stats"),
    "append": _append,
    "appendpipe": _append,
    "appendcols": _append,
    "union": _append,
    "multisearch": _append,
    "convert": _convert,
    "replace": _replace,
    "foreach": _foreach,
    "transaction": _transaction,
    "return": _return,
    "iplocation": _iplocation,
    **dict.fromkeys(IGNORED, _free),
    **{name: _refuse(reason) for name, reason in REFUSED.items()},
}
"""Every command, by name."""
