"""Lucene's query syntax, which Elastic's rules may have in the place of Kibana's: read into the same conditions.

`field:value`, phrases, `*` and `?`, `/regex/`, ranges `[a TO b}`, `_exists_:field`, AND OR NOT && || ! + -, groups,
`field:(a OR b)`. Terms side by side are alternatives, of which those with `+` must and those with `-` must not hold.
Source: https://www.elastic.co/docs/reference/query-languages/query-dsl/query-dsl-query-string-query#query-string-syntax.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.errors import InvalidRule, Location, UnsupportedRule
from simulator.ir import Expr, Filter, Wild
from simulator.languages.context import Compiled
from simulator.languages.ecs import Fields, fields
from simulator.languages.embedded import Query
from simulator.languages.kuery.ast import Is, Logical, Negation, Node, Range, Word
from simulator.languages.kuery.lower import Lowering
from simulator.languages.predicates import TRUE
from simulator.tables import Table

_SPACE = re.compile(r"\s*")
_OPERATOR = re.compile(r"(?:(AND|OR|NOT)(?=[\s(\"+!-])|(&&|\|\||!))")
_TERM = re.compile(r"(?:\\.|[^\s\\\"()\[\]{}:/+\-!^~&|]|(?<=\S)[+\-!/&|])+", re.DOTALL)
_RANGE = re.compile(r"([\[{])\s*(\"[^\"]*\"|\S+)\s+TO\s+(\"[^\"]*\"|[^\s\]}]+)\s*([\]}])")
_COMPARED = re.compile(r"(>=|<=|>|<)\s*(\"[^\"]*\"|[^\s()]+)")
_EVERYTHING = Word((Wild.ANY,), False, 0, 1)


def compile_query(
    query: Query, schemas: Mapping[str, Table], *, indices: Sequence[str] = (), place: Location | None = None
) -> Compiled:
    """The plan of a Lucene query over the tables behind `indices` (all Elastic tables without); `place` is where they
    are named. Raises InvalidRule and UnsupportedRule."""
    known = fields(indices, schemas, place or query.at(0))
    lowering = Lowering(query, known)
    try:
        node = _Parser(query).whole()
        where: Expr = TRUE if node is None else lowering.condition(node)
    except RecursionError:
        raise InvalidRule(query.at(0), "the query is nested too deeply") from None
    source = known.source()
    return Compiled(Filter(known.read(source) if lowering.rows else source, where), tuple(known.warnings))


def condition(query: Query, known: Fields) -> Expr:
    """What a query says of an event of `known` tables, never unknown: for a query inside another language. The fields
    it reads are noted in `known`. Raises InvalidRule and UnsupportedRule."""
    try:
        node = _Parser(query).whole()
        return TRUE if node is None else Lowering(query, known).condition(node)
    except RecursionError:
        raise InvalidRule(query.at(0), "the query is nested too deeply") from None


@dataclass(slots=True)
class _Clause:
    """A condition among its neighbours: `+` must, `-` must not, else any of them."""

    node: Node
    sign: str


class _Parser:
    """Recursive descent over the characters."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.text = query.text
        self.at = 0

    def whole(self) -> Node | None:
        """The query; None where it is empty."""
        self.space()
        if self.at == len(self.text):
            return None
        node = self.clauses(None)
        if self.at < len(self.text):
            raise self.invalid("expected the end of the query")
        return node

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        assert match is not None
        self.at = match.end()

    def invalid(self, wanted: str) -> InvalidRule:
        found = f"found {self.text[self.at]!r}" if self.at < len(self.text) else "the query ends"
        return InvalidRule(self.query.at(self.at), f"{wanted}, {found}\n{self.query.shown(self.at)}")

    def unsupported(self, what: str) -> UnsupportedRule:
        return UnsupportedRule(self.query.at(self.at), f"{what} in a Lucene query\n{self.query.shown(self.at)}")

    def operator(self) -> str | None:
        """AND, OR or NOT, if it stands here; it is passed."""
        self.space()
        match = _OPERATOR.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        word = match[1] or {"&&": "AND", "||": "OR", "!": "NOT"}[match[2]]
        self.space()
        return word

    def clauses(self, field: Word | None) -> Node:
        """clause ([AND|OR] clause)*, up to a closing bracket. As in Lucene's classic parser, AND makes both of its
        neighbours required, NOT forbids the next."""
        found: list[_Clause] = []
        while True:
            self.space()
            if self.at >= len(self.text) or self.text[self.at] == ")":
                break
            joined = self.operator()
            sign = ""
            if joined == "AND" and found:
                found[-1].sign = found[-1].sign or "+"
                sign = "+"
            if joined == "NOT" or (joined and self.operator() == "NOT"):
                sign = "-"
            self.space()
            if self.at < len(self.text) and self.text[self.at] in "+-":
                sign = self.text[self.at]
                self.at += 1
            found.append(_Clause(self.clause(field), sign))
        if not found:
            raise self.invalid("expected a condition")
        return _together(found)

    def clause(self, field: Word | None) -> Node:
        """(clauses) | field:clause | value"""
        self.space()
        if self.text.startswith("(", self.at):
            start = self.at
            self.at += 1
            node = self.clauses(field)
            if not self.text.startswith(")", self.at):
                raise InvalidRule(self.query.at(start), f"`(` is not closed\n{self.query.shown(start)}")
            self.at += 1
            self.boost()
            return node
        if field is None and (name := self.name()) is not None:
            if name.text == "_exists_":
                value = self.value(name)
                assert isinstance(value, Is)
                return Is(value.value, _EVERYTHING)
            return self.clause(name)
        return self.value(field)

    def name(self) -> Word | None:
        """A field name and its colon, if they stand here."""
        start = self.at
        match = _TERM.match(self.text, start)
        if match is None or not self.text.startswith(":", match.end()):
            return None
        self.at = match.end() + 1
        return Word((_plain(match[0]),), False, start, len(match[0]))

    def value(self, field: Word | None) -> Node:
        """A phrase, a range, or a term."""
        self.space()
        start = self.at
        if self.text.startswith('"', start):
            return Is(field, self.phrase())
        if self.text.startswith("/", start):
            raise self.unsupported("a regular expression")
        if field is not None and (match := _RANGE.match(self.text, start)):
            self.at = match.end()
            return self.ranged(field, match, start)
        if field is not None and (match := _COMPARED.match(self.text, start)):
            self.at = match.end()
            return Range(field, match[1], _word(match[2].strip('"'), start))
        match = _TERM.match(self.text, start)
        if match is None or match[0] in ("AND", "OR", "NOT"):
            raise self.invalid("expected a value")
        self.at = match.end()
        if self.text.startswith("~", self.at):
            raise self.unsupported("a fuzzy term (`~`)")
        self.boost()
        parts = _wildcards(match[0])
        return Is(field, Word(parts, all(isinstance(p, str) for p in parts), start, len(match[0])))

    def ranged(self, field: Word, match: re.Match[str], start: int) -> Node:
        opening, low, high, closing = match.groups()
        bounds: list[Node] = []
        for bound, operator in ((low, ">=" if opening == "[" else ">"), (high, "<=" if closing == "]" else "<")):
            if bound != "*":
                bounds.append(Range(field, operator, _word(bound.strip('"'), start)))
        if not bounds:
            return Is(field, _EVERYTHING)
        return bounds[0] if len(bounds) == 1 else Logical("and", tuple(bounds))

    def phrase(self) -> Word:
        start = self.at
        end = start + 1
        while end < len(self.text) and self.text[end] != '"':
            end += 2 if self.text[end] == "\\" else 1
        if end >= len(self.text):
            raise InvalidRule(self.query.at(start), f"the quotation does not end\n{self.query.shown(start)}")
        self.at = end + 1
        if self.text.startswith("~", self.at):
            raise self.unsupported("a phrase with gaps (`~`)")
        self.boost()
        text = _plain(self.text[start + 1 : end])
        return Word((text,) if text else (), True, start, end + 1 - start)

    def boost(self) -> None:
        """`^2` weighs a condition for scores, which filters do not have."""
        if match := re.compile(r"\^[\d.]+").match(self.text, self.at):
            self.at = match.end()


