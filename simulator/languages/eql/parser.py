"""EQL's grammar: https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax. Words to `ast`."""

from __future__ import annotations

import re

from simulator.errors import InvalidRule
from simulator.languages.embedded import Query
from simulator.languages.eql.ast import (
    Arithmetic,
    Comparison,
    Constant,
    EventFilter,
    Expression,
    FieldName,
    Function,
    Item,
    Logical,
    Lookup,
    Negation,
    Pipe,
    Series,
    Statement,
)
from simulator.languages.eql.lexer import Token, invalid, tokens, unsupported

_KEYWORDS = frozenset(
    [
        "and",
        "any",
        "by",
        "false",
        "in",
        "join",
        "like",
        "maxspan",
        "not",
        "null",
        "of",
        "or",
        "regex",
        "sequence",
        "true",
        "until",
        "where",
        "with",
    ]
)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_UNITS = {
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "micros": 1,
}
_OLD_PIPES = ("count", "filter", "sort", "unique", "unique_count", "window")
_LINEAGE = ("child", "descendant", "event")


def parse(query: Query) -> Statement:
    """The query's meaning as written. Raises InvalidRule where it breaks the grammar, UnsupportedRule at constructs of
    other EQLs than Elasticsearch's."""
    return _Parser(query).statement()