def _together(clauses: Sequence[_Clause]) -> Node:
    must = [clause.node for clause in clauses if clause.sign == "+"]
    never = [Negation(clause.node) for clause in clauses if clause.sign == "-"]
    maybe = [clause.node for clause in clauses if not clause.sign]
    if maybe and not must:  # beside required conditions, the others only weigh
        must.append(maybe[0] if len(maybe) == 1 else Logical("or", tuple(maybe)))
    every: tuple[Node, ...] = (*must, *never)
    return every[0] if len(every) == 1 else Logical("and", every)


def _plain(written: str) -> str:
    return re.sub(r"\\(.)", r"\1", written, flags=re.DOTALL)


def _word(text: str, at: int) -> Word:
    return Word((_plain(text),), True, at, len(text))


def _wildcards(written: str) -> tuple[str | Wild, ...]:
    """A term's texts and wildcards; a backslash makes them plain."""
    parts: list[str | Wild] = []
    for match in re.finditer(r"\\(.)|([*?])|([^\\*?]+)", written, re.DOTALL):
        escaped, wild, text = match.groups()
        part: str | Wild = {"*": Wild.ANY, "?": Wild.ONE}[wild] if wild else str(escaped or text)
        if isinstance(part, str) and parts and isinstance(last := parts[-1], str):
            parts[-1] = last + part
        else:
            parts.append(part)
    return tuple(parts)