class _Parser:
    """Recursive descent over the words."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.tokens = tokens(query)
        self.place = 0

    # Words

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def next(self) -> Token:
        token = self.now
        self.place = min(self.place + 1, len(self.tokens) - 1)
        return token

    def is_symbol(self, *values: str) -> bool:
        return self.now.kind == "symbol" and self.now.value in values

    def is_word(self, *values: str) -> bool:
        return self.now.kind == "name" and self.now.value in values

    def took(self, value: str) -> bool:
        if self.now.kind in ("symbol", "name") and self.now.value == value:
            self.next()
            return True
        return False

    def expect(self, value: str) -> Token:
        if self.now.kind in ("symbol", "name") and self.now.value == value:
            return self.next()
        raise self.unexpected(f"expected {value!r}")

    def unexpected(self, wanted: str) -> InvalidRule:
        token = self.now
        found = "the query ends" if token.kind == "end" else f"found {self.query.text[token.at :][: token.width]!r}"
        return invalid(self.query, token.at, f"{wanted}, {found}", token.width)

    # Statements

    def statement(self) -> Statement:
        """query pipe* end"""
        query: EventFilter | Series
        if self.is_word("join") and self.tokens[self.place + 1].value != "where":
            raise unsupported(self.query, self.now.at, "`join` is not part of Elasticsearch's EQL", 4)
        if self.is_word("sequence", "sample") and self.tokens[self.place + 1].value != "where":
            query = self.series()
        else:
            query = self.event()
        pipes: list[Pipe] = []
        while self.took("|"):
            pipes.append(self.pipe())
        if self.now.kind != "end":
            raise self.unexpected("expected the end of the query")
        return Statement(query, tuple(pipes))

    def pipe(self) -> Pipe:
        token = self.next()
        if token.value in _OLD_PIPES:
            raise unsupported(
                self.query, token.at, f"the pipe `{token.value}` is not part of Elasticsearch's EQL", token.width
            )
        if token.value not in ("head", "tail"):
            raise invalid(self.query, token.at, f"no such pipe {token.value!r}", token.width)
        return Pipe(token.value, self.whole("a number of events"), token.at)

    def whole(self, what: str) -> int:
        token = self.now
        if token.kind != "number" or not token.value.isdigit():
            raise self.unexpected(f"expected {what}")
        self.next()
        return int(token.value)

    def event(self) -> EventFilter:
        """category where condition"""
        token = self.next()
        if token.kind not in ("name", "text", "quoted") or (
            token.kind == "name" and token.value in _KEYWORDS - {"any"}
        ):
            self.place -= 1 if token.kind != "end" else 0
            raise self.unexpected("expected an event category")
        self.expect("where")
        category = None if token.kind == "name" and token.value == "any" else token.value
        return EventFilter(category, self.expression(), token.at)

    def series(self) -> Series:
        """sequence|sample [by keys] [with maxspan=…] items [until item]"""
        start = self.next()
        sample = start.value == "sample"
        by = self.keys()
        maxspan = None
        if self.is_word("with"):
            self.no_sample(sample, "with maxspan")
            self.next()
            maxspan = self.maxspan()
            if self.is_word("by"):
                raise invalid(self.query, self.now.at, "`by` stands before `with maxspan`", 2)
        items: list[Item] = []
        while self.is_symbol("[", "!["):
            items.append(self.item(sample))
        if not items:
            raise self.unexpected("expected `[`")
        until = None
        if self.is_word("until"):
            self.no_sample(sample, "until")
            self.next()
            until = self.item(sample)
        made = Series(sample, by, maxspan, tuple(items), until, start.at)
        self.check(made)
        return made

    def no_sample(self, sample: bool, what: str) -> None:
        if sample:
            raise invalid(self.query, self.now.at, f"a sample has no `{what}`", self.now.width)

    def check(self, series: Series) -> None:
        """What the grammar alone does not say."""
        own = {len(item.by) for item in (*series.items, *((series.until,) if series.until else ()))}
        if len(own) > 1:
            raise invalid(self.query, series.at, "every item of a series must have as many join keys as the others")
        if series.sample and not series.by and own == {0}:
            raise invalid(self.query, series.at, "a sample needs join keys (`by`)")
        missing = [item for item in series.items if item.missing]
        if missing and series.maxspan is None:
            raise invalid(self.query, missing[0].at, "a missing event needs `with maxspan`", 2)
        if len(missing) == len(series.items):
            raise invalid(self.query, missing[0].at, "a sequence needs an item that is not missing", 2)
        if sum(item.runs for item in series.items) < 2:
            raise invalid(self.query, series.at, "a series needs at least two items")

    def keys(self) -> tuple[Expression, ...]:
        if not self.took("by"):
            return ()
        found = [self.expression()]
        while self.took(","):
            found.append(self.expression())
        return tuple(found)

    def maxspan(self) -> int:
        self.expect("maxspan")
        self.expect("=")
        token = self.now
        if token.kind != "number":
            raise self.unexpected("expected a length of time such as 5m")
        self.next()
        unit = self.next() if self.now.kind == "name" else None
        name = unit.value if unit else "s"
        if name not in _UNITS:
            at, width = (unit.at, unit.width) if unit else (token.at, token.width)
            raise invalid(self.query, at, f"no such unit of time {name!r}", width)
        return round(float(token.value) * _UNITS[name])

    def item(self, sample: bool) -> Item:
        start = self.now
        missing = self.took("![")
        if not missing:
            self.expect("[")
        elif sample:
            raise invalid(self.query, start.at, "a sample has no missing events", 2)
        inner = self.event()
        self.expect("]")
        by = self.keys()
        runs = 1
        if self.is_word("with"):
            self.no_sample(sample, "with runs")
            self.next()
            if not self.is_word("runs"):
                raise self.unexpected("expected `runs`")
            self.next()
            self.expect("=")
            place = self.now
            runs = self.whole("a number of runs")
            if not 1 <= runs <= 100:
                raise invalid(self.query, place.at, "runs must be between 1 and 100", place.width)
        if not by:
            by = self.keys()
        return Item(inner, by, missing, runs, start.at)

    # Expressions, from the loosest binding to the tightest

    def expression(self) -> Expression:
        return self.logical("or")

    def logical(self, word: str) -> Expression:
        def inner() -> Expression:
            return self.logical("and") if word == "or" else self.negation()

        start = self.now.at
        items = [inner()]
        while self.took(word):
            items.append(inner())
        return items[0] if len(items) == 1 else Logical(word, tuple(items), start)

    def negation(self) -> Expression:
        if self.is_word("not"):
            at = self.next().at
            return Negation(self.negation(), at)
        if self.is_word(*_LINEAGE) and self.tokens[self.place + 1].value == "of":
            what = f"{self.now.value} of"
            raise unsupported(self.query, self.now.at, f"`{what}` is not part of Elasticsearch's EQL", len(what))
        return self.comparison()

    def comparison(self) -> Expression:
        left = self.sum()
        token = self.now
        if self.is_symbol(*_COMPARISONS):
            self.next()
            made = Comparison(token.value, left, self.sum(), token.at)
            if self.is_symbol(*_COMPARISONS):
                raise invalid(self.query, self.now.at, "comparisons cannot be chained", self.now.width)
            return made
        if self.is_symbol("="):
            raise invalid(self.query, token.at, "`=` does not compare; write `==` or `:`")
        if (operator := self.lookup_operator()) is not None:
            return Lookup(operator, left, self.values(operator), False, token.at)
        if self.is_word("not") and self.tokens[self.place + 1].value == "in":
            self.next()
            operator = self.lookup_operator() or "in"
            return Lookup(operator, left, self.values(operator), True, token.at)
        return left

    def lookup_operator(self) -> str | None:
        token = self.now
        if self.is_symbol(":"):
            self.next()
            return ":"
        if token.kind in ("name", "folded") and token.value in ("in", "like", "regex"):
            self.next()
            return token.value + ("~" if token.kind == "folded" else "")
        return None

    def values(self, operator: str) -> tuple[Expression, ...]:
        if not self.is_symbol("("):
            if operator in ("in", "in~"):
                raise self.unexpected("expected `(`")
            return (self.sum(),)
        self.next()
        found = [self.expression()]
        while self.took(","):
            found.append(self.expression())
        self.expect(")")
        return tuple(found)

    def sum(self) -> Expression:
        left = self.product()
        while self.is_symbol("+", "-"):
            token = self.next()
            left = Arithmetic(token.value, left, self.product(), token.at)
        return left

    def product(self) -> Expression:
        left = self.unary()
        while self.is_symbol("*", "/", "%"):
            token = self.next()
            left = Arithmetic(token.value, left, self.unary(), token.at)
        return left

    def unary(self) -> Expression:
        if self.is_symbol("-", "+"):
            token = self.next()
            inner = self.unary()
            if (
                isinstance(inner, Constant)
                and isinstance(inner.value, int | float)
                and not isinstance(inner.value, bool)
            ):
                return Constant(-inner.value if token.value == "-" else inner.value, token.at)
            return Arithmetic("-", Constant(0, token.at), inner, token.at) if token.value == "-" else inner
        return self.primary()

    def primary(self) -> Expression:
        token = self.now
        match token.kind:
            case "text":
                self.next()
                return Constant(token.value, token.at)
            case "number":
                self.next()
                return Constant(_number(token.value), token.at)
            case "name" if token.value in ("true", "false", "null"):
                self.next()
                return Constant({"true": True, "false": False}.get(token.value), token.at)
            case "symbol" if token.value == "(":
                self.next()
                inner = self.expression()
                self.expect(")")
                return inner
            case "symbol" if token.value == "?":
                self.next()
                return FieldName(self.field(), True, token.at)
            case "name" | "folded" if self.tokens[self.place + 1].value == "(" and token.value not in _KEYWORDS:
                return self.call()
            case "name" if token.value in _KEYWORDS - {"any", "maxspan", "sequence", "join", "of"}:
                raise self.unexpected("expected a value")
            case "name" | "quoted":
                return FieldName(self.field(), False, token.at)
            case _:
                raise self.unexpected("expected a value")

    def call(self) -> Function:
        token = self.next()
        self.expect("(")
        args: list[Expression] = []
        while not self.is_symbol(")"):
            args.append(self.expression())
            if not self.took(","):
                break
        self.expect(")")
        return Function(token.value, token.kind == "folded", tuple(args), token.at)

    def field(self) -> str:
        """name(.name | [n])*"""
        token = self.next()
        if token.kind not in ("name", "quoted"):
            self.place -= 1
            raise self.unexpected("expected a field name")
        name = token.value
        while True:
            if self.is_symbol("."):
                self.next()
                part = self.next()
                if part.kind not in ("name", "quoted"):
                    raise invalid(
                        self.query, part.at, "a part of a name that is no word stands in backticks", part.width
                    )
                name += f".{part.value}"
            elif self.is_symbol("[") and re.fullmatch(r"\d+", self.tokens[self.place + 1].value):
                raise unsupported(self.query, self.now.at, "`[n]` after a field: elements of lists cannot be chosen")
            else:
                return name


def _number(written: str) -> int | float:
    return int(written) if written.isdigit() else float(written)
